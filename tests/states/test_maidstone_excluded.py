"""Maidstone and Malling: permanently excluded pupils, and the duty that nothing local stops."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

TERMS = "duration, rewards, work, behaviour, attendance, exit_strategy"
PAPERS = (
    "core_support, core_outcomes, caf, pupil_views, multi_agency, forum_form, earlier, pastoral, "
    "academic, social, current, sen_details, running"
)
OPENING = {
    "referring_school": "Oakwood", "authority": "The council", "provider": "The unit",
    "reason": "permanently_excluded", "excluding_school": "Oakwood",
    "exclusion_first_day": "2026-02-12", "year_group": 8, "lives_in": "maidstone_and_malling",
    "looked_after": "no", "has_ehc_plan": "no", "home_school_on_roll": "yes",
}  # fmt: skip
AT_ONCE = {"risk_assessed": "yes", "provisional_reason": "statutory_deadline"}
FORUM = {
    "discussion_note": "discussed", "suitability_note": "small groups",
    "forum_people": "chair, school, pru",
}  # fmt: skip
BEFORE_PLACEMENT = ("consent", "caf", "forum", "home_visit", "pre_admission")


@pytest.fixture
def walk(walk_in: Callable[..., Any]) -> Any:
    sittings = {"forum_meeting": (date(2026, 2, 24), date(2026, 3, 24), date(2026, 4, 21))}
    return walk_in("maidstone-and-malling", sittings=sittings)


def open_it(walk: Any, **opening: object) -> None:
    walk.do("open_referral", "la", "2026-02-12", **{**OPENING, **opening})


def come_to(walk: Any, state: str, **opening: object) -> None:
    """Take an excluded pupil to a state by the usual road, with papers still awaited."""
    refused = {"parent": "refused: no trust in the unit"}
    steps: tuple[Callable[[], object], ...] = (
        lambda: open_it(walk, **opening),
        lambda: walk.do("record_consent", "school", parent_agreement=refused),
        lambda: walk.do(
            "submit_to_forum", "la", forum_papers={"caf": "awaited: 2026-03-02"},
            forum_sitting="2026-02-24", purpose="support", other_provision="none",
            plan_need_semh="yes" if opening.get("has_ehc_plan") == "yes" else None,
            pru_named_in_plan="no" if opening.get("has_ehc_plan") == "yes" else None,
        ),
        lambda: walk.do("forum_agrees", "forum", "2026-02-24", **FORUM),
        lambda: walk.do("hold_home_visit", "pru", visit_people={"parent": "absent: away"}),
    )  # fmt: skip
    for step in steps:
        if walk.state == state:
            break
        step()
    assert walk.state == state


def place_at_once(walk: Any, on: str = "2026-02-26", **opening: object) -> None:
    open_it(walk, **opening)
    walk.do("place_provisionally", "la", on, **AT_ONCE)


def test_the_usual_road_without_agreement_or_papers(walk: Any) -> None:
    come_to(walk, "pre_admission")
    walk.do("start_placement", "pru", "2026-02-26", risk_assessed="yes")
    assert walk.row("sixth_day").state == "met"
    assert not walk.row("sixth_day").late
    assert walk.road == ["start", *walk.policy.lifecycle.road[:6]]


def test_the_sixth_school_day_is_counted_over_the_holiday(walk: Any) -> None:
    open_it(walk)
    assert walk.due_on("sixth_day") == "2026-02-26"
    assert walk.row("sixth_day").force == "law"
    assert walk.row("sixth_day").owner == "la"
    assert "day_after" not in walk.dues()


def test_a_child_in_care_should_be_placed_the_next_school_day(walk: Any) -> None:
    walk.do(
        "open_referral", "la", "2026-02-13",
        **{**OPENING, "looked_after": "yes", "exclusion_first_day": "2026-02-23"},
        head_decided_on="2026-02-13",
    )  # fmt: skip
    assert walk.due_on("day_after") == "2026-02-23"
    assert walk.due_on("sixth_day") == "2026-03-02"
    assert walk.told("care_excluded") == {"virtual_school", "la"}
    walk.miss("day_after", "2026-02-24")
    walk.do("place_provisionally", "la", "2026-02-25", **AT_ONCE)
    assert (walk.row("day_after").state, walk.row("day_after").late) == ("met", True)
    assert (walk.row("sixth_day").state, walk.row("sixth_day").late) == ("met", False)


@pytest.mark.parametrize("state", [*BEFORE_PLACEMENT])
def test_from_every_state_the_authority_can_place_at_once(walk: Any, state: str) -> None:
    come_to(walk, state)
    unsafe = {**AT_ONCE, "risk_assessed": "no"}
    assert walk.stops("place_provisionally", "la", **unsafe) == {"safe_on_site"}
    reason = {"safe_on_site": "there is no time"}
    assert walk.stops("place_provisionally", "la", None, reason, **unsafe) == {"safe_on_site"}
    assert walk.stops("place_provisionally", "pru", **AT_ONCE) == {"role"}
    walk.do("place_provisionally", "la", None, **AT_ONCE)
    assert walk.state == "placed"
    assert walk.row("sixth_day").state == "met"


@pytest.mark.parametrize("state", [*BEFORE_PLACEMENT])
def test_from_every_state_education_elsewhere_meets_the_duty(walk: Any, state: str) -> None:
    come_to(walk, state)
    walk.do("secure_other_education", "la", None, other_education="tuition", note="from today")
    assert (walk.state, walk.row("sixth_day").state) == (state, "met")


@pytest.mark.parametrize("state", [*BEFORE_PLACEMENT])
def test_an_excluded_pupil_is_neither_refused_nor_withdrawn(walk: Any, state: str) -> None:
    come_to(walk, state)
    stops = walk.stops("withdraw_referral", "la", None, {"not_excluded": "x"}, note="no need")
    assert stops == {"not_excluded", "closing_rule"}
    gone = walk.stops("move_on", "la", None, destination="school", note="Elmfield has a place")
    assert gone == {"closing_rule"}
    if state == "forum":
        refusal = {"discussion_note": "no", "refusal_reason": "no_agreement"}
        assert "not_excluded" in walk.stops("forum_refuses", "forum", None, None, **refusal)


def test_a_pupil_with_another_school_leaves_once_education_is_secured(walk: Any) -> None:
    open_it(walk)
    walk.do(
        "secure_other_education",
        "la",
        "2026-02-23",
        other_education="another_school",
        note="Elmfield",
    )
    walk.do("move_on", "la", destination="school", note="on roll at Elmfield")
    assert walk.state == "moved_on"


def test_a_duty_that_no_longer_applies_is_ended_with_its_reason(walk: Any) -> None:
    open_it(walk)
    assert walk.stops("record_duty_ended", "school", duty_ended_because="home_education") >= {
        "role"
    }
    walk.do(
        "record_duty_ended", "la", "2026-02-23", duty_ended_because="home_education", note="letter"
    )
    walk.do("move_on", "la", destination="home_education", note="letter")
    assert walk.state == "moved_on"


def test_parents_who_cannot_be_reached_do_not_hold_up_an_excluded_pupil(walk: Any) -> None:
    open_it(walk)
    assert walk.stops("go_on_without_answer", "school", note="no reply") == {"role"}
    walk.do("go_on_without_answer", "la", note="no reply to three letters")
    assert walk.state == "caf"
    walk.do("record_consent", "la", "2026-02-20", parent_agreement="parent")
    assert walk.state == "caf"


def test_what_an_excluded_pupil_still_needs_becomes_tasks(walk: Any) -> None:
    place_at_once(walk)
    tasks = ("papers_after_start", "visit_after_start", "route_after_start")
    first_review = walk.value("first_review_by").isoformat()
    assert {walk.due_on(task) for task in tasks} == {first_review}
    assert first_review == walk.due_on("ks3_review")
    walk.do("hold_home_visit", "pru", "2026-03-03", visit_people="pupil, pru")
    walk.do(
        "hold_pre_admission", "pru", "2026-03-04", meeting_people="pupil, pru",
        placement_terms=TERMS, exit_on="2026-06-10",
    )  # fmt: skip
    assert walk.state == "placed"
    assert walk.row("visit_after_start").state == "met"
    assert walk.due_on("route_at_meeting") == "2026-03-04"
    walk.do("add_papers", "pru", "2026-03-05", forum_papers=PAPERS)
    assert walk.row("papers_after_start").state == "met"
    walk.miss("route_after_start", "2026-04-30")
    assert walk.told("route_still_missing") == {"la"}
    walk.do(
        "agree_next_placement", "forum", "2026-05-05", next_placement="Elmfield",
        receiving_school="Elmfield", onward_route="Elmfield from June",
    )  # fmt: skip
    assert (walk.row("route_after_start").state, walk.row("route_after_start").late) == (
        "met", True,
    )  # fmt: skip


def test_an_exit_beyond_twelve_weeks_is_not_agreed_at_the_meeting(walk: Any) -> None:
    place_at_once(walk)
    stops = walk.stops(
        "hold_pre_admission", "pru", "2026-03-04", meeting_people="pupil, pru",
        placement_terms=TERMS, exit_on="2026-06-11",
    )  # fmt: skip
    assert stops == {"new_exit_within_limit"}


def test_more_pupils_than_places_are_taken_and_the_authority_is_told(walk: Any) -> None:
    walk.free["ks3"] = 0
    come_to(walk, "home_visit")
    assert walk.told("over_capacity") == {"la"}


@pytest.mark.parametrize(
    ("opening", "later", "rank"),
    [
        ({"looked_after": "yes"}, {}, 1),
        ({}, {"youth_justice": "yes"}, 2),
        ({}, {"other_provision": "none"}, 3),
        ({"has_ehc_plan": "yes"}, {"other_provision": "awaited", "plan_need_semh": "yes"}, 4),
        ({}, {"other_provision": "available"}, 5),
        ({"has_ehc_plan": "yes"}, {"other_provision": "none"}, 5),
        ({}, {}, None),
    ],
)
def test_the_order_of_admission_of_excluded_pupils(
    walk: Any, opening: dict[str, object], later: dict[str, object], rank: int | None
) -> None:
    open_it(walk, **opening)
    if "youth_justice" in later:
        assert walk.stops("record_youth_justice", "school", **later) == {"role"}
        walk.do("record_youth_justice", "la", **later)
    elif later:
        walk.do("add_papers", "la", **later)
    assert walk.value("rank") == rank


def test_the_second_rank_does_not_say_why(walk: Any) -> None:
    facts = walk.policy.lifecycle.facts
    assert facts["youth_justice"].seen_by == ("forum", "la")
    titles = [row.title.lower() for row in facts["rank"].choose if row.is_ == 2]
    assert titles == ["permanently excluded, second group"]


def test_a_pupil_the_list_does_not_name_is_brought_to_the_forums_notice(walk: Any) -> None:
    open_it(walk)
    walk.do("record_consent", "la", parent_agreement="parent")
    walk.do(
        "submit_to_forum", "la", forum_papers={}, forum_sitting="2026-02-24", purpose="support",
        other_provision="available",
    )  # fmt: skip
    assert walk.told("unlisted_excluded") == {"forum"}


def test_a_pupil_who_waits_for_other_provision_has_a_limited_place(walk: Any) -> None:
    come_to(walk, "caf", has_ehc_plan="yes")
    walk.do(
        "submit_to_forum", "la", forum_papers={}, forum_sitting="2026-02-24",
        purpose="await_specialist", other_provision="awaited", plan_need_semh="yes",
        pru_named_in_plan="no",
    )  # fmt: skip
    walk.do("forum_agrees", "forum", "2026-02-24", **FORUM)
    assert walk.told("limited_place") == {"send", "la"}
    assert walk.stops("start_placement", "pru", risk_assessed="yes") == {"limited_time"}
    walk.do("start_placement", "pru", risk_assessed="yes", limited_until="2026-04-24")
    assert walk.due_on("limited_place_ends") == "2026-04-24"
    walk.miss("limited_place_ends", "2026-04-25")
    walk.do("agree_limited_time", "la", limited_until="2026-06-05", note="the plan is late")
    assert (walk.row("limited_place_ends").state, walk.due_on("limited_place_ends")) == (
        "armed", "2026-06-05",
    )  # fmt: skip


def test_a_limited_place_taken_at_once_gets_its_end_as_a_task(walk: Any) -> None:
    open_it(walk, has_ehc_plan="yes")
    walk.do(
        "place_provisionally", "la", "2026-02-26", **AT_ONCE, other_provision="awaited",
        plan_need_semh="yes",
    )  # fmt: skip
    assert walk.row("limited_time_agreed").owner == "la"
    walk.do("agree_limited_time", "la", limited_until="2026-04-24", note="agreed")
    assert walk.row("limited_time_agreed").state == "met"


def test_back_at_the_forum_the_duty_stays_alive(walk: Any) -> None:
    place_at_once(walk)
    home = {"return_because": "would_not_engage", "note": "left"}
    walk.do("record_non_engagement", "pru", "2026-03-12", non_engagement="does not come")
    assert walk.stops("return_to_home_school", "pru", **home) == {"has_home_school"}
    walk.do("return_to_forum", "pru", "2026-03-12", note="does not come")
    assert walk.due_on("education_continues") == "2026-03-13"
    gone = {"destination": "school", "note": "x"}
    assert walk.stops("move_on", "la", "2026-03-13", None, **gone) == {"closing_rule"}
    walk.do("secure_other_education", "la", other_education="tuition", note="begins today")
    assert walk.row("education_continues").state == "met"
    walk.do("record_education_stopped", "la", "2026-03-16", note="the tutor left")
    assert walk.due_on("education_continues") == "2026-03-17"
    again = {**AT_ONCE, "provisional_reason": "education_stopped"}
    walk.do("place_provisionally", "la", "2026-03-17", **again)
    assert walk.row("education_continues").state == "met"
    assert walk.value("placement_start") == date(2026, 3, 17)


def test_a_new_school_counts_as_home_once_the_pupil_is_on_its_roll(walk: Any) -> None:
    place_at_once(walk)
    walk.do("confirm_roll", "pru", "2026-03-12", roll="excluding_and_pru")
    walk.do("record_non_engagement", "pru", non_engagement="does not come")
    walk.do("confirm_roll", "school", roll="receiving_and_pru", receiving_roll_on="2026-03-12")
    walk.do("return_to_home_school", "pru", return_because="would_not_engage", note="left")
    assert walk.state == "returned"


def test_the_roll_follows_the_dates_of_the_exclusion_and_a_person_confirms(walk: Any) -> None:
    place_at_once(walk)
    assert walk.value("roll_proposed") == "excluding_and_pru"
    walk.do(
        "record_exclusion_review", "school", "2026-03-02", board_notice_on="2026-03-02", note="."
    )
    assert walk.value("name_may_go_on") == date(2026, 3, 23)
    assert walk.value("roll_proposed", "2026-03-23") == "excluding_and_pru"
    assert walk.value("roll_proposed", "2026-03-24") == "pru_only"
    early = walk.asked("confirm_roll", "pru", roll="receiving_and_pru")
    assert [finding.guard for finding in early.advice] == ["roll_as_proposed"]
    walk.do("confirm_roll", "pru", roll="pru_only")
    assert walk.row("roll_confirmed").state == "met"


def test_a_review_of_the_exclusion_keeps_the_name_on_the_roll(walk: Any) -> None:
    place_at_once(walk)
    walk.do("record_exclusion_review", "la", "2026-03-02", board_notice_on="2026-03-02", note=".")
    walk.do("record_exclusion_review", "la", "2026-03-10", review_applied_on="2026-03-10", note=".")
    assert walk.value("name_may_go_on") is None
    assert walk.value("roll_proposed", "2026-04-20") == "excluding_and_pru"
    walk.do("record_exclusion_review", "la", "2026-04-20", review_decided_on="2026-04-20", note=".")
    assert walk.value("roll_proposed", "2026-04-21") == "pru_only"


def test_a_redirected_pupil_keeps_the_clock_until_the_other_area_takes_over(walk: Any) -> None:
    open_it(walk, lives_in="elsewhere", home_district="Medway")
    walk.do("record_consent", "la", parent_agreement="parent")
    stops = walk.stops(
        "submit_to_forum", "la", forum_papers={}, forum_sitting="2026-02-24", purpose="support",
        other_provision="none",
    )  # fmt: skip
    assert stops == {"lives_here"}
    walk.do("redirect", "la", sent_to="Medway fair access panel")
    assert walk.pack is not None
    assert walk.row("sixth_day").state == "armed"
    assert walk.due_on("acknowledge_redirect") is None
    assert "move_on" not in walk.choices("la")
    walk.do("acknowledge_receipt", "la", "2026-02-13", note="Medway confirms")
    assert (walk.state, walk.row("acknowledge_redirect").state) == ("handed_over", "met")


def test_a_redirect_that_is_not_taken_comes_back(walk: Any) -> None:
    open_it(walk, lives_in="elsewhere", home_district="Medway")
    walk.do("redirect", "la", sent_to="Medway fair access panel")
    walk.do("secure_other_education", "la", other_education="tuition", note="meanwhile")
    stays = {"lives_in": "elsewhere", "home_district": "Medway", "note": "still there"}
    assert walk.stops("take_back", "la", **stays) == {"lives_here"}
    walk.do("take_back", "la", lives_in="maidstone_and_malling", note="moved last week")
    assert walk.state == "caf"


def test_a_pupil_who_lives_here_is_not_sent_away(walk: Any) -> None:
    open_it(walk)
    assert walk.stops("redirect", "la", sent_to="Medway") == {"lives_elsewhere"}


def test_an_exclusion_after_the_referral_starts_the_clock_and_lifts_the_guards(walk: Any) -> None:
    opening = {
        name: value for name, value in OPENING.items()
        if name not in ("excluding_school", "exclusion_first_day")
    }  # fmt: skip
    walk.do(
        "open_referral", "school", "2026-02-02", **{**opening, "reason": "at_risk"},
        school_contact="Ms Contact",
    )  # fmt: skip
    assert "sixth_day" not in walk.dues()
    assert "place_provisionally" not in walk.choices("la")
    excluded = {"exclusion_first_day": "2026-02-12", "excluding_school": "Oakwood"}
    walk.do("record_exclusion", "school", "2026-02-12", **excluded)
    assert walk.due_on("sixth_day") == "2026-02-26"
    assert walk.stops("record_exclusion", "school", **excluded) == {"when"}
    walk.do("cancel_exclusion", "school", "2026-02-13", note="the head took it back")
    assert (walk.state, walk.row("sixth_day").state) == ("consent", "cancelled")
    assert walk.stops("cancel_exclusion", "school", note="again") == {"when"}
    assert walk.stops("record_consent", "school", parent_agreement={"parent": "refused: no"}) == {
        "parent_agrees"
    }
    walk.do(
        "record_exclusion",
        "school",
        "2026-02-23",
        **{**excluded, "exclusion_first_day": "2026-02-23"},
    )
    assert walk.due_on("sixth_day") == "2026-03-02"


@pytest.mark.parametrize("state", ["forum", "home_visit", "pre_admission"])
def test_a_cancelled_exclusion_brings_back_what_every_other_pupil_needs(
    walk: Any, state: str
) -> None:
    come_to(walk, state)
    walk.do("cancel_exclusion", "la", "2026-02-25", note="governors reinstated the pupil")
    assert walk.state == "caf"
    stops = walk.stops(
        "submit_to_forum", "school", forum_papers={}, forum_sitting="2026-03-24",
        purpose="support", other_provision="none",
    )  # fmt: skip
    assert {"parent_agrees", "caf_done", "papers_complete"} <= stops
    walk.do("withdraw_referral", "school", note="back at Oakwood")
    assert walk.state == "withdrawn"


def test_a_pupil_reinstated_during_a_placement_goes_home(walk: Any) -> None:
    place_at_once(walk)
    home = {"return_because": "exclusion_cancelled", "note": "reinstated"}
    assert walk.stops("return_to_home_school", "pru", "2026-03-09", **home) == {
        "has_home_school", "no_longer_excluded",
    }  # fmt: skip
    walk.do("cancel_exclusion", "la", note="reinstated by the board")
    assert walk.state == "placed"
    walk.do("return_to_home_school", "pru", **home)
    assert walk.state == "returned"


def test_a_pupil_excluded_while_placed_has_education_recorded_where_it_goes_on(walk: Any) -> None:
    place_at_once(walk)
    walk.do("cancel_exclusion", "la", "2026-03-02", note="reinstated")
    walk.do(
        "record_exclusion", "la", "2026-03-09", exclusion_first_day="2026-03-09",
        excluding_school="Oakwood",
    )  # fmt: skip
    assert walk.due_on("sixth_day") == "2026-03-16"
    walk.do("secure_other_education", "la", other_education="goes_on_here", note="stays")
    assert walk.row("sixth_day").state == "met"


def test_a_child_in_care_comes_through_admissions(walk: Any) -> None:
    opening = {
        name: value for name, value in OPENING.items()
        if name not in ("excluding_school", "exclusion_first_day", "referring_school")
    } | {"reason": "no_school", "looked_after": "yes", "home_school_on_roll": "no"}  # fmt: skip
    assert walk.stops("open_through_admissions", "school", **opening) == {"role"}
    walk.do("open_through_admissions", "la", "2026-02-12", **opening)
    walk.do("record_consent", "la", parent_agreement="parent")
    given = {
        "discussion_note": "talked with the virtual school", "suitability_note": "small groups",
        "purpose": "support", "other_provision": "none", "semh_history": "yes",
    }  # fmt: skip
    stops = walk.stops("admissions_agrees", "la", **given)
    assert "answers" in stops
    given |= {"pru_view": "the head of the unit agrees"}
    papers = {
        "forum_papers": PAPERS, "agencies": "social_care", "attendance_accepted": "yes",
        "attendance_reason": "no school to attend", "reintegration_proposed_on": "2026-05-01",
    }  # fmt: skip
    assert walk.stops("admissions_agrees", "la", **given) >= {"caf_done", "papers_complete"}
    walk.do("admissions_agrees", "la", **given, **papers)
    assert (walk.state, walk.value("rank")) == ("home_visit", 6)
    assert walk.due_on("report_next_forum") == "2026-02-24"
    assert walk.value("transport") == "la"
    walk.do("report_to_forum", "la", "2026-02-24", discussion_note="noted")
    assert walk.row("report_next_forum").state == "met"


def test_admissions_too_waits_when_no_place_is_free(walk: Any) -> None:
    walk.free["ks3"] = 0
    opening = {
        name: value for name, value in OPENING.items()
        if name not in ("excluding_school", "exclusion_first_day", "referring_school")
    } | {"reason": "at_risk", "looked_after": "yes"}  # fmt: skip
    walk.do("open_through_admissions", "la", "2026-02-12", **opening)
    walk.do("record_consent", "la", parent_agreement="parent")
    walk.do(
        "admissions_agrees", "la", discussion_note=".", suitability_note=".", pru_view=".",
        purpose="support", other_provision="none", forum_papers=PAPERS, agencies="social_care",
        attendance_accepted="yes", attendance_reason="good",
        reintegration_proposed_on="2026-05-01",
    )  # fmt: skip
    assert walk.state == "waiting"


def test_admissions_is_no_door_for_a_pupil_whom_a_school_referred(walk: Any) -> None:
    come_to(walk, "caf", looked_after="yes")
    assert "admissions_agrees" not in walk.choices("la")
