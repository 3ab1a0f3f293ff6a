"""Random referrals, random events asked of them, and three ways of answering.

The library's own engine, the machine's walk, and a plain reading of the format must say the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from statemachine.exceptions import TransitionNotAllowed

from apflow.policy.calendar import Calendar
from apflow.policy.compiled import View
from apflow.policy.deadlines import standing_law
from apflow.policy.decision import Decision
from apflow.policy.facts import ANSWERS
from apflow.policy.lifecycle import CHECKLISTS, Fact, Lifecycle, Transition
from apflow.policy.machine import Machine, NotKnown
from apflow.policy.situation import START, SYSTEM, Actor, Situation, Tally, Ticked, Value

TODAY = date(2026, 2, 12)
ORGANISATIONS = ("org-1", "org-2")
_NUMBERS = (0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 60, 100)
#: What was decided: the outcome, and the state if it is allowed.
Answer = tuple[str, str | None]


@dataclass(frozen=True)
class Asked:
    """One question to a machine."""

    situation: Situation
    event: str
    answers: Mapping[str, Value]
    actor: Actor
    overrides: Mapping[str, str]


def walked(machine: Machine, asked: Asked) -> Decision:
    """Answer by the machine's walk over the chart's transitions."""
    return machine.decide(asked.situation, asked.event, asked.answers, asked.actor, asked.overrides)


def sent(machine: Machine, asked: Asked) -> Answer:
    """Answer by the library's engine: an instance of the chart is sent the event."""
    referral = SimpleNamespace(state=asked.situation.state)
    try:
        machine.chart(referral).send(
            asked.event,
            situation=asked.situation,
            answers=asked.answers,
            actor=asked.actor,
            overrides=asked.overrides,
        )
    except TransitionNotAllowed:
        return "refused", None
    except NotKnown:
        return "unknown", None
    return "allowed", referral.state


def read_plainly(machine: Machine, asked: Asked) -> Answer:
    """Answer by reading FORMAT §6 and §7 line by line, however slowly."""
    compiled, lifecycle = machine.compiled, machine.compiled.lifecycle
    event, before = lifecycle.events[asked.event], asked.situation
    answered, missing = _facts_answered(lifecycle, asked)
    road_view = View(compiled, before.but(facts=answered, role=asked.actor.role))
    after = dict(answered)
    for name in event.sets:
        condition = compiled.at("events", asked.event, "sets", name)
        value = condition.ask(road_view) if condition else None
        after = {key: known for key, known in after.items() if key != name}
        after |= {} if value is None else {name: value}
    view = View(compiled, before.but(facts=after, role=asked.actor.role))
    missing = [name for name in missing if _ask(view, "facts", name, "when") is not False]
    for index, transition in enumerate(lifecycle.transitions):
        if transition.event != asked.event or before.state not in lifecycle.sources(transition):
            continue
        when = _ask(road_view, "transitions", index, "when")
        if when is False and not _rests_on(machine, missing, "transitions", index, "when"):
            continue
        says = [_role(machine, asked, view, transition), None if missing else True]
        says.append(when if when is not False else None)
        says += [_guard(machine, asked, view, missing, name) for name in transition.guards]
        says.append(_closing(machine, asked, view, transition))
        if all(says):
            return "allowed", transition.to or before.state
        if False not in says:
            return "unknown", None
    return "refused", None


def _facts_answered(lifecycle: Lifecycle, asked: Asked) -> tuple[dict[str, Value], list[str]]:
    facts, missing = dict(asked.situation.facts), []
    for name in lifecycle.events[asked.event].asks:
        empty = lifecycle.facts[name].type in ("people", "agreements") and not asked.answers.get(
            name
        )
        if name not in asked.answers or empty:
            facts.pop(name, None)
            missing.append(name)
    for name, answer in asked.answers.items():
        kept = asked.situation.facts.get(name, {})
        if lifecycle.facts[name].type in ("papers", "agreements"):
            facts[name] = {**kept, **answer}  # type: ignore[dict-item]
        else:
            facts[name] = answer
    return facts, missing


def _ask(view: View, *path: str | int) -> Any:
    condition = view.compiled.at(*path)  # type: ignore[attr-defined]
    return True if condition is None else condition.ask(view)


