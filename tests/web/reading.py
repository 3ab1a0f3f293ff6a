"""Reading a page as a test does: strictly, with its form fields and what it says."""

import re
from xml.etree.ElementTree import Element

import httpx

from tests.web.well_formed import tree_of


def read(answer: httpx.Response, status: int = 200) -> Element:
    """Return a page that has to be without fault: well-formed, one heading, its errors led to."""
    assert answer.status_code == status, answer.text[:2000]
    found = tree_of(answer.text)
    assert len(list(found.iter("h1"))) == 1
    ids = [one.get("id") for one in found.iter() if one.get("id")]
    assert len(ids) == len(set(ids)), "an id stands twice"
    title = "".join(found.find("head/title").itertext())  # type: ignore[union-attr]
    assert title.startswith("Error: ") == (status in (409, 422, 429)), title
    for error in problems(found).values():
        assert error in ids or error == "", f"nothing is called {error}"
    return found


def problems(found: Element) -> dict[str, str]:
    """Return what a page says is wrong: each sentence with the field that it leads to."""
    summaries = [one for one in found.iter() if "govuk-error-summary" in _classes(one)]
    return {
        words(one): next((link.get("href", "")[1:] for link in one.iter("a")), "")
        for summary in summaries
        for one in summary.iter("li")
    }


def words(element: Element) -> str:
    """Return an element's text in one line."""
    return " ".join("".join(element.itertext()).split())


def text_of(found: Element) -> str:
    """Return what the main part of a page says, in one line."""
    (main,) = found.iter("main")
    return words(main)


def fields(found: Element, action: str) -> dict[str, str]:
    """Return what the form of that action would send as it stands."""
    (form,) = [one for one in found.iter("form") if one.get("action") == action][:1]
    given: dict[str, str] = {}
    for one in form.iter():
        name = one.get("name")
        if name is None:
            continue
        kind = one.get("type")
        if one.tag == "select":
            chosen = [option for option in one.iter("option") if option.get("selected") is not None]
            given[name] = (chosen or list(one.iter("option")))[0].get("value", "")
        elif one.tag == "textarea":
            given[name] = "".join(one.itertext())
        elif kind not in ("checkbox", "radio") or one.get("checked") is not None:
            given[name] = one.get("value", "")
    return given


def rows(found: Element, caption: str) -> list[str]:
    """Return the rows of the table of that caption, each in one line."""
    for table in found.iter("table"):
        said = table.find("caption")
        if said is not None and words(said).startswith(caption):
            return [words(row) for row in table.iter("tr")][1:]
    return []


def done(found: Element) -> str:
    """Return what a page says was done, "" for nothing."""
    for one in found.iter():
        if "govuk-notification-banner__content" in _classes(one):
            return words(one)
    return ""


def secret(found: Element) -> str:
    """Return the secret that a page shows this once."""
    (one,) = [one for one in found.iter() if one.get("id") == "secret"]
    return words(one)


def follow(browser: httpx.Client, answer: httpx.Response) -> Element:
    """Return the page that an answer leads to."""
    assert answer.status_code == 303, answer.text[:2000]
    return read(browser.get(answer.headers["location"]))


def _classes(element: Element) -> list[str]:
    return re.split(r"\s+", element.get("class") or "")
