"""Every page of the application, as those who are there for it look at it, in every mode.

Each is well-formed, says what it is, is found without fault by axe in light, dark, forced colours
and at 320 px, where it needs no scrolling sideways; nothing of it is missing or forbidden.
"""

import pytest
from playwright.sync_api import Page, Response

from apflow.web.app import create
from tests.browser.browsing import Window, look_in, signed_in
from tests.browser.examining import axe_faults, pixels_too_wide
from tests.browser.structure import Marked
from tests.browser.table import LOOKS, Examples, Look, unseen
from tests.web.routes import routes_of
from tests.web_site import Served

#: In these only the colours are others.
COLOURS = ("dark", "forced-colors")
#: Everything that is folded away is looked at too.
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"


@pytest.fixture(scope="module")
def examples(pages: Served) -> Examples:
    return Examples(pages)


def shown(page: Page, look: Look, examples: Examples) -> Response:
    """Come to a page as a look says; return what was answered last."""
    answers: list[Response] = []
    page.on(
        "response",
        lambda answer: answers.append(answer) if answer.request.is_navigation_request() else None,
    )
    page.goto(examples.of(look.address))
    for do in look.doing:
        do(page)
    return [one for one in answers if not 300 <= one.status < 400][-1]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_is_without_fault_in_every_mode(
    look: Look, window: Window, pages: Served, examples: Examples
) -> None:
    page = window.open("light", base_url=pages.url)
    if look.who is not None:
        signed_in(page, pages.url, pages.secret(look.who))
    answer = shown(page, look, examples)
    assert answer.status == look.status
    assert Marked(page.url.removeprefix(pages.url), answer.text()).faults() == []
    page.evaluate(UNFOLD)
    for mode in ("light", "narrow", "dark", "forced-colors"):
        look_in(page, mode)
        assert pixels_too_wide(page) == 0, mode
        assert axe_faults(page, colours=mode in COLOURS) == [], mode


def test_every_page_fits_a_telephone_without_javascript(
    window: Window, pages: Served, examples: Examples
) -> None:
    for who in dict.fromkeys(look.who for look in LOOKS):
        page = window.open("no-javascript", base_url=pages.url)
        page.set_viewport_size({"width": 320, "height": 640})
        if who is not None:
            signed_in(page, pages.url, pages.secret(who))
        for address in dict.fromkeys(look.address for look in LOOKS if look.who == who):
            answer = page.goto(examples.of(address))
            assert answer is not None
            assert answer.status < 500, address
            assert pixels_too_wide(page) == 0, address
        page.close()


def test_no_page_is_left_out_of_the_table(pages: Served, examples: Examples) -> None:
    app = create(pages.work, None, pages.settings)  # type: ignore[arg-type]
    addresses = [examples.of(look.address) for look in LOOKS]
    assert unseen(list(routes_of(app)), addresses) == []
