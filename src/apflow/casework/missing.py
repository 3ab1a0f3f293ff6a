"""A deadline that is missed: its breach, who is told, and the event that policy says follows.

The sweep records what is due, and so does whoever acts on a referral before the sweep came by.
What the history says must not depend on how soon after a last moment somebody looked.
"""

from datetime import datetime

from apflow.casework.asking import new_id
from apflow.casework.closing import act_of, close_applied, close_refused
from apflow.casework.office import Office
from apflow.casework.recording import Contended, record
from apflow.casework.situations import situation_of
from apflow.clock import london_day
from apflow.policy.situation import SYSTEM
from apflow.referral import DeadlineRow, Referral, Request
from apflow.referral.moving import missed_act
from apflow.store import deadlines, referrals, requests
from apflow.store.deadlines import Key
from apflow.store.engine import Tx

#: How often a race for the referral or a place is run again.
_TRIES = 20


class Overdue(Exception):
    """A referral has armed deadlines that are due: they are to be recorded as missed first."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        super().__init__(keys)
        self.keys = keys


def none_overdue(tx: Tx, referral: Referral, now: datetime) -> None:
    """Raise Overdue if a deadline of the referral is due and nobody has recorded that yet."""
    if referral.next_due is None or referral.next_due > now:
        return
    keys = tuple(
        (row.reference, row.name, row.occurrence)
        for row in deadlines.rows(tx, referral.reference)
        if row.state == "armed" and row.due_at is not None and row.due_at <= now
    )
    if keys:
        raise Overdue(keys)


def miss(office: Office, key: Key, now: datetime) -> bool:
    """Record that a deadline was missed, in one transaction; False if it is not, or no more."""
    for _ in range(_TRIES):
        try:
            with office.store.writing() as tx:
                return _miss(office, tx, key, now)
        except Contended:
            continue
    return False


def _miss(office: Office, tx: Tx, key: Key, now: datetime) -> bool:
    reference, name, occurrence = key
    referral = referrals.lock(tx, reference)
    if referral is None or not deadlines.claim(tx, reference, name, occurrence, now):
        return False
    row = _row(tx, key)
    machine = office.machine(tx, referral.digest)
    today = london_day(now)
    situation = situation_of(office, tx, machine, referral, office.system(), today, today)
    act = missed_act(row, referral.state, today, now)
    moved = record(tx, machine.compiled, referral, situation, act)
    then = machine.compiled.lifecycle.deadlines[name].then
    if then is not None:
        _then(office, tx, moved, then, now)
    return True


def _row(tx: Tx, key: Key) -> DeadlineRow:
    reference, name, occurrence = key
    return next(
        row
        for row in deadlines.rows(tx, reference)
        if row.name == name and row.occurrence == occurrence
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
        act = act_of(machine, decision, request, frozenset(), now)
        moved = record(tx, machine.compiled, referral, situation, act)
        close_applied(tx, machine, request, referral, moved, decision, now)
    else:
        close_refused(tx, machine, request, referral, decision, now)
