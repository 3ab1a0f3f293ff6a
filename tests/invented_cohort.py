"""One invented cohort, prepared by `apflow demo` once for all tests of a session."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from apflow.casework import Casework
from apflow.casework.cohort import preparing
from apflow.casework.cohort.preparing import Cohort
from apflow.referral import Referral
from apflow.store import Store, lists, referrals

SEED = 7
#: A Wednesday in term, with half a year of school before it.
DAY = date(2027, 3, 10)
NOW = datetime(2027, 3, 10, 9, 0, tzinfo=UTC)
DEMO = [sys.executable, "-m", "apflow.cli", "demo"]


@dataclass(frozen=True)
class Invented:
    """The cohort, the home in which the command was typed, and what that said (as JSON).

    `untouched` is that home's `demo` folder as it was then, to be copied and never opened: other
    tests type in the home. `referrals` are all of them, by reference.
    """

    home: Path
    untouched: Path
    said: Any
    cohort: Cohort
    work: Casework
    referrals: dict[str, Referral]

    @property
    def store(self) -> Store:
        return self.work.store

    def told_by(self, story: str) -> Referral:
        """Return the referral that a story is told of (the first, if several)."""
        reference = next(one.reference for one in self.cohort.examples if one.story == story)
        return self.referrals[reference]


@pytest.fixture(scope="session")
def cohort() -> Iterator[Invented]:
    """Give the cohort, whichever room's tests ask first."""
    yield _prepared()
    _put_away()


def environment(home: Path) -> dict[str, str]:
    """Return the environment of somebody whose home of apflow is `home`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("APFLOW_")}
    return {**kept, "APFLOW_HOME": str(home), "PYTHONUNBUFFERED": "1"}


def every_referral(store: Store) -> dict[str, Referral]:
    """Return every referral in a store."""
    with store.reading() as tx:
        rows = [
            row
            for place, only_open in ((None, True), (lists.BEFORE_CLOSED, False))
            for row in lists.worklist(tx, None, None, place, 10_000, only_open=only_open)
        ]
        found = (referrals.get(tx, row.reference) for row in rows)
        return {one.reference: one for one in found if one is not None}


@cache
def _prepared() -> Invented:
    """Type the command in a home where an earlier try was interrupted."""
    home = Path(tempfile.mkdtemp(prefix="apflow-cohort-"))
    (home / "demo").mkdir()
    for left in ("apflow.db.part", "apflow.db.part-wal"):
        (home / "demo" / left).write_bytes(b"half a file")
    asked = ["--no-serve", "--json", "--seed", str(SEED), "--date", DAY.isoformat()]
    done = subprocess.run(
        [*DEMO, *asked], env=environment(home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    untouched = home / "untouched"
    shutil.copytree(home / "demo", untouched)
    store = Store(f"sqlite:///{home / 'demo' / 'apflow.db'}")
    found = preparing.found(store)
    assert isinstance(found, Cohort)
    work = Casework(store, (home / "demo" / "states",))
    return Invented(home, untouched, json.loads(done.stdout), found, work, every_referral(store))


def _put_away() -> None:
    """Delete the cohort's files; the rooms that share it may all say so."""
    if _prepared.cache_info().currsize:
        made = _prepared()
        made.store.close()
        shutil.rmtree(made.home)
        _prepared.cache_clear()
