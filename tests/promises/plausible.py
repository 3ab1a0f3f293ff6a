"""Who there is, and what they plausibly answer: for any policy, from its own file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from typing_extensions import override

from apflow.casework import Casework
from apflow.policy.facts import ANSWERS
from apflow.policy.lifecycle import Fact, Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import Actor, Satisfaction, Situation, Ticked, Value
from apflow.store import register
from tests.random_questions import Questions

#: People act for the first; the second is there to be taken for it.
ORGANISATIONS = ("org-1", "org-2")
#: How many days from today people name a day, some more often than others.
_DAYS = (-30, -6, -2, -1, 0, 0, 1, 5, 20, 60, 90)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in one role, in an organisation or in the whole house."""

    id: str
    role: str
    organisation: str | None

    @property
    def actor(self) -> Actor:
        where = () if self.organisation is None else (self.organisation,)
        return Actor(self.id, self.role, frozenset(where))


class Answers(Questions):
    """Answers of people who answer today, about days not far from it and in given words."""

    def __init__(
        self,
        machine: Machine,
        random: Random,
        words: Sequence[str],
        sittings: Mapping[str, Sequence[date]],
    ) -> None:
        self.lifecycle = machine.compiled.lifecycle
        self.machine = machine
        self.random = random
        self.words = words
        self.sittings = sittings
        self.today = date.min

    @override
    def value(self, fact: Fact) -> Value:
        pick = self.random.choice
        if fact.type == "meeting":
            listed = self.sittings[fact.of or ""]
            return pick([day for day in listed if day >= self.today][:2] or list(listed))
        if fact.type in ("date", "moment"):
            day = self.today + timedelta(days=pick(_DAYS))
            at_nine = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
            return day if fact.type == "date" else at_nine
        if fact.type == "organisation":
            return pick(ORGANISATIONS[:1] * 12 + ORGANISATIONS)
        if fact.type in ("text", "person"):
            return pick(self.words)
        return super().value(fact)

    @override
    def sheet(self, fact: Fact) -> dict[str, Ticked]:
        satisfies, *others = ANSWERS[fact.type]
        if self.often():
            return {entry: Ticked(satisfies) for entry in fact.entries}
        return {
            entry: Ticked(
                self.random.choice((satisfies, *_allowed(fact, entry, others))),
                self.random.choice(self.words),
            )
            for entry in fact.entries
            if self.often()
        }

    def with_which(
        self, situation: Situation, event: str, actor: Actor, tries: int
    ) -> dict[str, Value]:
        """Return answers with which policy allows the event, if some come to mind soon."""
        given: dict[str, Value] = {}
        for _ in range(tries):
            given = self.some(event)
            if self.machine.decide(situation, event, given, actor).allowed:
                break
        return given

    def some(self, event: str) -> dict[str, Value]:
        """Return an answer to everything that is asked, and to some of what may be asked."""
        asked, facts = self.lifecycle.events[event], self.lifecycle.facts
        given = {name: self.value(facts[name]) for name in asked.asks}
        may = [name for name in asked.may_ask if self.random.random() < 0.6]
        return given | {name: self.value(facts[name]) for name in may}


def _allowed(fact: Fact, entry: str, answers: Sequence[Satisfaction]) -> list[Satisfaction]:
    """Leave out what only some entries take: an equivalent, or that it does not apply."""
    optional = ("equivalent", "not_applicable")
    return [one for one in answers if one not in optional or one in fact.entries[entry].or_]


def furnish(
    work: Casework, policy: str, pupils: Mapping[str, str], sittings: Sequence[date]
) -> tuple[Person, ...]:
    """Register pupils (id: name), organisations, sittings, and somebody for every role.

    Returns who may act. A manager is called `manager`.
    """
    with work.store.writing() as tx:
        lifecycle = work.office.newest(tx, policy, lambda *_: None).compiled.lifecycle
        for pupil, name in pupils.items():
            register.add_pupil(tx, register.Pupil(pupil, name))
        known = _particulars(lifecycle)
        for name in ORGANISATIONS:
            register.add_organisation(tx, register.Organisation(name, name.title(), known))
        people = tuple(_people(lifecycle))
        for person in (*people, Person("manager", "manager", None)):
            register.add_person(tx, register.Person(person.id, person.id.title()))
            held = register.Membership(person.id, person.role, person.organisation)
            register.add_membership(tx, held)
        for meeting in lifecycle.meetings:
            for day in sittings:
                register.add_sitting(tx, policy, meeting, day)
    return people


def _people(lifecycle: Lifecycle) -> list[Person]:
    return [
        Person(f"{role}-{number}", role, where)
        for role, what in lifecycle.roles.items()
        if what.acts
        for number, where in enumerate(ORGANISATIONS if what.of else (None,), start=1)
    ]


def _particulars(lifecycle: Lifecycle) -> dict[str, object]:
    """Return what the register holds of an organisation: an assurance among it that runs out."""
    kinds: dict[str, object] = {"date": "2026-03-20", "yes_no": True, "number": 8, "text": "Good"}
    known = {
        name: kinds[kind] for fact in lifecycle.facts.values() for name, kind in fact.has.items()
    }
    return known | {name: age for name, age in (("age_from", 2), ("age_to", 13)) if name in known}
