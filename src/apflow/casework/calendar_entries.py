"""The entries of an area's calendar, as they are imported, stored and made into a Calendar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from apflow.errors import Fault
from apflow.policy.calendar import Calendar, Span
from apflow.store.calendars import StoredCalendar

EntryKind = Literal["term", "half_term", "inset", "closure", "bank_holiday"]
KINDS: Final[tuple[EntryKind, ...]] = get_args(EntryKind)
FIRST_YEAR, LAST_YEAR = 1990, 2100
#: No entry is longer: a term of several years is a mistyped date.
LONGEST_DAYS = 366
LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """The days from `start` to `end`, both inclusive, and what they are.

    `half_term` is the holiday. `bank_holiday` adds one that the rules do not know, such as a
    coronation.
    """

    start: date
    end: date
    kind: EntryKind
    label: str = ""

    def written(self) -> dict[str, str]:
        """Return the entry as it is stored."""
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "kind": self.kind,
            "label": self.label,
        }


@dataclass(frozen=True, slots=True)
class Found:
    """An entry, the line of the file where it begins, and its name for people."""

    entry: Entry
    line: int
    place: str


def calendar_from(stored: StoredCalendar) -> Calendar:
    """Return the calendar that was stored for an area."""
    return calendar_of(stored.area, stored.entries, stored.bank_holidays)


def calendar_of(
    area: str, entries: Iterable[Mapping[str, str]], bank_holidays: Iterable[date]
) -> Calendar:
    """Return the calendar of stored entries ({start, end, kind, label}, dates in ISO form).

    Its horizon is the first day of the first term to the last day of the last one.
    """
    spans: dict[str, list[Span]] = {"term": [], "half_term": [], "inset": [], "closure": []}
    off = set(bank_holidays)
    for entry in entries:
        start, end = date.fromisoformat(entry["start"]), date.fromisoformat(entry["end"])
        if entry["kind"] == "bank_holiday":
            off.update(Span(start, end).days())
        else:
            spans[entry["kind"]].append(Span(start, end, entry["kind"]))  # type: ignore[arg-type]
    shut = (*spans["half_term"], *spans["inset"], *spans["closure"])
    return Calendar.of(area, spans["term"], shut, off)


def entry_fault(start: date, end: date, kind: EntryKind, label: str) -> str | None:
    """Return what is wrong with one entry by itself, if anything is."""
    if end < start:
        return f"it ends on {end}, before it starts on {start}"
    for day in (start, end):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            return f"the year of {day} is not between {FIRST_YEAR} and {LAST_YEAR}"
    if (end - start).days >= LONGEST_DAYS:
        return f"from {start} to {end} is longer than a year"
    if kind == "term" and start == end:
        return "a term of a single day: give each term once, from its first day to its last"
    if len(label) > LONGEST_LABEL or not label.isprintable():
        return f"a label is at most {LONGEST_LABEL} characters that can be printed"
    return None


def faults_together(file: str, found: Sequence[Found]) -> list[Fault]:
    """Return what is wrong with entries beside one another.

    Entries given twice, terms that overlap, half-terms that no term holds, no term at all.
    """
    faults = []
    seen: dict[tuple[date, date, str], Found] = {}
    for one in found:
        same = seen.setdefault((one.entry.start, one.entry.end, one.entry.kind), one)
        if same is not one:
            faults.append(_fault(file, one, f"the same days are given already on line {same.line}"))
    unique = list(seen.values())
    terms = sorted((one for one in unique if one.entry.kind == "term"), key=lambda one: one.entry)
    longest = None
    for term in terms:
        if longest is not None and term.entry.start <= longest.entry.end:
            later, earlier = (term, longest) if term.line > longest.line else (longest, term)
            faults.append(_fault(file, later, f"it overlaps the term on line {earlier.line}"))
        if longest is None or term.entry.end > longest.entry.end:
            longest = term
    faults += [
        _fault(file, one, "a half-term holiday lies inside a term, and this one does not")
        for one in unique
        if one.entry.kind == "half_term" and not any(_holds(term, one) for term in terms)
    ]
    if not terms:
        faults.append(Fault(file, 0, 0, "", "there is no term in it, and a calendar needs one"))
    return faults


def _holds(term: Found, other: Found) -> bool:
    return term.entry.start <= other.entry.start and other.entry.end <= term.entry.end


def _fault(file: str, found: Found, says: str) -> Fault:
    return Fault(file, found.line, 0, found.place, says)
