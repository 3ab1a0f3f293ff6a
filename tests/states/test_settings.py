"""What the authority may set, and the calendar it starts with until its own is imported."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from apflow.casework.calendars_files import read_calendar
from apflow.places import place
from tests.states.conftest import POLICIES
from tests.states.excluded import AT_ONCE, OPENING, PAPERS, SITTINGS, place_at_once
from tests.states.heronsgate_child import START, begin, come_to


@pytest.fixture
def walk(walk_in: Callable[..., Any]) -> Any:
    return walk_in("maidstone-and-malling", sittings=SITTINGS)


def test_where_the_day_after_counts_as_day_one_the_duty_is_a_day_later(walk: Any) -> None:
    walk.setting("first_day_is", 0)
    walk.do("open_referral", "la", "2026-02-12", **OPENING)
    assert walk.due_on("sixth_day") == "2026-02-27"


def test_twelve_calendar_weeks_end_earlier(walk: Any) -> None:
    walk.setting("limit_unit", "week")
    place_at_once(walk)
    assert walk.due_on("ks3_limit") == "2026-05-20"


def test_a_number_for_very_low_attendance_advises_the_school_and_decides_for_the_forum(
    walk: Any,
) -> None:
    walk.setting("very_low_attendance_below", 60)
    opening = {
        name: value for name, value in OPENING.items()
        if name not in ("excluding_school", "exclusion_first_day")
    } | {"reason": "at_risk", "school_contact": "Ms Contact", "attendance_percent": 50}  # fmt: skip
    decision = walk.do("open_referral", "school", "2026-02-12", **opening)
    assert [finding.guard for finding in decision.advice] == ["attends_enough_advice"]
    walk.do("record_consent", "school", parent_agreement="parent")
    walk.do(
        "submit_to_forum", "school", forum_papers=PAPERS, forum_sitting="2026-02-24",
        purpose="support", other_provision="none", agencies="health",
        reintegration_proposed_on="2026-05-01",
    )  # fmt: skip
    given = {
        "discussion_note": ".", "suitability_note": ".", "forum_people": "chair, school, pru",
    }  # fmt: skip
    stops = walk.stops(
        "forum_agrees",
        "forum",
        "2026-02-24",
        **given,
        attendance_accepted="no",
        attendance_reason="low",
    )
    assert stops == {"attendance_not_very_low"}
    walk.do("add_papers", "school", authorised_absence_percent=15)
    assert walk.value("attendance_counted") == 65
    walk.do("forum_agrees", "forum", **given)
    assert walk.state == "home_visit"


def test_a_start_aimed_at_and_a_receipt_awaited_get_dates_once_they_are_set(walk: Any) -> None:
    walk.setting("acknowledge_within_days", 2)
    walk.do(
        "open_referral", "la", "2026-02-12",
        **{**OPENING, "lives_in": "elsewhere", "home_district": "Medway"},
    )  # fmt: skip
    walk.do("redirect", "la", sent_to="Medway forum")
    assert walk.due_on("acknowledge_redirect") == "2026-02-23"


def test_places_without_a_number_are_never_full(walk: Any) -> None:
    assert walk.policy.lifecycle.settings["ks3_places"].value is None
    walk.do("open_referral", "la", "2026-02-12", **OPENING)
    walk.do("place_provisionally", "la", **AT_ONCE)
    assert walk.value("place_free") is True


def test_an_interval_and_a_shortest_placement_count_once_heronsgate_sets_them(
    walk_in: Callable[..., Any],
) -> None:
    child = begin(walk_in)
    child.setting("review_every", 1)
    child.setting("shortest_weeks", 12)
    come_to(child, "agreement")
    late = {**START, "next_review_on": "2026-03-28"}
    assert child.stops("start_placement", "school", "2026-02-02", **late) == {"review_soon_enough"}
    reason = {"review_soon_enough": "the provider is closed until then"}
    assert child.asked("start_placement", "head", None, reason, **late).allowed
    decision = child.do(
        "start_placement", "head", **{**START, "next_review_on": "2026-02-13"}, ends_on="2026-03-20"
    )
    assert [finding.guard for finding in decision.advice] == ["long_enough"]
    assert child.dues()["planned_review"].other_at is not None
    assert child.due_on("expected_end") == "2026-03-20"


def test_nothing_the_policies_leave_open_has_a_number_that_nobody_has_to_confirm(
    policy: Any,
) -> None:
    told = {
        "maidstone-and-malling": {"ks3_limit_weeks", "ks3_review_weeks", "may_be_named_in_plan"},
        "heronsgate": {"panel_wait_months", "notice_days"},
    }
    sure = {name for name, setting in policy.lifecycle.settings.items() if not setting.confirm}
    assert sure == told[policy.lifecycle.lifecycle]


@pytest.mark.parametrize("name", POLICIES)
def test_each_policy_starts_with_a_calendar_that_says_it_is_an_example(name: str) -> None:
    file = place("states") / name / "calendar.csv"
    entries = read_calendar(file.read_bytes(), file.name)
    assert all(entry.label.startswith("Example: ") for entry in entries)
    terms = [entry for entry in entries if entry.kind == "term"]
    assert (terms[0].start, terms[-1].end) == (date(2025, 9, 3), date(2028, 7, 21))
    assert len(terms) == 9
    assert [entry.kind for entry in entries].count("half_term") == 9
