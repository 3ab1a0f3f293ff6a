"""I5, I6: whatever is done to referrals, their histories say what they are.

Random walks of a fixed seed through all three policies, with floors on what has to happen on
the way: a walk on which everything is refused proves nothing.
"""

import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from apflow.casework import Casework
from apflow.casework.calendars_files import read_calendar
from apflow.store import Store, calendars
from tests.promises.plausible import furnish
from tests.promises.walking import Walk

_TOP = Path(__file__).resolve().parents[2]
_FOLDERS = {
    "one-of-each": _TOP / "tests" / "policies",
    "heronsgate": _TOP / "states",
    "maidstone-and-malling": _TOP / "states",
}
_START = datetime(2026, 1, 14, 10, tzinfo=UTC)
_SITTINGS = [date(2026, 1, 7) + timedelta(weeks=2 * number) for number in range(26)]
_PUPILS = {f"p{number}": f"Pupil {number}" for number in range(1, 9)}
_YEARS = (
    "start,end,kind,label\n2025-09-03,2026-07-21,term,Year\n2026-09-01,2027-07-21,term,Next\n"
    "2026-02-16,2026-02-20,half_term,Half\n"
)
_CLOSURES = ("", "2026-03-05,2026-03-06,closure,Snow\n", "2026-01-26,2026-01-28,closure,Flood\n")
#: What has to happen on a walk, and how often, counted for a hundred steps.
_FLOORS = {
    "event applied": 15, "event refused": 6, "event stale": 1, "left alone": 8, "states": 3,
    "correct_facts applied": 1, "reverse_step applied": 1, "deadline_missed": 1, "swept": 3,
}  # fmt: skip


def walk(store: Store, folder: Path, policy: str, seed: int, steps: int) -> Counter[str]:
    """Walk through a policy; return what happened how often."""
    shutil.copytree(_FOLDERS[policy] / policy, folder / policy)
    work = Casework(store, (folder,))
    calendar = [entry.written() for entry in read_calendar(_YEARS.encode(), "years.csv")]
    with store.writing() as tx:
        calendars.put(tx, policy, calendar, [], _START, "years.csv")
    people = furnish(work, policy, _PUPILS, _SITTINGS)
    text = (folder / policy / "lifecycle.yaml").read_text(encoding="utf-8")
    walker = Walk(
        work=work,
        policy=policy,
        people=people,
        pupils=tuple(_PUPILS),
        words=("It was said.", "They went home early."),
        now=_START,
        seed=seed,
        # The longest policy takes a second to compile.
        versions=(text, text.replace("\ntitle: ", "\ntitle: The newer ", 1))
        if len(text) < 80_000
        else (),
        calendars=tuple(_YEARS + closure for closure in _CLOSURES),
    )
    return walker.walk(steps)


@pytest.mark.parametrize("policy", _FOLDERS)
def test_whatever_is_done_the_history_says_what_the_referral_is(
    store: Store, tmp_path: Path, policy: str
) -> None:
    """I5, I6: replay, deadlines, places, verify and refusals hold after each of many steps."""
    steps = 160 if store.dialect == "sqlite" else 80
    counts = walk(store, tmp_path, policy, seed=2, steps=steps)
    short = {
        what: (counts[what], floor * steps // 100)
        for what, floor in _FLOORS.items()
        if counts[what] < floor * steps // 100
    }
    assert not short, counts
