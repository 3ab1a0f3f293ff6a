"""Dashboard, policies and forum day as people use them: on a narrow screen, in one pass."""

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.browsing import Window
from tests.browser.examining import axe_faults
from tests.invented_cohort import NOW, Invented, cohort
from tests.web_site import Moment, Served, copy_of, served, settings_for, shared_site

__all__ = ["cohort", "shared_site"]

FORUM = "/meetings/maidstone-and-malling/forum_meeting/2027-03-17"


def _signed_in(page: Page, site: Served, person: str) -> Page:
    page.context.add_cookies([{"name": "apflow", "value": site.secret(person), "url": site.url}])
    return page


def test_on_a_narrow_screen_words_stand_for_the_drawings(
    window: Window, shared_site: Served
) -> None:
    page = _signed_in(window.open("narrow", base_url=shared_site.url), shared_site, "morgan")
    for address in ("/dashboard", "/policy/heronsgate"):
        page.goto(address)
        for drawing in page.locator(".ap-drawing").all():
            assert not drawing.is_visible()
    page.goto("/dashboard?policy=maidstone-and-malling")
    assert page.get_by_role("rowheader", name="Pre-admission meeting").is_visible()


def test_a_forum_is_held_in_one_pass(window: Window, cohort: Invented, tmp_path: Path) -> None:
    moment = Moment(NOW + timedelta(days=7, hours=6))
    with (
        copy_of(cohort, tmp_path / "site") as work,
        served(work, cohort, settings_for(work, tmp_path / "site"), moment) as site,
    ):
        page = _signed_in(window.open("light", base_url=site.url), site, "helen")
        page.goto(FORUM)
        second = page.locator("section.mt-item").nth(1)
        name = second.locator("h3 a").inner_text()
        discussed = second.get_by_label("What was discussed?")
        assert not discussed.is_visible()
        second.get_by_label("Forum agrees a placement").check()
        assert discussed.is_visible()
        assert not second.get_by_text("Why is the referral not accepted?").is_visible()
        page.get_by_role("button", name="Record these decisions").click()
        assert page.title().startswith("Error: ")
        page.get_by_role("link", name=f"{name}: Enter an answer: What was discussed?").click()
        assert second.locator("textarea").first.evaluate("one => one === document.activeElement")
        assert axe_faults(page) == []
        for who in ("chair", "school", "pru"):
            page.locator(f"input[name=fact-forum_people-{who}][value=present]").check()
        discussed.fill("The pupil's own account was read.")
        second.get_by_label("Why does this placement meet").fill("Small groups meet the need.")
        page.get_by_role("button", name="Record these decisions").click()
        banner = page.get_by_role("alert")
        assert f"{name}: Forum agrees a placement. Now at: Home visit." in banner.inner_text()
        assert axe_faults(page) == []
        window.close()
