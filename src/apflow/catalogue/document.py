"""A file that was read: its value, and where in the file each part of it stands."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from apflow.errors import Fault

#: The way to a part of the file: keys and positions in lists (from 0).
Path = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one part stands, in characters from the start of the file; `key` is its key's start."""

    key: int
    start: int
    end: int
    block: bool = False


@dataclass(frozen=True)
class Document:
    """One file, read strictly.

    `value` is made of dict, list, str, int, bool, date and None. Lines and columns count from 1.
    """

    file: str
    text: str
    value: object
    spots: Mapping[tuple[str | int, ...], Spot] = field(repr=False)

    @cached_property
    def _breaks(self) -> list[int]:
        return [at for at, character in enumerate(self.text) if character == "\n"]

    def _line(self, index: int) -> tuple[int, int]:
        line = bisect_right(self._breaks, index - 1)
        return line + 1, index - (self._breaks[line - 1] + 1 if line else 0) + 1

    def _nearest(self, path: Path) -> tuple[tuple[str | int, ...], Spot]:
        for length in range(len(path), -1, -1):
            known = tuple(path[:length])
            if known in self.spots:
                return known, self.spots[known]
        return (), Spot(0, 0, 0)

    def at(self, path: Path) -> tuple[int, int]:
        """Return line and column of the value at `path`, or of the nearest part above it."""
        return self._line(self._nearest(path)[1].start)

    def key_at(self, path: Path) -> tuple[int, int]:
        """Return line and column of the key (or list entry) at `path`, or of the nearest above."""
        return self._line(self._nearest(path)[1].key)

    def within(self, path: Path, column: int) -> tuple[int, int]:
        """Return line and column of the character `column` (from 1) of the text at `path`.

        Quotes, escapes and texts folded over several lines are taken into account.
        """
        spot = self._nearest(path)[1]
        value = self.part(path)
        if column < 1 or not isinstance(value, str):
            return self._line(spot.start)
        before = sum(not character.isspace() for character in value[: column - 1])
        seen = _seen(self.text[spot.start : spot.end], block=spot.block)
        index = seen[before] if before < len(seen) else spot.end - spot.start
        return self._line(spot.start + index)

    def part(self, path: Path) -> object:
        """Return the value at `path`; None where there is no such part."""
        value = self.value
        for step in path:
            if not holds(value, step):
                return None
            value = value[step]  # type: ignore[index]
        return value

    def fault(self, path: Path, says: str, *, column: int = 0, key: bool = False) -> Fault:
        """Return a fault at `path`: its value, its key, or a character of its text."""
        if column:
            line, at = self.within(path, column)
        else:
            line, at = self.key_at(path) if key else self.at(path)
        return Fault(self.file, line, at, place_words(path), says)


def holds(value: object, step: str | int) -> bool:
    """Whether there is a part under this key, or at this position of a list."""
    if isinstance(value, list):
        return isinstance(step, int) and step < len(value)
    return isinstance(value, dict) and step in value


def place_words(path: Path) -> str:
    """Return a path for people: "guards > parent_agrees > require"; list entries count from 1."""
    words = [str(step + 1) if isinstance(step, int) else step[:60] for step in path]
    return " > ".join(words if len(words) <= 8 else [*words[:8], "…"])


def _seen(written: str, *, block: bool) -> list[int]:
    """Return where each visible character of a scalar stands in the way it was written."""
    if block:
        first = written.find("\n") + 1
        return [at for at in range(first, len(written)) if not written[at].isspace()]
    quote = written[:1] if written[:1] in ("'", '"') else ""
    inside = range(1, len(written) - 1) if quote else range(len(written))
    seen: list[int] = []
    skip = 0
    for at in inside:
        if skip:
            skip -= 1
            continue
        if quote == '"' and written[at] == "\\":
            length, visible = _escape(written, at)
            skip = length - 1
            if visible:
                seen.append(at)
            continue
        if quote == "'" and written[at] == "'":
            skip = 1
        if not written[at].isspace():
            seen.append(at)
    return seen


def _escape(written: str, at: int) -> tuple[int, bool]:
    """Return how long the escape at `at` is, and whether it stands for a visible character."""
    kind = written[at + 1 : at + 2]
    length = 2 + {"x": 2, "u": 4, "U": 8}.get(kind, 0)
    if length == 2:
        return length, kind not in ("\n", " ", "n", "t", "r", "_")
    digits = written[at + 2 : at + length]
    return length, not chr(int(digits, 16)).isspace()
