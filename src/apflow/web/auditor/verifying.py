"""Proving in the background that nothing was altered: one run at a time in each process."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, Thread
from typing import Final

from apflow.errors import Altered, StoreError
from apflow.store import Store
from apflow.store.happenings import steps_there
from apflow.store.verify import Verified, verify

_log = logging.getLogger(__name__)

#: What is said where the proof could not be brought to its end.
_NOT_FINISHED: Final = "The reading was broken off by a fault. Look again later."


@dataclass(frozen=True, slots=True)
class Running:
    """A run under way: `read` of `total` steps so far."""

    since: datetime
    by: str
    read: int
    total: int

    @property
    def percent(self) -> int:
        """How much of it is done, in whole hundredths."""
        return 100 if self.total == 0 else min(100, 100 * self.read // self.total)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: `found` unaltered, the first `altered` row, or `failed` and why."""

    began: datetime
    ended: datetime
    by: str
    found: Verified | None = None
    altered: Altered | None = None
    failed: str = ""


class Verifying:
    """The runs of one process. Safe to share between threads; `now` gives the present moment."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now
        self._lock = Lock()
        self._running: Running | None = None
        self._last: Outcome | None = None
        self._thread: Thread | None = None

    @property
    def running(self) -> Running | None:
        """The run under way, if there is one."""
        with self._lock:
            return self._running

    @property
    def last(self) -> Outcome | None:
        """How the last run of this process ended, if there was one."""
        with self._lock:
            return self._last

    def start(self, by: str) -> bool:
        """Begin a run for a person; False if one is under way already."""
        total = steps_there(self._store)
        with self._lock:
            if self._running is not None:
                return False
            running = self._running = Running(self._now(), by, 0, total)
            # A process that stops does not wait for it: it only reads.
            self._thread = Thread(target=self._run, args=(running,), daemon=True, name="verify")
            self._thread.start()
        return True

    def wait(self, seconds: float) -> bool:
        """Wait for the run under way; whether it has ended."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return self.running is None

    def _run(self, running: Running) -> None:
        outcome = self._outcome(running)
        with self._lock:
            self._running, self._last = None, outcome

    def _outcome(self, running: Running) -> Outcome:
        began, by = running.since, running.by
        try:
            found = verify(self._store, None, self._progress)
        except Altered as altered:
            return Outcome(began, self._now(), by, altered=altered)
        except StoreError as error:
            return Outcome(began, self._now(), by, failed=str(error))
        except Exception as fault:  # noqa: BLE001 - whoever looks again is told, whatever it was
            _log.error("verifying failed: %s", type(fault).__name__)
            return Outcome(began, self._now(), by, failed=_NOT_FINISHED)
        return Outcome(began, self._now(), by, found=found)

    def _progress(self, read: int) -> None:
        with self._lock:
            running = self._running
            if running is not None:
                self._running = Running(running.since, running.by, read, running.total)
