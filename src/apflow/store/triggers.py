"""The triggers that refuse to change a step, and the proof that they stand."""

import sqlalchemy as sa

from apflow.errors import StoreError
from apflow.store.statements import Tx

#: What each database has to have; the migrations make them.
EXPECTED = {
    "sqlite": frozenset({"steps_refuse_update", "steps_refuse_delete"}),
    "postgresql": frozenset(
        {"steps_refuse_update", "steps_refuse_delete", "steps_refuse_truncate"}
    ),
}

_STANDING = {
    "sqlite": sa.text(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'steps'"
        " AND sql LIKE 'CREATE TRIGGER steps_refuse_% BEFORE % ON steps"
        " BEGIN SELECT RAISE(ABORT, %); END'"
    ),
    "postgresql": sa.text(
        "SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE t.tgrelid = 'steps'::regclass AND t.tgenabled IN ('O', 'A')"
        " AND t.tgqual IS NULL AND p.prosrc LIKE '% BEGIN RAISE EXCEPTION %'"
    ),
}


def missing(tx: Tx) -> tuple[str, ...]:
    """Return the names of the triggers that should stand and do not, sorted."""
    dialect = tx.dialect.name
    standing = {str(name) for name in tx.scalars(_STANDING[dialect])}
    return tuple(sorted(EXPECTED[dialect] - standing))


def require(tx: Tx) -> None:
    """Raise StoreError unless every trigger stands."""
    gone = missing(tx)
    if gone:
        raise StoreError(
            f"the history is not protected: missing {', '.join(gone)} on the table steps; "
            f"somebody took it away. Verify the history, then restore a backup"
        )
