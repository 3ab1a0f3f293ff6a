"""Counting school days, working days, weeks, months and terms on the example calendar."""

import pickle
from datetime import date

import pytest

from apflow.errors import BadInput, Unknown
from apflow.policy.calendar import BeyondCalendar, Calendar, Span


def test_the_sixth_school_day_skips_half_term(example_calendar: Calendar) -> None:
    assert example_calendar.nth(date(2026, 2, 12), 6, "school_day") == date(2026, 2, 26)


def test_the_sixth_school_day_is_a_day_later_where_counting_begins_at_0(
    example_calendar: Calendar,
) -> None:
    assert example_calendar.nth(date(2026, 2, 12), 6, "school_day", 0) == date(2026, 2, 27)


def test_the_next_school_day_after_the_last_before_half_term_is_the_monday_after_it(
    example_calendar: Calendar,
) -> None:
    assert example_calendar.next_school_day(date(2026, 2, 13)) == date(2026, 2, 23)


def test_the_sixth_school_day_crosses_a_weekend(example_calendar: Calendar) -> None:
    assert example_calendar.nth(date(2026, 2, 23), 6, "school_day") == date(2026, 3, 2)


def test_twelve_school_weeks_skip_the_holidays_and_twelve_weeks_do_not(
    example_calendar: Calendar,
) -> None:
    assert example_calendar.within(date(2026, 2, 26), 12, "school_week") == date(2026, 6, 10)
    assert example_calendar.within(date(2026, 2, 26), 12, "week") == date(2026, 5, 20)


@pytest.mark.parametrize(
    ("start", "first_is", "sixth"),
    [
        (date(2026, 2, 14), 1, date(2026, 3, 2)),  # a Saturday: Monday 23 February is day 1
        (date(2026, 2, 14), 0, date(2026, 3, 2)),  # not counted, as it is no school day anyway
        (date(2026, 2, 20), 1, date(2026, 3, 2)),
        (date(2025, 12, 19), 1, date(2026, 1, 9)),
    ],
)
def test_a_first_day_that_is_no_school_day_counts_from_the_next_one(
    example_calendar: Calendar, start: date, first_is: int, sixth: date
) -> None:
    assert example_calendar.nth(start, 6, "school_day", first_is) == sixth


def test_the_first_school_day_is_the_start_itself_if_it_is_one(example_calendar: Calendar) -> None:
    assert example_calendar.nth(date(2026, 2, 12), 1, "school_day") == date(2026, 2, 12)
    assert example_calendar.nth(date(2026, 2, 14), 1, "school_day") == date(2026, 2, 23)


def test_a_bank_holiday_is_neither_a_working_day_nor_a_school_day(
    example_calendar: Calendar,
) -> None:
    assert not example_calendar.is_working_day(date(2026, 5, 4))
    assert not example_calendar.is_school_day(date(2026, 5, 4))
    assert example_calendar.within(date(2026, 5, 1), 1, "working_day") == date(2026, 5, 5)


def test_a_weekday_in_the_holidays_is_a_working_day_but_no_school_day(
    example_calendar: Calendar,
) -> None:
    assert example_calendar.is_working_day(date(2026, 2, 18))
    assert not example_calendar.is_school_day(date(2026, 2, 18))
    assert example_calendar.is_school_week(date(2026, 2, 15))
    assert not example_calendar.is_school_week(date(2026, 2, 16))


@pytest.mark.parametrize(
    ("kind", "unit", "answer"),
    [
        ("inset", "school_day", date(2026, 2, 12)),
        ("closure", "school_day", date(2026, 2, 12)),
        ("inset", "working_day", date(2026, 2, 11)),
    ],
)
def test_an_inset_day_or_closure_is_worked_but_not_schooled(
    example_calendar: Calendar, kind: str, unit: str, answer: date
) -> None:
    shut = Span(date(2026, 2, 11), date(2026, 2, 11), kind)  # type: ignore[arg-type]
    own = Calendar.of("A school", example_calendar.terms, [*BREAKS, shut], [])
    assert own.within(date(2026, 2, 10), 1, unit) == answer


BREAKS = [Span(date(2026, 2, 16), date(2026, 2, 20), "half_term")]


@pytest.mark.parametrize("unit", ["day", "working_day", "school_day", "week", "school_week"])
def test_within_nothing_is_the_same_day(example_calendar: Calendar, unit: str) -> None:
    assert example_calendar.within(date(2026, 2, 14), 0, unit) == date(2026, 2, 14)
    assert example_calendar.before(date(2026, 2, 14), 0, unit) == date(2026, 2, 14)


