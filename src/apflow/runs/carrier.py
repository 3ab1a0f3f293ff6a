"""Carrying: an advance as a Prefect flow run inside this process, on one thread of its own.

Importing Prefect takes over a second and making its first client another, so both happen on
this thread, away from everybody's click; until then nothing is carried, and nobody waits.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass
from threading import Event, Thread

from apflow.runs.api import FLOW, PrefectApi
from apflow.runs.carry import CARRYING, Carry
from apflow.settings import Settings

_log = logging.getLogger(__name__)

#: How many calls' time a carry gets before it is given up (it takes five short ones); the
#: recorder then brings its run to an end.
CARRY_TIMEOUTS = 5

#: Told once a carry is over, on a thread that may wait.
Ended = Callable[[Carry], None]


@dataclass(frozen=True, slots=True)
class _Line:
    """The running loop, the context in which carries begin, and the way to end it."""

    loop: asyncio.AbstractEventLoop
    context: Context
    stopped: asyncio.Event


class Carrier:
    """Runs the flow `advance_referral` for one Carry after another, several at once."""

    def __init__(self, api: PrefectApi, settings: Settings, ended: Ended) -> None:
        self._api = api
        self._settings = settings
        self._ended = ended
        self._ready = Event()
        self._thread: Thread | None = None
        self._line: _Line | None = None

    @property
    def ready(self) -> bool:
        """Return whether Prefect is loaded, so that an advance can be carried at once."""
        return self._ready.is_set()

    def load(self) -> None:
        """Begin to load Prefect, unless it is loaded or loading."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=self._work, name="apflow-carrier", daemon=True)
            self._thread.start()

    def start(self, carry: Carry) -> bool:
        """Begin to carry the advance and return true at once; false when that cannot be."""
        line = self._line
        if line is None:
            return False
        try:
            line.loop.call_soon_threadsafe(self._begin, carry, context=line.context)
        except RuntimeError:
            return False
        return True

    def stop(self, within: float) -> None:
        """End the thread; a carry still under way is left to the recorder."""
        if self._thread is None or not self._thread.is_alive():
            return
        self._ready.wait(within)
        if self._line is not None:
            self._line.loop.call_soon_threadsafe(self._line.stopped.set)
            self._thread.join(within)

    def _work(self) -> None:
        try:
            # Nothing but this keeps Prefect's client from reporting to its makers.
            os.environ.setdefault("DO_NOT_TRACK", "1")
            from apflow.runs import engine  # noqa: PLC0415 - it imports Prefect

            with engine.speaking_to(self._settings):
                engine.hush()
                engine.load_flow(FLOW)
                asyncio.run(self._serve())
        except Exception as fault:  # noqa: BLE001 - advances are then recorded afterwards
            _log.error("advances cannot be carried for now: %s", type(fault).__name__)
        finally:
            self._ready.clear()
            self._line = None

    async def _serve(self) -> None:
        from apflow.runs import engine  # noqa: PLC0415 - it imports Prefect

        async with engine.client():
            # A task begins in the context of whoever asks for it, which knows nothing of these
            # settings and this client: so each carry is begun in this one.
            line = _Line(asyncio.get_running_loop(), copy_context(), asyncio.Event())
            self._line = line
            self._ready.set()
            await line.stopped.wait()
            self._ready.clear()

    def _begin(self, carry: Carry) -> None:
        task = asyncio.get_running_loop().create_task(self._carry(carry))
        task.add_done_callback(lambda done: self._over(carry, done))

    async def _carry(self, carry: Carry) -> None:
        from apflow.runs import engine  # noqa: PLC0415 - it imports Prefect

        carry.run = await asyncio.to_thread(self._api.begin, carry.request)
        if not carry.run.made:
            return
        CARRYING.set(carry)
        parameters = {"request_id": carry.request.id}
        running = engine.carry_out(engine.load_flow(FLOW), carry.run, parameters)
        limit = CARRY_TIMEOUTS * self._settings.prefect_timeout_seconds
        carry.completed = await asyncio.wait_for(running, limit)

    def _over(self, carry: Carry, done: asyncio.Task[None]) -> None:
        fault = None if done.cancelled() else done.exception()
        if fault is not None:
            _log.warning("request %s was not carried: %s", carry.request.id, type(fault).__name__)
        carry.over.set()
        asyncio.get_running_loop().run_in_executor(None, self._ended, carry)
