"""Maidstone and Malling: permanently excluded pupils, whose sixth school day nothing stops."""

from dataclasses import replace
from typing import Final

from apflow.casework.cohort.maidstone import (
    PAPERS,
    agreed,
    contact,
    met,
    opened,
    returning,
    reviewed,
    story,
)
from apflow.casework.cohort.people import COUNCIL, Scene
from apflow.casework.cohort.story import NEXT_SITTING, Days, Move, Story, Telling, house, step

_AT_ONCE: Final = {"risk_assessed": "yes", "provisional_reason": "statutory_deadline"}
_REFUSES: Final = {"parent": "refused: has no trust in the unit"}


# The parts
def excluded(scene: Scene, year: int = 8, **more: object) -> Move:
    """The authority opens a referral on the first day of a permanent exclusion."""
    answers: dict[str, object] = {
        **opened(scene, year).answers,
        "reason": "permanently_excluded",
        "excluding_school": scene.school,
        "exclusion_first_day": Days(0),
        "alternatives_considered": scene.one_of("managed_move, in_school", "off_site, forum_help"),
        **more,
    }
    return Move(0, "la", "open_referral", "consent", answers)


def placed_at_once(scene: Scene, after: int = 3, **more: object) -> tuple[Move, ...]:
    """The authority places the pupil before the usual steps, with transport from that day."""
    answers: dict[str, object] = {
        **_AT_ONCE,
        "other_provision": "none",
        "exit_on": Days(50),
        "next_placement_missing": "The forum looks for a school.",
        **more,
    }
    taxi = scene.one_of("Taxi with an escort.", "Minibus of the unit.")
    return (
        Move(after, "la", "place_provisionally", "placed", answers),
        step(0, "la", "record_transport", transport_arranged=taxi),
    )


def caught_up(scene: Scene, exit_in: int = 44) -> tuple[Move, ...]:
    """What an excluded pupil still needs after a start at once is done."""
    return (
        step(2, "la", "record_consent", parent_agreement="parent"),
        step(2, "pru", "hold_home_visit", visit_people="pupil, parent, pru"),
        step(1, "la", "confirm_roll", roll="excluding_and_pru"),
        replace(met(scene, exit_in, onward_route="A new school after a term."), after=2),
        step(4, "pru", "add_papers", forum_papers=PAPERS, agencies="health, psychology"),
        step(
            4, "forum", "agree_next_placement",
            next_placement="A school across town.", receiving_school=scene.receiving,
        ),
    )  # fmt: skip


def looked_at(scene: Scene, ready: str = "no", after: int = 9) -> Move:
    """A review with the receiving school, which is known by now."""
    return reviewed(scene, ready, after, review_people="pupil, parent, pru, receiving")


def tuition(after: int) -> Move:
    """Full-time education elsewhere is secured."""
    note = "Five mornings at home, five afternoons in the library."
    return step(after, "la", "secure_other_education", other_education="tuition", note=note)


# Before the sixth day, and after it
def sixth_day_ahead(scene: Scene) -> Story:
    """Excluded; education is due by the sixth school day."""
    return story(scene, (excluded(scene),), 3)


def sixth_day_missed(scene: Scene) -> Story:
    """The sixth school day has passed without education."""
    no_answer = "Two letters and a visit; nobody opened."
    moves = (excluded(scene, 9), step(3, "la", "go_on_without_answer", "caf", note=no_answer))
    return story(scene, moves, 6, "sixth_day", year=9)


def placed_before_the_sixth_day(scene: Scene) -> Story:
    """Placed provisionally before the sixth school day."""
    moves = (
        excluded(scene, 7),
        step(1, "school", "record_consent", "caf", parent_agreement="parent"),
        *placed_at_once(scene, scene.between(1, 3)),
    )
    return story(scene, moves, scene.between(0, 4), year=7)


def placed_and_caught_up(scene: Scene) -> Story:
    """Placed provisionally; visit, meeting and papers followed."""
    moves = (excluded(scene), *placed_at_once(scene), *caught_up(scene))
    return story(scene, moves, 2)


def placed_too_late(scene: Scene) -> Story:
    """Placed two days after the sixth school day: met, late."""
    moves = (excluded(scene, 9), *placed_at_once(scene, 7), *caught_up(scene))
    return story(scene, moves, 3, "sixth_day", year=9)


def in_time_but_recorded_late(scene: Scene) -> Story:
    """Education in time, put down days after the sixth: met, recorded late."""
    moves = (
        excluded(scene),
        step(2, "school", "record_consent", "caf", parent_agreement=_REFUSES),
        tuition(7).recorded_late(6),
        *_at_the_forum(),
    )
    return story(scene, moves, 2, "sixth_day")


