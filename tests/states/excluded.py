"""An excluded pupil of Maidstone and Malling, and the way to each state by the usual road."""

from collections.abc import Callable
from datetime import date
from typing import Any

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
SITTINGS = {"forum_meeting": (date(2026, 2, 24), date(2026, 3, 24), date(2026, 4, 21))}


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
