"""The strip of school days, and how far off a day is, by the invented calendar of the tests."""

from datetime import UTC, date, datetime

import pytest

from apflow.casework.ways import Counted
from apflow.policy.calendar import Calendar, Span
from apflow.web.caseworker.school_days import how_near, near, strip

SIXTH = Counted(6, "school_day", 1)
TEN_AFTER = Counted(10, "school_day", 0)
HALF_TERM = {"kind": "half_term", "start": "2027-02-15", "end": "2027-02-19", "label": "Half-term"}
NOWHERE = date(2030, 1, 1)


def said(
    calendar: Calendar, start: date, due: date, count: Counted, today: date = NOWHERE
) -> list[str]:
    """Return each box in a word or two: `1 Thu 4 Mar`, `weekend Sat 6 to Sun 7 Mar`."""
    boxes = strip(calendar, [HALF_TERM], start, due, count, today)
    return [
        f"{box.number or box.says} {'days ' if box.kind == 'more' else ''}{box.when}"
        + (" (today)" if box.today else "")
        + (" (last)" if box.due else "")
        for box in boxes
    ]


def test_the_sixth_school_day_is_counted_over_a_weekend(example_calendar: Calendar) -> None:
    first, last = date(2027, 3, 4), date(2027, 3, 11)
    assert said(example_calendar, first, last, SIXTH, date(2027, 3, 10)) == [
        "1 Thu 4 Mar",
        "2 Fri 5 Mar",
        "weekend Sat 6 to Sun 7 Mar",
        "3 Mon 8 Mar",
        "4 Tue 9 Mar",
        "5 Wed 10 Mar (today)",
        "6 Thu 11 Mar (last)",
    ]


def test_a_start_on_a_day_off_is_not_day_one(example_calendar: Calendar) -> None:
    saturday, last = date(2027, 3, 6), date(2027, 3, 15)
    assert said(example_calendar, saturday, last, SIXTH)[:2] == [
        "weekend Sat 6 to Sun 7 Mar",
        "1 Mon 8 Mar",
    ]


def test_every_sort_of_day_off_says_why(example_calendar: Calendar) -> None:
    over_half_term = said(example_calendar, date(2027, 2, 12), date(2027, 2, 26), SIXTH)
    assert over_half_term == [
        "1 Fri 12 Feb",
        "weekend Sat 13 to Sun 14 Feb",
        "half-term Mon 15 to Fri 19 Feb",
        "weekend Sat 20 to Sun 21 Feb",
        "2 Mon 22 Feb",
        "3 Tue 23 Feb",
        "4 Wed 24 Feb",
        "5 Thu 25 Feb",
        "6 Fri 26 Feb (last)",
    ]
    over_easter = said(example_calendar, date(2027, 3, 24), date(2027, 4, 15), SIXTH)
    assert over_easter == [
        "1 Wed 24 Mar",
        "2 Thu 25 Mar",
        "bank holiday Fri 26 Mar",
        "school holiday Sat 27 Mar to Sun 11 Apr",
        "3 Mon 12 Apr",
        "4 Tue 13 Apr",
        "5 Wed 14 Apr",
        "6 Thu 15 Apr (last)",
    ]


@pytest.mark.parametrize(("kind", "words"), [("inset", "INSET day"), ("closure", "school closed")])
def test_inset_days_and_closures_are_said_apart(kind: str, words: str) -> None:
    off = date(2027, 3, 8)
    entry = {"kind": kind, "start": off.isoformat(), "end": off.isoformat(), "label": ""}
    calendar = Calendar.of(
        "Example",
        [Span(date(2027, 1, 4), date(2027, 3, 26))],
        [Span(off, off, kind=kind)],  # type: ignore[arg-type]
        [],
    )
    boxes = strip(
        calendar, [entry], date(2027, 3, 5), date(2027, 3, 9), Counted(2, "school_day", 1), off
    )
    assert [box.says for box in boxes if box.kind == "off"] == ["weekend", words]
    assert [box.today for box in boxes] == [False, False, True, False]


def test_a_start_that_does_not_count_is_shown_as_that(example_calendar: Calendar) -> None:
    boxes = said(example_calendar, date(2027, 3, 4), date(2027, 3, 18), TEN_AFTER)
    assert boxes[:2] == ["not counted Thu 4 Mar", "1 Fri 5 Mar"]
    assert boxes[-1] == "10 Thu 18 Mar (last)"


def test_a_long_strip_keeps_its_ends_and_the_days_around_today(example_calendar: Calendar) -> None:
    today = date(2027, 3, 10)
    boxes = said(
        example_calendar, date(2027, 1, 4), date(2027, 4, 26), Counted(64, "school_day", 0), today
    )
    assert boxes == [
        "not counted Mon 4 Jan",
        "1 Tue 5 Jan",
        "2 Wed 6 Jan",
        "38 days Thu 7 Jan to Mon 8 Mar",
        "41 Tue 9 Mar",
        "42 Wed 10 Mar (today)",
        "43 Thu 11 Mar",
        "19 days Fri 12 Mar to Thu 22 Apr",
        "63 Fri 23 Apr",
        "weekend Sat 24 to Sun 25 Apr",
        "64 Mon 26 Apr (last)",
    ]


def test_no_strip_is_drawn_that_would_not_end_on_the_last_day(example_calendar: Calendar) -> None:
    moved = date(2027, 3, 12)
    assert said(example_calendar, date(2027, 3, 4), moved, SIXTH) == []
    weeks = Counted(6, "school_week", 0)
    assert said(example_calendar, date(2027, 3, 4), date(2027, 3, 11), weeks) == []
    assert said(example_calendar, date(2020, 3, 4), date(2020, 3, 11), SIXTH) == []


@pytest.mark.parametrize(
    ("due", "words", "colour"),
    [
        ("2027-03-05", "3 school days late", "red"),
        ("2027-03-10", "today", "red"),
        ("2027-03-11", "next school day", "red"),
        ("2027-03-13", "in 2 school days", "yellow"),
        ("2027-03-17", "in 5 school days", "yellow"),
        ("2027-03-18", "in 6 school days", "blue"),
        ("2029-03-10", "in 731 days", "blue"),
    ],
)
def test_how_far_off_a_day_is(
    example_calendar: Calendar, due: str, words: str, colour: str
) -> None:
    now = datetime(2027, 3, 10, 9, 0, tzinfo=UTC)
    end = datetime.fromisoformat(f"{due}T23:59:59.999999+00:00")
    found = near(example_calendar, end, now)
    assert (found.words, found.colour) == (words, colour)


def test_days_off_alone_are_neither_late_nor_ahead_by_school_days() -> None:
    friday, sunday = date(2027, 3, 12), date(2027, 3, 14)
    assert how_near(sunday, friday, 0, missed=False).words == "before the next school day"
    assert how_near(friday, sunday, 0, missed=True).words == "late"
    assert how_near(friday, friday, 0, missed=True).words == "missed today"
    assert how_near(friday, sunday, None, missed=True).words == "2 days late"
