"""I3: what was missed is recorded as missed, however soon afterwards somebody acted."""

import logging
from datetime import UTC, date, datetime, timedelta

import pytest

from apflow.casework import Asked
from apflow.policy.deadlines import end_of_day
from apflow.store import notices, tables
from tests.promises.pictures import rows
from tests.promises.soundness import faults
from tests.small_office import START, Office

#: The last school day of an exclusion that began on Monday 12 January, and the morning after.
LAST_DAY = date(2026, 1, 19)
LATER = datetime(2026, 1, 20, 7, 0, tzinfo=UTC)


def _events(office: Office, reference: str) -> list[str]:
    return [step.event for step in office.work.history(reference, "lea", START)]


def _excluded(office: Office, pupil: str = "p1") -> str:
    return office.opened(pupil, excluded=True, excluded_on="2026-01-12")


@pytest.mark.parametrize(
    ("on", "late"), [(LATER.date(), True), (date(2026, 1, 16), False)], ids=["late", "in time"]
)
def test_the_history_is_the_same_whether_or_not_a_sweep_came_first(
    office: Office, on: date, late: bool
) -> None:
    """I3: met after its last moment, a deadline is a breach first and then met."""
    swept = _excluded(office, "p1")
    assert office.work.fire_due(LATER).missed == 1
    unswept = _excluded(office, "p2")
    for reference in (swept, unswept):
        office.done(reference, "educate", "lea", LATER, on=on)
    assert _events(office, swept) == ["open_it", "deadline_missed", "educate", "deadline_met_late"]
    assert _events(office, unswept) == _events(office, swept)
    (row,) = office.work.look(unswept, "lea", LATER).deadlines
    assert (row.state, row.late, row.missed_at) == ("met", late, LATER)
    with office.work.store.reading() as tx:
        told = [(one.notice, one.to) for one in notices.of(tx, unswept)]
    assert ("deadline_missed", "la") in told
    assert faults(office.work) == []


def test_an_ending_does_not_hide_what_was_missed_before_it(office: Office) -> None:
    """I3: a deadline that ends with its state was missed, if its last moment had passed."""
    reference = office.placed()
    later = START + timedelta(days=9)
    office.done(reference, "go_back", "lea", later)
    steps = office.work.history(reference, "lea", later)
    missed = [step.about["deadline"] for step in steps if step.event == "deadline_missed"]
    assert missed == ["contact"]
    assert faults(office.work) == []


def test_what_follows_from_a_miss_comes_before_what_is_asked_after_it(office: Office) -> None:
    """I3: the event that policy takes when a deadline is missed is taken at its turn."""
    reference = office.placed()
    later = START + timedelta(weeks=3)
    seen = office.work.look(reference, "lea", START).referral.seq
    closed = office.do(reference, "review", "lea", later, seen=seen, story="well")
    assert closed.state == "stale"
    assert "Review was missed" in str(closed.result)
    assert office.state(reference) == "worried"
    office.done(reference, "review", "lea", later, story="well")
    assert office.state(reference) == "placed"
    assert faults(office.work) == []


def test_a_correction_that_makes_a_meeting_late_records_the_breach(office: Office) -> None:
    """I3: the breach is found out with the correction, and said with it."""
    reference = _excluded(office)
    office.done(reference, "educate", "lea", START + timedelta(days=2))
    office.done(
        reference, "correct_facts", "lea", START + timedelta(days=3), reason="the letter says so",
        excluded_on="2026-01-06",
    )  # fmt: skip
    assert _events(office, reference)[-3:] == [
        "correct_facts", "deadline_missed", "deadline_met_late",
    ]  # fmt: skip
    found = office.work.look(reference, "lea", START).deadlines
    assert [(row.state, row.late) for row in found] == [("cancelled", False), ("met", True)]
    assert faults(office.work) == []


def test_a_refusal_records_no_miss_that_time_had_not_brought(office: Office) -> None:
    """I6: a moment before the last one is over a refusal leaves everything as it was."""
    reference = _excluded(office)
    last_moment = end_of_day(LAST_DAY)
    before = rows(office.work.store, ("reads", "requests"))
    refused = office.do(reference, "begin", "lea", last_moment - timedelta(seconds=1))
    assert refused.state == "refused"
    assert rows(office.work.store, ("reads", "requests")) == before
    office.do(reference, "begin", "lea", last_moment)
    assert _events(office, reference) == ["open_it", "deadline_missed"]


def test_one_that_cannot_be_dealt_with_keeps_no_other_from_being_recorded(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """I3: neither in this sweep, nor where it stands first in every sweep to come."""
    broken = [_excluded(office, pupil) for pupil in ("p1", "p2")]
    _unreadable(office, broken)
    good = [office.opened(pupil, excluded=True, excluded_on="2026-01-13") for pupil in ("p3", "p4")]
    stuck = office.work.ask(good[0], Asked("log", "sue", answers={"story": "x"}), LATER)
    later = LATER + timedelta(days=1)
    with caplog.at_level(logging.ERROR):
        swept = office.work.fire_due(later, limit=2)
    assert (swept.missed, swept.failed, swept.abandoned) == (2, 2, 1)
    assert office.work.request(stuck.id).state == "abandoned"
    assert all(one in caplog.text for one in broken)
    for reference in good:
        assert _events(office, reference) == ["open_it", "deadline_missed"]


def _unreadable(office: Office, references: list[str]) -> None:
    """Let the policy of some referrals be one that this apflow cannot read any more."""
    with office.work.store.writing() as tx:
        kept = tables.lifecycles.select()
        row = tx.execute(kept).mappings().one()
        other = {**row, "digest": "0" * 64, "text": "lifecycle: [of another time"}
        tx.execute(tables.lifecycles.insert(), other)
        tx.execute(
            tables.referrals.update()
            .where(tables.referrals.c.reference.in_(references))
            .values(digest="0" * 64)
        )
