"""Maidstone and Malling: reviews, limits, the way back, and every other end of a placement."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

PAPERS = (
    "core_support, core_outcomes, caf, pupil_views, multi_agency, forum_form, earlier, pastoral, "
    "academic, social, current, sen_details, running"
)
TERMS = "duration, rewards, work, behaviour, attendance, exit_strategy"
OPENING = {
    "referring_school": "Oakwood", "authority": "The council", "provider": "The unit",
    "reason": "at_risk", "year_group": 8, "lives_in": "maidstone_and_malling",
    "looked_after": "no", "has_ehc_plan": "no", "home_school_on_roll": "yes",
    "school_contact": "Ms Contact", "attendance_percent": 91,
}  # fmt: skip
EVERYBODY = "pupil, parent, pru, mainstream"


@pytest.fixture
def walk(walk_in: Callable[..., Any]) -> Any:
    sittings = {"forum_meeting": (date(2026, 1, 27), date(2026, 2, 24), date(2026, 6, 23))}
    return walk_in("maidstone-and-malling", sittings=sittings)


def come_to_pre_admission(walk: Any, **opening: object) -> None:
    walk.do("open_referral", "school", "2026-01-12", **{**OPENING, **opening})
    walk.do("record_consent", "school", "2026-01-13", parent_agreement="parent")
    semh = {"semh_history": "no"} if opening.get("reason") == "no_school" else {}
    plan = opening.get("has_ehc_plan") == "yes"
    walk.do(
        "submit_to_forum", "school", "2026-01-20", forum_papers=PAPERS, agencies="health",
        forum_sitting="2026-01-27", purpose="support", other_provision="none",
        reintegration_proposed_on="2026-05-01", plan_need_semh="no" if plan else None,
        pru_named_in_plan="no" if plan else None, **semh,
    )  # fmt: skip
    walk.do(
        "forum_agrees", "forum", "2026-01-27", discussion_note="discussed",
        suitability_note="small groups", forum_people="chair, school, pru",
        attendance_accepted="yes", attendance_reason="over nine tenths",
    )  # fmt: skip
    walk.do("hold_home_visit", "pru", "2026-02-03", visit_people="pupil, parent, pru")
    on_roll = opening.get("home_school_on_roll", "yes") == "yes"
    walk.do(
        "hold_pre_admission", "pru", "2026-02-10", placement_terms=TERMS, exit_on="2026-05-15",
        meeting_people=EVERYBODY if on_roll else "pupil, parent, pru",
        onward_route="Back to Oakwood", risk_assessed="yes",
    )  # fmt: skip


def be_placed(walk: Any, **opening: object) -> None:
    come_to_pre_admission(walk, **opening)
    walk.do("start_placement", "pru", "2026-02-26")


def hold_review(walk: Any, on: str, **given: object) -> None:
    review = {
        "review_people": EVERYBODY, "ready": "no", "right_time": "June", "progress": "some",
    }  # fmt: skip
    walk.do("hold_review", "pru", on, **{**review, **given})


def test_the_limit_of_twelve_weeks_has_two_readings_and_one_breach(walk: Any) -> None:
    be_placed(walk)
    limit = walk.dues()["ks3_limit"]
    assert walk.due_on("ks3_limit") == "2026-06-10"
    assert limit.other_at is not None
    assert limit.other_at.date() == date(2026, 5, 20)
    assert limit.warn_at is not None
    assert limit.warn_at < limit.other_at < limit.due_at
    walk.miss("ks3_limit", "2026-06-11")
    assert walk.state == "placed"
    assert walk.row("ks3_limit").state == "breached"


def test_reviews_in_key_stage_3_come_every_six_school_weeks(walk: Any) -> None:
    be_placed(walk)
    assert walk.due_on("ks3_review") == "2026-04-22"
    hold_review(walk, "2026-04-15")
    assert [row.state for (name, _), row in walk.rows.items() if name == "ks3_review"] == [
        "met", "armed",
    ]  # fmt: skip
    assert walk.due_on("ks3_review") == "2026-05-15"


def test_no_review_is_due_after_the_exit_date(walk: Any) -> None:
    come_to_pre_admission(walk)
    walk.do("start_placement", "pru", "2026-02-26", exit_on="2026-03-20")
    assert walk.due_on("ks3_review") == "2026-03-20"


def test_a_review_says_who_came_and_whether_the_pupil_is_ready(walk: Any) -> None:
    be_placed(walk)
    missing = {"pupil": "present", "pru": "present", "mainstream": "absent: no cover"}
    given = {"ready": "no", "right_time": "June", "progress": "some"}
    stops = walk.stops("hold_review", "pru", "2026-04-15", review_people=missing, **given)
    assert stops == {"review_people_recorded"}
    stops = walk.stops("hold_review", "pru", review_people=EVERYBODY, ready="no", progress="some")
    assert "answers" in stops
    hold_review(walk, "2026-04-15", review_people={**missing, "parent": "absent: at work"})
    assert walk.state == "reviewed"


def test_a_receiving_school_that_stays_away_is_told_on(walk: Any) -> None:
    be_placed(walk)
    walk.do("name_receiving_school", "pru", receiving_school="Elmfield")
    people = dict.fromkeys(EVERYBODY.split(", "), "present")
    hold_review(walk, "2026-04-15", review_people={**people, "receiving": "absent: no reply"})
    assert walk.told("receiving_absent") == {"receiving", "la"}


def test_an_extension_needs_a_late_review_and_moves_limit_and_exit(walk: Any) -> None:
    be_placed(walk)
    longer = {"exit_on": "2026-07-10", "extension_reason": "settles at last"}
    assert walk.stops("extend_placement", "pru", "2026-04-15", **longer) == {"transition"}
    hold_review(walk, "2026-04-15")
    assert walk.stops("extend_placement", "pru", "2026-05-06", **longer) == {"reviewed_lately"}
    assert walk.stops("agree_exit_date", "pru", exit_on="2026-07-10", note="longer") == {
        "new_exit_within_limit"
    }
    hold_review(walk, "2026-05-06")
    walk.do("extend_placement", "pru", "2026-05-12", **longer)
    assert walk.told("extension_told") == {"forum", "school"}
    assert walk.row("ks3_limit").state == "cancelled"
    assert (walk.row("agreed_exit").state, walk.due_on("agreed_exit")) == ("armed", "2026-07-10")
    assert walk.row("agreed_exit").occurrence == 1


def test_an_exit_date_that_passed_stays_missed_and_the_extension_has_its_own(walk: Any) -> None:
    be_placed(walk)
    walk.miss("agreed_exit", "2026-05-16")
    hold_review(walk, "2026-05-19")
    walk.do("extend_placement", "pru", exit_on="2026-07-10", extension_reason="settles at last")
    rows = {n: row for (name, n), row in walk.rows.items() if name == "agreed_exit"}
    assert {n: row.state for n, row in rows.items()} == {1: "cancelled", 2: "armed"}
    assert rows[1].missed_at is not None


def test_a_nearer_exit_date_is_agreed_without_an_extension(walk: Any) -> None:
    be_placed(walk)
    stops = walk.stops("agree_exit_date", "pru", "2026-03-02", exit_on="2026-03-01", note="-")
    assert stops == {"exit_ahead"}
    walk.do("agree_exit_date", "pru", exit_on="2026-04-24", note="ahead of plan")
    assert walk.due_on("agreed_exit") == "2026-04-24"


def test_key_stage_4_has_termly_reviews_and_no_limit(walk: Any) -> None:
    be_placed(walk, year_group=10)
    assert "ks3_limit" not in walk.dues()
    assert walk.due_on("ks4_first_review") == "2026-03-27"
    hold_review(walk, "2026-03-20")
    assert walk.due_on("ks4_review") == "2026-07-21"
    assert walk.value("transport") == "pru"
    walk.do("change_particulars", "school", note="turns 16", compulsory_until="2026-06-26")
    assert walk.due_on("end_of_schooling") == "2026-06-26"


def test_a_start_late_in_the_term_has_its_first_review_in_the_next(walk: Any) -> None:
    come_to_pre_admission(walk, year_group=10)
    walk.do("start_placement", "pru", "2026-03-12")
    assert walk.due_on("ks4_first_review") == "2026-07-21"


def test_the_key_stage_of_a_placement_is_fixed_and_the_rhythm_changes_at_a_review(
    walk: Any,
) -> None:
    come_to_pre_admission(walk, year_group=9)
    walk.do("start_placement", "pru", "2026-02-26")
    hold_review(walk, "2026-04-15", year_group=10)
    assert walk.value("start_key_stage") == "KS3"
    assert walk.due_on("ks3_limit") == "2026-06-10"
    assert "ks3_review" not in walk.dues()
    assert walk.due_on("ks4_review") == "2026-12-18"


def test_a_late_record_of_a_review_held_in_time_is_not_late(walk: Any) -> None:
    be_placed(walk)
    walk.miss("ks3_review", "2026-04-23")
    walk.today = date(2026, 4, 28)
    hold_review(walk, "2026-04-20")
    met = walk.rows["ks3_review", 1]
    assert (met.state, met.late, met.met_on) == ("met", False, date(2026, 4, 20))
    assert met.missed_at is not None


def test_the_return_waits_for_a_pupil_who_is_ready_and_a_school_that_receives(walk: Any) -> None:
    be_placed(walk)
    hold_review(walk, "2026-04-15")
    back = {
        "receiving_school": "Elmfield", "programme": "pupil, parent, pru, receiving",
        "return_timetable": "mornings first", "support_offered": "weekly call",
    }  # fmt: skip
    assert walk.stops("begin_reintegration", "pru", **back) == {"is_ready"}
    hold_review(walk, "2026-04-20", ready="yes")
    decision = walk.asked(
        "begin_reintegration", "pru", **{**back, "programme": {"pupil": "refused: not yet"}}
    )
    assert decision.allowed
    assert [finding.guard for finding in decision.advice] == ["programme_agreed"]
    walk.do("begin_reintegration", "pru", **back)
    assert walk.row("begin_return").state == "met"
    assert walk.stops("complete_reintegration", "school") == {"role"}
    hold_review(walk, "2026-04-28", review_people=f"{EVERYBODY}, receiving")
    assert walk.state == "reintegrating"
    walk.do("stop_reintegration", "pru", "2026-05-06", note="too soon")
    assert walk.state == "reviewed"


def test_a_return_that_takes_longer_is_extended_from_where_it_stands(walk: Any) -> None:
    be_placed(walk)
    hold_review(walk, "2026-04-20", ready="yes")
    walk.do(
        "begin_reintegration", "pru", receiving_school="Elmfield", return_timetable="slowly",
        programme="pupil, parent, pru, receiving", support_offered="weekly call",
    )  # fmt: skip
    hold_review(walk, "2026-05-11", review_people=f"{EVERYBODY}, receiving")
    walk.do("extend_placement", "pru", exit_on="2026-06-26", extension_reason="phased return")
    assert (walk.state, walk.due_on("agreed_exit")) == ("reintegrating", "2026-06-26")
    walk.do("complete_reintegration", "receiving", "2026-06-26")
    assert (walk.row("agreed_exit").state, walk.row("agreed_exit").late) == ("met", False)


def test_a_pupil_who_will_not_engage_goes_back_to_the_home_school(walk: Any) -> None:
    be_placed(walk)
    home = {"return_because": "would_not_engage", "note": "has not come since March"}
    assert walk.stops("return_to_home_school", "pru", "2026-03-10", **home) == {"would_not_engage"}
    walk.do("record_non_engagement", "pru", non_engagement="three visits, no answer")
    walk.do("return_to_home_school", "pru", **home)
    assert walk.road[-2:] == ["placed", "returned"]


def test_one_without_a_home_school_goes_back_to_the_forum_instead(walk: Any) -> None:
    be_placed(walk, home_school_on_roll="no")
    walk.do("record_non_engagement", "pru", "2026-03-10", non_engagement="nobody opens")
    home = {"return_because": "would_not_engage", "note": "nobody opens"}
    assert walk.stops("return_to_home_school", "pru", **home) == {"has_home_school"}
    walk.do("return_to_forum", "pru", note="nobody opens", forum_sitting="2026-06-23")
    assert "education_continues" not in walk.dues()
    walk.do(
        "forum_refuses", "forum", "2026-06-23", discussion_note="no", refusal_reason="unsuitable",
        forum_people="chair, school, pru",
    )  # fmt: skip
    assert walk.state == "not_accepted"


def test_a_second_placement_after_the_forum_has_its_own_visit_meeting_and_clocks(
    walk: Any,
) -> None:
    be_placed(walk)
    walk.do(
        "return_to_forum", "pru", "2026-03-10", note="another group", forum_sitting="2026-06-23"
    )
    walk.do(
        "forum_agrees", "forum", "2026-06-23", discussion_note="again", suitability_note="smaller",
        forum_people="chair, school, pru", attendance_accepted="yes", attendance_reason="fine",
    )  # fmt: skip
    stops = walk.stops("start_placement", "pru", "2026-06-29")
    assert stops == {"visit_held", "meeting_held", "exit_date_set", "safe_on_site"}
    walk.do("hold_home_visit", "pru", visit_people="pupil, parent, pru")
    walk.do(
        "hold_pre_admission", "pru", meeting_people=EVERYBODY, placement_terms=TERMS,
        exit_on="2026-09-30", risk_assessed="yes",
    )  # fmt: skip
    walk.do("start_placement", "pru")
    assert walk.rows["ks3_limit", 1].state == "met"
    assert walk.rows["ks3_limit", 2].state == "armed"
    assert walk.due_on("agreed_exit") == "2026-09-30"


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4])
def test_agreement_withdrawn_before_the_placement_ends_the_referral(walk: Any, steps: int) -> None:
    withdrawn = {"parent_agreement": {"parent": "withdrawn: moved in with his father"}}
    walk.do("open_referral", "school", **OPENING)
    walk.do("record_consent", "school", parent_agreement="parent")
    more: tuple[Callable[[], object], ...] = (
        lambda: walk.do(
            "submit_to_forum", "school", "2026-01-20", forum_papers=PAPERS, agencies="health",
            forum_sitting="2026-01-27", purpose="support", other_provision="none",
            reintegration_proposed_on="2026-05-01",
        ),
        lambda: walk.do(
            "forum_agrees", "forum", "2026-01-27", discussion_note=".", suitability_note=".",
            forum_people="chair, school, pru", attendance_accepted="yes", attendance_reason=".",
        ),
        lambda: walk.do("hold_home_visit", "pru", visit_people="pupil, parent, pru"),
        lambda: walk.do(
            "hold_pre_admission", "pru", meeting_people=EVERYBODY, placement_terms=TERMS
        ),
    )  # fmt: skip
    for step in more[:steps]:
        step()
    walk.do("withdraw_agreement", "school", None, **withdrawn)
    assert walk.state == "withdrawn"


def test_agreement_withdrawn_during_the_placement_brings_a_review_not_an_end(walk: Any) -> None:
    be_placed(walk)
    withdrawn = {"parent_agreement": {"parent": "withdrawn: unhappy with the group"}}
    walk.do("withdraw_agreement", "school", "2026-03-10", **withdrawn)
    assert walk.state == "placed"
    assert walk.due_on("review_after_withdrawal") is None
    home = {"return_because": "agreement_withdrawn", "note": "parent's wish"}
    assert "reviewed_since_withdrawal" in walk.stops("return_to_home_school", "pru", **home)
    hold_review(walk, "2026-03-17")
    assert walk.row("review_after_withdrawal").state == "met"
    walk.do("record_consent", "school", "2026-03-18", parent_agreement="parent")
    assert walk.state == "reviewed"
    walk.do("return_to_home_school", "pru", **home)
    assert walk.state == "returned"


def test_waiting_for_specialist_provision_tells_the_sen_team_until_a_place_is_named(
    walk: Any,
) -> None:
    be_placed(walk, has_ehc_plan="yes")
    walk.do("flag_specialist", "send", "2026-03-10", awaiting_specialist="yes")
    assert len([row for row in walk.notices if row.notice == "no_school_place"]) == 1
    hold_review(walk, "2026-04-15")
    assert len([row for row in walk.notices if row.notice == "no_school_place"]) == 2
    walk.do("name_specialist_place", "send", "2026-04-20", specialist_school="Oak Special")
    hold_review(walk, "2026-04-28")
    assert len([row for row in walk.notices if row.notice == "no_school_place"]) == 2
    walk.do("move_on", "pru", "2026-05-01", destination="specialist", note="starts Monday")
    assert walk.state == "moved_on"


def test_contact_and_notes_are_recorded_without_changing_the_state(walk: Any) -> None:
    be_placed(walk)
    assert walk.due_on("keep_contact") is None
    before = walk.road.copy()
    walk.do("log_contact", "pru", "2026-03-10", note="tutor visited")
    walk.do("log_contact", "school", "2026-03-12", note="pupil joined assembly")
    walk.do("add_note", "virtual_school", "2026-03-12", note="PEP is on Friday")
    assert walk.road == before
    assert walk.row("keep_contact").occurrence == 3


def test_a_pupil_put_off_before_the_start_leaves_by_a_truthful_door(walk: Any) -> None:
    come_to_pre_admission(walk)
    walk.do("return_to_forum", "pru", note="the group is not right", forum_sitting="2026-02-24")
    walk.do("withdraw_referral", "school", note="settled at Oakwood")
    assert walk.state == "withdrawn"


def test_a_family_that_moves_away_before_the_start_is_redirected_or_moves_on(walk: Any) -> None:
    come_to_pre_admission(walk)
    walk.do(
        "change_particulars", "school", note="moved", lives_in="elsewhere", home_district="Medway"
    )
    walk.do("redirect", "la", sent_to="Medway forum")
    walk.do("withdraw_referral", "la", note="the new school will see")
    assert walk.state == "withdrawn"
