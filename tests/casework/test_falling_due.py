"""What falls due over all referrals in sight: each deadline once, the earliest first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apflow.casework.lists.falling_due import falling
from apflow.errors import BadInput, Unknown
from apflow.store import deadlines, reads
from tests.small_office import START, Office

FAR = datetime(2100, 1, 1, tzinfo=UTC)
EXCLUDED: dict[str, Any] = {"excluded": True, "excluded_on": "2026-01-12"}


def standing(office: Office, *references: str) -> list[tuple[datetime, str, str]]:
    with office.work.store.reading() as tx:
        return sorted(
            (row.due_at, reference, row.name)
            for reference in references
            for row in deadlines.rows(tx, reference)
            if row.state in ("armed", "breached") and row.due_at is not None
        )


def found(office: Office, person: str, before: datetime = FAR) -> list[tuple[datetime, str, str]]:
    rows = falling(office.work.office, person, START, before, limit=200).rows
    return [(row.due_at, row.reference, row.name) for row in rows]


def test_everybody_lists_the_standing_deadlines_of_what_they_see(office: Office) -> None:
    first, second = office.opened(**EXCLUDED), office.placed("p2")
    every = standing(office, first, second)
    assert len(every) >= 3
    for person in ("lea", "max", "ann", "sue"):
        assert found(office, person) == every
    assert found(office, "eve") == []
    assert found(office, "pam") == every


def test_what_is_met_withdrawn_or_ended_is_not_due(office: Office) -> None:
    reference = office.opened(**EXCLUDED)
    office.done(reference, "educate", "lea")
    assert found(office, "max") == []
    placed = office.placed("p2")
    office.done(placed, "go_back", "lea")
    assert found(office, "max") == []


def test_what_is_missed_stays_until_it_is_met(office: Office) -> None:
    reference, later = office.opened(**EXCLUDED), START + timedelta(days=7)
    office.work.fire_due(later)
    (row,) = falling(office.work.office, "lea", later, FAR).rows
    assert (row.reference, row.missed, row.overdue) == (reference, True, True)
    assert (row.title, row.force, row.owner) == ("Education from the sixth day", "law", "la")


def test_only_what_is_due_before_a_moment_is_listed(office: Office) -> None:
    every = standing(office, office.opened(**EXCLUDED), office.placed("p2"))
    assert len({due for due, _, _ in every}) > 1
    for due, _, _ in every:
        assert found(office, "max", due) == [one for one in every if one[0] < due]


def test_it_goes_on_page_by_page(office: Office) -> None:
    for pupil in ("p1", "p2", "p3"):
        office.opened(pupil, **EXCLUDED)
    every, pages, after = found(office, "max"), [], None
    while True:
        page = falling(office.work.office, "max", START, FAR, after=after, limit=1)
        pages += [(row.due_at, row.reference, row.name) for row in page.rows]
        after = page.next
        if after is None:
            break
    assert pages == every
    assert len(pages) == 3


@pytest.mark.parametrize("after", ["", "x", "a~b~c", "a~b~c~d", "a~b~c~", "a~b~c~1~2"])
def test_a_place_that_no_page_gave_is_refused(office: Office, after: str) -> None:
    with pytest.raises(BadInput):
        falling(office.work.office, "max", START, FAR, after=after)


def test_only_ones_own_and_only_of_one_policy(office: Office) -> None:
    reference = office.opened(**EXCLUDED)
    work = office.work.office
    assert [one.reference for one in falling(work, "sue", START, FAR, mine=True).rows] == [
        reference
    ]
    assert falling(work, "lea", START, FAR, mine=True).rows == ()
    assert falling(work, "lea", START, FAR, policy="another").rows == ()
    assert falling(work, "lea", START, FAR, policy="one-of-each").rows


def test_that_it_was_listed_is_noted_and_nobody_lists_nothing(office: Office) -> None:
    reference = office.opened(**EXCLUDED)
    falling(office.work.office, "lea", START, FAR)
    with office.work.store.reading() as tx:
        assert [(one.person, one.what) for one in reads.of(tx, reference)] == [("lea", "list")]
    with pytest.raises(Unknown):
        falling(office.work.office, "nobody", START, FAR)
