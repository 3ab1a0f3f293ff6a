"""A lock that is given in the order in which it was asked for."""

import threading
from collections import deque


class Turns:
    """One at a time, first come first served, within this process.

    SQLite has one writer at a time, and its own waiting is unfair: eight writers kept one of
    them waiting for seconds where the middle one waited a millisecond.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._queue: deque[threading.Lock] = deque()
        self._taken = False
        self._owner: int | None = None

    def mine(self) -> bool:
        """Whether this thread has the turn."""
        return self._owner == threading.get_ident()

    def waiting(self) -> int:
        """Return how many wait for their turn."""
        return len(self._queue)

    def take(self, seconds: float) -> bool:
        """Wait for the turn, at most so long; return whether it was given."""
        ticket = threading.Lock()
        with self._mutex:
            waits = self._taken
            if waits:
                ticket.acquire()
                self._queue.append(ticket)
            self._taken = True
        if waits and not ticket.acquire(timeout=seconds):
            with self._mutex:
                if ticket in self._queue:
                    self._queue.remove(ticket)
                    return False
            # The turn was handed over at the very moment of giving up: it is ours.
        self._owner = threading.get_ident()
        return True

    def hand_over(self) -> bool:
        """Hand the turn to whoever has waited longest; False, and it is kept, if nobody waits."""
        with self._mutex:
            if not self._queue:
                return False
            self._owner = None
            self._queue.popleft().release()
            return True

    def give_back(self) -> None:
        """Hand the turn to whoever has waited longest."""
        with self._mutex:
            self._owner = None
            if self._queue:
                self._queue.popleft().release()
            else:
                self._taken = False
