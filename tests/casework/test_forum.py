"""A sitting: its agenda in the policy's order with the reason, decided together."""

from datetime import date, timedelta
from typing import Any

import pytest

from apflow.casework import Asked
from apflow.casework.meetings import forum
from apflow.casework.meetings.forum import Decided, Sitting
from apflow.errors import BadInput, Unknown
from apflow.store import Store, reads, register
from tests.small_office import START, Office

PANEL = Sitting("one-of-each", "panel", date(2026, 1, 14))
SAT = {"panel_member": "present", "la": "present"}


def _submitted(office: Office, pupil: str, **answers: Any) -> str:
    reference = office.opened(pupil, agrees=True, **answers)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    return reference


def test_the_agenda_is_in_the_policys_order_with_its_reason(office: Office) -> None:
    other = _submitted(office, "p1")
    excluded = _submitted(office, "p2", excluded=True, excluded_on="2026-01-12", secret=False)
    first = _submitted(office, "p3", excluded=True, excluded_on="2026-01-12", secret=True)
    office.opened("p4")
    items = forum.agenda(office.work.office, PANEL, "pam", START)
    assert [(item.number, item.reference, item.because) for item in items] == [
        (1, first, "First"),
        (2, excluded, "Excluded"),
        (3, other, "Others"),
    ]
    assert items[0].events == ("panel_agrees",)


def _more_people(store: Store) -> None:
    """Add people of another school, of two schools, of none of the policy's roles, of no role."""
    with store.writing() as tx:
        register.add_organisation(tx, register.Organisation("far", "Far"))
        for person in ("fay", "two", "adam", "rolf"):
            register.add_person(tx, register.Person(person, person.title()))
        for person, role, where in (
            ("fay", "school", "far"), ("adam", "administrator", None), ("two", "school", "oak"),
            ("two", "school", "elm"),
        ):  # fmt: skip
            register.add_membership(tx, register.Membership(person, role, where))


def test_an_agenda_holds_what_its_reader_may_see_each_at_its_place_and_nothing_else(
    office: Office, store: Store
) -> None:
    mine = _submitted(office, "p1")
    answers = {"home": "elm", "excluded": False, "agrees": True}
    asked = office.work.ask_to_open(
        "one-of-each", "p2", Asked("open_it", "eve", None, answers), START
    )
    theirs = office.work.apply(asked.id, START).reference
    office.done(theirs, "submit", "eve", sitting="2026-01-14")
    urgent = _submitted(office, "p3", excluded=True, excluded_on="2026-01-12", secret=True)
    _more_people(store)

    def seen(person: str) -> list[tuple[int, str]]:
        items = forum.agenda(office.work.office, PANEL, person, START)
        with store.reading() as tx:
            looked = {one.reference for one in reads.by(tx, person) if one.what == "agenda"}
        assert looked == {item.reference for item in items}
        return [(item.number, item.reference) for item in items]

    everything = seen("ann")
    assert everything[0] == (1, urgent)
    assert {reference for _, reference in everything} == {urgent, mine, theirs}
    for person in ("max", "pam", "lea", "two"):
        assert seen(person) == everything
    assert seen("sue") == [one for one in everything if one[1] in (mine, urgent)]
    assert seen("eve") == [one for one in everything if one[1] == theirs]
    assert seen("fay") == []
    # Who has no part in the policy does not learn that there is such a sitting.
    for person in ("adam", "rolf", "nobody"):
        with pytest.raises(Unknown):
            forum.agenda(office.work.office, PANEL, person, START)


def test_what_one_may_not_see_one_cannot_decide_on(office: Office, store: Store) -> None:
    reference = _submitted(office, "p1")
    with store.writing() as tx:
        register.add_person(tx, register.Person("fay", "Fay"))
        register.add_membership(tx, register.Membership("fay", "school", "elm"))
    with pytest.raises(BadInput, match="is not on the agenda"):
        forum.prepare(
            office.work.office,
            PANEL,
            [Decided(reference, "panel_agrees")],
            "fay",
            START,
            people=SAT,
        )


def test_a_sitting_is_decided_in_order_and_who_sat_is_asked_once(office: Office) -> None:
    later = _submitted(office, "p1")
    first = _submitted(office, "p2", excluded=True, excluded_on="2026-01-12", secret=True)
    decisions = [Decided(later, "panel_agrees"), Decided(first, "panel_agrees")]
    forum.prepare(office.work.office, PANEL, decisions, "pam", START, people=SAT)
    held = forum.hold(office.work.office, PANEL, START)
    assert [(one.reference, one.state) for one in held] == [(first, "applied"), (later, "applied")]
    # There is one place: the first in the policy's order has it.
    assert (office.state(first), office.state(later)) == ("agreed", "waiting")
    sat = office.work.look(later, "lea", START).facts["sat"]
    assert isinstance(sat, dict)
    assert set(sat) == {"panel_member", "la"}


def test_a_sitting_held_twice_decides_nothing_more(office: Office) -> None:
    reference = _submitted(office, "p1")
    decisions = [Decided(reference, "panel_agrees")]
    forum.prepare(office.work.office, PANEL, decisions, "pam", START, people=SAT)
    assert len(forum.hold(office.work.office, PANEL, START)) == 1
    assert forum.hold(office.work.office, PANEL, START) == ()


def test_one_wrong_decision_stores_none(office: Office) -> None:
    good, not_there = _submitted(office, "p1"), office.opened("p2")
    decisions = [Decided(good, "panel_agrees"), Decided(not_there, "panel_agrees")]
    with pytest.raises(BadInput, match="not on the agenda"):
        forum.prepare(office.work.office, PANEL, decisions, "pam", START, people=SAT)
    with pytest.raises(BadInput, match="panel_agrees"):
        forum.prepare(office.work.office, PANEL, [Decided(good, "offer")], "pam", START)
    assert forum.waiting(office.work.office, PANEL, START) == ()


def test_a_sitting_still_to_come_is_not_decided(office: Office) -> None:
    reference = _submitted(office, "p1")
    day_before = START - timedelta(days=1)
    with pytest.raises(BadInput, match="not been held yet"):
        forum.prepare(
            office.work.office, PANEL, [Decided(reference, "panel_agrees")], "pam", day_before
        )


def test_what_was_not_decided_is_carried_over_to_the_next_sitting(office: Office) -> None:
    reference = _submitted(office, "p1")
    later = Sitting("one-of-each", "panel", date(2026, 2, 11))
    assert forum.list_sitting(office.work.office, later, START)
    assert not forum.list_sitting(office.work.office, later, START)
    (item,) = forum.agenda(office.work.office, later, "pam", START)
    assert (item.reference, item.carried_over) == (reference, True)


@pytest.mark.parametrize("name", ["one-of-each/panel", "x", "one-of-each/panel/2026-02-30"])
def test_a_sitting_that_is_not_written_right_is_refused_with_the_form(name: str) -> None:
    with pytest.raises(BadInput, match="policy/meeting/2026-01-28"):
        forum.sitting_of(name)


def test_a_sitting_that_is_not_listed_is_unknown(office: Office) -> None:
    with pytest.raises(Unknown, match="2026-01-21"):
        forum.agenda(
            office.work.office, Sitting("one-of-each", "panel", date(2026, 1, 21)), "pam", START
        )
    with pytest.raises(Unknown, match="panl"):
        forum.list_sitting(
            office.work.office, Sitting("one-of-each", "panl", date(2026, 1, 21)), START
        )
