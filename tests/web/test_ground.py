"""The ground of the pages: what every answer has, whoever asks and whatever goes wrong."""

import html5lib
import pytest

from apflow.web.shield import LARGEST_BODY
from tests.web.well_formed import tree_of
from tests.web_site import Served


def test_nobody_sees_a_page_without_signing_in_and_is_led_back_afterwards(
    shared_site: Served,
) -> None:
    answer = shared_site.browse().get("/account")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/account"


def test_every_answer_says_what_a_browser_may_do_with_it(shared_site: Served) -> None:
    for path in ("/sign-in", "/nowhere", "/healthz"):
        headers = shared_site.browse("gwen").get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


def test_a_static_file_is_kept_for_ever_under_its_fingerprint(shared_site: Served) -> None:
    page = tree_of(shared_site.browse().get("/sign-in").text)
    styles = [link.get("href", "") for link in page.iter("link") if link.get("rel") == "stylesheet"]
    assert len(styles) >= 2
    for href in styles:
        answer = shared_site.browse().get(href)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": ""}, False),
        ({"Origin": "own"}, True),
        ({"Origin": "https://elsewhere.example"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
)
def test_only_our_own_pages_change_anything_for_somebody_signed_in(
    shared_site: Served, headers: dict[str, str], passes: bool
) -> None:
    """CSRF: fetch metadata, else the origin, else nothing (OWASP)."""
    browser = shared_site.browse("gwen")
    del browser.headers["Sec-Fetch-Site"]
    given = {name: shared_site.url if one == "own" else one for name, one in headers.items()}
    answer = browser.post("/sign-out", headers=given)
    assert (answer.status_code == 303) == passes
    if not passes:
        assert answer.status_code == 403
        assert shared_site.accounts.visitor(browser.cookies["apflow"], shared_site.moment())


def test_more_than_is_read_is_refused_whatever_length_was_announced(shared_site: Served) -> None:
    browser = shared_site.browse()
    assert browser.post("/sign-in", content=b"x" * (LARGEST_BODY + 1)).status_code == 413

    def unannounced() -> object:
        for _ in range(LARGEST_BODY // 65536 + 2):
            yield b"x=" + b"y" * 65533 + b"&"

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = browser.post("/sign-in", content=unannounced(), headers=form)  # type: ignore[arg-type]
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/nowhere", "/referrals/MM-2026-000000-0", "/policy/none"])
def test_what_is_not_there_is_one_page_with_a_way_on(shared_site: Served, path: str) -> None:
    answer = shared_site.browse("gwen").get(path)
    assert answer.status_code == 404
    html5lib.HTMLParser(strict=True).parse(answer.text)
    assert "Page not found" in answer.text
    assert 'href="/"' in answer.text


def test_a_method_that_a_page_does_not_know_is_said_in_words(shared_site: Served) -> None:
    answer = shared_site.browse("gwen").post("/help")
    assert answer.status_code == 405
    assert "That cannot be done here" in answer.text
