"""What the proof says of two transitions of one event, and of conditions that are no conditions."""

from itertools import combinations
from pathlib import Path

import pytest

from tests.small_policy import faults, small, telling, warnings

AGE = "age: {type: number, ask: Age}"


def two(first: str, second: str, by: str = "[la]", **sections: str) -> str:
    """Return a lifecycle in which `tell` has two transitions from draft with these keys."""
    return telling(
        AGE,
        when="known(age) and false",
        transitions=f"- {{from: draft, event: choose, by: [la], {first}}}\n"
        f"- {{from: draft, event: choose, to: done, by: {by}, {second}}}",
        events="choose: {title: Choose, may_ask: [age]}",
        **sections,
    ).replace(', when: "known(age) and false"', "")


@pytest.mark.parametrize(
    ("first", "second", "case"),
    [
        ("when: age >= 7", "when: age <= 10", "age is 7"),
        ("when: ready", "when: age > 10", "age is 11, ready is yes"),
        ("when: ready or age > 3", "when: not ready", "age is 4, ready is no"),
        ("guards: [young]", "guards: [old]", "age is 7"),
    ],
)
def test_both_open_is_shown_with_the_first_case_found(
    first: str, second: str, case: str, tmp_path: Path
) -> None:
    guards = (
        "young: {require: age < 8, otherwise: Old.}\nold: {require: age > 6, otherwise: Young.}"
    )
    used = "- {from: draft, event: tell, to: done, by: [school], guards: [young, old]}"
    text = two(first, second, guards=guards).rstrip("\n") + f"\n  {used}\n"
    text = text.replace("- {from: draft, event: tell, by: [school, la]}", "", 1).replace("  \n", "")
    (found,) = warnings(text, tmp_path)
    assert "may be open together with transition" in found
    assert f"({case})" in found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("when: age >= 7", "when: age < 7"),
        ("when: ready", "when: not ready"),
        ("when: age >= 7 and ready", "when: age >= 7 and not ready"),
        ("when: age == 3", "when: age == 4"),
        ("when: place_free", "when: not place_free"),
        ("when: count('choose') == 0", "when: count('choose') > 0"),
        ("when: entered('draft') > today", "when: entered('draft') <= today"),
        ("when: state == 'draft' and ready", "when: state == 'draft' and not ready"),
    ],
)
def test_whens_that_exclude_one_another_are_not_shown(
    first: str, second: str, tmp_path: Path
) -> None:
    pool = "pool: {capacity: 3, held_in: [draft]}"
    found = warnings(two(first, second, places=pool), tmp_path)
    assert [one for one in found if "transitions" in one] == []


def test_roles_that_never_meet_are_not_shown(tmp_path: Path) -> None:
    assert warnings(two("when: ready", "when: age > 3", by="[school]"), tmp_path) == []


def test_a_condition_on_the_role_keeps_two_transitions_apart(tmp_path: Path) -> None:
    text = two("when: role == 'school'", "when: role == 'la'", by="[la, school]")
    assert [one for one in warnings(text, tmp_path) if "together" in one] == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("to: done", "when: ready"),
        ("when: age >= 7", "when: age >= 10"),
        ("when: ready or age > 3", "when: ready"),
        ("to: done", "guards: [is_ready]"),
    ],
)
def test_a_transition_behind_one_that_always_goes_first_is_a_fault(
    first: str, second: str, tmp_path: Path
) -> None:
    (found,) = faults(two(first, second), tmp_path)
    assert "transitions > 5: can never be taken: transition 4 goes first" in found


@pytest.mark.parametrize(
    ("first", "second", "by"),
    [
        ("to: done, guards: [is_ready]", "when: ready", "[la]"),
        ("to: done", "when: ready", "[la, school]"),
        ("when: age > 9", "when: age > 7", "[la]"),
    ],
)
def test_a_transition_that_is_taken_when_the_first_refuses_is_no_fault(
    first: str, second: str, by: str, tmp_path: Path
) -> None:
    assert faults(two(first, second, by=by), tmp_path) == []


def test_a_transition_hidden_in_one_state_and_open_in_another_is_no_fault(tmp_path: Path) -> None:
    text = small(
        states="more: {title: More, phase: work, owner: la}",
        events="go: {title: Go}\nstop: {title: Stop}",
        transitions="- {from: draft, event: go, to: more, by: [la]}\n"
        "- {from: draft, event: stop, to: done, by: [la]}\n"
        "- {from: any, event: stop, to: done, by: [la]}",
    )
    assert faults(text, tmp_path) == []


@pytest.mark.parametrize(
    "require",
    [
        "age > 9 and age < 3",
        "ready and not ready",
        "age in (1, 2) and age == 3",
        "why == 'x' and why == 'y'",
        "old and age < 3",
        "stage == 'a' and age > 7",
    ],
)
def test_a_guard_that_no_answers_satisfy_is_a_fault(require: str, tmp_path: Path) -> None:
    text = telling(
        AGE,
        "why: {type: choice, ask: Why?, options: {x: X, y: Y}}",
        "old: {type: yes_no, is: age > 7}",
        "stage: {type: choice, options: {a: A, b: B}, choose: [{when: age > 7, is: b}, {is: a}]}",
        require=require,
    )
    found = faults(text, tmp_path)
    assert any("guards > extra > require: can never hold" in one for one in found), found


def test_a_guard_that_refuses_nobody_is_warned_of(tmp_path: Path) -> None:
    text = telling(AGE, require="known(age) or not known(age)")
    assert warnings(text, tmp_path) == [
        "guards > extra > require: always holds, so this guard refuses nobody"
    ]


def test_a_row_behind_rows_that_hold_first_is_warned_of(tmp_path: Path) -> None:
    fact = (
        "rank: {type: number, choose: [{when: ready, is: 1}, {when: ready and age > 3, is: 2}, "
        "{is: 3}]}"
    )
    assert warnings(telling(AGE, fact), tmp_path) == [
        "facts > rank > choose > 2: this row is never reached: the rows above it hold first"
    ]


def test_where_there_are_too_many_cases_that_is_said(tmp_path: Path) -> None:
    # Seven choices of six options always agree somewhere, which only trying them all would show.
    names, options = "abcdefg", "uvwxyz"
    facts = [
        f"{name}: {{type: choice, ask: F?, options: {{u: U, v: V, w: W, x: X, y: Y, z: Z}}}}"
        for name in names
    ]
    clashes = [
        f"clash_{option}: {{type: yes_no, is: "
        + " or ".join(f"{a}=='{option}' and {b}=='{option}'" for a, b in combinations(names, 2))
        + "}"
        for option in options
    ]
    require = " and ".join(f"not clash_{option}" for option in options)
    found = warnings(telling(*facts, *clashes, require=require), tmp_path)
    assert "guards > extra: has too many cases to be proved: look at it by eye" in found
