"""The gate before Prefect: few at once, nobody waits long, and nobody while it is known dead.

Prefect's server cannot take a crowd: four runs at once on SQLite lose one in seven.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Event
from time import monotonic
from typing import Final

#: How long after somebody waited in vain nobody else waits.
_CROWDED_SECONDS: Final = 1.0


class Gate:
    """Lets `width` callers through at once. Safe to share between threads.

    It has a breaker, which begins tripped: until a probe has found the server ready (`mend`),
    nobody is let through, and no caller waits. Whoever meets a failure trips it again. In a crowd
    nobody waits either: once somebody waited in vain, others would too.
    """

    def __init__(self, width: int, wait_seconds: float) -> None:
        self._places = BoundedSemaphore(width)
        self._wait_seconds = wait_seconds
        self._mended = Event()
        self._crowded_until = monotonic()

    @property
    def tripped(self) -> bool:
        """Return whether Prefect is not to be tried."""
        return not self._mended.is_set()

    def trip(self) -> None:
        """Keep everybody away from Prefect until a probe succeeds."""
        self._mended.clear()

    def mend(self) -> None:
        """Let callers through again."""
        self._mended.set()

    def enter(self) -> bool:
        """Wait for a place and return true, or false after the short wait. `leave` it again."""
        if self.tripped:
            return False
        crowded = monotonic() < self._crowded_until
        if not self._places.acquire(timeout=0 if crowded else self._wait_seconds):
            self._crowded_until = monotonic() + _CROWDED_SECONDS
            return False
        if self.tripped:
            self._places.release()
            return False
        return True

    def leave(self) -> None:
        """Give back the place that `enter` gave."""
        self._places.release()

    @contextmanager
    def turn(self, stopping: Event) -> Iterator[bool]:
        """Hold a place, however long it takes to come by one; give false once `stopping`.

        For work that nobody waits for: it must not crowd the server either.
        """
        held = False
        while not held and not stopping.is_set():
            held = self._places.acquire(timeout=0.2)
        try:
            yield held
        finally:
            if held:
                self._places.release()
