"""Maidstone and Malling: what an awkward caseworker might try, and what a solicitor would ask."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.states.excluded import (
    AT_ONCE,
    FORUM,
    OPENING,
    SITTINGS,
    TERMS,
    come_to,
    open_it,
    place_at_once,
)

NOT_EXCLUDED = {
    name: value
    for name, value in OPENING.items()
    if name not in ("excluding_school", "exclusion_first_day")
} | {"reason": "at_risk", "school_contact": "Ms Contact", "attendance_percent": 91}
REVIEW = {
    "review_people": "pupil, parent, pru, mainstream", "ready": "no", "right_time": "June",
    "progress": "some",
}  # fmt: skip
PAPERS = (
    "core_support, core_outcomes, caf, pupil_views, multi_agency, forum_form, earlier, pastoral, "
    "academic, social, current, sen_details, running"
)


@pytest.fixture
def walk(walk_in: Callable[..., Any]) -> Any:
    return walk_in("maidstone-and-malling", sittings=SITTINGS)


def be_placed(walk: Any, on: str = "2026-03-02") -> None:
    """Take a pupil who is not excluded to a placement by the usual road."""
    walk.do("open_referral", "school", "2026-02-12", **NOT_EXCLUDED)
    walk.do("record_consent", "school", parent_agreement="parent")
    walk.do(
        "submit_to_forum", "school", forum_papers=PAPERS, agencies="health", purpose="support",
        forum_sitting="2026-02-24", other_provision="none", reintegration_proposed_on="2026-05-01",
    )  # fmt: skip
    walk.do(
        "forum_agrees", "forum", "2026-02-24", **FORUM, attendance_accepted="yes",
        attendance_reason="good",
    )  # fmt: skip
    walk.do("hold_home_visit", "pru", "2026-02-25", visit_people="pupil, parent, pru")
    walk.do(
        "hold_pre_admission", "pru", "2026-02-26", meeting_people="pupil, parent, pru, mainstream",
        placement_terms=TERMS, exit_on="2026-05-15", onward_route="Oakwood", risk_assessed="yes",
    )  # fmt: skip
    walk.do("start_placement", "pru", on)


# The authority's duty
def test_the_authority_is_told_of_its_duty_and_of_its_end_whoever_records_them(walk: Any) -> None:
    walk.do("open_referral", "school", "2026-02-12", **NOT_EXCLUDED)
    assert walk.told("excluded_told") == set()
    walk.do(
        "record_exclusion", "school", exclusion_first_day="2026-02-12", excluding_school="Oakwood"
    )
    assert walk.told("excluded_told") == {"la"}
    walk.do("cancel_exclusion", "school", note="taken back")
    assert walk.told("exclusion_cancelled") == {"la", "pru", "forum"}


def test_the_unit_does_not_close_an_excluded_pupils_case_over_the_authoritys_head(
    walk: Any,
) -> None:
    place_at_once(walk)
    gone = {"note": "did not settle"}
    assert walk.stops("move_on", "pru", None, destination="school", **gone) == {"role"}
    for destination in ("home_education", "moved", "other"):
        stops = walk.stops(
            "move_on", "la", None, {"leaves_for_education": "x"}, destination=destination, **gone
        )
        assert stops == {"leaves_for_education"}
    walk.do("record_duty_ended", "la", duty_ended_because="moved_away", note="Medway was told")
    walk.do("move_on", "la", destination="moved", **gone)
    assert walk.state == "moved_on"


def test_an_earlier_ended_duty_does_not_close_a_later_exclusion(walk: Any) -> None:
    open_it(walk)
    walk.do("record_duty_ended", "la", "2026-02-13", duty_ended_because="other", note="-")
    walk.do("cancel_exclusion", "la", "2026-02-23", note="reinstated")
    walk.do(
        "record_exclusion", "school", "2026-03-02", exclusion_first_day="2026-03-02",
        excluding_school="Oakwood",
    )  # fmt: skip
    stops = walk.stops("move_on", "la", None, destination="other", note="-")
    assert stops == {"leaves_for_education", "closing_rule"}


def test_an_excluded_pupil_is_back_only_at_a_school_that_has_put_him_on_its_roll(walk: Any) -> None:
    place_at_once(walk)
    review = {**REVIEW, "review_people": "pupil, parent, pru", "ready": "yes"}
    walk.do("hold_review", "pru", "2026-03-20", **review)
    walk.do(
        "begin_reintegration", "pru", receiving_school="Elmfield", return_timetable="mornings",
        programme="pupil, parent, pru, receiving", support_offered="calls",
    )  # fmt: skip
    done = ("complete_reintegration", "receiving", "2026-04-20")
    assert walk.stops(*done) == {"received_on_roll"}
    assert walk.stops(*done, receiving_roll_on="2026-04-27") == {"received_on_roll"}
    walk.do(*done, receiving_roll_on="2026-04-20")
    assert walk.state == "reintegrated"


def test_the_roll_of_a_school_that_has_since_excluded_is_no_home_to_go_back_to(walk: Any) -> None:
    be_placed(walk)
    walk.do("name_receiving_school", "pru", receiving_school="Elmfield")
    rolls = {"roll": "receiving_and_pru", "receiving_roll_on": "2026-03-09"}
    walk.do("confirm_roll", "pru", "2026-03-09", **rolls)
    walk.do(
        "record_exclusion", "school", "2026-03-16", exclusion_first_day="2026-03-16",
        excluding_school="Elmfield",
    )  # fmt: skip
    walk.do("secure_other_education", "la", other_education="goes_on_here", note="from today")
    walk.do("record_non_engagement", "pru", non_engagement="does not come")
    home = {"return_because": "would_not_engage", "note": "-"}
    assert walk.stops("return_to_home_school", "pru", **home) == {"has_home_school"}
    assert walk.value("roll_proposed") == "excluding_and_pru"


def test_education_that_is_not_there_does_not_meet_the_duty(walk: Any) -> None:
    open_it(walk)
    here = {"other_education": "goes_on_here", "note": "-"}
    assert walk.stops("secure_other_education", "la", **here) == {"education_goes_on_here"}
    walk.do("secure_other_education", "la", **{**here, "other_education": "open_here"})


def test_education_that_ended_before_the_sixth_day_is_not_due_again_before_it(walk: Any) -> None:
    open_it(walk)
    walk.do("secure_other_education", "la", "2026-02-12", other_education="tuition", note="-")
    walk.do("record_education_stopped", "la", "2026-02-13", note="the tutor is ill")
    assert walk.due_on("education_continues") == "2026-02-26"
    walk.do("secure_other_education", "la", "2026-02-26", other_education="tuition", note="-")
    assert walk.row("education_continues").state == "met"
    walk.do("record_education_stopped", "la", "2026-03-05", note="again")
    assert walk.due_on("education_continues") == "2026-03-06"


@pytest.mark.parametrize(("first_day_is", "day"), [(1, "2026-02-26"), (0, "2026-02-27")])
def test_the_sixth_school_day_is_the_day_of_its_deadline(
    walk: Any, first_day_is: int, day: str
) -> None:
    walk.setting("first_day_is", first_day_is)
    open_it(walk)
    assert walk.value("sixth_school_day").isoformat() == walk.due_on("sixth_day") == day


def test_a_return_to_the_forum_before_an_exclusion_starts_no_duty_in_the_past(walk: Any) -> None:
    be_placed(walk)
    walk.do("return_to_forum", "pru", "2026-03-09", note="another group")
    walk.do(
        "record_exclusion", "school", "2026-03-16", exclusion_first_day="2026-03-16",
        excluding_school="Oakwood",
    )  # fmt: skip
    assert walk.due_on("education_continues") == walk.due_on("sixth_day") == "2026-03-23"


# What follows a start at once
def test_what_follows_a_start_at_once_stays_due_when_the_exclusion_falls(walk: Any) -> None:
    place_at_once(walk)
    walk.do("cancel_exclusion", "la", "2026-03-02", note="reinstated by the board")
    assert {"papers_after_start", "visit_after_start"} <= set(walk.dues())
    assert walk.due_on("agreement_after_cancelling") is None
    assert walk.row("agreement_after_cancelling").owner == "pru"
    walk.do("hold_home_visit", "pru", "2026-03-03", visit_people="pupil, parent, pru")
    walk.do(
        "hold_pre_admission", "pru", meeting_people="pupil, parent, pru, mainstream",
        placement_terms=TERMS,
    )  # fmt: skip
    assert walk.row("visit_after_start").state == "met"
    walk.do("record_consent", "school", parent_agreement="parent")
    assert walk.row("agreement_after_cancelling").state == "met"


def test_a_visit_of_an_earlier_placement_is_none_of_this_one(walk: Any) -> None:
    place_at_once(walk)
    walk.do("hold_home_visit", "pru", "2026-03-03", visit_people="pupil, pru")
    walk.do("hold_pre_admission", "pru", meeting_people="pupil, pru", placement_terms=TERMS)
    assert walk.row("visit_after_start").state == "met"
    walk.do("return_to_forum", "pru", "2026-03-09", note="not safe for others")
    walk.do("place_provisionally", "la", "2026-03-10", **AT_ONCE)
    assert walk.row("visit_after_start").state == "armed"


def test_a_pupil_excluded_during_the_placement_gets_as_long_for_the_next_one(walk: Any) -> None:
    be_placed(walk)
    walk.do("hold_review", "pru", "2026-04-20", **REVIEW)
    assert walk.value("first_review_by").isoformat() == "2026-04-24"
    walk.do(
        "record_exclusion", "school", "2026-04-27", exclusion_first_day="2026-04-27",
        excluding_school="Oakwood",
    )  # fmt: skip
    assert walk.due_on("route_after_start") == "2026-06-12"


def test_the_risk_is_assessed_anew_for_another_placement(walk: Any) -> None:
    come_to(walk, "pre_admission")
    walk.do("start_placement", "pru", "2026-02-26", risk_assessed="yes")
    walk.do("return_to_forum", "pru", "2026-03-09", note="a knife was found")
    walk.do("forum_agrees", "forum", "2026-03-24", **FORUM)
    assert walk.stops("start_placement", "pru", "2026-03-25") == {"safe_on_site"}


# Extensions, agreement, places
def test_one_extension_is_not_leave_to_move_the_exit_date_for_ever(walk: Any) -> None:
    be_placed(walk)
    walk.do("hold_review", "pru", "2026-05-06", **REVIEW)
    walk.do("extend_placement", "pru", "2026-05-12", exit_on="2026-07-03", extension_reason="-")
    later = {"exit_on": "2026-07-17", "note": "the family asks"}
    assert walk.stops("agree_exit_date", "pru", **later) == {"new_exit_within_limit"}
    walk.do("agree_exit_date", "pru", exit_on="2026-06-26", note="ahead of plan")
    walk.do("agree_exit_date", "pru", exit_on="2026-07-03", note="as it was agreed")
    assert walk.stops("extend_placement", "pru", "2026-06-15", **{
        "exit_on": "2026-07-17", "extension_reason": "-",
    }) == {"reviewed_lately"}  # fmt: skip


@pytest.mark.parametrize("excluded", [True, False])
def test_a_withdrawn_agreement_is_not_recorded_past_the_review_that_follows_it(
    walk: Any, excluded: bool
) -> None:
    if excluded:
        place_at_once(walk)
    else:
        be_placed(walk)
    answer = {"parent_agreement": {"parent": "withdrawn: unhappy"}}
    assert walk.stops("record_consent", "school", **answer) == {"agreement_given"}
    walk.do("withdraw_agreement", "school", **answer)
    assert "review_after_withdrawal" in walk.dues()


def test_one_who_moved_away_while_waiting_is_not_offered_a_place(walk: Any) -> None:
    walk.free["ks3"] = 0
    come_to(walk, "forum")
    walk.do("cancel_exclusion", "la", note="reinstated")
    walk.do("record_consent", "school", parent_agreement="parent")
    walk.do(
        "submit_to_forum", "school", forum_papers=PAPERS, agencies="health", purpose="support",
        forum_sitting="2026-02-24", other_provision="none", reintegration_proposed_on="2026-05-01",
    )  # fmt: skip
    judged = {"attendance_accepted": "yes", "attendance_reason": "good"}
    walk.do("forum_agrees", "forum", "2026-02-24", **FORUM, **judged)
    walk.do("change_particulars", "la", note="-", lives_in="elsewhere", home_district="Medway")
    walk.free["ks3"] = 1
    assert walk.state == "waiting"
    assert walk.stops("offer_place", "pru") == {"lives_here"}
    walk.do("redirect", "forum", sent_to="Medway forum")


# The order of admission
@pytest.mark.parametrize(
    ("opening", "known", "rank", "limited"),
    [
        ({"looked_after": "yes"}, {"youth_justice": "yes"}, 1, False),
        ({"has_ehc_plan": "yes"}, {"other_provision": "awaited", "plan_need_semh": "no"}, 5, False),
        ({"has_ehc_plan": "yes"}, {"other_provision": "awaited"}, 5, None),
        ({}, {"youth_justice": "no"}, 5, False),
        (
            {"looked_after": "yes", "has_ehc_plan": "yes"},
            {"other_provision": "awaited", "plan_need_semh": "yes"}, 1, True,
        ),
        (
            {"has_ehc_plan": "yes"},
            {"other_provision": "awaited", "plan_need_semh": "yes", "youth_justice": "yes"},
            2, True,
        ),
    ],
)  # fmt: skip
def test_the_order_is_known_by_what_is_known_and_a_limited_place_stays_one(
    walk: Any,
    opening: dict[str, object],
    known: dict[str, object],
    rank: int,
    limited: bool | None,
) -> None:
    open_it(walk, **opening)
    papers = dict(known)
    if "youth_justice" in papers:
        walk.do("record_youth_justice", "la", youth_justice=papers.pop("youth_justice"))
    if papers:
        walk.do("add_papers", "la", **papers)
    assert walk.value("rank") == rank
    assert walk.value("limited_use") is limited


def test_a_child_in_care_who_waits_for_a_special_school_has_a_limited_place_too(walk: Any) -> None:
    open_it(walk, looked_after="yes", has_ehc_plan="yes")
    walk.do(
        "place_provisionally", "la", "2026-02-13", **AT_ONCE, other_provision="awaited",
        plan_need_semh="yes",
    )  # fmt: skip
    assert walk.told("limited_place") == {"send", "la"}
    assert walk.row("limited_time_agreed").owner == "la"
    walk.do("agree_limited_time", "la", limited_until="2026-04-24", note="agreed")
    assert walk.due_on("limited_place_ends") == "2026-04-24"


def test_the_youth_offending_service_is_asked_before_the_forum_orders_its_agenda(walk: Any) -> None:
    come_to(walk, "forum")
    assert walk.due_on("youth_justice_asked") == "2026-02-24"
    assert walk.row("youth_justice_asked").owner == "la"
    walk.do("record_youth_justice", "la", youth_justice="no")
    assert walk.row("youth_justice_asked").state == "met"


def test_a_child_found_to_be_in_care_is_told_to_the_virtual_school(walk: Any) -> None:
    open_it(walk)
    walk.do("change_particulars", "la", note="found out today", looked_after="yes")
    assert walk.told("care_excluded") == {"virtual_school", "la"}
    assert walk.due_on("day_after") == "2026-02-13"


def test_no_wording_repeats_a_number_that_the_authority_may_set(policy: Any) -> None:
    words = ("years 7", "twelve", "two weeks", "for a year")
    for name, guard in policy.lifecycle.guards.items():
        assert not [word for word in words if word in guard.otherwise], name
