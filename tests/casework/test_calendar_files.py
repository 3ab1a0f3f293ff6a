"""Reading calendars as schools hand them over: all of a good file, or every fault of a bad one."""

import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apflow.casework.calendar_entries import Entry, calendar_from, calendar_of
from apflow.casework.calendars_files import (
    LARGEST_BYTES,
    bank_holidays,
    read_calendar,
    read_csv,
    read_ics,
)
from apflow.errors import FileError
from apflow.policy.calendar import Calendar
from apflow.store.calendars import StoredCalendar

AUTUMN = Entry(date(2025, 9, 3), date(2025, 12, 19), "term", "Autumn")
HALF_TERM = Entry(date(2025, 10, 27), date(2025, 10, 31), "half_term")
INSET = Entry(date(2025, 11, 3), date(2025, 11, 3), "inset")


def faults(content: bytes | str) -> list[str]:
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(FileError) as caught:
        read_calendar(raw, "days")
    return [str(fault) for fault in caught.value.faults]


def test_a_csv_file_gives_its_entries_sorted() -> None:
    text = (
        "start,end,kind,label\n"
        "2025-11-03,,inset,\n"
        "27/10/2025,31/10/2025,half term,\n"
        "2025-09-03,2025-12-19,term,Autumn\n"
    )
    assert read_calendar(text.encode(), "days.csv") == (AUTUMN, HALF_TERM, INSET)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffstart,end,kind,label\r\n2025-09-03,2025-12-19,term,Autumn\r\n",
        "start;end;kind;label\n03/09/2025;19/12/2025;Term;Autumn\n",
        "kind\tlabel\tend\tstart\nTERM\tAutumn\t2025-12-19\t2025-9-3\n",
        'Start, End ,KIND,Label,\n\n2025-09-03,2025-12-19, term ," Autumn\u00a0",\n,,,\n',
    ],
    ids=["mark and CRLF", "semicolons", "tabs in another order", "spaces and empty lines"],
)
def test_a_csv_file_may_come_as_spreadsheets_write_it(text: str) -> None:
    assert read_csv(text.encode(), "days.csv") == (AUTUMN,)


def test_end_and_label_may_be_left_out() -> None:
    text = (
        "start,kind,end\n2025-09-03,term,2025-12-19\n2025-12-02,Closure\n2025-11-03,bank-holiday,\n"
    )
    assert [(one.kind, one.start, one.end, one.label) for one in read_csv(text.encode(), "f")] == [
        ("term", date(2025, 9, 3), date(2025, 12, 19), ""),
        ("bank_holiday", date(2025, 11, 3), date(2025, 11, 3), ""),
        ("closure", date(2025, 12, 2), date(2025, 12, 2), ""),
    ]


HEAD = "start,end,kind,label\n"
TERM = "2025-09-03,2025-12-19,term,Autumn\n"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("soon,,inset,\n", "days:3:1: start: 'soon' is not a date; write it as 2026-02-12"),
        ("2025-02-30,,inset,\n", "days:3:1: start: there is no day 2025-02-30"),
        ("31/09/2025,,inset,\n", "days:3:1: start: there is no day 31/09/2025"),
        (",,inset,\n", "days:3:1: start: a date is needed here"),
        ("2025-11-03,3 Nov,inset,\n", "days:3:2: end: '3 Nov' is not a date"),
        ("2025-11-03,,insett,\n", "days:3:3: kind: 'insett' is no kind of entry; did you mean"),
        ("2025-11-03,,,\n", "days:3:3: kind: '' is no kind of entry; it is one of term, half_term"),
        ("2025-11-05,2025-11-03,inset,A\n", "days:3: A: it ends on 2025-11-03, before it starts"),
        ("2025-11-03,2035-11-03,closure,\n", "days:3: closure: from 2025-11-03 to 2035-11-03 is"),
        ("0001-01-01,,inset,\n", "days:3: inset: the year of 0001-01-01 is not between"),
        ("2026-01-05,,term,\n", "days:3: term: a term of a single day"),
        ("2025-11-03,,inset,A,B\n", "days:3:5: B: there is no column for this"),
        ("2025-11-03,,inset,\u202eA\n", "days:3: inset: a label is at most 200 characters that"),
        ('2025-11-03,,inset,"A\n', "days:3: the line cannot be read: unexpected end of data"),
        ("2025-09-03,2025-12-19,term,Again\n", "days:3: Again: the same days are given already"),
        ("2025-12-19,2026-03-27,term,Spring\n", "days:3: Spring: it overlaps the term on line 2"),
        ("2025-12-22,2025-12-24,half term,\n", "days:3: half_term: a half-term holiday lies insi"),
        ("2025-12-15,2025-12-22,half term,\n", "days:3: half_term: a half-term holiday lies insi"),
    ],
)
def test_a_bad_row_is_named_by_line_and_column_with_the_way_out(rows: str, says: str) -> None:
    (found,) = faults(HEAD + TERM + rows)
    assert found.replace(":0: ", ": ").startswith(says)


