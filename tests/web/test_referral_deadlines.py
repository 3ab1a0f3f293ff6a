"""What became of each deadline, in words: every way in which one can stand or end."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from apflow.casework.seeing import Seen, see
from apflow.referral import DeadlineRow
from apflow.web.caseworker.deadline_rows import DeadlineShown, deadline_rows, next_due
from apflow.web.facts import FactWords
from tests.invented_cohort import NOW, Invented

LAST = datetime.fromisoformat("2027-03-11T23:59:59.999999+00:00")


@pytest.fixture(scope="module")
def seen(cohort: Invented) -> Seen:
    reference = cohort.told_by("maidstone_excluded.sixth_day_ahead").reference
    return see(cohort.work.office, reference, "rosa", NOW)


def shown(seen: Seen, **changes: object) -> DeadlineShown:
    """Return the sixth day's deadline as it is shown, changed."""
    (row,) = [one for one in seen.deadlines if one.name == "sixth_day"]
    changed: DeadlineRow = replace(row, **changes)  # type: ignore[arg-type]
    (found,) = deadline_rows(
        replace(seen, deadlines=(changed,)), FactWords(seen.lifecycle, seen.places), NOW
    )
    return found


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"due_at": None}, "No limit is set"),
        ({"due_at": None, "beyond": True}, "Beyond the calendar, which is filled in until"),
        ({"state": "cancelled"}, "No longer applies"),
        ({"state": "met", "met_on": date(2027, 3, 8)}, "Met on 8 March 2027"),
        (
            {"state": "met", "met_on": date(2027, 3, 15), "late": True, "missed_at": NOW},
            "Met late on 15 March 2027",
        ),
        (
            {"state": "met", "met_on": date(2027, 3, 8), "missed_at": NOW},
            "Met in time on 8 March 2027, recorded late",
        ),
        ({"state": "breached"}, "Missed"),
    ],
)
def test_each_end_of_a_deadline_is_said(seen: Seen, changes: dict[str, object], says: str) -> None:
    assert shown(seen, **changes).says.startswith(says)


def test_one_that_is_done_with_is_neither_near_nor_counted(seen: Seen) -> None:
    done = shown(seen, state="met", met_on=date(2027, 3, 8))
    assert (done.tag, done.strip, done.stands) == (None, (), False)
    unlimited = shown(seen, due_at=None)
    assert (unlimited.tag, unlimited.strip, unlimited.due) == (None, (), None)
    assert next_due([done, unlimited]) is None


def test_a_second_reading_is_said_where_it_differs(seen: Seen) -> None:
    assert shown(seen).other == ""
    assert shown(seen, other_at=LAST).other == ""
    other = datetime.fromisoformat("2027-03-10T23:59:59.999999+00:00")
    assert shown(seen, other_at=other).other == "The text can also be read as Wed 10 Mar 2027"


def test_what_is_due_first_is_what_stands_and_has_a_date(seen: Seen) -> None:
    words = FactWords(seen.lifecycle, seen.places)
    first = next_due(deadline_rows(seen, words, NOW))
    assert first is not None
    assert (first.name, first.force, first.owner) == ("sixth_day", "By law", "Local authority")
    assert first.tag is not None
    assert first.tag.words == "next school day"
