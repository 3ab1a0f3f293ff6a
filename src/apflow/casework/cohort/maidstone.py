"""Maidstone and Malling: the parts of which its stories are put together.

Each part is a step with answers as a caseworker would give them; `road` strings the usual ones
together up to a state.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from apflow.casework.cohort.people import COUNCIL, MAIDSTONE, UNIT, Scene
from apflow.casework.cohort.story import (
    NEXT_SITTING,
    Days,
    Move,
    Story,
    step,
)

PAPERS: Final = (
    "core_support, core_outcomes, caf, pupil_views, multi_agency, forum_form, earlier, pastoral, "
    "academic, social, current, sen_details, running"
)
TERMS: Final = "duration, rewards, work, behaviour, attendance, exit_strategy"
#: The states of the usual road, in order, with how far `road` goes for each.
ROAD: Final = (
    "consent", "caf", "forum", "home_visit", "pre_admission", "placed", "reviewed",
    "reintegrating", "reintegrated",
)  # fmt: skip


def story(scene: Scene, moves: tuple[Move, ...], quiet: int, *misses: str, year: int = 8) -> Story:
    """Return a story of this policy; `year` is the pupil's year group."""
    acts_for = {
        "school": scene.school, "receiving": scene.receiving, "pru": UNIT, "la": COUNCIL,
        "send": COUNCIL, "virtual_school": COUNCIL,
    }  # fmt: skip
    return Story(MAIDSTONE, year + 4, acts_for, moves, quiet, frozenset(misses))


def road(scene: Scene, upto: str, year: int = 8, **opening: object) -> tuple[Move, ...]:
    """Return the usual road of a pupil at risk of exclusion, as far as the state `upto`."""
    parts = (
        (opened(scene, year, **opening),),
        (consented(scene),),
        (submitted(scene),),
        (agreed(scene),),
        (visited(scene),),
        (*admitted(scene), started()),
        (*settled(scene), reviewed(scene, ready="yes")),
        returning(scene),
        (step(9, "receiving", "complete_reintegration", "reintegrated"),),
    )
    wanted = ROAD.index(upto) + 1
    return tuple(move for part in parts[:wanted] for move in part)


def opened(scene: Scene, year: int = 8, **more: object) -> Move:
    """The school opens a referral."""
    answers: Mapping[str, object] = {
        "referring_school": scene.school,
        "authority": COUNCIL,
        "provider": UNIT,
        "reason": "at_risk",
        "year_group": year,
        "lives_in": "maidstone_and_malling",
        "looked_after": "no",
        "has_ehc_plan": "no",
        "home_school_on_roll": "yes",
        "home_school": scene.school,
        "school_contact": scene.staff(),
        "attendance_percent": scene.between(71, 93),
        "authorised_absence_percent": scene.between(0, 6),
        **more,
    }
    return Move(0, "school", "open_referral", "consent", answers)


def consented(scene: Scene) -> Move:
    """The parent agrees."""
    return step(scene.between(1, 4), "school", "record_consent", "caf", parent_agreement="parent")


def submitted(scene: Scene, after: int | None = None, **more: object) -> Move:
    """The papers are complete and go to the forum."""
    answers: Mapping[str, object] = {
        "forum_papers": PAPERS,
        "forum_sitting": NEXT_SITTING,
        "purpose": "support",
        "other_provision": "none",
        "agencies": scene.one_of("health, family_support", "psychology", "mental_health, health"),
        "reintegration_proposed_on": Days(scene.between(55, 70)),
        **more,
    }
    return Move(after or scene.between(4, 9), "school", "submit_to_forum", "forum", answers)


def agreed(scene: Scene, to: str = "home_visit", **more: object) -> Move:
    """The forum agrees a placement."""
    answers: Mapping[str, object] = {
        "discussion_note": scene.one_of(
            "Support in school has been tried over two terms; a short placement fits.",
            "The school and the unit describe the same need; small groups are wanted.",
            "Attendance holds up on calm days; the unit can build on that.",
        ),
        "suitability_note": scene.one_of(
            "Small groups and a key worker meet the need.",
            "A fresh start with daily contact home meets the need.",
        ),
        "attendance_accepted": "yes",
        "attendance_reason": "Absence is explained and has fallen.",
        **more,
    }
    return Move(1, "", "forum_agrees", to, answers, sitting=True)


