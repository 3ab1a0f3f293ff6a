"""Holding a forum from a page or the command line: one flow run for the whole sitting.

The run is made before anything is applied and noted on every prepared Request, so that no
recorder makes another for any of them; it is brought to its end by the recorder's thread. With
Prefect away there is no such run, and each Request is recorded by itself like any advance.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apflow.casework import Casework
from apflow.casework.meetings.forum import Sitting
from apflow.referral import Request
from apflow.runs.api import PrefectApi, PrefectAway, RunRefused, Whole

_log = logging.getLogger(__name__)

FLOW = "hold_forum"


@dataclass(frozen=True, slots=True)
class Held:
    """A sitting that was held in a run that has still to be brought to its end."""

    run_id: str
    sitting: str
    decided: tuple[Request, ...]

    def finish(self, api: PrefectApi) -> None:
        """Show what was decided on the run's page, tag the run, and end it."""
        show_decided(api, self.run_id, self.sitting, self.decided)
        message = counted(one.state for one in self.decided)
        api.end(self.run_id, {"type": "COMPLETED", "name": "Completed", "message": message})


@dataclass(frozen=True, slots=True)
class Lost:
    """A run of a sitting that was asked for, and of which no answer came."""

    key: str

    def finish(self, api: PrefectApi) -> None:
        """End the run if it was made after all: it carried nothing."""
        run_id = api.find(self.key)
        if run_id is not None:
            says = "the decisions were recorded one by one"
            api.end(run_id, {"type": "CANCELLED", "name": "Cancelled", "message": says})


def begin(work: Casework, api: PrefectApi, sitting: Sitting, waiting: Sequence[str]) -> str | Lost:
    """Make the run of a sitting, note it on its waiting Requests, and return its id."""
    digest = hashlib.sha256("".join(sorted(waiting)).encode()).hexdigest()
    named = str(sitting)
    whole = Whole(FLOW, f"{FLOW} {named}", {"sitting": named}, f"{named}#{digest}")
    try:
        run = api.begin_whole(whole)
    except (PrefectAway, RunRefused):
        _log.warning("Prefect is away: the decisions of %s are recorded one by one", sitting)
        return Lost(whole.key)
    for request_id in waiting:
        work.note_run(request_id, run.id)
    return run.id


def show_decided(api: PrefectApi, run_id: str, sitting: str, decided: Sequence[Request]) -> None:
    """Put the decisions on the run's page: numbers, references and codes, no child's data."""
    rows: list[dict[str, object]] = [
        {"place": place, "reference": one.reference, "event": one.event, "outcome": one.state}
        for place, one in enumerate(decided, start=1)
    ]
    api.show_table(run_id, f"forum-{sitting}".lower().replace("_", "-").replace("/", "-"), rows)
    api.tag(run_id, [f"referral:{one.reference}" for one in decided])


def counted(outcomes: Iterable[str]) -> str:
    """Return how often each outcome came, in words: `applied 3, refused 1`."""
    counts = Counter(outcomes)
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "nothing"
