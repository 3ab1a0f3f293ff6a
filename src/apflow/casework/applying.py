"""Applying a Request: the one place where a referral moves.

Everything that one act writes (state, steps, deadlines, notices, places, the closed Request) is
one transaction. A refusal closes the Request and changes nothing else. Applying twice gives
the first result again.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from apflow.casework import acts
from apflow.casework.closing import act_of, close, close_applied, close_refused
from apflow.casework.missing import Overdue, miss, none_overdue
from apflow.casework.office import Office
from apflow.casework.recording import Contended, record
from apflow.casework.results import stale_result
from apflow.casework.situations import situation_of
from apflow.clock import london_day
from apflow.errors import ApflowError, StoreError, Unknown
from apflow.policy.decision import Decision, Finding
from apflow.policy.facts import read_facts
from apflow.policy.machine import Machine
from apflow.policy.situation import START, Actor, Situation, Tally
from apflow.referral import (
    GENESIS,
    HOUSE_EVENTS,
    Referral,
    Request,
    Step,
)
from apflow.referral.overtaking import overtaken
from apflow.store import history, openings, referrals, requests
from apflow.store.engine import Taken, Tx

#: How often an advance that lost a race for a place or a version is tried again.
_TRIES = 20


def apply(office: Office, request_id: str, now: datetime) -> Request:
    """Apply a waiting Request and return it closed: applied, refused or stale.

    Deadlines of the referral that nobody has recorded as missed yet are recorded first, each in
    a transaction of its own, as a sweep a moment earlier would have done.

    Raises Unknown when there is no such Request, StoreError when it kept losing races.
    """
    taken = False
    for _ in range(_TRIES):
        try:
            with office.store.writing() as tx:
                return _apply(office, tx, request_id, now)
        except Overdue as found:
            for key in found.keys:
                miss(office, key, now)
        except Taken:
            if taken:
                raise
            # Somebody opened a referral of this reference first: now it is there.
            taken = True
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
        openings.opening(tx)
    none_overdue(tx, referral, now)
    machine = office.machine(tx, referral.digest)
    changed = _changed_since(tx, machine, referral, request)
    if changed is not None:
        return close(tx, request, "stale", stale_result(request, referral.seq, changed), now)
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
    parties = {**referral.parties, **_named_in(machine, request.answers)}
    situation = _with_parties(office, tx, machine, referral, situation, parties)
    decision = machine.decide(situation, request.event, answers, actor, request.overrides)
    if not decision.allowed:
        return close_refused(tx, machine, request, referral, decision, now)
    act = act_of(machine, decision, request, frozenset(answers), now)
    moved = record(tx, machine.compiled, referral, situation, act)
    return close_applied(tx, machine, request, referral, moved, decision, now)


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


def _named_in(machine: Machine, answers: Mapping[str, object]) -> dict[str, str]:
    """Return the organisations among facts or answers, by the slot that each is named for."""
    facts = machine.compiled.lifecycle.facts
    return {
        name: str(given) for name, given in answers.items() if facts[name].type == "organisation"
    }


def _with_parties(
    office: Office,
    tx: Tx,
    machine: Machine,
    referral: Referral,
    situation: Situation,
    parties: Mapping[str, str],
) -> Situation:
    """Return the situation as it is with these parties: by their days, and what is known of them.

    Calendars then stay as they are until the step is written.
    """
    if parties == referral.parties:
        return situation
    openings.opening(tx)
    joined = replace(referral, parties=parties)
    today, happened_on = situation.today, situation.happened_on
    fresh = situation_of(office, tx, machine, joined, office.system(), today, happened_on)
    return situation.but(register=fresh.register, calendar=fresh.calendar)


def _changed_since(tx: Tx, machine: Machine, referral: Referral, request: Request) -> str | None:
    """Say what changed since the person looked that is in the way of what they ask, or None."""
    if request.seen is None or request.seen >= referral.seq:
        return None
    since = history.since(tx, referral.reference, request.seen)
    found = overtaken(machine.compiled, referral.state, request.event, request.answers, since)
    if found is None:
        return None
    step, facts = found
    return _in_words(step, machine.compiled.lifecycle.events, sorted(facts))


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
    parties = _named_in(answer.machine, answer.act.facts_after(situation.facts))
    situation = _with_parties(office, tx, answer.machine, referral, situation, parties)
    moved = record(tx, answer.machine.compiled, referral, situation, answer.act)
    return close_applied(tx, answer.machine, request, referral, moved, decision, now)
