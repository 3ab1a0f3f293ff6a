"""On which days a meeting would sit, by what its policy says of it."""

import itertools
from datetime import date, timedelta

import pytest

from apflow.casework.administering.proposing import MOST, Rhythm, gaps, proposed, rhythm_of
from apflow.policy.calendar import Calendar, Span
from apflow.policy.lifecycle import Meeting

AUTUMN = Span(date(2026, 9, 2), date(2026, 12, 18))
SPRING = Span(date(2027, 1, 4), date(2027, 3, 26))
HALVES = (
    Span(date(2026, 10, 26), date(2026, 10, 30), "half_term"),
    Span(date(2027, 2, 15), date(2027, 2, 19), "half_term"),
)
YEAR = Calendar.of("a", [AUTUMN, SPRING], HALVES, [])
TUESDAY, WEDNESDAY = 1, 2
FIRST, LAST = date(2026, 9, 1), date(2027, 3, 31)


def _days(*texts: str) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, texts))


def test_a_monthly_meeting_goes_on_about_as_late_in_the_month_as_the_last_time() -> None:
    rhythm = Rhythm(1, "month", TUESDAY, term_time=True)
    listed = _days("2026-09-15")
    assert proposed(rhythm, YEAR, listed, date(2026, 9, 16), LAST) == _days(
        "2026-10-13", "2026-11-17", "2026-12-15", "2027-01-12", "2027-02-09", "2027-03-16"
    )


def test_a_fortnightly_meeting_leaves_out_holidays_and_keeps_its_weeks() -> None:
    rhythm = Rhythm(2, "week", WEDNESDAY, term_time=True)
    found = proposed(rhythm, YEAR, _days("2026-10-14"), date(2026, 10, 15), date(2027, 1, 31))
    assert found == _days(
        "2026-11-11", "2026-11-25", "2026-12-09", "2027-01-06", "2027-01-20"
    )  # fmt: skip
    assert all(YEAR.is_school_day(day) for day in found)
    outside = Rhythm(2, "week", WEDNESDAY, term_time=False)
    assert date(2026, 10, 28) in proposed(outside, YEAR, _days("2026-10-14"), FIRST, LAST)


def test_school_weeks_do_not_count_holidays() -> None:
    rhythm = Rhythm(2, "school_week", WEDNESDAY, term_time=True)
    found = proposed(rhythm, YEAR, _days("2026-10-14"), date(2026, 10, 15), date(2026, 12, 31))
    assert found == _days("2026-11-04", "2026-11-18", "2026-12-02", "2026-12-16")


@pytest.mark.parametrize(("unit", "several"), [("half_term", 4), ("term", 2)])
def test_once_in_each_half_term_or_term(unit: str, several: int) -> None:
    found = proposed(Rhythm(1, unit, TUESDAY, term_time=True), YEAR, (), FIRST, LAST)
    assert len(found) == several
    spans = YEAR.terms if unit == "term" else YEAR.half_terms
    assert all(day in span for day, span in zip(found, spans, strict=True))


def test_a_period_that_has_a_sitting_already_is_left_alone() -> None:
    rhythm = Rhythm(1, "month", TUESDAY, term_time=True)
    listed = _days("2026-09-15", "2026-11-03")
    assert proposed(rhythm, YEAR, listed, date(2026, 9, 16), date(2026, 12, 31)) == _days(
        "2026-10-13", "2026-12-15"
    )


def test_nothing_is_proposed_beyond_what_the_calendar_knows_or_without_end() -> None:
    term_time = Rhythm(1, "week", TUESDAY, term_time=True)
    assert proposed(term_time, YEAR, (), date(2027, 3, 27), date(2027, 12, 31)) == ()
    always = Rhythm(1, "week", TUESDAY, term_time=False)
    assert len(proposed(always, YEAR, (), FIRST, date(2100, 1, 1))) == MOST


def test_a_missing_sitting_is_seen_between_two_others() -> None:
    rhythm = Rhythm(1, "month", TUESDAY, term_time=True)
    listed = _days("2026-09-15", "2026-10-06", "2026-12-15", "2027-01-12")
    assert gaps(rhythm, YEAR, listed, FIRST) == (_days("2026-10-06", "2026-12-15"),)
    assert gaps(rhythm, YEAR, listed, date(2026, 10, 7)) == ()


def test_a_month_without_school_is_no_gap() -> None:
    summer = Calendar.of("a", [AUTUMN, Span(date(2027, 2, 1), date(2027, 3, 26))], (), [])
    rhythm = Rhythm(1, "month", TUESDAY, term_time=True)
    listed = _days("2026-12-15", "2027-02-02")
    assert gaps(rhythm, summer, listed, FIRST) == ()
    always = Rhythm(1, "month", TUESDAY, term_time=False)
    assert gaps(always, summer, listed, FIRST) == (listed,)


def test_the_policys_own_rhythm_is_taken_and_its_silence_kept() -> None:
    assert rhythm_of(Meeting(), ()) is None
    monthly = Meeting(every=1, unit="month", term_time=True)
    assert rhythm_of(monthly, ()) == Rhythm(1, "month", WEDNESDAY, term_time=True)
    assert rhythm_of(monthly, _days("2026-09-15")) == Rhythm(1, "month", TUESDAY, term_time=True)
    on_fridays = Meeting(every=3, unit="week", weekday="friday")
    assert rhythm_of(on_fridays, _days("2026-09-15")) == Rhythm(3, "week", 4, term_time=False)
    assert rhythm_of(Meeting(every=3, unit="hour"), ()) is None


@pytest.mark.parametrize("unit", ["week", "school_week", "month", "half_term", "term"])
@pytest.mark.parametrize("every", [1, 2, 3])
def test_proposals_are_in_order_new_and_within_what_was_asked(unit: str, every: int) -> None:
    listed = _days("2026-09-16", "2026-11-04")
    for weekday in range(5):
        rhythm = Rhythm(every, unit, weekday, term_time=True)
        found = proposed(rhythm, YEAR, listed, FIRST, LAST)
        assert list(found) == sorted(set(found))
        assert not set(found) & set(listed)
        for day in found:
            assert day.weekday() == weekday
            assert FIRST <= day <= LAST
            assert YEAR.is_school_day(day)
        assert all(one < other for one, other in itertools.pairwise(found))
        assert all(other - one >= timedelta(days=4) for one, other in itertools.pairwise(found))
