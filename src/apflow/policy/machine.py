"""The only module that knows python-statemachine: a lifecycle as a StateChart that decides.

A lifecycle becomes one StateChart class. Its states are the lifecycle's and `start`; each
transition carries one condition, which judges the role, the answers, the `when` and every guard.
`Machine.decide` goes over the chart's own states and transitions and asks the same conditions
without an instance, which would cost a hundred times as much and stop at the first unmet guard.

By hand the chart works as the library's own::

    referral = SimpleNamespace(state="forum")      # None for one that is not opened yet
    machine.chart(referral).send("forum_agrees", situation=…, actor=…, answers={…}, overrides={})

It moves `referral.state`, raises TransitionNotAllowed when the event is refused, and NotKnown
when nothing is unmet but something is not known yet.
"""

import keyword
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import Any

from statemachine import State, StateChart
from statemachine.exceptions import InvalidDefinition
from statemachine.graph import visit_connected_states
from statemachine.io import create_machine_class_from_definition
from typing_extensions import override

from apflow.errors import ApflowError, Unknown
from apflow.nearest import nearest
from apflow.policy.compiled import Compiled, ConditionFault, Faulty
from apflow.policy.deciding import GuardPlan, Question
from apflow.policy.decision import Decision, Finding
from apflow.policy.findings import Who, fresh
from apflow.policy.intake import Asking, Intake
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.references import lost_references
from apflow.policy.roads import Road
from apflow.policy.situation import START, Actor, Situation, Value

#: The library's permissive defaults would lose a refused event without a word.
_STRICT = {
    "allow_event_without_transition": False,
    "catch_errors_as_events": False,
    "enable_self_transition_entries": False,
    "atomic_configuration_update": True,
}
_UNCHECKED = {
    "validate_disconnected_states": False,
    "validate_trap_states": False,
    "validate_final_reachability": False,
}
#: What the library calls of itself when it finds it, by its name before or after our names.
_CALLED_FOR_EVENTS = ("before_{}", "on_{}", "after_{}")
_CALLED_FOR_STATES = ("on_enter_{}", "on_exit_{}", "on_invoke_{}")
#: For each state its transitions in the order of the file: the chart's condition and the road.
_Roads = dict[str, list[tuple[Callable[..., bool], Road]]]
#: For one state and event the transitions in order: the target and the road.
_Ways = tuple[tuple[str, Road], ...]
_NOWHERE: Mapping[str, _Ways] = {}
_NO_REASONS: Mapping[str, str] = {}


class NotKnown(ApflowError):
    """Nothing is unmet, but something is not known yet: `findings` say what."""

    def __init__(self, event: str, findings: tuple[Finding, ...]) -> None:
        super().__init__(event, findings)
        self.event, self.findings = event, findings

    @override
    def __str__(self) -> str:
        open_ = (finding.says for finding in self.findings if finding.stops)
        return f"{self.event}: not known yet: {' '.join(open_)}"


