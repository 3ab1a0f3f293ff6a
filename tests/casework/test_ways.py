"""What can happen next: each event in the role that gets furthest, and what would open it."""

from datetime import timedelta

import pytest

from apflow.casework.lists.around import around, colleagues, owned
from apflow.casework.offering import offer
from apflow.casework.seeing import Seen, see
from apflow.casework.ways import Way, correctable, cures, may_cure
from apflow.clock import london_day
from apflow.errors import Unknown
from apflow.store import reads, register
from apflow.store.register import Membership, Person
from tests.small_office import START, Office


def seen(office: Office, reference: str, person: str) -> Seen:
    return see(office.work.office, reference, person, START)


def ways(found: Seen) -> dict[str, Way]:
    return {way.event: way for way in found.ways}


def test_a_way_is_open_where_its_own_form_asks_for_all_that_is_missing(office: Office) -> None:
    reference = office.opened()
    found = ways(seen(office, reference, "sue"))
    assert (found["record_answer"].mine, found["record_answer"].stands) == (True, "open")
    assert found["record_answer"].takeable


def test_what_others_do_is_judged_for_them(office: Office) -> None:
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    school, panel = (ways(seen(office, reference, who)) for who in ("sue", "pam"))
    assert school["panel_agrees"].mine is False
    assert school["panel_agrees"].stands == panel["panel_agrees"].stands
    assert school["panel_agrees"].by == ("panel_member", "la")
    assert not school["panel_agrees"].takeable
    assert panel["panel_agrees"].takeable


def test_who_has_two_roles_gets_the_better_of_them(office: Office) -> None:
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    with office.work.store.writing() as tx:
        register.add_membership(tx, Membership("sue", "panel_member", None))
    found = seen(office, reference, "sue")
    assert set(found.roles) == {"school", "panel_member"}
    assert ways(found)["panel_agrees"].role == "panel_member"
    assert ways(found)["panel_agrees"].takeable


def test_nobody_of_the_office_may_do_anything_and_both_see_all(office: Office) -> None:
    reference = office.opened()
    for person in ("max", "ann"):
        found = seen(office, reference, person)
        assert found.acting == ()
        assert found.ways
        assert not [way for way in found.ways if way.mine]


def test_the_button_and_the_door_agree(office: Office) -> None:
    reference = office.opened(agrees=False)
    found = seen(office, reference, "sue")
    shut = [way for way in found.ways if way.mine and way.stands == "blocked"]
    assert shut
    for way in shut:
        assert office.do(reference, way.event, "sue").state == "refused", way.event


def test_what_a_guard_demands_says_which_way_puts_it_right(office: Office) -> None:
    reference = office.opened(agrees=False)
    found = seen(office, reference, "sue")
    compiled = found.machine.compiled
    stopped = [(way, finding) for way in found.ways if not way.takeable for finding in way.stopping]
    assert stopped
    for _, finding in stopped:
        possible = may_cure(compiled, finding, found.deadlines)
        for cure in cures(compiled, finding, found.ways, found.deadlines):
            assert cure.stands in ("open", "reason")
            assert cure.event in possible
        assert set(correctable(compiled, finding)) <= set(finding.read)


@pytest.mark.parametrize("person", ["sue", "lea", "pam", "max"])
def test_an_event_judged_alone_stands_as_it_does_among_all(office: Office, person: str) -> None:
    for reference in (office.opened(), office.placed("p2")):
        one, other = (offer(office.work.office, reference, person, START) for _ in range(2))
        everything = one.ways()
        assert everything
        for way in everything:
            assert other.way(way.event) == way
        assert other.ways() == everything


def test_one_look_is_noted_and_the_same_for_every_part(office: Office) -> None:
    reference = office.opened()
    seen(office, reference, "sue")
    see(office.work.office, reference, "pam", START, "step")
    with office.work.store.reading() as tx:
        looks = [(one.person, one.what) for one in reads.of(tx, reference)]
    assert sorted(looks) == [("pam", "step"), ("sue", "referral")]


def test_who_may_not_look_is_told_that_nothing_is_there(office: Office) -> None:
    reference = office.opened()
    for person, what in (("eve", reference), ("sue", "OO-2026-000000-0"), ("nobody", reference)):
        with pytest.raises(Unknown):
            seen(office, what, person)
    with office.work.store.reading() as tx:
        assert not [one for one in reads.of(tx, reference) if one.person in ("eve", "nobody")]


def test_a_team_is_whoever_does_the_same_in_the_same_place(office: Office) -> None:
    with office.work.store.writing() as tx:
        register.add_person(tx, Person("sam", "Sam"))
        register.add_membership(tx, Membership("sam", "school", "oak"))
    work = office.work.office
    assert colleagues(work, "sue") == {"sue", "sam"}
    assert colleagues(work, "eve") == {"eve"}
    assert colleagues(work, "nobody") == {"nobody"}


def test_what_stands_around_a_person(office: Office) -> None:
    office.opened()
    work, today = office.work.office, london_day(START)
    sue, pam = around(work, "sue", today), around(work, "pam", today)
    assert [one.lifecycle for one in sue.policies] == ["one-of-each"]
    assert (sue.opens, pam.opens) == (True, False)
    assert sue.meeting is not None
    assert sue.meeting.on == today
    assert around(work, "sue", today + timedelta(days=1)).meeting is None
    assert ("oak", "Oak") in sue.places
    with pytest.raises(Unknown):
        around(work, "nobody", today)


def test_what_a_person_has_is_counted_without_being_shown(office: Office) -> None:
    first, _ = office.opened("p1"), office.opened("p2")
    work = office.work.office
    assert owned(work, "sue") == 2
    assert owned(work, "pam") == 0
    assert owned(work, "sue", "nowhere") == 0
    with office.work.store.reading() as tx:
        assert reads.of(tx, first) == []
