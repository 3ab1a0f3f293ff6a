"""What a map has to show: a lifecycle's transitions, sorted by how they are drawn.

- the main road's own steps, each an arrow between two neighbours;
- slip roads: the same step taken from another state of the road, joining that arrow;
- turns: any other way from road state to road state, drawn to the left of the road;
- exits: whatever has a state beside the road at either end, drawn to the right;
- chains: a state beside the road that only one other leads to stands right below that one;
- stays: events that are recorded where the referral stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from apflow.policy.lifecycle import Lifecycle, Transition
from apflow.policy.situation import START

#: With more lines than this on one side, those to one state are drawn as one.
MOST_LINES = 12


@dataclass(frozen=True, slots=True)
class Way:
    """One event's way into one state: what has to be said about it."""

    event: str
    when: str | None
    guards: tuple[str, ...]
    any_but: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A line of the map: from these states to that one, in one way or (merged) several."""

    sources: tuple[str, ...]
    target: str
    ways: tuple[Way, ...]

    @property
    def key(self) -> str:
        return f"{'+'.join(way.event for way in self.ways)}>{self.target}<{'+'.join(self.sources)}"


@dataclass(frozen=True, slots=True)
class Slip:
    """From these states to the arrow that leads into the road's state number `into`."""

    sources: tuple[str, ...]
    into: int


@dataclass(frozen=True, slots=True)
class Plan:
    """`near` holds the pairs of states between which an arrow alone says enough."""

    road: tuple[str, ...]
    aside: tuple[str, ...]
    openings: tuple[Move, ...]
    steps: tuple[Move | None, ...]
    slips: tuple[Slip, ...]
    turns: tuple[Move, ...]
    exits: tuple[Move, ...]
    chains: dict[str, Move]
    stays: dict[str, tuple[str, ...]]
    near: frozenset[tuple[str, str]]


def plan(lifecycle: Lifecycle) -> Plan:
    """Sort a lifecycle's transitions; names that it does not hold are passed over."""
    road = tuple(dict.fromkeys(name for name in lifecycle.road if name in lifecycle.states))
    road = road or tuple(lifecycle.states)[:1]
    aside = tuple(name for name in lifecycle.states if name not in road)
    openings, moves = _moves(lifecycle)
    steps, rest = _steps(road, moves)
    slips = tuple(
        Slip(joining, at)
        for at, extra in rest.items()
        if (joining := tuple(name for name in extra if name in road))
    )
    others = [move for move in moves if move not in steps]
    others += [
        replace(step, sources=late)
        for at, step in enumerate(steps)
        if step and (late := tuple(name for name in rest[at] if name not in road))
    ]
    near = frozenset((source, m.target) for m in moves for source in m.sources if _few(m, steps))
    chains = _chains(aside, road, others)
    turns = [move for move in others if {move.target, *move.sources} <= set(road)]
    exits = [move for move in others if move not in turns]
    return Plan(
        road=road,
        aside=aside,
        openings=openings,
        steps=tuple(
            step and replace(step, sources=(road[at - 1],)) for at, step in enumerate(steps)
        ),
        slips=slips,
        turns=merged(turns),
        exits=merged(exits),
        chains=chains,
        stays=stays(lifecycle),
        near=near,
    )


def _way(transition: Transition) -> Way:
    when = None if transition.when in (None, True) else str(transition.when)
    from_any = transition.from_ == ("any",)
    return Way(transition.event, when, transition.guards, transition.but_not if from_any else None)


def _moves(lifecycle: Lifecycle) -> tuple[tuple[Move, ...], list[Move]]:
    """Return the ways in, and the moves from state to state; equal ways are drawn as one."""
    sources: dict[tuple[str, Way], list[str]] = {}
    for transition in lifecycle.transitions:
        if transition.to is not None and transition.to in lifecycle.states:
            way = _way(transition)
            sources.setdefault((transition.to, way), []).extend(lifecycle.sources(transition))
    openings = tuple(
        Move((START,), target, (way,)) for (target, way), names in sources.items() if START in names
    )
    moves = [
        Move(known, target, (way,))
        for (target, way), names in sources.items()
        if (known := tuple(dict.fromkeys(n for n in names if n in lifecycle.states)))
    ]
    return openings, moves


def _steps(
    road: tuple[str, ...], moves: list[Move]
) -> tuple[tuple[Move | None, ...], dict[int, tuple[str, ...]]]:
    """Return the road's own step into each of its states, and who else takes the same step."""
    steps: list[Move | None] = [None]
    rest: dict[int, tuple[str, ...]] = {}
    for at, (here, there) in enumerate(pairwise(road), start=1):
        taken = [m for m in moves if m.target == there and here in m.sources]
        own = min(taken, key=_plainness, default=None)
        steps.append(own)
        rest[at] = tuple(name for name in own.sources if name != here) if own else ()
    return tuple(steps), rest


def _plainness(move: Move) -> tuple[int, bool]:
    """Return what makes a way the road's own: it starts at few states and on no condition."""
    return len(move.sources), move.ways[0].when is not None


def _few(move: Move, steps: Iterable[Move | None]) -> bool:
    """Return whether a way is so particular that an arrow between two boxes says enough of it."""
    return len(move.sources) <= 2 or move in steps


def _chains(aside: tuple[str, ...], road: tuple[str, ...], moves: list[Move]) -> dict[str, Move]:
    """Return, for each state that stands below another, the one move that leads to it."""
    chains: dict[str, Move] = {}
    parents: set[str] = set()
    for child in aside:
        into = [move for move in moves if move.target == child]
        sources = {name for move in into for name in move.sources}
        if len(sources) != 1 or sources & ({*road, child} | parents):
            continue
        (parent,) = sources
        if child in _above(parent, chains):
            continue
        parents.add(parent)
        chains[child] = Move((parent,), child, tuple(way for move in into for way in move.ways))
        moves[:] = [move for move in moves if move.target != child]
    return chains


def _above(name: str, chains: dict[str, Move]) -> set[str]:
    seen = {name}
    while name in chains:
        name = chains[name].sources[0]
        seen.add(name)
    return seen


def merged(moves: Iterable[Move]) -> tuple[Move, ...]:
    """Return the moves as they are, or, where they are too many, one for each target."""
    moves = tuple(moves)
    if len(moves) <= MOST_LINES:
        return moves
    into: dict[str, list[Move]] = {}
    for move in moves:
        into.setdefault(move.target, []).append(move)
    return tuple(
        Move(
            tuple(dict.fromkeys(name for move in group for name in move.sources)),
            target,
            tuple(way for move in group for way in move.ways),
        )
        for target, group in into.items()
    )


def stays(lifecycle: Lifecycle) -> dict[str, tuple[str, ...]]:
    """Return the events that are recorded without moving, and in which states each is."""
    found: dict[str, list[str]] = {}
    for transition in lifecycle.transitions:
        if transition.to is None:
            found.setdefault(transition.event, []).extend(lifecycle.sources(transition))
    return {
        event: tuple(name for name in lifecycle.states if name in where)
        for event, names in found.items()
        if (where := set(names))
    }
