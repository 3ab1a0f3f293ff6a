"""Sittings before a person: their own pupils in their place, decided and still to be decided."""

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from apflow.casework.meetings import forum, sitting_day, sittings
from apflow.casework.meetings.forum import Decided, Sitting
from apflow.casework.meetings.sitting_day import SittingSeen
from apflow.errors import Unknown
from apflow.referral import Request
from apflow.store import Store, agendas, reads, register
from apflow.store.register import Membership, Person
from tests.benchmarks.driving import overheard
from tests.databases import Fresh
from tests.small_office import START, Office
from tests.small_office import office as small_office

DAY = date(2026, 1, 14)
PANEL = Sitting("one-of-each", "panel", DAY)
SAT = {"panel_member": "present", "la": "present"}


def _submitted(office: Office, pupil: str, **answers: Any) -> str:
    reference = office.opened(pupil, agrees=True, **answers)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    return reference


def _decide(office: Office, *references: str) -> tuple[Request, ...]:
    decisions = [Decided(one, "panel_agrees") for one in references]
    forum.prepare(office.work.office, PANEL, decisions, "pam", START, people=SAT)
    return forum.hold(office.work.office, PANEL, START)


def _see(office: Office, person: str) -> SittingSeen:
    return sitting_day.see(office.work.office, PANEL, person, START)


def test_a_school_sees_its_own_pupils_each_at_its_place_on_the_whole_agenda(
    office: Office,
) -> None:
    other = _submitted(office, "p1")
    first = _submitted(office, "p2", excluded=True, excluded_on="2026-01-12", secret=True)
    whole = _see(office, "pam")
    assert [one.agenda.reference for one in whole.items] == [first, other]
    assert whole.others == 0
    assert [one.agenda.reference for one in _see(office, "sue").items] == [first, other]
    with pytest.raises(Unknown):
        _see(office, "nobody")
    elsewhere = _see(office, "eve")
    assert (elsewhere.items, elsewhere.others, elsewhere.outcomes) == ((), 2, ())


def test_a_person_without_a_role_in_the_policy_finds_no_sitting(office: Office) -> None:
    with office.work.store.writing() as tx:
        register.add_person(tx, Person("zoe", "Zoe"))
        register.add_membership(tx, Membership("zoe", "administrator", None))
    with pytest.raises(Unknown):
        _see(office, "zoe")
    assert sittings.meetings(office.work.office, "zoe", START) == ()


def test_what_was_decided_stands_with_who_sat_and_what_waits(office: Office) -> None:
    two = _submitted(office, "p1")
    one = _submitted(office, "p2", excluded=True, excluded_on="2026-01-12", secret=True)
    assert {request.state for request in _decide(office, one, two)} == {"applied"}
    seen = _see(office, "pam")
    assert seen.items == ()
    assert {(each.asked.reference, each.asked.result["to"]) for each in seen.outcomes} == {
        (one, "agreed"), (two, "waiting"),
    }  # fmt: skip
    assert {each.asked.by for each in seen.outcomes} == {"Pam"}
    assert seen.sat == {"panel_member": {"answer": "present"}, "la": {"answer": "present"}}
    (pool,) = [each for each in seen.places if each.waiting]
    assert (pool.held, pool.left, pool.waiting) == (1, 0, 1)


def test_a_decision_that_was_put_right_no_longer_counts(office: Office) -> None:
    reference = _submitted(office, "p1")
    _decide(office, reference)
    office.done(reference, "reverse_step", "max", reason="The wrong pupil.")
    seen = _see(office, "pam")
    assert seen.outcomes == ()
    assert [one.agenda.reference for one in seen.items] == [reference]


def test_what_was_asked_in_vain_stays_with_the_referral(office: Office) -> None:
    reference = _submitted(office, "p1")
    overtaken = [Decided(reference, "panel_agrees", seen=1)]
    forum.prepare(office.work.office, PANEL, overtaken, "pam", START, people=SAT)
    (closed,) = forum.hold(office.work.office, PANEL, START)
    (outcome,) = _see(office, "pam").outcomes
    assert (outcome.asked.request, outcome.asked.state) == (closed.id, "stale")
    (again,) = _decide(office, reference)
    (outcome,) = _see(office, "pam").outcomes
    assert (outcome.asked.request, outcome.asked.state) == (again.id, "applied")


def test_every_child_that_is_shown_is_recorded_as_seen(office: Office) -> None:
    one, two = _submitted(office, "p1"), _submitted(office, "p2")
    _decide(office, one)
    _see(office, "ann")
    with office.work.store.reading() as tx:
        seen = {look.reference for look in reads.by(tx, "ann") if look.what == "agenda"}
    assert seen == {one, two}


def test_the_list_counts_what_waits_and_what_was_decided(office: Office) -> None:
    with office.work.store.writing() as tx:
        for day in (DAY - timedelta(days=7), DAY + timedelta(days=14), date(2020, 1, 15)):
            register.add_sitting(tx, "one-of-each", "panel", day)
    one = _submitted(office, "p1")
    _submitted(office, "p2")
    _decide(office, one)
    (meeting,) = sittings.meetings(office.work.office, "pam", START)
    assert [(each.sitting.on, each.on_agenda, each.decided) for each in meeting.ahead] == [
        (DAY, 1, 1), (DAY + timedelta(days=14), 0, 0),
    ]  # fmt: skip
    assert [each.sitting.on for each in meeting.past] == [DAY - timedelta(days=7)]
    # The school sees them by its slot, the office everything.
    for person in ("sue", "max"):
        (same,) = sittings.meetings(office.work.office, person, START)
        assert same == meeting
    (other,) = sittings.meetings(office.work.office, "eve", START)
    assert [(each.on_agenda, each.decided) for each in other.ahead] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_sitting_asks_the_same_of_the_database_however_long_its_agenda(
    fresh_database: Fresh, tmp_path: Path, kind: str
) -> None:
    with overheard() as ear, closing(Store(fresh_database(kind, True))) as store:
        office = small_office(store, tmp_path)
        counts = []
        for many in (2, 8):
            for number in range(many):
                _submitted(office, f"p{number % 5 + 1}")
            _see(office, "pam")
            heard = ear.take(lambda: _see(office, "pam"))
            counts.append(sum(one.what != "commit" for one in heard))
            assert len(_see(office, "pam").items) > many - 1
    # One look is written down for each child that is shown; nothing else grows.
    assert counts[1] - counts[0] == 8


@pytest.mark.parametrize("person", ["pam", "sue"])
def test_a_list_of_sittings_asks_the_same_whatever_waits(
    fresh_database: Fresh, tmp_path: Path, person: str
) -> None:
    with overheard() as ear, closing(Store(fresh_database("sqlite", True))) as store:
        office = small_office(store, tmp_path)
        counts = []
        for many in (2, 6):
            for number in range(many):
                _submitted(office, f"p{number % 5 + 1}")
            sittings.meetings(office.work.office, person, START)
            heard = ear.take(lambda: sittings.meetings(office.work.office, person, START))
            counts.append(sum(one.what != "commit" for one in heard))
    assert counts[0] == counts[1]


def test_decisions_are_found_by_the_index_of_the_steps(office: Office) -> None:
    asked = {"events": "[]", "since": "", "lifecycle": "", "on_day": ""}
    if office.work.store.url.startswith("sqlite"):
        words = agendas.DECISIONS.words("sqlite")
        with office.work.store.reading() as tx:
            cursor: Any = tx.connection.cursor()
            plan = cursor.execute(f"EXPLAIN QUERY PLAN {words}", asked).fetchall()
        assert any("ix_step_index_event" in str(row) for row in plan)
