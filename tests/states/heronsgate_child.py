"""A child of Heronsgate, and the way to each state by the usual road."""

from collections.abc import Callable
from datetime import date
from typing import Any

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


def begin(walk_in: Callable[..., Any]) -> Any:
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
