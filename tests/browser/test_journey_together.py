"""Two windows at once: who came first, what is sent twice, and who was signed out meanwhile."""

import pytest
from playwright.sync_api import Page

from tests.browser.browsing import Window
from tests.browser.person import PASSWORD, WAYS, Person, enters, signs_in, somebody
from tests.web_site import Served

#: Whose referral is acted on, in each way: nobody else in this file touches it.
STALE = {"light": "visit_to_come", "no-javascript": "meeting_to_come", "narrow": "attending"}
TWICE = {"light": "review_soon", "no-javascript": "time_out", "narrow": "review_overdue"}
BACK = {
    "light": "review_held_late", "no-javascript": "waits_for_specialist", "narrow": "going_back",
}  # fmt: skip
OUT = {"light": "second_try", "no-javascript": "no_onward_route", "narrow": "start_is_late"}
NOTE = "The family has moved in with an aunt."


def _reference(pages: Served, story: str) -> str:
    return pages.invented.told_by(f"maidstone_placing.{story}").reference


def _steps(pages: Served, reference: str) -> list[str]:
    """Return the events of a referral's steps."""
    return [one.event for one in pages.work.history(reference, "imran", pages.moment())]


@pytest.mark.parametrize("mode", WAYS)
def test_someone_moved_it_first(mode: str, window: Window, pages: Served) -> None:
    reference = _reference(pages, STALE[mode])
    imran, kate = (somebody(window, pages, who, mode) for who in ("imran", "kate"))
    imran.go(f"/referrals/{reference}/events/move_on")
    imran.choose("fact-destination", "moved")
    imran.fill("fact-note", NOTE)
    kate.go(f"/referrals/{reference}/events/return_to_forum")
    kate.fill("fact-note", "The school asks the forum to look again.")
    kate.press("Record this")
    kate.is_told("Bring back to the forum", "Forum")
    imran.press("Continue")
    assert imran.page.title().startswith("Someone moved it first")
    imran.sees("Nothing was recorded of what you sent", "Bring back to the forum")
    imran.sees("recorded by Kate Orchard", "now stands as Forum", "What you entered", NOTE)
    assert _steps(pages, reference)[-1] == "return_to_forum"
    imran.follow("open this form anew")
    assert imran.heading() == "Leave for another destination"
    imran.choose("fact-destination", "moved")
    imran.fill("fact-note", NOTE)
    imran.press("Continue")
    imran.press("Confirm and end the referral")
    imran.is_told("Leave for another destination", "Moved on")
    kate.go(f"/referrals/{reference}")
    kate.sees("Closed", NOTE)


@pytest.mark.parametrize("mode", WAYS)
def test_a_double_click_is_one_step(mode: str, window: Window, pages: Served) -> None:
    reference = _reference(pages, TWICE[mode])
    before = _steps(pages, reference)
    imran = somebody(window, pages, "imran", mode)
    imran.go(f"/referrals/{reference}/events/log_contact")
    imran.fill("fact-note", "The form tutor came for lunch.")
    with imran.page.expect_navigation(url=f"**/{reference}?done=*"):
        imran.page.get_by_role("button", name="Record this").dblclick()
    imran.is_told("Record contact with the mainstream or receiving school")
    assert _steps(pages, reference) == [*before, "log_contact"]


@pytest.mark.parametrize("mode", WAYS)
def test_a_form_that_the_browser_kept_and_sends_again_is_the_same_step(
    mode: str, window: Window, pages: Served
) -> None:
    reference = _reference(pages, BACK[mode])
    before = _steps(pages, reference)
    imran = somebody(window, pages, "imran", mode)
    imran.go(f"/referrals/{reference}/events/add_note")
    imran.fill("fact-note", NOTE)
    # What follows opens beside it, so that the form stands as it was, as one kept in memory does.
    imran.page.locator("main form").evaluate("form => { form.target = '_blank' }")
    followed = [_sent_beside(imran.page) for _ in range(2)]
    assert len(set(followed)) == 1
    assert _steps(pages, reference) == [*before, "add_note"]


def _sent_beside(page: Page) -> str:
    """Send the form; return the address of the page that follows, in a window of its own."""
    with page.context.expect_page() as opened:
        page.locator("main form").evaluate("form => form.requestSubmit()")
    opened.value.wait_for_url("**?done=*")
    return opened.value.url


@pytest.mark.parametrize("mode", WAYS)
def test_going_back_to_a_form_that_was_sent_shows_that_it_is_done(
    mode: str, window: Window, pages: Served
) -> None:
    reference = _reference(pages, BACK[mode])
    imran = somebody(window, pages, "imran", mode)
    imran.go(f"/referrals/{reference}")
    imran.follow("Bring back to the forum")
    imran.fill("fact-note", "Another look is needed.")
    imran.press("Record this")
    imran.is_told("Bring back to the forum", "Forum")
    once = _steps(pages, reference)
    imran.page.go_back()
    imran.sees("This is not possible", "not possible in Forum")
    assert imran.page.locator("main form").count() == 0
    imran.page.go_forward()
    imran.page.reload()
    imran.is_told("Bring back to the forum")
    assert _steps(pages, reference) == once


@pytest.mark.parametrize("mode", WAYS)
def test_who_signed_out_in_one_window_is_out_in_the_other(
    mode: str, window: Window, pages: Served
) -> None:
    reference = _reference(pages, OUT[mode])
    before = _steps(pages, reference)
    kate = signs_in(window, pages, "kate", mode)
    kate.go(f"/referrals/{reference}/events/add_note")
    kate.fill("fact-note", NOTE)
    other = Person(kate.page.context.new_page(), mode)
    other.go("/")
    assert other.heading() == "Your worklist"
    other.press("Sign out", within=other.page.locator("header"))
    other.is_told("You are signed out")
    kate.press("Record this")
    assert kate.heading() == "Sign in"
    kate.sees("so nothing of it was recorded")
    assert NOTE not in kate.page.content()
    assert _steps(pages, reference) == before
    enters(kate, "kate", PASSWORD)
    assert kate.heading() == "Add a note"
    kate.fill("fact-note", NOTE)
    kate.press("Record this")
    kate.is_told("Add a note")
    assert _steps(pages, reference) == [*before, "add_note"]
    other.go("/")
    assert other.heading() == "Your worklist"
