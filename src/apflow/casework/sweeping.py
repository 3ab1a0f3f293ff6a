"""The sweep: what time does to referrals. Running it twice, or twice at once, changes nothing.

It is level-triggered: everything that is due now, never "since last time". Each deadline, each
daily question and each Request left waiting is handled in a transaction of its own, and one
that cannot be dealt with stands in nobody else's way.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from apflow.casework import applying
from apflow.casework.missing import miss
from apflow.casework.office import Office
from apflow.casework.recording import record
from apflow.casework.situations import Surroundings, situation_of
from apflow.clock import london_day
from apflow.policy.compiled import View
from apflow.policy.situation import SYSTEM
from apflow.referral import Referral, Request
from apflow.referral.moving import Act, lapses
from apflow.store import deadlines, referrals, requests
from apflow.store.deadlines import Key
from apflow.store.engine import Tx

_log = logging.getLogger(__name__)

#: A Request that a crash left waiting is applied by the sweep once it is this old,
_LEFT_AFTER = timedelta(minutes=1)
#: and never any more once it is this old: it closes as abandoned and its asker sees that.
_ABANDONED_AFTER = timedelta(minutes=15)

#: What is to be done for one referral: its reference, and what says whether it did anything.
_Work = tuple[str, Callable[[], bool]]


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did, in numbers; `failed` is what it could not deal with (see the log)."""

    missed: int = 0
    lapsed: int = 0
    applied_waiting: int = 0
    abandoned: int = 0
    purged: int = 0
    failed: int = 0


def fire_due(
    office: Office, now: datetime, limit: int = 500, keep_refused: timedelta | None = None
) -> Swept:
    """Record every missed deadline, ask again what states keep, and see to waiting Requests.

    `limit` bounds each kind of work in one sweep; the next sweep goes on. `keep_refused` is how
    long refused Requests (they hold answers) are kept; None keeps them.
    """
    abandoned, still_left = _abandon(office, now)
    applied, not_applied = _apply_left(office, now)
    missed, not_missed = _miss_due(office, now, limit)
    lapsed, not_asked = _ask_again(office, now, limit)
    return Swept(
        missed=missed,
        lapsed=lapsed,
        applied_waiting=applied,
        abandoned=abandoned,
        purged=_purge(office, now, keep_refused),
        failed=still_left + not_applied + not_missed + not_asked,
    )


def _each(wanted: Iterable[_Work]) -> tuple[int, int]:
    """Do each; return how many did something, and how many failed.

    What fails is logged by its reference: an error's own words may hold what a person wrote.
    """
    done = failed = 0
    for reference, work in wanted:
        try:
            done += work()
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with one, the others are due
            _log.error("the sweep cannot deal with %s: %s", reference, type(fault).__name__)
            failed += 1
    return done, failed


def _miss_due(office: Office, now: datetime, limit: int) -> tuple[int, int]:
    missed = failed = 0
    after: Key | None = None
    while missed < limit:
        with office.store.reading() as tx:
            due = deadlines.due(tx, now, limit, after)
        done, not_done = _each((key[0], partial(miss, office, key, now)) for key in due)
        missed, failed = missed + done, failed + not_done
        if not not_done or len(due) < limit:
            break
        # Those that failed are still due, and would be all that is ever found.
        after = due[-1]
    return missed, failed


def _ask_again(office: Office, now: datetime, limit: int) -> tuple[int, int]:
    """Ask again what states keep: most answers are as they were, and are noted together."""
    today = london_day(now)
    with office.store.reading() as tx:
        wanted = referrals.to_ask_again(tx, today, limit)
        same = _as_before(office, tx, wanted, today) if wanted else []
    if same:
        with office.store.writing() as tx:
            referrals.asked_again(tx, same, today + timedelta(days=1))
    noted = {referral.reference for referral in same}
    others = (reference for reference in wanted if reference not in noted)
    return _each((reference, partial(_ask_one, office, reference, now)) for reference in others)


def _as_before(office: Office, tx: Tx, references: list[str], today: date) -> list[Referral]:
    """Return those of which nothing lapsed or was restored; what fails is seen to one by one."""
    around = Surroundings(office, tx)
    same = []
    for referral in referrals.get_several(tx, references):
        with suppress(Exception):
            machine = office.machine(tx, referral.digest)
            actor = office.system()
            situation = situation_of(office, tx, machine, referral, actor, today, today, around)
            lapsed = lapses(machine.compiled, View(machine.compiled, situation))
            if lapsed == frozenset(referral.lapsed):
                same.append(referral)
    return same


def _ask_one(office: Office, reference: str, now: datetime) -> bool:
    """Ask again what a referral's state keeps; a lapse is recorded once."""
    today = london_day(now)
    with office.store.writing() as tx:
        referral = referrals.lock(tx, reference)
        if referral is None or referral.ask_again_on is None or referral.ask_again_on > today:
            return False
        machine = office.machine(tx, referral.digest)
        situation = situation_of(office, tx, machine, referral, office.system(), today, today)
        lapsed = lapses(machine.compiled, View(machine.compiled, situation))
        if lapsed == frozenset(referral.lapsed):
            referrals.asked_again(tx, [referral], today + timedelta(days=1))
            return False
        event = "guard_lapsed" if lapsed - set(referral.lapsed) else "guard_restored"
        changed = lapsed ^ frozenset(referral.lapsed)
        act = Act(
            event=event, target=referral.state, actor=SYSTEM, role=SYSTEM, happened_on=today,
            recorded_at=now, counts=False, about={"guards": sorted(changed)},
        )  # fmt: skip
        record(tx, machine.compiled, referral, situation, act)
        return True


def _left(office: Office, before: datetime) -> list[Request]:
    """Return the Requests that were asked before that moment and that nobody applied."""
    with office.store.reading() as tx:
        found = [requests.get(tx, request_id) for request_id in requests.waiting(tx, before)]
    return [request for request in found if request is not None]


def _abandon(office: Office, now: datetime) -> tuple[int, int]:
    """Close what was left behind too long ago: what it asked for may be wanted no more."""

    def close(request: Request) -> bool:
        result = {"outcome": "abandoned", "event": request.event, "findings": []}
        with office.store.writing() as tx:
            return requests.close(tx, request.id, "abandoned", result, now)

    left = _left(office, now - _ABANDONED_AFTER)
    return _each((request.reference, partial(close, request)) for request in left)


def _apply_left(office: Office, now: datetime) -> tuple[int, int]:
    """Apply what a crash left behind not long ago."""

    def apply(request: Request) -> bool:
        return applying.apply(office, request.id, now).state == "applied"

    left = _left(office, now - _LEFT_AFTER)
    return _each(
        (request.reference, partial(apply, request))
        for request in left
        if now - request.asked_at <= _ABANDONED_AFTER
    )


def _purge(office: Office, now: datetime, keep: timedelta | None) -> int:
    if keep is None:
        return 0
    with office.store.writing() as tx:
        return requests.purge(tx, now - keep)
