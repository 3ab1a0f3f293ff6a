"""The ways through a lifecycle, guards aside: who can come where, and what was asked on the way."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from apflow.policy.lifecycle import Event, Lifecycle
from apflow.policy.situation import START


class Edge(NamedTuple):
    """One transition from one of its states; a transition that stays leads back to its state."""

    transition: int
    source: str
    event: str
    target: str


_Gives = Callable[[str], frozenset[str]]
_NO_EVENT = Event(title="")


class Ways:
    """The states as places and the transitions as ways; names that are unknown are left out."""

    def __init__(self, lifecycle: Lifecycle, edges: Iterable[Edge] | None = None) -> None:
        self.lifecycle = lifecycle
        #: Every transition from each of its states, in the order of the file.
        self.edges = tuple(_edges(lifecycle) if edges is None else edges)

    def leaving(self, states: Iterable[str]) -> tuple[Edge, ...]:
        """Return the transitions open in these states, also those that stay."""
        wanted = set(states)
        return tuple(edge for edge in self.edges if edge.source in wanted)

    @cached_property
    def reached(self) -> frozenset[str]:
        """Every state that can be reached from the start, and the start."""
        return _closure({START}, ((edge.source, edge.target) for edge in self.edges))

    @cached_property
    def can_end(self) -> frozenset[str]:
        """Every state from which some final state can be reached."""
        final = {name for name, state in self.lifecycle.states.items() if state.final}
        return _closure(final, ((edge.target, edge.source) for edge in self.edges))

    def asked(self, event: str) -> frozenset[str]:
        """Return the facts that this event may write: asked, perhaps asked, or set."""
        one = self.lifecycle.events.get(event, _NO_EVENT)
        return frozenset((*one.asks, *one.may_ask, *one.sets))

    def surely(self, event: str) -> frozenset[str]:
        """Return the facts that this event always writes."""
        one = self.lifecycle.events.get(event, _NO_EVENT)
        return frozenset((*one.asks, *one.sets))

    @cached_property
    def ever(self) -> Mapping[str, frozenset[str]]:
        """For each state, the facts asked or set on some way to it, its own events included."""
        return self._on_some_way(self.asked)

    @cached_property
    def always(self) -> Mapping[str, frozenset[str]]:
        """For each state, the facts asked or set on every way to it."""
        return self._on_every_way(self.surely, frozenset(self.lifecycle.facts))

    @cached_property
    def happened(self) -> Mapping[str, frozenset[str]]:
        """For each state, the events that may have happened on some way to it."""
        return self._on_some_way(lambda event: frozenset((event,)))

    @cached_property
    def always_happened(self) -> Mapping[str, frozenset[str]]:
        """For each state, the events that have happened on every way to it."""
        every = frozenset(self.lifecycle.events)
        return self._on_every_way(lambda event: frozenset((event,)), every)

    def _on_some_way(self, gives: _Gives) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = dict.fromkeys(self.reached, frozenset())
        moved = True
        while moved:
            moved = False
            for edge in self._walked:
                more = found[edge.target] | found[edge.source] | gives(edge.event)
                if more != found[edge.target]:
                    found[edge.target], moved = more, True
        return found

    def _on_every_way(self, gives: _Gives, everything: frozenset[str]) -> dict[str, frozenset[str]]:
        found = dict.fromkeys(self.reached, everything) | {START: frozenset[str]()}
        moved = True
        while moved:
            moved = False
            for edge in self._walked:
                kept = found[edge.target] & (found[edge.source] | gives(edge.event))
                if kept != found[edge.target]:
                    found[edge.target], moved = kept, True
        return found

    @cached_property
    def been(self) -> Mapping[str, frozenset[str]]:
        """For each state, the states that a referral may have been in on its way, itself too."""
        steps = [(edge.source, edge.target) for edge in self._walked]
        backwards = [(target, source) for source, target in steps]
        return {state: _closure({state}, backwards) - {START} for state in self.reached}

    def way_to(self, state: str) -> tuple[str, ...] | None:
        """Return the events of a shortest way from the start to a state; None if there is none."""
        waiting: list[tuple[str, tuple[str, ...]]] = [(START, ())]
        seen = {START}
        for at, events in waiting:
            if at == state:
                return events
            for edge in self.leaving([at]):
                if edge.target not in seen:
                    seen.add(edge.target)
                    waiting.append((edge.target, (*events, edge.event)))
        return None

    @cached_property
    def _walked(self) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.source in self.reached)


def _edges(lifecycle: Lifecycle) -> Iterator[Edge]:
    known = {START, *lifecycle.states}
    for index, transition in enumerate(lifecycle.transitions):
        for source in lifecycle.sources(transition):
            if source in known and (transition.to or source) in known:
                yield Edge(index, source, transition.event, transition.to or source)


def _closure(begin: set[str], steps: Iterable[tuple[str, str]]) -> frozenset[str]:
    onward: dict[str, list[str]] = {}
    for source, target in steps:
        onward.setdefault(source, []).append(target)
    found, waiting = set(begin), list(begin)
    while waiting:
        for target in onward.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return frozenset(found)
