"""Pages as trees, read strictly and fast: thousands are read.

Our templates close every element by its own end tag. Whoever holds them to that finds what is
out of place in a tenth of the time that the standard's algorithm takes; the pages are held to
that one too, each of them once, in `tests/browser`.
"""

from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

from typing_extensions import override

#: Elements that have no end tag (HTML Living Standard, 13.1.2).
_VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()  # noqa: SIM905
)


#: Elements before which a paragraph ends (the same, 13.2.6.4.7), so that its own end tag is lost.
_ENDS_P = frozenset(
    "address article aside blockquote details div dl fieldset figure footer form h1 h2 h3 h4 h5 h6"  # noqa: SIM905
    " header hr main nav ol p pre section table ul summary".split()
)
#: Elements that may not stand in one of the same name.
_NOT_IN_ITSELF = frozenset({"a", "button", "form", "option"})


class NotWellFormed(AssertionError):
    """A page on which something is out of place."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = TreeBuilder()
        self.open: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self._fault(f"<{tag}> says an attribute twice")
        if tag in _ENDS_P and "p" in self.open:
            self._fault(f"<{tag}> in a paragraph")
        if tag in _NOT_IN_ITSELF and tag in self.open:
            self._fault(f"<{tag}> in another")
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.builder.end(tag)
        else:
            self.open.append(tag)

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _VOID:
            return
        if "svg" not in self.open:
            self._fault(f"<{tag}/> stays open in HTML")
        self.handle_endtag(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self._fault(f"</{tag}> ends {self.open[-1:] or 'nothing'}")
        self.open.pop()
        self.builder.end(tag)

    @override
    def handle_data(self, data: str) -> None:
        if self.open:
            self.builder.data(data)
        elif data.strip():
            self._fault("words stand outside the page")

    def _fault(self, says: str) -> None:
        line, column = self.getpos()
        raise NotWellFormed(f"line {line}, column {column}: {says}")


def tree_of(html: str) -> Element:
    """Return a page as a tree, elements of drawings without a namespace. Raises NotWellFormed."""
    if not html.lstrip().lower().startswith("<!doctype html>"):
        raise NotWellFormed("a page begins with <!doctype html>")
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader.open:
        raise NotWellFormed(f"{reader.open} stay open")
    tree: Element = reader.builder.close()
    return tree
