"""Seeing: everything that the page of one referral shows, read at one moment of the database.

One transaction reads it all, so that its parts never contradict one another; one record of the
look is written before any of it is given out (I7).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from apflow.casework.kept_back import facts_for, kept_names, redacted
from apflow.casework.looking import log, seen
from apflow.casework.office import OFFICE_ROLES, Office
from apflow.casework.situations import situation_of
from apflow.casework.ways import Counted, Way, counted, ways
from apflow.clock import london_day
from apflow.policy.calendar import Calendar
from apflow.policy.compiled import View
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import Actor
from apflow.referral import DeadlineRow, Referral, Step
from apflow.store import calendars, deadlines, history, naming, register
from apflow.store.engine import Tx
from apflow.store.verify import Verified, verify


@dataclass(frozen=True, slots=True)
class Seen:
    """One referral as `person` may see it.

    `pupil` is the child's name, None once erased. `roles` are those that the person has on this
    referral, `hidden` the facts kept from all of them. `steps` have their values without salt
    and value where those were erased or may not be seen; the latter are in `kept_back`, as
    (seq, name). `lifecycles` are those that the steps name, by digest. `days` are the stored
    entries of the calendar that counts. `people` and `places` are names by id, `runs` flow runs
    by request. `counts` says for each deadline that is counted in days or weeks how it is.
    """

    person: str
    referral: Referral
    machine: Machine
    pupil: str | None
    roles: tuple[str, ...]
    facts: Mapping[str, object]
    hidden: tuple[str, ...]
    ways: tuple[Way, ...]
    deadlines: tuple[DeadlineRow, ...]
    counts: Mapping[str, Counted]
    steps: tuple[Step, ...]
    kept_back: frozenset[tuple[int, str]]
    lifecycles: Mapping[str, Lifecycle]
    calendar: Calendar
    days: tuple[Mapping[str, str], ...]
    people: Mapping[str, str]
    places: Mapping[str, str]
    runs: Mapping[str, str]

    @property
    def lifecycle(self) -> Lifecycle:
        """The lifecycle that the referral follows now."""
        return self.machine.compiled.lifecycle

    @property
    def acting(self) -> tuple[str, ...]:
        """The roles in which the person may act here; none for who only looks."""
        return tuple(role for role in self.roles if role not in OFFICE_ROLES)


def see(office: Office, reference: str, person: str, now: datetime, what: str = "referral") -> Seen:
    """Return a referral as `person` may see it. Raises Unknown where they may not.

    `what` is how the look is recorded.
    """
    with office.store.reading() as tx:
        found = _gathered(office, tx, reference, person, now)
    log(office, [found.referral.reference], person, what, now)
    return found


def prove(office: Office, reference: str) -> Verified:
    """Read a referral's history anew and say how much of it is as it was written.

    For who may see the referral, which is not asked here. Raises Altered with the first step
    that is not.
    """
    return verify(office.store, reference)


def _gathered(office: Office, tx: Tx, reference: str, person: str, now: datetime) -> Seen:
    referral, machine, first = seen(office, tx, reference, person, None)
    lifecycle = machine.compiled.lifecycle
    actors = _actors(tx, lifecycle, referral, first)
    roles = tuple(actor.role for actor in actors)
    today = london_day(now)
    situation = situation_of(office, tx, machine, referral, first, today, today)
    view = View(machine.compiled, situation)
    facts, hidden = facts_for(lifecycle, referral, view, frozenset(roles))
    steps = history.steps(tx, referral.reference)
    digests = {step.digest for step in steps} | {referral.digest}
    lifecycles = {one: office.machine(tx, one).compiled.lifecycle for one in digests}
    policies = {digest: (then, lifecycle) for digest, then in lifecycles.items()}
    pupil = register.get_pupil(tx, referral.pupil)
    kept = calendars.get(tx, situation.calendar.area)
    return Seen(
        person=person,
        referral=referral,
        machine=machine,
        pupil=pupil.name if pupil else None,
        roles=roles,
        facts=facts,
        hidden=hidden,
        ways=ways(machine, situation, actors),
        deadlines=deadlines.rows(tx, referral.reference),
        counts=counted(machine.compiled, view),
        steps=tuple(redacted(step, policies[step.digest], frozenset(roles)) for step in steps),
        kept_back=frozenset[tuple[int, str]]().union(
            *(kept_names(step, policies[step.digest], frozenset(roles)) for step in steps)
        ),
        lifecycles=lifecycles,
        calendar=situation.calendar,
        days=kept.entries if kept is not None else (),
        people=naming.people_named(tx, _people(referral, steps)),
        places=naming.organisations_named(tx, _places(lifecycles, referral, steps)),
        runs=naming.runs_of(tx, referral.reference),
    )


def _actors(tx: Tx, lifecycle: Lifecycle, referral: Referral, first: Actor) -> tuple[Actor, ...]:
    """Return the person in each role that they have on this referral, those of the policy first."""
    held = register.actor_roles(tx, first.person) or []
    roles = [
        (role, where)
        for role, where in held
        if role in OFFICE_ROLES or takes_part(lifecycle, referral, role, where)
    ]
    order = [*lifecycle.roles, *OFFICE_ROLES]
    return tuple(
        Actor(
            first.person,
            name,
            frozenset(where for role, where in roles if role == name and where),
        )
        for name in sorted({role for role, _ in roles}, key=order.index)
    )


def takes_part(lifecycle: Lifecycle, referral: Referral, role: str, where: str | None) -> bool:
    """Whether somebody who holds `role` at the organisation `where` acts on the referral in it."""
    known = lifecycle.roles.get(role)
    if known is None or not known.acts:
        return False
    return known.of is None or (where is not None and referral.parties.get(known.of) == where)


def _people(referral: Referral, steps: Iterable[Step]) -> set[str]:
    """Return everybody who acted, who has it, and to whom it was handed."""
    named: set[object] = {referral.owner}
    for step in steps:
        named |= {step.actor, step.about.get("owner_from"), step.about.get("owner_to")}
    return {one for one in named if isinstance(one, str)}


def _places(
    lifecycles: Mapping[str, Lifecycle], referral: Referral, steps: Iterable[Step]
) -> set[str]:
    """Return every organisation that a fact names, now or in a step."""
    slots = {
        name
        for lifecycle in lifecycles.values()
        for name, fact in lifecycle.facts.items()
        if fact.type == "organisation"
    }
    named = {value for name, value in referral.facts.items() if name in slots}
    named |= {value.value for step in steps for value in step.values if value.name in slots}
    named |= set(referral.parties.values())
    return {one for one in named if isinstance(one, str)}
