"""Pages as a reader meets them: parsed strictly, and asked for their words, links and tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import httpx

from tests.web.well_formed import tree_of


@dataclass(frozen=True)
class Read:
    """One page, which is well-formed HTML or the test fails."""

    tree: Element

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements of that name with these attributes, those of drawings too."""
        return [
            one
            for one in self.tree.iter()
            if str(one.tag).rpartition("}")[2] == tag
            and all(one.get(name.rstrip("_")) == value for name, value in attributes.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """Return the only element of that name with these attributes."""
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def text(self) -> str:
        """Return the words of the whole page."""
        return words(self.one("body"))

    @property
    def title(self) -> str:
        return words(self.all("title")[0])

    @property
    def heading(self) -> str:
        """Return its one heading of the first level."""
        return words(self.one("h1"))

    @property
    def ids(self) -> list[str]:
        return [one.get("id", "") for one in self.tree.iter() if one.get("id")]

    @property
    def links(self) -> list[str]:
        return [
            one.get("href", "") for one in self.tree.iter() if one.tag == "a" and one.get("href")
        ]

    def table(self, caption: str) -> list[list[str]]:
        """Return the rows of the table with that caption, each as the words of its cells."""
        for table in self.all("table"):
            said = [words(one) for one in table.iter("caption")]
            if said and caption in said[0]:
                return [
                    [words(cell) for cell in row if cell.tag in ("th", "td")]
                    for body in table.iter("tbody")
                    for row in body.iter("tr")
                ]
        raise AssertionError(f"there is no table {caption}")


def read(answer: httpx.Response) -> Read:
    """Return a page that was answered; it has to parse without a single error."""
    tree = tree_of(answer.text)
    found = Read(tree)
    assert len(found.ids) == len(set(found.ids)), "an id stands twice"
    assert not [one for one in tree.iter() if one.get("style") is not None]
    return found


def words(element: Element) -> str:
    """Return what an element says, spaces made one."""
    return " ".join("".join(_texts(element)).split())


def _texts(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        yield " " if child.tag in ("p", "li", "br", "div") else ""
        yield child.tail or ""
