"""Below the map: what is recorded without moving, and how to read the lines."""

from apflow.diagram.metrics import wrapped
from apflow.diagram.plan import Plan
from apflow.diagram.shapes import TYPES, Label, Line, Picture, Route, height
from apflow.diagram.words import Words

_LEGEND = (
    "Heavy arrows are the main road. A dot where lines meet: that way is open from that state. "
    "In italics: when a way is taken, and its guards; (law) can never be overridden, (advised) "
    "never refuses."
)
_HEADING = "Recorded where the referral stands, without moving it"
_BETWEEN_COLUMNS, _BETWEEN = 32, 9
_MOST_LINES = 12


def draw_footer(picture: Picture, words: Words, shape: Plan, left: float, top: float) -> float:
    """Add the lists below `top`; return where they end."""
    right = picture.width - left
    y = top
    groups = _groups(words, shape)
    if groups:
        picture.routes.append(Route(((left, y), (right, y)), "rule", "recorded"))
        picture.labels.append(Label(left, y + 12, (Line(_HEADING, "heading"),)))
        y = _draw_groups(picture, groups, left, y + 36)
    legend = wrapped(_LEGEND, TYPES["note"], right - left)
    lines = tuple(Line(text, "note") for text in legend)
    picture.routes.append(Route(((left, y + 6), (right, y + 6)), "rule", "legend"))
    picture.labels.append(Label(left, y + 18, lines))
    return y + 18 + height(lines)


def _draw_groups(picture: Picture, groups: list[tuple[str, str]], left: float, top: float) -> float:
    """Set the groups in two columns of about the same height; return where they end."""
    room = (picture.width - 2 * left - _BETWEEN_COLUMNS) / 2
    blocks = [_block(states, events, room) for states, events in groups]
    heights = [height(lines) + _BETWEEN for lines in blocks]
    half = min(range(1, len(blocks) + 1), key=lambda at: max(sum(heights[:at]), sum(heights[at:])))
    for x, column in ((left, blocks[:half]), (left + room + _BETWEEN_COLUMNS, blocks[half:])):
        y = top
        for lines in column:
            picture.labels.append(Label(x, y, lines))
            y += height(lines) + _BETWEEN
    return top + max(sum(heights[:half]), sum(heights[half:]))


def _block(states: str, events: str, room: float) -> tuple[Line, ...]:
    where = wrapped(states, TYPES["note"], room, most=_MOST_LINES)
    what = wrapped(events, TYPES["mark"], room, most=_MOST_LINES)
    return (*(Line(text, "note") for text in where), *(Line(text, "mark") for text in what))


def _groups(words: Words, shape: Plan) -> list[tuple[str, str]]:
    """Return states and their events; events of the same states stand together."""
    by_states: dict[tuple[str, ...], list[str]] = {}
    for event, states in shape.stays.items():
        if states:
            by_states.setdefault(states, []).append(event)
    rank = {name: at for at, name in enumerate(words.lifecycle.states)}
    order = sorted(
        by_states.items(), key=lambda group: (-len(group[0]), [rank[name] for name in group[0]])
    )
    return [
        (_said(words, shape, states), ", ".join(words.event(event) for event in events))
        for states, events in order
    ]


def _said(words: Words, shape: Plan, states: tuple[str, ...]) -> str:
    """Return the states in few words: all but some, or a stretch of the road."""
    everywhere = words.lifecycle.open_states
    missing = [name for name in everywhere if name not in states]
    if len(missing) <= 2 < len(states) and set(states) <= set(everywhere):
        said = words.any_but(missing)
        return said[:1].upper() + said[1:]
    at = [index for index, name in enumerate(shape.road) if name in states]
    if len(at) > 2 and at[-1] - at[0] + 1 == len(at):
        stretch = f"{words.state(shape.road[at[0]])} to {words.state(shape.road[at[-1]])}"
        return ", ".join([stretch, *(words.state(n) for n in states if n not in shape.road)])
    return words.states(states)
