"""One event's form for one person: what it asks, what stands in its way, what was answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from apflow.casework.offering import Offer
from apflow.casework.office import OFFICE_ROLES
from apflow.casework.ways import Way
from apflow.policy.decision import Decision, Finding
from apflow.policy.situation import Actor, Value
from apflow.web.facts import FactWords
from apflow.web.forms import building, particulars, reading, saying
from apflow.web.forms.building import Ground
from apflow.web.forms.depending import Questions, conditional, questions
from apflow.web.forms.fields import Fault, Field
from apflow.web.forms.particulars import HAPPENED_ON, ROLE
from apflow.web.forms.reasons import Around, Reason, reasons
from apflow.web.forms.typed import Typed, day_parts, one


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered in a form: the answers, when it happened, and what is wrong."""

    taken: Mapping[str, Value]
    answers: Mapping[str, object]
    happened_on: date
    overrides: Mapping[str, str]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class EventForm:
    """The form of one event of a referral, before one person.

    `able` is the person in each role that may do it, `actor` the one in which they would;
    nobody is able where no role of theirs is right, or the event is not possible now.
    """

    offer: Offer
    event: str
    able: tuple[Actor, ...]
    actor: Actor

    @cached_property
    def way(self) -> Way | None:
        """What policy says to the event before anything is answered."""
        found = self.offer.way(self.event)
        if found is None or found.role == self.actor.role:
            return found
        return self.offer.way(self.event, self.actor)

    @property
    def title(self) -> str:
        """What the event is called."""
        return self.offer.lifecycle.events[self.event].title

    @cached_property
    def words(self) -> FactWords:
        """How the policy's names are said."""
        return FactWords(self.offer.lifecycle, self.offer.places)

    @cached_property
    def ground(self) -> Ground:
        """What the questions are made from."""
        own = frozenset(place for actor in self.offer.actors for place in actor.organisations)
        return Ground(
            self.offer.machine, self.offer.as_(self.actor), self.words, self.offer.facts, own
        )

    @cached_property
    def around(self) -> Around:
        """What reasons are told from."""
        offer = self.offer
        return Around(
            ground=self.ground,
            event=self.event,
            asked=self.questions.names if self.able else (),
            roles=frozenset(offer.roles),
            role=self.actor.role,
            ways=offer.ways_of,
            deadlines=offer.deadlines,
            reference=offer.referral.reference or None,
            corrects=any(role not in OFFICE_ROLES for role in offer.roles)
            or "manager" in offer.roles,
        )

    @cached_property
    def questions(self) -> Questions:
        """What the form asks."""
        return questions(self.ground, self.event)

    @property
    def endings(self) -> bool:
        """Whether the event may end the referral."""
        states = self.offer.lifecycle.states
        return any(states[name].final for name in self.offer.leads(self.event))

    def in_the_way(self) -> tuple[Reason, ...]:
        """Return what stands in the way before anything is answered, and what is advised."""
        if not self.able:
            decided = self.offer.decided(self.event, self.actor, {})
            return reasons(self.around, _for_good(decided))
        way = self.way
        if way is None:
            return ()
        return reasons(self.around, (*way.stopping, *way.decision.advice))

    def before(self, today: date) -> Typed:
        """Return what the form says before anything is typed."""
        asked = self.questions
        said = dict(building.filled_in(self.ground, asked.asks, asked.may_ask))
        return {**said, **day_parts(HAPPENED_ON, today), ROLE: [self.actor.role]}

    def fields(
        self,
        typed: Typed,
        faults: Iterable[Fault] = (),
        told: Iterable[Reason] = (),
        when: str = "When did this happen?",
    ) -> tuple[Field, ...]:
        """Return every question of the form; `told` are reasons that may be gone past."""
        wrong, asked = tuple(faults), self._asked(typed)
        about = building.fields(self.ground, asked.asks, asked.may_ask, typed, wrong)
        made = [particulars.happened_field(typed, wrong, when)]
        made += conditional(self.ground, about, asked)
        if len(self.able) > 1:
            roles = tuple(actor.role for actor in self.able)
            made.append(particulars.role_field(self.words, roles, self.actor.role))
        past = {reason.guard: reason.says for reason in told if reason.past}
        made += [
            particulars.override_field(guard, says, typed, wrong)
            for guard, says in {**self._past(typed), **past}.items()
        ]
        return tuple(made)

    def _past(self, typed: Typed) -> dict[str, str]:
        """Return the demands for which a reason to go past was typed already, with their words."""
        demands = self.offer.lifecycle.guards
        return {
            guard: demands[guard].otherwise
            for guard in particulars.gone_past(typed, demands)
            if self.actor.role in demands[guard].override
        }

    def _asked(self, typed: Typed) -> Questions:
        """Return what is asked with the answers given so far, as far as they can be taken."""
        names = self.questions
        taken = reading.read(self.ground, names.asks, names.may_ask, typed).taken
        return questions(self.ground, self.event, taken)

    def entered(self, typed: Typed) -> Entered:
        """Read what was typed: every answer, and everything that is still missing."""
        about = self.offer.lifecycle.events[self.event]
        got = reading.read(self.ground, about.asks, about.may_ask, typed)
        faults = list(got.faults)
        day = particulars.read_happened(typed, self.ground.today)
        happened_on = self.ground.today
        if isinstance(day, Fault):
            faults.insert(0, day)
        else:
            happened_on = day
        wrong = {fault.id for fault in faults}
        situation = self.ground.situation.but(happened_on=happened_on)
        needed = self.offer.machine.asks(situation, self.event, got.taken).asks
        lacking = (
            saying.missing(self.ground, name)
            for name in needed
            if name not in got.taken and not self._may_not_count(name, got.taken)
        )
        faults += [fault for fault in lacking if fault.id not in wrong]
        if not faults and not got.taken and self._only_records:
            faults.append(Fault("form", "Answer a question: there is nothing to record yet"))
        guards = tuple(self.offer.lifecycle.guards)
        overrides, wrong_reasons = particulars.read_overrides(typed, guards)
        return Entered(got.taken, got.answers, happened_on, overrides, (*faults, *wrong_reasons))

    def _may_not_count(self, name: str, taken: Mapping[str, Value]) -> bool:
        """Whether it hangs on a question that is still to be answered if this one counts at all."""
        asked = self.questions
        return any(
            control in asked.asks and control not in taken for control in asked.needs.get(name, ())
        )

    @property
    def _only_records(self) -> bool:
        """Whether the event does nothing but write down answers, none of which must be given."""
        about = self.offer.lifecycle.events[self.event]
        stays = not self.offer.leads(self.event)
        return stays and bool(about.may_ask) and not about.asks and not about.sets

    def decided(self, entered: Entered) -> Decision:
        """Return what policy would say to what was entered; nothing is done."""
        return self.offer.decided(
            self.event, self.actor, entered.taken, entered.overrides, entered.happened_on
        )

    def ends(self, entered: Entered) -> bool:
        """Whether what was entered would end the referral."""
        if not self.endings:
            return False
        target = self.decided(entered).target
        return target is not None and self.offer.lifecycle.states[target].final is not None

    def still_needed(self, findings: Iterable[Finding]) -> tuple[Fault, ...]:
        """Return the questions of the form that turned out to be needed."""
        names = self.questions.names
        missing = dict.fromkeys(
            name for finding in findings if finding.stops for name in finding.missing
        )
        return tuple(saying.needed(self.ground, name) for name in missing if name in names)


