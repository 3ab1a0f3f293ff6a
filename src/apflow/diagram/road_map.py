"""The map of a lifecycle: its main road and every way beside it.

The road runs down the middle, its arrows with their events and guards; turns are to the left of
it, states beside the road to the right. A state has at most one line out on each side. It runs
across the upright lines, and a dot says where it joins one: that way is open from that state.
"""

from collections.abc import Mapping

from apflow.diagram.columns import ARROW, BOX, MARGIN, Columns, columns
from apflow.diagram.footer import draw_footer
from apflow.diagram.left import Left, draw_left, left, turns_into
from apflow.diagram.marks import Marks, head
from apflow.diagram.plan import Move, Plan, plan
from apflow.diagram.right import draw_right
from apflow.diagram.road import TOP, Row, Texts, rows
from apflow.diagram.shapes import Box, Dot, Picture, Route
from apflow.diagram.wording import Wording, paragraphs
from apflow.diagram.words import Words
from apflow.policy.lifecycle import Lifecycle

_RING = 6


def map_picture(lifecycle: Lifecycle, marks: Marks) -> Picture:
    """Place everything that a map shows."""
    shape, words = plan(lifecycle), Words(lifecycle)
    wording, places = Wording(words, shape), left(shape)
    space = _columns(shape, places)
    texts = {name: _texts(at, shape, space, wording, marks) for at, name in enumerate(shape.road)}
    road = {row.name: row for row in rows(space, texts)}
    picture = Picture(space.width, 0)
    draw_left(picture, shape, space, road, places, marks)
    foot = draw_right(picture, shape, space, road, wording, marks)
    _draw_road(picture, lifecycle, shape, space, road, marks)
    _draw_openings(picture, shape, space, road)
    foot = max(foot, *(row.box.bottom for row in road.values()))
    picture.height = round(draw_footer(picture, words, shape, MARGIN, foot + 28) + MARGIN)
    return picture


def _columns(shape: Plan, places: Left) -> Columns:
    first = shape.road[0]
    aside = set(shape.aside)
    return columns(
        turns=places.turn_places,
        slips=places.slip_places,
        exits=len(shape.exits),
        left_words=bool(shape.turns)
        or any(move.target != first and move.target not in aside for move in shape.openings),
        cards=bool(shape.aside),
    )


def _texts(at: int, shape: Plan, space: Columns, wording: Wording, marks: Marks) -> Texts:
    name = shape.road[at]
    narrow = space.left_words_end - space.left_words
    wide = space.right_words_end - space.right_words
    into = [move for move in shape.openings if move.target == name]
    step = shape.steps[at]
    before: list[Move] = into if at == 0 else [step] if step else []
    left_of = [*(into if at else ()), *turns_into(shape, name)]
    right_of = [move for move in shape.exits if move.target == name]
    room = space.step_room(beside=bool(right_of))
    return Texts(
        head=head(wording.words, marks, name, BOX),
        step=paragraphs(wording.move(move, room) for move in before),
        left={move.key: wording.move(move, narrow) for move in left_of},
        right={move.key: wording.move(move, wide) for move in right_of},
        slip=any(slip.into == at for slip in shape.slips),
    )


def _draw_road(
    picture: Picture,
    lifecycle: Lifecycle,
    shape: Plan,
    space: Columns,
    road: Mapping[str, Row],
    marks: Marks,
) -> None:
    x = space.road + ARROW
    for at, (name, row) in enumerate(road.items()):
        final = lifecycle.states[name].final
        picture.boxes.append(Box(name, row.box, final or "road", final=final is not None))
        picture.labels += row.labels
        step = shape.steps[at]
        if step is not None:
            above = shape.road[at - 1]
            kind = marks.step(above, name)
            points = ((x, road[above].box.bottom), (x, row.box.y))
            picture.routes.append(Route(points, kind, step.key, arrow=True))


def _draw_openings(picture: Picture, shape: Plan, space: Columns, road: Mapping[str, Row]) -> None:
    """Draw where a referral begins: a ring, and an arrow into the first box or another one."""
    first = shape.road[0]
    if any(move.target == first for move in shape.openings):
        x = space.road + ARROW
        picture.dots.append(Dot(x, TOP + _RING, "main", start=True))
        down = ((x, TOP + 2.0 * _RING), (x, road[first].box.y))
        picture.routes.append(Route(down, "main", f"into {first}", arrow=True))
    for move in shape.openings:
        if move.target in road and move.target != first:
            x, y = space.left_words + _RING, road[move.target].arrivals[move.key]
            picture.dots.append(Dot(x, y, "road", start=True))
            across = ((x + _RING, y), (space.road, y))
            picture.routes.append(Route(across, "road", move.key, arrow=True))
