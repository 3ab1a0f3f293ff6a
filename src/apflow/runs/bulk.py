"""The bodies of the two flows that decide many referrals in one run: a forum, and an import.

The one run carries every advance in it: it is noted on each Request before that is applied.
"""

import logging
from collections.abc import Callable

from apflow.casework import Casework
from apflow.casework.imports import import_referrals
from apflow.casework.meetings import forum
from apflow.clock import utc_now
from apflow.referral import Request
from apflow.runs import imports
from apflow.runs.api import PrefectApi
from apflow.runs.holding import counted, show_decided
from apflow.runs.said import Said, guarded, work_of
from apflow.settings import Settings

_log = logging.getLogger(__name__)


def held(sitting: str, run_id: str | None) -> Said:
    """Decide what is prepared for a sitting, in the policy's order. Never raises."""
    return guarded(f"hold_forum {sitting}", lambda: _held(sitting, run_id))


def imported(import_id: str, run_id: str | None) -> Said:
    """Open the referrals of a staged spreadsheet. Never raises."""
    return guarded(f"import_referrals {import_id}", lambda: _imported(import_id, run_id))


def _held(named: str, run_id: str | None) -> Said:
    settings = Settings.read()
    work, sitting, now = work_of(settings), forum.sitting_of(named), utc_now()
    for request_id in forum.waiting(work.office, sitting, now):
        _note(work, request_id, run_id)
    decided = forum.hold(work.office, sitting, now)
    if run_id is not None and decided:
        with PrefectApi(settings) as api:
            _shown(lambda: show_decided(api, run_id, str(sitting), decided))
    return Said(ok=True, name="Completed", message=counted(one.state for one in decided))


def _imported(import_id: str, run_id: str | None) -> Said:
    settings = Settings.read()
    work, sheet = work_of(settings), imports.staged(settings, import_id)

    def apply(request_id: str) -> Request:
        _note(work, request_id, run_id)
        return work.apply(request_id, utc_now())

    progress = _progress(settings, sheet.content.count(b"\n"), run_id)
    rows = import_referrals(
        work.office, sheet.policy, sheet.content, sheet.file, sheet.person, sheet.role, utc_now(),
        apply, progress,
    )  # fmt: skip
    imports.finish(settings, import_id, rows)
    return Said(ok=True, name="Completed", message=counted(row.outcome for row in rows))


def _progress(settings: Settings, lines: int, run_id: str | None) -> Callable[[int], None]:
    """Return what is told of each row done; the run's page shows every twentieth part."""
    step = max(1, lines // 20)
    shown: list[str] = []

    def show(to: str, percent: float) -> None:
        with PrefectApi(settings) as api:
            shown[:] = [api.show_progress(to, percent, *shown)]

    def done(rows: int) -> None:
        if run_id is not None and rows % step == 0:
            percent = min(100.0, 100 * rows / max(lines, 1))
            _shown(lambda: show(run_id, percent))

    return done


def _note(work: Casework, request_id: str, run_id: str | None) -> None:
    if run_id is not None:
        work.note_run(request_id, run_id)


def _shown(show: Callable[[], object]) -> None:
    """Show something on the run's page; what cannot be shown is no reason to stop."""
    try:
        show()
    except Exception as fault:  # noqa: BLE001 - whatever Prefect's server does, the work goes on
        _log.warning("not shown on the run's page: %s", type(fault).__name__)
