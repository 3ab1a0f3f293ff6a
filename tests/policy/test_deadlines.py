"""When deadlines are due, from which day they warn, and what meets them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from apflow.policy.calendar import Calendar
from apflow.policy.compiled import Compiled, Faulty, compile_lifecycle
from apflow.policy.deadlines import Due, due, end_of_day, start_day
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Situation, Tally, Value

TODAY = date(2026, 2, 26)


POLICY: dict[str, object] = {
    "lifecycle": "small",
    "title": "Small",
    "road": ["waiting", "placed", "left"],
    "phases": {"all": "All"},
    "roles": {"la": {"title": "LA"}, "pru": {"title": "PRU"}},
    "settings": {
        "no_limit": {"value": None, "type": "number"},
        "no_unit": {"value": None, "type": "word"},
        "weeks": {"value": 12},
        "week_unit": {"value": "school_week"},
        "first_day_is": {"value": 0},
    },
    "facts": {
        "started": {"type": "date", "ask": "When?"},
        "told_at": {"type": "moment", "ask": "When told?"},
        "excluded": {"type": "yes_no", "ask": "Excluded?"},
        "lead": {"type": "choice", "ask": "Who?", "options": {"la": "LA", "pru": "PRU"}},
        "placement_start": {"type": "date", "set": True},
        "agreed_end": {"type": "date", "ask": "Until when?"},
    },
    "events": {
        "open_it": {"title": "Open", "asks": ["started"]},
        "begin": {"title": "Begin", "sets": {"placement_start": "happened_on"}},
        "leave": {"title": "Leave"},
    },
    "states": {
        "waiting": {"title": "Waiting", "phase": "all", "owner": "la"},
        "placed": {"title": "Placed", "phase": "all", "owner": "pru"},
        "left": {"title": "Left", "phase": "all", "final": "good"},
    },
    "transitions": [
        {"from": "start", "event": "open_it", "to": "waiting", "by": "la"},
        {"from": "waiting", "event": "begin", "to": "placed", "by": "pru"},
        {"from": "placed", "event": "leave", "to": "left", "by": "pru"},
    ],
}


def lifecycle(**deadline: object) -> Compiled:
    """Return a small lifecycle with the one deadline `it`."""
    it = {"title": "It", "owner": "la", "met_by": "begin", **deadline}
    return compile_lifecycle(Lifecycle.model_validate({**POLICY, "deadlines": {"it": it}}))


def situation(
    calendar: Calendar,
    facts: Mapping[str, Value] | None = None,
    state: str = "waiting",
    tally: Tally | None = None,
) -> Situation:
    return Situation(
        state=state,
        facts=facts or {},
        tally=tally or Tally(),
        calendar=calendar,
        today=TODAY,
        happened_on=TODAY,
    )


def the_due(calendar: Calendar, facts: Mapping[str, Value], **deadline: object) -> Due:
    (found,) = due(lifecycle(**deadline), situation(calendar, facts))
    return found


@pytest.mark.parametrize(
    ("form", "start", "last_day"),
    [
        ({"nth": 6, "unit": "school_day"}, date(2026, 2, 12), date(2026, 2, 26)),
        ({"nth": 6, "unit": "school_day", "first_is": 1}, date(2026, 2, 12), date(2026, 2, 26)),
        ({"nth": 6, "unit": "school_day", "first_is": 0}, date(2026, 2, 12), date(2026, 2, 27)),
        (
            {"nth": 6, "unit": "school_day", "first_is": "first_day_is"},
            date(2026, 2, 12),
            date(2026, 2, 27),
        ),
        ({"nth": 6, "unit": "school_day"}, date(2026, 2, 23), date(2026, 3, 2)),
        ({"within": 1, "unit": "school_day"}, date(2026, 2, 13), date(2026, 2, 23)),
        ({"within": "weeks", "unit": "week_unit"}, date(2026, 2, 26), date(2026, 6, 10)),
        ({"within": 12, "unit": "week"}, date(2026, 2, 26), date(2026, 5, 20)),
        ({"within": 0, "unit": "day"}, date(2026, 2, 14), date(2026, 2, 14)),
        ({"within": 1, "unit": "month"}, date(2026, 1, 31), date(2026, 2, 28)),
        ({"within": 1, "unit": "term"}, date(2025, 12, 24), date(2026, 3, 27)),
        ({"within": 2, "unit": "half_term"}, date(2026, 2, 18), date(2026, 5, 22)),
        ({"date": "agreed_end"}, date(2026, 2, 12), date(2026, 5, 1)),
    ],
)
def test_a_deadline_ends_with_the_last_moment_of_its_last_day(
    example_calendar: Calendar, form: object, start: date, last_day: date
) -> None:
    facts: dict[str, Value] = {"started": start, "agreed_end": date(2026, 5, 1)}
    found = the_due(example_calendar, facts, start="started", due=form)
    assert found.due_at == end_of_day(last_day)
    assert not found.beyond
    assert found.start == start.isoformat()


@pytest.mark.parametrize(
    ("day", "last_moment"),
    [
        (date(2026, 1, 15), datetime(2026, 1, 15, 23, 59, 59, 999999, UTC)),
        (date(2026, 7, 15), datetime(2026, 7, 15, 22, 59, 59, 999999, UTC)),
        # The clocks go forward on 29 March 2026 and back on 25 October 2026.
        (date(2026, 3, 28), datetime(2026, 3, 28, 23, 59, 59, 999999, UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, 59, 59, 999999, UTC)),
        (date(2026, 10, 24), datetime(2026, 10, 24, 22, 59, 59, 999999, UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, 59, 59, 999999, UTC)),
    ],
)
def test_a_day_ends_at_midnight_in_london_summer_and_winter(
    day: date, last_moment: datetime
) -> None:
    assert end_of_day(day) == last_moment


def test_a_deadline_across_a_change_of_the_clocks_ends_at_midnight_too(
    example_calendar: Calendar,
) -> None:
    spring = the_due(
        example_calendar,
        {"started": date(2026, 3, 26)},
        start="started",
        due={"within": 5, "unit": "day"},
        warn={"before": 3, "unit": "day"},
    )
    assert spring.due_at == datetime(2026, 3, 31, 22, 59, 59, 999999, UTC)
    assert spring.warn_at == datetime(2026, 3, 28, 23, 59, 59, 999999, UTC)
    autumn = the_due(
        example_calendar,
        {"started": date(2026, 10, 23)},
        start="started",
        due={"within": 3, "unit": "day"},
        warn={"before": 2, "unit": "day"},
    )
    assert autumn.due_at == datetime(2026, 10, 26, 23, 59, 59, 999999, UTC)
    assert autumn.warn_at == datetime(2026, 10, 24, 22, 59, 59, 999999, UTC)


@pytest.mark.parametrize(
    ("told", "until"),
    [
        (datetime(2026, 2, 12, 9, 30, tzinfo=UTC), datetime(2026, 2, 14, 9, 30, tzinfo=UTC)),
        (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC)),
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 26, 12, tzinfo=UTC)),
    ],
)
def test_hours_are_counted_from_a_moment_whatever_the_clocks_do(
    example_calendar: Calendar, told: datetime, until: datetime
) -> None:
    found = the_due(
        example_calendar,
        {"told_at": told},
        start="told_at",
        due={"within": 48, "unit": "hour"},
        warn={"before": 6, "unit": "hour"},
    )
    assert found.due_at == until
    assert found.warn_at is not None
    assert (until - found.warn_at).total_seconds() == 6 * 3600
    assert found.start == told.isoformat()
    assert start_day(found.start) == told.date()


def test_a_moment_late_in_the_evening_counts_from_its_day_in_london(
    example_calendar: Calendar,
) -> None:
    told = datetime(2026, 6, 10, 23, 30, tzinfo=UTC)
    found = the_due(
        example_calendar, {"told_at": told}, start="told_at", due={"within": 1, "unit": "day"}
    )
    assert found.due_at == end_of_day(date(2026, 6, 12))
    assert start_day(found.start) == date(2026, 6, 11)


@pytest.mark.parametrize(
    ("deadline", "facts"),
    [
        ({"due": {"within": 1, "unit": "day"}}, {}),
        ({"due": {"within": 1, "unit": "day"}, "when": "excluded"}, {"started": TODAY}),
        (
            {"due": {"within": 1, "unit": "day"}, "when": "excluded"},
            {"started": TODAY, "excluded": False},
        ),
        ({"due": {"within": 1, "unit": "day"}, "in": "placed"}, {"started": TODAY}),
    ],
    ids=["start not known", "when not known", "when is no", "another state"],
)
def test_a_deadline_does_not_stand_until_everything_it_needs_is_so(
    example_calendar: Calendar, deadline: dict[str, object], facts: dict[str, Value]
) -> None:
    assert due(lifecycle(start="started", **deadline), situation(example_calendar, facts)) == ()


def test_a_deadline_without_in_does_not_stand_in_a_final_state(example_calendar: Calendar) -> None:
    compiled = lifecycle(start="started", due={"within": 1, "unit": "day"})
    assert len(due(compiled, situation(example_calendar, {"started": TODAY}, "placed"))) == 1
    assert due(compiled, situation(example_calendar, {"started": TODAY}, "left")) == ()


@pytest.mark.parametrize(
    "form",
    [
        {"within": "no_limit", "unit": "week"},
        {"within": 2, "unit": "no_unit"},
        {"nth": "no_limit", "unit": "school_day"},
        {"nth": 6, "unit": "school_day", "first_is": "no_limit"},
        {"date": "agreed_end"},
    ],
)
def test_without_a_number_a_unit_or_a_date_a_deadline_stands_without_a_limit(
    example_calendar: Calendar, form: object
) -> None:
    warn = {"before": 2, "unit": "day"}
    found = the_due(example_calendar, {"started": TODAY}, start="started", due=form, warn=warn)
    assert (found.due_at, found.warn_at, found.beyond) == (None, None, False)


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ({"nth": 6, "unit": "school_day"}, date(2027, 7, 19)),
        ({"within": 1, "unit": "school_day"}, date(2025, 9, 1)),
        ({"within": 3, "unit": "term"}, date(2027, 5, 1)),
        ({"within": 999_999_999, "unit": "day"}, date(2026, 5, 1)),
    ],
)
def test_a_last_moment_beyond_the_calendar_says_so_and_has_no_date(
    example_calendar: Calendar, form: object, start: date
) -> None:
    found = the_due(example_calendar, {"started": start}, start="started", due=form)
    assert (found.due_at, found.beyond) == (None, True)


def test_hours_beyond_all_time_are_beyond_the_calendar(example_calendar: Calendar) -> None:
    told: dict[str, Value] = {"told_at": datetime(2026, 2, 12, 9, 30, tzinfo=UTC)}
    form = {"within": 999_999_999, "unit": "hour"}
    assert the_due(example_calendar, told, start="told_at", due=form).beyond


def test_a_first_day_that_counts_as_neither_0_nor_1_is_refused_on_loading(
    example_calendar: Calendar,
) -> None:
    form = {"nth": 6, "unit": "school_day", "first_is": "weeks"}
    with pytest.raises(Faulty, match="the number here is 0 to 1"):
        the_due(example_calendar, {"started": TODAY}, start="started", due=form)


LIMIT = {"within": 12, "unit": "school_week"}
CALENDAR_WEEKS = {"within": 12, "unit": "week"}


@pytest.mark.parametrize(
    ("reading", "warn", "warn_day"),
    [
        (None, None, None),
        (None, {"before": 2, "unit": "school_week"}, date(2026, 5, 20)),
        (CALENDAR_WEEKS, None, date(2026, 5, 20)),
        (CALENDAR_WEEKS, {"before": 2, "unit": "school_day"}, date(2026, 5, 18)),
        (CALENDAR_WEEKS, {"before": "no_limit", "unit": "day"}, date(2026, 5, 20)),
        (None, {"before": "no_limit", "unit": "day"}, None),
        ({"within": "no_limit", "unit": "week"}, None, date(2026, 6, 10)),
    ],
)
def test_the_earlier_of_two_readings_starts_the_warning(
    example_calendar: Calendar, reading: object, warn: object, warn_day: date | None
) -> None:
    found = the_due(
        example_calendar,
        {"started": date(2026, 2, 26)},
        start="started",
        due=LIMIT,
        other_reading=reading,
        warn=warn,
    )
    assert found.due_at == end_of_day(date(2026, 6, 10))
    assert found.other_at == (end_of_day(date(2026, 5, 20)) if reading is CALENDAR_WEEKS else None)
    assert found.warn_at == (warn_day and end_of_day(warn_day))


def test_the_other_reading_warns_where_the_first_gives_no_date(example_calendar: Calendar) -> None:
    found = the_due(
        example_calendar,
        {"started": date(2026, 2, 26)},
        start="started",
        due={"date": "agreed_end"},
        other_reading=CALENDAR_WEEKS,
    )
    assert found.due_at is None
    assert found.warn_at == found.other_at == end_of_day(date(2026, 5, 20))


def test_a_warning_that_cannot_be_counted_back_starts_with_the_deadline(
    example_calendar: Calendar,
) -> None:
    found = the_due(
        example_calendar,
        {"started": date(2025, 9, 3)},
        start="started",
        due={"within": 3, "unit": "school_day"},
        warn={"before": 10, "unit": "school_day"},
    )
    assert found.warn_at == datetime(2025, 9, 2, 23, tzinfo=UTC)


def test_an_owner_is_a_role_or_the_choice_of_one(example_calendar: Calendar) -> None:
    form = {"within": 1, "unit": "day"}
    compiled = lifecycle(start="started", due=form, owner="lead")
    chosen = situation(example_calendar, {"started": TODAY, "lead": "pru"})
    assert [one.owner for one in due(compiled, chosen)] == ["pru"]
    unknown = situation(example_calendar, {"started": TODAY})
    assert [one.owner for one in due(compiled, unknown)] == ["la"]


def test_the_same_situation_gives_the_same_deadlines(example_calendar: Calendar) -> None:
    compiled = lifecycle(start="started", due=LIMIT, other_reading=CALENDAR_WEEKS)
    asked = situation(example_calendar, {"started": TODAY})
    assert due(compiled, asked) == due(compiled, asked)
    assert due(compiled, asked.but(today=date(2026, 6, 30))) == due(compiled, asked)
