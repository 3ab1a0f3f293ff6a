"""Whether a condition can come out yes, no or not known: a bounded search with a witness.

A formula is built of and, or, not and first-that-holds rows over leaves; a leaf asks one variable
of which only finitely many values make a difference. What is said to be impossible is impossible
for real values too, as every real situation is one of those searched.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

#: The three answers, as bits, so that a set of possible answers is a number.
YES: Final = 1
NO: Final = 2
UNKNOWN: Final = 4
#: The value of a variable that stands for a fact nobody has answered.
NOT_KNOWN: Final = "not known yet"

Assignment = Mapping[str, Hashable]
Domains = Mapping[str, tuple[Hashable, ...]]


class TooManyError(Exception):
    """The search was given up: there are too many cases."""


class Formula(Protocol):
    """Something that comes out yes, no or not known once its variables have values."""

    @property
    def parts(self) -> tuple["Formula", ...]:
        """The formulas of which it is made."""

    @property
    def variable(self) -> str | None:
        """The variable that it asks itself."""

    def answers(self, search: "Search") -> int:
        """Return the answers still possible; exact once every variable has a value."""


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same answer."""

    answer: int
    parts: tuple[Formula, ...] = ()
    variable: str | None = None

    def answers(self, _: "Search") -> int:
        return self.answer


@dataclass(frozen=True, slots=True)
class Leaf:
    """Whether one variable's value passes a test; not known where the variable is not."""

    variable: str
    test: Callable[[Hashable], bool]
    parts: tuple[Formula, ...] = ()

    def answers(self, search: "Search") -> int:
        possible = 0
        for value in search.possible(self.variable):
            if value is NOT_KNOWN:
                possible |= UNKNOWN
            else:
                possible |= YES if self.test(value) else NO
        return possible


@dataclass(frozen=True, slots=True)
class IsKnown:
    """Whether a formula has an answer."""

    part: Formula
    variable: str | None = None

    @property
    def parts(self) -> tuple[Formula, ...]:
        return (self.part,)

    def answers(self, search: "Search") -> int:
        found = self.part.answers(search)
        return (YES if found & (YES | NO) else 0) | (NO if found & UNKNOWN else 0)


@dataclass(frozen=True, slots=True)
class Given:
    """A formula that has an answer only where another one is yes."""

    known: Formula
    part: Formula
    variable: str | None = None

    @property
    def parts(self) -> tuple[Formula, ...]:
        return (self.known, self.part)

    def answers(self, search: "Search") -> int:
        given = self.known.answers(search)
        found = self.part.answers(search) if given & YES else 0
        return found | (UNKNOWN if given & (NO | UNKNOWN) else 0)


@dataclass(frozen=True, slots=True)
class Opposite:
    """Not."""

    part: Formula
    variable: str | None = None

    @property
    def parts(self) -> tuple[Formula, ...]:
        return (self.part,)

    def answers(self, search: "Search") -> int:
        return _turned(self.part.answers(search))


@dataclass(frozen=True, slots=True)
class Every:
    """And."""

    parts: tuple[Formula, ...]
    variable: str | None = None

    def answers(self, search: "Search") -> int:
        return _all([part.answers(search) for part in self.parts])


@dataclass(frozen=True, slots=True)
class Some:
    """Or."""

    parts: tuple[Formula, ...]
    variable: str | None = None

    def answers(self, search: "Search") -> int:
        return _turned(_all([_turned(part.answers(search)) for part in self.parts]))


@dataclass(frozen=True, slots=True)
class Rows:
    """The formula beside the first condition that holds; not known if none does."""

    rows: tuple[tuple[Formula, Formula], ...]
    variable: str | None = None

    @property
    def parts(self) -> tuple[Formula, ...]:
        return tuple(part for row in self.rows for part in row)

    def answers(self, search: "Search") -> int:
        possible = 0
        for when, then in self.rows:
            holds = when.answers(search)
            possible |= holds & UNKNOWN
            if holds & YES:
                possible |= then.answers(search)
            if not holds & NO:
                return possible
        return possible | UNKNOWN


class Search:
    """A search for values under which a formula comes out one way."""

    def __init__(self, domains: Domains, most: int = 4_000) -> None:
        self._domains = domains
        self._left = most
        self._values: dict[str, Hashable] = {}

    def possible(self, variable: str) -> tuple[Hashable, ...]:
        """Return the values that a variable may still have."""
        if variable in self._values:
            return (self._values[variable],)
        return self._domains[variable]

    def find(self, formula: Formula, wanted: int) -> Assignment | None:
        """Return values under which the formula comes out as one of `wanted`; None if none do.

        Variables that make no difference are left out. Raises TooManyError.
        """
        self._left -= 1
        if self._left < 0:
            raise TooManyError
        answers = formula.answers(self)
        if not answers & wanted:
            return None
        variable = self._open(formula) if answers & ~wanted else None
        if variable is None:
            return dict(self._values)
        for value in self._domains[variable]:
            self._values[variable] = value
            found = self.find(formula, wanted)
            del self._values[variable]
            if found is not None:
                return found
        return None

    def _open(self, formula: Formula) -> str | None:
        """Return a variable that makes a difference and has more than one value left."""
        if formula.answers(self) in (YES, NO, UNKNOWN):
            return None
        if formula.variable is not None:
            return formula.variable
        opened = (self._open(part) for part in formula.parts)
        return next((variable for variable in opened if variable is not None), None)


def _turned(answers: int) -> int:
    return (answers & YES) << 1 | (answers & NO) >> 1 | answers & UNKNOWN


def _all(answers: list[int]) -> int:
    """Return what `and` can give, if each part may give any of its answers."""
    result = YES if all(one & YES for one in answers) else 0
    if any(one & NO for one in answers):
        result |= NO
    if any(one & UNKNOWN for one in answers) and all(one & (YES | UNKNOWN) for one in answers):
        result |= UNKNOWN
    return result
