"""Heronsgate: oversight of a placement, its ends, and a permanent exclusion."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.states.heronsgate_child import REVIEW, begin, come_to


@pytest.fixture
def walk(walk_in: Callable[..., Any]) -> Any:
    return begin(walk_in)


def test_a_review_is_planned_and_the_next_follows_from_it(walk: Any) -> None:
    come_to(walk, "placed")
    assert walk.due_on("planned_review") == "2026-03-20"
    people = {"pupil": "present", "parent": "present", "provider": "present"}
    stops = walk.stops(
        "hold_review", "named_staff", "2026-03-18", **{**REVIEW, "review_people": people}
    )
    assert stops == {"review_attended"}
    walk.do("hold_review", "named_staff", **REVIEW)
    assert walk.due_on("planned_review") == "2026-05-20"
    walk.do("move_review", "school", next_review_on="2026-05-13", note="inspection")
    assert walk.due_on("planned_review") == "2026-05-13"
    assert walk.row("planned_review").occurrence == 2


def test_visits_tracking_and_notes_are_recorded_without_changing_the_state(walk: Any) -> None:
    come_to(walk, "placed")
    walk.do("log_visit", "named_staff", "2026-02-11", note="seen in class")
    assert walk.due_on("visit_logged") is None
    walk.do("log_visit_reference", "named_staff", "2026-02-12", cpoms_reference="CP-1")
    assert walk.row("visit_logged").state == "met"
    walk.do("record_tracking", "provider", attendance_percent=88)
    walk.do("add_note", "school", note="uniform sent")
    assert walk.state == "placed"
    assert walk.row("tracking").occurrence == 2
    assert walk.row("visit_provider").occurrence == 2


def test_a_concern_reaches_the_safeguarding_lead_the_same_day(walk: Any) -> None:
    come_to(walk, "placed")
    decision = walk.do(
        "raise_concern", "provider", "2026-02-11", concern_raised_at="2026-02-11T10:00"
    )
    assert decision.advice == ()
    assert walk.told("concern_raised") == {"safeguarding_lead", "head", "named_staff"}
    assert walk.due_on("concern_same_day") == "2026-02-11"
    over = {"end_reason": "back", "best_interests": "school", "note": "-"}
    assert walk.stops("end_placement", "head", **over) == {"concerns_told"}
    walk.miss("concern_same_day", "2026-02-12")
    walk.do("tell_safeguarding_lead", "school", lead_told="Ms Lead, S-7")
    assert (walk.row("concern_same_day").state, walk.row("concern_same_day").late) == ("met", True)
    walk.do("end_placement", "head", **over)
    assert walk.state == "ended_early"


def test_a_concern_reported_late_is_recorded_as_such(walk: Any) -> None:
    come_to(walk, "placed")
    decision = walk.do(
        "raise_concern", "school", "2026-02-11", concern_raised_at="2026-02-09T10:00"
    )
    assert [finding.guard for finding in decision.advice] == ["reported_same_day"]


def test_a_named_person_who_leaves_lapses_a_guard_until_another_is_named(walk: Any) -> None:
    come_to(walk, "placed")
    assert walk.referral.lapsed == ()
    walk.do("staff_leaves", "school", "2026-02-11")
    assert walk.referral.lapsed == ("staff_named",)
    assert walk.told("staff_needed") == {"head"}
    assert walk.row("name_new_staff").owner == "head"
    walk.do("change_named_staff", "head", "2026-02-12", named_person="Mrs Other")
    assert walk.referral.lapsed == ()
    assert walk.row("name_new_staff").state == "met"


def test_an_assurance_that_runs_out_lapses_and_moves_nothing(walk: Any) -> None:
    come_to(walk, "placed")
    walk.register["The unit"]["assurance_until"] = date(2026, 2, 10)
    walk.do("add_note", "school", "2026-02-11", note="asked for a new letter")
    assert (walk.state, walk.referral.lapsed) == ("placed", ("provider_assured",))


def test_the_return_needs_a_plan_or_the_reason_for_none(walk: Any) -> None:
    come_to(walk, "reviewed")
    walk.do(
        "hold_review",
        "school",
        "2026-05-20",
        **{**REVIEW, "review_outcome": "reintegrate", "next_review_on": "2026-07-01"},
    )
    bare = {"return_plan": {}, "best_interests": "ready"}
    part = {**bare, "part_time": "yes", "part_time_until": "2026-06-26"}
    assert walk.stops("begin_reintegration", "school", **part) == {
        "answers", "return_planned", "part_time_ends",
    }  # fmt: skip
    given = {**part, "return_plan": {"plan": "not_applicable: back at once"}}
    walk.do("begin_reintegration", "school", **given, part_time_review_on="2026-06-12")
    assert walk.due_on("part_time_over") == "2026-06-26"
    assert walk.due_on("part_time_review") == "2026-06-12"
    walk.do(
        "change_return_plan", "named_staff", "2026-06-10", return_plan="plan", part_time="yes",
        part_time_until="2026-07-03", part_time_review_on="2026-06-26",
    )  # fmt: skip
    assert walk.rows["part_time_review", 1].state == "met"
    assert walk.due_on("part_time_over") == "2026-07-03"
    walk.do(
        "stop_reintegration", "school", "2026-06-15", note="too much", next_review_on="2026-06-30"
    )
    assert (walk.state, walk.due_on("planned_review")) == ("reviewed", "2026-06-30")


def test_the_head_may_begin_a_return_that_no_review_planned(walk: Any) -> None:
    come_to(walk, "reviewed")
    back = {"return_plan": "plan", "part_time": "no", "best_interests": "the family asks"}
    reason = {"review_says_return": "the family moves back next week"}
    assert walk.stops("begin_reintegration", "school", None, reason, **back) == {
        "review_says_return"
    }
    walk.do("begin_reintegration", "head", None, reason, **back)
    walk.do("hold_review", "named_staff", "2026-04-20", **REVIEW)
    assert (walk.state, walk.due_on("planned_review")) == ("reintegrating", "2026-05-20")


def test_a_rating_not_looked_up_for_a_year_is_shown_and_stops_nothing(walk: Any) -> None:
    walk.register["The unit"]["rating_checked_on"] = date(2024, 11, 3)
    come_to(walk, "placed")
    assert walk.referral.lapsed == ("rating_fresh",)


def test_a_child_may_move_on_to_specialist_provision(walk: Any) -> None:
    come_to(walk, "reviewed")
    onward = {"best_interests": "needs more", "specialist_school": "Oak Special"}
    assert walk.stops("transfer_to_specialist", "school", **onward) == {"review_says_next_step"}
    walk.do(
        "hold_review",
        "school",
        "2026-05-20",
        **{**REVIEW, "review_outcome": "next_step", "next_review_on": "2026-07-01"},
    )
    walk.do("transfer_to_specialist", "school", **onward)
    assert walk.state == "transferred"


@pytest.mark.parametrize("state", ["draft", "panel", "agreement", "placed", "reviewed"])
def test_a_permanent_exclusion_hands_the_child_over_with_the_clock(walk: Any, state: str) -> None:
    come_to(walk, state)
    walk.do("record_permanent_exclusion", "head", "2026-03-23", exclusion_first_day="2026-03-23")
    assert walk.state == "handover"
    assert walk.told("exclusion_handover") == {"la"}
    assert walk.pack is not None
    assert walk.due_on("sixth_day") == "2026-04-13"
    assert walk.stops("la_takes_over", "head", note="done") == {"role"}
    walk.do("la_takes_over", "la", "2026-03-26", note="a place from today")
    assert (walk.state, walk.row("sixth_day").state) == ("handed_over", "met")


@pytest.mark.parametrize(("state", "back"), [("panel", "draft"), ("reviewed", "placed")])
def test_a_child_who_is_reinstated_goes_on_from_a_truthful_state(
    walk: Any, state: str, back: str
) -> None:
    come_to(walk, state)
    walk.do("record_permanent_exclusion", "head", "2026-03-23", exclusion_first_day="2026-03-23")
    walk.do("cancel_exclusion", "head", "2026-03-25", note="the governors reinstated the child")
    assert (walk.state, walk.row("sixth_day").state) == (back, "cancelled")
    walk.do("record_permanent_exclusion", "la", "2026-04-20", exclusion_first_day="2026-04-20")
    assert walk.due_on("sixth_day") == "2026-04-27"


def test_a_concern_can_be_raised_and_told_while_the_child_is_handed_over(walk: Any) -> None:
    come_to(walk, "placed")
    walk.do("raise_concern", "provider", "2026-03-23", concern_raised_at="2026-03-23T09:00")
    walk.do("record_permanent_exclusion", "head", "2026-03-23", exclusion_first_day="2026-03-23")
    walk.do("tell_safeguarding_lead", "safeguarding_lead", lead_told="S-9")
    assert walk.row("concern_same_day").state == "met"
