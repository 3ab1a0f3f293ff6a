"""The words of a way: its event, and in small letters what stands before it."""

from collections.abc import Iterable, Iterator

from apflow.diagram.metrics import wrapped
from apflow.diagram.plan import Move, Plan, Way
from apflow.diagram.shapes import SPACE, TYPES, Line
from apflow.diagram.words import Words

#: A list of guards this long is not said twice on one map.
_LONG = 4
_NARROW, _MOST_LINES, _MOST_NARROW_LINES = 200, 6, 8


class Wording:
    """Says each way in the width that it is given."""

    def __init__(self, words: Words, plan: Plan) -> None:
        self.words = words
        self._said: dict[tuple[str, tuple[str, ...]], str] = {}
        roomy = [move for move in plan.exits if move.target in plan.aside]
        for move in (*plan.steps, *roomy, *plan.exits, *plan.turns):
            for way in move.ways if move else ():
                if move and len(way.guards) >= _LONG:
                    self._said.setdefault((way.event, way.guards), move.target)

    def move(self, move: Move, room: float) -> tuple[Line, ...]:
        """Return the words of a line, in lines of text that are about equally long."""
        return paragraphs(self._way(way, move.target, room) for way in move.ways)

    def _way(self, way: Way, target: str, room: float) -> tuple[Line, ...]:
        event = wrapped(self.words.event(way.event), TYPES["event"], room, even=True)
        lines = [Line(text, "event") for text in event]
        lines += [Line(text, "guard") for text in self._details(way, target, room)]
        if way.any_but is not None:
            said = f"from {self.words.any_but(way.any_but)}"
            origin = wrapped(said, TYPES["note"], room, even=True)
            lines += [Line(text, "note") for text in origin]
        return tuple(lines)

    def _details(self, way: Way, target: str, room: float) -> tuple[str, ...]:
        """Return when a way is taken and its guards; of too many guards, how many more."""
        condition = self.words.condition(way.when)
        when = [f"if {condition}"] if condition else []
        most = _MOST_NARROW_LINES if room < _NARROW else _MOST_LINES
        lines: tuple[str, ...] = ()
        for guards in self._guards(way, target):
            text = "; ".join([*when, guards] if guards else when)
            lines = wrapped(text, TYPES["guard"], room, most=most + 1, even=True)
            if len(lines) <= most:
                return lines
        least = [*when, _number(len(way.guards))] if way.guards else when
        return wrapped("; ".join(least), TYPES["guard"], room, most=most)

    def _guards(self, way: Way, target: str) -> Iterator[str]:
        """Give the guards in words, each time in fewer."""
        said = self._said.get((way.event, way.guards), target)
        if said != target:
            yield f"guards as on the way to {self.words.state(said)}"
            return
        names = [self.words.guard(name) for name in way.guards]
        yield ", ".join(names)
        for named in range(len(names) - 1, 0, -1):
            yield f"{', '.join(names[:named])}, and {_number(len(names) - named, 'more ')}"


def _number(guards: int, more: str = "") -> str:
    return f"{guards} {more}guard{'' if guards == 1 else 's'}"


def paragraphs(parts: Iterable[tuple[Line, ...]]) -> tuple[Line, ...]:
    """Return lines of several ways under one another, a little apart."""
    lines: list[Line] = []
    for part in parts:
        lines += [SPACE, *part] if lines and part else part
    return tuple(lines)
