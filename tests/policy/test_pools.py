"""Which pools a referral counts against, and where it comes in their lines."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apflow.policy.calendar import Calendar
from apflow.policy.compiled import Compiled, View, compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.pools import PoolStanding, order_text, standing
from apflow.policy.situation import Situation, Tally, Value

TODAY = date(2026, 2, 26)
POLICY: dict[str, object] = {
    "lifecycle": "small",
    "title": "Small",
    "road": ["waiting", "placed"],
    "phases": {"all": "All"},
    "roles": {"la": {"title": "LA"}},
    "settings": {"ks4_places": {"value": None, "type": "number"}},
    "facts": {
        "stage": {"type": "choice", "ask": "Stage?", "options": {"KS3": "3", "KS4": "4"}},
        "rank": {"type": "number", "ask": "Rank?"},
        "referred_on": {"type": "date", "ask": "When?"},
    },
    "events": {
        "refer": {"title": "Refer", "asks": ["stage"], "may_ask": ["rank", "referred_on"]},
        "place": {"title": "Place"},
        "leave": {"title": "Leave"},
    },
    "states": {
        "waiting": {"title": "Waiting", "phase": "all"},
        "placed": {"title": "Placed", "phase": "all"},
        "gone": {"title": "Gone", "phase": "all", "final": "good"},
    },
    "transitions": [
        {"from": "start", "event": "refer", "to": "waiting", "by": "la"},
        {"from": "waiting", "event": "place", "to": "placed", "by": "la"},
        {"from": "placed", "event": "leave", "to": "gone", "by": "la"},
    ],
    "places": {
        "ks3": {
            "title": "Key stage 3",
            "when": "stage == 'KS3'",
            "capacity": 8,
            "held_in": "placed",
            "waiting_in": "waiting",
            "order": ["rank", "referred_on"],
        },
        "ks4": {
            "title": "Key stage 4",
            "when": "stage == 'KS4'",
            "capacity": "ks4_places",
            "held_in": "placed",
        },
        "all_of_them": {"title": "The house", "capacity": 20, "held_in": "placed"},
    },
}


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return compile_lifecycle(Lifecycle.model_validate(POLICY))


def standings(
    compiled: Compiled, calendar: Calendar, state: str, facts: dict[str, Value]
) -> dict[str, PoolStanding]:
    asked = Situation(state, facts, Tally(), calendar, TODAY, TODAY)
    return {one.pool: one for one in standing(compiled, View(compiled, asked))}


def test_a_referral_counts_against_every_pool_whose_when_is_yes(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    ks3 = standings(compiled, example_calendar, "waiting", {"stage": "KS3"})
    assert list(ks3) == ["ks3", "all_of_them"]
    assert ks3["ks3"].waits
    assert not ks3["ks3"].holds
    assert not ks3["all_of_them"].waits
    assert ks3["ks3"].capacity == 8


def test_a_pool_whose_when_is_not_known_yet_does_not_count(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    assert list(standings(compiled, example_calendar, "waiting", {})) == ["all_of_them"]


def test_a_place_is_held_in_the_states_that_hold_one_and_no_limit_is_none(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    ks4 = standings(compiled, example_calendar, "placed", {"stage": "KS4"})["ks4"]
    assert (ks4.holds, ks4.waits, ks4.capacity, ks4.order) == (True, False, None, "")
    gone = standings(compiled, example_calendar, "gone", {"stage": "KS4"})["ks4"]
    assert not gone.holds


def test_the_smallest_comes_first_and_what_is_not_known_last(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    facts: list[dict[str, Value]] = [
        {"rank": -10, "referred_on": date(2026, 1, 9)},
        {"rank": -2, "referred_on": date(2026, 1, 9)},
        {"rank": 0, "referred_on": date(2026, 1, 9)},
        {"rank": 2, "referred_on": date(2025, 12, 31)},
        {"rank": 2, "referred_on": date(2026, 1, 10)},
        {"rank": 2},
        {"rank": 10, "referred_on": date(2025, 1, 1)},
        {"referred_on": date(2025, 1, 1)},
        {},
    ]
    orders = [
        standings(compiled, example_calendar, "waiting", {"stage": "KS3", **one})["ks3"].order
        for one in facts
    ]
    assert orders == sorted(orders)
    assert len(set(orders)) == len(orders)


NUMBERS = st.integers(-(10**17), 10**17)


@given(NUMBERS, NUMBERS)
def test_numbers_sort_as_text_as_they_do_as_numbers(one: int, other: int) -> None:
    assert (order_text(one) < order_text(other)) == (one < other)
    assert order_text(one) < order_text(None)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.dates(date(1900, 1, 1)))
def test_dates_sort_as_text_as_they_do_as_dates(one: date, other: date) -> None:
    assert (order_text(one) < order_text(other)) == (one < other)
    assert order_text(one) < order_text(None)


def test_moments_sort_by_when_they_are_wherever_they_were_told() -> None:
    early = datetime(2026, 6, 1, 12, tzinfo=UTC)
    late = early + timedelta(microseconds=1)
    assert order_text(early) < order_text(late) < order_text(None)


def test_a_number_too_great_to_write_comes_after_all_others() -> None:
    assert order_text(10**30) == order_text(10**40) >= order_text(10**17)
    assert order_text(-(10**30)) <= order_text(-(10**17))
