"""One's own account as people use it, by keyboard alone."""

from playwright.sync_api import expect

from tests.browser.browsing import Window
from tests.invented_cohort import cohort
from tests.web_site import Served, shared_site

__all__ = ["cohort", "shared_site"]


def test_a_password_is_changed_by_keyboard_alone(window: Window, shared_site: Served) -> None:
    page = window.open("light", base_url=shared_site.url)
    cookie = {"name": "apflow", "value": shared_site.secret("gwen"), "url": shared_site.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.goto("/account/password")
    page.get_by_label("The password that you have now", exact=True).focus()
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert page.title().startswith("Error: ")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.id")
    assert focused in ("current", "new")
