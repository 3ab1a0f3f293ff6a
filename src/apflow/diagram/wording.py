"""The words of a way: its event, and in small letters what stands before it."""

from collections.abc import Iterable

from apflow.diagram.metrics import wrapped
from apflow.diagram.plan import Move, Plan, Way
from apflow.diagram.shapes import SPACE, TYPES, Line
from apflow.diagram.words import Words

#: A list of guards this long is not said twice on one map.
_LONG = 4
_MOST_LINES = 6


class Wording:
    """Says each way in the width that it is given."""

    def __init__(self, words: Words, plan: Plan) -> None:
        self.words = words
        self._said: dict[tuple[str, tuple[str, ...]], str] = {}
        for move in (*plan.steps, *plan.turns, *plan.exits):
            for way in move.ways if move else ():
                if move and len(way.guards) >= _LONG:
                    self._said.setdefault((way.event, way.guards), move.target)

    def move(self, move: Move, room: float, *, even: bool = False) -> tuple[Line, ...]:
        """Return the words of a line; `even` makes lines of guards about equally long."""
        return paragraphs(self._way(way, move.target, room, even=even) for way in move.ways)

    def _way(self, way: Way, target: str, room: float, *, even: bool) -> tuple[Line, ...]:
        event = wrapped(self.words.event(way.event), TYPES["event"], room, even=True)
        lines = [Line(text, "event") for text in event]
        lines += [Line(text, "guard") for text in self._details(way, target, room, even=even)]
        if way.any_but is not None:
            origin = wrapped(f"from {self.words.any_but(way.any_but)}", TYPES["note"], room)
            lines += [Line(text, "note") for text in origin]
        return tuple(lines)

    def _details(self, way: Way, target: str, room: float, *, even: bool) -> tuple[str, ...]:
        """Return when a way is taken and its guards; of too many guards, how many more."""
        condition = self.words.condition(way.when)
        when = [f"if {condition}"] if condition else []
        said = self._said.get((way.event, way.guards), target)
        guards = [self.words.guard(name) for name in way.guards]
        if said != target:
            guards = [f"guards as on the way to {self.words.state(said)}"]
        lines: tuple[str, ...] = ()
        for named in range(len(guards), -1, -1):
            more = f"and {len(guards) - named} more guards" if named else f"{len(guards)} guards"
            told = ", ".join(guards[:named] + [more] * (named < len(guards)))
            text = "; ".join([*when, told] if told else when)
            lines = wrapped(text, TYPES["guard"], room, most=_MOST_LINES + 1, even=even)
            if len(lines) <= _MOST_LINES:
                break
        return lines


def paragraphs(parts: Iterable[tuple[Line, ...]]) -> tuple[Line, ...]:
    """Return lines of several ways under one another, a little apart."""
    lines: list[Line] = []
    for part in parts:
        lines += [SPACE, *part] if lines and part else part
    return tuple(lines)
