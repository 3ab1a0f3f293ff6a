"""Counting days in conditions, and the sittings of meetings."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

Ask = Callable[..., Any]

JAN = [date(2026, 1, day) for day in range(1, 32)]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("nth(start_on, 6, 'school_day')", date(2026, 1, 21)),
        ("nth(start_on, 1, 'day')", date(2026, 1, 14)),
        ("within(start_on, 1, 'school_day')", date(2026, 1, 15)),
        ("within(start_on, limit, limit_unit)", date(2026, 4, 28)),
        ("within(start_on, 2, 'month')", date(2026, 3, 14)),
        ("within(start_on, 1, 'term')", date(2026, 3, 27)),
        ("within(raised_at, 0, 'day')", date(2026, 1, 15)),
        ("ago(12, 'month')", date(2025, 1, 14)),
        ("ago(2, 'week')", date(2025, 12, 31)),
        ("ago(limit - 11, 'school_day')", date(2026, 1, 13)),
        ("within(start_on, limit, unset_unit)", None),
        ("within(start_on, unset, 'day')", None),
        ("within(end_on, 1, 'day')", None),
        ("within(start_on, 2, 'school_day') ", date(2026, 1, 16)),
    ],
)
def test_days_are_counted_on_the_calendar(ask: Ask, text: str, answer: date | None) -> None:
    facts = {"start_on": JAN[13], "raised_at": datetime(2026, 1, 15, 8, tzinfo=UTC)}
    assert ask(text, "date", facts=facts, happened_on=JAN[1]) == answer


@pytest.mark.parametrize(
    "text",
    [
        "nth(start_on, 900, 'school_day')",
        "within(start_on, 90, 'term')",
        "within(start_on, 999999999, 'day')",
        "ago(999999999 * 999, 'month')",
    ],
)
def test_an_answer_beyond_the_calendar_is_not_known(ask: Ask, text: str) -> None:
    assert ask(text, "date", facts={"start_on": JAN[13]}) is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        # Five school days before 15 January is 8 January: past on the 9th, not yet on the 8th.
        ("next_meeting('forum', start_on)", {JAN[7]: JAN[14], JAN[8]: date(2026, 2, 12)}),
        ("next_meeting('board', start_on)", {JAN[12]: JAN[13], JAN[13]: JAN[14], JAN[14]: None}),
        ("next_meeting('panel', start_on)", {JAN[18]: JAN[28], JAN[19]: None}),
    ],
)
def test_the_next_meeting_is_the_first_that_papers_can_still_reach(
    ask: Ask, text: str, answer: dict[date, date | None]
) -> None:
    for after, sitting in answer.items():
        assert ask(text, "date", facts={"start_on": after}) == sitting


def test_the_next_meeting_does_not_drift_as_days_pass(ask: Ask) -> None:
    """Else a deadline at the next sitting would move on by itself and never be missed."""
    for today in (JAN[7], JAN[13], JAN[27]):
        text = "next_meeting('forum', start_on)"
        assert ask(text, "date", facts={"start_on": JAN[7]}, today=today) == JAN[14]


def test_no_listed_sitting_leaves_the_next_meeting_not_known(ask: Ask) -> None:
    assert ask("next_meeting('forum', today)", "date", sittings={}) is None


def test_papers_are_wanted_as_long_before_the_sitting_as_its_meeting_says(ask: Ask) -> None:
    facts = {"sitting": JAN[14], "start_on": JAN[8]}
    assert ask("papers_by(sitting)", "date", facts=facts) == JAN[7]
    assert ask("papers_by(next_meeting('panel', start_on))", "date", facts=facts) == JAN[18]
    assert ask("papers_by(next_meeting('board', start_on))", "date", facts=facts) == JAN[13]
    assert ask("papers_by(sitting)", "date") is None
