"""The policies of the demonstration: those that travel with apflow, in two versions.

The shipped files leave some numbers to the authority (null): until they are set no pool of places
limits, and some deadlines have no date. The cohort has to show a waiting list, so part of the
way through its stories numbers are set, in copies in the demonstration's own folder, which say
in their titles that the numbers are examples. Referrals opened before keep the first version.

The calendars are copies too, carried on by the same pattern for the years around the last day.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from apflow import catalogue
from apflow.casework.calendar_entries import Entry, calendar_of
from apflow.casework.calendars_files import bank_holidays, read_calendar
from apflow.catalogue.policies import CALENDAR, CLAUSES, LIFECYCLE
from apflow.errors import BadInput
from apflow.policy.calendar import Calendar

TITLE_SAYS: Final = " (demonstration, with example numbers)"
#: What is set, and why: the settings that are left out are words and judgements, not numbers.
NUMBERS: Final[Mapping[str, Mapping[str, int]]] = {
    "maidstone-and-malling": {
        "ks3_places": 48,
        "ks4_places": 6,
        "acknowledge_within_days": 10,
        "start_within_days": 10,
        "return_within_days": 15,
        "review_after_withdrawal_days": 10,
        "contact_gap_weeks": 6,
        "roll_confirm_days": 10,
    },
    "heronsgate": {
        "review_every": 2,
        "longest_weeks": 26,
        "shortest_weeks": 4,
        "visit_every_weeks": 6,
        "visit_logged_within_days": 5,
        "tracking_every_weeks": 6,
        "staff_within_days": 5,
        "after_decline_days": 5,
    },
}
#: Last days for which there is a cohort: bank holidays are known around them.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2090, 1, 1)
_YEARS_BEFORE, _YEARS_AFTER = 2, 2


def write(folder: Path, until: date, *, with_numbers: bool) -> None:
    """Write both policies below `folder`, in one of the two versions."""
    for name in NUMBERS:
        source, target = catalogue.find(name), folder / name
        target.mkdir(parents=True, exist_ok=True)
        text = (source / LIFECYCLE).read_text(encoding="utf-8-sig")
        if with_numbers:
            text = numbered(text, NUMBERS[name])
        (target / LIFECYCLE).write_text(text, encoding="utf-8")
        clauses = (source / CLAUSES).read_bytes()
        (target / CLAUSES).write_bytes(clauses)
        lines = [f"{one.start},{one.end},{one.kind},{one.label}" for one in _entries(name, until)]
        csv = "\n".join(["start,end,kind,label", *lines, ""])
        (target / CALENDAR).write_text(csv, encoding="utf-8")


def numbered(text: str, numbers: Mapping[str, int]) -> str:
    """Return a lifecycle's text with numbers for settings that are null, and a title saying so.

    Raises BadInput for a setting that is not there or has a value already.
    """
    titled = re.sub(r"(?m)^(title: .*)$", rf"\1{TITLE_SAYS}", text, count=1)
    for name, number in numbers.items():
        null = re.compile(rf"(?m)^(  {name}:\n(?:    .*\n)*?)    value: null\n    type: number\n")
        titled, found = null.subn(rf"\g<1>    value: {number}\n", titled, count=1)
        if not found:
            raise BadInput(f"settings.{name}", number, "is not a number that is left open")
    return titled


def calendar_for(policy: str, until: date) -> Calendar:
    """Return the days that the demonstration counts by."""
    entries = _entries(policy, until)
    off = bank_holidays(entries[0].start, entries[-1].end)
    return calendar_of(policy, [entry.written() for entry in entries], off)


def _entries(policy: str, until: date) -> tuple[Entry, ...]:
    """Return the policy's own example days, and for the years around `until` the same pattern."""
    file = catalogue.find(policy) / CALENDAR
    given = read_calendar(file.read_bytes(), file.name)
    years = range(until.year - _YEARS_BEFORE, until.year + _YEARS_AFTER + 1)
    known = {_school_year(entry.start) for entry in given}
    if known.isdisjoint(years):
        given, known = (), set()
    made = (entry for year in years if year not in known for entry in _school_year_of(year))
    return tuple(sorted((*given, *made)))


def _school_year(day: date) -> int:
    return day.year if day.month >= 8 else day.year - 1


def _school_year_of(year: int) -> Iterator[Entry]:
    """Give the terms and half-term holidays of the school year that begins in `year`."""
    after = year + 1
    yield from _term("Autumn", _weekday_from(date(year, 9, 2)), _friday_by(date(year, 12, 20)))
    yield from _half_term(_monday_from(date(year, 10, 25)))
    yield from _term("Spring", _weekday_from(date(after, 1, 4)), _friday_by(date(after, 3, 31)))
    yield from _half_term(_monday_from(date(after, 2, 14)))
    yield from _term("Summer", _monday_from(date(after, 4, 12)), _weekday_by(date(after, 7, 21)))
    yield from _half_term(_monday_from(date(after, 5, 25)))


def _term(season: str, start: date, end: date) -> Iterable[Entry]:
    return (Entry(start, end, "term", f"Example: {season} term {start.year}"),)


def _half_term(monday: date) -> Iterable[Entry]:
    friday = monday + timedelta(days=4)
    return (Entry(monday, friday, "half_term", f"Example: Half-term {monday:%B %Y}"),)


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _friday_by(day: date) -> date:
    return day - timedelta(days=(day.weekday() - 4) % 7)


def _weekday_from(day: date) -> date:
    return day if day.weekday() < 5 else _monday_from(day)


def _weekday_by(day: date) -> date:
    return day if day.weekday() < 5 else _friday_by(day)
