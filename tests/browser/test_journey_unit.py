"""A unit takes a pupil from the forum's decision to the end; a school a child to a provider."""

from datetime import date, timedelta

import pytest

from tests.browser.browsing import Window
from tests.browser.person import PASSWORD, WAYS, Person, enters, signs_in, somebody
from tests.web_site import Served

ACCEPTED = "maidstone_placing.visit_to_come"
TERMS = ("duration", "rewards", "work", "behaviour", "attendance", "exit_strategy")


@pytest.mark.parametrize("mode", WAYS)
def test_an_accepted_pupil_goes_to_the_unit_and_back(
    mode: str, window: Window, site: Served
) -> None:
    reference = site.invented.told_by(ACCEPTED).reference
    imran = signs_in(window, site, "imran", mode)
    _takes_on(imran, reference)
    _visits(imran)
    _meets(imran, site.moment().date())
    _starts(imran, site.moment().date())
    site.moment.later(days=19)
    _reviews(imran, reference)
    _begins_the_return(imran)
    site.moment.later(days=9)
    _ends(imran, reference, site.moment().date())


def _takes_on(imran: Person, reference: str) -> None:
    """Find the pupil among those who wait for a home visit, and take the referral on."""
    imran.turn_to("Referrals")
    imran.unfold("Filter")
    imran.choose("state", "home_visit")
    imran.press("Show")
    row = imran.page.get_by_role("row").filter(has_text=reference)
    imran.follow("Nico", within=row)
    assert imran.page.url.endswith(reference)
    imran.press("Take it on")
    imran.is_told("You have taken this referral on")
    imran.sees("You")


def _visits(imran: Person) -> None:
    """Record the home visit: who was absent has a reason, and has to have been there."""
    imran.press("Hold the home visit")
    for one in ("pupil", "pru"):
        imran.choose(f"fact-visit_people-{one}", "present")
    imran.choose("fact-visit_people-parent", "absent")
    imran.press("Record this")
    imran.is_stopped("Parent or carer")
    imran.fill("fact-visit_people-parent-detail", "at work")
    imran.press("Record this")
    imran.is_stopped("Not everybody was at the home visit")
    imran.choose("fact-visit_people-parent", "present")
    imran.press("Record this")
    imran.is_told("Hold the home visit", "Pre-admission meeting")


def _meets(imran: Person, today: date) -> None:
    """Record the meeting without a plan for the end; the place waits for one."""
    imran.follow("Hold the pre-admission meeting")
    for one in ("pupil", "parent", "pru", "mainstream"):
        imran.choose(f"fact-meeting_people-{one}", "present")
    for term in TERMS[:-1]:
        imran.choose(f"fact-placement_terms-{term}", "present")
    imran.press("Record this")
    imran.is_told(
        "Hold the pre-admission meeting", "Advised, and not done yet", "Not all is settled"
    )
    imran.follow("Confirm the place and the first day")
    imran.sees("Policy does not allow this yet", "Exit strategy and progression route")
    imran.dated("fact-start_on", today)
    imran.fill("override-exit_planned", "The school comes on Friday to plan it.")
    imran.press("Record this")
    imran.is_stopped("No exit date ahead is fixed")
    imran.fill("override-exit_planned", "")
    imran.dated("fact-exit_on", today + timedelta(days=90))
    imran.fill("fact-onward_route", "Back to the home school, mornings first.")
    imran.press("Record this")
    imran.is_stopped("Exit strategy and progression route are not planned")
    assert imran.page.locator("#fact-exit_on-year").input_value() == "2027"
    reason = imran.page.locator("textarea[name='override-exit_planned']")
    assert reason.is_visible()
    imran.fill("override-exit_planned", "The school comes on Friday to plan it.")
    imran.press("Record this")
    imran.is_told("Confirm the place and the first day")


def _starts(imran: Person, today: date) -> None:
    """The first day: the law asks for the risk, and not even a reason goes past it."""
    imran.press("Pupil attends for the first time")
    imran.fill("override-exit_planned", "The school comes on Friday to plan it.")
    imran.choose("fact-risk_assessed", "no")
    imran.press("Record this")
    imran.is_stopped("The risk of attending on site has not been assessed")
    imran.choose("fact-risk_assessed", "yes")
    imran.dated("happened_on", today + timedelta(days=1))
    imran.press("Record this")
    imran.is_stopped("today or earlier")
    imran.dated("happened_on", today)
    imran.press("Record this")
    imran.is_told("Pupil attends for the first time", "Placed")


