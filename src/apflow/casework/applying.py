"""Applying a Request: the one place where a referral moves.

Everything that one act writes (state, steps, deadlines, notices, places, the closed Request) is
one transaction. A refusal closes the Request and changes nothing else. Applying twice gives
the first result again.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from apflow.casework import acts
from apflow.casework.office import Office
from apflow.casework.recording import Contended, record
from apflow.casework.results import outcome_of, stale_result
from apflow.casework.situations import situation_of
from apflow.clock import london_day
from apflow.errors import ApflowError, StoreError, Unknown
from apflow.policy.compiled import Compiled
from apflow.policy.decision import Decision, Finding
from apflow.policy.facts import read_facts
from apflow.policy.machine import Machine
from apflow.policy.situation import START, Actor, Situation, Tally
from apflow.referral import (
    GENESIS,
    HOUSE_EVENTS,
    HOUSE_RECORDS,
    Referral,
    Request,
    RequestState,
    Step,
)
from apflow.referral.moving import Act
from apflow.store import history, referrals, requests
from apflow.store.engine import Tx

#: How often an advance that lost a race for a place or a version is tried again.
_TRIES = 20


def apply(office: Office, request_id: str, now: datetime) -> Request:
    """Apply a waiting Request and return it closed: applied, refused or stale.

    Raises Unknown when there is no such Request, StoreError when it kept losing races.
    """
    for _ in range(_TRIES):
        try:
            with office.store.writing() as tx:
                return _apply(office, tx, request_id, now)
        except Contended:
            continue
    raise StoreError(f"request {request_id} kept losing the race for its referral; ask again")


def _apply(office: Office, tx: Tx, request_id: str, now: datetime) -> Request:
    request = requests.lock(tx, request_id)
    if request is None:
        raise Unknown("request", request_id)
    if request.state != "waiting":
        return request
    referral = referrals.lock(tx, request.reference)
    if referral is None:
        referral = _draft(request)
    machine = office.machine(tx, referral.digest)
    changed = _changed_since(tx, machine, referral, request)
    if changed is not None:
        return _close(tx, request, "stale", stale_result(request, referral.seq, changed), now)
    today = london_day(now)
    actor = _actor_now(office, tx, machine, request)
    if isinstance(actor, ApflowError):
        finding = Finding(guard="role", verdict="unmet", says=str(actor))
        decision = Decision(request.event, referral.state, "refused", None, (finding,))
        return close_refused(tx, machine, request, referral, decision, now)
    situation = situation_of(office, tx, machine, referral, actor, today, request.happened_on)
    if request.event in HOUSE_EVENTS and request.opens is None:
        return _apply_house(office, tx, machine, request, referral, situation, actor, now)
    answers = read_facts(machine.compiled.lifecycle, request.answers)
    situation = _with_register(office, tx, machine, referral, situation, request)
    decision = machine.decide(situation, request.event, answers, actor, request.overrides)
    if not decision.allowed:
        return close_refused(tx, machine, request, referral, decision, now)
    act = act_of(machine, decision, request, frozenset(answers), now)
    moved = record(tx, machine.compiled, referral, situation, act)
    return close_applied(tx, machine, request, moved, decision, now)


def _draft(request: Request) -> Referral:
    if request.opens is None or request.pupil is None:
        raise Unknown("referral", request.reference)
    return Referral(
        reference=request.reference,
        pupil=request.pupil,
        lifecycle="",
        digest=request.opens,
        state=START,
        version=0,
        seq=0,
        head=GENESIS,
        facts={},
        tally=Tally(),
        rank=None,
        owner=request.actor,
        next_due=None,
        opened_on=request.happened_on,
        closed_on=None,
    )


def _actor_now(office: Office, tx: Tx, machine: Machine, request: Request) -> Actor | ApflowError:
    """Return the actor as they stand now: a role taken away holds from the next request."""
    if request.actor == office.system().person:
        return office.system()
    try:
        return office.actor(
            tx, request.actor, request.role, machine.compiled.lifecycle, (request.role,)
        )
    except ApflowError as fault:
        return fault


def _with_register(
    office: Office,
    tx: Tx,
    machine: Machine,
    referral: Referral,
    situation: Situation,
    request: Request,
) -> Situation:
    """Add the particulars of organisations that the answers name for the first time."""
    lifecycle = machine.compiled.lifecycle
    named = {
        name: str(given)
        for name, given in request.answers.items()
        if lifecycle.facts[name].type == "organisation"
    }
    if not named or {**referral.parties, **named} == dict(referral.parties):
        return situation
    joined = replace(referral, parties={**referral.parties, **named})
    actor = Actor(request.actor, request.role, frozenset(request.organisations))
    fresh = situation_of(office, tx, machine, joined, actor, situation.today, situation.happened_on)
    return situation.but(register=fresh.register, calendar=fresh.calendar)


def act_of(
    machine: Machine,
    decision: Decision,
    request: Request,
    answered: frozenset[str],
    now: datetime,
) -> Act:
    """Return what an allowed decision does to the referral."""
    index = decision.transition
    transition = machine.compiled.lifecycle.transitions[index] if index is not None else None
    target = decision.target if decision.target is not None else decision.source
    entered = transition is not None and transition.to is not None
    return Act(
        event=decision.event,
        target=target,
        actor=request.actor,
        role=request.role,
        happened_on=request.happened_on,
        recorded_at=now,
        request=request.id,
        findings=decision.findings,
        changes=decision.changes,
        answered=answered,
        entered=target if entered else None,
        reason=request.reason,
        about=_about(index, target, entered=entered),
    )


def _about(index: int | None, target: str, *, entered: bool) -> dict[str, object]:
    about: dict[str, object] = {} if index is None else {"transition": index}
    return about | {"entered": target} if entered else about


def _changed_since(tx: Tx, machine: Machine, referral: Referral, request: Request) -> str | None:
    """Say what changed since the person looked that matters to what they ask, or None.

    It matters if the state changed, or a fact that they answer or that the event's guards read
    did; a logged contact does not void an open form.
    """
    if request.seen is None or request.seen >= referral.seq:
        return None
    lifecycle = machine.compiled.lifecycle
    matters = set(request.answers) | _read_by(machine.compiled, request.event)
    for step in history.since(tx, referral.reference, request.seen):
        if step.event in HOUSE_RECORDS:
            continue
        touched = {value.name for value in step.values if value.kind in ("answer", "set")}
        if step.source != step.target or touched & matters:
            return _in_words(step, lifecycle.events, sorted(touched & matters))
    return None


def _read_by(compiled: Compiled, event: str) -> frozenset[str]:
    """Return the facts on which an event's roads and guards finally rest."""
    names: set[str] = set()
    for index, transition in enumerate(compiled.lifecycle.transitions):
        if transition.event != event:
            continue
        places: list[tuple[str | int, ...]] = [("transitions", index, "when")]
        places += [
            ("guards", guard, key) for guard in transition.guards for key in ("when", "require")
        ]
        for place in places:
            condition = compiled.at(*place)
            names |= condition.names if condition is not None else frozenset()
    return compiled.reads(*names)


