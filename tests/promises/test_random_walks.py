"""I5, I6: whatever is done to referrals, their histories say what they are.

Random walks of a fixed seed through all three policies, with floors on what has to happen on
the way: a walk on which everything is refused proves nothing.
"""

from pathlib import Path

import pytest

from apflow.store import Store
from tests.promises.begun import POLICIES, begun

#: What has to happen on a walk, and how often, counted for a hundred steps.
_FLOORS = {
    "event applied": 15, "event refused": 6, "event stale": 1, "left alone": 8, "states": 3,
    "correct_facts applied": 1, "reverse_step applied": 1, "deadline_missed": 1, "swept": 3,
}  # fmt: skip


@pytest.mark.parametrize("policy", POLICIES)
def test_whatever_is_done_the_history_says_what_the_referral_is(
    store: Store, tmp_path: Path, policy: str
) -> None:
    """I5, I6: replay, deadlines, places, verify and refusals hold after each of many steps."""
    steps = 160 if store.dialect == "sqlite" else 80
    counts = begun(store, tmp_path, policy, seed=5).walk(steps)
    short = {
        what: (counts[what], floor * steps // 100)
        for what, floor in _FLOORS.items()
        if counts[what] < floor * steps // 100
    }
    assert not short, counts
