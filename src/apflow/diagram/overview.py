"""The overview of a lifecycle: a lane for each phase and a box for each state.

Arrows are drawn along the main road, and between neighbours in a lane; all others are left to
the map and to the table in words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from apflow.diagram.faces import Face, face
from apflow.diagram.gutters import Gutters, Lanes, leaps
from apflow.diagram.marks import Marks
from apflow.diagram.metrics import wrapped
from apflow.diagram.plan import Plan, plan
from apflow.diagram.shapes import (
    TYPES,
    Box,
    Kind,
    Label,
    Line,
    Panel,
    Picture,
    Rect,
    Route,
    height,
)
from apflow.diagram.words import Words
from apflow.policy.lifecycle import Lifecycle

_TOP, _INSET, _AIR, _FOOT = 10, 8, 10, 12
#: Between boxes that an arrow joins, between others, and between floors of lanes.
_ARROW_GAP, _GAP, _FLOORS_APART = 28, 12, 12

#: A phase and its states, from top to bottom.
Phase = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where everything stands: the ground of each lane, its heading, the box of each state."""

    grounds: tuple[Rect, ...]
    headings: tuple[Label, ...]
    boxes: Mapping[str, Rect]


def overview_picture(lifecycle: Lifecycle, marks: Marks) -> Picture:
    """Place everything that an overview shows."""
    shape, words = plan(lifecycle), Words(lifecycle)
    phases = _phases(lifecycle, shape)
    lane = {name: at for at, (_, states) in enumerate(phases) for name in states}
    steps = [(lane[here], lane[there]) for here, there in pairwise(shape.road)]
    lanes = Lanes(len(phases), leaps(len(phases), steps))
    room = lanes.lane - 2 * _INSET
    ends = {name for name in shape.aside if lifecycle.states[name].final}
    faces = {name: face(words, marks, name, room, flat=name in ends) for name in lane}
    placed = _placed(words, shape, phases, lanes, faces)
    foot = max(ground.bottom for ground in placed.grounds)
    picture = Picture(lanes.width, foot + _TOP)
    _draw(picture, lifecycle, placed, faces)
    _draw_arrows(picture, shape, phases, placed, Gutters(lanes), marks)
    return picture


def _phases(lifecycle: Lifecycle, shape: Plan) -> list[Phase]:
    """Return the phases that hold states, each with those of the road first."""
    names = (*shape.road, *shape.aside)
    used = [lifecycle.states[name].phase for name in names]
    order = dict.fromkeys([*(phase for phase in lifecycle.phases if phase in used), *used])
    return [
        (phase, tuple(name for name in names if lifecycle.states[name].phase == phase))
        for phase in order
    ]


def _placed(
    words: Words, shape: Plan, phases: list[Phase], lanes: Lanes, faces: Mapping[str, Face]
) -> Placed:
    """Stack the boxes of each lane; the first ones of a floor are of one height."""
    grounds: list[Rect] = []
    headings: list[Label] = []
    boxes: dict[str, Rect] = {}
    top: float = _TOP
    for floor in lanes.floors():
        top += lanes.above
        titles = [_heading(words, at, phases[at][0], lanes.lane) for at in floor]
        head = max(height(title) for title in titles) + 2 * _AIR
        first = max(faces[phases[at][1][0]].height for at in floor)
        for at, title in zip(floor, titles, strict=True):
            x = lanes.x(at) + _INSET
            box = Rect(x, top + head, lanes.lane - 2 * _INSET, first)
            boxes |= _stack(shape, phases[at][1], faces, box)
            headings.append(Label(x, top + _AIR, title))
        foot = max(boxes[phases[at][1][-1]].bottom for at in floor) + _FOOT
        grounds += [Rect(lanes.x(at), top, lanes.lane, foot - top) for at in floor]
        top = foot + _FLOORS_APART
    return Placed(tuple(grounds), tuple(headings), boxes)


def _heading(words: Words, at: int, phase: str, width: float) -> tuple[Line, ...]:
    title = f"{at + 1}. {words.phase(phase)}"
    return tuple(Line(t, "lane") for t in wrapped(title, TYPES["lane"], width - 2 * _INSET, most=3))


def _stack(
    shape: Plan, states: tuple[str, ...], faces: Mapping[str, Face], first: Rect
) -> dict[str, Rect]:
    boxes = {states[0]: first}
    for upper, lower in pairwise(states):
        joined = {(upper, lower), (lower, upper)} & shape.near
        y = boxes[upper].bottom + (_ARROW_GAP if joined else _GAP)
        boxes[lower] = Rect(first.x, y, first.w, faces[lower].height)
    return boxes


def _draw(
    picture: Picture, lifecycle: Lifecycle, placed: Placed, faces: Mapping[str, Face]
) -> None:
    picture.panels += [Panel(ground) for ground in placed.grounds]
    picture.labels += placed.headings
    for name, rect in placed.boxes.items():
        state = lifecycle.states[name]
        kind: Kind = state.final or ("road" if name in lifecycle.road else "aside")
        picture.boxes.append(Box(name, rect, kind, final=state.final is not None))
        picture.labels += faces[name].labels(name, rect)


def _draw_arrows(
    picture: Picture,
    shape: Plan,
    phases: list[Phase],
    placed: Placed,
    gutters: Gutters,
    marks: Marks,
) -> None:
    lane = {name: at for at, (_, states) in enumerate(phases) for name in states}
    steps = {
        (here, there): marks.step(here, there)
        for at, (here, there) in enumerate(pairwise(shape.road), start=1)
        if shape.steps[at]
    }
    for _, states in phases:
        for upper, lower in pairwise(states):
            down, up = (upper, lower) in shape.near, (lower, upper) in shape.near
            kind = steps.pop((upper, lower), "turn")
            boxes = placed.boxes[upper], placed.boxes[lower]
            picture.routes += _between(*boxes, kind, down=down, up=up)
    for (here, there), kind in steps.items():
        boxes = placed.boxes[here], placed.boxes[there]
        top = placed.grounds[lane[there]].y
        points = gutters.way(lane[here], lane[there], *boxes, top)
        if points:
            picture.routes.append(Route(points, kind, f"{here}>{there}", arrow=True))


def _between(upper: Rect, lower: Rect, kind: Kind, *, down: bool, up: bool) -> Iterator[Route]:
    """Give the arrows between two boxes that stand over one another."""
    shift = upper.w / 6 if down and up else 0
    middle = upper.x + upper.w / 2
    if down:
        x = middle - shift
        yield Route(((x, upper.bottom), (x, lower.y)), kind, f"down {x} {upper.y}", arrow=True)
    if up:
        x = middle + shift
        yield Route(((x, lower.y), (x, upper.bottom)), "turn", f"up {x} {upper.y}", arrow=True)
