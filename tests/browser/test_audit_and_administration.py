"""The auditor's and administrator's pages, accounts and the pages about the site: axe, 320 px."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from apflow.store import register
from tests.browser.browsing import MODES, Window
from tests.browser.examining import axe_faults, pixels_too_wide
from tests.invented_cohort import cohort
from tests.web_site import Served, shared_site

__all__ = ["cohort", "shared_site"]

PANEL = "/admin/meetings/heronsgate/panel_meeting"
ADMINISTRATOR = "ada"
#: Who looks at which pages; {gwen} stands for the word by which Gwen is addressed.
ADDRESSES = {
    None: ("/help", "/accessibility", "/privacy", "/sign-in?out=1"),
    "gwen": ("/account", "/account/password", "/account/tokens?done=taken", "/account/feed"),
    "audrey": (
        "/audit",
        "/audit?who=nobody&recorded_from=soon",
        "/audit/reads",
        "/audit/acts",
        "/audit/acts?first=soon",
        "/audit/verify",
    ),
    ADMINISTRATOR: (
        "/admin",
        "/admin/people",
        "/admin/people/new",
        "/admin/people/{gwen}?done=given",
        "/admin/organisations",
        "/admin/organisations/harbour-house",
        "/admin/organisations/new",
        "/admin/calendars",
        "/admin/calendars/maidstone-and-malling?year=2026",
        "/admin/calendars/ashmead",
        "/admin/meetings",
        PANEL,
        f"{PANEL}/proposal",
        f"{PANEL}/proposal?every=x&unit=y&weekday=z",
        f"{PANEL}/2027-04-13/remove",
        "/admin/places",
    ),
}


@pytest.fixture(scope="module")
def site(shared_site: Served) -> Served:
    """Give the pages with an administrator who does nothing else."""
    with shared_site.work.store.writing() as tx:
        if register.get_person(tx, ADMINISTRATOR) is None:
            register.add_person(tx, register.Person(ADMINISTRATOR, "Ada Kell"))
            role = register.Membership(ADMINISTRATOR, "administrator", None)
            register.add_membership(tx, role)
    return shared_site


def _shown(site: Served, window: Window, mode: str) -> Iterator[tuple[str, Page]]:
    with site.work.store.reading() as tx:
        gwen = register.get_person(tx, "gwen")
    assert gwen is not None
    for person, addresses in ADDRESSES.items():
        page = window.open(mode, base_url=site.url)
        if person is not None:
            cookie = {"name": "apflow", "value": site.secret(person), "url": site.url}
            page.context.add_cookies([cookie])  # type: ignore[list-item]
        for address in addresses:
            page.goto(address.format(gwen=gwen.handle))
            yield address, page
        page.close()


@pytest.mark.parametrize("mode", MODES)
def test_every_page_is_accessible_and_fits(mode: str, window: Window, site: Served) -> None:
    for address, page in _shown(site, window, mode):
        assert pixels_too_wide(page) == 0, address
        if MODES[mode].javascript:
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert pixels_too_wide(page) == 0, f"{address}, all unfolded"
            assert axe_faults(page) == [], address


def test_a_password_is_changed_by_keyboard_alone(window: Window, site: Served) -> None:
    page = window.open("light", base_url=site.url)
    cookie = {"name": "apflow", "value": site.secret("gwen"), "url": site.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.goto("/account/password")
    page.get_by_label("The password that you have now", exact=True).focus()
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="There is a problem").wait_for()
    assert page.title().startswith("Error: ")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.id")
    assert focused in ("current", "new")
