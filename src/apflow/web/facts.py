"""Facts in words: their titles and values as people say them, never as ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from apflow.diagram.words import Words
from apflow.policy.lifecycle import CHECKLISTS, Fact, Lifecycle
from apflow.policy.situation import SYSTEM
from apflow.web import wording

#: What stands for an organisation that is in no register any more.
_NOWHERE = "an organisation that is no longer listed"
_OFFICE = {"manager": "Manager", "auditor": "Auditor", SYSTEM: "apflow itself"}
#: How an entry of a checklist was answered, where its id would not read well.
_ANSWERS = {"not_applicable": "not needed", "equivalent": "there is an equivalent"}


@dataclass(frozen=True)
class FactWords:
    """How one lifecycle's facts, roles and events are said; `places` names organisations by id.

    Values are taken in their written form (see `policy.facts`) and as they are decided on.
    """

    lifecycle: Lifecycle
    places: Mapping[str, str]

    @cached_property
    def _words(self) -> Words:
        return Words(self.lifecycle)

    def title(self, name: str) -> str:
        """Return what a fact is called: its title, its question or its name."""
        organisation, _, particular = name.partition(".")
        if particular:
            return f"{self.title(organisation)}: {self._words.name(particular)}"
        fact = self.lifecycle.facts.get(name)
        said = (fact.title or fact.ask) if fact is not None else None
        return said.rstrip("?") if said else wording.first_up(self._words.name(name))

    def question(self, name: str) -> str:
        """Return the question that asks for a fact, or its title where none does."""
        fact = self.lifecycle.facts.get(name)
        return fact.ask if fact is not None and fact.ask else self.title(name)

    def value(self, name: str, value: object) -> str:
        """Return a fact's value on one line; a checklist as its entries one after another."""
        lines = self.lines(name, value)
        return "; ".join(lines) if lines else "nothing yet"

    def lines(self, name: str, value: object) -> tuple[str, ...]:
        """Return a fact's value, each option or entry of several by itself."""
        fact = self.lifecycle.facts.get(name)
        if value is None or fact is None:
            return (wording.value(self._particular(name, value)),)
        if fact.type in CHECKLISTS and isinstance(value, Mapping):
            return tuple(
                f"{self.entry(fact, entry)}: {_ticked(answer)}" for entry, answer in value.items()
            )
        if isinstance(value, list | tuple):
            return tuple(self._option(fact, one) for one in value) or ("none",)
        return (self._plain(fact, value),)

    def _particular(self, name: str, value: object) -> object:
        """Return an organisation's particular as its kind has it; anything else as it is."""
        organisation, _, particular = name.partition(".")
        fact = self.lifecycle.facts.get(organisation)
        kind = fact.has.get(particular) if fact is not None else None
        return _read(value) if kind == "date" and isinstance(value, str) else value

    def entry(self, fact: Fact, name: str) -> str:
        """Return what an entry of a checklist is called."""
        entry = fact.entries.get(name)
        if entry is not None and entry.title:
            return entry.title
        known = name in self.lifecycle.roles
        return self.role(name) if known else wording.first_up(self._words.name(name))

    def role(self, name: str) -> str:
        """Return what a role is called."""
        if name in _OFFICE:
            return _OFFICE[name]
        return wording.first_up(self._words.role(name))

    def roles(self, names: tuple[str, ...]) -> str:
        """Return the roles one after another, `A, B or C`."""
        said = [self.role(name) for name in names]
        return " or ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)

    def state(self, name: str) -> str:
        """Return what a state is called; the one before a referral is opened has no title."""
        return self._words.state(name) if name in self.lifecycle.states else "not opened yet"

    def phase(self, name: str) -> str:
        """Return what a phase is called."""
        return self._words.phase(name)

    def place(self, organisation: str) -> str:
        """Return what an organisation is called."""
        return self.places.get(organisation, _NOWHERE)

    def _plain(self, fact: Fact, value: object) -> str:
        if fact.type == "organisation":
            return self.place(str(value))
        if fact.type == "choice":
            return self._option(fact, value)
        if fact.type in ("date", "meeting", "moment") and isinstance(value, str):
            return wording.value(_read(value))
        return wording.value(value)

    def _option(self, fact: Fact, value: object) -> str:
        option = str(value)
        if option in fact.options:
            return fact.options[option]
        return self.role(option) if option in self.lifecycle.roles else self._words.name(option)


def _read(written: str) -> date:
    return datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)


def _ticked(given: object) -> str:
    """Return one entry's answer: what, in whose words, on which day, awaited until when."""
    answer, detail, on, until = (_part(given, name) for name in ("answer", "detail", "on", "until"))
    said = _ANSWERS.get(str(answer), str(answer).replace("_", " "))
    more = [str(detail)] if detail else []
    more += [wording.day(_day(on))] if on else []
    more += [f"expected by {wording.day(_day(until))}"] if until else []
    return f"{said} ({', '.join(more)})" if more else said


def _part(given: object, name: str) -> object:
    return given.get(name) if isinstance(given, Mapping) else getattr(given, name, None)


def _day(given: object) -> date:
    return given if isinstance(given, date) else _read(str(given))
