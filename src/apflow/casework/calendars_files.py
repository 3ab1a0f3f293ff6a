"""Calendars as schools and authorities hand them over: CSV, iCalendar, and bank holidays.

A CSV file has a line of column names and then one line for each stretch of days:

    start,end,kind,label
    2025-09-03,2025-12-19,term,Autumn
    27/10/2025,31/10/2025,half term,
    2026-01-05,,inset,Training

`kind` is term, half_term (the holiday), inset, closure or bank_holiday (one that the rules do
not know); a space or hyphen does for the underscore, capitals do not matter. Dates are ISO or
dd/mm/yyyy and both count; an empty `end` is a single day. `end` and `label` may be missing, the
columns may come in any order, divided by commas, semicolons or tabs. UTF-8, with or without a mark.

An iCalendar file (RFC 5545) has one all-day event for each stretch; words in its CATEGORIES, else
in its SUMMARY, say what it is: term, half term, INSET or training, closed or closure, bank
holiday. Events that repeat are refused, cancelled ones passed over.

Nothing is given back unless all of a file is good; else every fault found is raised at once.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NoReturn

from apflow.casework.calendar_entries import (
    KINDS,
    Entry,
    EntryKind,
    Found,
    entry_fault,
    faults_together,
)
from apflow.errors import Fault, FileError
from apflow.nearest import nearest

LARGEST_BYTES = 1_000_000
MOST_ENTRIES = 2_000
MOST_COLUMNS = 50
#: With its folded continuations; the time to read one grows faster than its length.
LONGEST_LINE = 20_000
_COLUMNS = ("start", "end", "kind", "label")
_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", re.ASCII)
_BRITISH = re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})", re.ASCII)
#: What an event is, by its words; a name that says two of the first three is not guessed at.
_WORDS: Mapping[EntryKind, re.Pattern[str]] = {
    "inset": re.compile(r"\b(inset|training)\b", re.IGNORECASE),
    "half_term": re.compile(r"\bhalf[\s-]*term\b", re.IGNORECASE),
    "bank_holiday": re.compile(r"\bbank[\s-]*holiday\b", re.IGNORECASE),
    "closure": re.compile(r"\b(closed|closure|closing)\b", re.IGNORECASE),
    "term": re.compile(r"\bterm\b", re.IGNORECASE),
}
_RECURRING = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
_DATED = ("DTSTART", "DTEND", "DURATION", *_RECURRING)
# What the parser is known to let through when a file is broken in ways it did not foresee.
_BROKEN = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)


def read_calendar(content: bytes, file: str) -> tuple[Entry, ...]:
    """Return the entries of a CSV or iCalendar file, sorted; raises FileError with every fault.

    `file` names it in faults. Which of the two it is, is seen by its first line.
    """
    first = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip().upper()
    return (read_ics if first.startswith(b"BEGIN:VCALENDAR") else read_csv)(content, file)


def read_csv(content: bytes, file: str) -> tuple[Entry, ...]:
    """Return the entries of a CSV file, sorted; raises FileError with every fault found."""
    text = _text(content, file, "; in Excel, save it as 'CSV UTF-8'")
    return _Csv(file, text).read()


def read_ics(content: bytes, file: str) -> tuple[Entry, ...]:
    """Return the entries of an iCalendar file, sorted; raises FileError with every fault found."""
    _text(content, file)
    return _Ics(file, content).read()


def bank_holidays(first: date, last: date) -> tuple[date, ...]:
    """Return the bank holidays of England from `first` to `last`, sorted.

    They come from the rules that the `holidays` library knows; one that is proclaimed later is
    given in a calendar file.
    """
    import holidays  # noqa: PLC0415 - it takes a third of a second and only imports need it

    years = range(first.year, last.year + 1)
    known = holidays.country_holidays("GB", subdiv="ENG", years=years)
    return tuple(sorted(day for day in known if first <= day <= last))


def _text(content: bytes, file: str, hint: str = "") -> str:
    if len(content) > LARGEST_BYTES:
        says = f"it has {len(content):,} bytes; a calendar has at most {LARGEST_BYTES:,}"
        _refuse(Fault(file, 0, 0, "", says))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        _refuse(Fault(file, line, 0, "", f"it is not UTF-8 text{hint}"))
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        _refuse(Fault(file, line, 0, "", "it is not text: it holds a zero byte"))
    return text


def _refuse(*faults: Fault) -> NoReturn:
    raise FileError(*faults)


class _Reading:
    """One file being read: what was found so far, and every fault."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Found] = []
        self.faults: list[Fault] = []

    def fault(self, line: int, column: int, place: str, says: str) -> None:
        self.faults.append(Fault(self.file, line, column, place, says))

    def take(self, start: date, end: date, kind: EntryKind, label: str, line: int) -> None:
        wrong = entry_fault(start, end, kind, label)
        if wrong is not None:
            self.fault(line, 0, (label if label.isprintable() else "") or kind, wrong)
        else:
            self.found.append(Found(Entry(start, end, kind, label), line, label or kind))

    def finished(self) -> tuple[Entry, ...]:
        together = faults_together(self.file, self.found)
        # Without the lines that are wrong by themselves, nothing can be said of the whole.
        faults = self.faults or together
        if faults:
            raise FileError(*sorted(faults))
        return tuple(sorted(one.entry for one in self.found))


