"""How an advance meets Prefect: exactly one flow run each, and nobody waits for Prefect.

An advance is applied by `Casework.apply`, at most once, and the database decides. Its flow run
either carries it (the flow calls `apply`) or records it afterwards. The parts:

    gate       few carries at once; a breaker that keeps clicks away from a dead server
    carrier    the thread on which flow runs are carried (`engine` imports Prefect)
    carry      one advance on its way
    recorder   makes or finishes the runs of closed Requests that have none noted
    keeper     the thread that probes the server and lets the recorder work
    holding    one run for a whole sitting of a forum
    advancing  `Runs`, which ties these together
    bodies, bulk, said, imports   what the flows in `flows/` do, and what may be said to Prefect
    up, child, leash, served      what `apflow up` starts, and how it is kept and ended

The protocol
------------
1. *One key.* Every run of the flow `advance_referral` that apflow makes, to carry or to record,
   is made by `POST /flow_runs/` with the Request's id as `idempotency_key`. Prefect's database
   holds (flow, key) unique and answers with the run that is there: 201 to whoever made it, 200
   to everybody else. So no crash, repetition or race can make a second run.
2. *Only the maker carries.* 201: the flow is run as that run. 200: another process (or an
   earlier life of this one) has it; the Request is applied directly.
3. *Noted last.* The run's id is written on the Request only once the run stands finished on the
   server: by the carrier after the flow's end, or by the recorder. A closed Request without a
   run is therefore exactly what has still to be seen to, and `casework.unrecorded` finds it
   after any crash, in any process.
4. *The recorder* makes the run finished at once (201), or finds one (200): completed, then it
   is noted; unfinished or failed (its carrier or its server died), then it is tagged
   `recorded-afterwards`, set to its end, and noted only when a later look still finds it so,
   because what its carrier had on the wire may arrive late.
5. *Hands off.* The recorder leaves alone what this process is carrying; what another process
   closed it leaves alone for `GRACE_TIMEOUTS`, longer than a carry can last (`CARRY_TIMEOUTS`).
6. *Nobody waits.* A click waits `gate_wait_ms` at the gate (in a crowd not at all) and
   `carry_wait_ms` for its carry, and never makes a call to Prefect itself. Then it applies the
   Request; the carry, if it lives, finds it applied and ends its run. Applying twice gives the
   first result.
7. *The breaker* begins tripped and is tripped by every failure; only the keeper's probe of
   `/api/ready` mends it. While it is tripped no click tries Prefect.
8. A run started by hand or from a deployment has no key, and one that holds a forum or imports
   a spreadsheet carries many advances; such a run is noted on each Request *before* that is
   applied, so that the recorder never makes another.

What can go wrong, and what then happens: the server dies before the body (applied directly; the
pending run, if it was made, is finished by 4), in the middle of it (applied; the running run is
finished by 4), after it (completed; 4 notes it); it hangs (6, then 4); this process is killed
anywhere (3, then 4 or, for a Request not yet applied, the sweep and then 4); two processes or
two threads advance one Request at once (1 and 2); Prefect's database is lost (new runs are
made for what is not noted, and only for that).
"""

import atexit
from datetime import datetime
from threading import Lock

from apflow.casework import Casework
from apflow.referral import Request
from apflow.runs.advancing import Runs
from apflow.settings import Settings

__all__ = ["Runs", "advance", "close", "hold_forum", "opened"]

_open: dict[int, Runs] = {}
_lock = Lock()


def opened(casework: Casework, settings: Settings, *, carries: bool = True) -> Runs:
    """Return this process's `Runs` for a casework; closed by `close`, at the latest on exit."""
    with _lock:
        if id(casework) not in _open:
            if not _open:
                atexit.register(close)
            _open[id(casework)] = Runs(casework, settings, carries=carries)
        return _open[id(casework)]


def advance(casework: Casework, request_id: str, now: datetime) -> Request:
    """Apply a Request, carried or recorded by one flow run, and return it closed.

    Uses the `Runs` that `opened` made for this casework, else one from the environment.
    """
    known = _open.get(id(casework)) or opened(casework, Settings.read())
    return known.advance(request_id, now)


def hold_forum(casework: Casework, sitting: str, now: datetime) -> tuple[Request, ...]:
    """Apply what is prepared for a sitting, in the policy's order, in one flow run.

    Uses the `Runs` that `opened` made for this casework, else one from the environment.
    """
    known = _open.get(id(casework)) or opened(casework, Settings.read())
    return known.hold_forum(sitting, now)


def close() -> None:
    """Close every open `Runs`; what is under way gets about two seconds."""
    with _lock:
        while _open:
            _open.popitem()[1].close()
