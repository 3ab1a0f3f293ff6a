"""Every row of a database, to see whether anything in it was changed."""

from collections.abc import Collection

from apflow.store import Store
from apflow.store.tables import metadata

#: Table -> its rows as they are.
Rows = dict[str, frozenset[str]]


def rows(store: Store, leaving_out: Collection[str] = ("reads",)) -> Rows:
    """Return every row of every table, but those of some (the record of who looked)."""
    with store.reading() as tx:
        return {
            name: frozenset(map(repr, tx.exec_driver_sql(f"SELECT * FROM {name}")))
            for name in metadata.tables
            if name not in leaving_out
        }
