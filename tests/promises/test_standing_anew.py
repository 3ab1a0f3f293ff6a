"""I1, I3: a deadline stands as policy says of what is so now, whatever made it so."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apflow.casework.calendars import change_calendar
from apflow.casework.meetings import forum
from apflow.casework.meetings.forum import Sitting
from apflow.policy.deadlines import end_of_day
from tests.promises.soundness import faults
from tests.small_office import START, Office

_YEAR = (
    "start,end,kind,label\n2026-01-05,2026-07-21,term,Year\n2026-02-16,2026-02-20,half_term,Half\n"
)
_SNOW = _YEAR + "2026-01-15,2026-01-16,closure,Snow\n"
_BY_THE_AREA, _BY_ELM = end_of_day(date(2026, 1, 19)), end_of_day(date(2026, 1, 21))


@pytest.fixture
def elm_closes(office: Office) -> Office:
    """Let Elm school have days of its own: it closes for snow on 15 and 16 January."""
    assert change_calendar(office.work.office, "elm", _SNOW.encode(), "elm.csv", START).done
    return office


def _due(office: Office, reference: str) -> datetime | None:
    (row,) = [
        one for one in office.work.look(reference, "max", START).deadlines if one.state == "armed"
    ]
    return row.due_at


def test_a_corrected_school_counts_by_its_own_days_and_a_reversal_by_those_before(
    elm_closes: Office,
) -> None:
    """I1: deadlines are worked out by the days of the school that is the pupil's now."""
    office = elm_closes
    reference = office.opened(excluded=True, excluded_on="2026-01-12")
    assert _due(office, reference) == _BY_THE_AREA
    office.done(reference, "correct_facts", "max", reason="it is the other one", home="elm")
    assert _due(office, reference) == _BY_ELM
    assert faults(office.work) == []
    office.done(reference, "reverse_step", "max", reason="it is not")
    assert _due(office, reference) == _BY_THE_AREA
    assert faults(office.work) == []


_HEARD = (
    "  heard: {title: Heard, in: [panel_waiting], start: last('submit'),"
    " due: {date: \"next_meeting('panel', last('submit'))\"}, met_by: [panel_agrees], owner: la}\n"
)


def test_a_sitting_that_is_listed_later_gives_what_waits_for_it_a_date(office: Office) -> None:
    """I3: a deadline without a date because no sitting is listed has one as soon as there is."""
    file = office.folder / "one-of-each" / "lifecycle.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("meetings:\n", f"{_HEARD}meetings:\n", 1), encoding="utf-8")
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    assert _due(office, reference) is None
    sitting = Sitting("one-of-each", "panel", date(2026, 1, 28))
    assert forum.list_sitting(office.work.office, sitting, START)
    due = end_of_day(date(2026, 1, 28))
    assert _due(office, reference) == due
    assert office.work.look(reference, "max", START).referral.next_due == due
    assert office.work.fire_due(due - timedelta(seconds=1)).missed == 0
    assert office.work.fire_due(datetime(2026, 1, 29, 7, tzinfo=UTC)).missed == 1
    assert faults(office.work) == []
