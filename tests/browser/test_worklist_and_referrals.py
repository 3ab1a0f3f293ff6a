"""Worklist, referral, step, search and chronology as people look at them: axe, 320 px."""

import pytest

from tests.browser.browsing import MODES, Window
from tests.browser.examining import axe_faults, pixels_too_wide
from tests.invented_cohort import cohort
from tests.web_site import Served, shared_site

__all__ = ["cohort", "shared_site"]

STORIES = (
    "maidstone_placing.visit_to_come",
    "maidstone_excluded.sixth_day_missed",
    "maidstone_placing.agreement_withdrawn",
    "heronsgate_placing.assurance_ran_out",
    "maidstone_placing.erased_after_closing",
)


def addresses(site: Served) -> list[tuple[str, str]]:
    """Return (person, address) of every page of this room, referrals in several states."""
    references = [site.invented.told_by(story).reference for story in STORIES]
    first = references[0]
    return [
        ("imran", "/"),
        ("rosa", "/?show=mine"),
        ("rosa", "/referrals?policy=maidstone-and-malling&state=placed"),
        ("rosa", "/referrals?opened_from=soon"),
        *(("morgan", f"/referrals/{one}") for one in references),
        ("imran", f"/referrals/{first}?verified=1"),
        ("imran", f"/referrals/{first}/history/4"),
        ("imran", f"/referrals/{first}/print"),
    ]


@pytest.mark.parametrize("mode", MODES)
def test_every_page_is_accessible_and_fits(mode: str, window: Window, shared_site: Served) -> None:
    for person, address in addresses(shared_site):
        page = window.open(mode, base_url=shared_site.url)
        page.context.add_cookies(
            [{"name": "apflow", "value": shared_site.secret(person), "url": shared_site.url}]
        )
        page.goto(address)
        assert pixels_too_wide(page) == 0, address
        if MODES[mode].javascript:
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert pixels_too_wide(page) == 0, f"{address}, all unfolded"
            assert axe_faults(page) == [], address
        page.close()


def test_on_a_narrow_screen_words_stand_for_the_drawing(
    window: Window, shared_site: Served
) -> None:
    reference = shared_site.invented.told_by(STORIES[0]).reference
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
    reference = shared_site.invented.told_by(STORIES[0]).reference
    page = window.open("light", base_url=shared_site.url)
    page.context.add_cookies(
        [{"name": "apflow", "value": shared_site.secret("imran"), "url": shared_site.url}]
    )
    page.goto(f"/referrals/{reference}")
    page.get_by_role("button", name="Hold the home visit").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/events/hold_home_visit")
