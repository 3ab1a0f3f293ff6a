"""Maidstone and Malling: key stage 4, where places are few and pupils wait for them in order.

Six places are set as an example. Five pupils hold one throughout, a sixth gives theirs up; the
first in line takes it. The distances between these stories are far greater than the two weeks
by which a sitting can move them, so that they keep their order on any last day.
"""

from typing import Final

from apflow.casework.cohort.maidstone import (
    admitted,
    agreed,
    consented,
    contact,
    opened,
    reviewed,
    settled,
    started,
    story,
    submitted,
    visited,
)
from apflow.casework.cohort.maidstone_excluded import caught_up, excluded, looked_at, placed_at_once
from apflow.casework.cohort.people import Scene
from apflow.casework.cohort.story import Days, Move, Story, Telling, house, step

_ROUTE: Final = "College at sixteen."


def long_stay(scene: Scene) -> Story:
    """Key stage 4, reviewed each term."""
    return story(scene, _holding(scene, 10), scene.between(4, 9), year=10)


def stays_under_the_older_version(scene: Scene) -> Story:
    """Key stage 4, moved to the policy's newer version by a manager."""
    adopted = house(
        3, "manager", "adopt_lifecycle", "The numbers are set; the pupil is to have them too."
    )
    return story(scene, (*_holding(scene, 10), adopted), 3, year=10)


def excluded_long_ago(scene: Scene) -> Story:
    """Excluded, key stage 4, with a school found."""
    moves = (
        excluded(scene, 10),
        *placed_at_once(scene, exit_on=Days(150)),
        *caught_up(scene, 150),
        looked_at(scene, after=20),
        contact(scene, 24),
        looked_at(scene, after=25),
        contact(scene, 24),
        looked_at(scene, after=10),
    )
    return story(scene, moves, 8, year=10)


def left_for_college(scene: Scene) -> Story:
    """On to college after compulsory schooling."""
    moves = (
        *_placed(scene, 11),
        reviewed(scene, after=11),
        step(
            5, "pru", "move_on", "moved_on", destination="post16", note="Enrolled on bricklaying."
        ),
    )
    return story(scene, moves, 62, year=11)


def waited_and_got_a_place(scene: Scene) -> Story:
    """Waited for a place, first in line, and has it now."""
    moves = (
        *_at_the_forum(scene, 10, "time_out"),
        agreed(scene, "waiting"),
        step(55, "pru", "offer_place", "home_visit"),
        visited(scene, 3),
        *admitted(scene, 50),
        started(4),
        step(4, "school", "confirm_roll", roll="home_and_pru"),
    )
    return story(scene, moves, 8, year=10)


def waits_behind_another(scene: Scene) -> Story:
    """Waits for a place; another pupil comes first in the policy's order."""
    moves = (
        *_at_the_forum(scene, 11, "ks4_route"),
        agreed(scene, "waiting"),
        step(9, "pru", "offer_place").but_refused("first_in_order"),
        step(30, "school", "add_papers", attendance_percent=88),
    )
    return story(scene, moves, 20, year=11)


def waits_for_a_free_place(scene: Scene) -> Story:
    """Waits: no place is free."""
    moves = (
        *_at_the_forum(scene, 10, "time_out"),
        agreed(scene, "waiting"),
        step(2, "pru", "offer_place").but_refused("a_place_is_free"),
    )
    return story(scene, moves, 3, year=10)


def taken_beyond_the_places(scene: Scene) -> Story:
    """Excluded, taken although every place is held; the authority is told."""
    moves = (excluded(scene, 10), *placed_at_once(scene, 3))
    return story(scene, moves, 6, year=10)


def _at_the_forum(scene: Scene, year: int, reason: str) -> tuple[Move, ...]:
    return (opened(scene, year, reason=reason), consented(scene), submitted(scene))


def _placed(scene: Scene, year: int) -> tuple[Move, ...]:
    return (
        *_at_the_forum(scene, year, "ks4_route"),
        agreed(scene),
        visited(scene),
        *admitted(scene, 160, onward_route=_ROUTE),
        started(),
        *settled(scene),
    )


def _holding(scene: Scene, year: int) -> tuple[Move, ...]:
    return (
        *_placed(scene, year),
        reviewed(scene, after=11),
        contact(scene, 15),
        reviewed(scene, after=13),
        contact(scene, 20),
        reviewed(scene, after=10),
        contact(scene, 15),
    )


#: Every story with how often it is told, each time of another pupil.
STORIES: Final[tuple[Telling, ...]] = (
    (long_stay, 3),
    (stays_under_the_older_version, 1),
    (excluded_long_ago, 1),
    (left_for_college, 1),
    (waited_and_got_a_place, 1),
    (waits_behind_another, 1),
    (waits_for_a_free_place, 1),
    (taken_beyond_the_places, 1),
)
