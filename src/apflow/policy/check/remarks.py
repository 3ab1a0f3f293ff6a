"""What the proof of a lifecycle comes to: remarks that name a place in the file, and lists."""

from collections.abc import Iterable
from typing import NamedTuple

from apflow.nearest import nearest

#: Where something stands in the file: ("guards", "parent_agrees", "require").
Path = tuple[str | int, ...]


class Remark(NamedTuple):
    """One thing to say about a part of the file.

    `column` counts from 1 in the text that stands there; 0 means the part as a whole.
    """

    path: Path
    column: int
    says: str


class Listed(NamedTuple):
    """One line of the lists for the authority: its sort, the part it is about, what is said."""

    sort: str
    path: Path
    says: str


class Report(NamedTuple):
    """The outcome of the proof.

    With `faults` the file cannot be used; `warnings` are shown and leave it usable; `listed` is
    what the authority should look through.
    """

    faults: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    listed: tuple[Listed, ...] = ()


def remark(says: str, *path: str | int) -> Remark:
    """Return a remark on the part of the file at `path` as a whole."""
    return Remark(path, 0, says)


def and_list(words: tuple[str, ...] | list[str], joined: str = "and") -> str:
    """Return words as a sentence lists them: "a, b and c"."""
    return f" {joined} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def an(noun: str) -> str:
    """Return a noun with its article: "a guard", "an event"."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def hint(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?", or nothing when no known name looks like it."""
    near = nearest(name, known)
    return f"; did you mean '{near}'?" if near else ""
