"""A cohort in its place: prepared there once, known again, never put among what others keep."""

from datetime import date
from pathlib import Path

from apflow.casework.cohort import example
from apflow.casework.cohort.preparing import Cohort, found, prepare
from apflow.casework.cohort.telling import Progress
from apflow.errors import BadInput
from apflow.store import Store


def known(url: str, states: Path, seed: int | None, until: date | None) -> Cohort | None:
    """Return the whole cohort that the database at `url` holds, or None for an empty one.

    Raises BadInput, with the way out, for a database that holds anything else: what others keep,
    a cohort of another seed or last day than asked for, one that was never told to its end.
    """
    store = Store(url)
    try:
        there = found(store)
    finally:
        store.close()
    if there == "nothing":
        return None
    if there == "others":
        says = (
            "holds what is no cohort, and nothing is added to that; "
            "name an empty database in APFLOW_DATABASE_URL, or leave it unset"
        )
        raise BadInput("database", store.name, says)
    if not there.whole:
        says = "holds a cohort whose preparation was interrupted; delete it and begin again"
        raise BadInput("database", store.name, says)
    if seed not in (None, there.seed) or until not in (None, there.until):
        says = (
            f"holds the cohort of seed {there.seed} up to {there.until}; "
            "leave --seed and --date out to go on with it, or delete it for another"
        )
        raise BadInput("database", store.name, says)
    if not states.is_dir():
        example.write(states, there.until, with_numbers=True)
    return there


def told(url: str, states: Path, seed: int, until: date, progress: Progress) -> Cohort:
    """Prepare a cohort in the empty database at `url` and return it; see `preparing.prepare`.

    A SQLite file that is not there yet takes its name only when the cohort is whole: what an
    interruption leaves behind is cleared away by the next try.
    """
    path = Store(url).path
    if path is None or path.exists():
        return _told(url, states, seed, until, progress)
    part = path.with_name(f"{path.name}.part")
    for left in path.parent.glob(f"{part.name}*"):
        left.unlink()
    cohort = _told(f"sqlite:///{part.absolute()}", states, seed, until, progress)
    part.replace(path)
    return cohort


def _told(url: str, states: Path, seed: int, until: date, progress: Progress) -> Cohort:
    store = Store(url)
    try:
        return prepare(store, states, seed, until, progress)
    finally:
        store.close()
