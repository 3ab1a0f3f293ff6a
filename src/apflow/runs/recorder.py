"""Recording: a run, made afterwards, for every advance that no run carried.

What is to be recorded is asked of the store (`casework.unrecorded`) again and again, never
remembered only: a crash at any point loses nothing, because the Request still says that it has
no run.
"""

import logging
from collections.abc import Container
from datetime import timedelta
from threading import Event, Lock
from time import monotonic

from apflow.casework import Casework
from apflow.clock import utc_now
from apflow.referral import Request
from apflow.runs.api import PrefectApi, RunRefused
from apflow.runs.gate import Gate
from apflow.runs.holding import Held, Lost

_log = logging.getLogger(__name__)

#: Requests looked at in one pass.
_BATCH = 200
#: How many calls' time a Request that another process closed is left to that process: longer
#: than a carry can take, beginning and crashing included.
GRACE_TIMEOUTS = 10
#: Seconds between bringing an abandoned run to its end and believing it: what its carrier still
#: had on the wire may arrive late and set it running again.
_SETTLE_SECONDS = 2.0


class Recorder:
    """Makes and finishes runs for closed Requests that have none. One thread calls `record`."""

    def __init__(
        self,
        casework: Casework,
        api: PrefectApi,
        gate: Gate,
        carrying: Container[str],
        grace_seconds: float,
    ) -> None:
        self._casework = casework
        self._api = api
        self._gate = gate
        self._carrying = carrying
        self._grace = timedelta(seconds=grace_seconds)
        self._lock = Lock()
        self._ours: set[str] = set()
        self._to_end: list[Held | Lost] = []
        self._finished: dict[str, float] = {}
        self._refused: set[str] = set()

    def expect(self, request_id: str) -> None:
        """Say that this process applied the Request and no run is carrying it."""
        with self._lock:
            self._ours.add(request_id)

    def expect_end(self, whole: Held | Lost) -> None:
        """Say that a sitting was held and its run is to be brought to its end."""
        with self._lock:
            self._to_end.append(whole)

    @property
    def expects(self) -> bool:
        """Return whether something that this process applied is not recorded yet."""
        with self._lock:
            return bool(self._ours or self._to_end)

    def record(self, stopping: Event, *, only_ours: bool = False) -> bool:
        """Go once over what has no run; return whether something is left for a later look.

        Raises PrefectAway as soon as the server does not answer.
        """
        left = self._end_wholes(stopping)
        for request in self._casework.unrecorded(_BATCH):
            if stopping.is_set():
                return True
            if not self._may_record(request, only_ours=only_ours):
                left = True
                continue
            with self._gate.turn(stopping) as held:
                left |= not (held and self._record(request))
        return left

    def _end_wholes(self, stopping: Event) -> bool:
        while self._to_end:
            with self._gate.turn(stopping) as turn:
                if not turn:
                    return True
                try:
                    self._to_end[0].finish(self._api)
                except RunRefused:
                    _log.error("Prefect refuses to end the run of a sitting")
            with self._lock:
                del self._to_end[0]
        return False

    def _may_record(self, request: Request, *, only_ours: bool) -> bool:
        if request.id in self._carrying or request.id in self._refused:
            return False
        with self._lock:
            if request.id in self._ours:
                return True
        closed = request.closed_at
        return not only_ours and closed is not None and utc_now() - closed >= self._grace

    def _record(self, request: Request) -> bool:
        """Return whether the Request's run is there, finished, and noted."""
        try:
            run = self._api.record(request)
            if not run.completed and not run.made:
                self._api.finish(request, run)
                self._finished[request.id] = monotonic()
                return False
        except RunRefused:
            _log.error("Prefect refuses a run for request %s", request.id)
            self._refused.add(request.id)
            return True
        if monotonic() - self._finished.get(request.id, -_SETTLE_SECONDS) < _SETTLE_SECONDS:
            return False
        self._casework.note_run(request.id, run.id)
        self._finished.pop(request.id, None)
        with self._lock:
            self._ours.discard(request.id)
        return True
