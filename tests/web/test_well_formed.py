"""The reader of pages finds what is out of place."""

import pytest

from tests.web.well_formed import NotWellFormed, tree_of

_PAGE = "<!doctype html>\n<html><head><title>One</title></head><body>{}</body></html>\n"


def test_a_page_is_read_as_it_stands() -> None:
    page = tree_of(_PAGE.format('<p id="a">One<br>&amp; two</p><svg><path d="M0 0"/></svg>'))
    (paragraph,) = page.iter("p")
    assert "".join(paragraph.itertext()) == "One& two"
    assert [one.tag for one in page.iter()] == [
        "html", "head", "title", "body", "p", "br", "svg", "path",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        "<p>One",
        "<p>One</div>",
        "</p>",
        "<b><i>One</b></i>",
        '<p id="a" id="b">One</p>',
        "<div/>",
        "<p>One<div>two</div></p>",
        "<a>One<span><a>two</a></span></a>",
        "</body></html>words",
    ],
)
def test_what_is_out_of_place_is_found(wrong: str) -> None:
    with pytest.raises(NotWellFormed):
        tree_of(_PAGE.format(wrong))


def test_a_page_says_that_it_is_one() -> None:
    with pytest.raises(NotWellFormed, match="doctype"):
        tree_of("<html></html>")
