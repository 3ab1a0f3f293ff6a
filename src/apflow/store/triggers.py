"""The triggers that refuse to change what was done, and the proof that they stand."""

import sqlalchemy as sa

from apflow.errors import StoreError
from apflow.store.statements import Tx

#: The tables to which one can only add: a referral's history, and what the office did.
APPEND_ONLY = ("steps", "office_acts")
_REFUSED = {
    "sqlite": ("update", "delete"),
    "postgresql": ("update", "delete", "truncate"),
}
#: What each database has to have; the migrations make them.
EXPECTED = {
    dialect: frozenset(f"{table}_refuse_{one}" for table in APPEND_ONLY for one in refused)
    for dialect, refused in _REFUSED.items()
}

_STANDING = {
    "sqlite": sa.text(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        " AND sql LIKE 'CREATE TRIGGER ' || tbl_name || '_refuse_% BEFORE % ON ' || tbl_name ||"
        " ' BEGIN SELECT RAISE(ABORT, %); END'"
    ),
    "postgresql": sa.text(
        "SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE t.tgrelid IN (to_regclass('steps'), to_regclass('office_acts'))"
        " AND t.tgname LIKE c.relname || '_refuse_%' AND t.tgenabled IN ('O', 'A')"
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
            f"the history is not protected: missing {', '.join(gone)}; "
            f"somebody took it away. Verify the history, then restore a backup"
        )