def event_form(offer: Offer, event: str, typed: Typed | None = None) -> EventForm:
    """Return the form of an event for who the offer was made to, in the role they chose.

    Raises Unknown for an event that the lifecycle does not have.
    """
    able = tuple(actor for actor in offer.actors if offer.may(event, actor))
    wanted = one(typed or {}, ROLE)
    if len(able) > 1 and not any(actor.role == wanted for actor in able):
        best = offer.way(event)
        wanted = best.role if best is not None else ""
    actor = next((one for one in able if one.role == wanted), (*able, *offer.actors)[0])
    return EventForm(offer, event, able, actor)


def in_order(fields: Iterable[Field], faults: Iterable[Fault]) -> list[tuple[str, str]]:
    """Return (address, words) of what is wrong, in the order of the form."""
    wrong = tuple(faults)
    errors = []
    known = set()
    for field in fields:
        known.add(field.id)
        for fault in wrong:
            if fault.id == field.id:
                errors.append((f"#{building.error_input(field, fault)}", fault.says))
    errors += [("#form", fault.says) for fault in wrong if fault.id not in known]
    return list(dict.fromkeys(errors))


def _for_good(decided: Decision) -> tuple[Finding, ...]:
    """Return why somebody may not do an event at all, leaving the rest to those who may."""
    found = [one for one in decided.findings if one.guard in ("transition", "role", "when")]
    return tuple(one for one in found if one.verdict == "unmet") or tuple(
        replace(one, missing=()) for one in decided.stopping
    )
