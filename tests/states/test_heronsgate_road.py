"""Heronsgate: the whole road to a start, and the emergency road."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.states.heronsgate_child import (
    APPLICATION,
    EMERGENCY,
    OPENING,
    PANEL,
    REVIEW,
    START,
    begin,
    come_to,
)


@pytest.fixture
def walk(walk_in: Callable[..., Any]) -> Any:
    return begin(walk_in)


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
    assert "ratify_emergency" in walk.choices("panel")
    walk.do("ratify_emergency", "panel", **decided)
    assert not {"ratify_emergency", "decline_emergency"} & set(walk.choices("panel"))
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
