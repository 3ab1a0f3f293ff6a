"""What a PostgreSQL role needs to do apflow's work, and no more: it can only append history."""

from typing import Any, LiteralString

import psycopg
from psycopg import sql

from apflow.errors import StoreError
from apflow.store.account_tables import office_acts
from apflow.store.statements import Tx
from apflow.store.tables import answers, lifecycles, metadata, reads, steps

#: Tables that only grow, for a role that does the work: nothing in them is changed or deleted.
_APPEND_ONLY = (steps, reads, office_acts)
#: Tables in which nothing is deleted.
_NO_DELETE = (answers, lifecycles)


def grant(tx: Tx, role: str) -> None:
    """Let `role` do the work; `tx` has to be the owner's, who alone upgrades. See Store.grant."""
    if tx.dialect.name != "postgresql":
        raise StoreError("SQLite knows no roles: who may open the file may do everything")
    cursor: psycopg.Cursor[Any] = tx.connection.cursor()  # type: ignore[assignment]
    to = sql.Identifier(role)
    for table in metadata.sorted_tables:
        rights: LiteralString = "SELECT, INSERT, UPDATE, DELETE"
        if table in _APPEND_ONLY:
            rights = "SELECT, INSERT"
        elif table in _NO_DELETE:
            rights = "SELECT, INSERT, UPDATE"
        on = sql.Identifier(table.name)
        cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(on, to))
        cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), on, to))
    cursor.execute(sql.SQL("GRANT SELECT ON alembic_version TO {}").format(to))
