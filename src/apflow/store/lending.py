"""Connections lent for a transaction, and kept open for the next one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa

from apflow.store.statements import Tx

#: How many connections nobody uses are kept open.
_MOST_IDLE = 8
#: One to PostgreSQL that was left alone for longer is asked whether it still lives.
_IDLE_SECONDS = 5.0


class Lender:
    """The connections of one engine. Safe to share between threads.

    SQLAlchemy opens and closes them. Taking one out of its pool and giving it back costs more
    than most statements, so they are kept beside it between transactions; and each transaction
    is begun and ended on the driver, where that costs next to nothing.
    """

    def __init__(self, engine: sa.Engine, begin: str) -> None:
        self.engine = engine
        #: How a transaction begins on SQLite; PostgreSQL's driver begins by itself.
        self._begin = begin if engine.dialect.name == "sqlite" else None
        self._idle: list[tuple[float, Tx]] = []

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """Lend a connection in a transaction: committed if all goes well, else rolled back."""
        tx = self._taken()
        try:
            self.begin(tx)
            yield tx
            tx.connection.commit()
        except BaseException:
            # Whatever state it is in, the pool makes it good or throws it away.
            tx.close()
            raise
        if tx.in_transaction():
            # Only SQLAlchemy believes so, where a statement went through it.
            tx.rollback()
        if len(self._idle) < _MOST_IDLE:
            self._idle.append((time.monotonic(), tx))
        else:
            tx.close()

    def begin(self, tx: Tx) -> None:
        """Begin a transaction on SQLite; the driver must not begin one by itself."""
        if self._begin is not None:
            tx.connection.cursor().execute(self._begin)

    def close_idle(self) -> None:
        """Give back to the pool what nobody uses."""
        while self._idle:
            with suppress(IndexError):
                self._idle.pop()[1].close()

    def close(self) -> None:
        """Close every connection that nobody uses, and the others when they are given back."""
        self.close_idle()
        self.engine.dispose()

    def _taken(self) -> Tx:
        while self._idle:
            try:
                left, tx = self._idle.pop()
            except IndexError:
                break
            if self._begin is not None or time.monotonic() - left < _IDLE_SECONDS or _lives(tx):
                return tx
            tx.invalidate()
            tx.close()
        return self.engine.connect()


def _lives(tx: Tx) -> bool:
    with suppress(Exception):
        tx.connection.cursor().execute("SELECT 1")
        tx.connection.rollback()
        return True
    return False
