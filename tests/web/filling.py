"""A form as a browser without JavaScript sends it: found on a page, filled in, posted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

import httpx

from apflow.policy.facts import write_value
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Value
from apflow.web.forms.typed import prefilled
from tests.web.well_formed import tree_of

#: What stands between the words of a page.
_BLOCKS = ("p", "li", "br", "div", "dt", "dd", "h1", "h2", "h3", "legend", "label", "td", "th")


@dataclass
class Page:
    """A page that was answered: it parses without an error, and no id stands twice."""

    answer: httpx.Response
    tree: Element = field(init=False)

    def __post_init__(self) -> None:
        self.tree = tree_of(self.answer.text)
        assert len(self.ids) == len(set(self.ids)), "an id stands twice"

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def ids(self) -> list[str]:
        return [str(one.get("id")) for one in self.tree.iter() if one.get("id")]

    @property
    def words(self) -> str:
        """What the page says between its head and its foot, on one line."""
        main = next(self.tree.iter("main"))
        return " ".join(_text(main).split())

    @property
    def title(self) -> str:
        return " ".join(_text(next(self.tree.iter("title"))).split())

    @property
    def errors(self) -> dict[str, str]:
        """What the summary says is wrong, and where each leads."""
        found = {}
        for one in self.tree.iter("div"):
            if "govuk-error-summary" in str(one.get("class")).split():
                for link in one.iter("a"):
                    found[" ".join(_text(link).split())] = str(link.get("href"))
        return found

    @property
    def links(self) -> list[str]:
        """Where the page leads from its main part."""
        main = next(self.tree.iter("main"))
        return [str(one.get("href")) for one in main.iter("a")]

    def form(self) -> "Form":
        """Return the page's form, as it stands before anything is typed."""
        main = next(self.tree.iter("main"))
        found = next(main.iter("form"))
        form = Form(str(found.get("action")))
        for one in found.iter():
            for name, value in _says(one):
                form.said.setdefault(name, []).append(value)
        return form

    def control(self, name: str) -> Element:
        """Return the first input, select or textarea of that name."""
        return next(
            one
            for one in self.tree.iter()
            if one.tag in ("input", "select", "textarea") and one.get("name") == name
        )


@dataclass
class Form:
    """What a form would send, by the name of the input."""

    action: str
    said: dict[str, list[str]] = field(default_factory=dict)

    def fill(self, **typed: str) -> "Form":
        """Type into inputs; `fact_reason__x` is the input `fact-reason-x`: see `put`."""
        return self.put({name.replace("__", "-"): value for name, value in typed.items()})

    def put(self, typed: Mapping[str, str | Sequence[str]]) -> "Form":
        """Type into inputs by their names."""
        for name, value in typed.items():
            self.said[name] = [value] if isinstance(value, str) else list(value)
        return self

    def answer(self, lifecycle: Lifecycle, answers: Mapping[str, Value]) -> "Form":
        """Answer questions about facts."""
        for name, value in answers.items():
            self.put(prefilled(name, lifecycle.facts[name], write_value(value)))
        return self

    def send(self, browser: httpx.Client, action: str = "") -> httpx.Response:
        """Post it."""
        return browser.post(action or self.action, data=self.said)


def opened(browser: httpx.Client, path: str) -> Page:
    """Return the page at `path`, which has to be there."""
    page = Page(browser.get(path))
    assert page.status == 200, page.words
    return page


def _says(one: Element) -> list[tuple[str, str]]:
    name = one.get("name")
    if not name or one.get("disabled") is not None:
        return []
    if one.tag == "textarea":
        return [(name, (one.text or "").removeprefix("\n"))]
    if one.tag == "select":
        options = list(one.iter("option"))
        chosen = [o for o in options if o.get("selected") is not None] or options[:1]
        return [(name, str(option.get("value", option.text or ""))) for option in chosen]
    if one.tag != "input":
        return []
    if one.get("type") in ("radio", "checkbox") and one.get("checked") is None:
        return []
    return [(name, str(one.get("value", "")))]


def _text(one: Element) -> str:
    said = [one.text or ""]
    for child in one:
        said += [_text(child), " " if child.tag in _BLOCKS else "", child.tail or ""]
    return "".join(said)
