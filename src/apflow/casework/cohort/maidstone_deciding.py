"""Maidstone and Malling: pupils who are not excluded, until the forum has decided."""

from typing import Final

from apflow.casework.cohort.maidstone import (
    agreed,
    consented,
    met,
    opened,
    road,
    started,
    story,
    submitted,
    visited,
)
from apflow.casework.cohort.people import COUNCIL, UNIT, Scene
from apflow.casework.cohort.story import (
    NEXT_SITTING,
    Days,
    Move,
    Story,
    Telling,
    decided,
    refused,
    step,
)


# Before the forum
def just_opened(scene: Scene) -> Story:
    """Opened, the parent is asked."""
    return story(scene, road(scene, "consent"), scene.between(0, 4))


def parent_thinks_it_over(scene: Scene) -> Story:
    """The parent has not agreed."""
    no = {"parent": "refused: wants to think about it first"}
    moves = (
        opened(scene, year=7),
        refused(3, "school", "record_consent", "parent_agrees", parent_agreement=no),
    )
    return story(scene, moves, 2, year=7)


def opened_for_the_wrong_reason(scene: Scene) -> Story:
    """A route for older pupils is refused."""
    wrong = opened(scene, year=9, reason="ks4_route").but_refused("reason_fits_ks4")
    moves = (wrong, opened(scene, year=9), consented(scene))
    return story(scene, moves, 5, year=9)


def papers_missing(scene: Scene) -> Story:
    """The forum needs all papers."""
    moves = (
        *road(scene, "caf"),
        refused(
            5, "school", "submit_to_forum", "caf_done", "papers_complete",
            forum_papers="core_support, core_outcomes, forum_form, earlier",
            forum_sitting=NEXT_SITTING, purpose="support", other_provision="none",
            agencies="health", reintegration_proposed_on=Days(60),
        ),
    )  # fmt: skip
    return story(scene, moves, 3)


def papers_coming_in(scene: Scene) -> Story:
    """Papers are gathered."""
    some = "core_support, core_outcomes, caf, pupil_views"
    moves = (
        *road(scene, "caf", year=9),
        step(4, "school", "add_papers", forum_papers=some, agencies="health"),
        step(3, "school", "add_papers", forum_papers="earlier, pastoral, academic"),
    )
    return story(scene, moves, scene.between(2, 9), year=9)


def sent_back_by_the_forum(scene: Scene) -> Story:
    """The forum asks for more."""
    moves = (
        *road(scene, "forum"),
        decided("forum_defers", "caf", discussion_note="The pupil's own views are thin."),
    )
    return story(scene, moves, 1)


# At the forum
def on_the_agenda(scene: Scene) -> Story:
    """Put down for the next forum."""
    year = scene.between(7, 9)
    return story(scene, road(scene, "forum", year), scene.between(1, 6),
        year=year,
    )  # fmt: skip


def named_in_the_plan(scene: Scene) -> Story:
    """Held until the SEN team decides."""
    moves = (
        opened(scene, has_ehc_plan="yes"),
        consented(scene),
        submitted(scene, plan_need_semh="yes", pru_named_in_plan="yes"),
        agreed(scene).but_refused("not_named_in_plan"),
    )
    return story(scene, moves, 2)


def allowed_by_the_sen_team(scene: Scene) -> Story:
    """The SEN team allows the placement."""
    moves = (
        opened(scene, has_ehc_plan="yes"),
        consented(scene),
        submitted(scene, plan_need_semh="yes", pru_named_in_plan="yes"),
        step(2, "send", "record_sen_decision", sen_decision="may_place"),
        agreed(scene),
    )
    return story(scene, moves, 3)


def attendance_too_low(scene: Scene) -> Story:
    """Not accepted: attendance."""
    low = {"attendance_accepted": "no", "attendance_reason": "Hardly seen since the summer."}
    moves = (
        opened(scene, attendance_percent=31),
        consented(scene),
        submitted(scene),
        agreed(scene, **low).but_refused("attendance_not_very_low"),
        step(
            0, "forum", "forum_refuses", "not_accepted", forum_people="chair, school, pru",
            refusal_reason="attendance",
            discussion_note="Attendance comes first; the school will ask for help with that.",
        ),
    )  # fmt: skip
    return story(scene, moves, scene.between(8, 25))


