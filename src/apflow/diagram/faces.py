"""What is written on a box of the overview."""

from dataclasses import dataclass

from apflow.diagram.marks import Marks
from apflow.diagram.metrics import width, wrapped
from apflow.diagram.shapes import BADGE, TYPES, Label, Line, Rect, height
from apflow.diagram.words import Words

_SIDE, _PAD, _AIR, _BESIDE = 11, 10, 2, 10
_MOST_LINES = 5


@dataclass(frozen=True, slots=True)
class Face:
    """The words of a box before it has a place: number, title, standing, overdue.

    In a `flat` one the number stands beside the title; `beside` says that the badge stands
    beside the number.
    """

    number: str
    title: tuple[Line, ...]
    said: str
    late: str
    flat: bool
    beside: bool

    @property
    def _above(self) -> float:
        return TYPES["number"].line + _AIR if self.number and not self.flat else 0

    @property
    def height(self) -> float:
        said = TYPES["mark"].line + _AIR if self.said else 0
        late = TYPES["overdue"].line + _AIR if self.late and not self.beside else 0
        return 2 * _PAD + self._above + height(self.title) + said + late

    def labels(self, name: str, rect: Rect) -> list[Label]:
        """Place the words; they are read from top to bottom."""
        left, right, top = rect.x + _SIDE, rect.right - _SIDE, rect.y + _PAD
        y = top + self._above
        title = Label(left, y, self.title, inside=name)
        labels = [title]
        if self.number and self.flat:
            line = (Line(self.number, "small-title"),)
            labels = [title, Label(right, y, line, end=True, inside=name)]
        elif self.number:
            labels = [Label(left, top, (Line(self.number, "number"),), inside=name), title]
        y += height(self.title) + _AIR
        if self.said:
            labels.append(Label(left, y, (Line(self.said, "mark"),), inside=name))
            y += TYPES["mark"].line + _AIR
        if self.late:
            x, at = (right, top) if self.beside else (left, y)
            badge = (Line(self.late, "overdue"),)
            labels.append(Label(x, at, badge, end=self.beside, inside=name))
        return labels


def face(words: Words, marks: Marks, name: str, room: float, *, flat: bool) -> Face:
    """Return the words of a box that is `room` pixels wide."""
    style, number, late = TYPES["small-title"], marks.count(name), marks.late(name)
    room -= 2 * _SIDE
    badge = width(late, TYPES["overdue"]) + 2 * BADGE
    beside = width(number, TYPES["number"]) + _BESIDE + badge <= room
    room -= width(number, style) + _BESIDE if flat and number else 0
    title = wrapped(words.state(name), style, room, most=_MOST_LINES, even=True)
    return Face(
        number,
        tuple(Line(text, "small-title") for text in title),
        marks.said(name),
        late,
        flat,
        beside=beside and bool(number) and not flat,
    )
