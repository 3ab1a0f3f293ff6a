"""Heronsgate: the whole road, the emergency road and every side road."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

OPENING = {
    "home_school": "Oakwood", "authority": "The council", "reason": "behaviour", "age": 9,
    "full_time_now": "no", "considered_by": "The SENCO",
}  # fmt: skip
APPLICATION = {
    "application": "form, evidence", "panel_sitting": "2026-01-28", "expected_length": "a term",
    "best_interests": "a smaller group",
}  # fmt: skip
PANEL = {
    "panel_people": "chair, other_school", "evidence_read": "yes",
    "best_interests": "a smaller group", "parent_views": "they came and agree",
    "provider": "The unit",
}  # fmt: skip
START = {
    "named_person": "Mr Named", "next_review_on": "2026-03-20", "legal_basis": "agreement",
}  # fmt: skip
EMERGENCY = {
    "emergency_reason": "cannot be kept safe", "emergency_pack": "documents, risk",
    "provider": "The unit", "named_person": "Mr Named", "next_review_on": "2026-03-20",
    "best_interests": "safety", "parent_views": "rung, content", "legal_basis": "agreement",
}  # fmt: skip
REVIEW = {
    "review_people": "pupil, parent, provider, named_staff", "review_outcome": "continue",
    "progress": "reads again", "attendance_percent": 92, "engagement": "better",
    "wellbeing": "calmer", "next_review_on": "2026-05-20",
}  # fmt: skip


@pytest.fixture
def walk(walk_in: Callable[..., Any]) -> Any:
    sittings = (date(2026, 1, 28), date(2026, 2, 25), date(2026, 3, 25))
    unit = {
        "listed": True, "urn": 134310, "age_from": 4, "age_to": 11,
        "assurance_until": date(2026, 12, 31), "rating_checked_on": date(2025, 11, 3),
    }  # fmt: skip
    return walk_in("heronsgate", sittings={"panel_meeting": sittings}, register={"The unit": unit})


def come_to(walk: Any, state: str) -> None:
    steps: tuple[Callable[[], object], ...] = (
        lambda: walk.do("open_referral", "school", "2026-01-12", **OPENING),
        lambda: walk.do("submit_application", "school", "2026-01-14", **APPLICATION),
        lambda: walk.do("panel_agrees", "panel", "2026-01-28", **PANEL),
        lambda: walk.do(
            "sign_agreement", "school", "2026-01-30", agreement_signed="school, parent, provider"
        ),
        lambda: walk.do("start_placement", "head", "2026-02-02", **START),
        lambda: walk.do("hold_review", "named_staff", "2026-03-18", **REVIEW),
    )
    for step in steps:
        if walk.state == state and not (
            state == "agreement" and "agreement_signed" not in walk.facts
        ):
            break
        step()
    assert walk.state == state


def test_the_whole_road_from_application_to_back_at_heronsgate(walk: Any) -> None:
    come_to(walk, "reviewed")
    back = {"return_plan": "plan", "part_time": "no", "best_interests": "ready"}
    assert walk.stops("begin_reintegration", "school", "2026-05-20", **back) == {
        "review_says_return"
    }
    walk.do(
        "hold_review",
        "school",
        **{**REVIEW, "review_outcome": "reintegrate", "next_review_on": "2026-07-01"},
    )
    walk.do("begin_reintegration", "school", return_adult="Mrs Adult", **back)
    walk.do("complete_reintegration", "school", "2026-06-30")
    assert walk.road == ["start", *walk.policy.lifecycle.road]
    assert {name for (name, _), row in walk.rows.items() if row.state == "armed"} == set()


def test_the_application_is_written_and_says_why(walk: Any) -> None:
    come_to(walk, "draft")
    assert walk.stops("submit_application", "panel", **APPLICATION) == {"role"}
    partly = {**APPLICATION, "application": "form"}
    assert walk.stops("submit_application", "school", **partly) == {"application_written"}
    silent = {**APPLICATION, "best_interests": None}
    assert walk.stops("submit_application", "school", **silent) == {"answers", "interests_stated"}
    late = walk.stops("submit_application", "school", "2026-01-29", **APPLICATION)
    assert late == {"sitting_ahead"}


def test_a_child_who_manages_full_time_is_advice_only(walk: Any) -> None:
    decision = walk.asked("open_referral", "school", **{**OPENING, "full_time_now": "yes"})
    assert decision.allowed
    assert [finding.guard for finding in decision.advice] == ["cannot_manage_full_time"]


def test_the_panel_decides_together_on_evidence_with_the_parents_heard(walk: Any) -> None:
    come_to(walk, "panel")
    stops = walk.stops(
        "panel_agrees", "panel", "2026-01-28", panel_people="chair", evidence_read="no",
        best_interests="yes", provider="The unit",
    )  # fmt: skip
    assert stops == {"answers", "jointly_decided", "evidence_reviewed", "parents_heard"}
    walk.register["The unit"] |= {"listed": False, "age_from": 11}
    assert walk.stops("panel_agrees", "panel", **PANEL) == {"provider_listed", "provider_takes_age"}
    reasons = {"provider_listed": "new this year", "provider_takes_age": "a younger group opens"}
    walk.do("panel_agrees", "panel", None, reasons, **PANEL)
    assert walk.state == "agreement"


def test_an_application_waits_at_most_a_month_for_the_panel(walk: Any) -> None:
    come_to(walk, "panel")
    assert walk.due_on("next_panel") == "2026-02-14"
    walk.miss("next_panel", "2026-02-15")
    walk.do("list_for_sitting", "panel", "2026-02-16", panel_sitting="2026-02-25")
    walk.do("panel_agrees", "panel", "2026-02-25", **PANEL)
    assert (walk.row("next_panel").state, walk.row("next_panel").late) == ("met", True)


def test_not_agreed_is_no_end_and_the_school_may_apply_again(walk: Any) -> None:
    come_to(walk, "panel")
    walk.do(
        "panel_refuses", "panel", "2026-01-28", panel_people="chair, la", evidence_read="yes",
        best_interests="stays", panel_reason="try a nurture group first",
    )  # fmt: skip
    assert walk.state == "not_agreed"
    assert walk.told("panel_result") == {"parent", "school"}
    walk.do("apply_again", "school")
    walk.do(
        "submit_application",
        "school",
        "2026-02-09",
        **{**APPLICATION, "panel_sitting": "2026-02-25"},
    )
    walk.do("panel_defers", "panel", "2026-02-25", panel_people="chair, la", panel_reason="more")
    assert walk.state == "draft"
    walk.do("withdraw_referral", "school", note="settled")
    assert walk.state == "withdrawn"


def test_a_start_needs_the_agreement_a_named_person_assurance_and_a_review_date(walk: Any) -> None:
    come_to(walk, "panel")
    walk.do("panel_agrees", "panel", "2026-01-28", **PANEL)
    walk.do(
        "sign_agreement", "school", agreement_signed={"school": "agreed", "parent": "refused: no"}
    )
    walk.register["The unit"]["assurance_until"] = date(2026, 1, 31)
    past = {**START, "next_review_on": "2026-02-01"}
    stops = walk.stops("start_placement", "head", "2026-02-02", **past)
    assert stops == {"agreement_complete", "provider_assured", "review_planned"}
    unnamed = {**START, "named_person": None}
    assert {"answers", "staff_named"} <= walk.stops("start_placement", "head", **unnamed)
    walk.register["The unit"]["assurance_until"] = date(2026, 12, 31)
    walk.do("sign_agreement", "school", agreement_signed="parent, provider")
    walk.do("start_placement", "school", **START)
    assert walk.value("roll") == "dual"


def test_a_provider_without_a_number_gives_no_second_roll(walk: Any) -> None:
    del walk.register["The unit"]["urn"]
    come_to(walk, "placed")
    assert walk.value("roll") == "single"


def test_an_off_site_direction_needs_two_school_days_notice(walk: Any) -> None:
    come_to(walk, "agreement")
    directed = {**START, "legal_basis": "off_site", "notice_given_on": "2026-02-12"}
    assert walk.stops("start_placement", "head", "2026-02-13", **directed) == {"notice_in_time"}
    reason = {"notice_in_time": "urgent"}
    assert walk.stops("start_placement", "head", None, reason, **directed) == {"notice_in_time"}
    walk.do("start_placement", "head", "2026-02-23", **directed)


@pytest.mark.parametrize("state", ["draft", "panel", "not_agreed", "agreement"])
def test_an_emergency_needs_no_panel_but_papers_risk_assessment_and_a_named_person(
    walk: Any, state: str
) -> None:
    come_to(walk, "panel" if state == "not_agreed" else state)
    if state == "not_agreed":
        walk.do(
            "panel_refuses", "panel", "2026-01-28", panel_people="chair, la", evidence_read="yes",
            best_interests="stays", panel_reason="too early",
        )  # fmt: skip
    assert walk.stops("arrange_emergency_placement", "school", "2026-02-02", **EMERGENCY) == {
        "role"
    }
    bare = {**EMERGENCY, "emergency_pack": {}}
    stops = walk.stops("arrange_emergency_placement", "head", **bare)
    assert {"documents_in", "risk_assessed"} <= stops
    waived = {"risk_assessed": "there is no time", "documents_in": "there is no time"}
    assert {"documents_in", "risk_assessed"} <= walk.stops(
        "arrange_emergency_placement", "head", None, waived, **bare
    )
    walk.do("arrange_emergency_placement", "head", **EMERGENCY)
    assert walk.state == "placed"
    assert walk.value("panel_sitting") == date(2026, 2, 25)
    assert walk.due_on("ratification") == "2026-02-25"
    assert walk.due_on("late_agreement") == "2026-02-09"
    assert walk.told("panel_told") == {"panel"}


def test_the_next_panel_agrees_and_the_agreement_follows(walk: Any) -> None:
    come_to(walk, "draft")
    walk.do("arrange_emergency_placement", "head", "2026-02-02", **EMERGENCY)
    walk.do("sign_agreement", "school", "2026-02-06", agreement_signed="school, parent, provider")
    assert walk.row("late_agreement").state == "met"
    decided = {"panel_people": "chair, la", "best_interests": "safety"}
    alone = {**decided, "panel_people": "chair"}
    assert walk.stops("ratify_emergency", "panel", "2026-02-25", **alone) == {"jointly_decided"}
    walk.do("ratify_emergency", "panel", **decided)
    assert (walk.state, walk.row("ratification").state) == ("placed", "met")


def test_the_next_panel_may_disagree_and_then_the_head_decides(walk: Any) -> None:
    come_to(walk, "draft")
    walk.do("arrange_emergency_placement", "head", "2026-02-02", **EMERGENCY)
    walk.do(
        "decline_emergency", "panel", "2026-02-25", panel_people="chair, la",
        panel_reason="support in school is enough", best_interests="school",
    )  # fmt: skip
    assert walk.row("after_decline").owner == "head"
    walk.do(
        "end_placement", "head", "2026-03-02", end_reason="back", best_interests="school", note="-"
    )
    assert walk.state == "ended_early"


def test_an_agreement_refused_after_an_emergency_is_the_heads_decision(walk: Any) -> None:
    come_to(walk, "draft")
    walk.do("arrange_emergency_placement", "head", "2026-02-02", **EMERGENCY)
    walk.do(
        "sign_agreement", "school", "2026-02-06",
        agreement_signed={"school": "agreed", "parent": "refused: too far", "provider": "agreed"},
    )  # fmt: skip
    hasty = {
        "best_interests": "safety", "notice_given_on": "2026-02-06", "direction_from": "2026-02-09",
    }  # fmt: skip
    assert walk.stops("direct_off_site", "head", **hasty) == {"direction_in_time"}
    walk.do("direct_off_site", "head", **{**hasty, "direction_from": "2026-02-10"})
    assert walk.value("legal_basis") == "off_site"
    assert walk.row("late_agreement").state == "met"
    assert walk.told("direction_told") == {"parent", "la"}


def test_there_is_no_direction_where_everybody_agrees(walk: Any) -> None:
    come_to(walk, "placed")
    stops = walk.stops(
        "direct_off_site", "head", best_interests="-", notice_given_on="2026-02-06",
        direction_from="2026-02-12",
    )  # fmt: skip
    assert stops == {"not_agreed_by_all"}


def test_an_emergency_is_no_road_for_a_planned_placement(walk: Any) -> None:
    come_to(walk, "placed")
    assert "ratify_emergency" not in walk.choices("panel")
    assert "late_agreement" not in walk.dues()


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
