"""Whether a part of a condition has a value at all, as a formula: yes, or else not known."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from apflow.policy.check.truth import YES, Constant, Every, Formula, Given, IsKnown, Rows, Some
from apflow.policy.check.variables import Variables
from apflow.policy.check.wording import shown
from apflow.policy.conditions.parser import (
    Arithmetic,
    Call,
    Compare,
    Join,
    Literal,
    Minus,
    Name,
    Node,
    Not,
    Particular,
    Several,
)
from apflow.policy.lifecycle import Fact

_ALWAYS = Constant(YES)


class Facts(Protocol):
    """What is asked of the formulas that this stands beside."""

    facts: Mapping[str, Fact]
    variables: Variables

    def formula(self, node: Node) -> Formula:
        """Return the formula of a yes-or-no tree."""

    def is_worked_out(self, name: str) -> bool:
        """Whether a name stands for something else."""

    def rows(self, name: str) -> list[tuple[Formula, Node]]:
        """Return the rows of a worked-out fact."""

    def counting(self, name: str, found: Formula) -> Formula:
        """Return a formula over a fact that counts only while its `when` is yes."""


class Presence:
    """For parts of conditions, whether they have a value."""

    def __init__(self, formulas: Facts) -> None:
        self._formulas = formulas
        self._variables = formulas.variables
        self._made: Mapping[type, Callable[[Any], Formula]] = {
            Name: lambda node: self.of_name(node.name),
            Literal: lambda _: _ALWAYS,
            Several: lambda _: _ALWAYS,
            Particular: self._of_particular,
            Call: self._of_call,
            Not: self._of_answer,
            Join: self._of_answer,
            Compare: self._of_answer,
            Minus: lambda node: self.of(node.part),
            Arithmetic: lambda node: self._of_all((node.first, *(p for _, p in node.rest))),
        }

    def of(self, node: Node) -> Formula:
        """Return whether a part has a value; raises TooManyError when it grows too large."""
        with self._variables.deeper():
            return self._made[type(node)](node)

    def of_name(self, name: str) -> Formula:
        """Return whether a fact, a setting or a word has a value."""
        formulas = self._formulas
        if name not in formulas.facts:
            return self._variables.present(name) if self._variables.may_be_unset(name) else _ALWAYS
        if not formulas.is_worked_out(name):
            return formulas.counting(name, self._variables.present(name))
        rows = tuple((when, self.of(value)) for when, value in formulas.rows(name))
        return formulas.counting(name, Rows(rows))

    def _of_answer(self, node: Node) -> Formula:
        """Return whether a yes or no is known, which one known part may decide."""
        return Given(IsKnown(self._formulas.formula(node)), _ALWAYS)

    def _of_all(self, nodes: Iterable[Node]) -> Formula:
        return Every(tuple(self.of(node) for node in nodes))

    def _of_particular(self, node: Particular) -> Formula:
        return Every((self.of_name(node.fact), self._variables.present(shown(node))))

    def _of_call(self, node: Call) -> Formula:
        if node.name == "known" or (node.name == "count" and len(node.args) == 1):
            return _ALWAYS
        if node.name in ("first", "last"):
            count = f"count({shown(node.args[0])})"
            return Given(self._variables.leaf(count, lambda number: number != 0, 0), _ALWAYS)
        if node.name == "entered":
            return Given(self._variables.yes_no(shown(node)), _ALWAYS)
        if node.name in ("latest", "earliest"):
            return Given(Some(tuple(IsKnown(self.of(part)) for part in node.args)), _ALWAYS)
        return self._of_all(node.args)
