"""The states beside the main road, and the lines between them and it."""

from collections.abc import Mapping, Sequence

from apflow.diagram.cards import Card, Placed, Stack, cleared, placed, text_room, tops
from apflow.diagram.columns import ARROW, CARD, WORDS, Columns
from apflow.diagram.lanes import Track, ordered, packed
from apflow.diagram.marks import Marks, head
from apflow.diagram.plan import Move, Plan
from apflow.diagram.road import Row
from apflow.diagram.shapes import Box, Dot, Kind, Picture, Route, branch
from apflow.diagram.wording import Wording
from apflow.policy.lifecycle import Lifecycle, State

_RING = 14


def kind_of(state: State) -> Kind:
    """Return what a state beside the road, or a line into it, stands for."""
    return "aside" if state.final is None else state.final


def draw_right(
    picture: Picture,
    shape: Plan,
    columns: Columns,
    rows: Mapping[str, Row],
    wording: Wording,
    marks: Marks,
) -> float:
    """Add the cards and the exits; return the lowest edge of any card."""
    stacks = _stacks(shape, wording, marks)
    cards = _placed(stacks, shape, columns, rows)
    lifecycle = wording.words.lifecycle
    for card in cards.values():
        state = lifecycle.states[card.card.name]
        below = card.card.head.height if card.card.entries else None
        final = state.final is not None
        picture.boxes.append(Box(card.card.name, card.rect, kind_of(state), below, final))
        picture.labels += card.labels()
    _draw_chains(picture, shape, cards, lifecycle)
    _draw_openings(picture, shape, cards)
    _draw_exits(picture, shape, columns, rows, cards, lifecycle)
    return max((card.rect.bottom for card in cards.values()), default=0)


def _stacks(shape: Plan, wording: Wording, marks: Marks) -> list[list[Card]]:
    """Return the cards in stacks: each with those that hang below it."""
    leaving = {name for move in shape.exits for name in move.sources}
    room = text_room(CARD)
    cards: dict[str, Card] = {}
    for name in shape.aside:
        arriving = [m for m in (*shape.openings, *shape.exits) if m.target == name]
        entries = {move.key: wording.move(move, room) for move in arriving}
        link = wording.move(shape.chains[name], CARD - WORDS - 8) if name in shape.chains else ()
        title = head(wording.words, marks, name, CARD)
        cards[name] = Card(name, title, entries, name in leaving, link)
    below = {move.sources[0]: child for child, move in shape.chains.items()}
    stacks = []
    for name in shape.aside:
        if name not in shape.chains:
            stack = [cards[name]]
            while stack[-1].name in below:
                stack.append(cards[below[stack[-1].name]])
            stacks.append(stack)
    return stacks


def _wish(stack: Stack, shape: Plan, rows: Mapping[str, Row]) -> float:
    """Return the height at which a stack's lines would be shortest."""
    names = {card.name for card in stack}
    from_road = [
        rows[name].rail
        for move in shape.exits
        if move.target in names
        for name in move.sources
        if name in rows
    ]
    to_road = [
        rows[move.target].box.y
        for move in shape.exits
        if move.target in rows and len(move.sources) == 1 and move.sources[0] in names
    ]
    ends = from_road + to_road
    every = [row.rail for row in rows.values()]
    return sum(ends) / len(ends) if ends else sum(every) / len(every)


def _placed(
    stacks: Sequence[Stack], shape: Plan, columns: Columns, rows: Mapping[str, Row]
) -> dict[str, Placed]:
    order = sorted(stacks, key=lambda stack: _wish(stack, shape, rows))
    leaving = {name for move in shape.exits for name in move.sources}
    taken = [row.rail for row in rows.values() if row.name in leaving]
    taken += [rows[m.target].arrivals[m.key] for m in shape.exits if m.target in rows]
    first = min(row.box.y for row in rows.values())
    last = max(row.box.bottom for row in rows.values())
    wanted = tops(order, [_wish(stack, shape, rows) for stack in order], first, last)
    found: dict[str, Placed] = {}
    for stack, top in zip(order, cleared(order, wanted, taken), strict=True):
        for card in placed(stack, columns.cards, CARD, top):
            found[card.card.name] = card
    return found


def _draw_chains(
    picture: Picture, shape: Plan, cards: Mapping[str, Placed], lifecycle: Lifecycle
) -> None:
    for child, move in shape.chains.items():
        above, below = cards[move.sources[0]].rect, cards[child].rect
        x = below.x + ARROW
        points = ((x, above.bottom), (x, below.y))
        kind = kind_of(lifecycle.states[child])
        picture.routes.append(Route(points, kind, move.key, arrow=True))


def _draw_openings(picture: Picture, shape: Plan, cards: Mapping[str, Placed]) -> None:
    for move in shape.openings:
        if move.target in cards:
            card = cards[move.target]
            y = card.arrivals[move.key]
            picture.dots.append(Dot(card.rect.x - _RING, y, "road", start=True))
            points = ((card.rect.x - _RING + 5, y), (card.rect.x, y))
            picture.routes.append(Route(points, "road", move.key, arrow=True))


def _tracks(shape: Plan, rows: Mapping[str, Row], cards: Mapping[str, Placed]) -> list[Track]:
    tracks = []
    for move in shape.exits:
        near = {rows[name].rail for name in move.sources if name in rows}
        far = {cards[name].rail for name in move.sources if name in cards}
        ends = near if move.target in rows else far
        ends.add((rows if move.target in rows else cards)[move.target].arrivals[move.key])
        tracks.append(Track(move.key, frozenset(near), frozenset(far)))
    return tracks


def _draw_exits(
    picture: Picture,
    shape: Plan,
    columns: Columns,
    rows: Mapping[str, Row],
    cards: Mapping[str, Placed],
    lifecycle: Lifecycle,
) -> None:
    places = packed(ordered(_tracks(shape, rows, cards))[::-1])
    reach: dict[str, float] = {}
    for move in shape.exits:
        x = columns.exit(places[move.key])
        to_road = move.target in rows
        kind: Kind = "turn" if to_road else kind_of(lifecycle.states[move.target])
        leaves = {name: (rows if name in rows else cards)[name].rail for name in move.sources}
        arrives = _arrival(move, columns, rows, cards)
        picture.routes += branch(x, list(leaves.values()), arrives, kind, move.key)
        picture.dots += [Dot(x, y, kind) for y in leaves.values()]
        for name in leaves:
            far = max if name in rows else min
            reach[name] = far(reach.get(name, x), x)
    for name, x in reach.items():
        start = columns.road_end if name in rows else columns.cards
        y = (rows if name in rows else cards)[name].rail
        picture.routes.append(Route(((start, y), (x, y)), "rail", f"right of {name}"))


def _arrival(
    move: Move, columns: Columns, rows: Mapping[str, Row], cards: Mapping[str, Placed]
) -> tuple[float, float]:
    if move.target in rows:
        return columns.road_end, rows[move.target].arrivals[move.key]
    return columns.cards, cards[move.target].arrivals[move.key]
