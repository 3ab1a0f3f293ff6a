"""On which days a meeting would sit, by what its policy says of it (FORMAT §9). Pure.

A policy says how often and on which weekday; where it does not, an administrator may. In term
time a sitting is a school day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from apflow.policy.calendar import Calendar, Span
from apflow.policy.lifecycle import WEEKDAYS, Meeting

#: The units in which sittings are proposed, and what they are called.
UNITS: Final = {
    "week": "week", "school_week": "school week", "month": "month", "half_term": "half-term",
    "term": "term",
}  # fmt: skip
#: Most days that are proposed at once.
MOST: Final = 60
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a meeting sits: every `every` units of UNITS, on a weekday (Monday is 0)."""

    every: int
    unit: str
    weekday: int
    term_time: bool


def rhythm_of(meeting: Meeting, listed: Sequence[date]) -> Rhythm | None:
    """Return the rhythm that the policy gives a meeting, None where it gives none.

    A weekday that it does not give is that of the last sitting listed, else a Wednesday.
    """
    if meeting.every is None or meeting.unit not in UNITS:
        return None
    return Rhythm(meeting.every, meeting.unit, weekday_of(meeting, listed), meeting.term_time)


def weekday_of(meeting: Meeting, listed: Sequence[date]) -> int:
    """Return the weekday on which a meeting sits, as far as it is known."""
    if meeting.weekday is not None:
        return WEEKDAYS.index(meeting.weekday)
    return listed[-1].weekday() if listed else 2


def proposed(
    rhythm: Rhythm, calendar: Calendar, listed: Sequence[date], first: date, last: date
) -> tuple[date, ...]:
    """Return the days from `first` to `last` on which the meeting would sit, at most MOST.

    They go on from the last sitting listed before `first`. A period in which one is listed
    already is left out, and so is one without a school day where it sits in term time.
    """
    before = [day for day in listed if day < first]
    anchor = before[-1] if before else None
    periods = list(_periods(rhythm, calendar, anchor, first, last))
    nexts = [start for start, _ in periods[1:]] + [date.max]
    found: list[date] = []
    for (start, end), following in zip(periods, nexts, strict=True):
        if any(start <= day < following for day in listed):
            continue
        days = [day for day in _fitting(rhythm, calendar, start, end) if first <= day <= last]
        if days:
            found.append(_alike(rhythm, days, start, anchor))
        if len(found) == MOST:
            break
    return tuple(found)


def gaps(
    rhythm: Rhythm, calendar: Calendar, listed: Sequence[date], today: date
) -> tuple[tuple[date, date], ...]:
    """Return the pairs of sittings from `today` on between which one is missing."""
    ahead = [day for day in listed if day >= today]
    return tuple(
        (one, other)
        for one, other in pairwise(ahead)
        if any(
            end < other and any(_fitting(rhythm, calendar, start, end))
            for start, end in _periods(rhythm, calendar, one, one, other)
        )
    )


def _periods(
    rhythm: Rhythm, calendar: Calendar, anchor: date | None, first: date, last: date
) -> Iterator[tuple[date, date]]:
    """Give the first and last days of the periods of which each has one sitting."""
    if rhythm.unit == "month":
        yield from _months(rhythm.every, anchor, first, last)
    elif rhythm.unit == "week":
        start = _monday(anchor) + rhythm.every * _WEEK if anchor else _monday(first)
        while start <= last:
            yield start, start + timedelta(days=6)
            start += rhythm.every * _WEEK
    elif rhythm.unit == "school_week":
        weeks = [week for week in calendar.school_weeks if week >= _monday(anchor or first)]
        for start in weeks[rhythm.every if anchor else 0 :: rhythm.every]:
            yield start, start + timedelta(days=6)
    else:
        yield from _stretches(rhythm, calendar, anchor, first)


def _months(
    every: int, anchor: date | None, first: date, last: date
) -> Iterator[tuple[date, date]]:
    begin = anchor or first
    number = begin.year * 12 + begin.month - 1 + (every if anchor else 0)
    while (start := _month(number)) <= last:
        yield start, _month(number + 1) - timedelta(days=1)
        number += every


def _stretches(
    rhythm: Rhythm, calendar: Calendar, anchor: date | None, first: date
) -> Iterator[tuple[date, date]]:
    spans: Sequence[Span] = calendar.terms if rhythm.unit == "term" else calendar.half_terms
    ahead = [span for span in spans if span.end >= (anchor or first)]
    for span in ahead[rhythm.every if anchor else 0 :: rhythm.every]:
        yield span.start, span.end


def _fitting(rhythm: Rhythm, calendar: Calendar, start: date, end: date) -> Iterator[date]:
    """Give the days of a period on which a meeting could sit."""
    day = start + timedelta(days=(rhythm.weekday - start.weekday()) % 7)
    while day <= end:
        if not rhythm.term_time or _is_school_day(calendar, day):
            yield day
        day += _WEEK


def _alike(rhythm: Rhythm, days: Sequence[date], start: date, anchor: date | None) -> date:
    """Return the day that lies in its period as the last sitting lay in its own."""
    if rhythm.unit in ("week", "school_week"):
        return days[0]
    if rhythm.unit == "month":
        wanted = start + timedelta(days=anchor.day - 1) if anchor else start
        return min(days, key=lambda day: (abs((day - wanted).days), day))
    return days[len(days) // 2]


def _is_school_day(calendar: Calendar, day: date) -> bool:
    return calendar.first <= day <= calendar.last and calendar.is_school_day(day)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
