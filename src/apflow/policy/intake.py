"""What is known of a referral once an event's answers count: made ready once per event."""

from collections.abc import Mapping
from typing import NamedTuple

from apflow.errors import BadInput, BadInputs
from apflow.policy.compiled import Compiled, View
from apflow.policy.conditions import Condition
from apflow.policy.facts import updated
from apflow.policy.situation import Situation, Value

_NOTHING: Mapping[str, Value | None] = {}
_NO_NAMES: frozenset[str] = frozenset()


class Asking(NamedTuple):
    """The facts that an event asks for now: those that must be answered, those that may be."""

    asks: tuple[str, ...]
    may_ask: tuple[str, ...]


class Known(NamedTuple):
    """What is known with the answers: the views of it, what is missing, what the event sets.

    `view` stands in the state before the step and sees the facts as they are after it; guards
    are asked there. `answered` does not see yet what the event sets; it picks the road, so that
    an event may set what its own `when` denies.
    """

    answered: View
    view: View
    missing: tuple[str, ...]
    sets: Mapping[str, Value | None]


class Intake:
    """One event's facts.

    What an event asks must be answered anew: until it is, what was known of it before does not
    count, so that a form is never refused for what it is about to ask.
    """

    __slots__ = (
        "_asks", "_compiled", "_event", "_kept", "_may_ask", "_plain", "_sets", "_sheets", "_whens",
    )  # fmt: skip

    def __init__(self, compiled: Compiled, event: str) -> None:
        asked = compiled.lifecycle.events[event]
        facts = compiled.lifecycle.facts
        self._compiled = compiled
        self._event = event
        self._asks = asked.asks
        self._may_ask = asked.may_ask
        takes = {name: facts[name] for name in (*asked.asks, *asked.may_ask)}
        kept = ("papers", "agreements")
        self._kept = {name: fact for name, fact in takes.items() if fact.type in kept}
        self._plain = frozenset(takes.keys() - self._kept.keys())
        # An empty sheet says nothing; only of papers it says that there are no new ones.
        self._sheets = frozenset(
            name for name, fact in takes.items() if fact.type in ("people", "agreements")
        )
        self._sets: tuple[tuple[str, Condition], ...] = tuple(
            (name, condition)
            for name in asked.sets
            if (condition := compiled.at("events", event, "sets", name)) is not None
        )
        self._whens: Mapping[str, Condition] = {
            name: when
            for name in (*asked.asks, *asked.may_ask, *asked.sets)
            if (when := compiled.at("facts", name, "when")) is not None
        }

    def known(self, situation: Situation, answers: Mapping[str, Value], role: str | None) -> Known:
        """Return what is known with these answers. Raises BadInputs for facts not asked here."""
        if situation.role != role:
            situation = situation.but(role=role)
        facts = dict(situation.facts)
        missing = []
        for name in self._asks:
            if name not in answers or (name in self._sheets and not answers[name]):
                facts.pop(name, None)
                missing.append(name)
        for name, answer in answers.items():
            if name in self._plain:
                facts[name] = answer
            else:
                facts[name] = self._merge(situation, name, answer)
        answered = view = _view(self._compiled, situation, facts)
        sets: Mapping[str, Value | None] = _NOTHING
        if self._sets:
            facts = facts.copy()
            sets = self._set(answered, facts)
            view = _view(self._compiled, situation, facts)
        if missing:
            missing = [name for name in missing if self._applies(view, name)]
        return Known(answered, view, tuple(missing), sets)

    def _set(self, view: View, facts: dict[str, Value]) -> dict[str, Value | None]:
        """Work out what the event sets, all from the facts as answered, and write it into them."""
        sets: dict[str, Value | None] = {}
        for name, condition in self._sets:
            value = sets[name] = view.ask(condition)
            if value is not None:
                facts[name] = value
            elif facts.pop(name, None) is None:
                del sets[name]
        return sets

    def askable(self, known: Known, *, offered: bool = False) -> frozenset[str]:
        """Return the facts whose value the answers still to come may change.

        Those are what is missing, what the event may ask too if it is only `offered`, and what
        the event sets from these.
        """
        if not known.missing and not offered:
            return _NO_NAMES
        asked = frozenset((*known.missing, *(self._may_ask if offered else ())))
        return asked.union(
            name
            for name, condition in self._sets
            if not asked.isdisjoint(self._compiled.reads(*condition.names))
        )

    def asking(self, known: Known) -> Asking:
        """Return what the event asks for, leaving out what certainly does not apply."""
        asks, may_ask = (
            tuple(name for name in names if self._applies(known.view, name))
            for names in (self._asks, self._may_ask)
        )
        return Asking(asks, may_ask)

    def changes(self, known: Known, answers: Mapping[str, Value]) -> dict[str, Value | None]:
        """Return the facts that the step writes; None takes away one that an event set before."""
        view, facts = known.view, known.view.facts
        changes = dict(known.sets)
        for name in answers:
            changes[name] = facts[name]
        for name in self._whens:
            if name in changes and not self._applies(view, name):
                del changes[name]
        return changes

    def _merge(self, situation: Situation, name: str, answer: Value) -> Value:
        if name not in self._kept:
            raise BadInputs(BadInput(name, answer, f"not asked by {self._event}"))
        return updated(self._kept[name], situation.facts.get(name), answer)

    def _applies(self, view: View, name: str) -> bool:
        """Whether a fact's own `when` is yes or not known yet."""
        when = self._whens.get(name)
        return when is None or when.ask(view) is not False


def _view(compiled: Compiled, situation: Situation, facts: Mapping[str, Value]) -> View:
    view = View(compiled, situation)
    # A copy of the whole Situation only for its facts would cost more than asking five guards.
    view.facts = facts
    return view
