"""What programs and calendars show instead of a person: shown once, taken back at any time."""

from datetime import timedelta

import pytest

from apflow.casework.accounts import Kind
from tests.web.administering import done_by
from tests.web.reading import done, follow, problems, read, rows, secret
from tests.web_site import Served


def test_a_token_is_shown_once_and_lets_a_program_in(site: Served) -> None:
    browser = site.browse("gwen")
    form = {"name": "Our <b>system</b>", "days": "30"}
    shown = secret(read(browser.post("/account/tokens", data=form)))
    assert shown.startswith("apf_")
    found = browser.get("/account/tokens")
    assert shown not in found.text
    (listed,) = rows(read(found), "Your tokens")
    assert "Our <b>system</b>" in listed
    assert "9 April 2027" in listed
    visitor = site.accounts.by_token(shown, "api", site.moment())
    assert visitor is not None
    assert visitor.person == "gwen"
    assert site.accounts.by_token(shown, "feed", site.moment()) is None
    site.moment.later(days=31)
    assert site.accounts.by_token(shown, "api", site.moment()) is None


def test_a_token_that_is_taken_back_lets_nobody_in(site: Served) -> None:
    browser = site.browse("gwen")
    shown = secret(read(browser.post("/account/tokens", data={"name": "It", "days": "365"})))
    found = read(browser.get("/account/tokens"))
    (token,) = [one.get("value", "") for one in found.iter("input") if one.get("name") == "token"]
    form = {"token": token, "kind": "api"}
    assert done(follow(browser, browser.post("/account/tokens/revoke", data=form))) == (
        "It no longer works."
    )
    assert site.accounts.by_token(shown, "api", site.moment()) is None
    again = follow(browser, browser.post("/account/tokens/revoke", data=form))
    assert done(again) == "It was taken back already."
    assert [one[1] for one in done_by(site)] == ["revoke_token", "issue_token"]


def test_nobody_takes_back_the_token_of_somebody_else(site: Served) -> None:
    until = site.moment() + timedelta(days=30)
    kind: Kind = "api"
    shown = site.accounts.issue_token("hari", kind, "His", until, site.moment())
    (token,) = site.accounts.tokens_of("hari", site.moment())
    gwen = site.browse("gwen")
    follow(gwen, gwen.post("/account/tokens/revoke", data={"token": token.id, "kind": "api"}))
    assert site.accounts.by_token(shown, "api", site.moment()) is not None
    assert "His" not in gwen.get("/account/tokens").text


def test_the_address_of_a_feed_is_shown_once_whole(site: Served) -> None:
    browser = site.browse("gwen")
    shown = secret(read(browser.post("/account/feed", data={"name": "My telephone"})))
    assert shown.startswith("http://127.0.0.1:8000/feeds/feed_")
    assert shown.endswith(".ics")
    word = shown.rpartition("/")[2].removesuffix(".ics")
    assert word not in browser.get("/account/feed").text
    assert len(rows(read(browser.get("/account/feed")), "Your addresses")) == 1
    assert rows(read(browser.get("/account/tokens")), "Your tokens") == []
    served = site.browse().get(f"/feeds/{word}.ics")
    assert served.status_code == 200
    assert served.headers["content-type"].startswith("text/calendar")
    found = read(browser.get("/account/feed"))
    (token,) = [one.get("value", "") for one in found.iter("input") if one.get("name") == "token"]
    answer = browser.post("/account/tokens/revoke", data={"token": token, "kind": "feed"})
    assert answer.headers["location"].startswith("/account/feed")
    assert site.browse().get(f"/feeds/{word}.ics").status_code == 404


@pytest.mark.parametrize(
    ("path", "form", "field"),
    [
        ("/account/tokens", {"name": "", "days": "30"}, "name"),
        ("/account/tokens", {"name": "It", "days": "4000"}, "days"),
        ("/account/tokens", {"name": "It", "days": ""}, "days"),
        ("/account/tokens", {"name": "x" * 500, "days": "30"}, "name"),
        ("/account/tokens", {"name": "It\x07", "days": "30"}, "name"),
        ("/account/feed", {"name": " "}, "name"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    site: Served, path: str, form: dict[str, str], field: str
) -> None:
    found = read(site.browse("gwen").post(path, data=form), 422)
    assert list(problems(found).values()) == [field]
    assert site.accounts.tokens_of("gwen", site.moment()) == ()


def test_there_is_an_end_to_how_many_tokens_one_has(site: Served) -> None:
    browser = site.browse("gwen")
    for number in range(20):
        assert browser.post("/account/feed", data={"name": str(number)}).status_code == 200
    (says,) = problems(read(browser.post("/account/feed", data={"name": "One more"}), 422))
    assert "take one back first" in says
