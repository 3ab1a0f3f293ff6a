"""How often the database is asked: what grows with the answer, and what must not grow at all."""

from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from apflow.casework.calendars import change_calendar
from apflow.casework.lists.working import work
from apflow.casework.meetings import forum
from apflow.casework.meetings.forum import Sitting
from apflow.store import Store, register
from tests.benchmarks.driving import Ear, overheard
from tests.databases import Fresh
from tests.small_office import START, Office
from tests.small_office import office as small_office

PANEL = Sitting("one-of-each", "panel", date(2026, 1, 14))
YEAR = "start,end,kind,label\n2026-01-05,2026-07-21,term,Year\n"
KINDS = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def asked(ear: Ear, work: Callable[[], object]) -> int:
    """Return how many statements are executed while `work` is done the second time."""
    work()
    return sum(one.what != "commit" for one in ear.take(work))


def submitted(office: Office, many: int) -> None:
    for number in range(many):
        reference = office.opened(f"p{number % 5 + 1}", agrees=True)
        office.done(reference, "submit", "sue", sitting="2026-01-14")


@KINDS
def test_a_page_is_one_answer_however_many_rows_it_has(
    fresh_database: Fresh, tmp_path: Path, kind: str
) -> None:
    with overheard() as ear, closing(Store(fresh_database(kind, True))) as store:
        office = small_office(store, tmp_path)
        counts = []
        for many in (2, 10):
            for _ in range(many):
                office.opened()
            for person in ("sue", "pam", "max"):
                counts.append(asked(ear, lambda who=person: office.work.worklist(who, START)))  # type: ignore[misc]
        assert len(office.work.worklist("sue", START)) == 12
    assert counts[:3] == counts[3:]


@KINDS
def test_a_worklist_asks_the_same_however_many_schools_its_referrals_are_of(
    fresh_database: Fresh, tmp_path: Path, kind: str
) -> None:
    with overheard() as ear, closing(Store(fresh_database(kind, True))) as store:
        office = small_office(store, tmp_path)
        own, counts, begun = office.work.office, [], 0
        for many in (2, 8):
            for number in range(begun, begun + many):
                of_a_school_of_its_own(office, f"school-{number}")
            begun += many
            counts.append(asked(ear, lambda: work(own, "pam", START, mine=False)))
        groups = work(own, "pam", START, mine=False).groups
        assert len([row for group in groups for row in group.rows if row.next_event]) == 10
    assert counts[0] == counts[1]


def of_a_school_of_its_own(office: Office, school: str) -> None:
    with office.work.store.writing() as tx:
        register.add_organisation(tx, register.Organisation(school, school.title()))
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    office.done(reference, "correct_facts", "max", reason="moved", home=school)


@KINDS
def test_an_agenda_does_not_ask_about_referrals_that_stand_elsewhere(
    fresh_database: Fresh, tmp_path: Path, kind: str
) -> None:
    with overheard() as ear, closing(Store(fresh_database(kind, True))) as store:
        office = small_office(store, tmp_path)
        submitted(office, 3)

        def agenda() -> None:
            assert len(forum.agenda(office.work.office, PANEL, "pam", START)) == 3

        before = asked(ear, agenda)
        for _ in range(10):
            office.opened()
        assert asked(ear, agenda) == before


@KINDS
def test_an_agenda_writes_one_look_for_each_item_and_asks_nothing_more(
    fresh_database: Fresh, tmp_path: Path, kind: str
) -> None:
    with overheard() as ear, closing(Store(fresh_database(kind, True))) as store:
        office = small_office(store, tmp_path)
        counts = []
        for many in (2, 8):
            submitted(office, many)
            counts.append(asked(ear, lambda: forum.agenda(office.work.office, PANEL, "pam", START)))
    assert counts[1] - counts[0] == 8


@KINDS
def test_a_calendar_change_asks_no_more_for_more_referrals(
    fresh_database: Fresh, tmp_path: Path, kind: str
) -> None:
    with overheard() as ear, closing(Store(fresh_database(kind, True))) as store:
        office = small_office(store, tmp_path)

        def look() -> None:
            change_calendar(
                office.work.office, "one-of-each", YEAR.encode(), "d.csv", START, dry_run=True
            )

        counts = []
        for many in (2, 10):
            for _ in range(many):
                office.opened(excluded=True, excluded_on="2026-01-12")
            counts.append(asked(ear, look))
    assert counts[0] == counts[1]


@KINDS
def test_a_sweep_with_nothing_to_do_asks_the_same_whatever_is_open(
    fresh_database: Fresh, tmp_path: Path, kind: str
) -> None:
    with overheard() as ear, closing(Store(fresh_database(kind, True))) as store:
        office = small_office(store, tmp_path)
        counts = []
        for many in (1, 6):
            for _ in range(many):
                office.opened(excluded=True, excluded_on="2026-01-13")
            counts.append(asked(ear, lambda: office.work.fire_due(START + timedelta(minutes=1))))
    assert counts[0] == counts[1] <= 8


@KINDS
def test_what_states_keep_is_asked_of_all_and_noted_together_while_nothing_lapses(
    fresh_database: Fresh, tmp_path: Path, kind: str
) -> None:
    with overheard() as ear, closing(Store(fresh_database(kind, True))) as store:
        office = small_office(store, tmp_path)
        file = office.folder / "one-of-each" / "lifecycle.yaml"
        roomy = file.read_text(encoding="utf-8").replace("room: {value: 1}", "room: {value: 9}")
        file.write_text(roomy, encoding="utf-8")
        told = []
        for day, many in enumerate((2, 3), start=1):
            for number in range(many):
                office.placed(f"p{number + 1}")
            tomorrow = START + timedelta(days=day)
            told.append(ear.take(lambda now=tomorrow: office.work.fire_due(now)))  # type: ignore[misc]
        placed = [listed.reference for listed in office.work.worklist("max", START)]
    assert len(placed) == 5
    few, many_ = ([one.what for one in some] for some in told)
    assert few == many_
