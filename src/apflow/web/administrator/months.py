"""A school year as months of days, each with what it is, as a page shows it."""

import calendar as months
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from apflow.policy.calendar import Calendar
from apflow.store.calendars import StoredCalendar

#: What a day may be: the letter under its number, and in words.
KINDS: Final = {
    "school": ("", "School day"),
    "half_term": ("H", "Half-term holiday"),
    "inset": ("I", "INSET day"),
    "closure": ("C", "Closed"),
    "bank_holiday": ("B", "Bank holiday"),
    "holiday": ("", "School holiday"),
    "weekend": ("", "Weekend"),
    "unknown": ("", "Not filled in"),
}
_SCHOOL_YEAR_BEGINS: Final = 9


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month: `kind` is one of KINDS."""

    on: date
    kind: str

    @property
    def mark(self) -> str:
        """The letter under its number."""
        return KINDS[self.kind][0]

    @property
    def words(self) -> str:
        """What it is, in words."""
        return KINDS[self.kind][1]


@dataclass(frozen=True, slots=True)
class Month:
    """One month: its weeks from Monday to Sunday, None for days of other months."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]
    school_days: int


def school_year(day: date) -> int:
    """Return the year in which the school year of a day begins, in September."""
    return day.year if day.month >= _SCHOOL_YEAR_BEGINS else day.year - 1


def school_years(calendar: Calendar) -> range:
    """Return the school years of which a calendar knows days."""
    return range(school_year(calendar.first), school_year(calendar.last) + 1)


def year_of(stored: StoredCalendar, calendar: Calendar, year: int) -> tuple[Month, ...]:
    """Return the months of the school year that begins in `year`."""
    kinds = _kinds(stored)
    found = []
    for number in range(12):
        over, month = divmod(_SCHOOL_YEAR_BEGINS - 1 + number, 12)
        first = date(year + over, month + 1, 1)
        weeks = tuple(
            tuple(
                Day(on, _kind(on, calendar, kinds)) if on.month == first.month else None
                for on in week
            )
            for week in months.Calendar().monthdatescalendar(first.year, first.month)
        )
        days = sum(1 for week in weeks for day in week if day is not None and day.kind == "school")
        found.append(Month(first, weeks, days))
    return tuple(found)


def _kind(on: date, calendar: Calendar, kinds: dict[date, str]) -> str:
    if not calendar.first <= on <= calendar.last:
        return "unknown"
    if on.weekday() >= 5:
        return "weekend"
    if calendar.is_school_day(on):
        return "school"
    return kinds.get(on, "holiday") if _in_term(on, calendar) else _outside(on, kinds)


def _in_term(on: date, calendar: Calendar) -> bool:
    return any(on in term for term in calendar.terms)


def _outside(on: date, kinds: dict[date, str]) -> str:
    return "bank_holiday" if kinds.get(on) == "bank_holiday" else "holiday"


def _kinds(stored: StoredCalendar) -> dict[date, str]:
    """Return what the days without school are, bank holidays before what else a day may be."""
    found: dict[date, str] = {}
    for kind in ("half_term", "closure", "inset", "bank_holiday"):
        for entry in stored.entries:
            if entry["kind"] == kind:
                found.update(dict.fromkeys(_days(entry["start"], entry["end"]), kind))
    return found | dict.fromkeys(stored.bank_holidays, "bank_holiday")


def _days(start: str, end: str) -> Iterator[date]:
    day, last = date.fromisoformat(start), date.fromisoformat(end)
    while day <= last:
        yield day
        day += timedelta(days=1)
