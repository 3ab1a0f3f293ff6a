"""Conditions of a lifecycle said in words, so that the authority can check them.

Facts, settings, events and states are named by what people see of them, in quotation marks.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

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
    parse,
)
from apflow.policy.kinds import Kind, Names
from apflow.policy.lifecycle import ConditionText, Due, Lifecycle
from apflow.web.manager import calls
from apflow.web.manager.names import Named, listed, plain, quoted

#: The conditions' own words where a value is meant.
_OWN: Final = {
    "today": "today",
    "happened_on": "the day of this event",
    "state": "where the referral stands",
    "role": "the person acting",
}
#: The same where yes or no is meant.
_OWN_YES_NO: Final = {
    "place_free": ("a place is free", "no place is free"),
    "next_in_line": ("nobody on the waiting list comes before", "somebody waiting comes before"),
}
_NUMBERS: Final = {
    "==": "is", "!=": "is not", "<": "is under", "<=": "is at most", ">": "is over",
    ">=": "is at least",
}  # fmt: skip
_DAYS: Final = {
    "==": "is", "!=": "is not", "<": "is before", "<=": "is on or before", ">": "is after",
    ">=": "is on or after",
}  # fmt: skip
_TURNED: Final = {
    "==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<", "in": "not in",
    "not in": "in",
}  # fmt: skip
_ARITHMETIC: Final = {"+": "plus", "-": "less", "*": "times"}


class Spoken:
    """How one lifecycle's conditions are said."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.named = Named(lifecycle)
        self._kinds: Mapping[str, Kind] = Names(lifecycle).kinds

    def parts(self, text: ConditionText | None) -> tuple[str, ...]:
        """Return what must all hold, part by part; nothing where there is no condition."""
        if text is None:
            return ()
        tree = _tree(text)
        if isinstance(tree, Join) and tree.by == "and":
            return tuple(self.said(part, holds=True) for part in tree.parts)
        return (self.said(tree, holds=True),)

    def condition(self, text: ConditionText | None) -> str:
        """Return a condition as a sentence without its full stop; "" where there is none."""
        return "" if text is None else self.said(_tree(text), holds=True)

    def amount(self, text: ConditionText | None, of: str = "") -> str:
        """Return what gives a value: a day, a number, or an option of the fact `of`."""
        if text is None:
            return ""
        tree = _tree(text)
        fact = self.named.lifecycle.facts.get(of)
        if isinstance(tree, Name) and fact is not None and tree.name in fact.options:
            return quoted(fact.options[tree.name])
        return self.noun(tree)

    def due(self, due: Due, start: ConditionText) -> str:
        """Return a deadline's last moment, counted from `start`."""
        if due.date is not None:
            return f"on {self.amount(due.date)}"
        unit, after = due.unit or "", self.amount(start)
        if due.within is not None:
            number = _tree(due.within)
            if isinstance(number, Literal) and number.value == 0:
                return f"on the same day as {after}"
            return f"{calls.length(self, number, unit)} after {after}"
        first = "1" if due.first_is is None else self.amount(due.first_is)
        number_said = self.amount(due.nth)
        return f"{self.named.unit(unit)} {number_said}, counted from {after} as day {first}"

    def said(self, node: Node, *, holds: bool, within: bool = False) -> str:
        """Return what is so when a part is yes (`holds`) or no."""
        if isinstance(node, Not):
            return self.said(node.part, holds=not holds, within=within)
        if isinstance(node, Join):
            return self._joined(node, holds=holds, within=within)
        if isinstance(node, Compare):
            return self._compared(node, node.by if holds else _TURNED[node.by])
        if isinstance(node, Call) and node.name in calls.YES_NO:
            return calls.YES_NO[node.name](self, node.args, holds)
        return self._yes_or_no(node, holds=holds)

    def _yes_or_no(self, node: Node, *, holds: bool) -> str:
        if isinstance(node, Literal):
            return "always" if bool(node.value) is holds else "never"
        if isinstance(node, Name) and node.name in _OWN_YES_NO:
            return _OWN_YES_NO[node.name][not holds]
        named = quoted(self.named.fact(node.name)) if isinstance(node, Name) else self.noun(node)
        return f"{named} is {'yes' if holds else 'no'}"

    def _joined(self, node: Join, *, holds: bool, within: bool) -> str:
        by = node.by if holds else {"and": "or", "or": "and"}[node.by]
        text = f" {by} ".join(self.said(part, holds=holds, within=True) for part in node.parts)
        return f"({text})" if within else text

    def _compared(self, node: Compare, by: str) -> str:
        if isinstance(node.left, Call) and node.left.name == "count":
            counted = calls.counted(self, node.left.args, by, node.right)
            if counted is not None:
                return counted
        if by in ("in", "not in"):
            return self._among(node, "" if by == "in" else "not ")
        right = self._option(node.left, node.right)
        if isinstance(node.left, Name) and node.left.name == "state":
            return f"the referral {'stands' if by == '==' else 'does not stand'} at {right}"
        signs = _DAYS if self._is_day(node.left) or self._is_day(node.right) else _NUMBERS
        return f"{self.noun(node.left)} {signs[by]} {right}"

    def _among(self, node: Compare, negation: str) -> str:
        if not isinstance(node.right, Several):
            chosen = self._option(node.right, node.left)
            return f"{chosen} is {negation}among {self.noun(node.right)}"
        options = listed([self._option(node.left, item) for item in node.right.items], "or")
        if isinstance(node.left, Name) and node.left.name == "state":
            return f"the referral {'does not stand' if negation else 'stands'} at {options}"
        return f"{self.noun(node.left)} is {negation}{options}"

    def _option(self, of: Node, node: Node) -> str:
        """Return a value as an option of what it is compared with."""
        if not isinstance(node, Literal) or not isinstance(node.value, str):
            return self.noun(node)
        name = of.name if isinstance(of, Name) else ""
        return quoted(self.named.option(name, node.value))

    def noun(self, node: Node) -> str:
        """Return a part that gives a value."""
        return _NOUNS[type(node)](self, node)

    def _name(self, node: Name) -> str:
        name, lifecycle = node.name, self.named.lifecycle
        if name in _OWN:
            return _OWN[name]
        if name in _OWN_YES_NO:
            return f"whether {_OWN_YES_NO[name][0]}"
        title = quoted(self.named.fact(name))
        setting = lifecycle.settings.get(name)
        if setting is None or name in lifecycle.facts:
            return title
        unset = f"a {setting.type or 'number'} that is not set yet ({title})"
        return unset if setting.value is None else f"{self.named.setting(name)} ({title})"

    def _particular(self, node: Particular) -> str:
        return f"{quoted(plain(node.name))} of {quoted(self.named.fact(node.fact))}"

    def _literal(self, node: Literal) -> str:
        if isinstance(node.value, bool):
            return "yes" if node.value else "no"
        return str(node.value) if isinstance(node.value, int) else quoted(plain(node.value))

    def _several(self, node: Several) -> str:
        return listed([self._literal(item) for item in node.items], "or")

    def _arithmetic(self, node: Arithmetic) -> str:
        rest = (f" {_ARITHMETIC[sign]} {self.noun(part)}" for sign, part in node.rest)
        return self.noun(node.first) + "".join(rest)

    def _minus(self, node: Minus) -> str:
        return f"minus {self.noun(node.part)}"

    def _whether(self, node: Node) -> str:
        return f"whether {self.said(node, holds=True)}"

    def _call(self, node: Call) -> str:
        return self._whether(node) if node.name in calls.YES_NO else calls.called(self, node)

    def _is_day(self, node: Node) -> bool:
        if isinstance(node, Call):
            return node.name in calls.DAYS
        if isinstance(node, Particular):
            return self.named.lifecycle.facts[node.fact].has.get(node.name) == "date"
        kind = self._kinds.get(node.name) if isinstance(node, Name) else None
        return kind is not None and kind.name in ("date", "moment")


def _tree(text: ConditionText) -> Node:
    return Literal(1, text) if isinstance(text, bool | int) else parse(text)[0]


_NOUNS: Final[Mapping[type, Callable[[Spoken, Any], str]]] = {
    Name: Spoken._name,
    Particular: Spoken._particular,
    Literal: Spoken._literal,
    Several: Spoken._several,
    Arithmetic: Spoken._arithmetic,
    Minus: Spoken._minus,
    Call: Spoken._call,
    Not: Spoken._whether,
    Join: Spoken._whether,
    Compare: Spoken._whether,
}
