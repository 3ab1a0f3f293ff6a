"""The database: one door for writing, one for reading, and clear words when it is shut."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from typing_extensions import override

from apflow.errors import StoreError
from apflow.store.statements import Tx
from apflow.store.tables import REVISION
from apflow.store.turns import Turns

__all__ = ["Busy", "Store", "Taken", "Tx"]

#: How long a writer waits for its turn before it gives up, in seconds.
PATIENCE = 20.0
#: A pooled PostgreSQL connection left alone for longer is asked whether it still lives.
_IDLE_SECONDS = 5.0

_WAYS = "sqlite:///path/to/file or postgresql://user@host:port/database"


class Taken(StoreError):
    """Something of that key is there already, or what it points at is not there."""


class Busy(StoreError):
    """Somebody else is writing and did not finish in time; nothing was changed."""


class Store:
    """One database, SQLite or PostgreSQL. Safe to share between threads, not between processes.

    `url` is `sqlite:///path` (relative, or absolute with four slashes) or
    `postgresql://user:password@host:port/database`. Nothing is opened until it is used. Every
    way in raises StoreError, with the way out, for a database that cannot be reached or has not
    been upgraded.
    """

    def __init__(self, url: str) -> None:
        self._url = _parsed(url)
        self.dialect = self._url.get_backend_name()
        self._turns = Turns()
        self._current = False
        if self.dialect == "sqlite":
            self._writer, self._reader = _sqlite_engines(self._url)
        else:
            self._writer, self._reader = _postgresql_engines(self._url)

    @override
    def __repr__(self) -> str:
        return f"Store({self.name!r})"

    @property
    def url(self) -> str:
        """The address as it was given, with its password."""
        url = self._url.set(drivername=self.dialect)
        return url.render_as_string(hide_password=False)

    @property
    def name(self) -> str:
        """The address as it may be shown: without its password."""
        return self._url.set(drivername=self.dialect).render_as_string(hide_password=True)

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None on PostgreSQL."""
        return Path(str(self._url.database)) if self.dialect == "sqlite" else None

    @contextmanager
    def writing(self) -> Iterator[Tx]:
        """Open a transaction that may change things: committed whole at the end, or not at all.

        On SQLite writers take turns, first come first served. Raises Busy when the turn did not
        come in time, Taken for a key that is there already, StoreError for everything else that
        the database says no to.
        """
        self.check()
        with self._turn(), self._said(), self._writer.begin() as tx:
            yield tx

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """Open a transaction that sees one moment of the database and cannot change it."""
        self.check()
        with self._said(), self._reader.connect() as tx:
            yield tx

    def check(self) -> None:
        """Raise StoreError unless the database is there and as new as this apflow."""
        if self._current:
            return
        found = self.revision()
        if found is None:
            raise StoreError(f"{self.name} is not set up yet; run: apflow upgrade")
        if found != REVISION:
            older = found < REVISION
            way = "run: apflow upgrade" if older else "it was made by a newer apflow; upgrade that"
            raise StoreError(f"{self.name} is at revision {found}, not {REVISION}; {way}")
        self._current = True

    def revision(self) -> str | None:
        """Return the revision of the database's tables, or None where there are none."""
        if self.path is not None and not self.path.exists():
            return None
        with self._said(), self._reader.connect() as tx:
            if not sa.inspect(tx).has_table("alembic_version"):
                return None
            found = tx.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)

    def upgrade(self) -> None:
        """Make or bring up to date the tables, in one transaction; safe to run again.

        A SQLite file that is not there is made, readable by its owner alone.
        """
        # Alembic takes a while to import, and only upgrading needs it.
        from apflow.store.migrating import upgrade  # noqa: PLC0415

        self._make_file()
        with self._turn(), self._said(), self._writer.begin() as tx:
            upgrade(tx)
        self._current = False
        self.check()

    def scrub(self) -> None:
        """Take what was erased out of the files too: free pages, write-ahead log, dead rows.

        On PostgreSQL the tables are rewritten; its write-ahead log and its own backups age out
        by its own settings. Raises Busy when somebody kept reading for too long.
        """
        from apflow.store.scrubbing import scrub  # noqa: PLC0415

        self.check()
        with self._turn(), self._said(), self._writer.connect() as connection:
            scrub(connection)

    @contextmanager
    def raw(self) -> Iterator[Any]:
        """Lend the driver's own reading connection, for copying the whole database."""
        with self._said(), self._reader.connect() as connection:
            yield connection.connection.driver_connection

    def close(self) -> None:
        """Close every connection. The Store opens new ones when it is used again."""
        self._writer.dispose()
        self._reader.dispose()

    def _make_file(self) -> None:
        if self.path is None or self.path.exists():
            return
        if not self.path.parent.is_dir():
            raise StoreError(f"{self.name}: there is no folder {self.path.parent}")
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError as error:
            raise StoreError(f"{self.name}: cannot be made: {error.strerror}") from None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self.dialect != "sqlite":
            yield
            return
        if self._turns.mine():
            raise StoreError("a transaction is open in this thread already")
        if not self._turns.take(PATIENCE):
            raise Busy(f"{self.name} is busy: others kept writing; try again")
        try:
            yield
        finally:
            self._turns.give_back()

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.IntegrityError as error:
            raise Taken(f"{self.name}: {_reason(error)}") from None
        except sa.exc.TimeoutError:
            raise Busy(f"{self.name} is busy: every connection is in use; try again") from None
        except sa.exc.DBAPIError as error:
            fault = self._fault(error)
            if not isinstance(fault, Busy):
                # After an I/O error SQLite may go on showing what is no longer in the file.
                self.close()
            raise fault from None

    def _fault(self, error: sa.exc.DBAPIError) -> StoreError:
        says = _reason(error)
        if "locked" in says or "busy" in says or says.startswith(("55P03", "57014", "40")):
            return Busy(f"{self.name} is busy: {says}; nothing was changed, try again")
        if "readonly" in says or says.startswith("25006"):
            return StoreError(f"{self.name} may only be read here: {says}")
        if self.path is None and not _sqlstate(error):
            return StoreError(
                f"{self.name} cannot be reached: is PostgreSQL running, and are host, port, "
                f"user and password right? If something was being recorded, ask again with the "
                f"same request: it is never recorded twice"
            )
        if "unable to open" in says or "not a database" in says or "malformed" in says:
            return StoreError(
                f"{self.name} cannot be used: {says}; check the path and who may read it, "
                f"or restore a backup: apflow restore"
            )
        if isinstance(error, sa.exc.DataError | sa.exc.ProgrammingError):
            return StoreError(f"{self.name} refused it: {says}; nothing was changed")
        return StoreError(
            f"{self.name}: {says}; whether it was recorded is not known: ask again with the "
            f"same request, it is never recorded twice"
        )


