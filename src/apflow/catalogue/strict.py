"""The one place that reads YAML, and reads it strictly.

PyYAML by itself keeps the last of two equal keys, reads `no` as false and `12:30:00` as 45000,
expands a few bytes of aliases to billions of values and dies on deep nesting. Here the file is
taken event by event, in one loop, and everything beyond plain keys, lists and words is refused.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from apflow.catalogue.document import Document, Spot, place_words
from apflow.catalogue.scalars import UNSEEN, described, meant
from apflow.errors import Fault, PolicyError

#: The largest file read, in bytes; the deepest nesting; the most parts; the most faults told.
SIZE = 256 * 1024
DEPTH = 32
PARTS = 20_000
TOLD = 50

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Steps = tuple[str | int, ...]


def read_yaml(path: FilePath) -> Document:
    """Read one file strictly. Raises PolicyError with every fault found, never anything else."""
    return read_text(_bytes(path), str(path))


def read_text(content: bytes | str, name: str) -> Document:
    """Read a file's content strictly; `name` is what its faults call it."""
    text = _text(content, name)
    reader = _Reader(name)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            reader.take(event)
            if reader.over:
                break
    except yaml.MarkedYAMLError as error:
        reader.faults.append(_syntax(name, error))
    except yaml.YAMLError:
        reader.faults.append(Fault(name, 0, 0, "", "is not YAML"))
    if not reader.faults and reader.value is None:
        reader.faults.append(Fault(name, 1, 1, "", "the file is empty"))
    if reader.faults:
        raise PolicyError(*told(reader.faults))
    return Document(name, text, reader.value, reader.spots)


def told(faults: list[Fault]) -> list[Fault]:
    """Return the faults in the order of the file, each once; beyond 50 only that there are more."""
    ordered = sorted(set(faults))
    if len(ordered) <= TOLD:
        return ordered
    last = ordered[TOLD]
    more = Fault(last.file, last.line, last.column, "", "and more faults")
    return [*ordered[:TOLD], more]


