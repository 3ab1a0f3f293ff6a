"""What rests on what: circles among worked-out facts, and the facts a name finally rests on."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Final

from apflow.policy.conditions import Condition, Path
from apflow.policy.conditions.places import fact_places
from apflow.policy.lifecycle import Lifecycle

POOL_WORDS: Final = ("place_free", "next_in_line")
#: How deep asking may go through conditions of facts that rest on facts; Python allows a
#: thousand calls inside one another, and the house around it needs its share.
DEEPEST_ASKING: Final = 200
#: The calls that reading one name costs, beside those of its condition.
_CALLS_PER_NAME: Final = 4
_MOST_CIRCLES: Final = 20


@dataclass(frozen=True, slots=True)
class Circle:
    """Names that rest on one another: each on the next, the last on the first."""

    names: tuple[str, ...]
    path: Path
    column: int

    @property
    def says(self) -> str:
        """The circle as a message."""
        return f"worked out from itself: {' from '.join((*self.names, self.names[0]))}"


class Order:
    """The facts and pool words of a lifecycle in the order in which they can be worked out."""

    def __init__(self, lifecycle: Lifecycle, conditions: Mapping[Path, Condition]) -> None:
        self.lifecycle = lifecycle
        self.conditions = conditions
        self.graph: dict[str, set[str]] = {}
        for name in (*lifecycle.facts, *POOL_WORDS):
            places = self._places(name)
            self.graph[name] = set().union(*(conditions[path].names for path in places))
        self.circles = tuple(self._circles())
        self.names = tuple(TopologicalSorter(self.graph).static_order())

    def _places(self, name: str) -> list[Path]:
        """Return where the conditions stand that give a name its value."""
        if name in POOL_WORDS:
            pools = self.lifecycle.places.items()
            return [("places", pool, "when") for pool, part in pools if part.when is not None]
        return [place.path for place in fact_places(name, self.lifecycle.facts[name])]

    def _circles(self) -> Iterator[Circle]:
        """Give the circles, opening each so that the next one shows."""
        for name in self.graph:
            if name in self.graph[name]:
                self.graph[name].discard(name)
                yield self._circle((name,))
        for _ in range(_MOST_CIRCLES):
            try:
                TopologicalSorter(self.graph).prepare()
            except CycleError as error:
                # Each name of the circle stands before the one that rests on it.
                names = tuple(reversed(error.args[1][1:]))
                self.graph[names[0]].discard(names[1])
                yield self._circle(names)
            else:
                return
        self.graph = {name: set() for name in self.graph}

    def _circle(self, names: tuple[str, ...]) -> Circle:
        onto = names[1 % len(names)]
        for path in self._places(names[0]):
            condition = self.conditions[path]
            if onto in condition.names:
                found = re.search(rf"\b{re.escape(onto)}\b", condition.text)
                return Circle(names, path, found.start() + 1 if found else 1)
        return Circle(names, ("facts", names[0]), 0)

    def too_deep(self, depths: Mapping[Path, int]) -> Iterator[str]:
        """Give the first names, in order, that take more than DEEPEST_ASKING calls to ask."""
        heights: dict[str, int] = {}
        for name in self.names:
            own = (
                max((depths[path] for path in self._places(name)), default=0)
                if (name in self.graph)
                else 0
            )
            below = max((heights[other] for other in self.graph.get(name, ())), default=0)
            heights[name] = own + below + _CALLS_PER_NAME
            if below <= DEEPEST_ASKING < heights[name]:
                yield name

    def rests_on(self) -> dict[str, frozenset[str]]:
        """Return for every name the asked and set facts that it finally rests on.

        An asked fact rests on itself, and on what decides whether it, or an entry of it, counts.
        """
        found: dict[str, frozenset[str]] = {}
        facts = self.lifecycle.facts
        for name in self.names:
            own = {name} if name in facts and not facts[name].worked_out else set[str]()
            found[name] = frozenset(own).union(*(found[n] for n in self.graph.get(name, ())))
        for name, fact in facts.items():
            found.update({f"{name}.{particular}": found[name] for particular in fact.has})
        return found
