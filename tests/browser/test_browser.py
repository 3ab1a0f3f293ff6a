"""The browser's tests find what they are there to find: faults are planted and seen."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser import browsing
from tests.browser.browsing import MODES, Window, chromium_path
from tests.browser.examining import axe_faults, parse_errors, pixels_too_wide

SITE = "http://127.0.0.1:9/"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"
SOUND = """\
<!DOCTYPE html>
<html lang="en"><head><title>A sound page</title></head>
<body><main><h1>A sound page</h1><p>Nothing is wrong <a href="/">here</a>.</p></main></body></html>
"""
SCRIPT = "document.querySelector('h1').textContent = 'Written by a script'"


def _served(page: Page, html: str, **others: str) -> Page:
    """The page at `SITE`, answered from a string; `others` are files by their name."""

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(SITE)
        if not name:
            route.fulfill(
                body=html, content_type="text/html", headers={"Content-Security-Policy": POLICY}
            )
        elif name in others:
            route.fulfill(body=others[name], content_type="text/javascript")
        else:
            route.fulfill(status=404)

    page.route("**/*", answer)
    page.goto(SITE)
    return page


def _with(html: str) -> str:
    return SOUND.replace("</main>", f"{html}</main>")


@pytest.mark.parametrize("mode", MODES)
def test_a_sound_page_is_without_fault_in_every_mode(window: Window, mode: str) -> None:
    page = _served(window.open(mode), SOUND)
    assert page.get_by_role("heading").inner_text() == "A sound page"
    assert pixels_too_wide(page) == 0
    assert parse_errors(SOUND) == []
    if MODES[mode].javascript:
        assert axe_faults(page) == []


def test_axe_says_that_it_cannot_look_without_javascript(window: Window) -> None:
    page = _served(window.open("no-javascript"), SOUND)
    with pytest.raises(ValueError, match="without JavaScript"):
        axe_faults(page)


@pytest.mark.parametrize(
    ("planted", "rule"),
    [
        ('<img src="data:," alt>', None),
        ("<button></button>", "button-name"),
        ('<p style="color:#999">pale</p>', "color-contrast"),
        ("<h4>a step left out</h4>", "heading-order"),
        ('<div role="img"></div>', "role-img-alt"),
    ],
)
def test_a_planted_barrier_is_found(window: Window, planted: str, rule: str | None) -> None:
    page = window.open()
    page.set_content(_with(planted))
    assert [fault.split()[0] for fault in axe_faults(page)] == ([rule] if rule else [])


@pytest.mark.parametrize("mode", ["dark", "forced-colors"])
def test_looking_at_colours_alone_finds_pale_words_and_nothing_else(
    window: Window, mode: str
) -> None:
    page = window.open(mode)
    pale = '<p style="color:#222;background:#333;forced-color-adjust:none">pale</p>'
    page.set_content(_with(f"{pale}<h4>a step left out</h4>"))
    faults = axe_faults(page, colours=True)
    assert [fault.split()[0] for fault in faults] == ["color-contrast"]


def test_a_target_too_small_for_wcag_2_2_is_found(window: Window) -> None:
    page = window.open()
    small = '<button style="width:9px;height:9px;padding:0;position:absolute;left:%dpx">x</button>'
    page.set_content(_with("".join(small % left for left in (0, 9, 18))))
    assert any(fault.startswith("target-size") for fault in axe_faults(page))


def test_a_planted_parse_error_is_found_with_its_place() -> None:
    (error,) = parse_errors(_with("<p>a <b>bold end"))
    assert error.startswith("line 3, column ")


def test_a_page_wider_than_a_narrow_window_is_found(window: Window) -> None:
    page = window.open("narrow")
    page.set_content(_with('<p style="width:400px">wide</p>'))
    assert pixels_too_wide(page) > 50


def test_javascript_is_on_or_off_as_the_mode_says(window: Window) -> None:
    html = _with('<script src="/script.js"></script>')
    files = {"script.js": SCRIPT}
    on = _served(window.open("light"), html, **files)
    off = _served(window.open("no-javascript"), html, **files)
    assert on.locator("h1").inner_text() == "Written by a script"
    assert off.locator("h1").inner_text() == "A sound page"


@pytest.mark.parametrize(
    ("mode", "question"),
    [
        ("light", "(prefers-color-scheme: light) and (forced-colors: none)"),
        ("dark", "(prefers-color-scheme: dark) and (forced-colors: none)"),
        ("forced-colors", "(forced-colors: active)"),
        ("narrow", "(width: 320px)"),
    ],
)
def test_a_mode_is_what_the_page_sees(window: Window, mode: str, question: str) -> None:
    page = window.open(mode)
    assert page.evaluate("question => matchMedia(question).matches", question)


@pytest.mark.parametrize("mode", ["light", "no-javascript"])
@pytest.mark.parametrize(
    ("planted", "named"),
    [
        ('<p style="color:red">red</p>', "Content Security Policy"),
        ("<style>p{color:red}</style>", "Content Security Policy"),
        ('<img src="http://elsewhere.invalid/a.png" alt="">', "Content Security Policy"),
        ('<img src="/gone.png" alt="">', "did not come: http://127.0.0.1:9/gone.png (404)"),
    ],
)
def test_a_planted_fault_fails_the_test(
    chromium: Browser, mode: str, planted: str, named: str
) -> None:
    window = Window(chromium)
    _served(window.open(mode), _with(planted))
    with pytest.raises(AssertionError) as failed:
        window.close()
    assert named in str(failed.value)


@pytest.mark.parametrize(
    ("script", "named"),
    [
        ("throw new Error('out of joint')", "page error: out of joint"),
        ("console.error('not as it should be')", "console error: not as it should be"),
        ("Promise.reject(new Error('left alone'))", "page error: left alone"),
    ],
)
def test_an_error_of_a_script_fails_the_test(chromium: Browser, script: str, named: str) -> None:
    window = Window(chromium)
    _served(window.open(), _with('<script src="/script.js"></script>'), **{"script.js": script})
    with pytest.raises(AssertionError) as failed:
        window.close()
    assert named in str(failed.value)


def test_a_link_to_another_machine_followed_by_the_page_fails_the_test(chromium: Browser) -> None:
    window = Window(chromium)
    page = window.open()
    page.route("**/*", lambda route: route.fulfill(body=""))
    page.set_content('<img src="http://elsewhere.invalid/a.png" alt="">')
    with pytest.raises(AssertionError, match="asks another machine"):
        window.close()


def test_a_page_that_is_refused_is_no_fault(window: Window) -> None:
    page = window.open()
    page.route("**/*", lambda route: route.fulfill(status=422, body=SOUND))
    response = page.goto(SITE)
    assert response is not None
    assert response.status == 422


def test_where_there_is_no_chromium_the_tests_fail_and_say_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    monkeypatch.setattr(browsing, "DEBIAN", str(tmp_path / "chromium"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="make browser"):
        chromium_path(str(own))
    own.touch(mode=0o755)
    assert chromium_path(str(own)) == str(own)
