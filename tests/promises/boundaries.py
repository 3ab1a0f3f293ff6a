"""Every statement that a database is given, seen just before it runs: where a process can die.

On SQLite the driver says each statement that it begins, COMMIT and what triggers run included;
on PostgreSQL its cursors and its connection do. Nothing of the product is changed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa
from typing_extensions import override

#: Told the words of a statement before it runs; may end the process, wait or raise.
Told = Callable[[str], None]


@contextmanager
def told_before_each(told: Told) -> Iterator[None]:
    """Tell `told` of every statement on connections that are opened from now on."""

    class Telling(psycopg.Cursor[Any]):
        @override
        def execute(self, query: Any, *rest: Any, **more: Any) -> Any:
            told(str(query))
            return super().execute(query, *rest, **more)

        @override
        def executemany(self, query: Any, *rest: Any, **more: Any) -> None:
            told(str(query))
            super().executemany(query, *rest, **more)

    def connected(connection: Any, _: object) -> None:
        if not isinstance(connection, psycopg.Connection):
            connection.set_trace_callback(told)
            return
        commit = connection.commit

        def committing() -> None:
            told("COMMIT")
            commit()

        connection.cursor_factory = Telling
        connection.commit = committing  # type: ignore[method-assign]

    sa.event.listen(sa.pool.Pool, "connect", connected)
    try:
        yield
    finally:
        sa.event.remove(sa.pool.Pool, "connect", connected)
