"""Claiming: taking a referral that nobody has, that the team has or whose turn it is."""

import pytest

from apflow.casework.lists.working import CLAIMED, ask_to_claim
from apflow.errors import Unknown
from apflow.referral import Request
from apflow.store import register
from tests.small_office import START, Office


def claimed(office: Office, reference: str, person: str, role: str | None = None) -> Request:
    request = ask_to_claim(office.work.office, reference, person, START, role)
    return office.work.apply(request.id, START)


def owner(office: Office, reference: str) -> str | None:
    return office.work.look(reference, "max", START).referral.owner


def joins(office: Office, person: str, role: str, where: str | None) -> None:
    with office.work.store.writing() as tx:
        if register.get_person(tx, person) is None:
            register.add_person(tx, register.Person(person, person.title()))
        register.add_membership(tx, register.Membership(person, role, where))


def test_a_colleague_takes_on_what_the_team_has(office: Office) -> None:
    reference = office.opened()
    joins(office, "sam", "school", "oak")
    assert claimed(office, reference, "sam").state == "applied"
    assert owner(office, reference) == "sam"
    step = office.work.history(reference, "sam", START)[-1]
    assert (step.event, step.actor, step.role) == ("hand_over", "sam", "school")
    assert [value.value for value in step.values if value.kind == "reason"] == [CLAIMED]
    assert step.about["owner_from"] == "sue"


def test_whose_turn_it_is_takes_it_on_and_nobody_else(office: Office) -> None:
    reference = office.opened(agrees=True)
    assert claimed(office, reference, "pam").state == "refused"
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    assert claimed(office, reference, "lea").state == "refused"
    assert claimed(office, reference, "pam").state == "applied"
    assert owner(office, reference) == "pam"


def test_what_somebody_had_who_left_is_free_for_whoever_takes_part(office: Office) -> None:
    first, second = office.opened("p1"), office.opened("p2")
    assert claimed(office, first, "lea").state == "refused"
    with office.work.store.writing() as tx:
        register.disable(tx, "sue", START)
    assert claimed(office, first, "lea").state == "applied"
    with office.work.store.writing() as tx:
        register.remove_membership(tx, register.Membership("sue", "school", "oak"))
    assert claimed(office, second, "pam").state == "applied"


def test_a_manager_takes_on_anything_and_an_auditor_nothing(office: Office) -> None:
    reference = office.opened()
    assert claimed(office, reference, "ann").state == "refused"
    assert owner(office, reference) == "sue"
    assert claimed(office, reference, "max").state == "applied"
    assert owner(office, reference) == "max"
    # A manager who has it is at work on it.
    assert claimed(office, reference, "lea").state == "refused"


def test_nobody_claims_what_they_do_not_see(office: Office) -> None:
    reference = office.opened()
    for person in ("eve", "nobody"):
        with pytest.raises(Unknown):
            ask_to_claim(office.work.office, reference, person, START)
    assert len(office.work.history(reference, "max", START)) == 1


def test_claiming_what_one_has_changes_nothing(office: Office) -> None:
    reference = office.opened()
    assert claimed(office, reference, "sue").state == "refused"
    assert len(office.work.history(reference, "max", START)) == 1


def test_the_same_claim_asked_twice_is_one(office: Office) -> None:
    reference = office.opened()
    joins(office, "sam", "school", "oak")
    first = ask_to_claim(office.work.office, reference, "sam", START, request_id="once")
    office.work.apply(first.id, START)
    assert ask_to_claim(office.work.office, reference, "sam", START, request_id="once").id == "once"
    office.work.apply("once", START)
    assert len(office.work.history(reference, "max", START)) == 2