@pytest.mark.parametrize(
    ("start", "n", "last"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 3, 31), 6, date(2026, 9, 30)),
        (date(2026, 11, 15), 3, date(2027, 2, 15)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months_end_on_the_same_day_or_on_that_months_last(
    example_calendar: Calendar, start: date, n: int, last: date
) -> None:
    assert example_calendar.within(start, n, "month") == last


@pytest.mark.parametrize(
    ("start", "n", "unit", "last"),
    [
        (date(2025, 10, 1), 1, "term", date(2025, 12, 19)),
        (date(2025, 10, 29), 1, "term", date(2025, 12, 19)),  # the half-term is inside the term
        (date(2025, 10, 1), 2, "term", date(2026, 3, 27)),
        (date(2025, 12, 25), 1, "term", date(2026, 3, 27)),  # in a holiday: the next one
        (date(2025, 12, 20), 2, "term", date(2026, 7, 21)),
        (date(2025, 10, 1), 1, "half_term", date(2025, 10, 24)),
        (date(2025, 10, 25), 1, "half_term", date(2025, 12, 19)),  # the Saturday before half-term
        (date(2025, 10, 29), 1, "half_term", date(2025, 12, 19)),
        (date(2025, 10, 1), 3, "half_term", date(2026, 2, 13)),
        (date(2025, 12, 19), 1, "half_term", date(2025, 12, 19)),
        (date(2026, 7, 22), 1, "half_term", date(2026, 10, 23)),
    ],
)
def test_a_term_ends_with_its_last_school_day(
    example_calendar: Calendar, start: date, n: int, unit: str, last: date
) -> None:
    assert example_calendar.within(start, n, unit) == last


def test_a_term_that_ends_with_an_inset_day_ends_for_pupils_the_day_before() -> None:
    terms = [Span(date(2026, 1, 5), date(2026, 3, 27)), Span(date(2026, 4, 13), date(2026, 7, 21))]
    inset = Span(date(2026, 3, 27), date(2026, 3, 27), "inset")
    calendar = Calendar.of("A school", terms, [inset], [])
    assert calendar.within(date(2026, 2, 2), 1, "term") == date(2026, 3, 26)
    assert calendar.within(date(2026, 3, 27), 1, "term") == date(2026, 7, 21)


@pytest.mark.parametrize(
    ("start", "n", "last"),
    [
        (date(2026, 2, 16), 1, date(2026, 2, 27)),  # Monday of half-term: the week after it
        (date(2026, 2, 19), 1, date(2026, 2, 27)),
        (date(2026, 2, 14), 1, date(2026, 2, 27)),
        (date(2026, 2, 23), 1, date(2026, 2, 27)),
        (date(2026, 2, 9), 2, date(2026, 2, 27)),
        (date(2026, 5, 4), 1, date(2026, 5, 8)),  # a bank holiday in a school week
        (date(2026, 3, 27), 1, date(2026, 4, 16)),
        (date(2025, 12, 20), 1, date(2026, 1, 9)),
    ],
)
def test_school_weeks_never_end_before_they_begin(
    example_calendar: Calendar, start: date, n: int, last: date
) -> None:
    assert example_calendar.within(start, n, "school_week") == last


@pytest.mark.parametrize(
    ("n", "unit", "day"),
    [
        (2, "day", date(2026, 2, 24)),
        (2, "school_day", date(2026, 2, 24)),
        (5, "school_day", date(2026, 2, 12)),
        (5, "working_day", date(2026, 2, 19)),
        (1, "week", date(2026, 2, 19)),
        (1, "school_week", date(2026, 2, 12)),
        (2, "month", date(2025, 12, 26)),
        (1, "term", date(2026, 1, 5)),
        (2, "term", date(2025, 9, 3)),
        (1, "half_term", date(2026, 2, 23)),
        (2, "half_term", date(2026, 1, 5)),
    ],
)
def test_looking_back_skips_what_looking_ahead_skips(
    example_calendar: Calendar, n: int, unit: str, day: date
) -> None:
    assert example_calendar.ago(date(2026, 2, 26), n, unit) == day
    assert example_calendar.within(date(2026, 2, 26), -n, unit) == day


def test_a_term_looked_back_for_on_its_first_day_is_that_term(example_calendar: Calendar) -> None:
    assert example_calendar.ago(date(2026, 1, 5), 1, "term") == date(2026, 1, 5)
    assert example_calendar.ago(date(2026, 2, 23), 1, "half_term") == date(2026, 2, 23)


def test_a_school_week_cut_short_on_both_sides_ends_no_earlier_than_it_begins() -> None:
    shut = [
        Span(date(2026, 1, 9), date(2026, 1, 9), "inset"),
        Span(date(2026, 1, 12), date(2026, 1, 15), "closure"),
    ]
    calendar = Calendar.of("Snow", [Span(date(2026, 1, 5), date(2026, 3, 27))], shut, [])
    assert calendar.within(date(2026, 1, 9), 1, "school_week") == date(2026, 1, 9)


def test_looking_back_from_a_holiday_starts_with_the_last_school_week(
    example_calendar: Calendar,
) -> None:
    assert example_calendar.before(date(2026, 2, 18), 1, "school_week") == date(2026, 2, 11)
    assert example_calendar.before(date(2026, 2, 18), 1, "half_term") == date(2026, 1, 5)


@pytest.mark.parametrize("unit", ["school_day", "working_day", "school_week", "term", "half_term"])
def test_a_calendar_never_guesses_beyond_its_days(example_calendar: Calendar, unit: str) -> None:
    for start in (date(2025, 9, 2), date(2027, 7, 22)):
        with pytest.raises(BeyondCalendar):
            example_calendar.within(start, 1, unit)
        with pytest.raises(BeyondCalendar):
            example_calendar.before(start, 1, unit)
    with pytest.raises(BeyondCalendar):
        example_calendar.within(date(2027, 7, 1), 60, unit)
    with pytest.raises(BeyondCalendar):
        example_calendar.before(date(2025, 9, 10), 60, unit)


def test_plain_days_and_months_are_known_without_a_calendar(example_calendar: Calendar) -> None:
    assert example_calendar.ago(date(2025, 9, 3), 12, "month") == date(2024, 9, 3)
    assert example_calendar.within(date(2027, 7, 21), 4, "week") == date(2027, 8, 17)
    assert example_calendar.nth(date(2027, 7, 21), 20, "day") == date(2027, 8, 9)


@pytest.mark.parametrize("unit", ["day", "week", "month", "school_day", "school_week", "term"])
@pytest.mark.parametrize("n", [10**6, 10**12, -(10**12)])
def test_a_count_beyond_all_time_is_beyond_the_calendar(
    example_calendar: Calendar, unit: str, n: int
) -> None:
    with pytest.raises(BeyondCalendar):
        example_calendar.within(date(2026, 2, 12), n * 10, unit)


def test_a_day_outside_the_horizon_is_neither_a_school_day_nor_not(
    example_calendar: Calendar,
) -> None:
    for ask in (
        example_calendar.is_school_day,
        example_calendar.is_working_day,
        example_calendar.is_school_week,
    ):
        with pytest.raises(BeyondCalendar, match="2025-09-03 to 2027-07-21: 2025-09-02"):
            ask(date(2025, 9, 2))


def test_what_lies_beyond_the_calendar_says_so_after_a_journey_between_processes(
    example_calendar: Calendar,
) -> None:
    with pytest.raises(BeyondCalendar) as caught:
        example_calendar.nth(date(2027, 7, 20), 6, "school_day")
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert "6 school days from 2027-07-20 lies outside it" in str(again)


def test_an_unknown_unit_names_the_nearest_one(example_calendar: Calendar) -> None:
    with pytest.raises(Unknown, match="did you mean 'school_week'"):
        example_calendar.within(date(2026, 2, 12), 1, "school_weeks")
    with pytest.raises(Unknown, match="unit of days"):
        example_calendar.nth(date(2026, 2, 12), 1, "week")
    with pytest.raises(Unknown):
        example_calendar.before(date(2026, 2, 12), 1, "hour")


def test_the_first_day_counts_as_0_or_1_and_nothing_else(example_calendar: Calendar) -> None:
    with pytest.raises(BadInput, match="counts as 0 or as 1"):
        example_calendar.nth(date(2026, 2, 12), 6, "school_day", 2)


def test_the_horizon_runs_from_the_first_term_to_the_last_unless_stated(
    example_calendar: Calendar,
) -> None:
    assert (example_calendar.first, example_calendar.last) == (date(2025, 9, 3), date(2027, 7, 21))
    wider = Calendar.of("Wide", example_calendar.terms, [], [], date(2025, 8, 1), date(2027, 8, 31))
    assert wider.nth(date(2025, 8, 20), 1, "school_day") == date(2025, 9, 3)


def test_a_calendar_without_terms_or_with_an_empty_horizon_is_refused() -> None:
    with pytest.raises(BadInput, match="at least one term"):
        Calendar.of("Nowhere", [], [], [])
    with pytest.raises(BadInput, match="end before it begins"):
        Calendar.of("Nowhere", [], [], [], date(2026, 1, 2), date(2026, 1, 1))


def test_halves_of_a_term_lie_on_either_side_of_its_half_term_holidays() -> None:
    term = Span(date(2026, 1, 5), date(2026, 3, 27))
    holidays = [
        Span(date(2026, 2, 16), date(2026, 2, 20), "half_term"),
        Span(date(2026, 2, 23), date(2026, 2, 24), "half_term"),
    ]
    calendar = Calendar.of("Two weeks off", [term], holidays, [])
    assert calendar.half_terms[0] == Span(date(2026, 1, 5), date(2026, 2, 15))
    assert calendar.half_terms[-1] == Span(date(2026, 2, 25), date(2026, 3, 27))
    assert calendar.within(date(2026, 2, 13), 2, "half_term") == date(2026, 3, 27)
