"""A real Chromium, the ways in which people look at a page, and what goes wrong while they do."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

DEBIAN = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HERE = ("127.0.0.1", "localhost", "::1")
PATIENCE = 10_000  # milliseconds, for a page to come and for what is looked for in it


@dataclass(frozen=True)
class Mode:
    """One way of looking at a page; `width` and `height` in CSS pixels."""

    width: int = 1280
    height: int = 900
    colours: Literal["light", "dark"] = "light"
    forced: Literal["active", "none"] = "none"
    javascript: bool = True


MODES = {
    "light": Mode(),
    "dark": Mode(colours="dark"),
    "forced-colors": Mode(colours="dark", forced="active"),
    "narrow": Mode(width=320, height=640),
    "no-javascript": Mode(javascript=False),
}


def look_in(page: Page, mode: str) -> None:
    """Show a page that is open already in another of `MODES` (all but without JavaScript)."""
    look = MODES[mode]
    page.set_viewport_size({"width": look.width, "height": look.height})
    page.emulate_media(color_scheme=look.colours, forced_colors=look.forced)


def signed_in(page: Page, url: str, secret: str) -> Page:
    """Return a page whose visitor has the session of that secret at `url`."""
    page.context.add_cookies([{"name": "apflow", "value": secret, "url": url}])
    return page


class Window:
    """Opens pages, and gathers in `faults` what goes wrong in any of them.

    A fault is an error thrown by a page, an error in its console (what the content security
    policy forbids is one), a style, script or picture that does not come, or a request to
    another machine.
    """

    def __init__(self, browser: Browser) -> None:
        self.faults: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def open(self, mode: str = "light", **options: Any) -> Page:
        """A blank page of a fresh visitor (no cookies) who looks in one of `MODES`.

        `options` go to Playwright's `new_context`: base_url, extra_http_headers, storage_state ...
        """
        look = MODES[mode]
        context = self._browser.new_context(
            viewport={"width": look.width, "height": look.height},
            color_scheme=look.colours,
            forced_colors=look.forced,
            java_script_enabled=look.javascript,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/London",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._note("page error", str(error.error)))
        context.on("request", self._follow)
        context.on("requestfailed", self._lost)
        context.on("response", self._answered)
        self._contexts.append(context)
        return context.new_page()

    def settle(self) -> None:
        """Wait until everything that the pages have said so far has been heard."""
        for context in self._contexts:
            for page in context.pages:
                page.wait_for_load_state()
                page.evaluate("0")

    def close(self) -> None:
        """Close the pages; raises AssertionError naming the faults, if there are any."""
        self.settle()
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        assert not self.faults, "\n".join(["The browser found fault:", *self.faults])

    def _note(self, kind: str, what: str) -> None:
        self.faults.append(f"{kind}: {what}")

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium also says this of a page that is rightly refused; `_answered` knows better.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._note("console error", f"{message.text} ({message.location['url']})")

    def _follow(self, request: Request) -> None:
        there = urlsplit(request.url)
        if there.scheme in ("http", "https", "ws", "wss") and there.hostname not in HERE:
            self._note("asks another machine", request.url)

    def _lost(self, request: Request) -> None:
        # A download and a page left before it came are "aborted" too.
        if request.failure != "net::ERR_ABORTED":
            self._note("did not come", f"{request.url} ({request.failure})")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self._note("did not come", f"{response.url} ({response.status})")


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A Chromium of its own; raises RuntimeError where there is none."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(playwright.chromium.executable_path),
            headless=True,
            args=list(FLAGS),
        )
        try:
            yield browser
        finally:
            browser.close()


def chromium_path(own: str) -> str:
    """Debian's Chromium, one on the PATH, or Playwright's at `own`: the first that is there.

    Raises RuntimeError where there is none, for a test that looks at nothing proves nothing.
    """
    found = shutil.which(DEBIAN) or shutil.which("chromium") or shutil.which(own)
    if found is None:
        raise RuntimeError("there is no Chromium to look at the pages with; run `make browser`")
    return found
