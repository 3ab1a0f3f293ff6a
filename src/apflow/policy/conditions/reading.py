"""What is gathered while one condition is read: its parts, the names it reads, its faults."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from apflow.nearest import nearest
from apflow.policy.conditions import Ask
from apflow.policy.conditions.tokens import CannotRead, clipped
from apflow.policy.kinds import ANYTHING, Kind, Names

#: No name in a file is longer; comparing longer ones would only cost time.
_LONGEST_NAME = 60
#: So many words a message lists where it has no better hint.
_FEW = 9


def hint(word: str, *known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the known word most like `word`, or nothing."""
    if len(word) > _LONGEST_NAME:
        return ""
    by_form = {name.lower(): name for names in known for name in names}
    near = nearest(word.lower(), by_form)
    return f"; did you mean '{by_form[near]}'?" if near is not None else ""


def hint_or_list(word: str, known: Sequence[str]) -> str:
    """Return the hint; where no known word is like it, all of them if they are few."""
    listed = f"; there are {', '.join(known)}" if 0 < len(known) <= _FEW else ""
    return hint(word, known) or listed


@dataclass(frozen=True, slots=True)
class Built:
    """A part of a condition, made ready to be asked.

    `constant`: its value never changes (`value`, None for a setting without one). `quoted`: it is
    written as a word in quotes. `name`: it is nothing but this fact or setting.
    """

    kind: Kind
    ask: Ask
    column: int
    constant: bool = False
    value: Any = None
    quoted: bool = False
    name: str | None = None

    @property
    def says(self) -> str:
        """The part as a message names it."""
        if self.quoted:
            return f"'{clipped(self.value)}'"
        return f"'{self.name}' ({self.kind.says})" if self.name else self.kind.says


def fixed(kind: Kind, value: Any, column: int, name: str | None = None) -> Built:
    """Return a part that always gives `value`."""
    return Built(kind, lambda _: value, column, constant=True, value=value, name=name)


@dataclass(slots=True)
class Reading:
    """One text being read."""

    names: Names
    read: set[str] = field(default_factory=set)
    particulars: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)
    meetings: set[str] = field(default_factory=set)
    faults: list[CannotRead] = field(default_factory=list)

    def fault(self, column: int, says: str) -> Built:
        """Note a fault and return a part that raises no further ones."""
        if all(says != known.says for known in self.faults):
            self.faults.append(CannotRead(column, says))
        return fixed(ANYTHING, None, column)

    def word(self, part: Built, known: Iterable[str], noun: str) -> str | None:
        """Return the quoted word if it is one of the `known`; else note the fault."""
        known = tuple(known)
        if not part.quoted:
            if part.kind != ANYTHING:
                self.fault(part.column, f"{noun} is expected here, as a word in quotes")
            return None
        word: str = part.value
        if word in known:
            return word
        near = hint_or_list(word, known)
        self.fault(part.column, f"there is no {noun} '{clipped(word)}'{near}")
        return None
