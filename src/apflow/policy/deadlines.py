"""Which deadlines stand on a referral, when they are due and what has met them: pure functions.

A day's last moment is 23:59:59.999999 in London; moments are given in UTC. FORMAT §8 is the
whole of the rules; the sixth school day (clauses MM-74, A-01) is the one the law cares about most.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from apflow.policy.calendar import BeyondCalendar, Calendar
from apflow.policy.compiled import Compiled, Path, View
from apflow.policy.conditions import Condition
from apflow.policy.lifecycle import Deadline, Force
from apflow.policy.lifecycle import Due as DueForm
from apflow.policy.london import LONDON, london_day
from apflow.policy.situation import START, Situation, Tally

#: What `met_by` says where leaving the deadline's states meets it.
LEAVING = ("leaving",)
#: What gives each deadline's start, by lifecycle digest and deadline: it depends on nothing else.
_KNOWN_GIVERS: dict[tuple[str, str], tuple[str, ...]] = {}
#: Who owns a deadline that no role can be found for: the office that sees every referral.
NOBODYS = "manager"


@dataclass(frozen=True, slots=True)
class Due:
    """One deadline that stands.

    `start` is a date or a moment in its written form; `given_by` the seq of the step that gave
    it, 0 where it comes from an asked fact. `due_at` is None where no date is set ("no limit
    set") or the calendar does not reach (`beyond` is then true). From `warn_at` on it is due
    soon; `other_at` is the second reading of the text. `owner` is a role. `met` is the earliest
    (date, seq) that meets it; where a condition does, the day asked about and seq 0.
    """

    name: str
    title: str
    force: Force
    owner: str
    start: str
    given_by: int
    due_at: datetime | None
    warn_at: datetime | None
    other_at: datetime | None
    beyond: bool
    met: tuple[date, int] | None


@lru_cache(maxsize=4096)
def end_of_day(day: date) -> datetime:
    """Return the day's last moment in London (23:59:59.999999), in UTC."""
    return datetime.combine(day, time.max, LONDON).astimezone(UTC)


def start_day(start: str) -> date:
    """Return the London day of a start in its written form."""
    return _day(datetime.fromisoformat(start) if "T" in start else date.fromisoformat(start))


def due(compiled: Compiled, situation: Situation) -> tuple[Due, ...]:
    """Return every deadline that stands in the situation, in the order of the file.

    A deadline stands while its `when` is yes, the state is one of its `in` and its start is
    known. Nothing is read but the arguments: the same situation gives the same answer.
    """
    view = View(compiled, situation)
    return tuple(_standing_dues(compiled, view))


def stands(compiled: Compiled, view: View, name: str) -> bool | None:
    """Say whether a deadline stands; None while its `when` is not known yet."""
    deadline = compiled.lifecycle.deadlines.get(name)
    if deadline is None or not _held_in(compiled, deadline, view.situation.state):
        return False
    when = _applies(compiled, view, name)
    return when and _start(compiled, view, name) is not None


def met(
    compiled: Compiled, view: View, name: str, start: date, given_by: int
) -> tuple[date, int] | None:
    """Return the earliest (date, seq) that meets a deadline with this start, if any does.

    A step counts if it happened on or after the start and is not the one that gave it; on the
    day of a start that itself came from a meeting event, only later steps count. A condition
    that holds counts from the day asked about, with seq 0. Leaving states is no step that can
    be seen here: it is judged when the referral moves.
    """
    deadline = compiled.lifecycle.deadlines[name]
    if deadline.met_when is not None:
        condition = compiled.at("deadlines", name, "met_when")
        holds = condition is not None and view.ask(condition) is True
        return (max(start, view.situation.happened_on), 0) if holds else None
    if deadline.met_by == LEAVING:
        return None
    steps = _occurrences(view.situation.tally, deadline.met_by)
    own = any(seq == given_by for _, seq in steps)
    counting = [
        (day, seq)
        for day, seq in steps
        if day > start or (day == start and (seq > given_by if own else seq != given_by))
    ]
    return min(counting, default=None)


def standing_law(
    compiled: Compiled, situation: Situation, event: str, target: str, happened_on: date
) -> tuple[str, ...]:
    """Return the deadlines of `force: law` that would stand unmet right after a step.

    `situation` holds the state before the step and the facts after it. Entering a final state
    ends no duty: what stands where the step begins counts as standing, for the closing rule of
    FORMAT §7.
    """
    lifecycle = compiled.lifecycle
    law = [name for name, deadline in lifecycle.deadlines.items() if deadline.force == "law"]
    if not law:
        return ()
    tally = situation.tally
    entered = target if target != situation.state else None
    seq = 1 + max((seq for steps in tally.events.values() for _, seq in steps), default=0)
    tally = tally.with_step(event, entered, happened_on, seq)
    after = situation.but(state=target, tally=tally, happened_on=happened_on)
    view = View(compiled, after)
    return tuple(
        name
        for name in law
        if _bound(compiled, name, situation.state, target) and _unmet(compiled, view, name)
    )


def _standing_dues(compiled: Compiled, view: View) -> Iterator[Due]:
    for name, deadline in compiled.lifecycle.deadlines.items():
        if not _held_in(compiled, deadline, view.situation.state):
            continue
        if _applies(compiled, view, name) is not True:
            continue
        start = _start(compiled, view, name)
        if start is not None:
            yield _due(compiled, view, name, start)


def _due(compiled: Compiled, view: View, name: str, start: date | datetime) -> Due:
    deadline = compiled.lifecycle.deadlines[name]
    day, given_by = _day(start), _given_by(compiled, view, name, _day(start))
    due_at, beyond = _last_moment(compiled, view, ("deadlines", name, "due"), deadline.due, start)
    other_at = None
    if deadline.other_reading is not None:
        path = ("deadlines", name, "other_reading")
        other_at, _ = _last_moment(compiled, view, path, deadline.other_reading, start)
    return Due(
        name=name,
        title=deadline.title,
        force=deadline.force,
        owner=_owner(compiled, view, deadline),
        start=_written(start),
        given_by=given_by,
        due_at=due_at,
        warn_at=_warn_at(compiled, view, name, start, due_at, other_at),
        other_at=other_at,
        beyond=beyond,
        met=met(compiled, view, name, day, given_by),
    )


def _last_moment(
    compiled: Compiled, view: View, path: Path, form: DueForm, start: date | datetime
) -> tuple[datetime | None, bool]:
    """Return the last moment of a due form, and whether it lies beyond the calendar."""
    if form.date is not None:
        day = _ask(compiled, view, *path, "date")
        return (end_of_day(_day(day)) if isinstance(day, date) else None), False
    counted = "nth" if form.nth is not None else "within"
    n, unit = _ask(compiled, view, *path, counted), compiled.unit(*path, "unit")
    first_is = 1 if form.first_is is None else _ask(compiled, view, *path, "first_is")
    if not isinstance(n, int) or unit is None or not isinstance(first_is, int):
        return None, False
    calendar = view.situation.calendar
    try:
        if unit == "hour":
            return _hours(calendar, _instant(start), n), False
        if counted == "nth":
            return end_of_day(calendar.nth(_day(start), n, unit, first_is)), False
        return end_of_day(calendar.within(_day(start), n, unit)), False
    except BeyondCalendar:
        return None, True


def _warn_at(
    compiled: Compiled,
    view: View,
    name: str,
    start: date | datetime,
    *readings: datetime | None,
) -> datetime | None:
    """Return from when on a deadline is due soon: before the earlier of its two readings."""
    deadline = compiled.lifecycle.deadlines[name]
    known = [moment for moment in readings if moment is not None]
    if not known or (deadline.warn is None and deadline.other_reading is None):
        return None
    earliest, path = min(known), ("deadlines", name, "warn")
    before, unit = _ask(compiled, view, *path, "before"), compiled.unit(*path, "unit")
    if not isinstance(before, int) or unit is None:
        return earliest if deadline.other_reading is not None else None
    calendar = view.situation.calendar
    local = earliest.astimezone(LONDON)
    try:
        if unit == "hour":
            return _hours(calendar, earliest, -before)
        day = calendar.before(local.date(), before, unit)
    except BeyondCalendar:
        # Warning too early does less harm than not at all.
        return _instant(start)
    return datetime.combine(day, local.time(), LONDON).astimezone(UTC)


def _hours(calendar: Calendar, moment: datetime, hours: int) -> datetime:
    try:
        return moment + timedelta(hours=hours)
    except OverflowError:
        asked = f"{hours} hours from {moment}"
        raise BeyondCalendar(calendar.area, calendar.first, calendar.last, asked) from None


def _owner(compiled: Compiled, view: View, deadline: Deadline) -> str:
    lifecycle = compiled.lifecycle
    if deadline.owner in lifecycle.roles:
        return deadline.owner
    role = view.value(deadline.owner)
    state = lifecycle.states.get(view.situation.state)
    return role if isinstance(role, str) else (state and state.owner) or NOBODYS


def _start(compiled: Compiled, view: View, name: str) -> date | None:
    start = _ask(compiled, view, "deadlines", name, "start")
    return start if isinstance(start, date) else None


def _given_by(compiled: Compiled, view: View, name: str, start: date) -> int:
    """Return the seq of the latest step that gave the start, 0 if it comes from an asked fact."""
    key = (compiled.lifecycle.digest, name)
    names = _KNOWN_GIVERS.get(key)
    if names is None:
        condition = compiled.at("deadlines", name, "start")
        found = _givers(compiled, condition, set()) if condition is not None else set()
        names = _KNOWN_GIVERS[key] = tuple(sorted(found))
    steps = _occurrences(view.situation.tally, names)
    return max((seq for day, seq in steps if day == start), default=0)


def _givers(compiled: Compiled, condition: Condition, seen: set[str]) -> set[str]:
    """Return the events and states whose dates a condition finally rests on.

    Facts are followed: through what works them out, and to the events that set them.
    """
    lifecycle, found = compiled.lifecycle, {*condition.events, *condition.states}
    for name in condition.names - seen:
        fact = lifecycle.facts.get(name)
        if fact is None or fact.asked:
            continue
        seen.add(name)
        found |= {event for event, what in lifecycle.events.items() if name in what.sets}
        paths: list[Path] = [("facts", name, "is")]
        for row in range(len(fact.choose)):
            paths += [("facts", name, "choose", row, "when"), ("facts", name, "choose", row, "is")]
        for path in paths:
            part = compiled.at(*path)
            if part is not None:
                found |= _givers(compiled, part, seen)
    return found


def _occurrences(tally: Tally, names: tuple[str, ...]) -> list[tuple[date, int]]:
    return [
        step
        for name in names
        for step in (*tally.events.get(name, ()), *tally.states.get(name, ()))
    ]


def _bound(compiled: Compiled, name: str, source: str, target: str) -> bool:
    """Say whether a deadline would still bind after a step from `source` to `target`."""
    lifecycle = compiled.lifecycle
    deadline, state = lifecycle.deadlines[name], lifecycle.states.get(target)
    if _held_in(compiled, deadline, target):
        return True
    if deadline.met_by == LEAVING or state is None or state.final is None:
        return False
    # Opening straight into a final state must not be a way around a duty either.
    opening = source == START and not deadline.in_
    return opening or _held_in(compiled, deadline, source)


def _unmet(compiled: Compiled, view: View, name: str) -> bool:
    if _applies(compiled, view, name) is not True:
        return False
    start = _start(compiled, view, name)
    if start is None:
        return False
    day = _day(start)
    given_by = _given_by(compiled, view, name, day)
    return met(compiled, view, name, day, given_by) is None


def _held_in(compiled: Compiled, deadline: Deadline, state: str) -> bool:
    return state in compiled.lifecycle.deadline_states(deadline)


def _applies(compiled: Compiled, view: View, name: str) -> bool | None:
    when = compiled.at("deadlines", name, "when")
    if when is None:
        return True
    answer = view.ask(when)
    return answer if isinstance(answer, bool) else None


def _ask(compiled: Compiled, view: View, *path: str | int) -> object:
    condition = compiled.at(*path)
    return None if condition is None else view.ask(condition)


def _day(start: date) -> date:
    return london_day(start) if isinstance(start, datetime) else start


def _instant(start: date) -> datetime:
    """Return a moment in UTC; a day stands for its first moment in London."""
    if isinstance(start, datetime):
        return start.astimezone(UTC)
    return datetime.combine(start, time.min, LONDON).astimezone(UTC)


def _written(start: date) -> str:
    return (_instant(start) if isinstance(start, datetime) else start).isoformat()