def _in_words(step: Step, events: Mapping[str, object], facts: list[str]) -> str:
    title = getattr(events.get(step.event), "title", None) or step.event.replace("_", " ")
    moved = f" and moved it to {step.target}" if step.source != step.target else ""
    about = f" ({', '.join(facts)})" if facts else ""
    return f"{step.actor} recorded “{title}”{about}{moved} on {_day(step.recorded_at.date())}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _apply_house(
    office: Office,
    tx: Tx,
    machine: Machine,
    request: Request,
    referral: Referral,
    situation: Situation,
    actor: Actor,
    now: datetime,
) -> Request:
    answer = acts.house_act(office, tx, machine, request, referral, situation, actor, now)
    if isinstance(answer, Finding):
        decision = Decision(request.event, referral.state, "refused", None, (answer,))
        return close_refused(tx, machine, request, referral, decision, now)
    decision = Decision(request.event, referral.state, "allowed", answer.act.target, ())
    moved = record(tx, answer.machine.compiled, referral, situation, answer.act)
    return close_applied(tx, answer.machine, request, moved, decision, now)


def close_refused(
    tx: Tx,
    machine: Machine,
    request: Request,
    referral: Referral,
    decision: Decision,
    now: datetime,
) -> Request:
    """Close a Request that policy refused, with every finding; nothing else changes."""
    result = outcome_of(machine.compiled.lifecycle, decision, request.role)
    return _close(tx, request, "refused", {**result, "seq": referral.seq}, now)


def close_applied(
    tx: Tx,
    machine: Machine,
    request: Request,
    moved: Referral,
    decision: Decision,
    now: datetime,
) -> Request:
    """Close a Request whose step is written."""
    result = outcome_of(machine.compiled.lifecycle, decision, request.role)
    result |= {"seq": moved.seq, "state": moved.state}
    return _close(tx, request, "applied", result, now)


def _close(
    tx: Tx, request: Request, state: RequestState, result: Mapping[str, object], now: datetime
) -> Request:
    # The answers of an applied Request stand with its step; here they would be a second copy.
    answers: Mapping[str, object] | None = {} if state == "applied" else None
    if not requests.close(tx, request.id, state, result, now, answers=answers):
        raise Contended
    return replace(
        request,
        state=state,
        result=result,
        closed_at=now,
        answers=request.answers if answers is None else {},
    )