def _rests_on(machine: Machine, names: Iterable[str], *path: str | int) -> bool:
    condition = machine.compiled.at(*path)
    return condition is not None and bool(
        machine.compiled.reads(*condition.names) & frozenset(names)
    )


def _role(machine: Machine, asked: Asked, view: View, transition: Transition) -> bool | None:
    role = machine.compiled.lifecycle.roles.get(asked.actor.role)
    if asked.actor.role not in transition.by:
        return False
    if role is None or role.of is None:
        return True
    opening = asked.situation.state == START
    holder = (view if opening else View(machine.compiled, asked.situation)).value(role.of)
    if holder is None and opening:
        return None
    return holder in asked.actor.organisations


def _guard(
    machine: Machine, asked: Asked, view: View, missing: list[str], name: str
) -> bool | None:
    guard = machine.compiled.lifecycle.guards[name]
    applies, holds = _ask(view, "guards", name, "when"), _ask(view, "guards", name, "require")
    if guard.force == "should" or applies is False or holds is True:
        return True
    reason = asked.overrides.get(name, "").strip()
    if guard.force == "must" and asked.actor.role in guard.override and reason:
        return True
    if applies is None or holds is None:
        return None
    open_ = {*missing, *_set_from(machine, asked.event, missing)}
    parts = ("when", "require")
    return None if any(_rests_on(machine, open_, "guards", name, part) for part in parts) else False


def _set_from(machine: Machine, event: str, missing: list[str]) -> list[str]:
    sets = machine.compiled.lifecycle.events[event].sets
    return [name for name in sets if _rests_on(machine, missing, "events", event, "sets", name)]


def _closing(machine: Machine, asked: Asked, view: View, transition: Transition) -> bool:
    target = machine.compiled.lifecycle.states.get(transition.to or "")
    if target is None or target.final is None or target.hands_over:
        return True
    after = asked.situation.but(facts=view.facts)
    happened_on = asked.situation.happened_on
    to = transition.to or ""
    return not standing_law(machine.compiled, after, asked.event, to, happened_on)


