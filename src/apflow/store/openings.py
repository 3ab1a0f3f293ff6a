"""Opening a referral while a calendar changes: one of the two waits, so that none is left out.

Whoever changes a calendar works out anew the deadlines of every open referral that he can see.
On PostgreSQL one that is just being opened by the old calendar cannot be seen yet. On SQLite
there is one writer at a time.
"""

import sqlalchemy as sa

from apflow.store.statements import Statement, Tx

#: Any number that no other advisory lock of ours has.
_LOCK: "sa.ColumnClause[int]" = sa.literal_column("20240917")
_AMONG_OTHERS = Statement(sa.select(sa.func.pg_advisory_xact_lock_shared(_LOCK)))
_ALONE = Statement(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def opening(tx: Tx) -> None:
    """Keep calendars as they are until the transaction ends; asked before one is read."""
    if tx.dialect.name == "postgresql":
        _AMONG_OTHERS.row(tx)


def none_opening(tx: Tx) -> None:
    """Wait until no referral is being opened, and let none be until the transaction ends."""
    if tx.dialect.name == "postgresql":
        _ALONE.row(tx)
