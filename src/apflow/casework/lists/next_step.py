"""What is to be done next, for the rows of a list: the way on along the policy's road, if any.

Not every event is asked, which would cost a list a millisecond for each row: only those that lead
on from the state, of which there are one or two, and only where it is the person's turn.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from apflow.casework.lists.rows import Row
from apflow.casework.lists.scoping import Sight, roles_in
from apflow.casework.office import Office
from apflow.casework.situations import Surroundings, situation_of
from apflow.clock import london_day
from apflow.policy.decision import Decision
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import Actor, Situation
from apflow.referral import Referral
from apflow.store import referrals
from apflow.store.engine import Tx

#: How many ways on are asked before the first stands for what is in the way.
_MOST_ASKED = 3


@dataclass(frozen=True, slots=True)
class NextStep:
    """The event that leads on, and what stands in its way (None: it is open)."""

    event: str
    title: str
    blocked: str | None


def with_next(
    office: Office, tx: Tx, sight: Sight, rows: Mapping[str, Row], now: datetime
) -> dict[str, Row]:
    """Return the rows, those whose turn is the person's with what they do next."""
    turns = [row.reference for row in rows.values() if row.waits_on is not None and row.yours]
    if not turns:
        return dict(rows)
    around = Surroundings(office, tx)
    found = {
        referral.reference: _next(office, around, sight, referral, now)
        for referral in referrals.get_several(tx, turns)
    }
    return {
        name: row if (step := found.get(name)) is None else _with(row, step)
        for name, row in rows.items()
    }


def _with(row: Row, step: NextStep) -> Row:
    return replace(row, next_event=step.event, next_title=step.title, blocked=step.blocked)


def _next(
    office: Office, around: Surroundings, sight: Sight, referral: Referral, now: datetime
) -> NextStep | None:
    machine = office.machine(around.tx, referral.digest)
    lifecycle = machine.compiled.lifecycle
    role = lifecycle.states[referral.state].owner
    events = _ways_on(machine, referral.state, role) if role is not None else ()
    if role is None or not events or role not in roles_in(lifecycle, sight.held, referral.parties):
        return None
    actor = Actor(
        sight.person, role, frozenset(at for name, at in sight.held if name == role and at)
    )
    today = london_day(now)
    situation = situation_of(office, around.tx, machine, referral, actor, today, today, around)
    return _first(machine, situation, actor, events)


def _first(
    machine: Machine, situation: Situation, actor: Actor, events: Iterable[str]
) -> NextStep | None:
    """Return the first way on that is open, or else the first that applies and what it lacks."""
    shut: NextStep | None = None
    for event in events:
        decision = machine.decide(situation, event, {}, actor, {})
        title = machine.compiled.lifecycle.events[event].title
        if decision.outcome != "refused":
            return NextStep(event, title, None)
        blocked = _in_the_way(decision)
        if blocked is not None and shut is None:
            shut = NextStep(event, title, blocked)
    return shut


def _in_the_way(decision: Decision) -> str | None:
    """Return what refuses an event in words; None where it does not apply to the referral."""
    unmet = [one for one in decision.findings if one.verdict == "unmet"]
    if any(one.guard in ("transition", "when") for one in unmet):
        return None
    return unmet[0].says if unmet else None


@lru_cache(maxsize=1024)
def _ways_on(machine: Machine, state: str, role: str) -> tuple[str, ...]:
    """Return the events by which a role takes a referral on from a state, the likeliest first.

    Those that lead on along the road come first, the next place on it before later ones; then
    others that end nothing.
    """
    lifecycle = machine.compiled.lifecycle
    place = {name: at for at, name in enumerate(lifecycle.road)}
    here = place.get(state, -1)
    ways: dict[str, int] = {}
    for way in lifecycle.transitions:
        target = way.to
        if target in (None, state) or role not in way.by or state not in lifecycle.sources(way):
            continue
        if way.from_ != ("any",) and _goes_on(lifecycle, str(target), here, place):
            ways.setdefault(way.event, place.get(str(target), len(place)))
    return tuple(sorted(ways, key=lambda event: ways[event]))[:_MOST_ASKED]


def _goes_on(lifecycle: Lifecycle, target: str, here: int, place: Mapping[str, int]) -> bool:
    final = lifecycle.states[target].final
    return place[target] > here if target in place else final is None
