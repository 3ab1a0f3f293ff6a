"""Every link on every page leads somewhere, for whoever is shown it; every page is well-formed."""

import re

import pytest

from apflow.web.app import create
from tests.browser.crawling import Crawl
from tests.browser.table import NO_PAGES
from tests.web.routes import routes_of
from tests.web_site import Served

#: One of each role, and of both policies.
WHO = (
    "gwen", "imran", "rosa", "sefton", "helen", "olive", "hugh", "bridget", "hattie", "morgan",
    "audrey", "adam", "rolf",
)  # fmt: skip

#: Pages that a form leads to, or that somebody who is not signed in sees; a lasting address.
AFTER_A_FORM = (
    "/policy/{name}/clauses",
    "/admin/meetings/{policy}/{meeting}/proposal",
    "/sign-in",
    "/referrals/new/{_rest:path}",
    "/referrals/{reference}/events/{event}/check",
    "/referrals/{reference}/adopt/check",
    "/referrals/{reference}/erase/check",
)


@pytest.fixture(scope="module")
def crawl(pages: Served) -> Crawl:
    """Give everything that one of each role comes to by following links."""
    made = Crawl(pages.invented.referrals)
    for who in WHO:
        made.go(who, pages.browse(who))
    return made


def test_every_link_answers_for_whoever_is_shown_it(crawl: Crawl) -> None:
    assert list(crawl.dead_ends()) == []


def test_every_page_that_links_lead_to_is_well_formed(crawl: Crawl) -> None:
    assert list(crawl.faults()) == []


def test_a_link_to_a_place_within_a_page_finds_it(crawl: Crawl) -> None:
    assert list(crawl.lost()) == []


def test_every_form_is_sent_to_an_address_that_takes_it(crawl: Crawl, pages: Served) -> None:
    app = create(pages.work, None, pages.settings)  # type: ignore[arg-type]
    takes = [(method, re.sub(r"\{[^}]+\}", "[^/]+", path)) for method, path in routes_of(app)]
    lost = {
        form: page
        for form, page in crawl.forms().items()
        if not any(form[0] == method and re.fullmatch(path, form[1]) for method, path in takes)
    }
    assert lost == {}


def test_links_lead_to_every_page_that_has_no_need_of_a_form(crawl: Crawl, pages: Served) -> None:
    app = create(pages.work, None, pages.settings)  # type: ignore[arg-type]
    come_to = {visit.path.partition("?")[0] for visit in crawl.visits}
    unreached = [
        path
        for method, path in routes_of(app)
        if method == "GET" and not NO_PAGES.fullmatch(path)
        if not any(re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), one) for one in come_to)
    ]
    assert set(unreached) == set(AFTER_A_FORM)
