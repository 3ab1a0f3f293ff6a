"""Maidstone and Malling: permanently excluded pupils, and the duty that nothing local stops."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.states.excluded import (
    AT_ONCE,
    FORUM,
    OPENING,
    PAPERS,
    SITTINGS,
    TERMS,
    come_to,
    open_it,
    place_at_once,
)

BEFORE_PLACEMENT = ("consent", "caf", "forum", "home_visit", "pre_admission")


@pytest.fixture
def walk(walk_in: Callable[..., Any]) -> Any:
    return walk_in("maidstone-and-malling", sittings=SITTINGS)


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


def test_agreement_withdrawn_for_an_excluded_pupil_is_recorded_and_ends_nothing(walk: Any) -> None:
    come_to(walk, "home_visit")
    gone = {"parent": "withdrawn: no trust"}
    walk.do("withdraw_agreement", "la", None, parent_agreement=gone)
    assert (walk.state, walk.row("sixth_day").state) == ("home_visit", "armed")


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
        ({}, {}, 5),
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
