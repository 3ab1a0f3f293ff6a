"""The sweep: what time does to referrals. Running it twice, or twice at once, changes nothing.

It is level-triggered: everything that is due now, never "since last time". Each deadline, each
daily question and each Request left waiting is handled in a transaction of its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apflow.casework import applying
from apflow.casework.asking import new_id
from apflow.casework.office import Office
from apflow.casework.recording import Contended, record
from apflow.casework.situations import situation_of
from apflow.clock import london_day
from apflow.policy.compiled import View
from apflow.policy.situation import SYSTEM
from apflow.referral import DeadlineRow, Referral, Request
from apflow.referral.moving import Act, lapses
from apflow.store import deadlines, referrals, requests
from apflow.store.engine import Tx

#: A Request that a crash left waiting is applied by the sweep once it is this old,
_LEFT_AFTER = timedelta(minutes=1)
#: and never any more once it is this old: it closes as abandoned and its asker sees that.
_ABANDONED_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did, in numbers."""

    missed: int = 0
    lapsed: int = 0
    applied_waiting: int = 0
    abandoned: int = 0
    purged: int = 0


def fire_due(
    office: Office, now: datetime, limit: int = 500, keep_refused: timedelta | None = None
) -> Swept:
    """Record every missed deadline, ask again what states keep, and see to waiting Requests.

    `limit` bounds each kind of work in one sweep; the next sweep goes on. `keep_refused` is how
    long refused Requests (they hold answers) are kept; None keeps them.
    """
    applied, abandoned = _waiting(office, now)
    return Swept(
        missed=_missed(office, now, limit),
        lapsed=_ask_again(office, now, limit),
        applied_waiting=applied,
        abandoned=abandoned,
        purged=_purge(office, now, keep_refused),
    )


def _missed(office: Office, now: datetime, limit: int) -> int:
    with office.store.reading() as tx:
        due = deadlines.due(tx, now, limit)
    return sum(_miss(office, *key, now=now) for key in due)


def _miss(office: Office, reference: str, name: str, occurrence: int, *, now: datetime) -> bool:
    for _ in range(20):
        try:
            with office.store.writing() as tx:
                return _miss_once(office, tx, reference, name, occurrence, now)
        except Contended:
            continue
    return False


def _miss_once(
    office: Office, tx: Tx, reference: str, name: str, occurrence: int, now: datetime
) -> bool:
    referral = referrals.lock(tx, reference)
    if referral is None or not deadlines.claim(tx, reference, name, occurrence, now):
        return False
    row = next(
        row
        for row in deadlines.rows(tx, reference)
        if row.name == name and row.occurrence == occurrence
    )
    machine = office.machine(tx, referral.digest)
    today = london_day(now)
    situation = situation_of(office, tx, machine, referral, office.system(), today, today)
    moved = record(tx, machine.compiled, referral, situation, _missed_act(referral, row, now))
    then = machine.compiled.lifecycle.deadlines[name].then
    if then is not None:
        _then(office, tx, moved, then, now)
    return True


def _missed_act(referral: Referral, row: DeadlineRow, now: datetime) -> Act:
    return Act(
        event="deadline_missed",
        target=referral.state,
        actor=SYSTEM,
        role=SYSTEM,
        happened_on=london_day(now),
        recorded_at=now,
        counts=False,
        about={
            "deadline": row.name,
            "occurrence": row.occurrence,
            "due": row.due_at.isoformat() if row.due_at else None,
            "owner": row.owner,
            "force": row.force,
            "breach": row.force != "should",
        },
    )


def _then(office: Office, tx: Tx, referral: Referral, event: str, now: datetime) -> None:
    """Take the event that the policy says follows from a miss, if its guards allow it."""
    machine = office.machine(tx, referral.digest)
    today = london_day(now)
    actor = office.system()
    situation = situation_of(office, tx, machine, referral, actor, today, today)
    decision = machine.decide(situation, event, {}, actor, {})
    request = Request(
        id=new_id(), reference=referral.reference, opens=None, pupil=None, event=event,
        answers={}, overrides={}, happened_on=today, actor=SYSTEM, role=SYSTEM,
        organisations=(), seen=None, asked_at=now,
    )  # fmt: skip
    requests.add(tx, request)
    if decision.allowed:
        act = applying.act_of(machine, decision, request, frozenset(), now)
        moved = record(tx, machine.compiled, referral, situation, act)
        applying.close_applied(tx, machine, request, moved, decision, now)
    else:
        applying.close_refused(tx, machine, request, referral, decision, now)


def _ask_again(office: Office, now: datetime, limit: int) -> int:
    today = london_day(now)
    with office.store.reading() as tx:
        wanted = referrals.to_ask_again(tx, today, limit)
    return sum(_ask_one(office, reference, now) for reference in wanted)


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
            referrals.asked_again(tx, reference, today + timedelta(days=1))
            return False
        event = "guard_lapsed" if lapsed - set(referral.lapsed) else "guard_restored"
        changed = lapsed ^ frozenset(referral.lapsed)
        act = Act(
            event=event, target=referral.state, actor=SYSTEM, role=SYSTEM, happened_on=today,
            recorded_at=now, counts=False, about={"guards": sorted(changed)},
        )  # fmt: skip
        record(tx, machine.compiled, referral, situation, act)
        return True


def _waiting(office: Office, now: datetime) -> tuple[int, int]:
    applied = abandoned = 0
    with office.store.reading() as tx:
        waiting = requests.waiting(tx, now - _LEFT_AFTER)
        found = [requests.get(tx, request_id) for request_id in waiting]
    for request in found:
        if request is None:
            continue
        if now - request.asked_at > _ABANDONED_AFTER:
            with office.store.writing() as tx:
                result = {"outcome": "abandoned", "event": request.event, "findings": []}
                abandoned += requests.close(tx, request.id, "abandoned", result, now)
        else:
            applied += applying.apply(office, request.id, now).state == "applied"
    return applied, abandoned


def _purge(office: Office, now: datetime, keep: timedelta | None) -> int:
    if keep is None:
        return 0
    with office.store.writing() as tx:
        return requests.purge(tx, now - keep)
