"""Changing a calendar: every open deadline is worked out anew, and what moved is listed."""

from datetime import UTC, datetime, timedelta

import pytest

from apflow.casework.calendars import CalendarChange, change_calendar, stored
from apflow.errors import FileError, Unknown
from apflow.store import calendars
from apflow.store.verify import verify
from tests.small_office import START, Office

YEAR = (
    "start,end,kind,label\n2026-01-05,2026-07-21,term,Year\n2026-02-16,2026-02-20,half_term,Half\n"
)
CLOSED = YEAR + "2026-01-15,2026-01-16,closure,Snow\n"


def _change(
    office: Office,
    text: str,
    now: datetime = START,
    *,
    dry_run: bool = False,
    confirmed: bool = False,
) -> CalendarChange:
    content = text.encode()
    return change_calendar(
        office.work.office,
        "one-of-each",
        content,
        "days.csv",
        now,
        dry_run=dry_run,
        confirmed=confirmed,
    )


def test_a_closure_moves_open_deadlines_and_lists_before_and_after(office: Office) -> None:
    reference = office.opened(excluded=True, excluded_on="2026-01-12")
    due = office.work.look(reference, "lea", START).deadlines[0].due_at
    change = _change(office, CLOSED)
    assert due is not None
    assert change.done
    assert [(one.reference, one.name, one.before, one.after) for one in change.moved] == [
        (reference, "sixth_day", due, due + timedelta(days=2))
    ]
    looked = office.work.look(reference, "lea", START)
    assert looked.deadlines[0].due_at == looked.referral.next_due == due + timedelta(days=2)
    verify(office.work.store)


def test_a_dry_run_changes_nothing(office: Office) -> None:
    reference = office.opened(excluded=True, excluded_on="2026-01-12")
    due = office.work.look(reference, "lea", START).deadlines[0].due_at
    change = _change(office, CLOSED, dry_run=True)
    assert (change.done, len(change.moved)) == (False, 1)
    assert office.work.look(reference, "lea", START).deadlines[0].due_at == due
    assert stored(office.work.office, "one-of-each").version == 1


def test_a_change_never_breaches_backwards_without_a_persons_word(office: Office) -> None:
    assert _change(office, CLOSED).done
    reference = office.opened(excluded=True, excluded_on="2026-01-12")
    evening = datetime(2026, 1, 20, 20, tzinfo=UTC)
    change = _change(office, YEAR, evening)
    assert not change.done
    assert [one.name for one in change.backwards] == ["sixth_day"]
    assert office.work.fire_due(evening).missed == 0
    assert _change(office, YEAR, evening, confirmed=True).done
    assert office.work.fire_due(evening).missed == 1
    assert office.work.look(reference, "lea", evening).deadlines[0].state == "breached"


def test_what_is_met_or_missed_does_not_move(office: Office) -> None:
    reference = office.opened(excluded=True, excluded_on="2026-01-12")
    office.done(reference, "educate", "lea")
    assert _change(office, CLOSED).moved == ()


def test_a_school_with_days_of_its_own_counts_by_them(office: Office) -> None:
    change_calendar(office.work.office, "oak", CLOSED.encode(), "oak.csv", START)
    reference = office.opened(excluded=True, excluded_on="2026-01-12")
    (row,) = office.work.look(reference, "lea", START).deadlines
    assert row.due_at is not None
    assert row.due_at.date().isoformat() == "2026-01-21"


def test_a_deadline_beyond_the_calendar_says_so_and_gets_its_date_later(office: Office) -> None:
    short = "start,end,kind,label\n2026-01-05,2026-01-16,term,Short\n"
    assert _change(office, short).done
    reference = office.opened(excluded=True, excluded_on="2026-01-12")
    (row,) = office.work.look(reference, "lea", START).deadlines
    assert (row.beyond, row.due_at) == (True, None)
    (moved,) = _change(office, YEAR).moved
    assert (moved.before, moved.after is not None) == (None, True)


def test_a_bad_file_changes_nothing(office: Office) -> None:
    with pytest.raises(FileError, match=r"days\.csv"):
        _change(office, YEAR + "2026-13-01,,closure,No such month\n")
    with office.work.store.reading() as tx:
        assert calendars.version(tx, "one-of-each") == 1


def test_an_area_that_nobody_knows_is_refused(office: Office) -> None:
    with pytest.raises(Unknown, match="one-of-eech"):
        change_calendar(office.work.office, "one-of-eech", YEAR.encode(), "d.csv", START)