def test_every_bad_row_is_reported_and_no_good_one_taken() -> None:
    found = faults(HEAD + TERM + "soon,,inset,\n2025-11-03,,inset,\n2025-11-04,later,off,\n")
    assert [one.split(":")[1] for one in found] == ["3", "5", "5"]


def test_every_term_that_overlaps_an_earlier_one_is_reported() -> None:
    found = faults(
        HEAD + "2025-09-03,2026-07-21,term,Year\n"
        "2025-09-04,2025-12-19,term,Autumn\n2026-01-05,2026-03-27,term,Spring\n"
    )
    assert ["Autumn" in found[0], "Spring" in found[1]] == [True, True]
    assert all("it overlaps the term on line 2" in one for one in found)


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("start,end,knd,label\n", "days:1:3: knd: there is no such column; did you mean 'kind'?"),
        ("start,end,kind,start\n", "days:1:4: start: the column is there twice"),
        ("end,kind\n", "days:1: start: the column is missing; the first line reads start,end"),
        ("", "days:1: kind: the column is missing"),
        (HEAD, "days: there is no term in it, and a calendar needs one"),
        (HEAD + "2025-11-03,,inset,\n", "days: there is no term in it"),
        ("start,kind" + ",x" * 100, "days:1: there are 102 columns in it"),
    ],
)
def test_a_file_without_its_columns_or_terms_is_refused(head: str, says: str) -> None:
    assert any(one.replace(":0: ", ": ").startswith(says) for one in faults(head))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"start,kind\n" + b"\xe9t\xe9", "days:2: it is not UTF-8 text; in Excel, save it as"),
        ("start,kind".encode("utf-16"), "days:1: it is not UTF-8 text"),
        (b"start,kind\n\n\0", "days:3: it is not text: it holds a zero byte"),
        (b"x" * (LARGEST_BYTES + 1), "days: it has 1,000,001 bytes; a calendar has at most"),
        (HEAD.encode() + b"2025-11-03,,inset,\n" * 2001, "days:2002: a calendar has at most 2,"),
        (b"start,kind\n" + b"a" * 200_000, "days:2: the line cannot be read"),
    ],
    ids=["another encoding", "UTF-16", "zero byte", "too large", "too many", "endless field"],
)
def test_a_file_that_is_no_calendar_gives_one_clear_fault(content: bytes, says: str) -> None:
    (found,) = faults(content)
    assert found.startswith(says)


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n".encode()


ICS_TERM = (
    "SUMMARY:Autumn\r\nCATEGORIES:Term\r\nDTSTART;VALUE=DATE:20250903\r\nDTEND;VALUE=DATE:20251220"
)


def test_an_event_ends_the_day_before_its_dtend() -> None:
    half_term = "SUMMARY:Half-term\r\nDTSTART;VALUE=DATE:20251027\r\nDTEND;VALUE=DATE:20251101"
    found = read_calendar(ics(half_term, ICS_TERM), "days.ics")
    assert [(one.kind, one.start, one.end) for one in found] == [
        ("term", AUTUMN.start, AUTUMN.end),
        ("half_term", HALF_TERM.start, HALF_TERM.end),
    ]
    assert [one.label for one in found] == ["Autumn", "Half-term"]


