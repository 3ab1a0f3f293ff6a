"""Conditions as they are asked: three answers (yes, no, not known yet) over one Situation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from apflow.errors import Unknown
from apflow.policy.kinds import Kind
from apflow.policy.lifecycle import Entry, Lifecycle
from apflow.policy.situation import Situation, Value

#: Where something stands in the file: ("guards", "parent_agrees", "require").
Path = tuple[str | int, ...]
#: What a condition is compiled to: it gives a Value of the condition's kind, or None.
Ask = Callable[["View"], Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of the file, checked and compiled.

    `names` are the facts, settings and words (`today`, `role`, `place_free`, …) that it reads
    itself; `particulars` the `organisation.particular` it reads; `events` and `states` those whose
    dates or number it asks; `meetings` those whose sittings it reads. `ask` gives the answer, or
    None for "not known yet".
    """

    text: str
    kind: Kind
    ask: Ask = field(repr=False, compare=False)
    names: frozenset[str] = frozenset()
    particulars: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    meetings: frozenset[str] = frozenset()


class EntryRow(NamedTuple):
    """One entry of a checklist, made ready: which answers satisfy it and when it applies."""

    name: str
    entry: Entry
    satisfied_by: frozenset[str]
    when: Condition | None


@dataclass(frozen=True)
class Tables:
    """What a View looks up: how each name gets its value, and what stands behind it."""

    lifecycle: Lifecycle
    #: Every name that has a value: settings, facts, words, `organisation.particular`.
    sources: Mapping[str, Ask] = field(repr=False)
    #: The entries of each checklist.
    entry_rows: Mapping[str, tuple[EntryRow, ...]] = field(repr=False)
    #: For each meeting, the last day for papers of a sitting.
    papers_days: Mapping[str, Callable[["View", date], date | None]] = field(repr=False)


class View:
    """One situation being asked. Each name is worked out at most once."""

    __slots__ = ("compiled", "facts", "situation", "sources", "values")

    def __init__(self, compiled: Tables, situation: Situation) -> None:
        self.compiled = compiled
        self.situation = situation
        self.facts = situation.facts
        self.sources = compiled.sources
        self.values: dict[str, Any] = {}

    def value(self, name: str) -> Value | None:
        """Return what `name` stands for here, None if it is not known yet.

        An asked fact counts only while its `when` is yes. Raises `Unknown` for a name that the
        lifecycle does not have.
        """
        values = self.values
        if name in values:
            return values[name]  # type: ignore[no-any-return]
        source = self.sources.get(name)
        if source is None:
            raise Unknown("fact or setting", name)
        found: Value | None = source(self)
        values[name] = found
        return found

    def ask(self, condition: Condition) -> Value | None:
        """Return the condition's answer, None if it is not known yet."""
        answer: Value | None = condition.ask(self)
        return answer

    def entries(self, fact: str) -> Mapping[str, Entry]:
        """Return the entries of a checklist that apply here (their `when` is yes), in order."""
        return {
            row.name: row.entry
            for row in self.compiled.entry_rows[fact]
            if row.when is None or row.when.ask(self) is True
        }

    def papers_day(self, meeting: str, sitting: date) -> date | None:
        """Return the last day for papers of a sitting; None beyond the calendar."""
        return self.compiled.papers_days[meeting](self, sitting)
