"""What the bodies of the flows do, so that a flow is an entry point and nothing more.

A body catches everything: what leaves it is a code and a reference. Prefect stores, and shows
to whoever opens its pages, the text of any exception that leaves a flow, and such a text can
hold what somebody typed about a child.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from threading import Event

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from apflow import casework
from apflow.casework import Casework
from apflow.clock import utc_now
from apflow.referral import Request
from apflow.runs.api import RUN_STATES, PrefectApi, PrefectAway, RunRefused
from apflow.runs.carry import CARRYING
from apflow.runs.gate import Gate
from apflow.runs.recorder import GRACE_TIMEOUTS, Recorder
from apflow.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Said:
    """What a flow says of itself to Prefect: `ok`, the run state's name, and codes only."""

    ok: bool
    name: str
    message: str


def run_state(said: Said) -> State:
    """Return how a flow ends, as Prefect says it."""
    made = Completed if said.ok else Failed
    state: State = made(name=said.name, message=said.message)
    return state


def carried(request_id: str, run_id: str | None) -> Said:
    """Apply a Request inside the flow run `run_id` and say how it ended. Never raises."""
    return _guarded(request_id, lambda: _carried(request_id, run_id))


def swept() -> Said:
    """Do what time does, then record what no process recorded. Never raises."""
    return _guarded("fire_deadlines", _swept)


def work_of(settings: Settings) -> Casework:
    """Return this process's casework on the database that the settings name."""
    return casework.opened(settings.database_url, settings.states_folders)


def _guarded(what: str, body: Callable[[], Said]) -> Said:
    try:
        return body()
    except Exception as fault:  # noqa: BLE001 - an exception's text must not reach Prefect
        _log.error("%s ended in %s", what, type(fault).__name__)
        return Said(ok=False, name="Failed", message=f"{what}: {type(fault).__name__}")


def _carried(request_id: str, run_id: str | None) -> Said:
    carry = CARRYING.get()
    if carry is not None and carry.request.id == request_id:
        closed = carry.apply()
    else:
        closed = _started_by_hand(request_id, run_id)
    message = f"{closed.reference} {closed.event}: {closed.state}"
    return Said(ok=True, name=RUN_STATES[closed.state], message=message)


def _started_by_hand(request_id: str, run_id: str | None) -> Request:
    """Apply a Request in a run that an operator or a deployment started.

    The run is noted before the Request is applied: whatever dies in between, no recorder makes
    a second run for it.
    """
    settings = Settings.read()
    work = work_of(settings)
    request = work.request(request_id)
    if run_id is not None and request.flow_run is None:
        work.note_run(request_id, run_id)
        _name_run(settings, run_id, request)
    return work.apply(request_id, utc_now())


def _name_run(settings: Settings, run_id: str, request: Request) -> None:
    if settings.prefect_api_url is None:
        return
    with PrefectApi(settings) as api:
        try:
            api.name(run_id, request)
        except (PrefectAway, RunRefused):
            _log.warning("the run of request %s keeps the name it was given", request.id)


def _swept() -> Said:
    settings = Settings.read()
    work = work_of(settings)
    keep = timedelta(days=settings.keep_refused_days)
    counts = asdict(work.fire_due(utc_now(), settings.sweep_limit, keep))
    message = ", ".join(f"{name} {count}" for name, count in counts.items())
    _record_leftovers(work, settings)
    return Said(ok=True, name="Completed", message=message)


def _record_leftovers(work: Casework, settings: Settings) -> None:
    if settings.prefect_api_url is None:
        return
    with PrefectApi(settings) as api:
        try:
            grace = GRACE_TIMEOUTS * settings.prefect_timeout_seconds
            Recorder(work, api, Gate(1, 0), frozenset(), grace).record(Event())
        except PrefectAway:
            _log.warning("what is not recorded is left to the next sweep")
