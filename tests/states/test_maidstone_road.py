"""Maidstone and Malling: the whole road of a pupil who is not excluded, with its refusals."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

PAPERS = "core_support, core_outcomes, caf, pupil_views, multi_agency, forum_form, earlier"
REST = "pastoral, academic, social, current, sen_details, running"
TERMS = "duration, rewards, work, behaviour, attendance, exit_strategy"
OPENING = {
    "referring_school": "Oakwood", "authority": "The council", "provider": "The unit",
    "reason": "at_risk", "year_group": 8, "lives_in": "maidstone_and_malling",
    "looked_after": "no", "has_ehc_plan": "no", "home_school_on_roll": "yes",
    "school_contact": "Ms Contact", "attendance_percent": 91,
}  # fmt: skip
FORUM = {
    "discussion_note": "discussed", "suitability_note": "small groups",
    "forum_people": "chair, school, pru", "attendance_accepted": "yes",
    "attendance_reason": "over nine tenths",
}  # fmt: skip


@pytest.fixture
def walk(walk_in: Callable[..., Any]) -> Any:
    sittings = {"forum_meeting": (date(2026, 1, 27), date(2026, 2, 24), date(2026, 3, 24))}
    return walk_in("maidstone-and-malling", sittings=sittings)


def submit(walk: Any, on: str = "2026-01-20", **more: object) -> None:
    walk.do(
        "submit_to_forum", "school", on,
        **{"forum_papers": f"{PAPERS}, {REST}", "forum_sitting": "2026-01-27", "purpose": "support",
           "other_provision": "none", "agencies": "health",
           "reintegration_proposed_on": "2026-05-01", **more},
    )  # fmt: skip


def come_to_the_forum(walk: Any, **opening: object) -> None:
    walk.do("open_referral", "school", "2026-01-12", **{**OPENING, **opening})
    walk.do("record_consent", "school", "2026-01-13", parent_agreement="parent")
    submit(walk)


def be_placed(walk: Any, **opening: object) -> None:
    come_to_the_forum(walk, **opening)
    walk.do("forum_agrees", "forum", "2026-01-27", **FORUM)
    walk.do("hold_home_visit", "pru", "2026-02-03", visit_people="pupil, parent, pru")
    walk.do(
        "hold_pre_admission", "pru", "2026-02-10", meeting_people="pupil, parent, pru, mainstream",
        placement_terms=TERMS, exit_on="2026-05-15", onward_route="Back to Oakwood",
        risk_assessed="yes",
    )  # fmt: skip
    walk.do("start_placement", "pru", "2026-02-26")


def hold_review(walk: Any, on: str, *, ready: str = "no", **more: object) -> None:
    walk.do(
        "hold_review", "pru", on,
        **{"review_people": "pupil, parent, pru, mainstream", "ready": ready,
           "right_time": "after Easter", "progress": "good", **more},
    )  # fmt: skip


def test_the_whole_road_from_consent_to_reintegrated(walk: Any) -> None:
    be_placed(walk)
    hold_review(walk, "2026-03-26")
    walk.do("name_receiving_school", "pru", receiving_school="Elmfield")
    everybody = "pupil, parent, pru, mainstream, receiving"
    hold_review(walk, "2026-04-30", ready="yes", review_people=everybody)
    walk.do(
        "begin_reintegration", "pru", "2026-05-01", receiving_school="Elmfield",
        programme="pupil, parent, pru, receiving", return_timetable="two days, then all",
        support_offered="weekly call",
    )  # fmt: skip
    walk.do("complete_reintegration", "receiving", "2026-05-15")
    assert walk.road == ["start", *walk.policy.lifecycle.road]
    assert {row.name for row in walk.rows.values() if row.state == "armed"} == set()


def test_opening_is_for_a_school_and_its_pupils(walk: Any) -> None:
    def stops(**changed: object) -> set[str]:
        found: set[str] = walk.stops("open_referral", "school", **{**OPENING, **changed})
        return found

    assert stops(referring_school="Elmfield") == {"role"}
    assert stops(year_group=6) == {"in_scope"}
    assert stops(reason="ks4_route") == {"reason_fits_ks4"}
    assert stops(reason="no_school") == {"reason_fits_care"}
    assert stops(reason="time_out", home_school_on_roll="no") == {"reason_fits_time_out"}
    assert stops(school_contact=None) == {"contact_named"}
    assert walk.stops("open_referral", "la", **OPENING) == {"may_open"}
    assert walk.stops("open_through_admissions", "la", **_but_contact()) == {"in_care"}


def _but_contact() -> dict[str, object]:
    return {name: value for name, value in OPENING.items() if name != "school_contact"}


def test_the_authority_may_take_a_younger_pupil_with_a_reason(walk: Any) -> None:
    opening = {**OPENING, "year_group": 6, "reason": "permanently_excluded"} | {
        "excluding_school": "Oakwood", "exclusion_first_day": "2026-01-12",
    }  # fmt: skip
    assert walk.stops("open_referral", "la", "2026-01-12", **opening) == {"in_scope"}
    walk.do("open_referral", "la", "2026-01-12", {"in_scope": "no primary place"}, **opening)
    assert walk.value("key_stage") == "KS2"


def test_attendance_left_open_is_advice_when_a_referral_is_drafted(walk: Any) -> None:
    decision = walk.asked("open_referral", "school", **{**OPENING, "attendance_percent": None})
    assert decision.allowed
    assert [finding.guard for finding in decision.advice] == ["attends_enough_advice"]


def test_a_parent_who_does_not_agree_stops_the_referral_and_is_recorded(walk: Any) -> None:
    walk.do("open_referral", "school", **OPENING)
    refused = {"parent": "refused: wants him at Oakwood"}
    stops = walk.stops("record_consent", "school", parent_agreement=refused)
    assert stops == {"parent_agrees"}
    stops = walk.stops("withdraw_agreement", "school", parent_agreement="parent")
    assert stops == {"agreement_not_given"}
    walk.do("withdraw_agreement", "school", parent_agreement=refused)
    assert walk.state == "consent"
    walk.do("record_consent", "school", "2026-01-15", parent_agreement="parent")
    assert walk.state == "caf"


def test_the_forum_refuses_papers_that_are_missing_and_says_which_guards(walk: Any) -> None:
    walk.do("open_referral", "school", **OPENING)
    walk.do("record_consent", "school", parent_agreement="parent")
    stops = walk.stops(
        "submit_to_forum", "school", "2026-01-20", forum_papers={}, forum_sitting="2026-01-27",
        purpose="await_specialist", other_provision="none",
    )  # fmt: skip
    assert stops >= {"core_support_given", "caf_done", "papers_complete", "timescale_proposed"}
    assert {"another_agency", "not_holding"} <= stops
    awaited = {"caf": "awaited: 2026-02-01"}
    walk.do("add_papers", "school", "2026-01-20", forum_papers=f"{PAPERS}, {REST}".split(", "))
    walk.do("add_papers", "school", "2026-01-20", forum_papers=awaited)
    stops = walk.stops(
        "submit_to_forum", "school", "2026-01-20", forum_papers={}, forum_sitting="2026-01-27",
        purpose="support", other_provision="none", agencies="health",
        reintegration_proposed_on="2026-05-01",
    )  # fmt: skip
    assert stops == {"caf_done", "papers_complete"}


def test_a_paper_that_does_not_apply_needs_a_reason_and_then_counts(walk: Any) -> None:
    walk.do("open_referral", "school", **OPENING)
    walk.do("record_consent", "school", parent_agreement="parent")
    papers = dict.fromkeys(f"{PAPERS}, {REST}".split(", "), "present")
    submit(walk, forum_papers={**papers, "pastoral": "not_applicable: never needed one"})
    assert walk.state == "forum"


def test_a_sitting_that_was_before_the_papers_is_refused(walk: Any) -> None:
    walk.do("open_referral", "school", **OPENING)
    walk.do("record_consent", "school", parent_agreement="parent")
    stops = walk.stops(
        "submit_to_forum", "school", "2026-01-30", forum_papers=f"{PAPERS}, {REST}",
        forum_sitting="2026-01-27", purpose="support", other_provision="none", agencies="health",
        reintegration_proposed_on="2026-05-01",
    )  # fmt: skip
    assert stops == {"sitting_ahead"}


def test_a_forum_that_did_not_sit_is_put_on_another_day(walk: Any) -> None:
    come_to_the_forum(walk)
    walk.do("list_for_sitting", "forum", "2026-01-27", forum_sitting="2026-02-24")
    assert walk.value("forum_sitting") == date(2026, 2, 24)


def test_the_forum_is_a_panel_that_consults_the_unit(walk: Any) -> None:
    come_to_the_forum(walk)
    assert walk.stops("forum_agrees", "school", "2026-01-27", **FORUM) == {"role"}
    alone = {**FORUM, "forum_people": "chair"}
    assert walk.stops("forum_agrees", "forum", **alone) == {"panel_sat", "pru_consulted"}
    reasons = {"panel_sat": "others were ill", "pru_consulted": "asked the day before"}
    walk.do("forum_agrees", "forum", None, reasons, **alone)
    assert walk.state == "home_visit"


def test_very_low_attendance_is_judged_by_the_forum_until_a_number_is_set(walk: Any) -> None:
    come_to_the_forum(walk, attendance_percent=40)
    low = {**FORUM, "attendance_accepted": "no", "attendance_reason": "mostly away"}
    assert walk.stops("forum_agrees", "forum", "2026-01-27", **low) == {"attendance_not_very_low"}
    unsaid = {**FORUM, "attendance_reason": None}
    assert walk.stops("forum_agrees", "forum", **unsaid) == {"attendance_reasoned"}
    refusal = {"discussion_note": "low", "refusal_reason": "attendance"}
    alone = {**refusal, "forum_people": "chair"}
    assert walk.stops("forum_refuses", "forum", **alone) == {"panel_sat", "pru_consulted"}
    walk.do("forum_refuses", "forum", **refusal, forum_people="chair, school, pru")
    assert walk.state == "not_accepted"
    assert walk.told("decision_letter") == {"parent", "school"}


def test_the_forum_may_ask_for_more_and_the_school_comes_again(walk: Any) -> None:
    come_to_the_forum(walk)
    walk.do("forum_defers", "forum", "2026-01-27", discussion_note="say more")
    submit(walk, "2026-02-03", forum_sitting="2026-02-24", forum_papers={})
    walk.do("forum_agrees", "forum", "2026-02-24", **FORUM)
    assert walk.state == "home_visit"


def test_agreed_without_a_free_place_waits_in_order(walk: Any) -> None:
    walk.free["ks3"] = 0
    come_to_the_forum(walk)
    walk.do("forum_agrees", "forum", "2026-01-27", **FORUM)
    assert walk.state == "waiting"
    assert walk.referral.waits["ks3"]
    assert walk.stops("offer_place", "pru", "2026-02-02") == {"a_place_is_free"}
    walk.free["ks3"], walk.first["ks3"] = 1, False
    assert walk.stops("offer_place", "pru") == {"first_in_order"}
    assert walk.stops("offer_place", "pru", None, {"first_in_order": "x"}) == {"first_in_order"}
    walk.do("offer_place", "forum", None, {"first_in_order": "the first cannot start yet"})
    assert walk.state == "home_visit"
    assert walk.referral.holds == ("ks3",)


def test_a_free_place_is_not_taken_past_those_who_wait(walk: Any) -> None:
    walk.first["ks3"] = False
    come_to_the_forum(walk)
    walk.do("forum_agrees", "forum", "2026-01-27", **FORUM)
    assert walk.state == "waiting"


def test_the_meeting_comes_after_the_visit_unless_the_unit_says_why(walk: Any) -> None:
    come_to_the_forum(walk)
    walk.do("forum_agrees", "forum", "2026-01-27", **FORUM)
    meeting = {"meeting_people": "pupil, parent, pru, mainstream", "placement_terms": TERMS}
    assert walk.stops("hold_pre_admission", "pru", "2026-02-02", **meeting) == {"visit_first"}
    absent = {**meeting, "meeting_people": {"pupil": "present", "parent": "absent: ill"}}
    assert "meeting_attended" in walk.stops("hold_pre_admission", "pru", **absent)
    walk.do("hold_pre_admission", "pru", None, {"visit_first": "same day"}, **meeting)
    stops = walk.stops("start_placement", "pru", "2026-02-03")
    assert stops == {"visit_held", "exit_date_set", "route_agreed", "safe_on_site"}
    nobody = {"pupil": "absent: hid", "parent": "present", "pru": "present"}
    assert walk.stops("hold_home_visit", "pru", visit_people=nobody) == {"visit_attended"}
    walk.do("hold_home_visit", "pru", None, {"visit_attended": "he hid"}, visit_people=nobody)
    assert walk.state == "pre_admission"


def test_a_start_needs_exit_date_route_and_risk_assessment(walk: Any) -> None:
    come_to_the_forum(walk)
    walk.do("forum_agrees", "forum", "2026-01-27", **FORUM)
    walk.do("hold_home_visit", "pru", "2026-02-03", visit_people="pupil, parent, pru")
    walk.do(
        "hold_pre_admission", "pru", "2026-02-10", meeting_people="pupil, parent, pru, mainstream",
        placement_terms="duration",
    )  # fmt: skip
    stops = walk.stops("start_placement", "pru", "2026-02-26", risk_assessed="no")
    assert stops == {"exit_date_set", "route_agreed", "exit_planned", "safe_on_site"}
    given = {"onward_route": "Oakwood", "risk_assessed": "yes"}
    late = {**given, "exit_on": "2026-06-11"}
    assert walk.stops("start_placement", "pru", **late) == {"exit_planned", "exit_within_limit"}
    fits = {**given, "exit_on": "2026-06-10"}
    assert walk.stops("start_placement", "pru", **fits) == {"exit_planned"}
    walk.do("start_placement", "pru", None, {"exit_planned": "settled by telephone"}, **fits)


def test_confirming_the_place_starts_the_wish_for_a_start_soon(walk: Any) -> None:
    come_to_the_forum(walk)
    walk.do("forum_agrees", "forum", "2026-01-27", **FORUM)
    walk.do("hold_home_visit", "pru", "2026-02-03", visit_people="pupil, parent, pru")
    assert walk.stops("confirm_place", "pru", start_on="2026-02-23") >= {"meeting_held"}
    walk.do(
        "hold_pre_admission", "pru", "2026-02-10", meeting_people="pupil, parent, pru, mainstream",
        placement_terms=TERMS, exit_on="2026-05-15", onward_route="Oakwood", risk_assessed="yes",
    )  # fmt: skip
    walk.do("confirm_place", "pru", start_on="2026-02-23")
    assert walk.due_on("start_soon") is None
    assert walk.due_on("arrange_transport") == "2026-02-23"
    assert walk.row("arrange_transport").owner == "school"
    walk.do("record_transport", "school", transport_arranged="taxi")
    walk.do("start_placement", "pru", "2026-02-23")
    assert walk.row("start_soon").state == "met"
    assert walk.row("arrange_transport").state == "met"


@pytest.mark.parametrize(
    ("opening", "rank"),
    [
        ({"reason": "time_out"}, 7),
        ({"reason": "hard_to_place"}, 8),
        ({"reason": "ks4_route", "year_group": 10}, 9),
        ({"reason": "at_risk"}, 9),
    ],
)
def test_the_order_of_admission_of_pupils_who_are_not_excluded(
    walk: Any, opening: dict[str, object], rank: int
) -> None:
    walk.do("open_referral", "school", **{**OPENING, **opening})
    assert walk.value("rank") == rank


def test_a_hard_to_place_pupil_has_a_named_school_which_is_the_onward_route(walk: Any) -> None:
    walk.do("open_referral", "school", **{**OPENING, "reason": "hard_to_place"})
    walk.do("record_consent", "school", parent_agreement="parent")
    given = {
        "forum_papers": f"{PAPERS}, {REST}", "forum_sitting": "2026-01-27", "agencies": "health",
        "purpose": "assessment", "other_provision": "none",
        "reintegration_proposed_on": "2026-05-01",
    }  # fmt: skip
    assert walk.stops("submit_to_forum", "school", **given) == {"named_school_known"}
    walk.do("submit_to_forum", "school", **given, named_school="Elmfield")
    walk.do("forum_agrees", "forum", "2026-01-27", **FORUM)
    walk.do("hold_home_visit", "pru", "2026-02-03", visit_people="pupil, parent, pru")
    walk.do(
        "hold_pre_admission", "pru", "2026-02-10", meeting_people="pupil, parent, pru, mainstream",
        placement_terms=TERMS, exit_on="2026-05-15", risk_assessed="yes",
    )  # fmt: skip
    walk.do("start_placement", "pru", "2026-02-23")


def test_a_plan_that_names_the_unit_waits_for_the_sen_team(walk: Any) -> None:
    walk.do("open_referral", "school", **{**OPENING, "has_ehc_plan": "yes"})
    walk.do("record_consent", "school", parent_agreement="parent")
    submit(walk, plan_need_semh="yes", pru_named_in_plan="yes")
    assert walk.told("plan_names_pru") == {"send"}
    decision = walk.asked("forum_agrees", "forum", "2026-01-27", **FORUM)
    assert decision.outcome == "unknown"
    (held,) = decision.stopping
    assert (held.guard, held.missing, held.roles) == (
        "not_named_in_plan", ("sen_decision",), ("la", "send"),
    )  # fmt: skip
    walk.do("record_sen_decision", "send", sen_decision="amend_first")
    assert walk.stops("forum_agrees", "forum", **FORUM) == {"not_named_in_plan"}
    walk.do("record_sen_decision", "send", sen_decision="may_place")
    walk.do("forum_agrees", "forum", **FORUM)
    assert walk.told("plan_placement") == {"send"}
