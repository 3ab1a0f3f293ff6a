"""What is looked for in a page's own words is found: faults are planted and seen."""

import pytest

from tests.browser.structure import Marked

SOUND = """\
<!doctype html>
<html lang="en-GB"><head><title>A sound page – apflow</title></head>
<body><main id="main"><h1>A sound page</h1>
<h2 id="one">A part</h2>
<p>See <a href="#one">the part</a>, <a href="/referrals?state=placed">these</a> or
<a href="http://127.0.0.1/else#where">elsewhere</a>.</p>
<form method="post"><label for="name">Name</label><input id="name" name="name">
<select aria-label="Which"><option value=""></option><option value="1">One</option></select>
<label>Story <textarea name="story"></textarea></label><input type="hidden" name="seen">
<button>Record</button></form>
<table><caption>Some</caption><tr><th scope="row">One</th><td>1</td></tr></table>
</main></body></html>
"""


def test_a_sound_page_is_without_fault_and_says_where_it_leads() -> None:
    page = Marked("/somewhere", SOUND)
    assert page.faults() == []
    assert page.links == ["/somewhere", "/referrals?state=placed"]


@pytest.mark.parametrize(
    ("there", "planted", "found"),
    [
        ("</main>", "<p>a <b>bold end</main>", "line "),
        ("</main>", "<h1>Another</h1></main>", "2 headings of the first level"),
        ("</main>", "<h4>Deep</h4></main>", "level 4 follows one of level 2"),
        ("</main>", '<p id="one">Twice</p></main>', "'one' stands 2 times"),
        ("</main>", '<p aria-describedby="gone">It</p></main>', "points at nothing"),
        ("</main>", '<p><a href="#gone">It</a></p></main>', "leads to nothing"),
        ("</main>", '<p><a href="/somewhere#gone">It</a></p></main>', "leads to nothing"),
        ("</main>", '<input name="age"></main>', "'age'> has no label"),
        ("</main>", "<button></button></main>", "<button> {} says nothing"),
        ("</main>", '<p style="color:red">red</p></main>', "our own policy forbids"),
        ("</main>", '<p onclick="x()">red</p></main>', "our own policy forbids"),
        ("</main>", "<script>x()</script></main>", "stands in the page itself"),
        ("</main>", '<img src="/a.png"></main>', "has no words for it"),
        ("<caption>Some</caption>", "", "no caption"),
        (' scope="row"', "", "'One' of a table"),
        ("A sound page – apflow", " – apflow", "no title"),
        ('<h2 id="one">', '<h2 id="one" class="govuk-error-summary">', "that there is an error"),
        (' lang="en-GB"', "", "language"),
        ('<main id="main">', "<main><p>One</p></main><main>", "not one main part"),
    ],
)
def test_a_planted_fault_is_found(there: str, planted: str, found: str) -> None:
    faults = Marked("/somewhere", SOUND.replace(there, planted, 1)).faults()
    assert any(found in fault for fault in faults), faults