def _parsed(given: str) -> sa.URL:
    try:
        url = sa.make_url(given)
    except sa.exc.ArgumentError:
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


def _sqlstate(error: sa.exc.DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _reason(error: sa.exc.DBAPIError) -> str:
    """Say what the driver said without any value: PostgreSQL's details repeat rows."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is None:
        return str(error.orig)
    named = diagnosis.constraint_name or diagnosis.table_name
    state = _sqlstate(error)
    return " ".join(part for part in (state, type(error.orig).__name__, named) if part)


def _sqlite_engines(url: sa.URL) -> tuple[sa.Engine, sa.Engine]:
    writer = sa.create_engine(
        url,
        hide_parameters=True,
        pool_size=1,
        max_overflow=0,
        pool_timeout=PATIENCE,
        connect_args={"timeout": PATIENCE},
    )
    reader = sa.create_engine(
        url,
        hide_parameters=True,
        pool_size=8,
        max_overflow=56,
        pool_timeout=PATIENCE,
        connect_args={"timeout": PATIENCE},
    )
    sa.event.listen(writer, "connect", _sqlite_writer)
    sa.event.listen(reader, "connect", _sqlite_reader)
    sa.event.listen(writer, "begin", _begin_immediate)
    sa.event.listen(reader, "begin", _begin_deferred)
    return writer, reader


_ALIKE = (
    "PRAGMA foreign_keys=ON",
    # Without it INSERT OR REPLACE walks past the append-only triggers.
    "PRAGMA recursive_triggers=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=ON",
)


def _sqlite_writer(connection: Any, _: ConnectionPoolEntry) -> None:
    _pragmas(connection, "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", *_ALIKE)


def _sqlite_reader(connection: Any, _: ConnectionPoolEntry) -> None:
    _pragmas(connection, "PRAGMA query_only=ON", *_ALIKE)


def _pragmas(connection: Any, *pragmas: str) -> None:
    # The driver must not begin transactions of its own: `begin` says how.
    connection.isolation_level = None
    for pragma in pragmas:
        connection.execute(pragma).close()


def _begin_immediate(connection: sa.Connection) -> None:
    # A transaction that reads and then writes fails at once when another has written between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")


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
