"""Heronsgate: children of a primary school, from the application to the start."""

from dataclasses import replace
from typing import Final

from apflow.casework.cohort.heronsgate import agreed, applied, opened, road, signed, started, story
from apflow.casework.cohort.people import UNLISTED, Scene
from apflow.casework.cohort.story import Move, Story, Telling, decided, step, too_late

_ABSENT: Final = {"chair": "present", "school": "absent: at a trial", "other_school": "absent: ill"}


# The application and the panel
def being_written(scene: Scene) -> Story:
    """The application is being written."""
    return story(road(scene, "draft"), scene.between(1, 8))


def evidence_missing(scene: Scene) -> Story:
    """No panel without evidence."""
    moves = (
        opened(scene),
        applied(scene, application="form").but_refused("application_written"),
    )
    return story(moves, 2)


def on_the_agenda(scene: Scene) -> Story:
    """Put down for the next panel."""
    return story(road(scene, "panel"), scene.between(1, 5))


def kept_waiting(scene: Scene) -> Story:
    """More than a month without a panel."""
    return story(road(scene, "panel"), 27, "next_panel")


def one_alone_may_not_decide(scene: Scene) -> Story:
    """One member alone may not decide; the others were away."""
    alone = agreed(scene, panel_people=_ABSENT).but_refused("jointly_decided")
    return story((*road(scene, "panel"), alone), 2)


def asked_for_more(scene: Scene) -> Story:
    """The panel asks for more."""
    more = decided("panel_defers", "draft", panel_reason="A word from CAMHS is missing.")
    return story((*road(scene, "panel"), more), 3)


def not_agreed(scene: Scene) -> Story:
    """The panel does not agree, and advises."""
    return story((*road(scene, "panel"), _no()), scene.between(3, 12))


def tried_again(scene: Scene) -> Story:
    """Not agreed, applied again, and agreed."""
    moves = (
        *road(scene, "panel"),
        _no(),
        step(6, "school", "apply_again", "draft"),
        applied(scene, 4, parent_views="The mother asks for it."),
        agreed(scene),
    )
    return story(moves, 2)


def _no() -> Move:
    return decided(
        "panel_refuses", "not_agreed", evidence_read="yes",
        best_interests="Support in class has only just begun.",
        panel_reason="Too early; come again when the new support has been tried.",
    )  # fmt: skip


def withdrawn(scene: Scene) -> Story:
    """Withdrawn: help came another way."""
    moves = (
        *road(scene, "panel"),
        step(2, "school", "withdraw_referral", "withdrawn", note="The clinic has a place now."),
    )
    return story(moves, scene.between(5, 18))


def provider_not_named(scene: Scene) -> Story:
    """A provider that the policy does not name, and the head's reason for it."""
    asked = agreed(scene, UNLISTED, panel_people="chair, school, other_school")
    moves = (
        *road(scene, "panel"),
        asked.but_refused("provider_listed"),
        replace(asked, sitting=False, who="panel").overriding(
            provider_listed="The only place with animals, which this child needs; visited twice."
        ),
        signed(),
    )
    return story(moves, 2, provider=UNLISTED)


# The agreement and the start
def to_be_signed(scene: Scene) -> Story:
    """Agreed; the parent has still to sign."""
    moves = (
        *road(scene, "agreement"),
        signed(2, "school, provider"),
        started(scene, 1).but_refused("agreement_complete"),
    )
    return story(moves, 2)


def signed_meanwhile(scene: Scene) -> Story:
    """A form left open while somebody else recorded who had signed."""
    moves = (
        *road(scene, "agreement"),
        signed(2, "school, provider"),
        signed(2),
        replace(too_late(0, "head", "start_placement"), answers=started(scene).answers),
    )
    return story(moves, 1)


#: Every story with how often it is told, each time of another child.
STORIES: Final[tuple[Telling, ...]] = (
    (being_written, 1),
    (evidence_missing, 1),
    (on_the_agenda, 2),
    (kept_waiting, 1),
    (one_alone_may_not_decide, 1),
    (asked_for_more, 1),
    (not_agreed, 1),
    (tried_again, 1),
    (withdrawn, 1),
    (provider_not_named, 1),
    (to_be_signed, 1),
    (signed_meanwhile, 1),
)
