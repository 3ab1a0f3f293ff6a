"""Connections as this house wants them: durable, watched, and with nobody else's defaults."""

import sqlite3
import time
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from apflow.errors import StoreError

#: How long a writer waits for its turn before it gives up, in seconds.
PATIENCE = 20.0
#: A pooled PostgreSQL connection left alone for longer is asked whether it still lives.
_IDLE_SECONDS = 5.0

#: How often, and after how many seconds, a new file is asked again for its write-ahead log.
_TRIES, _PAUSE = 100, 0.02

_WAYS = "sqlite:///path/to/file or postgresql://user@host:port/database"


def parsed(given: str) -> sa.URL:
    """Return a database's address for SQLAlchemy. Raises StoreError for any but our two kinds."""
    try:
        url = sa.make_url(given)
    except (sa.exc.ArgumentError, ValueError):  # ValueError: a port that is no number
        raise StoreError(f"that is no database address; write {_WAYS}") from None
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database not in (None, "", ":memory:"):
        return url.set(drivername="sqlite+pysqlite")
    if backend == "postgresql" and url.database:
        return url.set(drivername="postgresql+psycopg")
    raise StoreError(
        f"apflow keeps its records in a SQLite file or in PostgreSQL, not in "
        f"{url.render_as_string(hide_password=True)!r}; write {_WAYS}"
    )


def engines(url: sa.URL) -> tuple[sa.Engine, sa.Engine]:
    """Return the engine that writes and the one that only reads."""
    return _sqlite_engines(url) if url.get_backend_name() == "sqlite" else _postgresql_engines(url)


def _sqlite_engines(url: sa.URL) -> tuple[sa.Engine, sa.Engine]:
    given = {} if "timeout" in url.query else {"timeout": PATIENCE}
    writer, reader = (
        sa.create_engine(
            url,
            hide_parameters=True,
            pool_size=size,
            max_overflow=more,
            pool_timeout=PATIENCE,
            connect_args=given,
        )
        for size, more in ((1, 0), (8, 56))
    )
    sa.event.listen(writer, "connect", _sqlite_writer)
    sa.event.listen(reader, "connect", _sqlite_reader)
    return writer, reader


_ALIKE = (
    "PRAGMA foreign_keys=ON",
    # Without it INSERT OR REPLACE walks past the append-only triggers.
    "PRAGMA recursive_triggers=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=ON",
)


def _sqlite_writer(connection: Any, _: ConnectionPoolEntry) -> None:
    _to_wal(connection)
    _pragmas(connection, "PRAGMA synchronous=FULL", *_ALIKE)


def _to_wal(connection: Any) -> None:
    # Where several change a new file's mode at once SQLite tells some that it is locked, without
    # the patience it has otherwise (found by trial: one in a hundred).
    for left in range(_TRIES, -1, -1):
        try:
            _pragmas(connection, "PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not left or "locked" not in str(error):
                raise
            time.sleep(_PAUSE)
        else:
            return


def _sqlite_reader(connection: Any, _: ConnectionPoolEntry) -> None:
    _pragmas(connection, "PRAGMA query_only=ON", *_ALIKE)


def _pragmas(connection: Any, *pragmas: str) -> None:
    # The driver must not begin transactions of its own: the Store says how.
    connection.isolation_level = None
    for pragma in pragmas:
        connection.execute(pragma).close()


def _postgresql_engines(url: sa.URL) -> tuple[sa.Engine, sa.Engine]:
    arguments = {"connect_timeout": 5, "application_name": "apflow"}
    given = {name: value for name, value in arguments.items() if name not in url.query}
    engines = tuple(
        sa.create_engine(
            url,
            hide_parameters=True,
            pool_size=8,
            max_overflow=8,
            pool_timeout=PATIENCE,
            isolation_level=isolation,
            connect_args=given,
        )
        for isolation in ("READ COMMITTED", "REPEATABLE READ")
    )
    for engine in engines:
        sa.event.listen(engine, "connect", _postgresql_session)
        sa.event.listen(engine, "checkin", _left_alone)
        sa.event.listen(engine, "checkout", _still_there)
    sa.event.listen(engines[1], "connect", _read_only)
    return engines[0], engines[1]


def _postgresql_session(connection: Any, _: ConnectionPoolEntry) -> None:
    # What was acknowledged survives a power cut, whatever the server's own default is.
    connection.autocommit = True
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.execute("SET lock_timeout = '20s'")
    connection.execute("SET idle_in_transaction_session_timeout = '60s'")
    connection.autocommit = False


def _read_only(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.read_only = True


def _left_alone(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    entry.info["left"] = time.monotonic()


def _still_there(connection: Any, entry: ConnectionPoolEntry, _: object) -> None:
    left = entry.info.get("left")
    if left is None or time.monotonic() - left < _IDLE_SECONDS:
        return
    with suppress(Exception):
        connection.execute("SELECT 1")
        connection.rollback()
        return
    raise sa.exc.DisconnectionError