class Questions:
    """Random questions to one machine, most of them sensible; the same seed asks the same."""

    def __init__(self, machine: Machine, calendar: Calendar, seed: int) -> None:
        self.lifecycle = machine.compiled.lifecycle
        self.calendar = calendar
        self.random = Random(seed)
        self.facts = {
            name: fact for name, fact in self.lifecycle.facts.items() if not fact.worked_out
        }

    def ask(self) -> Asked:
        """Make up a referral, and an event that somebody asks of it."""
        lifecycle, pick = self.lifecycle, self.random.choice
        state = pick((START, *lifecycle.open_states, *lifecycle.states))
        here = [t for t in lifecycle.transitions if state in lifecycle.sources(t)]
        event = pick([t.event for t in here] if here and self.often() else list(lifecycle.events))
        roads = [t for t in here if t.event == event]
        by = [role for t in roads for role in t.by]
        role = pick(by if by and self.often() else (*lifecycle.roles, SYSTEM))
        # Some referrals are hardly begun, of some everything is known.
        knows = pick((0.5, 0.85, 0.99))
        known = {
            name: self.value(fact)
            for name, fact in self.facts.items()
            if self.random.random() < knows
        }
        situation = Situation(
            state=state,
            facts=known,
            tally=self.tally(),
            calendar=self.calendar,
            today=TODAY,
            happened_on=TODAY - timedelta(days=self.random.randrange(4)),
            free={name: pick((-1, 0, 1, 2)) for name in lifecycle.places if self.often()},
            first=dict.fromkeys(lifecycle.places, self.often()),
            sittings=dict.fromkeys(lifecycle.meetings, (TODAY, TODAY + timedelta(days=28))),
            register={name: self.particulars() for name in ORGANISATIONS},
            role=role,
        )
        actor = Actor("somebody", role, frozenset(ORGANISATIONS[:1] if self.often() else ()))
        return Asked(situation, event, self.answers(event), actor, self.overrides(roads))

    def often(self) -> bool:
        return self.random.random() < 0.93

    def value(self, fact: Fact) -> Value:
        """Make up a value; the answers that open doors are the likelier ones."""
        pick = self.random.choice
        if fact.type in CHECKLISTS:
            return self.sheet(fact)
        if fact.type == "number":
            least, most = fact.min or 0, 100 if fact.max is None else fact.max
            return pick([n for n in _NUMBERS if least <= n <= most])
        if fact.type == "text":
            words = [one.value for one in self.lifecycle.settings.values()]
            return pick(["x", *(word for word in words * 2 if isinstance(word, str))])
        if fact.type == "choices":
            return tuple(option for option in fact.options if pick((True, False)))
        day = TODAY + timedelta(days=self.random.randrange(-60, 90))
        kinds: dict[str, Value] = {
            "yes_no": pick((True, True, False)),
            "choice": pick(tuple(fact.options) or ("",)),
            "organisation": pick((*ORGANISATIONS[:1] * 5, *ORGANISATIONS)),
            "date": day,
            "meeting": day,
            "moment": datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC),
        }
        return kinds.get(fact.type, "somebody")

    def sheet(self, fact: Fact) -> dict[str, Ticked]:
        """Make up a checklist; most entries are satisfied."""
        satisfies, *others = ANSWERS[fact.type]
        if self.often():
            return {entry: Ticked(satisfies) for entry in fact.entries}
        return {
            entry: Ticked(self.random.choice((satisfies, *others)), "because")
            for entry in fact.entries
            if self.often()
        }

    def particulars(self) -> dict[str, Value]:
        """Make up what the register holds of an organisation."""
        day = TODAY + timedelta(days=self.random.randrange(-400, 400))
        kinds: dict[str, Value] = {"number": 8, "text": "Good", "yes_no": True, "date": day}
        return {
            name: kinds[kind]
            for fact in self.facts.values()
            for name, kind in fact.has.items()
            if self.often()
        }

    def tally(self) -> Tally:
        """Make up what happened before."""
        tally = Tally()
        for seq in range(1, self.random.randrange(6)):
            event = self.random.choice(tuple(self.lifecycle.events))
            entered = self.random.choice((None, *self.lifecycle.states))
            day = TODAY - timedelta(days=40 - seq * self.random.randrange(1, 8))
            tally = tally.with_step(event, entered, day, seq)
        return tally

    def answers(self, event: str) -> dict[str, Value]:
        """Make up answers: mostly everything asked, some of what may be asked."""
        asked = self.lifecycle.events[event]
        whole = self.random.random() < 0.5
        names = [name for name in asked.asks if whole or self.random.random() < 0.4]
        names += [name for name in asked.may_ask if self.random.random() < 0.5]
        return {name: self.value(self.facts[name]) for name in names}

    def overrides(self, roads: Iterable[Transition]) -> dict[str, str]:
        """Make up reasons for guards on these roads that somebody may go past."""
        guards = {name for road in roads for name in road.guards}
        return {
            name: self.random.choice(("because", "because", " "))
            for name in sorted(guards)
            if self.lifecycle.guards[name].override and self.random.random() < 0.5
        }


def agreed(machine: Machine, calendar: Calendar, examples: int, seed: int = 1) -> Counter[str]:
    """Ask so many questions in all three ways; return how often each kind of answer was given."""
    questions = Questions(machine, calendar, seed)
    seen: Counter[str] = Counter()
    for _ in range(examples):
        asked = questions.ask()
        decision = walked(machine, asked)
        answer = (decision.outcome, decision.target)
        assert answer == sent(machine, asked), asked
        assert answer == read_plainly(machine, asked), asked
        stopping = {finding.verdict for finding in decision.stopping}
        fits = {"allowed": set(), "unknown": {"unknown"}, "refused": stopping | {"unmet"}}
        assert stopping == fits[decision.outcome], decision
        seen.update((decision.outcome, *_kinds(machine, asked, decision)))
    return seen


def _kinds(machine: Machine, asked: Asked, decision: Decision) -> Iterator[str]:
    lifecycle = machine.compiled.lifecycle
    roads = [
        index
        for index, transition in enumerate(lifecycle.transitions)
        if transition.event == asked.event
        and asked.situation.state in lifecycle.sources(transition)
    ]
    if any(finding.verdict == "overridden" for finding in decision.findings):
        yield "overridden"
    if decision.advice:
        yield "advised"
    if decision.transition in roads[1:]:
        yield "by another road"
    if decision.allowed:
        yield "stayed" if decision.target == decision.source else "moved"
