"""The door for writing to a SQLite file: in turns, and one commit for all who waited meanwhile.

Only the disk makes a commit slow, and SQLite has one writer at a time: fifty people who write at
once would each wait for everybody else's sync. So whoever is done leaves the transaction open
to the next who waits, and the last commits for all. Each is told that it is done only then, so
that what was acknowledged is on the disk; one whose work fails is undone alone.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from time import monotonic

import sqlalchemy as sa

from apflow.errors import StoreError
from apflow.store.faults import Busy
from apflow.store.statements import Tx
from apflow.store.turns import Turns

#: Most writers that share a commit, and for how many seconds a transaction is open to others:
#: the first of them waits for the last.
_MOST = 16
_LONGEST = 0.03
_UNDO = "apflow_undo"


@dataclass(slots=True)
class _Shared:
    """A transaction that is open for one writer after another."""

    tx: Tx
    began: float
    kept: int = 0
    fault: BaseException | None = None
    over: Event = field(default_factory=Event)

    @property
    def takes_more(self) -> bool:
        return self.kept < _MOST and monotonic() - self.began < _LONGEST


class Writers:
    """The writers of one SQLite file within this process. Safe to share between threads."""

    def __init__(self, engine: sa.Engine, name: str, patience: float) -> None:
        self._engine = engine
        self._name = name
        self._patience = patience
        self._turns = Turns()
        #: What was left open for whoever has the turn.
        self._open: _Shared | None = None

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """Lend the writing connection in a transaction, on the disk when this is left.

        Raises Busy where the turn did not come in time, and what the driver says.
        """
        self._take_turn()
        shared = self._entered()
        try:
            yield shared.tx
        except BaseException:
            self._undone(shared)
            raise
        self._kept(shared)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the turn with no transaction open, for work that is not done in one."""
        self._take_turn()
        try:
            left, self._open = self._open, None
            if left is not None:
                self._commit(left)
            yield
        finally:
            self._turns.give_back()

    def _take_turn(self) -> None:
        if self._turns.mine():
            raise StoreError("a transaction is open in this thread already")
        if not self._turns.take(self._patience):
            raise Busy(f"{self._name} is busy: others kept writing; try again")

    def _entered(self) -> _Shared:
        """Return the transaction that was left open, or begin one."""
        shared, self._open = self._open, None
        try:
            if shared is None:
                tx = self._engine.connect()
                shared = _Shared(tx, monotonic())
                # Who reads first and writes then fails at once when another has written between.
                tx.connection.cursor().execute("BEGIN IMMEDIATE")
            else:
                shared.tx.connection.cursor().execute(f"SAVEPOINT {_UNDO}")
        except BaseException:
            if shared is not None:
                self._end(shared)
            self._turns.give_back()
            raise
        return shared

    def _kept(self, shared: _Shared) -> None:
        """Leave the transaction to the next who waits, or commit it; return once it is kept."""
        try:
            if shared.kept:
                shared.tx.connection.cursor().execute(f"RELEASE {_UNDO}")
        except BaseException:
            self._undone(shared)
            raise
        shared.kept += 1
        if self._left_to_the_next(shared):
            shared.over.wait()
        else:
            self._commit(shared)
            self._turns.give_back()
        if shared.fault is not None:
            # One of its own for each who is told.
            raise sqlite3.OperationalError(str(shared.fault))

    def _undone(self, shared: _Shared) -> None:
        """Take back what one writer did, and see that what others did before is kept."""
        if not (shared.kept and _taken_back(shared)):
            self._end(shared)
            self._turns.give_back()
        elif not self._left_to_the_next(shared):
            self._commit(shared)
            self._turns.give_back()

    def _left_to_the_next(self, shared: _Shared) -> bool:
        if not shared.takes_more:
            return False
        self._open = shared
        if self._turns.hand_over():
            return True
        self._open = None
        return False

    def _commit(self, shared: _Shared) -> None:
        """Put on the disk what everybody did; whoever waits for it is told how that went."""
        try:
            shared.tx.connection.commit()
        except sqlite3.Error as fault:
            shared.fault = fault
        self._close(shared)

    def _end(self, shared: _Shared) -> None:
        """Roll everything back; whoever had done something is told that it was not kept."""
        if shared.kept:
            shared.fault = sqlite3.OperationalError("what another did rolled everything back")
        self._close(shared)

    def _close(self, shared: _Shared) -> None:
        try:
            # What is not committed the pool rolls back.
            shared.tx.close()
        finally:
            shared.over.set()


def _taken_back(shared: _Shared) -> bool:
    """Undo the last writer's work alone; False where SQLite has undone everybody's."""
    try:
        cursor = shared.tx.connection.cursor()
        cursor.execute(f"ROLLBACK TO {_UNDO}")
        cursor.execute(f"RELEASE {_UNDO}")
    except sqlite3.Error:
        return False
    return True
