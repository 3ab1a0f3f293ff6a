"""What a machine can tell about a page: accessible, well-formed, not wider than the window."""

from typing import Any, Final

import html5lib
from axe_playwright_python.sync_playwright import Axe
from html5lib.constants import E
from playwright.sync_api import Page

# WCAG 2.2 AA with everything it contains, and what the makers of axe think wise besides.
STANDARDS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# In axe this rule of WCAG 2.2 (2.5.8, target size) is off until it is asked for by name.
ASKED_BY_NAME: Final = {"target-size": {"enabled": True}}

#: Its rules whose answer is another in other colours.
OF_COLOURS: Final = ("color-contrast", "link-in-text-block")


def axe_faults(page: Page, *, colours: bool = False) -> list[str]:
    """What axe finds against `STANDARDS` on the page as it stands, one line for each element.

    With `colours` only what depends on them is looked at. axe comes in through the debugger, for
    the site's content security policy forbids foreign scripts. Raises ValueError for a page
    without JavaScript, on which axe would never come back.
    """
    if page.evaluate("matchMedia('(scripting: none)').matches"):
        raise ValueError("axe cannot look at a page without JavaScript")
    chosen: dict[str, Any] = {"type": "tag", "values": list(STANDARDS)}
    if colours:
        chosen = {"type": "rule", "values": list(OF_COLOURS)}
    options = {"runOnly": chosen, "rules": ASKED_BY_NAME, "resultTypes": ["violations"]}
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(Axe().axe_script)
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {element['html']}"
        for rule in found["violations"]
        for element in rule["nodes"]
    ]


def parse_errors(html: str) -> list[str]:
    """Where HTML, as it was served, departs from the standard; each with its line and column."""
    parser = html5lib.HTMLParser()
    parser.parse(html)
    return [
        f"line {line}, column {column}: {E[code] % details}"
        for (line, column), code, details in parser.errors
    ]


def pixels_too_wide(page: Page) -> int:
    """How far the page reaches beyond its window, in CSS pixels: none, if it reflows."""
    wide: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wide
