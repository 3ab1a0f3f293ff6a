"""Conditions, and what was found about them, written out again for people."""

from collections.abc import Callable, Mapping
from typing import Any

from apflow.policy.check.truth import Assignment
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


def shown(node: Node) -> str:
    """Return a tree as a condition's text, always written the same way."""
    return _SHOWN[type(node)](node)


def _inner(node: Node) -> str:
    simple = isinstance(node, Name | Particular | Literal | Several | Call)
    return shown(node) if simple else f"({shown(node)})"


def _literal(node: Literal) -> str:
    return f"'{node.value}'" if isinstance(node.value, str) else str(node.value).lower()


def _sum(node: Arithmetic) -> str:
    return " ".join([_inner(node.first), *(f"{sign} {_inner(part)}" for sign, part in node.rest)])


_SHOWN: Mapping[type, Callable[[Any], str]] = {
    Name: lambda node: node.name,
    Particular: lambda node: f"{node.fact}.{node.name}",
    Literal: _literal,
    Several: lambda node: f"({', '.join(map(shown, node.items))})",
    Call: lambda node: f"{node.name}({', '.join(map(shown, node.args))})",
    Not: lambda node: f"not {_inner(node.part)}",
    Minus: lambda node: f"-{_inner(node.part)}",
    Join: lambda node: f" {node.by} ".join(map(_inner, node.parts)),
    Compare: lambda node: f"{_inner(node.left)} {node.by} {_inner(node.right)}",
    Arithmetic: _sum,
}

#: How a variable that relates two values is named, and how its value reads.
BETWEEN = " ? "
_ORDER = {0: "equal to", -1: "less than", 1: "more than"}


def witness(values: Assignment) -> str:
    """Return the values that make a case as a sentence lists them."""
    said = [_said(variable, value) for variable, value in sorted(values.items())]
    return ", ".join(said) if said else "in every case"


def _said(variable: str, value: object) -> str:
    if isinstance(value, bool):
        return f"{variable} is {'yes' if value else 'no'}"
    if BETWEEN in variable and isinstance(value, int):
        return variable.replace(BETWEEN, f" is {_ORDER[value]} ")
    return f"{variable} is {value}"