class _Csv(_Reading):
    def __init__(self, file: str, text: str) -> None:
        super().__init__(file)
        self.text = text

    def read(self) -> tuple[Entry, ...]:
        head = self.text.lstrip().partition("\n")[0]
        marks = [mark for mark in (",", ";", "\t") if mark in head]
        rows = csv.reader(
            io.StringIO(self.text, newline=""), delimiter=marks[0] if marks else ",", strict=True
        )
        at = self.columns(next(self.lines(rows), []))
        for row in self.lines(rows):
            self.row(row, at, rows.line_num)
            if len(self.found) + len(self.faults) > MOST_ENTRIES:
                says = f"a calendar has at most {MOST_ENTRIES:,} entries"
                self.fault(rows.line_num, 0, "", says)
                break
        return self.finished()

    def lines(self, rows: Any) -> Iterator[list[str]]:
        """Give every line that says anything, until one cannot be read."""
        try:
            yield from (row for row in rows if any(cell.strip() for cell in row))
        except csv.Error as error:
            self.fault(rows.line_num, 0, "", f"the line cannot be read: {error}")

    def columns(self, head: list[str]) -> Mapping[str, int]:
        names = [cell.strip().lower() for cell in head]
        if len(names) > MOST_COLUMNS:
            _refuse(Fault(self.file, 1, 0, "", f"there are {len(names):,} columns in it"))
        for number, name in enumerate(names, start=1):
            if name in names[: number - 1] and name:
                self.fault(1, number, name, "the column is there twice")
            elif name and name not in _COLUMNS:
                near = nearest(name, _COLUMNS)
                hint = f"; did you mean '{near}'?" if near else ""
                self.fault(1, number, name[:40], f"there is no such column{hint}")
        missing = [name for name in ("start", "kind") if name not in names]
        for name in missing:
            says = "the column is missing; the first line reads start,end,kind,label"
            self.fault(1, 0, name, says)
        if self.faults:
            raise FileError(*sorted(self.faults))
        return {name: names.index(name) for name in _COLUMNS if name in names}

    def row(self, row: list[str], at: Mapping[str, int], line: int) -> None:
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in at.items()}
        before = len(self.faults)
        for number, cell in enumerate(row):
            if number not in at.values() and cell.strip():
                self.fault(line, number + 1, cell[:40], "there is no column for this")
                break
        start = self.day(cells["start"], line, at, "start")
        kind = self.kind(cells["kind"], line, at["kind"] + 1)
        end = self.day(cells["end"], line, at, "end") if cells.get("end") else start
        good = len(self.faults) == before
        if good and start is not None and end is not None and kind is not None:
            self.take(start, end, kind, " ".join(cells.get("label", "").split()), line)

    def day(self, cell: str, line: int, at: Mapping[str, int], name: str) -> date | None:
        found = _ISO.fullmatch(cell) or _BRITISH.fullmatch(cell)
        says = f"'{cell[:40]}' is not a date; write it as 2026-02-12 or 12/02/2026"
        if found is not None:
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                says = f"there is no day {cell}"
        self.fault(line, at[name] + 1, name, says if cell else "a date is needed here")
        return None

    def kind(self, cell: str, line: int, column: int) -> EntryKind | None:
        word = re.sub(r"[\s-]+", "_", cell.lower())
        for kind in KINDS:
            if word == kind:
                return kind
        near = nearest(word, KINDS)
        hint = f"did you mean {near}?" if near else f"it is one of {', '.join(KINDS)}"
        self.fault(line, column, "kind", f"'{cell[:40]}' is no kind of entry; {hint}")
        return None


@dataclass(frozen=True, slots=True)
class _Event:
    """An event of an iCalendar file: its line, its words for people, its properties."""

    line: int
    name: str
    categories: str
    properties: Any