@pytest.mark.parametrize(
    ("ending", "last"),
    [
        ("", date(2025, 11, 3)),
        ("\r\nDTEND;VALUE=DATE:20251103", date(2025, 11, 3)),
        ("\r\nDTEND;VALUE=DATE:20251104", date(2025, 11, 3)),
        ("\r\nDURATION:P2D", date(2025, 11, 4)),
    ],
)
def test_an_event_without_an_end_is_a_single_day(ending: str, last: date) -> None:
    event = f"SUMMARY:INSET\r\nDTSTART;VALUE=DATE:20251103{ending}"
    found = read_ics(ics(ICS_TERM, event), "f")
    assert (found[1].kind, found[1].end) == ("inset", last)


@pytest.mark.parametrize(
    ("summary", "kind"),
    [
        ("Half term", "half_term"),
        ("October half-term holiday", "half_term"),
        ("School closed for half term", "half_term"),
        ("INSET day (autumn term)", "inset"),
        ("Staff training day", "inset"),
        ("School CLOSED: polling station", "closure"),
        ("Closure", "closure"),
        ("Bank holiday", "bank_holiday"),
        ("School closed (bank holiday)", "bank_holiday"),
    ],
)
def test_the_words_of_an_event_say_what_it_is(summary: str, kind: str) -> None:
    event = f"SUMMARY:{summary}\r\nDTSTART;VALUE=DATE:20251103"
    assert [one.kind for one in read_ics(ics(ICS_TERM, event), "f")] == ["term", kind]


def test_categories_speak_before_the_summary() -> None:
    event = "SUMMARY:Term closes\r\nCATEGORIES:School,INSET\r\nDTSTART;VALUE=DATE:20251103"
    assert read_ics(ics(ICS_TERM, event), "f")[1].kind == "inset"


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ("SUMMARY:Sports\r\nDTSTART;VALUE=DATE:20251103", "Sports: its name does not say what it"),
        ("DTSTART;VALUE=DATE:20251103", "an event without a name: its name does not say"),
        (
            "SUMMARY:INSET after half term\r\nDTSTART;VALUE=DATE:20251103",
            "INSET after half term: its name does not say what it is",
        ),
        ("SUMMARY:Term starts\r\nDTSTART;VALUE=DATE:20251103", "Term starts: a term of a single"),
        ("SUMMARY:INSET\r\nDTSTART:20251103T090000Z", "INSET: it has a time of day"),
        ("SUMMARY:INSET\r\nDTSTART;VALUE=TEXT:20251103", "INSET: it has a time of day"),
        (
            "SUMMARY:INSET\r\nDTSTART;VALUE=DATE:20251103\r\nRRULE:FREQ=YEARLY",
            "INSET: it repeats; give every stretch of days as an event of its own",
        ),
        ("SUMMARY:INSET\r\nDTSTART;VALUE=DATE:20259903", "INSET: DTSTART cannot be read"),
        ("SUMMARY:INSET", "INSET: it has no DTSTART"),
        (
            "SUMMARY:INSET\r\nDTSTART;VALUE=DATE:20251103\r\nDTSTART;VALUE=DATE:20251104",
            "INSET: DTSTART is given twice",
        ),
        (
            "SUMMARY:INSET\r\nDTSTART;VALUE=DATE:20251103\r\nDTEND;VALUE=DATE:20251101",
            "INSET: it ends on 2025-10-31, before it starts on 2025-11-03",
        ),
        ("SUMMARY:INSET\r\nDTSTART;VALUE=DATE:20251103\r\nDURATION:P99999999D", "INSET: it ends b"),
    ],
)
def test_an_event_that_cannot_be_taken_is_named_by_its_line(event: str, says: str) -> None:
    (found,) = faults(ics(ICS_TERM, event))
    assert found.startswith(f"days:9: {says}")


def test_a_cancelled_event_is_passed_over() -> None:
    event = "SUMMARY:INSET\r\nSTATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20251103"
    assert len(read_ics(ics(ICS_TERM, event), "f")) == 1


def test_a_time_zone_in_the_file_does_no_harm_and_moves_no_line() -> None:
    zone = b"BEGIN:VTIMEZONE\r\nTZID:Mars\r\nNONSENSE\r\nEND:VTIMEZONE\r\n"
    good = ics(ICS_TERM).replace(b"VERSION:2.0\r\n", b"VERSION:2.0\r\n" + zone)
    assert len(read_ics(good, "f")) == 1
    bad = ics("SUMMARY:INSET").replace(b"VERSION:2.0\r\n", b"VERSION:2.0\r\n" + zone)
    assert faults(bad) == ["days:7: INSET: it has no DTSTART"]


