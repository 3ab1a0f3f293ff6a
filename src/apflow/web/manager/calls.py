"""The calls that a condition may make, said in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from apflow.policy.conditions.parser import Call, Literal, Name, Node
from apflow.web.manager.names import Named, listed, plain, quoted

#: A checklist's entries that are satisfied (one, several), and those that are not.
_TICKED: Final = {
    "papers": ("{} is there", "{} are there", "{} is not there", "{} are not all there"),
    "people": ("{} was there", "{} were there", "{} was not there", "{} were not all there"),
    "agreements": ("{} agrees", "{} agree", "{} does not agree", "{} do not all agree"),
}
#: Calls that give a day.
DAYS: Final = frozenset(
    ("first", "last", "entered", "latest", "earliest", "nth", "within", "ago", "next_meeting",
     "papers_by")
)  # fmt: skip


class Speaker(Protocol):
    """Who says the parts of a call."""

    @property
    def named(self) -> Named:
        """The lifecycle's names."""

    def noun(self, node: Node) -> str:
        """Return a part that gives a value."""


def length(speaker: Speaker, number: Node, unit: str) -> str:
    """Return so many units of time: `1 term`, `12 school weeks (“Longest placement”)`."""
    units = f"{speaker.named.unit(unit)}s"
    if isinstance(number, Literal):
        return f"1 {speaker.named.unit(unit)}" if number.value == 1 else f"{number.value} {units}"
    name = number.name if isinstance(number, Name) else ""
    setting = speaker.named.lifecycle.settings.get(name)
    if setting is None:
        return f"as many {units} as {speaker.noun(number)}"
    title = quoted(speaker.named.fact(name))
    if setting.value is None:
        return f"a number of {units} that is not set yet ({title})"
    return f"{setting.value} {units if setting.value != 1 else speaker.named.unit(unit)} ({title})"


def word(node: Node, named: Callable[[str], str]) -> str:
    """Return what a quoted word of a condition is called."""
    return quoted(named(str(node.value))) if isinstance(node, Literal) else ""


def unit_of(node: Node) -> str:
    """Return the name of a unit, or of the setting that holds it."""
    return node.name if isinstance(node, Name) else str(getattr(node, "value", ""))


def since(speaker: Speaker, args: Sequence[Node]) -> str:
    """Return from when something is counted."""
    return f" on or after {speaker.noun(args[1])}" if len(args) > 1 else ""


def _known(speaker: Speaker, args: Sequence[Node], holds: bool) -> str:  # noqa: FBT001
    part = args[0]
    if isinstance(part, Call) and part.name in ("first", "last"):
        return f"{word(part.args[0], speaker.named.event)} is {_not(holds)}recorded"
    if isinstance(part, Call) and part.name == "entered":
        state = word(part.args[0], speaker.named.state)
        return f"the referral has {_not(holds)}been at {state}"
    if isinstance(part, Name) and part.name in speaker.named.lifecycle.settings:
        return f"{quoted(speaker.named.fact(part.name))} is {_not(holds)}set"
    return f"{speaker.noun(part)} is {_not(holds)}known"


def _not(holds: bool) -> str:  # noqa: FBT001
    return "" if holds else "not "


def _complete(speaker: Speaker, args: Sequence[Node], holds: bool) -> str:  # noqa: FBT001
    return f"{speaker.noun(args[0])} is {_not(holds)}complete"


def _answered(speaker: Speaker, args: Sequence[Node], holds: bool) -> str:  # noqa: FBT001
    verb = "has an answer" if holds else "does not have an answer"
    return f"everything needed in {speaker.noun(args[0])} {verb}"


def _has(speaker: Speaker, args: Sequence[Node], holds: bool) -> str:  # noqa: FBT001
    fact = args[0].name if isinstance(args[0], Name) else ""
    entries = [word(part, lambda name: speaker.named.entry(fact, name)) for part in args[1:]]
    forms = _TICKED.get(speaker.named.lifecycle.facts[fact].type, _TICKED["papers"])
    return forms[(0 if holds else 2) + (len(entries) > 1)].format(listed(entries, "and"))


