"""What the words of a page, as it was served, owe to whoever cannot see it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Final
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E

_CONTROLS: Final = ("input", "select", "textarea")
_SAYS: Final = ("a", "button", "label", "summary", "legend", "option")
_NEEDS_NO_LABEL: Final = ("hidden", "submit", "button", "image", "reset")
_POINTS_AT: Final = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form")
_NAMES: Final = ("aria-label", "aria-labelledby", "title")


@dataclass(frozen=True)
class Marked:
    """One page of HTML: `path` is where it came from."""

    path: str
    html: str
    _errors: list[str] = field(default_factory=list, compare=False)

    @cached_property
    def tree(self) -> Element:
        """The page as a browser builds it."""
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        tree: Element = parser.parse(self.html)
        self._errors.extend(
            f"line {line}, column {column}: {E[code] % details}"
            for (line, column), code, details in parser.errors
        )
        return tree

    @cached_property
    def elements(self) -> list[Element]:
        return list(self.tree.iter())

    @cached_property
    def ids(self) -> Counter[str]:
        return Counter(one.get("id", "") for one in self.elements if one.get("id") is not None)

    @cached_property
    def links(self) -> list[str]:
        """Where the page leads within the site: paths with their questions, without fragments."""
        found = dict.fromkeys(
            urljoin(self.path, link.get("href", "")).partition("#")[0]
            for link in self.elements
            if _name(link) == "a" and link.get("href")
        )
        return [href for href in found if not urlsplit(href).netloc]

    def faults(self) -> list[str]:
        """Everything in which the page departs from the standard or leaves somebody out."""
        elements = self.elements
        return [
            *self._errors,
            *self._head(),
            *self._pointers(elements),
            *self._controls(elements),
            *self._inline(elements),
            *self._headings(elements),
            *self._tables(elements),
        ]

    def _head(self) -> Iterator[str]:
        root = self.elements[0]
        if not (root.get("lang") or "").startswith("en"):
            yield "the page does not say its language"
        title = _words(next(one for one in self.elements if one.tag == "title"))
        summary = any("govuk-error-summary" in _classes(one) for one in self.elements)
        if not title or title.startswith(("–", "-")):
            yield "the page has no title of its own"
        if summary and not title.startswith("Error: "):
            yield f"the title does not say that there is an error: {title}"
        if sum(one.tag == "main" for one in self.elements) != 1:
            yield "there is not one main part"

    def _pointers(self, elements: list[Element]) -> Iterator[str]:
        yield from (f"the id {name!r} stands {n} times" for name, n in self.ids.items() if n > 1)
        for one in elements:
            for attribute in _POINTS_AT:
                for name in (one.get(attribute) or "").split():
                    if name not in self.ids:
                        yield f"{attribute}={name!r} of <{_name(one)}> points at nothing"
            href = one.get("href") or ""
            path, hashed, name = href.partition("#")
            here = path in ("", self.path)
            if _name(one) == "a" and hashed and here and name not in self.ids:
                yield f"the link {href!r} leads to nothing on its own page"

    def _controls(self, elements: list[Element]) -> Iterator[str]:
        labels = [one for one in elements if one.tag == "label"]
        labelled = {one.get("for") for one in labels if one.get("for")}
        wrapped = {id(one) for label in labels for one in label.iter()}
        for one in elements:
            name = _name(one)
            if name in _CONTROLS and one.get("type") not in _NEEDS_NO_LABEL:
                named = one.get("id") in labelled or id(one) in wrapped
                if not named and not _named(one):
                    yield f"<{name} name={one.get('name')!r}> has no label"
            empty_choice = name == "option" and one.get("value") == ""
            if name in _SAYS and not empty_choice and not _words(one) and not _named(one):
                yield f"<{name}> {one.attrib} says nothing"

    def _inline(self, elements: list[Element]) -> Iterator[str]:
        for one in elements:
            for attribute in one.attrib:
                if attribute == "style" or attribute.startswith("on"):
                    yield f"<{_name(one)} {attribute}> is what our own policy forbids"
            if _name(one) in ("style", "script") and "".join(one.itertext()).strip():
                yield f"<{_name(one)}> stands in the page itself"
            if _name(one) == "img" and one.get("alt") is None:
                yield f"<img src={one.get('src')!r}> has no words for it"

    def _headings(self, elements: list[Element]) -> Iterator[str]:
        levels = [int(str(one.tag)[1]) for one in elements if re.fullmatch("h[1-6]", str(one.tag))]
        if levels.count(1) != 1:
            yield f"there are {levels.count(1)} headings of the first level"
        for before, after in pairwise(levels):
            if after > before + 1:
                yield f"a heading of level {after} follows one of level {before}"

    def _tables(self, elements: list[Element]) -> Iterator[str]:
        for table in elements:
            if table.tag == "table":
                for one in table.iter("th"):
                    if one.get("scope") is None and _words(one):
                        yield f"the heading {_words(one)!r} of a table does not say of what"
                if table.find("caption") is None and not _named(table):
                    yield "a table has no caption"


def _words(one: Element) -> str:
    return " ".join("".join(one.itertext()).split())


def _named(one: Element) -> bool:
    return any(one.get(name) for name in _NAMES)


def _classes(one: Element) -> list[str]:
    return (one.get("class") or "").split()


def _name(one: Element) -> str:
    return str(one.tag).rpartition("}")[2]
