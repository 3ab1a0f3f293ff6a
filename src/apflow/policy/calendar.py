"""The school days and working days of an area, and counting in them.

A working day is Monday to Friday and not a bank holiday. A school day is a working day inside
a term and not in a half-term holiday, an INSET day or a closure (the definition in section 579
of the Education Act 1996, as policy clauses A-01 and A-02 read it). Questions are answered by
bisection on sorted days; a calendar never guesses beyond the days it was given.
"""

import calendar as months
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cached_property
from typing import Literal

from typing_extensions import override

from apflow.errors import ApflowError, BadInput, Unknown

#: The units in which single days are counted; `nth` takes only these.
DAY_UNITS = ("day", "working_day", "school_day")
#: The units that a calendar can count; `hour` is counted from a moment, see `policy.deadlines`.
CALENDAR_UNITS = (*DAY_UNITS, "week", "school_week", "month", "half_term", "term")
ONE_DAY = timedelta(days=1)

SpanKind = Literal["term", "half_term", "inset", "closure"]


class BeyondCalendar(ApflowError):
    """The answer lies outside the days that the calendar was given."""

    def __init__(self, area: str, first: date, last: date, asked: str) -> None:
        super().__init__(area, first, last, asked)
        self.area, self.first, self.last, self.asked = area, first, last, asked

    @override
    def __str__(self) -> str:
        return (
            f"The calendar of {self.area} knows the days from {self.first} to {self.last}: "
            f"{self.asked} lies outside it; import a calendar that reaches further"
        )


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The days from `start` to `end`, both inclusive.

    `kind` says what they are: a term, or days in a term without school (a half-term holiday,
    INSET days, a closure).
    """

    start: date
    end: date
    kind: SpanKind = "term"

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def days(self) -> tuple[date, ...]:
        """Return every day of the span in order."""
        count = (self.end - self.start).days + 1
        return tuple(self.start + timedelta(days=n) for n in range(count))


@dataclass(frozen=True)
class Calendar:
    """The days of one area from `first` to `last` (both inclusive), the calendar's horizon.

    `half_terms` are the halves of terms in which school is held, not the holidays between
    them. Build one with `Calendar.of`. Units are those of `CALENDAR_UNITS`. Counting in plain
    days, weeks and months needs no calendar and is answered for any date; every other question
    outside the horizon raises BeyondCalendar.
    """

    area: str
    first: date
    last: date
    terms: tuple[Span, ...]
    half_terms: tuple[Span, ...]
    school_days: tuple[date, ...] = field(repr=False)
    working_days: tuple[date, ...] = field(repr=False)

    @classmethod
    def of(
        cls,
        area: str,
        terms: Iterable[Span],
        closures: Iterable[Span],
        bank_holidays: Iterable[date],
        first: date | None = None,
        last: date | None = None,
    ) -> "Calendar":
        """Return the calendar of an area.

        `closures` are half-term holidays, INSET days and closures; those outside every term do
        no harm. The horizon is the first day of the first term to the last day of the last
        one, unless `first` or `last` say otherwise. Raises BadInput without any term or
        horizon, or when the horizon is empty.
        """
        held, shut, off = tuple(sorted(terms)), tuple(sorted(closures)), frozenset(bank_holidays)
        if first is None or last is None:
            if not held:
                raise BadInput("terms", (), "a calendar needs at least one term")
            first = held[0].start if first is None else first
            last = max(term.end for term in held) if last is None else last
        if last < first:
            raise BadInput("last", str(last), f"the calendar would end before it begins ({first})")
        working = tuple(
            day for day in Span(first, last).days() if day.weekday() < 5 and day not in off
        )
        away = {day for span in shut for day in span.days()}
        term_time = {day for term in held for day in term.days()} - away
        school = tuple(day for day in working if day in term_time)
        return cls(area, first, last, held, _halves(held, shut), school, working)

    @cached_property
    def school_weeks(self) -> tuple[date, ...]:
        """The Mondays of the weeks that hold at least one school day, sorted."""
        return tuple(sorted({_monday(day) for day in self.school_days}))

    def is_school_day(self, day: date) -> bool:
        """Say whether school is held on the day; raises BeyondCalendar outside the horizon."""
        self._known(day)
        return _holds(self.school_days, day)

    def is_working_day(self, day: date) -> bool:
        """Say whether it is a working day; raises BeyondCalendar outside the horizon."""
        self._known(day)
        return _holds(self.working_days, day)

    def is_school_week(self, day: date) -> bool:
        """Say whether the week (Monday to Sunday) around the day holds a school day."""
        self._known(day)
        return _holds(self.school_weeks, _monday(day))

    def next_school_day(self, day: date) -> date:
        """Return the first school day after the day (A-02)."""
        return self.within(day, 1, "school_day")

    def nth(self, start: date, n: int, unit: str, first_is: int = 1) -> date:
        """Return the nth day of the unit (one of DAY_UNITS), counted from the start.

        With `first_is` 1 the start counts as 1 if it is such a day; otherwise the next one does
        (A-01). With 0 the start is not counted: the first such day after it counts as 1.
        """
        if first_is not in (0, 1):
            raise BadInput("first_is", first_is, "the first day counts as 0 or as 1")
        _unit(unit, DAY_UNITS)
        if unit == "day":
            return self._moved(start, n - first_is)
        days = self._days(unit)
        self._known(start)
        begin = bisect_left(days, start) if first_is else bisect_right(days, start)
        return self._pick(days, begin + n - 1, start, n, unit)

    def within(self, start: date, n: int, unit: str) -> date:
        """Return the last day of a period of n units from the start.

        Days of any kind: the nth such day after the start. Weeks: start + 7n - 1 days. School
        weeks: the start moved n weeks on, not counting weeks without a school day, then the
        last school day before that (A-13); a start in a week without a school day counts from
        the Monday of the next one that has one. Months: the same day n months on, or that
        month's last. Terms and half-terms: the last school day of the nth one, the one holding
        the start as 1 (in a holiday: the next one). 0 of any unit is the start itself; a
        negative n looks back, as `before` does.
        """
        _unit(unit, CALENDAR_UNITS)
        if n == 0:
            return start
        return _WITHIN[unit](self, start, n) if n > 0 else self.before(start, -n, unit)

    def before(self, day: date, n: int, unit: str) -> date:
        """Return the day that lies n units before the given one.

        Days of any kind: the nth such day before it. Weeks and months: the same day of the week
        or month (or that month's last). School weeks: the same day of the week, not counting
        weeks without a school day. Terms and half-terms: the first school day of the nth one
        back, the one holding the day as 1 (in a holiday: the one before). 0 of any unit is the
        day itself; a negative n looks ahead, as `within` does.
        """
        _unit(unit, CALENDAR_UNITS)
        if n == 0:
            return day
        return _BEFORE[unit](self, day, n) if n > 0 else self.within(day, -n, unit)

    def ago(self, today: date, n: int, unit: str) -> date:
        """Return the day n units before today; see `before`."""
        return self.before(today, n, unit)

    def _days_on(self, start: date, n: int, unit: str) -> date:
        self._known(start)
        days = self._days(unit)
        return self._pick(days, bisect_right(days, start) + n - 1, start, n, unit)

    def _days_back(self, day: date, n: int, unit: str) -> date:
        self._known(day)
        days = self._days(unit)
        return self._pick(days, bisect_left(days, day) - n, day, -n, unit)

    def _school_weeks_on(self, start: date, n: int) -> date:
        self._known(start)
        monday, weeks = _monday(start), self.school_weeks
        at = bisect_left(weeks, monday)
        in_school = at < len(weeks) and weeks[at] == monday
        # A start in a holiday would otherwise lose the days of the week before it, and a
        # Monday in a holiday could even end before it began.
        weekday = start - monday if in_school else timedelta()
        moved = self._pick(weeks, at + n, start, n, "school_week") + weekday
        return max(start, self.school_days[bisect_left(self.school_days, moved) - 1])

    def _school_weeks_back(self, day: date, n: int) -> date:
        self._known(day)
        monday = _monday(day)
        at = bisect_left(self.school_weeks, monday)
        return self._pick(self.school_weeks, at - n, day, -n, "school_week") + (day - monday)

    def _terms_on(self, start: date, n: int, unit: str) -> date:
        self._known(start)
        ends = self._held(unit)[1]
        return self._pick(ends, bisect_left(ends, start) + n - 1, start, n, unit)

    def _terms_back(self, day: date, n: int, unit: str) -> date:
        self._known(day)
        starts = self._held(unit)[0]
        return self._pick(starts, bisect_right(starts, day) - n, day, -n, unit)

    def _months_on(self, start: date, n: int) -> date:
        year, month = divmod(start.year * 12 + start.month - 1 + n, 12)
        if not date.min.year <= year <= date.max.year:
            raise self._beyond(f"{n} months from {start}")
        return date(year, month + 1, min(start.day, months.monthrange(year, month + 1)[1]))

    def _moved(self, start: date, days: int) -> date:
        try:
            return start + timedelta(days=days)
        except OverflowError:
            raise self._beyond(f"{days} days from {start}") from None

    def _days(self, unit: str) -> tuple[date, ...]:
        return self.school_days if unit == "school_day" else self.working_days

    def _held(self, unit: str) -> tuple[tuple[date, ...], tuple[date, ...]]:
        return self._held_terms if unit == "term" else self._held_halves

    @cached_property
    def _held_terms(self) -> tuple[tuple[date, ...], tuple[date, ...]]:
        return self._school_in(self.terms)

    @cached_property
    def _held_halves(self) -> tuple[tuple[date, ...], tuple[date, ...]]:
        return self._school_in(self.half_terms)

    def _school_in(self, spans: Sequence[Span]) -> tuple[tuple[date, ...], tuple[date, ...]]:
        """Return the first and the last school days of the spans that have any."""
        days, held = self.school_days, []
        for span in spans:
            begin, end = bisect_left(days, span.start), bisect_right(days, span.end)
            if begin < end:
                held.append((days[begin], days[end - 1]))
        return tuple(start for start, _ in held), tuple(end for _, end in held)

    def _known(self, day: date) -> None:
        if not self.first <= day <= self.last:
            raise self._beyond(str(day))

    def _pick(self, days: Sequence[date], at: int, start: date, n: int, unit: str) -> date:
        if not 0 <= at < len(days):
            raise self._beyond(f"{n} {unit.replace('_', ' ')}s from {start}")
        return days[at]

    def _beyond(self, asked: str) -> BeyondCalendar:
        return BeyondCalendar(self.area, self.first, self.last, asked)


_Count = Callable[[Calendar, date, int], date]
# Counting goes through these tables: the privates belong to the same module.
_WITHIN: dict[str, _Count] = {
    "day": lambda c, start, n: c._moved(start, n),
    "working_day": lambda c, start, n: c._days_on(start, n, "working_day"),
    "school_day": lambda c, start, n: c._days_on(start, n, "school_day"),
    "week": lambda c, start, n: c._moved(start, 7 * n - 1),
    "school_week": lambda c, start, n: c._school_weeks_on(start, n),
    "month": lambda c, start, n: c._months_on(start, n),
    "half_term": lambda c, start, n: c._terms_on(start, n, "half_term"),
    "term": lambda c, start, n: c._terms_on(start, n, "term"),
}
_BEFORE: dict[str, _Count] = {
    "day": lambda c, day, n: c._moved(day, -n),
    "working_day": lambda c, day, n: c._days_back(day, n, "working_day"),
    "school_day": lambda c, day, n: c._days_back(day, n, "school_day"),
    "week": lambda c, day, n: c._moved(day, -7 * n),
    "school_week": lambda c, day, n: c._school_weeks_back(day, n),
    "month": lambda c, day, n: c._months_on(day, -n),
    "half_term": lambda c, day, n: c._terms_back(day, n, "half_term"),
    "term": lambda c, day, n: c._terms_back(day, n, "term"),
}


def _unit(unit: str, known: Sequence[str]) -> None:
    if unit not in known:
        near = get_close_matches(unit, known, n=1)
        raise Unknown(
            "unit of days" if known is DAY_UNITS else "unit", unit, near[0] if near else None
        )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _holds(days: Sequence[date], day: date) -> bool:
    at = bisect_left(days, day)
    return at < len(days) and days[at] == day


def _halves(terms: Sequence[Span], closures: Sequence[Span]) -> tuple[Span, ...]:
    """Return the parts of the terms between their half-term holidays."""
    halves = []
    for term in terms:
        begin = term.start
        for holiday in closures:
            if holiday.kind == "half_term" and holiday.start in term:
                if begin < holiday.start:
                    halves.append(Span(begin, holiday.start - ONE_DAY))
                begin = max(begin, holiday.end + ONE_DAY)
        if begin <= term.end:
            halves.append(Span(begin, term.end))
    return tuple(halves)
