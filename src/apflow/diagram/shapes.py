"""A picture as plain values: boxes, lines and labels with their places, and nothing painted yet.

Lengths are pixels of a picture that is at most 960 wide; y grows downwards. Every line is made
of level and upright pieces.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from apflow.diagram.metrics import Type, width

Point = tuple[float, float]
Piece = tuple[Point, Point]
#: What a box or a line stands for; the painter's classes.
Kind = Literal[
    "road", "aside", "good", "other", "turn", "slip", "rail", "main", "done", "ahead", "rule"
]

TYPES: dict[str, Type] = {
    "title": Type(15, 18, bold=True),
    "small-title": Type(14, 17, bold=True),
    "number": Type(20, 23, bold=True),
    "lane": Type(13, 18, bold=True),
    "event": Type(13, 16),
    "guard": Type(12, 15, italic=True),
    "note": Type(12, 15),
    "mark": Type(12, 15),
    "space": Type(12, 6),
    "heading": Type(12, 15, bold=True),
    "overdue": Type(12, 19, bold=True),
}
#: What stands left and right of the words of a badge.
BADGE = 7


@dataclass(frozen=True, slots=True)
class Rect:
    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def middle(self) -> float:
        return self.y + self.h / 2

    def grown(self, by: float) -> "Rect":
        return Rect(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def meets(self, other: "Rect") -> bool:
        """Return whether the two share more than an edge."""
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom

    def holds(self, other: "Rect") -> bool:
        across = self.x <= other.x and other.right <= self.right
        return across and self.y <= other.y and other.bottom <= self.bottom

    def cut_by(self, piece: Piece) -> bool:
        """Return whether a piece of a line runs through the inside."""
        (ax, ay), (bx, by) = piece
        across = min(ax, bx) < self.right and max(ax, bx) > self.x
        return across and min(ay, by) < self.bottom and max(ay, by) > self.y


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, set in one of TYPES."""

    text: str
    type: str


#: What stands between two paragraphs.
SPACE = Line("", "space")


@dataclass(frozen=True, slots=True)
class Label:
    """Lines of text under one another; `x` is their left or right edge, `y` the top.

    `inside` names the box that the words belong to.
    """

    x: float
    y: float
    lines: tuple[Line, ...]
    end: bool = False
    inside: str | None = None

    @property
    def badge(self) -> bool:
        return bool(self.lines) and self.lines[0].type == "overdue"

    @property
    def rect(self) -> Rect:
        w = max((width(line.text, TYPES[line.type]) for line in self.lines), default=0)
        w += 2 * BADGE if self.badge else 0
        return Rect(self.x - w if self.end else self.x, self.y, w, height(self.lines))


def height(lines: Iterable[Line]) -> float:
    """Return how high lines of text stand under one another."""
    return sum(TYPES[line.type].line for line in lines)


@dataclass(frozen=True, slots=True)
class Box:
    """A state. `head` is the height of its coloured part where words follow below it."""

    name: str
    rect: Rect
    kind: Kind
    head: float | None = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """A line; `arrow` says that it ends in one. Routes of one `key` belong together."""

    points: tuple[Point, ...]
    kind: Kind
    key: str
    arrow: bool = False

    def pieces(self) -> Iterator[Piece]:
        return pairwise(self.points)


@dataclass(frozen=True, slots=True)
class Dot:
    """Where lines join; `start` is the ring that a referral begins at."""

    x: float
    y: float
    kind: Kind
    start: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A quiet ground behind boxes: the lane of a phase."""

    rect: Rect


@dataclass(slots=True)
class Picture:
    """Everything placed; what comes first is painted first."""

    width: float
    height: float
    panels: list[Panel] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


def branch(
    x: float, leaves: list[float], arrives: Point, kind: Kind, key: str, *, arrow: bool = True
) -> list[Route]:
    """Return an upright line at `x` that gathers what leaves at these heights, and its arrow."""
    end, y = arrives
    top, foot = min(*leaves, y), max(*leaves, y)
    if top < y < foot:
        upright = Route(((x, top), (x, foot)), kind, key)
        return [upright, Route(((x, y), (end, y)), kind, key, arrow=arrow)]
    far = foot if y == top else top
    return [Route(((x, far), (x, y), (end, y)), kind, key, arrow=arrow)]