def _bytes(path: FilePath) -> bytes:
    name = str(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise PolicyError(Fault(name, 0, 0, "", "is not a file"))
        with path.open("rb") as file:
            return file.read(SIZE + 1)
    except FileNotFoundError:
        raise PolicyError(Fault(name, 0, 0, "", "there is no such file")) from None
    except PermissionError:
        raise PolicyError(Fault(name, 0, 0, "", "you may not read this file")) from None
    except (OSError, ValueError) as error:
        says = f"cannot be read: {getattr(error, 'strerror', None) or 'not a file name'}"
        raise PolicyError(Fault(name, 0, 0, "", says)) from None


def _text(content: bytes | str, name: str) -> str:
    """Return the content as text with one kind of line end, or say what keeps it from being one."""
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    if len(content) > SIZE:
        raise PolicyError(Fault(name, 0, 0, "", f"is larger than {SIZE // 1024} KB"))
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise PolicyError(Fault(name, 1, 1, "", "is written as UTF-16; save it as UTF-8"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = content[: error.start].decode("utf-8", "replace")
        line, column = _end(good)
        says = f"the byte {content[error.start]:#04x} is not UTF-8 text; save the file as UTF-8"
        raise PolicyError(Fault(name, line, column, "", says)) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if unseen := UNSEEN.search(text):
        line, column = _end(text[: unseen.start()])
        says = f"the character U+{ord(unseen[0]):04X} cannot be seen; take it out"
        raise PolicyError(Fault(name, line, column, "", says))
    return text


def _end(text: str) -> tuple[int, int]:
    return text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1


_PLAINLY = {
    "mapping values are not allowed": (
        "a colon does not fit here: quote the wording, or check how the line is indented"
    ),
    "found unexpected ':'": "a colon does not fit here: quote the wording, or put a space after it",
    "could not find expected ':'": "this line has no colon after its key, or is indented wrongly",
    "did not find expected ',' or": "a comma or a closing bracket is missing",
    "expected ',' or": "a comma or a closing bracket is missing",
    "cannot start any token": "this character cannot stand here unquoted; tabs cannot indent",
    "did not find expected key": "this line is indented wrongly, or a quote is not closed",
    "expected <block end>": "this line is indented wrongly, or a quote is not closed",
    "unexpected end of stream": "a quote is not closed",
    "did not find expected '-' indicator": "this line is indented wrongly",
    "block sequence entries are not allowed": "a list cannot begin here; give it its own line",
    "did not find expected node content": "something is missing here, or a bracket is not closed",
    "expected the node content": "something is missing here, or a bracket is not closed",
    "undefined alias": "a word cannot begin with *; quote it",
}


def _syntax(name: str, error: yaml.MarkedYAMLError) -> Fault:
    problem = error.problem or "is not YAML"
    says = next((plain for part, plain in _PLAINLY.items() if part in problem), problem)
    mark = error.problem_mark or error.context_mark
    at = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    return Fault(name, *at, "", says)


@dataclass(slots=True)
class _Open:
    """A mapping or list being read. `key` is the key whose value comes next."""

    into: dict[str, object] | list[object]
    path: _Steps
    key: str | None = None
    key_start: int = 0
    lines: dict[str, int] = field(default_factory=dict)


class _Reader:
    """Builds the value from events; recursion nowhere, so no nesting can exhaust the stack."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.value: object = None
        self.spots: dict[_Steps, Spot] = {}
        self.faults: list[Fault] = []
        self.over = False
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: Any) -> None:
        """Take one event of the parser."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._document(event)
        elif isinstance(event, yaml.AliasEvent):
            self._stop(event, "a word cannot begin with *; quote it (aliases are not read)")
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._close(event)
        elif isinstance(event, yaml.NodeEvent):
            self._node(event)

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(event, "a second document begins here; a file holds one")
        elif event.version or event.tags:
            self._stop(event, "lines that begin with % are not read")

    def _node(self, event: Any) -> None:
        if event.anchor is not None:
            self._stop(event, "a word cannot begin with &; quote it (anchors are not read)")
        elif event.tag is not None:
            self._stop(event, "a word cannot begin with !; quote it (tags are not read)")
        elif len(self.spots) >= PARTS:
            self._stop(event, f"the file has more than {PARTS} parts")
        elif self._awaits_key():
            self._key(event)
        elif isinstance(event, yaml.ScalarEvent):
            self._place(event, self._scalar(event))
        else:
            into: dict[str, object] | list[object]
            into = {} if isinstance(event, yaml.MappingStartEvent) else []
            path = self._place(event, into)
            self._open.append(_Open(into, path))
            if len(self._open) > DEPTH:
                self._stop(event, f"is nested more than {DEPTH} deep")

    def _awaits_key(self) -> bool:
        return (
            bool(self._open)
            and isinstance(self._open[-1].into, dict)
            and self._open[-1].key is None
        )

    def _key(self, event: Any) -> None:
        frame, mark = self._open[-1], event.start_mark
        if not isinstance(event, yaml.ScalarEvent):
            self._stop(event, "a key must be a word, not a list or keys with values")
            return
        key = self._scalar(event)
        if not isinstance(key, str):
            self._fault(event, f"a key must be a word, not {described(key)}")
            key = str(event.value)
        if key == "<<" and not event.style:
            self._fault(event, "<< is not a key here; write the keys out")
        elif key in frame.lines:
            self._fault(event, f"'{key}' stands twice, first on line {frame.lines[key]}")
        frame.lines.setdefault(key, mark.line + 1)
        frame.key, frame.key_start = key, mark.index

    def _scalar(self, event: Any) -> object:
        if event.style:
            if UNSEEN.search(event.value):
                self._fault(event, "the text holds a character that cannot be seen; take it out")
            return str(event.value)
        try:
            return meant(event.value)
        except ValueError as error:
            self._fault(event, str(error))
            return None

    def _place(self, event: Any, value: object) -> _Steps:
        """Put a value where it belongs and keep where it stands; return the way to it."""
        start, end = event.start_mark.index, event.end_mark.index
        path, key = tuple(self._path()), start
        if not self._open:
            self.value = value
        else:
            frame = self._open[-1]
            if isinstance(frame.into, dict):
                frame.into[frame.key or ""], frame.key, key = value, None, frame.key_start
            else:
                frame.into.append(value)
        block = getattr(event, "style", None) in ("|", ">")
        self.spots[path] = Spot(key, start, end, block)
        return path

    def _close(self, event: Any) -> None:
        frame = self._open.pop()
        spot = self.spots[frame.path]
        self.spots[frame.path] = Spot(spot.key, spot.start, event.end_mark.index)

    def _path(self) -> Iterator[str | int]:
        if not self._open:
            return
        frame = self._open[-1]
        yield from frame.path
        if isinstance(frame.into, list):
            yield len(frame.into)
        elif frame.key is not None:
            yield frame.key

    def _fault(self, event: Any, says: str) -> None:
        mark = event.start_mark
        place = place_words(tuple(self._path()))
        self.faults.append(Fault(self.name, mark.line + 1, mark.column + 1, place, says))
        self.over = self.over or len(self.faults) > 10 * TOLD

    def _stop(self, event: Any, says: str) -> None:
        self._fault(event, says)
        self.over = True
