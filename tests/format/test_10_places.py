"""Section 10 of the format: pools of places."""

from pathlib import Path

import pytest

from tests.small_policy import faults, small, telling, warnings

STATES = (
    "waiting: {title: Waiting, phase: work, owner: la}\nhere: {title: H, phase: work, owner: la}"
)
EVENTS = "agree: {title: Agree}\noffer: {title: Offer}\nleave: {title: Leave}"
#: As the page says pools are used: room chooses the road, and the next in line is a guard.
ROADS = """\
- {from: draft, event: agree, to: here, by: [la], when: place_free}
- {from: draft, event: agree, to: waiting, by: [la], when: not place_free}
- {from: waiting, event: offer, to: here, by: [la], when: place_free, guards: [first_come]}
- {from: [here, waiting], event: leave, to: done, by: [la]}"""
GUARD = "first_come: {require: next_in_line, otherwise: Another comes first., override: [la]}"


def pooled(*pools: str, facts: str = "") -> str:
    return small(
        states=STATES,
        events=EVENTS,
        transitions=ROADS,
        guards=GUARD,
        facts=facts,
        settings="most: {value: 12}",
        places="\n".join(pools),
    )


@pytest.mark.parametrize(
    "keys",
    [
        "capacity: 3, held_in: [here]",
        "capacity: most, held_in: [here], waiting_in: [waiting]",
        "capacity: most + 2, held_in: here, waiting_in: waiting",
        "title: Pool, when: ready, capacity: 3, held_in: [here], waiting_in: [waiting], "
        "order: [rank, last('agree')]",
        "capacity: 3, held_in: [here], order: rank",
    ],
)
def test_every_key_of_a_pool_is_taken_and_used_as_the_page_says(keys: str, tmp_path: Path) -> None:
    text = pooled(f"pool: {{{keys}}}", facts="rank: {type: number, is: 3}")
    assert faults(text, tmp_path) == []
    assert [one for one in warnings(text, tmp_path) if "setting" not in one] == []


def test_a_referral_may_count_against_several_pools(tmp_path: Path) -> None:
    pools = (f"{name}: {{when: {when}, capacity: 3, held_in: [here]}}" for name, when in
             (("one", "ready"), ("two", "not ready"), ("three", "ready or not ready")))  # fmt: skip
    assert faults(pooled(*pools), tmp_path) == []


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("held_in: [here]", "needs 'capacity'"),
        ("capacity: 3", "needs 'held_in'"),
        ("capacity: 3, held_in: []", "needs at least one state that holds a place"),
        ("capacity: 3, held_in: [her]", "did you mean 'here'?"),
        ("capacity: 3, held_in: [here], waiting_in: [here]", "cannot both hold a place and wait"),
        ("capacity: ready, held_in: [here]", "a number is expected here"),
        ("capacity: mst, held_in: [here]", "did you mean 'most'?"),
        ("capacity: 3, held_in: [here], when: redy", "did you mean 'ready'?"),
        ("capacity: 3, held_in: [here], when: ready and not ready", "can never be yes"),
        ("capacity: 3, held_in: [here], order: [ready]", "a number or a date is expected"),
        ("capacity: 3, held_in: [here], size: 4", "is not a key here"),
    ],
)
def test_a_pool_that_cannot_be_is_refused(keys: str, says: str, tmp_path: Path) -> None:
    found = faults(pooled(f"pool: {{{keys}}}"), tmp_path)
    assert any(says in one for one in found), found


def test_against_no_pool_place_free_is_always_yes_and_that_is_said(tmp_path: Path) -> None:
    text = telling("age: {type: number, ask: Age}", when="place_free")
    (found,) = warnings(text, tmp_path)
    assert found == "transitions > 3 > when: place_free is always yes: the file has no places"


def test_a_pool_that_nothing_asks_about_is_said_to_be_counted_only(tmp_path: Path) -> None:
    (found,) = warnings(small(places="pool: {capacity: 3, held_in: [draft]}"), tmp_path)
    assert found == "places > pool: is counted, but nothing asks place_free"
