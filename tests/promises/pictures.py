"""A picture of a whole database, in which nothing differs but what was done to it."""

import re
from collections.abc import Collection

from apflow.store import Store
from apflow.store.tables import metadata

#: Table -> its rows, sorted.
Picture = dict[str, list[str]]

#: Salts, digests and ids: at random, or following from what is.
_AT_RANDOM = re.compile(r"\b[0-9a-f]{32,64}\b")


def picture(store: Store, leaving_out: Collection[str] = ("reads",)) -> Picture:
    """Return every row of every table as text, without what is at random in it."""
    with store.reading() as tx:
        return {
            name: sorted(
                _AT_RANDOM.sub("*", str([_plain(value) for value in row]))
                for row in tx.execute(table.select())
            )
            for name, table in metadata.tables.items()
            if name not in leaving_out
        }


def _plain(value: object) -> object:
    return "salt" if isinstance(value, bytes | memoryview) else value
