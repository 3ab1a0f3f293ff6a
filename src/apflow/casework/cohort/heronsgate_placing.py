"""Heronsgate: children with a provider, from the start, or an emergency, to every end."""

from dataclasses import replace
from typing import Final

from apflow.casework.cohort.heronsgate import (
    emergency,
    going_back,
    opened,
    reviewed,
    road,
    signed,
    started,
    story,
    visit,
    watched,
)
from apflow.casework.cohort.people import HARBOUR, SPECIALIST, Scene
from apflow.casework.cohort.story import Days, Move, Story, Telling, decided, house, step


# With the provider
def attending(scene: Scene) -> Story:
    """With the provider."""
    return story((*road(scene, "placed"), *watched(scene)), scene.between(1, 4))


def review_beyond_the_interval(scene: Scene) -> Story:
    """A review later than the interval, with the head's reason."""
    late = started(scene, 2, next_review_on=Days(75))
    moves = (
        *road(scene, "agreement"),
        signed(),
        late.but_refused("review_soon_enough"),
        replace(late, after=0, who="head").overriding(
            review_soon_enough="The provider is closed until then; visits are doubled."
        ),
        *watched(scene),
    )
    return story(moves, 3)


def review_overdue(scene: Scene) -> Story:
    """The review was not held when it was planned."""
    return story((*road(scene, "placed"), *watched(scene)), 11, "planned_review")


def without_a_named_person(scene: Scene) -> Story:
    """The named member of staff left, and nobody followed in time."""
    moves = (*road(scene, "placed"), *watched(scene), step(1, "head", "staff_leaves"))
    return story(moves, 7, "name_new_staff")


def new_named_person(scene: Scene) -> Story:
    """The named member of staff left; another followed."""
    moves = (
        *road(scene, "placed"),
        *watched(scene),
        step(1, "head", "staff_leaves"),
        step(3, "head", "change_named_staff", named_person=scene.staff()),
        reviewed(scene, after=2),
    )
    return story(moves, 5)


def assurance_ran_out(scene: Scene) -> Story:
    """The provider's word on safeguarding has run out while the child is there."""
    moves = (
        *road(scene, "placed", HARBOUR),
        *watched(scene),
        reviewed(scene),
        *visit(scene, 6),
    )
    return story(moves, 8, provider=HARBOUR)


def no_start_without_assurance(scene: Scene) -> Story:
    """No start where the provider's word on safeguarding has run out."""
    moves = (
        *road(scene, "agreement", HARBOUR),
        signed(2),
        started(scene, 1).but_refused("provider_assured"),
    )
    return story(moves, 1, provider=HARBOUR)


# The emergency road
def placed_in_an_emergency(scene: Scene) -> Story:
    """Placed in an emergency; the next panel looks at it."""
    first = emergency(scene, 1, emergency_pack={"documents": "present"})
    moves = (
        opened(scene),
        first.but_refused("risk_assessed"),
        emergency(scene, 0),
        signed(3),
    )
    return story(moves, 1)


def ratified(scene: Scene) -> Story:
    """An emergency placement that the panel agreed with; the agreement came late."""
    moves = (opened(scene), emergency(scene, 2), _ratified(), signed(8), *visit(scene, 2))
    return story(moves, 3)


def declined_and_directed(scene: Scene) -> Story:
    """The panel did not agree, nor did the parent; the head directs the child off site."""
    moves = (
        opened(scene),
        emergency(scene, 2),
        signed(1, {"school": "agreed", "provider": "agreed", "parent": "refused: wants home"}),
        decided(
            "decline_emergency", None, best_interests="Support in school was not used up.",
            panel_reason="Come back with what the school can do.",
        ),
        _directed(1, Days(0)).but_refused("direction_in_time"),
        _directed(0, Days(2)),
        reviewed(scene, after=3),
    )  # fmt: skip
    return story(moves, 2)


def _directed(after: int, first_day: Days) -> Move:
    return step(
        after, "head", "direct_off_site", direction_from=first_day, notice_given_on=Days(-1),
        best_interests="The child cannot be kept safe in class.",
    )  # fmt: skip


def _ratified() -> Move:
    return decided("ratify_emergency", None, best_interests="There was no other way that week.")


# Reviews, concerns and the way back
def goes_on(scene: Scene) -> Story:
    """Reviewed, and goes on."""
    moves = (*road(scene, "placed"), *watched(scene), reviewed(scene), *visit(scene, 6))
    return story(moves, scene.between(1, 5))


def a_concern(scene: Scene) -> Story:
    """A concern: no end to the placement before the safeguarding lead is told."""
    leaving = {
        "end_reason": "provider_ended", "note": "The provider has to close a group.",
        "best_interests": "Nothing is left to stay for.",
    }  # fmt: skip
    moves = (
        *road(scene, "placed"),
        *watched(scene),
        step(2, "provider", "raise_concern", concern_raised_at=Days(0, "08:40")),
        step(1, "head", "end_placement", **leaving).but_refused("concerns_told"),
        step(0, "safeguarding_lead", "tell_safeguarding_lead", lead_told="Told; see CP-4471."),
        step(1, "head", "end_placement", "ended_early", **leaving),
    )
    return story(moves, scene.between(6, 15), "concern_same_day")


