"""The bodies of the flows that run all day: one advance, the sweep, and the post."""

import logging
from dataclasses import asdict
from datetime import timedelta
from threading import Event

from apflow.casework import Casework
from apflow.casework.notices import posting
from apflow.clock import utc_now
from apflow.referral import Request
from apflow.runs import imports
from apflow.runs.api import RUN_STATES, PrefectApi, PrefectAway, RunRefused
from apflow.runs.carry import CARRYING
from apflow.runs.gate import Gate
from apflow.runs.recorder import GRACE_TIMEOUTS, Recorder
from apflow.runs.said import Said, guarded, work_of
from apflow.settings import Settings

_log = logging.getLogger(__name__)


def carried(request_id: str, run_id: str | None) -> Said:
    """Apply a Request inside the flow run `run_id` and say how it ended. Never raises."""
    return guarded(request_id, lambda: _carried(request_id, run_id))


def swept() -> Said:
    """Do what time does, then record what no process recorded. Never raises."""
    return guarded("fire_deadlines", _swept)


def posted() -> Said:
    """Send what waits in the outbox. Never raises."""
    return guarded("send_notices", _posted)


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
    imports.forget(settings, utc_now() - keep)
    return Said(ok=True, name="Completed", message=message)


def _posted() -> Said:
    settings = Settings.read()
    mailer = posting.Mailer.of(settings)
    if mailer is None:
        return Said(ok=True, name="Completed", message="no mail server is named")
    done = posting.send_due(work_of(settings).office, mailer, utc_now(), settings.sweep_limit)
    message = f"sent {done.sent}, failed {done.failed}, nobody {done.nobody}"
    if done.away:
        return Said(ok=False, name="Failed", message=f"the mail server is away: {message}")
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