def _reviews(imran: Person, reference: str) -> None:
    """Weeks later: sign in again, go on from the worklist where it was asked for."""
    imran.turn_to("Worklist")
    enters(imran, "imran", PASSWORD)
    imran.choose("show", "mine")
    imran.press("Show")
    imran.follow("Hold a review", within=imran.page.get_by_role("row").filter(has_text=reference))
    for one in ("pupil", "parent", "pru", "mainstream"):
        imran.choose(f"fact-review_people-{one}", "present")
    imran.choose("fact-ready", "yes")
    imran.fill("fact-right_time", "After Easter.")
    imran.fill("fact-progress", "Full days without incident.")
    imran.press("Record this")
    imran.is_told("Hold a review", "Reviewed")


def _begins_the_return(imran: Person) -> None:
    imran.press("Hold the reintegration meeting")
    imran.choose("fact-receiving_school", "saxon-park")
    for one in ("pupil", "parent", "pru", "receiving"):
        imran.choose(f"fact-programme-{one}", "agreed")
    imran.fill("fact-return_timetable", "Mornings first, full days after a week.")
    imran.fill("fact-support_offered", "A key worker visits twice a week.")
    imran.press("Record this")
    imran.is_told("Hold the reintegration meeting", "Reintegrating")


def _ends(imran: Person, reference: str, today: date) -> None:
    """End the referral: check the answers, go back to change one, then confirm."""
    imran.go(f"/referrals/{reference}")
    enters(imran, "imran", PASSWORD)
    imran.press("Pupil is back full time")
    imran.press("Continue")
    imran.sees("Check your answers", "This ends the referral")
    imran.press("Change When did this happen?")
    assert imran.heading() == "Pupil is back full time"
    imran.dated("happened_on", today - timedelta(days=1))
    imran.press("Continue")
    imran.sees(f"{(today - timedelta(days=1)).day} {today:%B %Y}")
    imran.press("Confirm and end the referral")
    imran.is_told("Pupil is back full time", "Reintegrated")
    imran.sees("Closed")


@pytest.mark.parametrize("mode", WAYS)
def test_a_child_goes_to_a_provider_and_comes_back_early(
    mode: str, window: Window, site: Served
) -> None:
    reference = site.invented.told_by("heronsgate_deciding.to_be_signed").reference
    olive = somebody(window, site, "olive", mode)
    olive.go(f"/referrals/{reference}")
    olive.sees("Not all of school, parent and provider have agreed")
    olive.follow("Record who has agreed")
    olive.choose("fact-agreement_signed-parent", "agreed")
    olive.fill("fact-agreement_signed-parent-detail", "signed at the meeting")
    olive.press("Record this")
    olive.press("Child starts with the provider")
    olive.fill("fact-named_person", "Ms Fenwick")
    olive.choose("fact-legal_basis", "agreement")
    olive.dated("fact-next_review_on", site.moment().date() + timedelta(days=20))
    olive.dated("fact-ends_on", site.moment().date() + timedelta(days=90))
    olive.press("Record this")
    olive.is_told("Child starts with the provider", "Placed")
    hugh = somebody(window, site, "hugh", mode)
    hugh.go(f"/referrals/{reference}")
    hugh.follow("End the placement early")
    hugh.choose("fact-end_reason", "back")
    hugh.fill("fact-best_interests", "The class is quieter now.")
    hugh.fill("fact-note", "Starts on Monday.")
    hugh.press("Continue")
    hugh.press("Change Why is this in the child's best interests?")
    assert hugh.page.locator("[name='fact-note']").input_value() == "Starts on Monday."
    hugh.fill("fact-best_interests", "The class is quieter, and the child asks for it.")
    hugh.press("Continue")
    hugh.sees("the child asks for it", "Placement ended early")
    hugh.press("Confirm and end the referral")
    hugh.is_told("End the placement early", "Placement ended early")
