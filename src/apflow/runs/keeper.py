"""The keeper: one thread that asks after a failed server and then has everything recorded."""

import logging
from collections.abc import Callable
from threading import Event, Thread
from time import monotonic

from apflow.runs.api import PrefectApi, PrefectAway
from apflow.runs.gate import Gate
from apflow.runs.recorder import Recorder

_log = logging.getLogger(__name__)

#: Seconds between two looks at what other processes left unrecorded.
_IDLE_SECONDS = 10.0
#: Seconds until the next look when something was left for later.
_LEFT_SECONDS = 1.0


class Keeper:
    """Probes, mends the gate, records; nothing that a person waits for."""

    def __init__(
        self,
        api: PrefectApi,
        gate: Gate,
        recorder: Recorder,
        probe_seconds: float,
        mended: Callable[[], None],
    ) -> None:
        self._api = api
        self._gate = gate
        self._recorder = recorder
        self._probe_seconds = probe_seconds
        self._mended = mended
        self._nudged = Event()
        self._stopping = Event()
        self._next_probe = monotonic()
        self._asked = Event()
        self._thread = Thread(target=self._work, name="apflow-recorder", daemon=True)

    def asked(self, within: float) -> bool:
        """Return, at the latest after `within` seconds, whether the server was ever asked."""
        return self._asked.wait(within)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def nudge(self) -> None:
        """Say that there is something to record, or that Prefect failed."""
        self._nudged.set()

    def stop(self, within: float) -> None:
        """End the thread, after what it is doing just now."""
        self._stopping.set()
        self._nudged.set()
        if self._thread.is_alive():
            self._thread.join(within)

    def _work(self) -> None:
        while not self._stopping.is_set():
            wait = self._turn()
            self._nudged.wait(wait)
            self._nudged.clear()

    def _turn(self) -> float:
        """Do what can be done now; return the seconds until the next turn."""
        if self._gate.tripped:
            left = self._next_probe - monotonic()
            if left > 0:
                # A nudge does not make a dead server be asked more often.
                self._stopping.wait(left)
            self._next_probe = monotonic() + self._probe_seconds
            ready = not self._stopping.is_set() and self._api.ready()
            if ready:
                self._gate.mend()
                self._mended()
            self._asked.set()
            if not ready:
                return self._probe_seconds
        try:
            return _LEFT_SECONDS if self._recorder.record(self._stopping) else _IDLE_SECONDS
        except PrefectAway as away:
            _log.warning("Prefect failed the recorder (%s); it is left alone for a while", away)
            self._gate.trip()
            return self._probe_seconds
        except Exception as fault:  # noqa: BLE001 - the next turn asks the store again
            _log.error("recording stopped: %s", type(fault).__name__)
            return _IDLE_SECONDS
