"""Conditions turned into formulas over variables of which few values make a difference.

A number that is compared with constants is tried at each constant and beside it, a choice at each
option, two dates before, equal and after. Worked-out facts are put in place of their names.
Everything else (`complete(papers)`, `place_free`) is a variable of its own, yes or no; whether an
entry of a list applies is taken as known.
"""

import operator
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

from apflow.policy.check.footing import Footing
from apflow.policy.check.presence import Presence
from apflow.policy.check.truth import (
    NO,
    YES,
    Constant,
    Every,
    Formula,
    Given,
    IsKnown,
    Opposite,
    Rows,
    Some,
)
from apflow.policy.check.variables import Variables
from apflow.policy.check.wording import BETWEEN, shown
from apflow.policy.conditions.parser import Call, Compare, Join, Literal, Minus, Name, Node, Not
from apflow.policy.conditions.parser import Several as List

_Holds = Callable[[Any, Any], bool]
_COMPARE: Final[Mapping[str, _Holds]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Formulas:
    """The conditions of one lifecycle as formulas over these variables.

    `instead` are asked or set facts in whose place something is put: what an event sets them to.
    """

    def __init__(
        self, footing: Footing, variables: Variables, instead: Mapping[str, Node] | None = None
    ) -> None:
        self.footing = footing
        self.facts = footing.facts
        self.variables = variables
        self._instead = instead or {}
        self.presence = Presence(self)
        self._named: dict[str, Formula] = {}
        self._made: Mapping[type, Callable[[Any], Formula]] = {
            Literal: lambda node: Constant(YES if node.value is True else NO),
            Name: lambda node: self._truth_of(node.name),
            Not: lambda node: Opposite(self.formula(node.part)),
            Join: self._joined,
            Compare: self._compared,
        }

    def at(self, *path: str | int) -> Formula:
        """Return the formula of a yes-or-no condition; always yes where none is written."""
        tree = self.footing.tree(*path)
        return Constant(YES) if tree is None else self.formula(tree)

    def guard(self, name: str) -> Formula:
        """Return when a guard lets through: its `when` is no, or what it requires holds."""
        when = self.at("guards", name, "when")
        return Some((Opposite(when), self.at("guards", name, "require")))

    def formula(self, node: Node) -> Formula:
        """Return the formula of a yes-or-no tree; raises TooManyError when it grows too large."""
        with self.variables.deeper():
            made = self._made.get(type(node))
            if made is not None:
                return made(node)
            if isinstance(node, Call) and node.name == "known":
                return IsKnown(self.presence.of(node.args[0]))
            return Given(self.presence.of(node), self.variables.yes_no(shown(node)))

    def rows(self, name: str) -> list[tuple[Formula, Node]]:
        """Return the rows of a worked-out fact: when each holds, and the value it gives."""
        if name in self._instead:
            return [(Constant(YES), self._instead[name])]
        fact = self.facts[name]
        if fact.is_ is not None:
            return [(Constant(YES), self._value(fact.is_, "facts", name, "is"))]
        places = [("facts", name, "choose", index) for index in range(len(fact.choose))]
        return [
            (self.at(*place, "when"), self._value(row.is_, *place, "is"))
            for place, row in zip(places, fact.choose, strict=True)
        ]

    def counting(self, name: str, found: Formula) -> Formula:
        """Return a formula over a fact that counts only while the fact's own `when` is yes."""
        if self.facts[name].when is None:
            return found
        return Given(self.at("facts", name, "when"), found)

    def _value(self, written: object, *path: str | int) -> Node:
        tree = self.footing.tree(*path)
        return Literal(1, str(written)) if tree is None else tree

    def _joined(self, node: Join) -> Formula:
        parts = tuple(self.formula(part) for part in node.parts)
        return Every(parts) if node.by == "and" else Some(parts)

    def _truth_of(self, name: str) -> Formula:
        """Return the formula of a yes-or-no fact, setting or word."""
        if name not in self._named:
            self._named[name] = self._made_truth(name)
        return self._named[name]

    def _made_truth(self, name: str) -> Formula:
        fact = self.facts.get(name)
        if fact is None:
            return Given(self.presence.of_name(name), self.variables.yes_no(name))
        if not self.is_worked_out(name):
            return self.counting(name, self.variables.yes_no(name))
        rows = tuple((when, self.formula(value)) for when, value in self.rows(name))
        return self.counting(name, Rows(rows))

    def _compared(self, node: Compare) -> Formula:
        by, left, right = node.by, node.left, node.right
        if by in ("in", "not in"):
            found = self._among(left, right)
            return found if by == "in" else Opposite(found)
        if self._is_yes_no(left):
            same = _same(self.formula(left), self.formula(right))
            return same if by == "==" else Opposite(same)
        for side, other, sign in ((left, right, by), (right, left, _TURNED[by])):
            if isinstance(side, Name) and self.is_worked_out(side.name):
                compare = [
                    (when, self.formula(Compare(0, sign, value, other)))
                    for when, value in self.rows(side.name)
                ]
                return self.counting(side.name, Rows(tuple(compare)))
        return self._of_terms(by, left, right)

    def is_worked_out(self, name: str) -> bool:
        """Whether a name stands for something else: worked out, or put in its place."""
        return name in self._instead or (name in self.facts and self.facts[name].worked_out)

    def _is_yes_no(self, node: Node) -> bool:
        if isinstance(node, Name):
            return self.variables.is_yes_no(node.name)
        if isinstance(node, Call):
            return node.name in ("known", "complete", "answered", "has")
        is_bool = isinstance(node, Literal) and isinstance(node.value, bool)
        return is_bool or isinstance(node, Compare | Join | Not)

    def _among(self, left: Node, right: Node) -> Formula:
        if isinstance(right, List):
            items = (self.formula(Compare(0, "==", left, item)) for item in right.items)
            return Some(tuple(items))
        inside = self.variables.yes_no(f"{shown(left)} in {shown(right)}")
        return Given(Every((self.presence.of(left), self.presence.of(right))), inside)

    def _of_terms(self, by: str, left: Node, right: Node) -> Formula:
        """Compare two values: with a constant by trying around it, else before, equal, after."""
        if self._constant(left) is not None:
            left, right, by = right, left, _TURNED[by]
        holds, own, constant = _COMPARE[by], self._constant(left), self._constant(right)
        if constant is None:
            return self._related(holds, left, right)
        if own is not None:
            return Constant(YES if holds(own, constant) else NO)
        leaf = self.variables.leaf(shown(left), lambda value: holds(value, constant), constant)
        return Given(self.presence.of(left), leaf)

    def _constant(self, node: Node) -> str | int | None:
        if isinstance(node, Minus):
            inner = self._constant(node.part)
            return -inner if isinstance(inner, int) else None
        if isinstance(node, Name) and node.name == "state":
            return self.variables.state
        return node.value if isinstance(node, Literal) else None

    def _related(self, holds: _Holds, left: Node, right: Node) -> Formula:
        one, other = shown(left), shown(right)
        turned = one > other
        name = BETWEEN.join((other, one) if turned else (one, other))

        def test(order: Hashable) -> bool:
            assert isinstance(order, int)  # noqa: S101 - the domain of these variables
            return holds(-order if turned else order, 0)

        known = Every((self.presence.of(left), self.presence.of(right)))
        return Given(known, self.variables.order(name, test))


def _same(one: Formula, other: Formula) -> Formula:
    return Some((Every((one, other)), Every((Opposite(one), Opposite(other)))))
