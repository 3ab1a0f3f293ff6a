"""The kinds of values that conditions work with, and the kind of everything that has a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from apflow.policy.lifecycle import CHECKLISTS, Fact, Lifecycle, Setting
from apflow.policy.situation import START, SYSTEM

#: `word` is a quoted word or a setting that holds one; `list` a list of words or numbers;
#: `anything` stands where a fault was found already, so that one fault is told once.
KindName = Literal[
    "yes_no", "number", "text", "word", "choice", "choices", "list", "date", "moment",
    "organisation", "person", "papers", "people", "agreements", "anything",
]  # fmt: skip

_IN_WORDS: Final[Mapping[str, str]] = {
    "yes_no": "yes or no",
    "number": "a number",
    "text": "free text",
    "word": "a word",
    "choice": "a choice",
    "choices": "several choices",
    "list": "a list",
    "date": "a date",
    "moment": "a date with a time",
    "organisation": "an organisation",
    "person": "a person",
    "papers": "a list of papers",
    "people": "a list of people",
    "agreements": "a list of agreements",
    "anything": "anything",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of value something gives.

    `options`: the options of a choice or choices, the entries of a checklist. `of`: the fact or
    word whose options or entries they are. `meeting`: the date is one of this meeting's sittings.
    """

    name: KindName
    options: tuple[str, ...] = ()
    of: str = ""
    meeting: str | None = None

    @property
    def says(self) -> str:
        """The kind in words, as a message names it."""
        return _IN_WORDS[self.name]

    @property
    def is_checklist(self) -> bool:
        return self.name in CHECKLISTS


YES_NO: Final = Kind("yes_no")
NUMBER: Final = Kind("number")
DATE: Final = Kind("date")
MOMENT: Final = Kind("moment")
WORD: Final = Kind("word")
LIST: Final = Kind("list")
ANYTHING: Final = Kind("anything")

_OF_SETTINGS: Final[Mapping[type, Kind]] = {bool: YES_NO, int: NUMBER, str: WORD, tuple: LIST}
_PLAIN: Final[Mapping[str, Kind]] = {
    kind.name: kind for kind in (YES_NO, NUMBER, DATE, MOMENT, WORD, LIST, Kind("text"))
}


def fact_kind(name: str, fact: Fact) -> Kind:
    """Return the kind of a fact's value."""
    if fact.type == "meeting":
        return Kind("date", of=name, meeting=fact.of)
    if fact.type in ("choice", "choices"):
        return Kind(fact.type, tuple(fact.options), name)
    if fact.type in CHECKLISTS:
        return Kind(fact.type, tuple(fact.entries), name)
    return _PLAIN[fact.type] if fact.type in _PLAIN else Kind(fact.type, of=name)


def setting_kind(setting: Setting) -> Kind | None:
    """Return the kind of a setting's value; None for null without a type."""
    if setting.value is None:
        return _PLAIN[setting.type] if setting.type else None
    return _OF_SETTINGS.get(type(setting.value), DATE)


def word_kinds(lifecycle: Lifecycle) -> dict[str, Kind]:
    """Return the kinds of the words that every condition may use."""
    return {
        "today": DATE,
        "happened_on": DATE,
        "state": Kind("choice", (START, *lifecycle.states), "state"),
        "role": Kind("choice", (*lifecycle.roles, SYSTEM), "role"),
        "place_free": YES_NO,
        "next_in_line": YES_NO,
    }


class Names:
    """Everything a condition of one lifecycle may name, and its kind."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.words = word_kinds(lifecycle)
        self.kinds: dict[str, Kind] = {
            **{name: setting_kind(s) or ANYTHING for name, s in lifecycle.settings.items()},
            **{name: fact_kind(name, fact) for name, fact in lifecycle.facts.items()},
            **self.words,
        }

    def particulars(self, fact: str) -> Mapping[str, Kind] | None:
        """Return the particulars of an organisation fact; None if it is no such fact."""
        known = self.lifecycle.facts.get(fact)
        if known is None or known.type != "organisation":
            return None
        return {name: _PLAIN[kind] for name, kind in known.has.items()}

    def is_setting(self, name: str) -> bool:
        """Say whether the name stands for a setting."""
        return name in self.lifecycle.settings and name not in self.lifecycle.facts
