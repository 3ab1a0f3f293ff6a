"""The variables of formulas, and for each the values that make a difference."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Literal

from apflow.policy.check.footing import Footing
from apflow.policy.check.truth import NO, NOT_KNOWN, YES, Leaf, TooManyError

_DEEPEST: Final = 120
_MOST_PARTS: Final = 4_000
_ANYTHING_ELSE: Final = "something else"
#: Two values as one variable: equal, the first less, the first more.
_ORDER: Final = (0, -1, 1)


@dataclass(slots=True)
class _Variable:
    sort: Literal["yes_no", "order", "value"]
    constants: set[Hashable] = field(default_factory=set)


class Variables:
    """The variables of the conditions of one lifecycle, for one state and the roles that may act.

    `knowledge` says of each asked or set fact, each setting without a value and each particular
    of an organisation whether it can be known here (YES) and whether it can be not known (NO).
    """

    def __init__(
        self,
        footing: Footing,
        state: str | None = None,
        roles: Iterable[str] = (),
        knowledge: Callable[[str], int] = lambda _: YES | NO,
    ) -> None:
        self.state = state
        self._footing = footing
        self._facts = footing.facts
        self._settings = footing.compiled.lifecycle.settings
        self._roles = tuple(roles) or tuple(footing.compiled.lifecycle.roles)
        self._knowledge = knowledge
        self._all: dict[str, _Variable] = {}
        self._depth = 0
        self._parts = 0

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Count one more part, inside the part that is being made; raises TooManyError."""
        self._depth += 1
        self._parts += 1
        if self._depth > _DEEPEST or self._parts > _MOST_PARTS:
            raise TooManyError
        try:
            yield
        finally:
            self._depth -= 1

    def yes_no(self, name: str) -> Leaf:
        """Return a leaf that asks a yes-or-no variable."""
        self._all.setdefault(name, _Variable("yes_no")).sort = "yes_no"
        return Leaf(name, lambda value: value is True)

    def order(self, name: str, test: Callable[[Hashable], bool]) -> Leaf:
        """Return a leaf that asks how two values stand to one another (0, -1 or 1)."""
        self._all.setdefault(name, _Variable("order"))
        return Leaf(name, test)

    def leaf(self, name: str, test: Callable[[Hashable], bool], *constants: Hashable) -> Leaf:
        """Return a leaf that compares a value with constants."""
        self._all.setdefault(name, _Variable("value")).constants.update(constants)
        return Leaf(name, test)

    def present(self, name: str) -> Leaf:
        """Return a leaf that is yes wherever the variable has a value."""
        if self.is_yes_no(name):
            self.yes_no(name)
        return self.leaf(name, lambda _: True)

    def is_yes_no(self, name: str) -> bool:
        """Whether a fact, setting or word is a yes or no."""
        if name in self._facts:
            return self._facts[name].type == "yes_no"
        if name in self._settings:
            setting = self._settings[name]
            return isinstance(setting.value, bool) or setting.type == "yes_no"
        return name in ("place_free", "next_in_line")

    def may_be_unset(self, name: str) -> bool:
        """Whether a name is that of a setting without a value."""
        return name in self._settings and self._settings[name].value is None

    @property
    def domains(self) -> dict[str, tuple[Hashable, ...]]:
        """For each variable so far, the values that make a difference."""
        return {name: self._domain(name, variable) for name, variable in self._all.items()}

    def _domain(self, name: str, variable: _Variable) -> tuple[Hashable, ...]:
        organisation, dot, _ = name.partition(".")
        may_lack = name in self._facts or self.may_be_unset(name)
        is_particular = bool(dot) and organisation in self._facts
        knowledge = self._knowledge(name) if may_lack or is_particular else YES
        known = self._known(name, variable) if knowledge & YES else ()
        return (*known, NOT_KNOWN) if knowledge & NO or not known else known

    def _known(self, name: str, variable: _Variable) -> tuple[Hashable, ...]:
        fact = self._facts.get(name)
        if variable.sort == "yes_no":
            return (True, False)
        if variable.sort == "order":
            return _ORDER
        if name == "role":
            return self._roles
        if fact is not None and fact.type == "choice":
            return tuple(fact.options)
        numbers = sorted(one for one in variable.constants if isinstance(one, int))
        if numbers:
            return self._around(name, numbers)
        return (*sorted(map(str, variable.constants)), _ANYTHING_ELSE)

    def _around(self, name: str, numbers: list[int]) -> tuple[int, ...]:
        """Return each number and its neighbours, as far as the variable can have them."""
        least, most = self._range(name)
        tried = sorted({near for number in numbers for near in (number - 1, number, number + 1)})
        kept = tuple(
            number
            for number in tried
            if (least is None or number >= least) and (most is None or number <= most)
        )
        return kept or tuple(number for number in (least, most) if number is not None)

    def _range(self, name: str) -> tuple[int | None, int | None]:
        if name.startswith("count('"):
            event = name.removeprefix("count('").partition("'")[0]
            ways, state = self._footing.ways, self.state or ""
            least = 1 if event in ways.always_happened.get(state, ()) else 0
            never = state in ways.happened and event not in ways.happened[state]
            return least, 0 if never else None
        if name.startswith("how_many("):
            return 0, None
        fact = self._facts.get(name)
        return (None, None) if fact is None else (fact.min, fact.max)