def visited(scene: Scene, after: int | None = None) -> Move:
    """The unit holds the home visit."""
    who = scene.one_of("pupil, parent, pru", "pupil, parent, pru, school")
    days = after or scene.between(2, 5)
    return step(days, "pru", "hold_home_visit", "pre_admission", visit_people=who)


def met(scene: Scene, exit_in: int = 50, **more: object) -> Move:
    """The pre-admission meeting settles terms, exit date and onward route."""
    answers: Mapping[str, object] = {
        "meeting_people": "pupil, parent, pru, mainstream",
        "placement_terms": TERMS,
        "exit_on": Days(exit_in),
        "onward_route": scene.one_of(
            "Back to the home school, with a part-time start.",
            "Back to the home school in the same tutor group.",
        ),
        "mainstream_school": scene.school,
        **more,
    }
    return Move(scene.between(1, 3), "pru", "hold_pre_admission", None, answers)


def admitted(scene: Scene, exit_in: int = 50, **more: object) -> tuple[Move, ...]:
    """The meeting is held, the place confirmed, the transport arranged."""
    transport = scene.one_of("Taxi with an escort.", "Bus pass.", "The family drives.")
    return (
        met(scene, exit_in, **more),
        step(1, "pru", "confirm_place", start_on=Days(4)),
        step(1, "school", "record_transport", transport_arranged=transport),
    )


def started(after: int = 3, **more: object) -> Move:
    """The pupil attends for the first time."""
    return step(after, "pru", "start_placement", "placed", risk_assessed="yes", **more)


def settled(scene: Scene, roll: str = "home_and_pru") -> tuple[Move, ...]:
    """Rolls are confirmed, and the school keeps in touch."""
    return (
        step(scene.between(3, 6), "school", "confirm_roll", roll=roll),
        contact(scene, 10),
    )


def contact(scene: Scene, after: int) -> Move:
    """Somebody of the school comes by."""
    note = scene.one_of(
        "The form tutor came for lunch.", "Work was brought from the school.",
        "The head of year rang and will come next week.",
    )  # fmt: skip
    return step(after, scene.one_of("pru", "school"), "log_contact", note=note)


def reviewed(
    scene: Scene, ready: str = "no", after: int = 10, to: str | None = "reviewed", **more: object
) -> Move:
    """The unit holds a review; `ready` says whether the pupil is ready to return."""
    answers: Mapping[str, object] = {
        "review_people": "pupil, parent, pru, mainstream",
        "ready": ready,
        "right_time": "In two to three weeks." if ready == "yes" else "Not yet; look again.",
        "progress": scene.one_of(
            "Reading age up by six months.", "Full days without incident.",
            "Catching up in maths; finds mornings hard.",
        ),
        "actions": "The unit: timetable. The school: a named adult.",
        **more,
    }  # fmt: skip
    return Move(after, "pru", "hold_review", to, answers)


def returning(scene: Scene, after: int = 4) -> tuple[Move, ...]:
    """A receiving school is named and the return begins."""
    return (
        step(
            2, "pru", "name_receiving_school",
            receiving_school=scene.receiving, receiving_contact=scene.staff(),
        ),
        step(
            after, "pru", "begin_reintegration", "reintegrating",
            receiving_school=scene.receiving, programme="pupil, parent, pru, receiving",
            return_timetable="Mornings first, full days after two weeks.",
            support_offered="A key worker visits twice a week.",
        ),
    )  # fmt: skip


def quieter(moves: tuple[Move, ...], event: str, after: int) -> tuple[Move, ...]:
    """Return the moves with the one of `event` coming `after` school days later instead."""
    return tuple(replace(move, after=after) if move.event == event else move for move in moves)
