"""Where upright lines run beside the road, so that they cross each other as little as can be.

A track is one upright line. At `near` heights it is joined by level lines from the road's side,
at `far` heights by level lines from the other side. Order counts from the near side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

#: Two tracks may share one upright place if there is at least this much between them.
_APART = 16


@dataclass(frozen=True)
class Track:
    key: str
    near: frozenset[float]
    far: frozenset[float] = frozenset()

    @cached_property
    def top(self) -> float:
        return min(self.near | self.far)

    @cached_property
    def foot(self) -> float:
        return max(self.near | self.far)

    def beside(self, other: "Track") -> bool:
        """Return whether the two can not stand in one place."""
        return self.top < other.foot + _APART and other.top < self.foot + _APART


def _crossings(near: Track, far: Track) -> int:
    """Return how many level lines cross an upright one, if `near` stands before `far`."""
    ends = {near.top, near.foot}
    hit = sum(near.top <= y <= near.foot and y not in near.near for y in far.near)
    hit += sum(far.top <= y <= far.foot and y not in far.far for y in near.far)
    return hit + sum(y in ends and y not in near.near for y in far.near)


def ordered(tracks: Sequence[Track]) -> tuple[Track, ...]:
    """Return the tracks from near to far; moves one at a time until no move saves a crossing."""
    cost = {(a.key, b.key): _crossings(a, b) for a in tracks for b in tracks if a is not b}
    order = sorted(tracks, key=lambda track: track.foot - track.top)
    improved = True
    while improved:
        improved = False
        for track in tuple(order):
            at = order.index(track)
            order.remove(track)
            costs = [_cost_at(track, order, place, cost) for place in range(len(order) + 1)]
            best = min(range(len(costs)), key=lambda place: (costs[place], abs(place - at)))
            improved = improved or costs[best] < costs[at]
            order.insert(best if costs[best] < costs[at] else at, track)
    return tuple(order)


def _cost_at(
    track: Track, others: Sequence[Track], place: int, cost: dict[tuple[str, str], int]
) -> int:
    before = sum(cost[other.key, track.key] for other in others[:place])
    return before + sum(cost[track.key, other.key] for other in others[place:])


def packed(order: Sequence[Track]) -> dict[str, int]:
    """Give each track a place, counting from the first; tracks far apart share one."""
    places: dict[str, int] = {}
    for at, track in enumerate(order):
        behind = [places[other.key] for other in order[:at] if other.beside(track)]
        places[track.key] = max(behind, default=-1) + 1
    return places
