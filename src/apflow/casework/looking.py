"""Looking: what a person may see of a referral, and the record that they looked.

A person sees a referral when they are a member of an organisation in one of its slots, hold a
role of its policy that has no slot, or are the office's manager or auditor. To anybody else it
is not there. Every look at a child's record is recorded before anything is shown (I7).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from apflow.casework.kept_back import facts_for, redacted
from apflow.casework.office import OFFICE_ROLES, Office
from apflow.casework.results import outcome_of
from apflow.casework.situations import situation_of
from apflow.clock import london_day
from apflow.errors import Unknown
from apflow.policy.compiled import View
from apflow.policy.decision import Decision
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import Actor, Situation
from apflow.referral import DeadlineRow, Referral, Request, Step
from apflow.referral.reference import tidy_reference
from apflow.store import deadlines, history, reads, referrals, register
from apflow.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Choice:
    """One event that the referral's state knows: what policy says to it now.

    `asks` must be answered with it, `may_ask` may be; `shown` is the decision as JSON-ready
    values, without the facts that the person may not see.
    """

    event: str
    title: str
    role: str
    decision: Decision
    asks: tuple[str, ...]
    may_ask: tuple[str, ...]
    shown: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Looked:
    """One referral as a person may see it.

    `pupil` is the child's name, None once erased; `hidden` names the facts kept from the person.
    """

    referral: Referral
    lifecycle: Lifecycle
    pupil: str | None
    facts: Mapping[str, object]
    hidden: tuple[str, ...]
    deadlines: tuple[DeadlineRow, ...]
    actor: Actor


def look(office: Office, reference: str, person: str, role: str | None, now: datetime) -> Looked:
    """Return a referral as `person` may see it. Raises Unknown where they may not."""
    with office.store.reading() as tx:
        referral, machine, actor = seen(office, tx, reference, person, role)
        lifecycle = machine.compiled.lifecycle
        situation = _situation(office, tx, machine, referral, actor, now)
        view = View(machine.compiled, situation)
        facts, hidden = facts_for(lifecycle, referral, view, _roles(tx, person))
        pupil = register.get_pupil(tx, referral.pupil)
        rows = deadlines.rows(tx, referral.reference)
    log(office, [referral.reference], person, "referral", now)
    return Looked(referral, lifecycle, pupil.name if pupil else None, facts, hidden, rows, actor)


def choices(
    office: Office, reference: str, person: str, role: str | None, now: datetime
) -> tuple[Choice, ...]:
    """Return every event that the referral's state knows, with what policy says to it now.

    The answer to each is what `decide` would say to the act itself, so that the button and the
    door never disagree.
    """
    with office.store.reading() as tx:
        referral, machine, actor = seen(office, tx, reference, person, role)
        situation = _situation(office, tx, machine, referral, actor, now)
        found = tuple(
            Choice(
                event=event,
                title=machine.compiled.lifecycle.events[event].title,
                role=actor.role,
                decision=decision,
                asks=tuple(machine.asks(situation, event)[0]),
                may_ask=tuple(machine.asks(situation, event)[1]),
                shown=outcome_of(machine.compiled.lifecycle, decision, actor.role),
            )
            for event, decision in machine.choices(situation, actor)
        )
    log(office, [referral.reference], person, "choices", now)
    return found


def titles(office: Office, request: Request) -> dict[str, str]:
    """Return the titles of the events and states that a Request may speak of, by id."""
    with office.store.reading() as tx:
        referral = referrals.get(tx, request.reference)
        digest = referral.digest if referral is not None else request.opens
        if digest is None:
            return {}
        lifecycle = office.machine(tx, digest).compiled.lifecycle
    return {name: event.title for name, event in lifecycle.events.items()} | {
        name: state.title for name, state in lifecycle.states.items()
    }


def trace(office: Office, reference: str, person: str, now: datetime) -> tuple[Step, ...]:
    """Return a referral's steps with the values that `person` may see (others have None)."""
    with office.store.reading() as tx:
        referral, machine, _ = seen(office, tx, reference, person, None)
        roles = _roles(tx, person)
        steps = history.steps(tx, referral.reference)
        then = {
            digest: office.machine(tx, digest).compiled.lifecycle
            for digest in {step.digest for step in steps}
        }
    log(office, [referral.reference], person, "history", now)
    lifecycle = machine.compiled.lifecycle
    return tuple(redacted(step, (then[step.digest], lifecycle), roles) for step in steps)


def log(office: Office, references: Iterable[str], person: str, what: str, now: datetime) -> None:
    """Record that a person looked at children's records."""
    with office.store.writing() as tx:
        for reference in references:
            reads.add(tx, person, reference, what, now)


def seen(
    office: Office, tx: Tx, reference: str, person: str, role: str | None
) -> tuple[Referral, Machine, Actor]:
    """Return a referral that `person` may see; Unknown otherwise, as if it were not there."""
    tidy = tidy_reference(reference) or reference
    referral = referrals.get(tx, tidy)
    if referral is None:
        raise Unknown("referral", reference)
    held = register.actor_roles(tx, person)
    if held is None:
        raise Unknown("person", person)
    machine = office.machine(tx, referral.digest)
    lifecycle = machine.compiled.lifecycle
    mine = [
        (name, where)
        for name, where in held
        if name in OFFICE_ROLES or _takes_part(lifecycle, referral, name, where)
    ]
    if not mine:
        raise Unknown("referral", reference)
    chosen = role if role is not None and any(name == role for name, _ in mine) else mine[0][0]
    organisations = frozenset(where for name, where in mine if name == chosen and where)
    return referral, machine, Actor(person, chosen, organisations)


def _takes_part(lifecycle: Lifecycle, referral: Referral, role: str, where: str | None) -> bool:
    known = lifecycle.roles.get(role)
    if known is None or not known.acts:
        return False
    return known.of is None or (where is not None and referral.parties.get(known.of) == where)


def _roles(tx: Tx, person: str) -> frozenset[str]:
    return frozenset(name for name, _ in register.actor_roles(tx, person) or ())


def _situation(
    office: Office, tx: Tx, machine: Machine, referral: Referral, actor: Actor, now: datetime
) -> Situation:
    today = london_day(now)
    return situation_of(office, tx, machine, referral, actor, today, today)
