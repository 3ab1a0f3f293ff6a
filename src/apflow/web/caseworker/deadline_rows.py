"""A referral's deadlines as its page shows them: when, how counted, whose, what became of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from apflow.casework.seeing import Seen
from apflow.casework.ways import Counted
from apflow.clock import london_day
from apflow.policy.deadlines import start_day
from apflow.referral import DeadlineRow
from apflow.web import wording
from apflow.web.caseworker.school_days import Box, Near, near, strip
from apflow.web.facts import FactWords
from apflow.web.links import Link, clause_links

_FORCES: Final = {"law": "By law", "must": "By the policy", "should": "An aim"}
_FAR_AHEAD = datetime.max.replace(tzinfo=UTC)
_ORDINALS: Final = {1: "st", 2: "nd", 3: "rd"}


@dataclass(frozen=True, slots=True)
class DeadlineShown:
    """One deadline in words.

    `due` is its last day, None where no limit is set or the calendar does not reach; `says` what
    is to be said instead, or what became of it. `tag` says how far off it is while it stands.
    """

    name: str
    title: str
    force: str
    law: bool
    owner: str
    state: str
    due: date | None
    at: datetime | None
    says: str
    tag: Near | None
    counted: str
    other: str
    strip: tuple[Box, ...]
    clauses: tuple[Link, ...]

    @property
    def stands(self) -> bool:
        """Whether it is still to be met."""
        return self.state in ("armed", "breached")


def deadline_rows(seen: Seen, words: FactWords, now: datetime) -> tuple[DeadlineShown, ...]:
    """Return the referral's deadlines: those that stand by their date, then what is done with."""
    known = seen.lifecycle.deadlines
    rows = [row for row in seen.deadlines if row.name in known]
    return tuple(_shown(seen, words, row, now) for row in sorted(rows, key=_place))


def next_due(rows: Iterable[DeadlineShown]) -> DeadlineShown | None:
    """Return the first deadline that stands and has a date, a missed one before all others."""
    return next((row for row in rows if row.stands and row.due is not None), None)


def _place(row: DeadlineRow) -> tuple[int, datetime, str, int]:
    order = {"breached": 0, "armed": 0, "met": 1, "cancelled": 2}[row.state]
    return order, row.due_at or _FAR_AHEAD, row.name, row.occurrence


def _shown(seen: Seen, words: FactWords, row: DeadlineRow, now: datetime) -> DeadlineShown:
    deadline = seen.lifecycle.deadlines[row.name]
    stands = row.state in ("armed", "breached")
    count = seen.counts.get(row.name)
    due = None if row.due_at is None else london_day(row.due_at)
    return DeadlineShown(
        name=row.name,
        title=deadline.title,
        force=_FORCES[row.force],
        law=row.force == "law",
        owner=words.role(row.owner),
        state=row.state,
        due=due,
        at=row.due_at if count is not None and count.unit == "hour" else None,
        says=_says(seen, row),
        tag=near(seen.calendar, row.due_at, now) if stands and row.due_at else None,
        counted=_counted(seen, row, count),
        other=_other(row) if stands else "",
        strip=_strip(seen, row, count, now) if stands else (),
        clauses=clause_links(seen.referral.lifecycle, deadline.clause),
    )


def _strip(seen: Seen, row: DeadlineRow, count: Counted | None, now: datetime) -> tuple[Box, ...]:
    if count is None or row.due_at is None:
        return ()
    due, start = london_day(row.due_at), start_day(row.start)
    return strip(seen.calendar, seen.days, start, due, count, london_day(now))


def _says(seen: Seen, row: DeadlineRow) -> str:
    if row.state == "met":
        return _met(row)
    if row.state == "cancelled":
        return "No longer applies"
    if row.beyond:
        last = wording.day(seen.calendar.last)
        return f"Beyond the calendar, which is filled in until {last}"
    if row.due_at is None:
        return "No limit is set"
    return "Missed" if row.state == "breached" else ""


def _met(row: DeadlineRow) -> str:
    on = f" on {wording.day(row.met_on)}" if row.met_on else ""
    if row.late:
        return f"Met late{on}"
    return f"Met in time{on}, recorded late" if row.missed_at else f"Met{on}"


def _counted(seen: Seen, row: DeadlineRow, count: Counted | None) -> str:
    day = start_day(row.start)
    start = wording.short_day(day)
    if count is None:
        return f"Stands since {start}"
    unit = count.unit.replace("_", " ")
    if count.n == 0:
        return f"The same day: {start}"
    if count.first_is:
        first = ", which is day 1" if _is_one(seen, day, count.unit) else ""
        return f"The {_ordinal(count.n)} {unit} from {start}{first}"
    return f"{wording.counted(count.n, unit)} from {start}"


def _is_one(seen: Seen, day: date, unit: str) -> bool:
    calendar = seen.calendar
    if unit == "day" or not calendar.first <= day <= calendar.last:
        return unit == "day"
    return calendar.is_school_day(day) if unit == "school_day" else calendar.is_working_day(day)


def _ordinal(number: int) -> str:
    tens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if tens else _ORDINALS.get(number % 10, 'th')}"


def _other(row: DeadlineRow) -> str:
    if row.other_at is None or row.other_at == row.due_at:
        return ""
    return f"The text can also be read as {wording.short_day(row.other_at)}"
