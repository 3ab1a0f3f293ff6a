"""Maidstone and Malling: pupils who are not excluded, from the home visit to every end."""

from dataclasses import replace
from typing import Final

from apflow.casework.cohort.maidstone import (
    admitted,
    agreed,
    contact,
    met,
    returning,
    reviewed,
    road,
    settled,
    started,
    story,
    submitted,
    visited,
)
from apflow.casework.cohort.people import COLLEAGUE, SPECIALIST, Scene
from apflow.casework.cohort.story import Days, Move, Story, Telling, house, refused, step, too_late


# Admission
def visit_to_come(scene: Scene) -> Story:
    """The home visit is next."""
    return story(scene, road(scene, "home_visit", 7), 1, year=7)


def meeting_to_come(scene: Scene) -> Story:
    """The meeting is next."""
    return story(scene, road(scene, "pre_admission"), 2)


def no_onward_route(scene: Scene) -> Story:
    """No place without an onward route."""
    half = met(scene, placement_terms="duration, rewards, work, behaviour, attendance")
    answers = {name: given for name, given in half.answers.items() if name != "onward_route"}
    moves = (
        *road(scene, "pre_admission"),
        replace(half, answers=answers),
        refused(1, "pru", "confirm_place", "route_agreed", "exit_planned", start_on=Days(4)),
    )
    return story(scene, moves, 3)


def start_is_late(scene: Scene) -> Story:
    """Confirmed, and still not started."""
    moves = (*road(scene, "pre_admission"), *admitted(scene))
    return story(scene, moves, 13, "start_soon")


def meeting_before_visit(scene: Scene) -> Story:
    """The meeting came first, with a reason."""
    moves = (
        *road(scene, "home_visit"),
        met(scene).overriding(visit_first="The family is away; they came to the unit first."),
        visited(scene),
        step(1, "pru", "confirm_place", start_on=Days(3)),
        step(1, "school", "record_transport", transport_arranged="The family drives."),
        started(),
    )
    return story(scene, moves, 8)


def two_at_one_desk(scene: Scene) -> Story:
    """A form left open while a colleague moved on."""
    moves = (
        *road(scene, "pre_admission"),
        met(scene),
        too_late(0, "pru", "confirm_place", start_on=Days(5)),
    )
    return story(scene, moves, 1)


def recorded_on_the_wrong_pupil(scene: Scene) -> Story:
    """A step taken back and done again."""
    moves = (
        *road(scene, "pre_admission"),
        house(1, "pru", "reverse_step", "Recorded on the wrong referral.", "home_visit"),
        visited(scene, 4),
    )
    return story(scene, moves, 2)


# The placement
def attending(scene: Scene) -> Story:
    """Placed."""
    year = scene.between(7, 9)
    moves = (*road(scene, "placed", year), *settled(scene))
    return story(scene, moves, scene.between(1, 6), year=year)


def time_out(scene: Scene) -> Story:
    """Time out from school."""
    moves = (*road(scene, "placed", 9, reason="time_out"), *settled(scene))
    return story(scene, moves, 4, year=9)


def review_soon(scene: Scene) -> Story:
    """A review is due soon."""
    return story(scene, (*road(scene, "placed"), *settled(scene)), 10)


def review_overdue(scene: Scene) -> Story:
    """The review is missed."""
    moves = (*road(scene, "placed"), *settled(scene))
    return story(scene, moves, 22, "ks3_review")


def review_held_late(scene: Scene) -> Story:
    """A review held late."""
    moves = (*road(scene, "placed"), *settled(scene), reviewed(scene, after=22))
    return story(scene, moves, 4, "ks3_review")


def review_written_up_late(scene: Scene) -> Story:
    """A review in time, recorded late."""
    late = reviewed(scene, after=22).recorded_late(12)
    moves = (*road(scene, "placed"), *settled(scene), late)
    return story(scene, moves, 6, "ks3_review")


def handed_to_a_colleague(scene: Scene) -> Story:
    """Handed to another caseworker."""
    moves = (
        *road(scene, "placed"),
        *settled(scene),
        house(2, "manager", "hand_over", "The caseworker has left.", owner=COLLEAGUE),
        reviewed(scene),
    )
    return story(scene, moves, 5)


