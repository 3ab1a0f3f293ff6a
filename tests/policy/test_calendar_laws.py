"""Laws that counting keeps for every day of the example calendar."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apflow.policy.calendar import CALENDAR_UNITS, DAY_UNITS, BeyondCalendar, Calendar

FIRST, LAST = date(2025, 9, 3), date(2027, 7, 21)
ONE = timedelta(days=1)
IN_CALENDAR = st.dates(FIRST, LAST)
COUNTS = st.integers(0, 60)


def answer(ask: Callable[[], date]) -> date | None:
    try:
        return ask()
    except BeyondCalendar:
        return None


def is_day(day: date, unit: str) -> bool:
    """Say naively, from the written terms alone, whether a day counts."""
    if unit == "day":
        return True
    if day.weekday() > 4 or day in BANK_HOLIDAYS:
        return False
    return unit == "working_day" or (
        any(start <= day <= end for start, end in TERMS)
        and not any(start <= day <= end for start, end in HALF_TERMS)
    )


TERMS = [
    (date(2025, 9, 3), date(2025, 12, 19)),
    (date(2026, 1, 5), date(2026, 3, 27)),
    (date(2026, 4, 13), date(2026, 7, 21)),
    (date(2026, 9, 1), date(2026, 12, 18)),
    (date(2027, 1, 4), date(2027, 3, 26)),
    (date(2027, 4, 12), date(2027, 7, 21)),
]
HALF_TERMS = [
    (date(2025, 10, 27), date(2025, 10, 31)),
    (date(2026, 2, 16), date(2026, 2, 20)),
    (date(2026, 5, 25), date(2026, 5, 29)),
    (date(2026, 10, 26), date(2026, 10, 30)),
    (date(2027, 2, 15), date(2027, 2, 19)),
    (date(2027, 5, 31), date(2027, 6, 4)),
]
BANK_HOLIDAYS = (
    *(date(2025, 12, 25), date(2025, 12, 26), date(2026, 1, 1), date(2026, 4, 3)),
    *(date(2026, 4, 6), date(2026, 5, 4), date(2026, 5, 25), date(2026, 8, 31)),
    *(date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1), date(2027, 3, 26)),
    *(date(2027, 3, 29), date(2027, 5, 3), date(2027, 5, 31)),
)


def counted(start: date, n: int, unit: str) -> date | None:
    """Walk on day by day, counting, until the nth such day after the start."""
    day = start
    while n:
        day += ONE
        if unit != "day" and day > LAST:
            return None
        n -= is_day(day, unit)
    return day


def has_school(day: date) -> bool:
    monday = day - ONE * day.weekday()
    return any(is_day(monday + ONE * n, "school_day") for n in range(7))


@given(IN_CALENDAR, COUNTS, st.sampled_from(DAY_UNITS))
def test_bisection_counts_days_as_walking_day_by_day_does(
    example_calendar: Calendar, start: date, n: int, unit: str
) -> None:
    expected = counted(start, n, unit)
    assert answer(lambda: example_calendar.within(start, n, unit)) == expected
    if n:
        assert answer(lambda: example_calendar.nth(start, n, unit, 0)) == expected
        on_the_eve = counted(start - ONE, n, unit)
        assert answer(lambda: example_calendar.nth(start, n, unit)) == on_the_eve


@given(IN_CALENDAR, st.integers(1, 30))
def test_school_weeks_are_moved_week_by_week(
    example_calendar: Calendar, start: date, n: int
) -> None:
    assume(has_school(start))
    moved, left = start, n
    while left and moved <= LAST:
        moved += 7 * ONE
        left -= has_school(moved)
    last = moved - ONE
    while not is_day(last, "school_day"):
        last -= ONE
    found = answer(lambda: example_calendar.within(start, n, "school_week"))
    assert found == (None if left else max(start, last))


@given(IN_CALENDAR, st.integers(1, 8))
def test_terms_end_as_walking_to_their_ends_does(
    example_calendar: Calendar, start: date, n: int
) -> None:
    lasts = []
    for _, end in TERMS:
        last = end
        while not is_day(last, "school_day"):
            last -= ONE
        lasts.append(last)
    ends = [last for last in lasts if last >= start]
    expected = ends[n - 1] if n <= len(ends) else None
    assert answer(lambda: example_calendar.within(start, n, "term")) == expected


@given(IN_CALENDAR, COUNTS, st.sampled_from(CALENDAR_UNITS))
def test_a_longer_period_never_ends_earlier(
    example_calendar: Calendar, start: date, n: int, unit: str
) -> None:
    longer = answer(lambda: example_calendar.within(start, n + 1, unit))
    assume(longer is not None)
    shorter = example_calendar.within(start, n, unit)
    assert longer is not None
    assert start <= shorter <= longer


@given(IN_CALENDAR, COUNTS, st.sampled_from(CALENDAR_UNITS))
def test_looking_further_back_never_comes_nearer(
    example_calendar: Calendar, day: date, n: int, unit: str
) -> None:
    further = answer(lambda: example_calendar.before(day, n + 1, unit))
    assume(further is not None)
    assert further is not None
    assert further <= example_calendar.before(day, n, unit) <= day


@given(IN_CALENDAR, st.integers(-20, 60), st.sampled_from(DAY_UNITS), st.sampled_from([0, 1]))
def test_a_later_day_of_the_count_is_a_later_day(
    example_calendar: Calendar, start: date, n: int, unit: str, first_is: int
) -> None:
    later = answer(lambda: example_calendar.nth(start, n + 1, unit, first_is))
    earlier = answer(lambda: example_calendar.nth(start, n, unit, first_is))
    if later is not None and earlier is not None:
        assert earlier < later


@given(IN_CALENDAR, st.sampled_from(["school_day", "working_day"]))
def test_going_on_and_back_by_as_many_days_returns(
    example_calendar: Calendar, start: date, unit: str
) -> None:
    assume(is_day(start, unit))
    on = answer(lambda: example_calendar.within(start, 7, unit))
    assume(on is not None)
    assert on is not None
    assert example_calendar.before(on, 7, unit) == start


@pytest.mark.parametrize("unit", ["school_day", "working_day"])
def test_every_day_of_the_calendar_is_known_for_what_it_is(
    example_calendar: Calendar, unit: str
) -> None:
    ask = (
        example_calendar.is_school_day if unit == "school_day" else example_calendar.is_working_day
    )
    days = [FIRST + ONE * n for n in range((LAST - FIRST).days + 1)]
    assert [day for day in days if ask(day)] == [day for day in days if is_day(day, unit)]
