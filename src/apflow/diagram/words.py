"""Names and conditions of a lifecycle, said in words that may stand in a drawing."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property

from apflow.policy.lifecycle import ConditionText, Guard, Lifecycle, Transition

_OPERATORS = {
    "==": "is",
    "!=": "is not",
    "<=": "at most",
    ">=": "at least",
    "<": "under",
    ">": "over",
}
#: What a reader would stumble over, and what it means.
_PHRASES = (
    (re.compile(r"\bnot known\((\w+)\)"), r"\1 not known"),
    (re.compile(r"\bknown\((\w+)\)"), r"\1 known"),
    (re.compile(r"\bcount\('(\w+)'\)\s*(?:>\s*0|>=\s*1)\b"), r"\1 recorded"),
    (re.compile(r"\bcount\('(\w+)'\)\s*==\s*0\b"), r"\1 not recorded"),
)
_OPERATOR = re.compile(r"\s*(==|!=|<=|>=|<|>)\s*")
_CAPITALS = re.compile(r"\b[A-Z][A-Z0-9]{1,5}\b")
_FORCE = {"law": " (law)", "should": " (advised)", "must": ""}
_BIDI_CONTROLS = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def clean(text: str) -> str:
    """Return `text` on one line, with every character that no XML may hold made visible.

    Control characters, lone surrogates and non-characters would make the file unreadable;
    direction controls would let a title turn its neighbours round.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join("".join(_seen(letter) for letter in text).split())


def _seen(letter: str) -> str:
    if letter.isprintable() and letter not in _BIDI_CONTROLS:
        return letter
    if letter.isspace():
        return " "
    kept = unicodedata.category(letter) == "Cf" and letter not in _BIDI_CONTROLS
    return letter if kept else "\ufffd"


class Words:
    """How one lifecycle's names are said.

    A name without a title is said as it is written, without its underscores; words that the
    lifecycle's own titles write in capitals keep them (`caf_done` is "CAF done").
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle

    @cached_property
    def _capitals(self) -> dict[str, str]:
        return {word.lower(): word for word in _capitals(self.lifecycle)}

    def name(self, name: str) -> str:
        words = (self._capitals.get(word, word) for word in name.split("_"))
        return " ".join(word for word in words if word)

    def state(self, name: str) -> str:
        return clean(self.lifecycle.states[name].title) or self.name(name)

    def event(self, name: str) -> str:
        event = self.lifecycle.events.get(name)
        return (clean(event.title) if event else "") or self.name(name)

    def role(self, name: str) -> str:
        role = self.lifecycle.roles.get(name)
        return clean(role.title) if role and role.title else self.name(name)

    def phase(self, name: str) -> str:
        return clean(self.lifecycle.phases.get(name, "")) or self.name(name)

    def guard(self, name: str) -> str:
        """Return a guard's short title, with its force where that is not the usual one."""
        guard = self.lifecycle.guards.get(name)
        if guard is None:
            return self.name(name)
        return (clean(guard.title) if guard.title else self.name(name)) + _force(guard)

    def guards(self, names: Iterable[str]) -> str:
        return ", ".join(self.guard(name) for name in names)

    def condition(self, text: ConditionText | None) -> str:
        """Return a condition as near to English as its own words are; "" where there is none."""
        if text is None or text is True:
            return ""
        spoken = clean(str(text))
        for written, said in _PHRASES:
            spoken = written.sub(said, spoken)
        spoken = _OPERATOR.sub(lambda found: f" {_OPERATORS[found[1]]} ", spoken)
        return re.sub(r"\b[a-z][a-z0-9_]*\b", lambda it: self.name(it[0]), spoken.replace("'", ""))

    def states(self, names: Sequence[str]) -> str:
        return ", ".join(self.state(name) for name in names)

    def sources(self, transition: Transition) -> str:
        """Return where a transition may start, in the words of the file."""
        if transition.from_ != ("any",):
            known = self.lifecycle.states
            return ", ".join(
                self.state(name) if name in known else _START for name in transition.from_
            )
        return self.any_but(transition.but_not)

    def any_but(self, names: Sequence[str]) -> str:
        known = [name for name in names if name in self.lifecycle.states]
        return f"any open state but {self.states(known)}" if known else "any open state"


_START = "start"


def _force(guard: Guard) -> str:
    return _FORCE[guard.force]


def _capitals(lifecycle: Lifecycle) -> Iterable[str]:
    titles = [state.title for state in lifecycle.states.values()]
    titles += [event.title for event in lifecycle.events.values()]
    titles += [role.title or "" for role in lifecycle.roles.values()]
    titles += [guard.otherwise for guard in lifecycle.guards.values()]
    titles += [option for fact in lifecycle.facts.values() for option in fact.options]
    titles += [fact.ask or "" for fact in lifecycle.facts.values()]
    for title in titles:
        if " " not in title or not title.isupper():
            yield from _CAPITALS.findall(title)