class Machine:
    """A lifecycle that can be asked: what may happen, and why not.

    Raises Faulty when the lifecycle cannot be a state machine: a name that is not there or that
    the library needs for itself, a state that cannot be reached or never ends.
    """

    def __init__(self, compiled: Compiled) -> None:
        lifecycle = compiled.lifecycle
        faults = (*_misnamed(lifecycle), *lost_references(lifecycle))
        if faults:
            raise Faulty(faults)
        self.compiled = compiled
        self._intakes = {event: Intake(compiled, event) for event in lifecycle.events}
        guards = {name: GuardPlan(compiled, name) for name in lifecycle.guards}
        conditions: dict[Callable[..., bool], Road] = {}
        roads: _Roads = {state: [] for state in (START, *lifecycle.states)}
        whos = {state: Who(lifecycle, state) for state in roads}
        for index, transition in enumerate(lifecycle.transitions):
            for source in lifecycle.sources(transition):
                road = Road(compiled, index, source, guards, whos[source])
                condition = self._condition(road)
                conditions[condition] = road
                roads[source].append((condition, road))
        self.chart = _chart(lifecycle, roads)
        self._roads = _roads_of(self.chart, conditions)

    def decide(
        self,
        situation: Situation,
        event: str,
        answers: Mapping[str, Value],
        actor: Actor,
        overrides: Mapping[str, str] | None = None,
    ) -> Decision:
        """Answer whether `actor` may do `event` now with these answers, with every reason.

        Of several roads the first that is open is taken; one with nothing unmet but something
        not known yet ends the search. `overrides` holds a written reason for each guard that
        the actor's role may go past.

        Raises Unknown for an event, a state or an overridden guard that the lifecycle does not
        have, BadInputs for an answer that the event does not ask.
        """
        roads = self._roads.get(situation.state, _NOWHERE).get(event)
        if roads is None:
            return self._no_transition(situation.state, event)
        return self._judged(
            roads, self._question(situation, event, answers, actor, overrides or _NO_REASONS)
        )

    def events_in(self, state: str) -> tuple[str, ...]:
        """Return the events that a state knows, in the order of the file."""
        return tuple(self._roads.get(state, _NOWHERE))

    def choices(
        self, situation: Situation, actor: Actor, events: Collection[str] | None = None
    ) -> tuple[tuple[str, Decision], ...]:
        """Return every event that the state knows, or those of `events`, with what policy says now.

        In the order of the file; left out are events whose roads are none for this referral.
        Nothing is answered yet: what the event's own answers may still meet is not known yet, so
        that `refused` here means that no answer to it would help.
        """
        found = []
        for event, roads in self._roads.get(situation.state, _NOWHERE).items():
            if events is not None and event not in events:
                continue
            question = self._question(situation, event, {}, actor, _NO_REASONS)
            askable = self._intakes[event].askable(question.known, offered=True)
            question = question._replace(askable=askable)
            decision = self._judged(roads, question)
            if decision.findings[0].guard != "when":
                found.append((event, decision))
        return tuple(found)

    def _judged(self, roads: _Ways, question: Question) -> Decision:
        event, state = question.event, question.situation.state
        tried: list[tuple[Finding, ...]] = []
        for target, road in roads:
            answer, findings = road.judge(question)
            if answer == "open":
                parts = {
                    "event": event,
                    "source": state,
                    "outcome": "allowed",
                    "target": target,
                    "findings": findings,
                    "transition": road.index,
                    "changes": self._intakes[event].changes(question.known, question.answers),
                }
                return fresh(Decision, parts)
            if answer == "unknown":
                return Decision(event, state, "unknown", None, findings)
            if answer == "unmet":
                tried.append(findings)
                question.asked.update((finding.guard, finding) for finding in findings)
        findings = _merged(tried) if tried else (self._not_now(roads, question),)
        return Decision(event, state, "refused", None, findings)

    def asks(
        self, situation: Situation, event: str, answers: Mapping[str, Value] | None = None
    ) -> Asking:
        """Return the facts that an event asks for now, those left out whose `when` is no.

        A fact whose `when` is not known yet is asked too; give the `answers` so far to know more.
        """
        intake = self._intakes.get(event)
        if intake is None:
            raise Unknown("event", event, nearest(event, self._intakes))
        return intake.asking(intake.known(situation, answers or {}, situation.role))

    def _question(
        self,
        situation: Situation,
        event: str,
        answers: Mapping[str, Value],
        actor: Actor,
        overrides: Mapping[str, str],
    ) -> Question:
        for guard in overrides:
            if guard not in self.compiled.lifecycle.guards:
                raise Unknown("guard", guard, nearest(guard, self.compiled.lifecycle.guards))
        intake = self._intakes[event]
        known = intake.known(situation, answers, actor.role)
        askable = intake.askable(known)
        return Question(
            situation, event, answers, known, known.view, askable, actor, overrides, {}, []
        )

    def _condition(self, road: Road) -> Callable[..., bool]:
        """Return the chart's condition for a road: its role, answers, `when` and guards in one."""

        def holds(
            situation: Situation,
            actor: Actor,
            answers: Mapping[str, Value] | None = None,
            overrides: Mapping[str, str] | None = None,
        ) -> bool:
            if situation.state != road.source:
                situation = situation.but(state=road.source)
            question = self._question(
                situation, road.event, answers or {}, actor, overrides or _NO_REASONS
            )
            answer, findings = road.judge(question)
            if answer == "unknown":
                raise NotKnown(road.event, findings)
            return answer == "open"

        guards = self.compiled.lifecycle.transitions[road.index].guards
        holds.__name__ = " and ".join(guards) or f"{road.event} allowed"
        return holds

    def _no_transition(self, state: str, event: str) -> Decision:
        lifecycle = self.compiled.lifecycle
        if event not in lifecycle.events:
            raise Unknown("event", event, nearest(event, lifecycle.events))
        if state != START and state not in lifecycle.states:
            raise Unknown("state", state, nearest(state, lifecycle.states))
        here = "before the referral is opened" if state == START else _state_title(lifecycle, state)
        where = ", ".join(
            _state_title(lifecycle, source)
            for source, events in self._roads.items()
            if event in events
        )
        says = f"{lifecycle.events[event].title}: not possible {here}; possible {where}."
        return Decision(event, state, "refused", None, (Finding("transition", "unmet", says),))

    def _not_now(self, roads: _Ways, question: Question) -> Finding:
        """Say that every road which the state knows for the event is none for this referral."""
        read: dict[str, Value] = {}
        for _, road in roads:
            read |= road.what_it_reads(question.known.answered)
        title = self.compiled.lifecycle.events[question.event].title
        return Finding("when", "unmet", f"{title}: does not apply to this referral now.", read=read)


def _state_title(lifecycle: Lifecycle, state: str) -> str:
    return "to open a referral" if state == START else f"in {lifecycle.states[state].title}"


