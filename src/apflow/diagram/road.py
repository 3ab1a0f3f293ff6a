"""The main road of a map: its boxes from top to bottom, and every label beside them.

Lines arrive at the upper part of a box, with their words in the gap above it; they leave at the
lower part. So words and level lines never meet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apflow.diagram.columns import BOX, WORDS, Columns
from apflow.diagram.marks import Head
from apflow.diagram.shapes import Label, Line, Rect, height

_FIRST, _LAST = 13, 13
_LEAST_GAP = 40
_JOIN = 11
_AIR = 8
#: The words of an arrival end this far above its line.
_ABOVE = 5
TOP = 14


@dataclass(frozen=True, slots=True)
class Texts:
    """The words around one box: of the step into it, and of the lines that arrive."""

    head: Head
    step: tuple[Line, ...]
    left: Mapping[str, tuple[Line, ...]]
    right: Mapping[str, tuple[Line, ...]]
    slip: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One box of the road; `arrivals` gives the y of each line that ends here."""

    name: str
    box: Rect
    join: float
    rail: float
    arrivals: Mapping[str, float]
    labels: tuple[Label, ...]


def rows(columns: Columns, road: Mapping[str, Texts]) -> tuple[Row, ...]:
    """Stack the boxes, each gap as high as the words in it need."""
    placed: list[Row] = []
    foot: float = TOP
    for name, texts in road.items():
        row = _row(columns, name, texts, foot)
        placed.append(row)
        foot = row.box.bottom
    return tuple(placed)


def _row(columns: Columns, name: str, texts: Texts, foot: float) -> Row:
    offsets: dict[str, float] = {}
    for side in (texts.left, texts.right):
        offsets |= _offsets(side)
    low = max(offsets.values(), default=0)
    tall = max(texts.head.height, low + 24 if low else 0)
    gap = _gap(texts)
    box = Rect(columns.road, foot + gap, BOX, tall)
    labels = texts.head.labels(name, box)
    if texts.step:
        top = foot + (gap - height(texts.step)) / 2 - 1
        labels.append(Label(columns.road + WORDS, top, texts.step))
    arrivals = {key: box.y + offset for key, offset in offsets.items()}
    for key, lines in texts.left.items():
        y = arrivals[key] - _ABOVE - height(lines)
        labels.append(Label(columns.left_words_end, y, lines, end=True))
    for key, lines in texts.right.items():
        labels.append(Label(columns.right_words, arrivals[key] - _ABOVE - height(lines), lines))
    return Row(name, box, foot + _JOIN, box.bottom - _LAST, arrivals, tuple(labels))


def _offsets(side: Mapping[str, Sequence[Line]]) -> dict[str, float]:
    """Return how far below the top of the box each line arrives."""
    offsets: dict[str, float] = {}
    y: float = _FIRST
    for at, (key, lines) in enumerate(side.items()):
        if at:
            y += height(tuple(lines)) + _ABOVE + _AIR
        offsets[key] = y
    return offsets


def _gap(texts: Texts) -> float:
    over = [height(next(iter(side.values()), ())) for side in (texts.left, texts.right)]
    left = over[0] + (_JOIN if texts.slip else 0) + _AIR + _ABOVE - _FIRST
    right = over[1] + _AIR + _ABOVE - _FIRST
    step = height(texts.step) + 20 if texts.step else 0
    return max(_LEAST_GAP, step, left, right)
