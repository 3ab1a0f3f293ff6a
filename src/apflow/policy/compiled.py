"""A lifecycle with every condition checked and compiled: what the deciding rooms work from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from typing_extensions import override

from apflow.errors import ApflowError
from apflow.policy.conditions import Condition, Path, Tables, View
from apflow.policy.conditions.compiler import compile_condition
from apflow.policy.conditions.functions import FUNCTIONS, unit_fault
from apflow.policy.conditions.order import DEEPEST_ASKING, POOL_WORDS, Order
from apflow.policy.conditions.places import (
    LARGEST_WRITTEN,
    Place,
    UnitPlace,
    condition_places,
    papers_by_places,
    unit_places,
)
from apflow.policy.conditions.reading import hint
from apflow.policy.conditions.tokens import OWN_WORDS, clipped
from apflow.policy.fact_sources import entry_rows, papers_days, sources
from apflow.policy.kinds import Names, setting_kind
from apflow.policy.lifecycle import UNITS, Due, Lifecycle, Setting

__all__ = ["Compiled", "ConditionFault", "Faulty", "Path", "View", "compile_lifecycle"]

_MOST_WEEKS_BEFORE: Final = 52
#: After so many faults no more are looked for: each asks which of all names was meant.
_MOST_FAULTS: Final = 60


class ConditionFault(NamedTuple):
    """One thing wrong with a condition, or with what conditions rest on.

    `column` counts from 1 in the condition's own text; 0 means the element as a whole.
    """

    path: Path
    column: int
    says: str


class Faulty(ApflowError):
    """A lifecycle's conditions cannot be used; `faults` holds the first sixty, by section."""

    def __init__(self, faults: tuple[ConditionFault, ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    @override
    def __str__(self) -> str:
        return "\n".join(
            f"{'.'.join(map(str, path))}, column {column}: {says}"
            if column
            else f"{'.'.join(map(str, path))}: {says}"
            for path, column, says in self.faults
        )


@dataclass(frozen=True)
class Compiled(Tables):
    """A lifecycle made ready for asking."""

    conditions: Mapping[Path, Condition] = field(repr=False)
    units: Mapping[Path, str | None] = field(repr=False)
    rests_on: Mapping[str, frozenset[str]] = field(repr=False)

    def at(self, *path: str | int) -> Condition | None:
        """Return the condition at a place of the file; None if none is written there.

        Numbers are conditions too: `at("deadlines", "ks3_limit", "due", "within")`.
        """
        return self.conditions.get(path)

    def unit(self, *path: str | int) -> str | None:
        """Return the unit at a place of the file, also where it is given as a setting's name.

        None if none is written there or the setting has no value yet.
        """
        return self.units.get(path)

    def reads(self, *names: str) -> frozenset[str]:
        """Return the asked and set facts that these names finally rest on.

        Settings and words such as `today` rest on none.
        """
        nothing: frozenset[str] = frozenset()
        return nothing.union(*(self.rests_on.get(name, nothing) for name in names))

    @property
    def value_names(self) -> frozenset[str]:
        """Every name that `View.value` knows."""
        return frozenset(self.sources)


def compile_lifecycle(lifecycle: Lifecycle) -> Compiled:
    """Check and compile every condition of a lifecycle; raises Faulty with all faults found."""
    compiling = _Compiling(lifecycle)
    compiling.check_elements()
    compiling.read_conditions()
    compiling.read_units()
    rests_on = compiling.read_order()
    if compiling.faults:
        raise Faulty(tuple(compiling.faults))
    conditions, units = compiling.conditions, compiling.units
    return Compiled(
        lifecycle,
        sources(lifecycle, conditions),
        entry_rows(lifecycle, conditions),
        papers_days(lifecycle, conditions, units),
        conditions,
        units,
        rests_on,
    )


class _Compiling:
    """One lifecycle on its way: what is read so far, and its faults."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.names = Names(lifecycle)
        self.behind_papers: dict[str, frozenset[str]] = {}
        self.conditions: dict[Path, Condition] = {}
        self.depths: dict[Path, int] = {}
        self.units: dict[Path, str | None] = {}
        self.faults: list[ConditionFault] = []

    def fault(self, path: Path, column: int, says: str) -> None:
        self.faults.append(ConditionFault(path, column, says))
        if len(self.faults) >= _MOST_FAULTS:
            raise Faulty(tuple(self.faults))

    def check_elements(self) -> None:
        """Check what conditions rest on: names, settings' types, the ids that facts refer to."""
        for path, says in (
            *_taken_words(self.lifecycle),
            *_wrong_settings(self.lifecycle),
            *_wrong_meetings(self.lifecycle),
            *_wrong_sets(self.lifecycle),
        ):
            self.fault(path, 0, says)

    def read_conditions(self) -> None:
        for meeting, place in papers_by_places(self.lifecycle):
            condition = self.read(place)
            if condition.meetings:
                self.fault(place.path, 1, "a day for papers cannot rest on a sitting")
            self.behind_papers[meeting] = condition.names
        for place in condition_places(self.lifecycle):
            self.read(place)

    def read(self, place: Place) -> Condition:
        condition, depth, faults = compile_condition(place, self.names, self.behind_papers)
        self.conditions[place.path] = condition
        self.depths[place.path] = depth
        for fault in faults:
            self.fault(place.path, fault.column, fault.says)
        return condition

    def read_units(self) -> None:
        for place in unit_places(self.lifecycle):
            self.units[place.path] = self.unit(place)
        for name, deadline in self.lifecycle.deadlines.items():
            start = self.conditions["deadlines", name, "start"]
            for key, due in (("due", deadline.due), ("other_reading", deadline.other_reading)):
                path = ("deadlines", name, key, "unit")
                if _counts_hours(due, self.units.get(path)) and start.kind.name == "date":
                    self.fault(
                        path, 1, "hours are counted from a date with a time; start is a date"
                    )

    def unit(self, place: UnitPlace) -> str | None:
        """Return the unit that is meant; notes a fault if there is none or it does not fit."""
        settings = self.lifecycle.settings
        unit, where = place.text, ""
        if unit not in UNITS:
            if unit not in settings or self.names.kinds[unit].name != "word":
                says = f"there is no unit, and no setting that holds one, called '{clipped(unit)}'"
                self.fault(place.path, 1, says + hint(unit, UNITS, settings))
                return None
            value = settings[unit].value
            if value is None:
                return None
            unit, where = str(value), f"the setting '{unit}': "
        if wrong := unit_fault(unit, place.allowed):
            self.fault(place.path, 1, where + wrong)
        return unit

    def read_order(self) -> dict[str, frozenset[str]]:
        """Find what rests on what; notes a fault for every circle and what goes too deep."""
        order = Order(self.lifecycle, self.conditions)
        for circle in order.circles:
            self.fault(circle.path, circle.column, circle.says)
        for name in order.too_deep(self.depths):
            says = f"it rests on facts that rest on facts, more than {DEEPEST_ASKING} calls deep"
            self.fault(("places",) if name in POOL_WORDS else ("facts", name), 0, says)
        return {} if self.faults else order.rests_on()


def _counts_hours(due: Due | None, unit: str | None) -> bool:
    return due is not None and due.within is not None and unit == "hour"


def _taken_words(lifecycle: Lifecycle) -> Iterator[tuple[Path, str]]:
    """Find facts and settings that are called like a word of the language."""
    words = {*Names(lifecycle).words, *FUNCTIONS, *OWN_WORDS}
    for section, names in (("settings", lifecycle.settings), ("facts", lifecycle.facts)):
        for name in names:
            if name in words:
                yield (
                    (section, name),
                    f"'{name}' is a word of the conditions' own; name it otherwise",
                )


def _wrong_settings(lifecycle: Lifecycle) -> Iterator[tuple[Path, str]]:
    for name, setting in lifecycle.settings.items():
        if wrong := _wrong_setting(setting):
            yield ("settings", name), wrong


def _wrong_setting(setting: Setting) -> str | None:
    kind, value = setting_kind(setting), setting.value
    if kind is None:
        return "a setting without a value needs a type: number, word, yes_no, date or list"
    if value is not None and setting.type is not None and setting.type != kind.name:
        return f"its type is {setting.type}, but its value is {kind.says}"
    numbers = value if isinstance(value, tuple) else (value,)
    if any(isinstance(n, int) and abs(n) > LARGEST_WRITTEN for n in numbers):
        return f"a number is at most {LARGEST_WRITTEN:,}"
    return None


def _wrong_meetings(lifecycle: Lifecycle) -> Iterator[tuple[Path, str]]:
    meetings = lifecycle.meetings
    for name, fact in lifecycle.facts.items():
        if fact.type == "meeting" and fact.of is None:
            yield ("facts", name), "a fact of type meeting says which one: of"
        elif fact.type == "meeting" and fact.of not in meetings:
            says = f"there is no meeting '{fact.of}'{hint(str(fact.of), meetings)}"
            yield ("facts", name, "of"), says
    for name, meeting in meetings.items():
        weeks = None if meeting.papers_by is None else meeting.papers_by.weeks_before
        if weeks is not None and not 0 <= weeks <= _MOST_WEEKS_BEFORE:
            path = ("meetings", name, "papers_by", "weeks_before")
            yield path, f"papers are wanted 0 to {_MOST_WEEKS_BEFORE} weeks before"


def _wrong_sets(lifecycle: Lifecycle) -> Iterator[tuple[Path, str]]:
    facts = lifecycle.facts
    for event_name, event in lifecycle.events.items():
        for name in event.sets:
            path = ("events", event_name, "sets", name)
            if name not in facts:
                yield path, f"there is no fact '{name}'{hint(name, facts)}"
            elif facts[name].worked_out:
                yield path, f"'{name}' is worked out and cannot be set"
