"""Errors carry parts, survive pickling and end in an exit code."""

import pickle

import pytest

from apflow import errors

FAULT = errors.Fault("lifecycle.yaml", 3, 7, "guards.parent_agrees", "no such fact")
EXAMPLES: list[errors.ApflowError] = [
    errors.PolicyError(FAULT, FAULT),
    errors.FileError(FAULT),
    errors.Unknown("referral", "MM-2026-AAAAAA-A", "MM-2026-AAAAAB-B"),
    errors.BadInput("year group", "twelve", "must be a whole number"),
    errors.BadInputs(errors.BadInput("year group", "twelve", "must be a whole number")),
    errors.Stale("MM-2026-AAAAAA-A", 3, 4, "the state changed"),
    errors.Altered("MM-2026-AAAAAA-A", 3, "the body was changed"),
    errors.StoreError("the database is not there"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_says_the_same_after_a_journey_between_processes(
    error: errors.ApflowError,
) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert str(error)
    assert again.exit_code == error.exit_code


def test_every_error_of_the_house_is_tried_here() -> None:
    def leaves(kind: type) -> set[type]:
        below: list[type] = kind.__subclasses__()
        return {kind}.union(*(leaves(one) for one in below)) if below else {kind}

    named = {kind for kind in leaves(errors.ApflowError) if kind.__module__ == "apflow.errors"}
    assert named - {errors.ApflowError} == {type(error) for error in EXAMPLES}


def test_someone_moved_it_first_has_an_exit_code_of_its_own() -> None:
    assert errors.Stale("r", 1, 2, "x").exit_code == 3
    assert errors.BadInput("a", "b", "c").exit_code == 2


def test_a_name_nobody_knows_is_repeated_short_and_visible() -> None:
    assert str(errors.Unknown("person", "a\u202eb")) == "There is no person 'a\\u202eb'"
    assert len(str(errors.Unknown("person", "a" * 100_000))) < 120
