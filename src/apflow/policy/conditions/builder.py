"""From the tree of a condition to a checked Condition that can be asked.

Every part becomes a small function of a View. An operator that meets something not known gives
not known; `and`, `or` and `not` are Kleene's.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from apflow.policy.conditions import Ask, View
from apflow.policy.conditions.functions import FUNCTIONS, as_day, build_call
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
from apflow.policy.conditions.reading import Built, Reading, fixed, hint, hint_or_list
from apflow.policy.conditions.tokens import clipped
from apflow.policy.kinds import ANYTHING, LIST, NUMBER, WORD, YES_NO, Kind
from apflow.policy.lifecycle import UNITS

#: Numbers past this are not counted with: they could only come from a mistake, and without a
#: bound a few facts that multiply one another would fill the memory.
LARGEST: Final = 10**15

_SIGNS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_DAYS: Final = ("date", "moment")
_WORDY: Final = ("text", "word")


def build(node: Node, reading: Reading) -> Built:
    """Return a part of a condition made ready; what is wrong with it is noted in `reading`."""
    return _BUILDERS[type(node)](node, reading)


def _name(node: Name, reading: Reading) -> Built:
    name, lifecycle = node.name, reading.names.lifecycle
    kind = reading.names.kinds.get(name)
    if kind is None:
        return reading.fault(node.column, _no_such_name(name, reading))
    reading.read.add(name)
    if reading.names.is_setting(name):
        return fixed(kind, lifecycle.settings[name].value, node.column, name)
    return Built(kind, _ask_name(name, reading), node.column, name=name)


def _ask_name(name: str, reading: Reading) -> Ask:
    if name in _SITUATION_WORDS:
        return _SITUATION_WORDS[name]
    fact = reading.names.lifecycle.facts.get(name)
    if fact is not None and not fact.worked_out and fact.when is None:
        return lambda view: view.facts.get(name)

    def value(view: View) -> Any:
        values = view.values
        return values[name] if name in values else view.value(name)

    return value


_SITUATION_WORDS: Final[Mapping[str, Ask]] = {
    "today": lambda view: view.situation.today,
    "happened_on": lambda view: view.situation.happened_on,
    "state": lambda view: view.situation.state,
    "role": lambda view: view.situation.role,
}


def _no_such_name(name: str, reading: Reading) -> str:
    says = f"there is no fact or setting '{clipped(name)}'"
    if name in FUNCTIONS:
        return f"'{name}' is written {FUNCTIONS[name][0]}"
    if name in _quotable(reading):
        return f"{says}; the word itself is written '{name}', in quotes"
    return says + hint(name, reading.names.kinds)


def _quotable(reading: Reading) -> set[str]:
    """Return every word that may stand in quotes."""
    life = reading.names.lifecycle
    options = {option for kind in reading.names.kinds.values() for option in kind.options}
    return {*life.events, *life.states, *life.meetings, *life.roles, *UNITS, *options}


def _particular(node: Particular, reading: Reading) -> Built:
    known = reading.names.particulars(node.fact)
    if known is None:
        if node.fact in reading.names.kinds:
            says = f"'{node.fact}' is no organisation; only an organisation has particulars"
        else:
            says = _no_such_name(node.fact, reading)
        return reading.fault(node.column, says)
    if node.name not in known:
        says = f"'{node.fact}' has no particular '{clipped(node.name)}'{hint(node.name, known)}"
        return reading.fault(node.column, says)
    name = f"{node.fact}.{node.name}"
    reading.read.add(node.fact)
    reading.particulars.add(name)
    return Built(known[node.name], lambda view: view.value(name), node.column, name=name)


def _literal(node: Literal, _: Reading) -> Built:
    value = node.value
    if isinstance(value, str):
        return Built(WORD, lambda _: value, node.column, constant=True, value=value, quoted=True)
    return fixed(YES_NO if isinstance(value, bool) else NUMBER, value, node.column)


def _several(node: Several, _: Reading) -> Built:
    return fixed(LIST, tuple(item.value for item in node.items), node.column)


def _call(node: Call, reading: Reading) -> Built:
    args = [build(arg, reading) for arg in node.args]
    return build_call(reading, node.column, node.name, args)


def _of_kind(part: Built, kind: Kind, reading: Reading, where: str) -> bool:
    """Note a fault unless the part is of the kind (yes or no, or a number)."""
    if part.kind.name == kind.name:
        return True
    if part.kind != ANYTHING:
        reading.fault(part.column, f"{where} {kind.says}, not {part.says}")
    return False


def _not(node: Not, reading: Reading) -> Built:
    part = build(node.part, reading)
    _of_kind(part, YES_NO, reading, "'not' takes")
    ask = part.ask

    def opposite(view: View) -> Any:
        answer = ask(view)
        return None if answer is None else not answer

    return Built(YES_NO, opposite, node.column)


def _join(node: Join, reading: Reading) -> Built:
    parts = [build(part, reading) for part in node.parts]
    for part in parts:
        _of_kind(part, YES_NO, reading, f"'{node.by}' joins")
    asks = [part.ask for part in parts]
    decisive = node.by == "or"
    joined = _both(asks[0], asks[1], decisive) if len(asks) == 2 else _all(tuple(asks), decisive)
    return Built(YES_NO, joined, node.column)


def _both(one: Ask, other: Ask, decisive: bool) -> Ask:  # noqa: FBT001
    def both(view: View) -> Any:
        first = one(view)
        if first is decisive:
            return decisive
        second = other(view)
        if second is decisive:
            return decisive
        return None if first is None or second is None else not decisive

    return both


def _all(asks: Sequence[Ask], decisive: bool) -> Ask:  # noqa: FBT001
    def every(view: View) -> Any:
        answer: bool | None = not decisive
        for ask in asks:
            found = ask(view)
            if found is decisive:
                return decisive
            if found is None:
                answer = None
        return answer

    return every


def _compare(node: Compare, reading: Reading) -> Built:
    left, right = build(node.left, reading), build(node.right, reading)
    if ANYTHING in (left.kind, right.kind):
        return fixed(ANYTHING, None, node.column)
    if node.by in ("in", "not in"):
        return _membership(node, left, right, reading)
    ordered = node.by not in ("==", "!=")
    if not _comparable(left, right, reading, node, ordered=ordered):
        return fixed(ANYTHING, None, node.column)
    same = left.kind.name == right.kind.name
    one = left.ask if same else as_day(left)
    if right.constant:
        value = right.value
        return Built(YES_NO, _against(_SIGNS[node.by], one, value), node.column)
    other = right.ask if same else as_day(right)
    return Built(YES_NO, _between(_SIGNS[node.by], one, other), node.column)


def _against(sign: Callable[[Any, Any], Any], one: Ask, value: Any) -> Ask:
    def against(view: View) -> Any:
        found = one(view)
        return None if found is None or value is None else sign(found, value)

    return against


def _between(sign: Callable[[Any, Any], Any], one: Ask, other: Ask) -> Ask:
    def between(view: View) -> Any:
        first = one(view)
        if first is None:
            return None
        second = other(view)
        return None if second is None else sign(first, second)

    return between


def _comparable(
    left: Built, right: Built, reading: Reading, node: Compare, *, ordered: bool
) -> bool:
    one, other = left.kind, right.kind
    if ordered:
        fits = one.name == other.name == "number" or {one.name, other.name} <= set(_DAYS)
        if not fits:
            says = f"'{node.by}' compares numbers or dates, not {left.says} with {right.says}"
            reading.fault(node.column, says)
        return fits
    if "choice" in (one.name, other.name) and {one.name, other.name} <= {"choice", "word"}:
        return _options_meet(left, right, reading)
    plain = one.name == other.name and one.name in (
        "yes_no", "number", "organisation", "person", "text", "word",
    )  # fmt: skip
    if plain or {one.name, other.name} in (set(_WORDY), set(_DAYS), {"date"}, {"moment"}):
        return True
    reading.fault(
        node.column, f"{left.says} is not comparable with {right.says}{_way_out(one, other)}"
    )
    return False


def _way_out(one: Kind, other: Kind) -> str:
    if "choices" in (one.name, other.name):
        return "; ask whether an option is in it, or how_many"
    if one.is_checklist or other.is_checklist:
        return "; ask complete, answered, has or how_many"
    return ""


def _options_meet(left: Built, right: Built, reading: Reading) -> bool:
    """Check that a choice can be what it is compared with."""
    if left.kind.name == right.kind.name:
        if set(left.kind.options) & set(right.kind.options):
            return True
        reading.fault(left.column, f"{left.says} and {right.says} have no option in common")
        return False
    choice, word = (left, right) if left.kind.name == "choice" else (right, left)
    return word.value is None or is_option(word, (word.value,), choice.kind, reading)


def is_option(part: Built, words: Sequence[Any], choice: Kind, reading: Reading) -> bool:
    """Note a fault for every word that is not one of the options."""
    fine = True
    for word in words:
        if word not in choice.options:
            where = "" if part.name is None else f" of the setting '{part.name}'"
            wanted = choice.of if choice.of in reading.names.words else f"option of {choice.of}"
            near = hint_or_list(str(word), choice.options)
            reading.fault(part.column, f"'{clipped(str(word))}'{where} is no {wanted}{near}")
            fine = False
    return fine


def _membership(node: Compare, left: Built, right: Built, reading: Reading) -> Built:
    wanted = node.by == "in"
    if right.kind.name == "choices" and left.kind.name in ("choice", "word"):
        if left.constant and left.value is not None:
            is_option(left, (left.value,), right.kind, reading)
        among = right.ask
    elif right.kind == LIST or right.quoted or (right.kind == NUMBER and right.constant):
        values = right.value if right.kind == LIST else (right.value,)
        if values is not None and not _list_fits(left, right, values, reading):
            return fixed(ANYTHING, None, node.column)
        among = fixed(LIST, values, right.column).ask
    else:
        says = f"'{node.by}' asks about a list or several choices, not {right.says}"
        return reading.fault(right.column, says)
    one = left.ask

    def member(view: View) -> bool | None:
        found = one(view)
        if found is None:
            return None
        listed = among(view)
        return None if listed is None else (found in listed) is wanted

    return Built(YES_NO, member, node.column)


def _list_fits(left: Built, right: Built, values: Sequence[Any], reading: Reading) -> bool:
    if left.kind.name == "choice":
        return is_option(right, values, left.kind, reading)
    sort: type = int if left.kind == NUMBER else str
    if left.kind.name in ("number", *_WORDY) and all(type(value) is sort for value in values):
        return True
    reading.fault(left.column, f"{left.says} cannot be in this list")
    return False


def _arithmetic(node: Arithmetic, reading: Reading) -> Built:
    parts = [build(part, reading) for part in (node.first, *(part for _, part in node.rest))]
    fine = [_of_kind(part, NUMBER, reading, f"'{node.rest[0][0]}' takes") for part in parts]
    if not all(fine):
        return fixed(ANYTHING, None, node.column)
    first, rest = parts[0].ask, [part.ask for part in parts[1:]]
    signs = [_SIGNS[sign] for sign, _ in node.rest]
    steps = tuple(zip(signs, rest, strict=True))

    def total(view: View) -> int | None:
        found: int | None = first(view)
        for sign, ask in steps:
            other = ask(view)
            if found is None or other is None:
                return None
            found = sign(found, other)
            if not -LARGEST <= found <= LARGEST:
                return None
        return found

    return Built(NUMBER, total, node.column)


def _minus(node: Minus, reading: Reading) -> Built:
    part = build(node.part, reading)
    if not _of_kind(part, NUMBER, reading, "'-' takes"):
        return fixed(ANYTHING, None, node.column)
    if part.constant and isinstance(part.value, int):
        return fixed(NUMBER, -part.value, node.column)
    ask = part.ask

    def turned(view: View) -> Any:
        found = ask(view)
        return None if found is None else -found

    return Built(NUMBER, turned, node.column)


_BUILDERS: Final[Mapping[type, Callable[[Any, Reading], Built]]] = {
    Name: _name,
    Particular: _particular,
    Literal: _literal,
    Several: _several,
    Call: _call,
    Not: _not,
    Join: _join,
    Compare: _compare,
    Arithmetic: _arithmetic,
    Minus: _minus,
}
