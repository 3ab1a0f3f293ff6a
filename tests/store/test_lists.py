"""Worklists: complete, in order, in scope, and each one range of one index."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apflow.referral import Referral
from apflow.store import Store, Tx, lists, referrals
from apflow.store.lists import WorklistRow
from tests.store.building import NOW, ORGANISATIONS, TODAY, furnish, make_referral


def fill(store: Store, *made: Referral) -> None:
    with store.writing() as tx:
        for referral in made:
            referrals.add(tx, referral)


def numbered(number: int, **changes: object) -> Referral:
    return make_referral(f"TR-{number:04}", **changes)


def pages(tx: Tx, organisations: list[str] | None, size: int, **more: object) -> list[WorklistRow]:
    found: list[WorklistRow] = []
    after = None
    while page := lists.worklist(tx, organisations, after=after, limit=size, **more):  # type: ignore[arg-type]
        found += page
        after = page[-1].place
    return found


def in_order(made: list[Referral], mine: set[str] | None) -> list[str]:
    """Return the references as the list should give them, worked out the slow way."""
    wanted = [one for one in made if mine is None or mine & set(one.parties.values())]

    def place(one: Referral) -> tuple[object, ...]:
        return (
            one.next_due is None,
            one.next_due is None and one.closed_on is not None,
            one.next_due or NOW,
            one.reference,
        )

    return [one.reference for one in sorted(wanted, key=place)]


def test_a_row_says_what_a_list_shows(store: Store) -> None:
    furnish(store)
    fill(store, numbered(1, state="draft", rank=2, next_due=NOW))
    with store.reading() as tx:
        (row,) = lists.worklist(tx, ["oak"])
    assert (row.reference, row.name, row.pupil) == ("TR-0001", "Zoë Ångström 0", "p0")
    assert (row.state, row.rank, row.owner, row.lifecycle) == ("draft", 2, "ann", "trial")
    assert (row.next_due, row.opened_on, row.closed_on) == (NOW, TODAY, None)
    assert "Ångström" not in "".join(row.place)


def test_what_falls_due_first_comes_first_and_what_never_does_comes_last(store: Store) -> None:
    furnish(store)
    fill(
        store,
        numbered(1),
        numbered(2, next_due=NOW + timedelta(days=2)),
        numbered(3, next_due=NOW),
        numbered(4, closed_on=TODAY),
        numbered(5),
    )
    with store.reading() as tx:
        openly = [row.reference for row in lists.worklist(tx, ["oak"])]
        every = [row.reference for row in lists.worklist(tx, ["oak"], only_open=False)]
    assert openly == ["TR-0003", "TR-0002", "TR-0001", "TR-0005"]
    assert every == [*openly, "TR-0004"]


def test_nobody_sees_a_referral_of_other_organisations(store: Store) -> None:
    furnish(store)
    fill(store, numbered(1, parties={"home": "oak"}), numbered(2, parties={"home": "elm"}))
    with store.reading() as tx:
        assert [row.reference for row in lists.worklist(tx, ["oak"])] == ["TR-0001"]
        assert lists.worklist(tx, ["pru"]) == []
        assert lists.worklist(tx, []) == []
        assert len(lists.worklist(tx, None)) == 2


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 9), only_open=st.booleans())
def test_paging_gives_every_referral_once_in_order(
    filled: tuple[Store, list[Referral]], seed: int, size: int, only_open: bool
) -> None:
    store, made = filled
    chosen = random.Random(seed).sample(ORGANISATIONS, random.Random(seed).randint(1, 4))
    scope = [one for one in made if one.closed_on is None or not only_open]
    with store.reading() as tx:
        mine = [row.reference for row in pages(tx, list(chosen), size, only_open=only_open)]
        assert mine == in_order(scope, set(chosen))
        every = [row.reference for row in pages(tx, None, size, only_open=only_open)]
        assert every == in_order(scope, None)


@pytest.fixture
def filled(store: Store) -> tuple[Store, list[Referral]]:
    furnish(store)
    chance = random.Random(7)
    made = []
    for number in range(60):
        slots = ("home", "mainstream", "pru", "la")
        parties = {slot: chance.choice(ORGANISATIONS) for slot in slots if chance.random() < 0.6}
        due = NOW + timedelta(days=chance.randint(0, 9)) if chance.random() < 0.6 else None
        closed = TODAY if chance.random() < 0.3 else None
        state = chance.choice(["draft", "agreed", "placed"])
        made.append(numbered(number, parties=parties, next_due=due, closed_on=closed, state=state))
    fill(store, *made)
    return store, made


def test_a_list_of_some_lifecycles_leaves_the_others_out(
    filled: tuple[Store, list[Referral]],
) -> None:
    store, made = filled
    scope = [one for one in made if one.closed_on is None]
    with store.reading() as tx:
        for organisations in (None, ["oak"], ["oak", "pru"]):
            found = [row.reference for row in pages(tx, organisations, 7, lifecycles=["trial"])]
            assert found == in_order(scope, None if organisations is None else set(organisations))
            assert pages(tx, organisations, 7, lifecycles=["another"]) == []


def test_moving_a_referral_moves_it_in_the_list(store: Store) -> None:
    furnish(store)
    first, second = numbered(1, next_due=NOW), numbered(2, next_due=NOW + timedelta(days=1))
    fill(store, first, second)
    later = replace(first, version=1, next_due=NOW + timedelta(days=2))
    with store.writing() as tx:
        assert referrals.move(tx, later, 0)
        assert [row.reference for row in lists.worklist(tx, ["oak"])] == ["TR-0002", "TR-0001"]
        assert referrals.move(tx, replace(later, version=2, closed_on=TODAY), 1)
        assert [row.reference for row in lists.worklist(tx, ["oak"])] == ["TR-0002"]