def exit_date_corrected(scene: Scene) -> Story:
    """A date put right, with the reason."""
    moves = (
        *road(scene, "placed"),
        *settled(scene),
        house(2, "pru", "correct_facts", "The wrong Friday was typed.", exit_on=Days(30)),
        reviewed(scene),
    )
    return story(scene, moves, 3)


def beyond_twelve_weeks(scene: Scene) -> Story:
    """Extended beyond twelve weeks."""
    return story(scene, _extended(scene), 6)


def extended_and_back(scene: Scene) -> Story:
    """Extended, then back at school."""
    moves = (
        *_extended(scene),
        *returning(scene),
        step(9, "receiving", "complete_reintegration", "reintegrated"),
    )
    return story(scene, moves, scene.between(2, 12))


def _extended(scene: Scene) -> tuple[Move, ...]:
    first = (*road(scene, "pre_admission"), *admitted(scene, 55), started(), *settled(scene))
    return (
        *first,
        reviewed(scene),
        contact(scene, 11),
        reviewed(scene, ready="no", after=10),
        refused(
            1, "pru", "agree_exit_date", "new_exit_within_limit",
            exit_on=Days(30), note="The family asks for more time.",
        ),
        step(
            1, "pru", "extend_placement", exit_on=Days(34),
            extension_reason="Two more months of small-group reading, then school.",
        ),
        contact(scene, 8),
        reviewed(scene, ready="yes", after=12),
    )  # fmt: skip


def extension_without_review(scene: Scene) -> Story:
    """No extension without a fresh review."""
    moves = (
        *road(scene, "placed"),
        *settled(scene),
        reviewed(scene),
        refused(
            15, "pru", "extend_placement", "reviewed_lately",
            exit_on=Days(25), extension_reason="More time would help.",
        ),
    )  # fmt: skip
    return story(scene, moves, 1)


def waits_for_specialist(scene: Scene) -> Story:
    """In the unit, waiting for a specialist place."""
    moves = (
        *road(scene, "placed"),
        *settled(scene),
        reviewed(scene),
        step(3, "send", "flag_specialist", awaiting_specialist="yes", assessed_on=Days(-2)),
    )
    return story(scene, moves, 4)


def agreement_withdrawn(scene: Scene) -> Story:
    """Agreement withdrawn, no review yet."""
    moves = (
        *road(scene, "placed"),
        *settled(scene),
        step(2, "pru", "withdraw_agreement", parent_agreement={"parent": "withdrawn"}),
    )
    return story(scene, moves, 12, "review_after_withdrawal")


# The way back, and other ways out
def going_back(scene: Scene) -> Story:
    """The return has begun."""
    return story(scene, road(scene, "reintegrating"), scene.between(1, 6))


def second_try(scene: Scene) -> Story:
    """The return is tried again."""
    again = {"review_people": "pupil, parent, pru, mainstream, receiving"}
    moves = (
        *road(scene, "reintegrating"),
        step(4, "pru", "stop_reintegration", "reviewed", note="Two mornings, then no more."),
        reviewed(scene, ready="yes", after=2, **again),
        *returning(scene, 2),
    )
    return story(scene, moves, 1)


def back_at_school(scene: Scene) -> Story:
    """Back at school."""
    year = scene.between(7, 9)
    moves = road(scene, "reintegrated", year)
    return story(scene, moves, scene.between(3, 35), year=year)


def joined_a_named_school(scene: Scene) -> Story:
    """Assessed, then at the school named."""
    opening = road(scene, "caf", reason="hard_to_place")
    moves = (
        *opening,
        submitted(scene, purpose="assessment", named_school=scene.receiving),
        agreed(scene),
        visited(scene),
        *admitted(scene),
        started(),
        *settled(scene),
        reviewed(scene, ready="yes"),
        *returning(scene),
        step(8, "receiving", "complete_reintegration", "reintegrated"),
    )
    return story(scene, moves, 11)


def erased_after_closing(scene: Scene) -> Story:
    """Closed, and its texts erased."""
    moves = (
        *road(scene, "reintegrated", 9),
        house(6, "manager", "erase", "The family asked, and nothing stands against it."),
    )
    return story(scene, moves, 20, year=9)


