"""Maidstone and Malling: rolls, another area, exclusions that come and go, and Admissions."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.states.excluded import FORUM, OPENING, PAPERS, SITTINGS, come_to, open_it, place_at_once


@pytest.fixture
def walk(walk_in: Callable[..., Any]) -> Any:
    return walk_in("maidstone-and-malling", sittings=SITTINGS)


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


def test_a_placement_begun_at_once_goes_on_as_any_other_when_the_exclusion_falls(
    walk: Any,
) -> None:
    place_at_once(walk)
    walk.do("cancel_exclusion", "la", "2026-03-02", note="reinstated by the board")
    walk.do("return_to_forum", "pru", "2026-03-09", note="the school asks for a placement")
    decision = {**FORUM, "attendance_accepted": "yes", "attendance_reason": "good"}
    stops = walk.stops("forum_agrees", "forum", "2026-03-24", **decision)
    assert stops == {"parent_agrees", "caf_done", "papers_complete", "not_holding"}
    walk.do("record_consent", "school", parent_agreement="parent")
    walk.do("add_papers", "school", forum_papers=PAPERS, purpose="support")
    walk.do("forum_agrees", "forum", **decision)
    assert walk.state == "home_visit"


def test_a_pupil_who_moved_away_meanwhile_is_not_agreed_here(walk: Any) -> None:
    come_to(walk, "forum")
    walk.do("change_particulars", "la", note="moved", lives_in="elsewhere", home_district="Medway")
    assert walk.stops("forum_agrees", "forum", "2026-02-24", **FORUM) == {"lives_here"}
    walk.do("redirect", "forum", sent_to="Medway fair access panel")
    assert walk.state == "redirecting"
