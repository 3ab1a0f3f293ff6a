"""What the driver said, in words that help and hold no child's data."""

import sqlite3

import psycopg

from apflow.errors import BadInput, StoreError

#: SQLSTATEs of PostgreSQL that say: not now. Locks, time limits, deadlocks.
_BUSY_STATES = ("40", "55P03", "57014")
#: What the driver itself would not take.
_REFUSED = (
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    psycopg.DataError,
    psycopg.ProgrammingError,
)


class Taken(StoreError):
    """Something of that key is there already, or what it points at is not there."""


class Busy(StoreError):
    """Somebody else is writing and did not finish in time; nothing was changed."""


def not_kept(error: BaseException) -> BadInput | None:
    """Return what to raise where the driver itself cannot write a value, else None."""
    if isinstance(error, UnicodeEncodeError):
        half = error.object[error.start]
        return BadInput("text", half, "is half of a character and cannot be kept")
    if isinstance(error, OverflowError):
        return BadInput("number", "…", "is too large to be kept")
    if isinstance(error, psycopg.DataError) and not error.sqlstate:
        return BadInput("text", "\0", "cannot be kept; leave it out")
    return None


def fault(name: str, error: BaseException) -> StoreError:
    """Return what to raise for a driver's error on the database called `name`."""
    says = _reason(error)
    state = _sqlstate(error) or ""
    if isinstance(error, sqlite3.IntegrityError | psycopg.IntegrityError):
        return Taken(f"{name}: {says}")
    if "locked" in says or "busy" in says or state.startswith(_BUSY_STATES):
        return Busy(f"{name} is busy: {says}; nothing was changed, try again")
    if isinstance(error, psycopg.Error) and not state:
        return StoreError(
            f"{name} cannot be reached: is PostgreSQL running, and are host, port, "
            f"user and password right? If something was being recorded, ask again with the "
            f"same request: it is never recorded twice"
        )
    if "unable to open" in says or "not a database" in says or "malformed" in says:
        return StoreError(
            f"{name} cannot be used: {says}; check the path and who may read it, "
            f"or restore a backup: apflow restore"
        )
    if isinstance(error, _REFUSED) or "readonly" in says or state.startswith(("25", "42")):
        return StoreError(f"{name} refused it: {says}; nothing was changed")
    return StoreError(
        f"{name}: {says}; whether it was recorded is not known: ask again with the "
        f"same request, it is never recorded twice"
    )


def _sqlstate(error: BaseException) -> str | None:
    return getattr(error, "sqlstate", None)


def _reason(error: BaseException) -> str:
    """Say what the driver said without any value: PostgreSQL's details repeat rows."""
    if not isinstance(error, psycopg.Error):
        return str(error)
    named = error.diag.constraint_name or error.diag.table_name
    return " ".join(part for part in (error.sqlstate, type(error).__name__, named) if part)
