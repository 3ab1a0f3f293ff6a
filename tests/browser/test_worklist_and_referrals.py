"""A referral as people use it: on a narrow screen, and by keyboard."""

from tests.browser.browsing import Window
from tests.invented_cohort import cohort
from tests.web_site import Served, shared_site

__all__ = ["cohort", "shared_site"]

STORY = "maidstone_placing.visit_to_come"


def test_on_a_narrow_screen_words_stand_for_the_drawing(
    window: Window, shared_site: Served
) -> None:
    reference = shared_site.invented.told_by(STORY).reference
    for mode, drawn in (("light", True), ("narrow", False)):
        page = window.open(mode, base_url=shared_site.url)
        page.context.add_cookies(
            [{"name": "apflow", "value": shared_site.secret("imran"), "url": shared_site.url}]
        )
        page.goto(f"/referrals/{reference}")
        assert page.locator(".ap-drawing").is_visible() == drawn
        assert page.locator(".cw-narrow table").is_visible() != drawn
        assert page.get_by_text("This diagram in words").is_visible() == drawn


def test_the_main_road_goes_by_keyboard(window: Window, shared_site: Served) -> None:
    reference = shared_site.invented.told_by(STORY).reference
    page = window.open("light", base_url=shared_site.url)
    page.context.add_cookies(
        [{"name": "apflow", "value": shared_site.secret("imran"), "url": shared_site.url}]
    )
    page.goto(f"/referrals/{reference}")
    page.get_by_role("button", name="Hold the home visit").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/events/hold_home_visit")
