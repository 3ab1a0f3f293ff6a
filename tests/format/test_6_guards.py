"""Section 6 of the format: guards."""

from pathlib import Path

import pytest

from apflow.policy.check.listed import OVERRIDABLE
from tests.small_policy import faults, proved, small

TRANSITION = "- {from: draft, event: finish, to: done, by: [school, la], guards: [more]}"


@pytest.mark.parametrize(
    "guard",
    [
        "more: {require: ready, otherwise: Not ready.}",
        "more: {when: not ready, require: ready == false, otherwise: Odd.}",
        "more: {require: ready, otherwise: No., force: law}",
        "more: {require: ready, otherwise: No., force: must, override: [la]}",
        "more: {require: ready, otherwise: No., override: la}",
        "more: {require: ready, otherwise: No., force: should}",
    ],
)
def test_a_guard_has_a_demand_a_wording_a_force_and_perhaps_an_override(
    guard: str, tmp_path: Path
) -> None:
    assert faults(small(guards=guard, transitions=TRANSITION), tmp_path) == []


@pytest.mark.parametrize(
    ("guard", "says"),
    [
        ("more: {otherwise: No.}", "needs 'require'"),
        ("more: {require: ready}", "needs 'otherwise'"),
        ("more: {require: ready, otherwise: No., force: may}", "it is one of law, must, should"),
        ("more: {require: ready, otherwise: No., force: lawful}", "did you mean 'law'?"),
        (
            "more: {require: ready, otherwise: No., force: law, override: [la]}",
            "nobody may override a guard whose force is law",
        ),
        (
            "more: {require: ready, otherwise: No., force: should, override: [la]}",
            "never refuses: no override",
        ),
        ("more: {require: ready, otherwise: No., override: [lea]}", "did you mean 'la'?"),
        ("more: {require: ready, otherwise: No., override: [la, la]}", "'la' is listed twice"),
        ("more: {require: ready, otherwise: No., guard: x}", "is not a key here"),
        ("more: {require: , otherwise: No.}", "has no value"),
        ("more: {require: 3, otherwise: No.}", "yes or no is expected here"),
        ("more: {require: ready, when: today, otherwise: No.}", "yes or no is expected here"),
        ("more: {require: ready and not ready, otherwise: No.}", "can never hold"),
        ("more: {when: not ready, require: ready, otherwise: No.}", "can never hold"),
        ("transition: {require: ready, otherwise: No.}", "it is a finding of the house"),
    ],
)
def test_a_guard_that_cannot_be_is_refused(guard: str, says: str, tmp_path: Path) -> None:
    found = faults(small(guards=guard, transitions=TRANSITION), tmp_path)
    assert any(says in one for one in found), found


def test_a_guard_that_nothing_uses_is_refused(tmp_path: Path) -> None:
    found = faults(small(guards="more: {require: ready, otherwise: No.}"), tmp_path)
    assert found == ["13: guards > more: no transition and no state uses this guard"]


def test_a_guard_that_a_state_keeps_is_used(tmp_path: Path) -> None:
    text = small(
        guards="more: {require: ready, otherwise: No.}",
        states="only:\ndraft: {title: D, phase: work, owner: la, keeps: [more]}\n"
        "done: {title: E, phase: work, final: good}",
    )
    assert faults(text, tmp_path) == []


def test_guards_that_may_be_overridden_are_listed(tmp_path: Path) -> None:
    guard = "more: {title: More, require: ready, otherwise: No., override: [la, school]}"
    listed = proved(small(guards=guard, transitions=TRANSITION), tmp_path).listed
    assert [(one.sort, one.says) for one in listed] == [(OVERRIDABLE, "More: by la or school")]
