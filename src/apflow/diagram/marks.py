"""What is known of real referrals, marked on a drawing of their lifecycle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from apflow.diagram.metrics import width, wrapped
from apflow.diagram.shapes import TYPES, Kind, Label, Line, Rect, height
from apflow.diagram.words import Words

_SIDE = 14
_COUNT_GAP = 12


@dataclass(frozen=True, slots=True)
class Marks:
    """`counts` and `overdue`: referrals by state; `here` and `visited`: one referral's road."""

    counts: Mapping[str, int] | None = None
    here: str | None = None
    visited: Sequence[str] = ()
    overdue: Mapping[str, int] = field(default_factory=dict)

    @property
    def journey(self) -> bool:
        return self.here is not None or bool(self.visited)

    def standing(self, name: str) -> str:
        """Return `here`, `done`, `todo`, or "" where no journey is shown."""
        if not self.journey:
            return ""
        if name == self.here:
            return "here"
        return "done" if name in self.visited else "todo"

    def said(self, name: str) -> str:
        return {"here": "● Now", "done": "✓ Done", "todo": "Not reached", "": ""}[
            self.standing(name)
        ]

    def late(self, name: str) -> str:
        late = self.overdue.get(name, 0)
        return f"{late} overdue" if late else ""

    def count(self, name: str) -> str:
        return "" if self.counts is None else str(self.counts.get(name, 0))

    def step(self, one: str, other: str) -> Kind:
        """Return how the arrow between two states is drawn: passed, ahead, or neither."""
        if not self.journey:
            return "main"
        passed = self.standing(one) == "done" and self.standing(other) in ("done", "here")
        return "done" if passed else "ahead"


@dataclass(frozen=True, slots=True)
class Head:
    """The words in a state's box, before the box has a place: title, count, standing, overdue."""

    title: tuple[Line, ...]
    count: str
    said: str
    late: str

    @property
    def height(self) -> float:
        return max(48, height(self.title) + self._second + 24)

    @property
    def _second(self) -> float:
        return 21 if self.late else 16 if self.said else 0

    def labels(self, name: str, rect: Rect) -> list[Label]:
        """Place the words in the top `rect.h` pixels of the box."""
        y = rect.y + (rect.h - height(self.title) - self._second) / 2
        labels = [Label(rect.x + _SIDE, y, self.title, inside=name)]
        if self.count:
            line = (Line(self.count, "title"),)
            labels.append(Label(rect.right - _SIDE, y, line, end=True, inside=name))
        below = y + height(self.title) + 1
        if self.said:
            labels.append(Label(rect.x + _SIDE, below, (Line(self.said, "mark"),), inside=name))
        if self.late:
            line = (Line(self.late, "overdue"),)
            labels.append(Label(rect.right - _SIDE, below, line, end=True, inside=name))
        return labels


def head(words: Words, marks: Marks, name: str, room: float) -> Head:
    """Return the words for a box that is `room` pixels wide."""
    count = marks.count(name)
    taken = width(count, TYPES["title"]) + _COUNT_GAP if count else 0
    title = wrapped(words.state(name), TYPES["title"], room - 2 * _SIDE - taken, even=True)
    return Head(
        tuple(Line(text, "title") for text in title), count, marks.said(name), marks.late(name)
    )
