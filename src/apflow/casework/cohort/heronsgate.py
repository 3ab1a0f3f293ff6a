"""Heronsgate: the parts of which its stories are put together.

As with Maidstone and Malling, `road` strings the usual steps together up to a state.
"""

from collections.abc import Mapping
from typing import Final

from apflow.casework.cohort.people import CITY, COPPICE, HERONSGATE, PRIMARY, Scene
from apflow.casework.cohort.story import NEXT_SITTING, Days, Move, Story, step

ROAD: Final = (
    "draft", "panel", "agreement", "placed", "reviewed", "reintegrating", "reintegrated",
)  # fmt: skip


def story(moves: tuple[Move, ...], quiet: int, *misses: str, provider: str = COPPICE) -> Story:
    """Return a story of this policy, of a child of six to ten."""
    acts_for = {
        "school": PRIMARY, "head": PRIMARY, "named_staff": PRIMARY, "safeguarding_lead": PRIMARY,
        "provider": provider, "la": CITY,
    }  # fmt: skip
    age = next(
        (given for move in moves if isinstance(given := move.answers.get("age"), int)), 8
    )  # fmt: skip
    return Story(HERONSGATE, age, acts_for, moves, quiet, frozenset(misses))


def road(scene: Scene, upto: str, provider: str = COPPICE, **opening: object) -> tuple[Move, ...]:
    """Return the usual road of a child, as far as the state `upto`."""
    parts = (
        (opened(scene, **opening),),
        (applied(scene),),
        (agreed(scene, provider),),
        (signed(), started(scene)),
        (*watched(scene), reviewed(scene, "reintegrate")),
        (going_back(scene),),
        (step(10, "school", "complete_reintegration", "reintegrated"),),
    )
    wanted = ROAD.index(upto) + 1
    return tuple(move for part in parts[:wanted] for move in part)


def opened(scene: Scene, **more: object) -> Move:
    """The school considers alternative provision."""
    answers: Mapping[str, object] = {
        "home_school": PRIMARY,
        "authority": CITY,
        "reason": scene.one_of("behaviour", "exclusion_risk", "medical"),
        "age": scene.between(6, 10),
        "full_time_now": "no",
        "considered_by": scene.staff(),
        "agencies": scene.one_of("camhs", "family_support, speech", "therapy"),
        **more,
    }
    return Move(0, "school", "open_referral", "draft", answers)


def applied(scene: Scene, after: int = 3, **more: object) -> Move:
    """The application goes to the panel."""
    answers: Mapping[str, object] = {
        "application": "form, evidence",
        "panel_sitting": NEXT_SITTING,
        "best_interests": scene.one_of(
            "A small group and a calm place to learn to be with others.",
            "Shorter days with therapy close by.",
        ),
        "expected_length": scene.one_of("A term.", "Twelve weeks."),
        **more,
    }
    return Move(after, "school", "submit_application", "panel", answers)


def agreed(scene: Scene, provider: str = COPPICE, **more: object) -> Move:
    """The panel agrees, with a provider."""
    answers: Mapping[str, object] = {
        "evidence_read": "yes",
        "best_interests": "The child is unhappy in a large class; this is a calmer place.",
        "parent_views": scene.one_of(
            "Both parents came and are content.", "The mother came, and has questions on transport."
        ),
        "provider": provider,
        **more,
    }
    return Move(1, "", "panel_agrees", "agreement", answers, sitting=True)


def signed(after: int = 3, agreement: object = "school, parent, provider") -> Move:
    """School, parent and provider agree."""
    return step(after, "school", "sign_agreement", agreement_signed=agreement)


def started(scene: Scene, after: int = 3, **more: object) -> Move:
    """The child starts with the provider."""
    answers: Mapping[str, object] = {
        "named_person": scene.staff(),
        "next_review_on": Days(20),
        "legal_basis": "agreement",
        "ends_on": Days(60),
        **more,
    }
    return Move(after, "school", "start_placement", "placed", answers)


def visit(scene: Scene, after: int) -> tuple[Move, ...]:
    """The named member of staff visits, and logs it in the safeguarding system."""
    note = scene.one_of("Sat in on reading.", "Saw the lunch break.", "Spoke with the key worker.")
    reference = f"CP-{scene.between(1000, 9999)}"
    return (
        step(after, "named_staff", "log_visit", note=note),
        step(1, "named_staff", "log_visit_reference", cpoms_reference=reference),
    )


def watched(scene: Scene) -> tuple[Move, ...]:
    """The provider records how it goes, and somebody visits."""
    return (
        step(
            8, "provider", "record_tracking", attendance_percent=scene.between(78, 98),
            engagement="Joins in after break.", wellbeing="Calmer; sleeps better.",
        ),
        *visit(scene, 3),
    )  # fmt: skip


def reviewed(
    scene: Scene, outcome: str = "continue", after: int = 7, to: str | None = "reviewed",
    **more: object,
) -> Move:  # fmt: skip
    """The school holds a review."""
    answers: Mapping[str, object] = {
        "review_people": "pupil, parent, provider, named_staff",
        "review_outcome": outcome,
        "progress": scene.one_of("Reads aloud again.", "Counts with ease.", "Stays the morning."),
        "attendance_percent": scene.between(80, 99),
        "engagement": scene.one_of("Good in small groups.", "Better after the first weeks."),
        "wellbeing": "Happier at home, too.",
        "next_review_on": Days(20),
        **more,
    }
    return Move(after, "named_staff", "hold_review", to, answers)


def going_back(scene: Scene, after: int = 5, **more: object) -> Move:
    """The return begins."""
    answers: Mapping[str, object] = {
        "best_interests": "Ready for a class again, with a quiet corner.",
        "return_plan": {"plan": "present"},
        "part_time": "no",
        "return_adult": scene.staff(),
        **more,
    }
    return Move(after, "school", "begin_reintegration", "reintegrating", answers)


def emergency(scene: Scene, after: int, provider: str = COPPICE, **more: object) -> Move:
    """The head arranges a placement without waiting for the panel."""
    answers: Mapping[str, object] = {
        "emergency_reason": "The child cannot be kept safe in class at present.",
        "emergency_pack": "documents, risk",
        "provider": provider,
        "named_person": scene.staff(),
        "next_review_on": Days(18),
        "best_interests": "Safety first, and a calm start elsewhere.",
        "parent_views": "Rung the same day; content.",
        "legal_basis": "agreement",
        **more,
    }
    return Move(after, "head", "arrange_emergency_placement", "placed", answers)
