"""The lines left of the main road: turns with words of their own, and slip roads without."""

from collections.abc import Mapping
from dataclasses import dataclass

from apflow.diagram.columns import ARROW, Columns
from apflow.diagram.lanes import Track, ordered, packed
from apflow.diagram.marks import Marks
from apflow.diagram.plan import Move, Plan, Slip
from apflow.diagram.road import Row
from apflow.diagram.shapes import Dot, Kind, Picture, Route, branch

#: Heights in a road whose boxes are not placed yet: each box has a hundred to itself.
_BOX, _ARRIVES, _LEAVES = 100, 30, 80


@dataclass(frozen=True, slots=True)
class Left:
    """The upright places of turns (by key) and slip roads, counted from the road."""

    turns: Mapping[str, int]
    slips: Mapping[Slip, int]

    @property
    def turn_places(self) -> int:
        return max(self.turns.values(), default=-1) + 1

    @property
    def slip_places(self) -> int:
        return max(self.slips.values(), default=-1) + 1


def turns_into(shape: Plan, target: str) -> list[Move]:
    """Return the turns into a state in the order in which their lines arrive: from above first."""
    at = {name: index for index, name in enumerate(shape.road)}
    into = [move for move in shape.turns if move.target == target]
    return sorted(into, key=lambda move: sum(at[name] for name in move.sources) / len(move.sources))


def left(shape: Plan) -> Left:
    """Find the places of the lines left of the road, before the heights of its boxes are known."""
    at = {name: index * _BOX for index, name in enumerate(shape.road)}
    turns = [
        Track(
            move.key,
            frozenset({at[name] + _ARRIVES + order, *(at[s] + _LEAVES for s in move.sources)}),
        )
        for name in shape.road
        for order, move in enumerate(turns_into(shape, name))
    ]
    slips = [
        Track(
            f"step {slip.into}",
            frozenset({slip.into * _BOX, *(at[name] + _LEAVES for name in slip.sources)}),
        )
        for slip in shape.slips
    ]
    places = packed(ordered(slips))
    return Left(
        packed(ordered(turns)),
        {slip: places[f"step {slip.into}"] for slip in shape.slips},
    )


def draw_left(
    picture: Picture,
    shape: Plan,
    columns: Columns,
    rows: Mapping[str, Row],
    places: Left,
    marks: Marks,
) -> None:
    """Add turns, slip roads and the lines that leave for them."""
    slip_kind: Kind = "turn" if marks.journey else "slip"
    reach: dict[str, float] = {}
    for move in shape.turns:
        x = columns.turn(places.turns[move.key])
        leaves = [rows[name].rail for name in move.sources]
        arrives = (columns.road, rows[move.target].arrivals[move.key])
        picture.routes += branch(x, leaves, arrives, "turn", move.key)
        for name in move.sources:
            picture.dots.append(Dot(x, rows[name].rail, "turn"))
            reach[name] = min(reach.get(name, x), x)
    for slip, place in places.slips.items():
        x, end = columns.slip(place), columns.road + ARROW
        leaves = [rows[name].rail for name in slip.sources]
        joins = (end, rows[shape.road[slip.into]].join)
        key = f"step {slip.into}"
        picture.routes += branch(x, leaves, joins, slip_kind, key, arrow=False)
        picture.dots += [Dot(x, y, slip_kind) for y in leaves]
        picture.dots.append(Dot(*joins, slip_kind))
        for name in slip.sources:
            reach[name] = min(reach.get(name, x), x)
    for name, x in reach.items():
        rail = ((columns.road, rows[name].rail), (x, rows[name].rail))
        picture.routes.append(Route(rail, "rail", f"left of {name}"))
