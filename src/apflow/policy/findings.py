"""Findings made cheaply: what never changes is ready, what was read is filled in."""

from typing import TypeVar

from apflow.policy.compiled import Compiled, View
from apflow.policy.conditions import Condition
from apflow.policy.decision import Decision, Finding
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Value

_Record = TypeVar("_Record", Finding, Decision)
_new = object.__new__
#: Sets the parts of a frozen record, which has no other way to be given them at once.
_set_parts = vars(Finding)["__dict__"].__set__


def fresh(kind: type[_Record], parts: dict[str, object]) -> _Record:
    """Make a record of all its parts by name; the dictionary becomes its own."""
    # The constructor of a frozen dataclass takes four times as long; a decision makes a dozen.
    record = _new(kind)
    object.__setattr__(record, "__dict__", parts)
    return record


class Reading:
    """The asked and set facts that some conditions finally rest on."""

    __slots__ = ("_whens", "names", "plain", "through")

    def __init__(self, compiled: Compiled, *conditions: Condition | None) -> None:
        facts = compiled.lifecycle.facts
        asked = [condition for condition in conditions if condition is not None]
        particulars = {name for condition in asked for name in condition.particulars}
        direct = {name for condition in asked for name in condition.names}
        direct |= {name.partition(".")[0] for name in particulars}
        reads = compiled.reads(*direct)
        self.names = tuple(name for name in facts if name in reads) + tuple(sorted(particulars))
        # A fact with a `when` of its own, and a particular, are read as conditions see them.
        self.plain = tuple(
            name for name in self.names if name in facts and facts[name].when is None
        )
        self.through = tuple(name for name in self.names if name not in self.plain)
        self._whens = {name: compiled.at("facts", name, "when") for name in self.through}

    def read(self, view: View) -> dict[str, Value]:
        """Return what is known of them, as it stands."""
        facts = view.facts
        read = {}
        for name in self.plain:
            if name in facts:
                read[name] = facts[name]
        for name in self.through:
            value = view.value(name)
            if value is not None:
                read[name] = value
        return read

    def missing(self, view: View) -> tuple[str, ...]:
        """Return those that are not known yet, though they count."""
        facts = view.facts
        missing = [name for name in self.plain if name not in facts]
        missing += [
            name for name in self.through if view.value(name) is None and self._counts(view, name)
        ]
        return tuple(missing)

    def _counts(self, view: View, name: str) -> bool:
        organisation, _, particular = name.partition(".")
        if particular:
            return view.value(organisation) is not None
        when = self._whens[name]
        return when is None or view.ask(when) is not False


class Form:
    """A finding made ready: copied with where its facts are read, which is all that varies."""

    __slots__ = ("_parts", "_unread")

    def __init__(self, finding: Finding, reading: Reading) -> None:
        self._parts = vars(finding).copy()
        self._unread = {**self._parts, "_reading": reading, "_view": None}
        del self._unread["read"]

    def found(self, view: View) -> Finding:
        """Return the finding with the facts as they stand, read when first looked at."""
        # `fresh` written out: the call alone would add a tenth to a decision.
        parts = self._unread.copy()
        parts["_view"] = view
        finding = _new(Finding)
        _set_parts(finding, parts)
        return finding

    def but(self, **parts: object) -> Finding:
        """Return the finding with some parts of its own."""
        return fresh(Finding, {**self._parts, **parts})


class Who:
    """The roles that can do something about a fact, an event or a state, from one state on."""

    __slots__ = ("_known", "_roles", "_who")

    def __init__(self, lifecycle: Lifecycle, source: str) -> None:
        self._roles = tuple(lifecycle.roles)
        self._who: dict[str, set[str]] = {}
        self._known: dict[tuple[str, ...], tuple[str, ...]] = {}
        for transition in lifecycle.transitions:
            if source in lifecycle.sources(transition):
                event = lifecycle.events[transition.event]
                does = (*event.asks, *event.may_ask, transition.event, transition.to or "")
                for name in does:
                    self._who.setdefault(name, set()).update(transition.by)

    def can(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the roles that may do an event which asks, is or leads to one of these."""
        known = self._known.get(names)
        if known is None:
            able = {role for name in names for role in self._who.get(name, ())}
            known = self._known[names] = tuple(role for role in self._roles if role in able)
        return known