def back_with_the_family_gone(scene: Scene) -> Story:
    """Ended early: the family moved away."""
    moves = (
        *road(scene, "placed"),
        *watched(scene),
        step(
            2, "head", "end_placement", "ended_early", end_reason="moved",
            best_interests="A school near the new home.", note="Records follow.",
        ),
    )  # fmt: skip
    return story(moves, 30)


def returning(scene: Scene) -> Story:
    """On the way back, full days at once."""
    return story(road(scene, "reintegrating"), scene.between(1, 6))


def part_time(scene: Scene) -> Story:
    """On the way back part time, with an end."""
    mornings = going_back(scene, part_time="yes", part_time_until=Days(9))
    moves = (
        *road(scene, "reviewed"),
        mornings.but_refused("part_time_ends", "answers"),
        going_back(scene, 1, part_time="yes", part_time_until=Days(9), part_time_review_on=Days(6)),
    )
    return story(moves, 3)


def part_time_too_long(scene: Scene) -> Story:
    """A part-time timetable that should have ended."""
    mornings = going_back(
        scene, part_time="yes", part_time_until=Days(8), part_time_review_on=Days(5)
    )
    moves = (*road(scene, "reviewed"), mornings)
    return story(moves, 10, "part_time_over")


def did_not_hold(scene: Scene) -> Story:
    """The return did not hold; back with the provider."""
    moves = (
        *road(scene, "reintegrating"),
        step(
            3, "school", "stop_reintegration", "reviewed", note="Two hard mornings.",
            next_review_on=Days(15),
        ),
    )  # fmt: skip
    return story(moves, 4)


def back_in_class(scene: Scene) -> Story:
    """Back at Heronsgate."""
    return story(road(scene, "reintegrated"), scene.between(3, 30))


def on_to_specialist_provision(scene: Scene) -> Story:
    """On to specialist provision, once a review has said so."""
    on = {"best_interests": "A school that knows this need.", "specialist_school": SPECIALIST}
    moves = (
        *road(scene, "placed"),
        *watched(scene),
        reviewed(scene),
        step(5, "school", "transfer_to_specialist", **on).but_refused("review_says_next_step"),
        reviewed(scene, "next_step", 6),
        step(3, "school", "transfer_to_specialist", "transferred", **on),
    )
    return story(moves, scene.between(4, 14))


# A permanent exclusion
def going_to_the_authority(scene: Scene) -> Story:
    """Permanently excluded: the authority has to find education in time."""
    moves = (*road(scene, "placed"), *watched(scene), _excluded(3))
    return story(moves, 3)


def authority_was_late(scene: Scene) -> Story:
    """With the authority, after the sixth school day."""
    moves = (
        *road(scene, "draft"),
        _excluded(4),
        step(8, "la", "la_takes_over", "handed_over", note="Tuition from today."),
    )
    return story(moves, 9, "sixth_day")


def exclusion_cancelled(scene: Scene) -> Story:
    """An exclusion that was cancelled: back to where the child was."""
    moves = (
        *road(scene, "placed"),
        *watched(scene),
        _excluded(2),
        step(2, "head", "cancel_exclusion", "placed", note="The head thought again."),
    )
    return story(moves, 2)


def _excluded(after: int) -> Move:
    return step(
        after, "head", "record_permanent_exclusion", "handover", exclusion_first_day=Days(0)
    )


def taken_back_by_mistake(scene: Scene) -> Story:
    """A review recorded for the wrong child, taken back and held."""
    moves = (
        *road(scene, "placed"),
        *watched(scene),
        reviewed(scene, after=3),
        house(1, "named_staff", "reverse_step", "Another child's review.", "placed"),
        reviewed(scene, after=3),
    )
    return story(moves, 4)


#: Every story with how often it is told, each time of another child.
STORIES: Final[tuple[Telling, ...]] = (
    (attending, 1),
    (review_beyond_the_interval, 1),
    (review_overdue, 1),
    (without_a_named_person, 1),
    (new_named_person, 1),
    (assurance_ran_out, 1),
    (no_start_without_assurance, 1),
    (placed_in_an_emergency, 1),
    (ratified, 1),
    (declined_and_directed, 1),
    (goes_on, 1),
    (a_concern, 1),
    (back_with_the_family_gone, 1),
    (returning, 1),
    (part_time, 1),
    (part_time_too_long, 1),
    (did_not_hold, 1),
    (back_in_class, 2),
    (on_to_specialist_provision, 1),
    (going_to_the_authority, 1),
    (authority_was_late, 1),
    (exclusion_cancelled, 1),
    (taken_back_by_mistake, 1),
)