def not_suitable(scene: Scene) -> Story:
    """Not accepted: another way suits better."""
    moves = (
        *road(scene, "forum"),
        decided(
            "forum_refuses", "not_accepted", refusal_reason="unsuitable",
            discussion_note="A managed move would fit better; the schools will talk.",
        ),
    )  # fmt: skip
    return story(scene, moves, scene.between(3, 30))


def too_few_on_the_panel(scene: Scene) -> Story:
    """The chair goes past a guard, with the reason."""
    alone = agreed(scene, forum_people="pru").overriding(
        panel_sat="Two members were snowed in; the third was heard by telephone."
    )
    moves = (*road(scene, "forum"), alone, visited(scene))
    return story(scene, moves, 2)


# Another area, and children in care
def lives_elsewhere(scene: Scene) -> Story:
    """Sent to another area's forum."""
    return story(scene, _redirected(scene), 4)


def not_acknowledged(scene: Scene) -> Story:
    """Nobody there answers."""
    moves = _redirected(scene)
    return story(scene, moves, 13, "acknowledge_redirect")


def taken_on_elsewhere(scene: Scene) -> Story:
    """Handed to another area."""
    moves = (
        *_redirected(scene),
        step(5, "la", "acknowledge_receipt", "handed_over", note="Their forum has it."),
    )
    return story(scene, moves, scene.between(6, 18))


def taken_back(scene: Scene) -> Story:
    """Taken back from another area."""
    moves = (
        *_redirected(scene),
        step(
            6, "la", "take_back", "caf", lives_in="maidstone_and_malling",
            note="The address was an aunt's; the pupil lives here.",
        ),
    )  # fmt: skip
    return story(scene, moves, 3)


def _redirected(scene: Scene) -> tuple[Move, ...]:
    wrong = submitted(scene).but_refused("lives_here")
    return (
        opened(scene, lives_in="elsewhere", home_district="Ousebridge"),
        consented(scene),
        wrong,
        step(1, "la", "redirect", "redirecting", sent_to="The fair access forum of Ousebridge"),
    )


def through_admissions(scene: Scene) -> Story:
    """A child in care, through Admissions."""
    moves = (*_in_care(scene), visited(scene))
    return story(scene, moves, 2, year=9)


def in_care_and_placed(scene: Scene) -> Story:
    """A child in care, placed."""
    meeting = met(scene, meeting_people="pupil, parent, pru", onward_route="A school near home.")
    moves = (
        *_in_care(scene),
        visited(scene, 2),
        meeting,
        step(1, "pru", "confirm_place", start_on=Days(4)),
        step(1, "la", "record_transport", transport_arranged="Taxi with an escort."),
        started(),
        step(4, "la", "confirm_roll", roll="pru_only"),
        step(6, "la", "report_to_forum", discussion_note="Placed through Admissions."),
    )
    return story(scene, moves, 5, year=9)


def _in_care(scene: Scene) -> tuple[Move, ...]:
    answers = {
        "authority": COUNCIL, "provider": UNIT, "reason": "no_school", "year_group": 9,
        "lives_in": "maidstone_and_malling", "looked_after": "yes", "has_ehc_plan": "no",
        "home_school_on_roll": "no", "caring_authority": COUNCIL,
        "virtual_school_contact": scene.staff(),
    }  # fmt: skip
    decision = {
        **submitted(scene).answers, **agreed(scene).answers, "semh_history": "yes",
        "pru_view": "The head of the unit was rung and agrees.",
    }  # fmt: skip
    del decision["forum_sitting"]
    return (
        Move(0, "la", "open_through_admissions", "consent", answers),
        step(2, "la", "record_consent", "caf", parent_agreement="parent"),
        Move(4, "la", "admissions_agrees", "home_visit", decision),
    )


#: Every story with how often it is told, each time of another pupil.
STORIES: Final[tuple[Telling, ...]] = (
    (just_opened, 2),
    (parent_thinks_it_over, 1),
    (opened_for_the_wrong_reason, 1),
    (papers_missing, 1),
    (papers_coming_in, 1),
    (sent_back_by_the_forum, 1),
    (on_the_agenda, 3),
    (named_in_the_plan, 1),
    (allowed_by_the_sen_team, 1),
    (attendance_too_low, 1),
    (not_suitable, 1),
    (too_few_on_the_panel, 1),
    (lives_elsewhere, 1),
    (not_acknowledged, 1),
    (taken_on_elsewhere, 1),
    (taken_back, 1),
    (through_admissions, 1),
    (in_care_and_placed, 1),
)