def _merged(tried: list[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """Put together the findings of every road tried, each guard once.

    A role that is right on one road is not what is in the way; a law unmet on one road is.
    """
    if len(tried) == 1:
        return tried[0]
    merged: dict[str, Finding] = {}
    for findings in tried:
        for finding in findings:
            before = merged.setdefault(finding.guard, finding)
            prefer = "met" if finding.guard == "role" else "unmet"
            if finding.verdict == prefer != before.verdict:
                merged[finding.guard] = finding
    return tuple(merged.values())


def _roads_of(
    chart: type[StateChart[Any]], conditions: Mapping[Callable[..., bool], Road]
) -> dict[str, dict[str, _Ways]]:
    """Go over the chart: for each state and event the (target, road) of its transitions."""
    found: dict[str, dict[str, _Ways]] = {}
    for name, state in chart.states_map.items():
        events = found.setdefault(name, {})
        for transition in state.transitions:
            (condition,) = (spec.func for spec in transition.cond)
            way = (transition.target.id, conditions[condition])
            for event in transition.events:
                events[str(event)] = (*events.get(str(event), ()), way)
    return found


def _chart(lifecycle: Lifecycle, roads: _Roads) -> type[StateChart[Any]]:
    """Build the StateChart class; raises Faulty with what the library finds wrong with it."""
    name = lifecycle.lifecycle.replace("-", "_")
    # A closed state that still takes events cannot be `final` to the library, which refuses them
    # there; then not the library but `_complaints` looks for a state that never ends.
    late = any(roads[state] for state, known in lifecycle.states.items() if known.final)
    flags = {**_STRICT, "validate_final_reachability": not late}
    try:
        chart = create_machine_class_from_definition(name, _definition(lifecycle, roads), **flags)
    except InvalidDefinition as complaint:
        flags = {**_STRICT, **_UNCHECKED}
        chart = create_machine_class_from_definition(name, _definition(lifecycle, roads), **flags)
        faults = tuple(_complaints(chart, lifecycle))
        raise Faulty(faults or (ConditionFault(("states",), 0, str(complaint)),)) from None
    faults = tuple(_complaints(chart, lifecycle))
    if faults:
        raise Faulty(faults)
    return chart


def _definition(lifecycle: Lifecycle, roads: _Roads) -> dict[str, Any]:
    """Write the chart as the library takes it; it takes the dictionary apart, so never twice."""
    definition: dict[str, Any] = {START: {"name": "Start", "initial": True}}
    for name, state in lifecycle.states.items():
        final = state.final is not None and not roads[name]
        definition[name] = {"name": state.title, "final": final}
    for source, leaving in roads.items():
        on: dict[str, list[dict[str, Any]]] = {}
        for condition, road in leaving:
            stays = lifecycle.transitions[road.index].to is None
            arrow = {"target": road.target, "cond": condition, "internal": stays}
            on.setdefault(road.event, []).append(arrow)
        definition[source]["on"] = on
    return definition


def _complaints(chart: type[StateChart[Any]], lifecycle: Lifecycle) -> Iterator[ConditionFault]:
    """Give every state that cannot be reached, has no way out or never comes to an end."""
    states: Mapping[str, State] = chart.states_map
    if not states[START].transitions:
        yield ConditionFault(("transitions",), 0, "none is from start: no referral can be opened")
        return
    reached = set(visit_connected_states(states[START]))
    for name, known in lifecycle.states.items():
        state = states[name]
        if state not in reached:
            yield ConditionFault(("states", name), 0, "no transition leads here from the start")
        elif known.final is None and not state.transitions:
            yield ConditionFault(
                ("states", name), 0, "no transition leaves it, and it is not final"
            )
        elif known.final is None and not _ends(lifecycle, state):
            yield ConditionFault(("states", name), 0, "no final state can be reached from here")


def _ends(lifecycle: Lifecycle, state: State) -> bool:
    return any(
        lifecycle.states[after.id].final is not None for after in visit_connected_states(state)
    )


def _misnamed(lifecycle: Lifecycle) -> Iterator[ConditionFault]:
    """Give the names that would break the chart, or be lost in it, without a word."""
    states, events = lifecycle.states, lifecycle.events
    called = {form.format(event) for event in events for form in _CALLED_FOR_EVENTS}
    called |= {form.format(state) for state in (START, *states) for form in _CALLED_FOR_STATES}
    for section in ("states", "events"):
        for name in getattr(lifecycle, section):
            if name in reserved_names() or name in called:
                yield ConditionFault((section, name), 0, "the state machine uses this name itself")
    for name in states:
        if name in events:
            yield ConditionFault(("states", name), 0, "there is an event of this name")


@cache
def reserved_names() -> frozenset[str]:
    """Return the names that no state or event may have.

    Words of Python, the names that the library's classes and instances use for themselves (a
    state of such a name is lost without a word), and the words of the format for places.
    """

    class Smallest(StateChart[Any]):
        only = State(initial=True, final=True)

    used = {*dir(StateChart), *dir(type(StateChart)), *vars(Smallest()), *keyword.kwlist}
    used -= {"only"}
    called = ("prepare_event", "before_transition", "on_transition", "after_transition")
    states = (form.format("state") for form in _CALLED_FOR_STATES)
    return frozenset((*used, *called, *states, START, "any", "leaving"))
