"""The database: one door for writing, one for reading, and clear words when it is shut."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from typing_extensions import override

from apflow.errors import ApflowError, StoreError
from apflow.store.connections import PATIENCE, engines, parsed
from apflow.store.faults import Busy, Taken, fault, not_kept
from apflow.store.statements import Tx
from apflow.store.tables import REVISION
from apflow.store.writers import Writers

__all__ = ["Busy", "Store", "Taken", "Tx"]


class Store:
    """One database, SQLite or PostgreSQL. Safe to share between threads, not between processes.

    `url` is `sqlite:///path` (relative, or absolute with four slashes) or
    `postgresql://user:password@host:port/database`. Nothing is opened until it is used. Every
    way in raises StoreError, with the way out, for a database that cannot be reached or has not
    been upgraded.
    """

    def __init__(self, url: str) -> None:
        self._url = parsed(url)
        self.dialect = self._url.get_backend_name()
        self._current = False
        self._writer, self._reader = engines(self._url)
        self._writers = (
            Writers(self._writer, self.name, PATIENCE) if self.dialect == "sqlite" else None
        )

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

        On SQLite writers take turns, first come first served (see `writers`). Raises Busy when
        the turn did not come in time, Taken for a key that is there already, StoreError for
        everything else that the database says no to.
        """
        self.check()
        writers = self._writers
        begun = _transaction(self._writer) if writers is None else writers.transaction()
        with self._said(), begun as tx:
            yield tx

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """Open a transaction that sees one moment of the database and cannot change it."""
        self.check()
        with self._said(), _transaction(self._reader) as tx:
            yield tx

    def check(self) -> None:
        """Raise StoreError unless the database is there and as new as this apflow."""
        if self._current:
            return
        found = self.revision()
        if found is None:
            raise StoreError(f"{self.name} is not set up yet; run: apflow upgrade")
        self._not_newer(found)
        if found != REVISION:
            raise StoreError(
                f"{self.name} is at revision {found}, not {REVISION}; run: apflow upgrade"
            )
        self._current = True

    def _not_newer(self, found: str) -> None:
        if found > REVISION:
            raise StoreError(
                f"{self.name} is at revision {found}, not {REVISION}; "
                f"it was made by a newer apflow: upgrade that"
            )

    def revision(self) -> str | None:
        """Return the revision of the database's tables, or None where there are none."""
        if self.path is not None and not self.path.exists():
            return None
        with self._said(), self._reader.connect() as tx:
            if not sa.inspect(tx).has_table("alembic_version"):
                return None
            found = tx.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)

    def table_names(self) -> list[str]:
        """Return the tables that are there, anybody's."""
        if self.path is not None and not self.path.exists():
            return []
        with self._said(), self._reader.connect() as tx:
            return sorted(sa.inspect(tx).get_table_names())

    def upgrade(self) -> None:
        """Make or bring up to date the tables, in one transaction; safe to run again.

        A SQLite file that is not there is made, readable by its owner alone.
        """
        found = self.revision()
        if found is not None:
            self._not_newer(found)
        if found == REVISION:
            self._current = True
            return
        # Alembic takes a while to import, and only upgrading needs it.
        from apflow.store.migrating import upgrade  # noqa: PLC0415

        self._make_file()
        with self._alone(), self._said(), self._writer.begin() as tx:
            if self.dialect == "sqlite":
                tx.connection.cursor().execute("BEGIN IMMEDIATE")
            upgrade(tx)
        self._current = False
        self.check()

    def scrub(self) -> None:
        """Take what was erased out of the files too: free pages, write-ahead log, dead rows.

        The tables are written anew, which takes as long as copying them and keeps other writers
        waiting: do it after an erasure, not every night. On PostgreSQL its write-ahead log and
        its own backups age out by its own settings. Raises Busy when somebody kept reading for
        too long.
        """
        from apflow.store.scrubbing import scrub  # noqa: PLC0415

        self.check()
        with self._alone(), self._said(), self._writer.connect() as connection:
            scrub(connection)

    def grant(self, role: str) -> None:
        """Let a PostgreSQL role do the work, without any right to change or delete a step.

        Run by the tables' owner; give apflow the role's address from then on, and the owner's
        only to upgrade and to scrub. Raises StoreError on SQLite, which knows no roles.
        """
        from apflow.store.grants import grant  # noqa: PLC0415

        with self.writing() as tx:
            grant(tx, role)

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
    def _alone(self) -> Iterator[None]:
        """Keep other writers of this process away."""
        if self._writers is None:
            yield
        else:
            with self._said(), self._writers.alone():
                yield

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.TimeoutError:
            raise Busy(f"{self.name} is busy: every connection is in use; try again") from None
        except sa.exc.DBAPIError as error:
            said: ApflowError = fault(self.name, error.orig or error)
        except (sqlite3.Error, psycopg.Error, UnicodeEncodeError, OverflowError) as error:
            said = not_kept(error) or fault(self.name, error)
        else:
            return
        if self.dialect == "sqlite" and type(said) is StoreError:
            # After an I/O error SQLite may go on showing what is no longer in the file.
            self.close()
        # Not `from error`: what the driver says may repeat a child's data.
        raise said from None


@contextmanager
def _transaction(engine: sa.Engine) -> Iterator[Tx]:
    """Lend a connection in a transaction of the driver's own, rolled back unless all goes well.

    SQLAlchemy's way of beginning and ending one takes twice as long as most statements.
    """
    with engine.connect() as tx:
        # PostgreSQL's driver begins by itself.
        if tx.dialect.name == "sqlite":
            tx.connection.cursor().execute("BEGIN")
        yield tx
        tx.connection.commit()