class _Ics(_Reading):
    def __init__(self, file: str, content: bytes) -> None:
        super().__init__(file)
        self.content = content

    def read(self) -> tuple[Entry, ...]:
        for event in self.events():
            if str(event.properties.get("STATUS", "")).upper() != "CANCELLED":
                self.event(event)
        return self.finished()

    def events(self) -> Sequence[_Event]:
        import icalendar  # noqa: PLC0415 - slow to load, and only imports need it

        content, lines = self.without_zones()
        if len(lines) > MOST_ENTRIES:
            says = f"a calendar has at most {MOST_ENTRIES:,} entries"
            _refuse(Fault(self.file, lines[MOST_ENTRIES], 0, "", says))
        try:
            calendars = icalendar.Calendar.from_ical(content, multiple=True)
            walked = [event for calendar in calendars for event in calendar.walk("VEVENT")]
            found = [event for event in walked if isinstance(event, icalendar.Event)]
            if not calendars:
                self.broken("it does not end with END:VCALENDAR")
            return [
                _Event(line, _words(event.get("SUMMARY", "")), _words(event.categories), event)
                for line, event in zip(lines, found, strict=True)
            ]
        except _BROKEN as error:
            self.broken(" ".join(str(error).split())[:200])

    def without_zones(self) -> tuple[bytes, list[int]]:
        """Return the file without its time zones, and the lines on which events begin.

        All-day events have no zone, and a zone's own rules may take for ever to work out.
        """
        kept, events, in_zone, length = [], [], False, 0
        for number, line in enumerate(self.content.splitlines(), start=1):
            length = len(line) + (length if line[:1] in (b" ", b"\t") else 0)
            if length > LONGEST_LINE:
                self.broken(f"line {number} goes on for more than {LONGEST_LINE:,} bytes")
            word = line.strip().upper()
            in_zone = in_zone or word == b"BEGIN:VTIMEZONE"
            if not in_zone:
                kept.append(line)
                if word == b"BEGIN:VEVENT":
                    events.append(number)
            in_zone = in_zone and word != b"END:VTIMEZONE"
        return b"\r\n".join((*kept, b"")), events

    def broken(self, why: str) -> NoReturn:
        _refuse(Fault(self.file, 0, 0, "", f"it is not a calendar that can be read: {why}"))

    def event(self, event: _Event) -> None:
        wrong = self.unreadable(event)
        if wrong is not None:
            self.fault(event.line, 0, event.name, wrong)
            return
        start, end = self.days(event)
        kind = self.kind(event)
        if start is not None and end is not None and kind is not None:
            self.take(start, end, kind, event.name, event.line)

    def unreadable(self, event: _Event) -> str | None:
        """Return why the event's dates cannot be relied on, if so."""
        for name, says in event.properties.errors:
            if name is None or name in _DATED:
                return f"{name or 'a line'} cannot be read: {' '.join(str(says).split())[:200]}"
        if any(name in event.properties for name in _RECURRING):
            return "it repeats; give every stretch of days as an event of its own"
        for name in ("DTSTART", "DTEND", "DURATION"):
            if isinstance(event.properties.get(name), list):
                return f"{name} is given twice"
        if "DTSTART" not in event.properties:
            return "it has no DTSTART"
        return None

    def days(self, event: _Event) -> tuple[date | None, date | None]:
        start, end, length = (_value(event, name) for name in ("DTSTART", "DTEND", "DURATION"))
        timed = isinstance(start, datetime) or isinstance(end, datetime)
        if timed or not isinstance(start, date) or not isinstance(end, date | None):
            says = "it has a time of day; a calendar holds all-day events (VALUE=DATE)"
            self.fault(event.line, 0, event.name, says)
            return None, None
        try:
            # DTEND is the day after the last one; some programs write a single day as its own end.
            if end is not None:
                return start, start if end == start else end - timedelta(days=1)
            days = length.days if isinstance(length, timedelta) else 1
            return start, start + timedelta(days=days - 1)
        except OverflowError:
            self.fault(event.line, 0, event.name, "it ends beyond all time")
            return None, None

    def kind(self, event: _Event) -> EntryKind | None:
        for text in (event.categories, event.name):
            said = [kind for kind, words in _WORDS.items() if words.search(text)]
            if len({"inset", "half_term", "bank_holiday"}.intersection(said)) > 1:
                break
            if said:
                return said[0]
        says = "its name does not say what it is: term, half term, INSET, closed or bank holiday"
        self.fault(event.line, 0, event.name or "an event without a name", says)
        return None


def _value(event: _Event, name: str) -> object:
    return getattr(event.properties.get(name), "dt", None)


def _words(value: object, longest: int = 80) -> str:
    said = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return " ".join(said.split())[:longest]
