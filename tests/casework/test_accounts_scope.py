"""I7, T11: an administrator keeps people and sees no referral; who is manager too sees all."""

from collections.abc import Callable

import pytest

from apflow.casework import Asked
from apflow.casework.lists.scoping import sight_of
from apflow.errors import ApflowError, Unknown
from apflow.policy.check import check_form
from apflow.store import register
from apflow.store.register import Membership, Person
from apflow.store.scope import Scope
from tests.small_office import START, Office

MISSING = Asked("submit", "ada", None, {"sitting": "2026-01-14"})


@pytest.fixture
def ada(office: Office) -> Office:
    """Give the office with Ada, who administers it, and a referral in it."""
    with office.work.store.writing() as tx:
        register.add_person(tx, Person("ada", "Ada"))
        register.add_membership(tx, Membership("ada", "administrator", None))
    office.opened("p1", agrees=True)
    return office


ASKS: dict[str, Callable[[Office, str], object]] = {
    "look": lambda office, reference: office.work.look(reference, "ada", START),
    "look as an administrator": lambda office, reference: office.work.look(
        reference, "ada", START, "administrator"
    ),
    "choices": lambda office, reference: office.work.choices(reference, "ada", START),
    "history": lambda office, reference: office.work.history(reference, "ada", START),
    "ask": lambda office, reference: office.work.ask(reference, MISSING, START),
    "adopt": lambda office, reference: office.work.would_adopt(reference, "ada", START),
}


@pytest.mark.parametrize("asks", ASKS.values(), ids=ASKS)
def test_to_an_administrator_no_referral_is_there(
    ada: Office, asks: Callable[[Office, str], object]
) -> None:
    [row] = ada.work.worklist("max", START)
    with pytest.raises(ApflowError) as caught:
        asks(ada, row.reference)
    if isinstance(caught.value, Unknown):
        assert caught.value.kind == "referral"


def test_an_administrator_lists_and_counts_nothing(ada: Office) -> None:
    assert ada.work.worklist("ada", START) == ()
    assert ada.work.worklist("ada", START, closed=True) == ()
    with ada.work.store.reading() as tx:
        sight = sight_of(ada.work.office, tx, "ada")
    assert sight.scope == Scope(False, (), (), (), ())
    assert sight.policies == ()


@pytest.mark.parametrize(
    ("role", "where", "others"), [("manager", None, 2), ("auditor", None, 2), ("school", "elm", 0)]
)
def test_who_holds_another_role_too_sees_what_that_one_sees(
    ada: Office, role: str, where: str | None, others: int
) -> None:
    ada.opened("p2")
    with ada.work.store.writing() as tx:
        register.add_membership(tx, Membership("ada", role, where))
    assert len(ada.work.worklist("ada", START)) == others


def test_no_policy_can_give_an_administrator_a_part_in_it(ada: Office) -> None:
    with ada.work.store.reading() as tx:
        [(_, lifecycle)] = ada.work.office.known_lifecycles(tx)
    declared = {**lifecycle.roles, "administrator": lifecycle.roles["la"]}
    remarks = [str(one) for one in check_form(lifecycle.model_copy(update={"roles": declared}))]
    assert any("administrator" in one and "role of the house" in one for one in remarks)
