"""How wide a text will be, known without asking a browser.

The widths are those of Helvetica, which Arial and Liberation Sans share (Adobe's font metrics,
thousandths of an em). What is not in the table is taken as wide as it may be, so that a label is
never thought smaller than it is drawn.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_REGULAR = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 "
    "556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 "
    "1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 "
    "667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 "
    "333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 "
    "556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 "
    "556 556 556 556 556 556 556 556 556 556 333 333 584 584 584 611 "
    "975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 "
    "667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 "
    "333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 "
    "611 611 389 556 333 611 556 778 556 556 500 389 280 389 584"
)
_PUNCTUATION = {"–": 556, "—": 1000, "‘": 278, "’": 278, "“": 500, "”": 500, "·": 333, "…": 1000}
#: Letters of other scripts and signs come from a fallback font: some are wider than an em.
_UNKNOWN = 1300
#: A text is taken a little wider than the tables say.
_CAUTION = 1.02
_UNITS = re.compile(r"[^ -]*(?:-+(?=[^ -])| |-+)|[^ -]+")


class _Widths(dict[str, int]):
    """The width of each letter; a letter with an accent is as wide as without."""

    def __init__(self, table: str) -> None:
        super().__init__((chr(32 + at), int(width)) for at, width in enumerate(table.split()))
        self.update(_PUNCTUATION)

    def __missing__(self, letter: str) -> int:
        return self.get(unicodedata.normalize("NFD", letter)[0], _UNKNOWN)


_TABLES = (_Widths(_REGULAR), _Widths(_BOLD))


@dataclass(frozen=True, slots=True)
class Type:
    """One way of setting text: size and height of a line in pixels."""

    size: float
    line: float
    bold: bool = False
    italic: bool = False


@lru_cache(maxsize=8192)
def width(text: str, style: Type) -> float:
    """Return the width of `text` in pixels, a little on the wide side."""
    return sum(map(_TABLES[style.bold].__getitem__, text)) * style.size / 1000 * _CAUTION


@dataclass(frozen=True, slots=True)
class _Unit:
    """What stands between two places where a line may end: after a space or a hyphen.

    `full` is its width, `bare` its width without the space at its end.
    """

    text: str
    full: float
    bare: float


def _units(text: str, style: Type) -> list[_Unit]:
    return [
        _Unit(unit, width(unit, style), width(unit.rstrip(), style))
        for unit in _UNITS.findall(text)
    ]


def _pieces(unit: _Unit, style: Type, room: float) -> list[_Unit]:
    """Cut what is wider than the room."""
    pieces, piece = [], ""
    for letter in unit.text:
        if piece and width((piece + letter).rstrip(), style) > room:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [
        _Unit(text, width(text, style), width(text.rstrip(), style)) for text in (*pieces, piece)
    ]


def _greedy(units: list[_Unit], style: Type, room: float) -> list[str]:
    lines: list[str] = []
    taken = room + 1
    for unit in units:
        for part in [unit] if unit.bare <= room else _pieces(unit, style, room):
            if lines and part is unit and taken + part.bare <= room:
                lines[-1] += part.text
                taken += part.full
            else:
                lines.append(part.text)
                taken = part.full
    return [line.rstrip() for line in lines]


def _shortened(line: str, style: Type, room: float) -> str:
    while line and width(line + "…", style) > room:
        line = line[:-1]
    return line.rstrip(" ,") + "…"


@lru_cache(maxsize=4096)
def wrapped(
    text: str, style: Type, room: float, *, most: int = 6, even: bool = False
) -> tuple[str, ...]:
    """Break `text` into lines of at most `room` pixels; what is over `most` lines ends in "…".

    `even` makes the lines about equally long, which suits titles.
    """
    units = _units(" ".join(text.split()), style)
    lines = _greedy(units, style, room)
    if len(lines) > most:
        lines = [*lines[: most - 1], _shortened(lines[most - 1], style, room)]
    elif even and len(lines) > 1:
        widest = max(unit.bare for unit in units)
        narrow = max(widest, sum(unit.full for unit in units) / len(lines))
        while narrow < room and len(_greedy(units, style, narrow)) > len(lines):
            narrow += style.size / 2
        lines = _greedy(units, style, min(narrow, room))
    return tuple(lines)