def first_day_corrected(scene: Scene) -> Story:
    """The first day of an exclusion put right; the sixth moves with it."""
    moves = (
        excluded(scene, exclusion_first_day=Days(-2)),
        house(
            1,
            "la",
            "correct_facts",
            "The letter gives the day after.",
            exclusion_first_day=Days(-1),
        ),
        *placed_at_once(scene, 2),
    )
    return story(scene, moves, 2)


def unsafe_and_then_tuition(scene: Scene) -> Story:
    """Not safe on site yet; neither withdrawn nor refused, but taught elsewhere."""
    unsafe = {**_AT_ONCE, "risk_assessed": "no"}
    placing = step(2, "la", "place_provisionally", **unsafe)
    leaving = step(0, "school", "withdraw_referral", note="There is no need any more.")
    moves = (
        excluded(scene),
        replace(placing, who="pru", answers=dict(_AT_ONCE)).but_refused("role"),
        replace(placing, after=0).but_refused("safe_on_site"),
        leaving.but_refused("not_excluded", "closing_rule"),
        tuition(1),
        step(1, "la", "go_on_without_answer", "caf", note="The parents are abroad."),
    )
    return story(scene, moves, 1)


def in_care_the_day_after(scene: Scene) -> Story:
    """A child in care, placed the day after."""
    moves = (*_in_care(scene), *placed_at_once(scene, 1, provisional_reason="child_in_care"))
    return story(scene, moves, 5)


def in_care_days_after(scene: Scene) -> Story:
    """A child in care, placed in time but not the day after."""
    moves = (*_in_care(scene), *placed_at_once(scene, 4))
    return story(scene, moves, 3, "day_after")


def _in_care(scene: Scene) -> tuple[Move, ...]:
    return (
        excluded(
            scene, looked_after="yes", caring_authority=COUNCIL,
            virtual_school_contact=scene.staff(), head_decided_on=Days(0),
        ),
    )  # fmt: skip


def waits_for_a_plan_place(scene: Scene) -> Story:
    """With a statement, for a limited time only."""
    limited = {"plan_need_semh": "yes", "other_provision": "awaited", "limited_until": Days(30)}
    moves = (excluded(scene, has_ehc_plan="yes"), *placed_at_once(scene, 2, **limited))
    return story(scene, moves, 6)


# The usual road, and where else it leads
def usual_road(scene: Scene) -> Story:
    """Taught elsewhere while the forum decides; the home visit is next."""
    moves = (
        excluded(scene),
        step(1, "school", "record_consent", "caf", parent_agreement="parent"),
        tuition(2),
        *_at_the_forum(),
        agreed(scene),
    )
    return story(scene, moves, 2)


def _at_the_forum() -> tuple[Move, ...]:
    awaited = {"caf": {"answer": "awaited", "until": Days(15)}, "earlier": "present"}
    return (
        step(
            2, "la", "submit_to_forum", "forum", forum_papers=awaited,
            forum_sitting=NEXT_SITTING, purpose="support", other_provision="none",
        ),
    )  # fmt: skip


def excluded_after_the_referral(scene: Scene) -> Story:
    """Referred as at risk, then excluded; the duty begins."""
    moves = (
        opened(scene),
        step(2, "school", "record_consent", "caf", parent_agreement="parent"),
        step(
            4, "school", "record_exclusion", exclusion_first_day=Days(1),
            excluding_school=scene.school, alternatives_considered="managed_move",
        ),
    )  # fmt: skip
    return story(scene, moves, 2)


def brought_back_to_the_forum(scene: Scene) -> Story:
    """The placement failed; taught elsewhere until the forum decides again."""
    moves = (
        excluded(scene),
        *placed_at_once(scene),
        *caught_up(scene),
        step(3, "pru", "return_to_forum", "forum", note="Not safe for others.",
             forum_sitting=NEXT_SITTING),
        tuition(1),
    )  # fmt: skip
    return story(scene, moves, 1)


def education_stopped(scene: Scene) -> Story:
    """The education that was secured has ended, and nothing follows it yet."""
    moves = (
        excluded(scene),
        tuition(3),
        step(6, "la", "record_education_stopped", note="The tutor has left."),
    )
    return story(scene, moves, 3, "education_continues")


def sent_elsewhere(scene: Scene) -> Story:
    """Lives in another area; the clock runs on until its forum answers."""
    return story(scene, _redirected(scene), 7, "sixth_day")


