"""Heronsgate: what an awkward caseworker might try, and what a solicitor would ask."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.states.heronsgate_child import EMERGENCY, REVIEW, begin, come_to


@pytest.fixture
def walk(walk_in: Callable[..., Any]) -> Any:
    return begin(walk_in)


def test_the_second_concern_of_a_day_is_told_as_the_first_was(walk: Any) -> None:
    come_to(walk, "placed")
    walk.do("raise_concern", "provider", "2026-02-11", concern_raised_at="2026-02-11T09:00")
    walk.do("tell_safeguarding_lead", "school", lead_told="S-7")
    walk.do("raise_concern", "provider", concern_raised_at="2026-02-11T14:00")
    over = {"end_reason": "back", "best_interests": "school", "note": "-"}
    assert walk.stops("end_placement", "head", None, **over) == {"concerns_told"}
    walk.do("tell_safeguarding_lead", "school", lead_told="S-8")
    walk.do("end_placement", "head", **over)


@pytest.mark.parametrize(
    ("until", "review"), [("2026-03-18", "2026-03-18"), ("2026-04-24", "2026-05-01")]
)
def test_a_part_time_timetable_ends_ahead_and_is_reviewed_before(
    walk: Any, until: str, review: str
) -> None:
    come_to(walk, "reviewed")
    walk.do("hold_review", "school", None, **{**REVIEW, "review_outcome": "reintegrate"})
    back = {"return_plan": "plan", "best_interests": "ready", "part_time": "yes"}
    dates = {"part_time_until": until, "part_time_review_on": review}
    assert walk.stops("begin_reintegration", "school", **back, **dates) == {"part_time_ends"}
    walk.do(
        "begin_reintegration", "school", **back, part_time_until="2026-04-24",
        part_time_review_on="2026-04-17",
    )  # fmt: skip


def test_a_direction_from_the_start_settles_the_agreement_once_everybody_has_answered(
    walk: Any,
) -> None:
    come_to(walk, "draft")
    directed = {**EMERGENCY, "legal_basis": "off_site", "notice_given_on": "2026-01-29"}
    walk.do("arrange_emergency_placement", "head", "2026-02-02", **directed)
    assert walk.row("late_agreement").state == "armed"
    answers = {"school": "agreed", "parent": "refused: too far", "provider": "agreed"}
    walk.do("sign_agreement", "school", "2026-02-03", agreement_signed=answers)
    assert walk.row("late_agreement").state == "met"


def test_the_head_and_the_panel_learn_of_an_agreement_refused_or_withdrawn(walk: Any) -> None:
    come_to(walk, "placed")
    assert walk.told("agreement_refused") == set()
    walk.do("sign_agreement", "school", agreement_signed={"parent": "withdrawn: unhappy"})
    assert walk.told("agreement_refused") == {"head", "panel"}


def test_the_authority_learns_that_an_exclusion_fell(walk: Any) -> None:
    come_to(walk, "placed")
    walk.do("record_permanent_exclusion", "head", "2026-03-23", exclusion_first_day="2026-03-23")
    walk.do("cancel_exclusion", "head", note="reinstated")
    assert walk.told("exclusion_cancelled") == {"la", "named_staff"}
