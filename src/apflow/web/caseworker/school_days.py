"""School days as people count them: how far off a day is, and the strip from day 1 to the last."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from apflow.casework.school_days import SOON, school_days_until
from apflow.casework.ways import Counted
from apflow.clock import london_day
from apflow.policy.calendar import ONE_DAY, Calendar
from apflow.web import wording

#: Colours of GOV.UK tags: missed; today or the next school day; within a week; later.
Colour = Literal["red", "orange", "yellow", "blue", "grey"]
#: A strip of more school days than this is shortened: its ends stay, and the days around today.
_MOST_DAYS = 13
_AT_ENDS, _AROUND = 2, 1
#: Beyond this a strip says nothing that a date would not say.
_LONGEST = 120
_KINDS = {"half_term": "half-term", "inset": "INSET day", "closure": "school closed"}


@dataclass(frozen=True, slots=True)
class Near:
    """How far off a last day is: in words, and the colour of its tag."""

    words: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a strip: a counted day, days that do not count, or counted days left out.

    `number` is the day's own number, or of days left out how many. `when` says which day or days.
    """

    kind: Literal["day", "off", "more"]
    start: date
    end: date
    when: str
    number: int = 0
    says: str = ""
    today: bool = False
    past: bool = False
    due: bool = False


def near(calendar: Calendar, last: datetime, now: datetime) -> Near:
    """Return how far off the day of `last` is, in school days while the calendar reaches."""
    day, today = london_day(last), london_day(now)
    return how_near(day, today, school_days_until(calendar, today, day), missed=last <= now)


def how_near(day: date, today: date, school_days: int | None, *, missed: bool) -> Near:
    """Say how far off a last day is, `school_days` after today (before it, if negative).

    None where no calendar says; then it is said in days.
    """
    if day == today:
        return Near("missed today" if missed else "today", "red")
    if school_days is None:
        return _in_days((day - today).days)
    if day < today:
        late = f"{wording.counted(-school_days, 'school day')} late"
        return Near(late if school_days else "late", "red")
    if school_days == 0:
        return Near("before the next school day", "red")
    if school_days == 1:
        return Near("next school day", "red")
    return Near(f"in {school_days} school days", "yellow" if school_days <= SOON else "blue")


def strip(
    calendar: Calendar,
    entries: Sequence[Mapping[str, str]],
    start: date,
    due: date,
    count: Counted,
    today: date,
) -> tuple[Box, ...]:
    """Return the days from `start` to `due`, the school days numbered, the others with why not.

    `entries` are those of the stored calendar. Empty where the days are not counted in school
    days, where the number of the last one would not be the count's, and where it is too long.
    """
    if count.unit != "school_day" or not calendar.first <= start <= due <= calendar.last:
        return ()
    days = calendar.school_days
    begin = bisect_left(days, start) if count.first_is else bisect_right(days, start)
    counted = days[begin : bisect_right(days, due)]
    if len(counted) != count.n or not 0 < len(counted) <= _LONGEST:
        return ()
    shown = _shown(counted, today)
    boxes = (
        _box(calendar, entries, day, counted, shown) for day in _days(min(start, counted[0]), due)
    )
    return tuple(_marked(box, due, today) for box in _joined(boxes))


def _in_days(days: int) -> Near:
    if days < 0:
        return Near(f"{wording.counted(-days, 'day')} late", "red")
    return Near(f"in {wording.counted(days, 'day')}", "yellow" if days <= 7 else "blue")


def _shown(counted: Sequence[date], today: date) -> frozenset[date]:
    if len(counted) <= _MOST_DAYS:
        return frozenset(counted)
    at = bisect_left(counted, today)
    ends = (*counted[:_AT_ENDS], *counted[-_AT_ENDS:])
    return frozenset((*ends, *counted[max(0, at - _AROUND) : at + _AROUND + 1]))


def _days(first: date, last: date) -> Iterator[date]:
    for ahead in range((last - first).days + 1):
        yield first + timedelta(days=ahead)


def _box(
    calendar: Calendar,
    entries: Sequence[Mapping[str, str]],
    day: date,
    counted: Sequence[date],
    shown: frozenset[date],
) -> Box:
    at = bisect_left(counted, day)
    if at < len(counted) and counted[at] == day:
        if day in shown:
            return Box("day", day, day, _short(day), at + 1)
        return Box("more", day, day, _short(day), 1)
    if calendar.is_school_day(day):
        return Box("off", day, day, _short(day), says="not counted")
    return Box("off", day, day, _short(day), says=why_off(calendar, entries, day))


def why_off(calendar: Calendar, entries: Sequence[Mapping[str, str]], day: date) -> str:
    """Return why no school is held on a day within the calendar."""
    if not any(day in term for term in calendar.terms):
        return "school holiday"
    if day.weekday() >= 5:
        return "weekend"
    if not calendar.is_working_day(day):
        return "bank holiday"
    written = day.isoformat()
    for entry in entries:
        if entry["kind"] in _KINDS and entry["start"] <= written <= entry["end"]:
            return _KINDS[entry["kind"]]
    return "no school"


def _joined(boxes: Iterator[Box]) -> Iterator[Box]:
    """Join days off for one reason, and counted days left out with the days off among them."""
    before: Box | None = None
    for box in boxes:
        if before is None:
            before = box
            continue
        joined = _together(before, box)
        if joined is None:
            yield before
            before = box
        else:
            before = joined
    if before is not None:
        yield before


def _together(one: Box, other: Box) -> Box | None:
    span = _span(one.start, other.end)
    if one.kind == other.kind == "more":
        return replace(one, end=other.end, when=span, number=one.number + other.number)
    if one.kind == "more" and other.kind == "off":
        return replace(one, end=other.end, when=span)
    if one.kind == other.kind == "off" and one.says == other.says:
        return replace(one, end=other.end, when=span)
    return None


def _marked(box: Box, due: date, today: date) -> Box:
    return replace(
        box,
        today=box.start <= today <= box.end,
        past=box.end < today,
        due=box.start <= due <= box.end,
    )


def _short(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _span(start: date, end: date) -> str:
    if start + ONE_DAY > end:
        return _short(start)
    if start.month == end.month:
        return f"{start:%a} {start.day} to {_short(end)}"
    return f"{_short(start)} to {_short(end)}"
