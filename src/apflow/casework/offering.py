"""Offering: what somebody works from who wants something done with a referral.

Everything that a form needs is read at one moment of the database: where the referral stands,
in which roles the person may act on it, what may be answered. Nothing is decided for good here
and nothing is written but that the person looked: the door itself asks policy again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from apflow.casework.kept_back import hides
from apflow.casework.looking import log, seen
from apflow.casework.office import OFFICE_ROLES, Office
from apflow.casework.seeing import takes_part
from apflow.casework.situations import situation_of
from apflow.casework.ways import Way, ways
from apflow.clock import london_day
from apflow.errors import Unknown
from apflow.nearest import nearest
from apflow.policy.decision import Decision
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import Actor, Situation, Value
from apflow.referral import HOUSE_RECORDS, DeadlineRow, Referral, Step
from apflow.store import deadlines, history, naming, register
from apflow.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Offer:
    """One referral, before somebody who wants something done with it.

    `actors` are the person in each role that they have on it, those of the policy first.
    `facts` are the known ones that they may see, in their written form; `pupil` is None once
    erased. `places` names every organisation by its id, in the order of the names.
    """

    referral: Referral
    machine: Machine
    situation: Situation
    actors: tuple[Actor, ...]
    pupil: str | None
    facts: Mapping[str, object]
    places: Mapping[str, str]
    deadlines: tuple[DeadlineRow, ...] = ()
    _ways: dict[tuple[str, ...], dict[str, Way | None]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def lifecycle(self) -> Lifecycle:
        """The lifecycle that the referral follows now."""
        return self.machine.compiled.lifecycle

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that the person has on the referral."""
        return tuple(actor.role for actor in self.actors)

    def actor(self, role: str) -> Actor | None:
        """Return the person in one of their roles; None for a role that they do not have."""
        return next((actor for actor in self.actors if actor.role == role), None)

    def as_(self, actor: Actor) -> Situation:
        """Return the situation as it is for the person in one role."""
        return self.situation.but(role=actor.role)

    def ways(self, *actors: Actor) -> tuple[Way, ...]:
        """Return what can happen next, in the best of the person's roles or of these."""
        return self.ways_of(self.machine.events_in(self.situation.state), *actors)

    def ways_of(self, events: Collection[str], *actors: Actor) -> tuple[Way, ...]:
        """Return the same of some events alone."""
        known = self._ways.setdefault(tuple(actor.role for actor in actors), {})
        asked = [one for one in self.machine.events_in(self.situation.state) if one in events]
        # An event is judged for every role: worth doing once.
        new = [one for one in asked if one not in known]
        if new:
            known |= dict.fromkeys(new)
            found = ways(self.machine, self.situation, actors or self.actors, new)
            known |= {way.event: way for way in found}
        return tuple(way for one in asked if (way := known[one]) is not None)

    def leads(self, event: str) -> tuple[str, ...]:
        """Return the states to which an event may lead from here; none where it stays."""
        lifecycle, state = self.lifecycle, self.referral.state
        found = (
            one.to
            for one in lifecycle.transitions
            if one.event == event and state in lifecycle.sources(one)
        )
        return tuple(dict.fromkeys(target for target in found if target is not None))

    def may(self, event: str, actor: Actor) -> bool:
        """Return whether an event is for this role, and may be possible for this referral now.

        Raises Unknown for an event that the lifecycle does not have.
        """
        findings = self.decided(event, actor, {}).findings
        roles = [one for one in findings if one.guard == "role"]
        return bool(roles) and roles[0].verdict != "unmet"

    def way(self, event: str, *actors: Actor) -> Way | None:
        """Return what policy says to one event before anything is answered.

        None where the state does not know the event, or it does not apply to the referral.
        Raises Unknown for an event that the lifecycle does not have.
        """
        if event not in self.lifecycle.events:
            raise Unknown("event", event, nearest(event, self.lifecycle.events))
        return next(iter(self.ways_of((event,), *actors)), None)

    def decided(
        self,
        event: str,
        actor: Actor,
        answers: Mapping[str, Value],
        overrides: Mapping[str, str] | None = None,
        happened_on: date | None = None,
    ) -> Decision:
        """Return what policy would say to an event with these answers; nothing is done."""
        situation = self.as_(actor)
        if happened_on is not None:
            situation = situation.but(happened_on=happened_on)
        return self.machine.decide(situation, event, answers, actor, overrides)


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody to whom a referral can be handed: they act on it in these roles."""

    person: str
    handle: str
    name: str
    roles: tuple[str, ...]


def offer(office: Office, reference: str, person: str, now: datetime) -> Offer:
    """Return a referral as it stands before `person`. Raises Unknown where they may not see it.

    Whoever shows anything of it records first that they looked; see `looked`.
    """
    with office.store.reading() as tx:
        referral, machine, first = seen(office, tx, reference, person, None)
        lifecycle = machine.compiled.lifecycle
        actors = _actors(tx, lifecycle, referral, person)
        roles = frozenset(actor.role for actor in actors)
        today = london_day(now)
        pupil = register.get_pupil(tx, referral.pupil)
        return Offer(
            referral=referral,
            machine=machine,
            situation=situation_of(office, tx, machine, referral, first, today, today),
            actors=actors,
            pupil=pupil.name if pupil is not None else None,
            facts={
                name: value
                for name, value in referral.facts.items()
                if not hides(lifecycle, name, roles)
            },
            places=places(tx),
            deadlines=deadlines.rows(tx, referral.reference),
        )


def looked(office: Office, reference: str, person: str, now: datetime) -> None:
    """Record that a person is shown a form of a referral (I7)."""
    log(office, [reference], person, "form", now)


def moved_since(
    office: Office, reference: str, seen_seq: int
) -> tuple[tuple[Step, ...], Mapping[str, str]]:
    """Return what people did to a referral since one of its steps, and their names by id.

    Only for who may see the referral, which is not asked here.
    """
    with office.store.reading() as tx:
        steps = tuple(
            step
            for step in history.since(tx, reference, seen_seq)
            if step.event not in HOUSE_RECORDS
        )
        return steps, naming.people_named(tx, {step.actor for step in steps})


def takers(office: Office, referral: Referral, lifecycle: Lifecycle) -> tuple[Taker, ...]:
    """Return everybody who acts on a referral, by name, but for who has it."""
    with office.store.reading() as tx:
        held: dict[str, list[str]] = {}
        for one in register.list_memberships(tx):
            if takes_part(lifecycle, referral, one.role, one.organisation):
                held.setdefault(one.person, []).append(one.role)
        people = register.list_people(tx)
    return tuple(
        Taker(person.id, person.handle, person.name, tuple(dict.fromkeys(held[person.id])))
        for person in people
        if person.id in held and not person.disabled and person.id != referral.owner
    )


def _actors(tx: Tx, lifecycle: Lifecycle, referral: Referral, person: str) -> tuple[Actor, ...]:
    held = [
        (role, where)
        for role, where in register.actor_roles(tx, person) or ()
        if role in OFFICE_ROLES or takes_part(lifecycle, referral, role, where)
    ]
    order = [*lifecycle.roles, *OFFICE_ROLES]
    return tuple(
        Actor(person, name, frozenset(where for role, where in held if role == name and where))
        for name in sorted({role for role, _ in held}, key=order.index)
    )


def places(tx: Tx) -> dict[str, str]:
    """Return the name of every organisation by its id, in the order of the names."""
    return {place.id: place.name for place in register.list_organisations(tx)}