def would_not_engage(scene: Scene) -> Story:
    """Returned: would not engage."""
    back = {"return_because": "would_not_engage", "note": "The home school takes it from here."}
    moves = (
        *road(scene, "placed"),
        *settled(scene),
        refused(3, "pru", "return_to_home_school", "would_not_engage", **back),
        step(
            0, "pru", "record_non_engagement",
            non_engagement="Came twice in three weeks; home visits, another timetable tried.",
        ),
        step(2, "pru", "return_to_home_school", "returned", **back),
    )  # fmt: skip
    return story(scene, moves, scene.between(4, 20))


def parent_took_the_pupil_back(scene: Scene) -> Story:
    """Returned: agreement withdrawn, after a review."""
    back = {"return_because": "agreement_withdrawn", "note": "The parent's wish."}
    moves = (
        *road(scene, "placed"),
        *settled(scene),
        step(2, "school", "withdraw_agreement", parent_agreement={"parent": "withdrawn"}),
        refused(1, "pru", "return_to_home_school", "reviewed_since_withdrawal", **back),
        reviewed(scene, after=4),
        step(1, "pru", "return_to_home_school", "returned", **back),
    )
    return story(scene, moves, 15)


def specialist_place_found(scene: Scene) -> Story:
    """Moved on to a specialist school."""
    moves = (
        *road(scene, "placed"),
        *settled(scene),
        reviewed(scene),
        step(2, "send", "flag_specialist", awaiting_specialist="yes", assessed_on=Days(-3)),
        step(6, "send", "name_specialist_place", specialist_school=SPECIALIST),
        step(
            4, "pru", "move_on", "moved_on", destination="specialist",
            specialist_school=SPECIALIST, note="Starts on Monday.",
        ),
    )  # fmt: skip
    return story(scene, moves, 9)


def moved_away(scene: Scene) -> Story:
    """Moved away before the placement."""
    moves = (
        *road(scene, "home_visit"),
        step(3, "la", "move_on", "moved_on", destination="moved", note="The family has moved."),
    )
    return story(scene, moves, 17)


def parent_withdrew(scene: Scene) -> Story:
    """Withdrawn: the parent no longer agrees."""
    moves = (
        *road(scene, "forum"),
        step(
            2, "school", "withdraw_agreement", "withdrawn",
            parent_agreement={"parent": "withdrawn"},
        ),
    )  # fmt: skip
    return story(scene, moves, scene.between(5, 20))


def only_a_holding_place(scene: Scene) -> Story:
    """The unit is no holding place."""
    moves = (
        *road(scene, "caf"),
        submitted(scene, purpose="await_specialist").but_refused("not_holding"),
        step(2, "school", "withdraw_referral", "withdrawn", note="The SEN team has it in hand."),
    )  # fmt: skip
    return story(scene, moves, 10)


#: Every story with how often it is told, each time of another pupil.
STORIES: Final[tuple[Telling, ...]] = (
    (visit_to_come, 1),
    (meeting_to_come, 1),
    (no_onward_route, 1),
    (start_is_late, 1),
    (meeting_before_visit, 1),
    (two_at_one_desk, 1),
    (recorded_on_the_wrong_pupil, 1),
    (attending, 2),
    (time_out, 1),
    (review_soon, 1),
    (review_overdue, 1),
    (review_held_late, 1),
    (review_written_up_late, 1),
    (handed_to_a_colleague, 1),
    (exit_date_corrected, 1),
    (beyond_twelve_weeks, 1),
    (extended_and_back, 1),
    (extension_without_review, 1),
    (waits_for_specialist, 1),
    (agreement_withdrawn, 1),
    (going_back, 2),
    (second_try, 1),
    (back_at_school, 3),
    (joined_a_named_school, 1),
    (erased_after_closing, 1),
    (would_not_engage, 1),
    (parent_took_the_pupil_back, 1),
    (specialist_place_found, 1),
    (moved_away, 1),
    (parent_withdrew, 1),
    (only_a_holding_place, 1),
)