#: Calls that are yes or no.
YES_NO: Final[Mapping[str, Callable[[Speaker, Sequence[Node], bool], str]]] = {
    "known": _known,
    "complete": _complete,
    "answered": _answered,
    "has": _has,
}


def _how_many(speaker: Speaker, args: Sequence[Node]) -> str:
    return f"the number that counts in {speaker.noun(args[0])}"


def _count(speaker: Speaker, args: Sequence[Node]) -> str:
    return f"how often {word(args[0], speaker.named.event)} is recorded{since(speaker, args)}"


def _first(speaker: Speaker, args: Sequence[Node]) -> str:
    return f"the first day of {word(args[0], speaker.named.event)}"


def _last(speaker: Speaker, args: Sequence[Node]) -> str:
    return f"the last day of {word(args[0], speaker.named.event)}"


def _entered(speaker: Speaker, args: Sequence[Node]) -> str:
    state = word(args[0], speaker.named.state)
    return f"the day on which the referral last came to {state}"


def _latest(speaker: Speaker, args: Sequence[Node]) -> str:
    return f"the latest of {listed([speaker.noun(part) for part in args], 'and')}"


def _earliest(speaker: Speaker, args: Sequence[Node]) -> str:
    return f"the earliest of {listed([speaker.noun(part) for part in args], 'and')}"


def _nth(speaker: Speaker, args: Sequence[Node]) -> str:
    start, number, unit = args
    named = speaker.named.unit(unit_of(unit))
    return f"{named} {speaker.noun(number)}, counted from {speaker.noun(start)} as day 1"


def _within(speaker: Speaker, args: Sequence[Node]) -> str:
    start, number, unit = args
    return f"{length(speaker, number, unit_of(unit))} after {speaker.noun(start)}"


def _ago(speaker: Speaker, args: Sequence[Node]) -> str:
    number, unit = args
    return f"{length(speaker, number, unit_of(unit))} before today"


def _next_meeting(speaker: Speaker, args: Sequence[Node]) -> str:
    meeting = word(args[0], speaker.named.meeting)
    return f"the next sitting of {meeting} after {speaker.noun(args[1])}"


def _papers_by(speaker: Speaker, args: Sequence[Node]) -> str:
    return f"the last day for papers of {speaker.noun(args[0])}"


#: Calls that give a day or a number.
VALUES: Final[Mapping[str, Callable[[Speaker, Sequence[Node]], str]]] = {
    "how_many": _how_many,
    "count": _count,
    "first": _first,
    "last": _last,
    "entered": _entered,
    "latest": _latest,
    "earliest": _earliest,
    "nth": _nth,
    "within": _within,
    "ago": _ago,
    "next_meeting": _next_meeting,
    "papers_by": _papers_by,
}

#: Comparisons of how often something is recorded with nought or one: is it recorded at all?
_AT_ALL: Final[Mapping[tuple[str, object], bool]] = {
    (">", 0): True, (">=", 1): True, ("!=", 0): True,
    ("==", 0): False, ("<=", 0): False, ("<", 1): False,
}  # fmt: skip
_OFTEN: Final = {
    "==": "exactly as often as", "!=": "not as often as", "<": "less often than",
    "<=": "at most as often as", ">": "more often than", ">=": "at least as often as",
}  # fmt: skip


def counted(speaker: Speaker, args: Sequence[Node], by: str, other: Node) -> str | None:
    """Return whether an event is recorded, or oftener than another; None for any other number."""
    event = word(args[0], speaker.named.event)
    if isinstance(other, Literal) and (by, other.value) in _AT_ALL:
        return f"{event} is {_not(_AT_ALL[by, other.value])}recorded{since(speaker, args)}"
    if isinstance(other, Call) and other.name == "count" and by in _OFTEN:
        than = word(other.args[0], speaker.named.event)
        return f"{event} is recorded{since(speaker, args)} {_OFTEN[by]} {than}"
    return None


def called(speaker: Speaker, call: Call) -> str:
    """Return a call that gives a day or a number."""
    made = VALUES.get(call.name)
    return plain(call.name) if made is None else made(speaker, call.args)
