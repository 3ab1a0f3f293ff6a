"""What may be said to Prefect, and how a flow's body is kept from saying more.

A body catches everything: what leaves it is a code and a reference. Prefect stores, and shows
to whoever opens its pages, the text of any exception that leaves a flow, and such a text can
hold what somebody typed about a child.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from apflow import casework
from apflow.casework import Casework
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


def work_of(settings: Settings) -> Casework:
    """Return this process's casework on the database that the settings name."""
    return casework.opened(settings.database_url, settings.states_folders)


def guarded(what: str, body: Callable[[], Said]) -> Said:
    """Return what `body` says, or the name of the fault it met. Never raises."""
    try:
        return body()
    except Exception as fault:  # noqa: BLE001 - an exception's text must not reach Prefect
        _log.error("%s ended in %s", what, type(fault).__name__)
        return Said(ok=False, name="Failed", message=f"{what}: {type(fault).__name__}")