def taken_on_elsewhere(scene: Scene) -> Story:
    """Handed to the pupil's own area, education secured there."""
    moves = (
        *_redirected(scene),
        tuition(2),
        step(2, "la", "acknowledge_receipt", "handed_over", note="Their forum met on it."),
    )
    return story(scene, moves, 14)


def _redirected(scene: Scene) -> tuple[Move, ...]:
    return (
        excluded(scene, lives_in="elsewhere", home_district="Ousebridge"),
        step(1, "la", "redirect", "redirecting", sent_to="The fair access forum of Ousebridge"),
    )


def another_school(scene: Scene) -> Story:
    """Another school took the pupil; only then could the referral end."""
    gone = {"destination": "school", "note": "On the roll there since Monday."}
    moves = (
        excluded(scene, 9),
        step(3, "la", "move_on", **gone).but_refused("closing_rule"),
        step(
            1, "la", "secure_other_education", other_education="another_school",
            note="Full time from today.",
        ),
        step(2, "la", "move_on", "moved_on", **gone),
    )  # fmt: skip
    return story(scene, moves, 22, year=9)


def taught_at_home(scene: Scene) -> Story:
    """The parents educate at home: the duty ends, with its reason."""
    moves = (
        excluded(scene),
        step(
            3, "la", "record_duty_ended", duty_ended_because="home_education",
            note="Their letter is on file.",
        ),
        step(1, "la", "move_on", "moved_on", destination="home_education", note="As they wrote."),
    )  # fmt: skip
    return story(scene, moves, 31)


def reinstated(scene: Scene) -> Story:
    """The exclusion was cancelled; back to the home school."""
    back = {"return_because": "exclusion_cancelled", "note": "Reinstated by the governors."}
    moves = (
        excluded(scene),
        *placed_at_once(scene),
        step(4, "pru", "return_to_home_school", **back).but_refused(
            "has_home_school", "no_longer_excluded"
        ),
        step(5, "school", "cancel_exclusion", note="The governors did not uphold it."),
        step(2, "pru", "return_to_home_school", "returned", **back),
    )
    return story(scene, moves, 12)


def on_to_a_new_school(scene: Scene) -> Story:
    """From exclusion to a new school, its rolls put right on the way."""
    moves = (
        *_nearly_there(scene),
        step(
            6, "receiving", "complete_reintegration", "reintegrated",
        ),
    )  # fmt: skip
    return story(scene, moves, 8)


def trying_a_new_school(scene: Scene) -> Story:
    """From exclusion on the way to a new school."""
    return story(scene, _nearly_there(scene), 2)


def _nearly_there(scene: Scene) -> tuple[Move, ...]:
    return (
        excluded(scene),
        *placed_at_once(scene),
        *caught_up(scene),
        step(2, "school", "record_exclusion_review", board_notice_on=Days(-1), note="Upheld."),
        looked_at(scene, "yes", 6),
        *returning(scene)[1:],
        contact(scene, 5),
        step(
            2, "la", "confirm_roll", roll="receiving_and_pru", receiving_roll_on=Days(0),
        ),
    )  # fmt: skip


def route_still_missing(scene: Scene) -> Story:
    """No onward route by the first review: it goes to the authority."""
    moves = (
        excluded(scene, 9),
        *placed_at_once(scene),
        step(6, "la", "confirm_roll", roll="excluding_and_pru"),
        reviewed(scene, after=20, review_people="pupil; pru; parent=absent: did not come"),
    )
    return story(scene, moves, 7, "route_after_start", "papers_after_start", year=9)


#: Every story with how often it is told, each time of another pupil.
STORIES: Final[tuple[Telling, ...]] = (
    (sixth_day_ahead, 1),
    (sixth_day_missed, 1),
    (placed_before_the_sixth_day, 2),
    (placed_and_caught_up, 1),
    (placed_too_late, 1),
    (in_time_but_recorded_late, 1),
    (first_day_corrected, 1),
    (unsafe_and_then_tuition, 1),
    (in_care_the_day_after, 1),
    (in_care_days_after, 1),
    (waits_for_a_plan_place, 1),
    (usual_road, 1),
    (excluded_after_the_referral, 1),
    (brought_back_to_the_forum, 1),
    (education_stopped, 1),
    (sent_elsewhere, 1),
    (taken_on_elsewhere, 1),
    (another_school, 1),
    (taught_at_home, 1),
    (reinstated, 1),
    (on_to_a_new_school, 1),
    (trying_a_new_school, 1),
    (route_still_missing, 1),
)