@pytest.mark.parametrize(
    "content",
    [
        b"BEGIN:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 1999 + b"END:VEVENT\r\n" * 1999,
        b"BEGIN:VCALENDAR\r\nX:" + b"a" * 30_000 + b"\r\nEND:VCALENDAR\r\n",
    ],
)
def test_a_broken_icalendar_file_gives_one_clear_fault(content: bytes) -> None:
    (found,) = faults(content)
    assert found.startswith("days: it is not a calendar that can be read: ")


GOOD = (ics(ICS_TERM), (HEAD + TERM).encode())
PIECES = (
    *(b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"\r\n", b":", b";", b'"', b",", b"\0", b"\xff"),
    *(b"DTSTART", b"DTEND:", b"VALUE=PERIOD:", b"DURATION:P9W", b"CATEGORIES;VALUE=DATE:", b"9999"),
)


@given(
    st.sampled_from(GOOD),
    st.lists(
        st.tuples(st.integers(0, 250), st.integers(0, 9), st.sampled_from(PIECES)), max_size=5
    ),
)
def test_whatever_is_handed_over_ends_in_entries_or_in_faults(
    content: bytes, damage: list[tuple[int, int, bytes]]
) -> None:
    for at, length, piece in damage:
        content = content[:at] + piece + content[at + length :]
    given_back: tuple[object, ...]
    try:
        given_back = read_calendar(content, "days")
    except FileError as error:
        given_back = error.faults
    assert given_back


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_end_in_faults(content: bytes) -> None:
    with pytest.raises(FileError):
        read_calendar(content, "days")


def test_bank_holidays_of_england_are_those_of_the_example_calendar(
    example_calendar: Calendar,
) -> None:
    off = set(bank_holidays(example_calendar.first, example_calendar.last))
    weekdays = [day for day in off if day.weekday() < 5]
    assert date(2026, 12, 28) in off  # for Boxing Day, which falls on a Saturday
    assert date(2026, 3, 17) not in off  # St Patrick's Day is one in Northern Ireland only
    assert not any(example_calendar.is_working_day(day) for day in off)
    assert len(weekdays) == 15


def test_stored_entries_and_bank_holidays_make_the_calendar_again(
    example_calendar: Calendar,
) -> None:
    rows = [f"{span.start},{span.end},term," for span in example_calendar.terms]
    rows += [
        f"{first},{last},half_term,"
        for first, last in [
            ("2025-10-27", "2025-10-31"),
            ("2026-02-16", "2026-02-20"),
            ("2026-05-25", "2026-05-29"),
            ("2026-10-26", "2026-10-30"),
            ("2027-02-15", "2027-02-19"),
            ("2027-05-31", "2027-06-04"),
        ]
    ]
    entries = tuple(one.written() for one in read_csv((HEAD + "\n".join(rows)).encode(), "f"))
    off = bank_holidays(example_calendar.first, example_calendar.last)
    put_at = datetime(2026, 2, 12, tzinfo=UTC)
    stored = StoredCalendar("Example", 1, entries, off, example=True, source="f", put_at=put_at)
    assert calendar_from(stored) == example_calendar


def test_days_without_school_in_a_file_are_without_school_in_the_calendar() -> None:
    text = HEAD + TERM + "2025-11-03,,inset,\n2025-11-04,,closure,\n2025-11-05,,bank holiday,King\n"
    entries = [one.written() for one in read_csv(text.encode(), "f")]
    calendar = calendar_of("A school", entries, ())
    assert calendar.next_school_day(date(2025, 10, 31)) == date(2025, 11, 6)
    assert [calendar.is_working_day(date(2025, 11, day)) for day in (3, 4, 5)] == [
        True,
        True,
        False,
    ]


def test_the_libraries_for_calendar_files_are_not_loaded_until_a_file_is_read() -> None:
    script = (
        "import sys, apflow.casework.calendars_files\n"
        "sys.exit(bool({'icalendar', 'holidays'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
