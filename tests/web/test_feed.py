"""The calendar feed over HTTP: its address is the secret, and what it gives names no child."""

import logging
from datetime import date, timedelta
from typing import Any

import icalendar
import pytest

from apflow.casework.cohort.people import pupil_words
from apflow.store import register
from tests.web_site import Served


def address(site: Served, person: str) -> str:
    """Return the address of a new feed of somebody."""
    secret = site.accounts.issue_token(person, "feed", "phone", None, site.moment())
    return f"/feeds/{secret}.ics"


def events(content: bytes) -> list[Any]:
    """Return the events of a feed, which no reader finds fault with."""
    read: Any = icalendar.Calendar.from_ical(content)
    found = read.walk("VEVENT")
    assert all(not one.errors for one in found)
    return list(found)


@pytest.mark.parametrize("person", ["rosa", "gwen", "imran", "helen", "olive", "morgan"])
def test_a_calendar_program_reads_what_falls_to_its_person(site: Served, person: str) -> None:
    answer = site.browse().get(address(site, person))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    for event in events(answer.content):
        assert str(event["URL"]).startswith(site.settings.web_url + "/")
        assert isinstance(event["DTSTART"].dt, date)


def test_there_is_something_in_it(site: Served) -> None:
    assert len(events(site.browse().get(address(site, "rosa")).content)) > 10


def test_it_holds_no_word_of_a_child(site: Served) -> None:
    for person in ("rosa", "morgan", "hugh"):
        text = site.browse().get(address(site, person)).text
        assert [word for word in pupil_words() if word in text] == []


def test_it_needs_no_session_and_gives_none(site: Served) -> None:
    answer = site.browse().get(address(site, "rosa"))
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_who_has_it_already_is_not_given_it_again(site: Served) -> None:
    at = address(site, "rosa")
    first = site.browse().get(at)
    site.moment.later(minutes=5)
    tag = first.headers["etag"]
    for known in (tag, tag.removeprefix("W/"), f'"another", {tag}', "*"):
        again = site.browse().get(at, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert site.browse().get(at, headers={"If-None-Match": '"another"'}).status_code == 200


def test_what_changed_is_given_again(site: Served) -> None:
    at = address(site, "rosa")
    tag = site.browse().get(at).headers["etag"]
    site.moment.later(days=40)
    site.work.fire_due(site.moment())
    assert site.browse().get(at, headers={"If-None-Match": tag}).status_code == 200


def test_its_head_is_its_head(site: Served) -> None:
    at = address(site, "rosa")
    head, whole = site.browse().head(at), site.browse().get(at)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]


def refused(site: Served, at: str) -> None:
    answer = site.browse().get(at)
    assert answer.status_code == 404
    assert answer.text == "There is no calendar at this address.\n"
    assert answer.headers["content-type"].startswith("text/plain")


def test_it_ends_when_it_is_taken_back(site: Served) -> None:
    at = address(site, "rosa")
    (token,) = site.accounts.tokens_of("rosa", site.moment())
    assert site.browse().get(at).status_code == 200
    site.accounts.revoke_token("rosa", token.id, site.moment())
    refused(site, at)


def test_it_ends_when_its_person_is_disabled(site: Served) -> None:
    at = address(site, "rosa")
    with site.work.store.writing() as tx:
        register.disable(tx, "rosa", site.moment())
    refused(site, at)


def test_a_programs_token_is_no_feed(site: Served) -> None:
    ends = site.moment() + timedelta(days=30)
    secret = site.accounts.issue_token("rosa", "api", "a script", ends, site.moment())
    refused(site, f"/feeds/{secret}.ics")


@pytest.mark.parametrize("token", ["x", "feed_", "%00", "%ff", "é", "feed_" + "x" * 500, "%20"])
def test_whatever_else_is_asked_for_is_not_there(shared_site: Served, token: str) -> None:
    refused(shared_site, f"/feeds/{token}.ics")


def test_its_address_is_never_logged(site: Served, caplog: pytest.LogCaptureFixture) -> None:
    at = address(site, "rosa")
    with caplog.at_level(logging.DEBUG, "apflow"), caplog.at_level(logging.DEBUG, "uvicorn"):
        site.browse().get(at)
        site.browse().post(at)
        site.browse().get(at.replace("feed_", "feed_x"))
    ours = [one for one in caplog.records if one.name.startswith(("apflow", "uvicorn"))]
    assert not any(at in one.getMessage() or "feed_" in one.getMessage() for one in ours)


def test_its_use_is_written_down_once_an_hour(site: Served) -> None:
    at, began = address(site, "rosa"), site.moment()

    def used() -> Any:
        return site.accounts.tokens_of("rosa", site.moment())[0].last_used_at

    site.browse().get(at)
    assert used() == began
    site.moment.later(minutes=59)
    site.browse().get(at)
    assert used() == began
    site.moment.later(minutes=1)
    site.browse().get(at)
    assert used() == site.moment()
