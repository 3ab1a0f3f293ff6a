"""The pages about the site: for everybody, signed in or not."""

from pathlib import Path

import html5lib
import pytest

from apflow.web.about import OWN_WORDS, paragraphs
from tests.web_site import Served

PAGES = ("/help", "/accessibility", "/privacy")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("person", [None, "gwen", "audrey"])
def test_pages_about_the_site_are_there_for_everybody(
    shared_site: Served, path: str, person: str | None
) -> None:
    answer = shared_site.browse(person).get(path)
    assert answer.status_code == 200
    html5lib.HTMLParser(strict=True).parse(answer.text)
    assert answer.text.count("<h1") == 1
    assert ("Sign out" in answer.text) == (person is not None)


def test_help_has_ten_things_and_leads_to_each(shared_site: Served) -> None:
    text = shared_site.browse().get("/help").text
    places = [part.split('"', 1)[0] for part in text.split('href="#')[1:]]
    named = [place for place in places if place != "main"]
    assert len(named) == 10
    for place in named:
        assert text.count(f'id="{place}"') == 1


def test_the_controllers_own_words_stand_on_the_privacy_page_as_text(site: Served) -> None:
    client = site.browse()
    assert "has not put its own privacy notice" in client.get("/privacy").text
    words = "We are Wealdshire.\nWrite to us.\n\n\n<b>Article 6(1)(e)</b>\n"
    (site.settings.home / OWN_WORDS).write_text(words, encoding="utf-8")
    text = client.get("/privacy").text
    assert "has not put its own privacy notice" not in text
    assert "We are Wealdshire.<br>Write to us." in text
    assert "&lt;b&gt;Article 6(1)(e)&lt;/b&gt;" in text


def test_words_that_are_no_text_break_nothing(tmp_path: Path) -> None:
    assert paragraphs(tmp_path / "none.txt") == ()
    assert paragraphs(tmp_path) == ()
    file = tmp_path / OWN_WORDS
    file.write_bytes(b"\xff\xfe\n\nfurther on")
    assert paragraphs(file)[-1] == ("further on",)
    file.write_bytes(b"\n \n")
    assert paragraphs(file) == ()
