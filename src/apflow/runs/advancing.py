"""Advancing: carry a Request by a flow run if that can be done at once, else apply it directly."""

import logging
from datetime import datetime
from threading import Event, Lock
from time import monotonic
from typing import Self

from apflow.casework import Casework
from apflow.casework.meetings import forum
from apflow.casework.meetings.forum import Sitting
from apflow.errors import ApflowError
from apflow.referral import Request
from apflow.runs.api import PrefectApi
from apflow.runs.carrier import Carrier
from apflow.runs.carry import Carry
from apflow.runs.gate import Gate
from apflow.runs.holding import Held, Lost, begin
from apflow.runs.keeper import Keeper
from apflow.runs.recorder import GRACE_TIMEOUTS, Recorder
from apflow.settings import Settings

_log = logging.getLogger(__name__)

#: How long a sitting waits for the server's first answer; a meeting is decided in one run.
_FIRST_ASKED_SECONDS = 1.0


class Runs:
    """One process's dealings with Prefect for one store. Safe to share between threads.

    `carries=False` is for a process that does one thing and ends: it never loads Prefect, and
    its advances are recorded afterwards. With no Prefect in the settings everything is applied
    directly, and recorded by a process that knows a server.
    """

    def __init__(
        self,
        casework: Casework,
        settings: Settings,
        *,
        carries: bool = True,
        grace_seconds: float | None = None,
    ) -> None:
        self._casework = casework
        self._seconds = settings.carry_wait_ms / 1000
        self._carries = carries and settings.prefect_api_url is not None
        self._lock = Lock()
        self._carrying: set[str] = set()
        self._gate = Gate(settings.width, settings.gate_wait_ms / 1000)
        self._api = PrefectApi(settings)
        self._carrier = Carrier(self._api, settings, self._ended)
        if grace_seconds is None:
            grace_seconds = GRACE_TIMEOUTS * settings.prefect_timeout_seconds
        self._recorder = Recorder(casework, self._api, self._gate, self._carrying, grace_seconds)
        self._keeper = Keeper(
            self._api, self._gate, self._recorder, settings.probe_seconds, self._mended
        )
        self._has_prefect = settings.prefect_api_url is not None
        if self._has_prefect:
            self._keeper.start()

    @property
    def carrying(self) -> bool:
        """Return whether the next advance would be carried by a flow run."""
        return self._carrier.ready and not self._gate.tripped

    def advance(self, request_id: str, now: datetime) -> Request:
        """Apply a Request and return it closed; under two seconds whatever Prefect does.

        Raises what `Casework.apply` raises: Unknown, StoreError.
        """
        request = self._casework.request(request_id)
        if request.state != "waiting":
            return request
        carry = self._claim(Carry(request, self._casework, now))
        if carry is not None:
            if not carry.over.wait(self._seconds):
                self._gate.trip()
            if carry.fault is not None:
                raise carry.fault
            if carry.closed is not None:
                return carry.closed
        closed = self._casework.apply(request_id, now)
        self._applied_directly(closed, carry)
        return closed

    def hold_forum(self, sitting: str, now: datetime) -> tuple[Request, ...]:
        """Apply what is prepared for a sitting (`policy/meeting/2026-01-28`), in its order.

        One flow run carries the whole. Raises what the forum raises: BadInput, Unknown.
        """
        named = forum.sitting_of(sitting)
        begun = self._begin_holding(named, now)
        decided = forum.hold(self._casework.office, named, now)
        if begun is not None:
            self._recorder.expect_end(
                Held(begun, str(named), decided) if isinstance(begun, str) else begun
            )
        for closed in decided:
            self._applied_directly(closed, None)
        self._keeper.nudge()
        return decided

    def _begin_holding(self, sitting: Sitting, now: datetime) -> str | Lost | None:
        """Return the run that is to carry the sitting, noted on its Requests, if there is one."""
        if (
            not self._has_prefect
            or not self._keeper.asked(_FIRST_ASKED_SECONDS)
            or self._gate.tripped
        ):
            return None
        waiting = forum.waiting(self._casework.office, sitting, now)
        if not waiting:
            return None
        begun = begin(self._casework, self._api, sitting, waiting)
        if isinstance(begun, Lost):
            self._gate.trip()
        return begun

    def close(self, within: float = 2.0) -> None:
        """Let what is under way come to its end, but no longer than about `within` seconds.

        What is not recorded by then is recorded by the next process that looks.
        """
        until = monotonic() + within
        pause = Event()
        while self._unsettled() and monotonic() < until:
            pause.wait(0.02)
        self._keeper.stop(within)
        self._carrier.stop(max(0.0, until - monotonic()))
        self._api.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _unsettled(self) -> bool:
        if not self._has_prefect or not self._keeper.asked(0):
            return self._has_prefect
        return bool(self._carrying) or (not self._gate.tripped and self._recorder.expects)

    def _claim(self, carry: Carry) -> Carry | None:
        """Return the carry once it is on its way; None when it is to be applied directly."""
        if not self._carrier.ready or not self._gate.enter():
            return None
        with self._lock:
            mine = carry.request.id not in self._carrying
            self._carrying.add(carry.request.id)
        if mine and self._carrier.start(carry):
            return carry
        if mine:
            with self._lock:
                self._carrying.discard(carry.request.id)
        self._gate.leave()
        return None

    def _applied_directly(self, closed: Request, carry: Carry | None) -> None:
        """Have the advance recorded, unless a run in this process still has it in hand."""
        if not self._has_prefect or closed.flow_run is not None:
            return
        if carry is None and closed.id not in self._carrying:
            self._recorder.expect(closed.id)
        self._keeper.nudge()

    def _ended(self, carry: Carry) -> None:
        """Take a carry off the list: its run is noted, or left to the recorder."""
        request_id = carry.request.id
        try:
            if carry.run is not None and carry.completed:
                self._casework.note_run(request_id, carry.run.id)
            elif carry.run is None or carry.run.made:
                # A run that somebody else made is theirs to end: the recorder gives them time.
                self._recorder.expect(request_id)
                if carry.fault is None:
                    _log.warning("Prefect failed an advance; it is left alone until it is ready")
                    self._gate.trip()
        except ApflowError as fault:
            _log.error("the run of request %s is not noted: %s", request_id, type(fault).__name__)
        finally:
            with self._lock:
                self._carrying.discard(request_id)
            self._gate.leave()
            self._keeper.nudge()

    def _mended(self) -> None:
        if self._carries:
            self._carrier.load()
