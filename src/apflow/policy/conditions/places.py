"""Every place of a lifecycle file where a condition or a unit stands, and what belongs there."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from apflow.policy.calendar import CALENDAR_UNITS, DAY_UNITS
from apflow.policy.conditions import Path
from apflow.policy.kinds import KindName
from apflow.policy.lifecycle import UNITS, ConditionText, Deadline, Due, Fact, Lifecycle

_YES_NO: Final[tuple[KindName, ...]] = ("yes_no",)
_NUMBER: Final[tuple[KindName, ...]] = ("number",)
_DAY: Final[tuple[KindName, ...]] = ("date",)
_START: Final[tuple[KindName, ...]] = ("date", "moment")
_ORDER: Final[tuple[KindName, ...]] = ("number", "date")


#: The largest number that may be written in a file.
LARGEST_WRITTEN: Final = 999_999_999


class Place(NamedTuple):
    """A condition as written, and what it has to give.

    `wants` are the kinds that fit; with `fact`, it has to be a value of that fact instead. A
    number lies between `bounds`, both included.
    """

    path: Path
    text: ConditionText
    wants: tuple[KindName, ...] = _YES_NO
    fact: str | None = None
    bounds: tuple[int, int] | None = None


class UnitPlace(NamedTuple):
    """A unit as written, and the units that fit."""

    path: Path
    text: str
    allowed: tuple[str, ...]


def condition_places(lifecycle: Lifecycle) -> Iterator[Place]:
    """Give every condition and every number of the file, section by section."""
    for name, fact in lifecycle.facts.items():
        yield from fact_places(name, fact)
    for name, guard in lifecycle.guards.items():
        yield Place(("guards", name, "require"), guard.require)
        yield from _if_written(("guards", name, "when"), guard.when)
    for name, event in lifecycle.events.items():
        for fact_name, value in event.sets.items():
            yield Place(("events", name, "sets", fact_name), value, fact=fact_name)
    for index, transition in enumerate(lifecycle.transitions):
        yield from _if_written(("transitions", index, "when"), transition.when)
    for name, deadline in lifecycle.deadlines.items():
        yield from _of_deadline(("deadlines", name), deadline)
    yield from _of_meetings_and_pools(lifecycle)
    for name, notice in lifecycle.notices.items():
        yield from _if_written(("notices", name, "when"), notice.when)


def papers_by_places(lifecycle: Lifecycle) -> Iterator[tuple[str, Place]]:
    """Give, with its meeting, every number of units before a sitting."""
    for name, meeting in lifecycle.meetings.items():
        if meeting.papers_by is not None and meeting.papers_by.before is not None:
            path = ("meetings", name, "papers_by", "before")
            yield name, _number(path, meeting.papers_by.before)


def unit_places(lifecycle: Lifecycle) -> Iterator[UnitPlace]:
    """Give every unit of the file."""
    for name, deadline in lifecycle.deadlines.items():
        for key, due in (("due", deadline.due), ("other_reading", deadline.other_reading)):
            if due is not None and due.unit is not None:
                allowed = UNITS if due.nth is None else DAY_UNITS
                yield UnitPlace(("deadlines", name, key, "unit"), due.unit, allowed)
        if deadline.warn is not None:
            yield UnitPlace(("deadlines", name, "warn", "unit"), deadline.warn.unit, UNITS)
    for name, meeting in lifecycle.meetings.items():
        if meeting.unit is not None:
            yield UnitPlace(("meetings", name, "unit"), meeting.unit, CALENDAR_UNITS)
        if meeting.papers_by is not None and meeting.papers_by.unit is not None:
            path = ("meetings", name, "papers_by", "unit")
            yield UnitPlace(path, meeting.papers_by.unit, CALENDAR_UNITS)


def fact_places(name: str, fact: Fact) -> Iterator[Place]:
    """Give every condition of one fact."""
    path = ("facts", name)
    yield from _if_written((*path, "when"), fact.when)
    if fact.is_ is not None:
        yield Place((*path, "is"), fact.is_, fact=name)
    for index, row in enumerate(fact.choose):
        yield from _if_written((*path, "choose", index, "when"), row.when)
        yield Place((*path, "choose", index, "is"), row.is_, fact=name)
    for entry_name, entry in fact.entries.items():
        yield from _if_written((*path, "entries", entry_name, "when"), entry.when)


def _of_meetings_and_pools(lifecycle: Lifecycle) -> Iterator[Place]:
    for name, meeting in lifecycle.meetings.items():
        for index, order in enumerate(meeting.order):
            yield Place(("meetings", name, "order", index), order, _ORDER)
    for name, pool in lifecycle.places.items():
        yield from _if_written(("places", name, "when"), pool.when)
        yield _number(("places", name, "capacity"), pool.capacity)
        for index, order in enumerate(pool.order):
            yield Place(("places", name, "order", index), order, _ORDER)


def _of_deadline(path: Path, deadline: Deadline) -> Iterator[Place]:
    yield from _if_written((*path, "when"), deadline.when)
    yield Place((*path, "start"), deadline.start, _START)
    yield from _of_due((*path, "due"), deadline.due)
    if deadline.other_reading is not None:
        yield from _of_due((*path, "other_reading"), deadline.other_reading)
    yield from _if_written((*path, "met_when"), deadline.met_when)
    if deadline.warn is not None:
        yield _number((*path, "warn", "before"), deadline.warn.before)


def _of_due(path: Path, due: Due) -> Iterator[Place]:
    if due.nth is not None:
        yield _number((*path, "nth"), due.nth, least=1)
    if due.within is not None:
        yield _number((*path, "within"), due.within)
    if due.first_is is not None:
        yield _number((*path, "first_is"), due.first_is, most=1)
    yield from _if_written((*path, "date"), due.date, _DAY)


def _number(path: Path, text: int | str, least: int = 0, most: int = LARGEST_WRITTEN) -> Place:
    return Place(path, text, _NUMBER, bounds=(least, most))


def _if_written(
    path: Path, text: ConditionText | None, wants: tuple[KindName, ...] = _YES_NO
) -> Iterator[Place]:
    if text is not None:
        yield Place(path, text, wants)
