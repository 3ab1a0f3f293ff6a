"""Faults planted on purpose are found: a checker that finds none proves nothing.

I1, I2, I3 and I6 each have their plant; the one of two places for one is in `test_one_winner`.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from apflow.casework import missing
from apflow.store import Store, deadlines
from tests.promises import mutants
from tests.promises.begun import begun
from tests.promises.dying import Nursery
from tests.promises.mutants import Put
from tests.promises.scenes import Scene, a_place, a_sweep, an_advance, killed_everywhere
from tests.promises.soundness import faults
from tests.promises.walking import Broken
from tests.small_office import START, Office


@pytest.mark.parametrize(
    ("mutant", "scene", "says"),
    [
        ("history_in_a_second_transaction", an_advance, "does not verify"),
        ("history_in_a_second_transaction", a_place, "does not verify"),
        ("notices_after_the_commit", a_sweep, "told at"),
    ],
)
def test_what_is_written_in_a_second_transaction_is_found_by_killing(
    office: Office, born: Nursery, mutant: str, scene: Scene, says: str
) -> None:
    """I1, planted: a death between the two leaves half of it."""
    job = scene(office)
    _, wrong = killed_everywhere(born, office.work, {**job, "mutant": mutant})
    assert any(says in one for one in wrong), wrong


@pytest.mark.parametrize(
    "plant", [mutants.a_claim_that_never_loses, mutants.a_sweep_that_claims_nothing]
)
def test_a_deadline_fired_by_two_who_both_saw_it_due_is_found(
    office: Office, monkeypatch: pytest.MonkeyPatch, plant: Callable[[Put], None]
) -> None:
    """I3, planted: with the claim as it is the second has nothing to do."""
    later = START + timedelta(days=9)
    for pupil in ("p1", "p2"):
        office.opened(pupil, excluded=True, excluded_on="2026-01-12")
    with office.work.store.reading() as tx:
        one, other = deadlines.due(tx, later, 10)
    assert [missing.miss(office.work.office, one, later) for _ in range(2)] == [True, False]
    assert faults(office.work) == []
    plant(monkeypatch.setattr)
    assert [missing.miss(office.work.office, other, later) for _ in range(2)] == [True, True]
    assert any("missed are" in says for says in faults(office.work))


@pytest.mark.parametrize(
    ("plant", "says"),
    [
        (mutants.rows_that_are_never_disarmed, "a deadline should be"),
        (mutants.a_refusal_that_leaves_a_trace, "and yet something changed"),
    ],
)
def test_a_walk_finds_what_is_wrong_without_any_death_or_race(
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[Put], None],
    says: str,
) -> None:
    """I5, I6, planted: found within a hundred steps, and told with how it came to it."""
    walk = begun(store, tmp_path, "one-of-each", seed=2)
    plant(monkeypatch.setattr)
    with pytest.raises(Broken, match=says):
        walk.walk(100)
