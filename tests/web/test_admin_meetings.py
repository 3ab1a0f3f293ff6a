"""When meetings sit, as administrators list it."""

from datetime import date

import pytest

from apflow.store import register
from tests.web.administering import administrator, done_by
from tests.web.reading import done, fields, follow, problems, read, rows, text_of
from tests.web_site import Served

PANEL = "/admin/meetings/heronsgate/panel_meeting"
FORUM = "/admin/meetings/maidstone-and-malling/forum_meeting"


def _listed(site: Served, policy: str = "heronsgate") -> tuple[date, ...]:
    with site.work.store.reading() as tx:
        (found,) = register.sittings(tx, policy).values()
    return found


def test_every_meeting_is_listed_with_its_next_sitting(shared_site: Served) -> None:
    found = read(administrator(shared_site).get("/admin/meetings"))
    forum, panel = sorted(rows(found, "Meetings"))
    assert forum.startswith("Inclusion ForumMaidstone")
    assert "does not say how often" in forum
    assert "Every month, on school days" in panel


def test_a_day_is_listed_once_and_written_down(site: Served) -> None:
    browser = administrator(site)
    page = follow(browser, browser.post(PANEL, data={"day": "24/6/2027"}))
    assert done(page) == "1 sitting listed."
    assert any(one.startswith("Thu 24 Jun 2027 0") for one in rows(page, "Sittings to come"))
    again = follow(browser, browser.post(PANEL, data={"day": "24 June 2027"}))
    assert done(again) == "It was listed already."
    assert done_by(site) == [
        ("adam", "list_sitting", "heronsgate/panel_meeting/2027-06-24")
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["", "31/2/2027", "soon", "24/6/2077", "1/1/1950"])
def test_what_is_no_day_within_reach_is_said_and_kept(shared_site: Served, typed: str) -> None:
    browser, before = administrator(shared_site), _listed(shared_site)
    found = read(browser.post(PANEL, data={"day": typed}), 422)
    assert list(problems(found).values()) == ["day"]
    assert fields(found, PANEL)["day"] == typed
    assert _listed(shared_site) == before


def test_days_are_proposed_as_the_policy_says_and_listed_when_ticked(site: Served) -> None:
    browser = administrator(site)
    found = read(browser.get(f"{PANEL}/proposal"))
    days = [one.get("value", "") for one in found.iter("input") if one.get("name") == "ticked"]
    assert len(days) >= 3
    for day in map(date.fromisoformat, days):
        assert day.weekday() == 1
        assert day not in _listed(site)
    page = follow(browser, browser.post(PANEL, data={"ticked": days[:2]}))
    assert done(page) == "2 sittings listed."
    assert set(map(date.fromisoformat, days[:2])) <= set(_listed(site))
    assert date.fromisoformat(days[2]) not in _listed(site)


def test_where_the_policy_says_nothing_the_administrator_says_how_often(
    shared_site: Served,
) -> None:
    browser = administrator(shared_site)
    quiet = read(browser.get(f"{FORUM}/proposal"))
    assert [one for one in quiet.iter("input") if one.get("name") == "ticked"] == []
    asked = "every=2&unit=week&weekday=wednesday&term_time=yes&first=1/9/2027&last=31/10/2027"
    found = read(browser.get(f"{FORUM}/proposal?{asked}"))
    days = [one.get("value", "") for one in found.iter("input") if one.get("name") == "ticked"]
    assert days
    assert all(date.fromisoformat(day).weekday() == 2 for day in days)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("every=0&unit=week&weekday=monday", "every"),
        ("every=²&unit=week&weekday=monday", "every"),
        ("every=1&unit=hour&weekday=monday", "unit"),
        ("every=1&unit=week&weekday=someday", "weekday"),
        ("every=1&unit=week&weekday=monday&first=x", "first"),
        ("every=1&unit=week&weekday=monday&first=2/5/2027&last=1/5/2027", "last"),
    ],
)
def test_a_rhythm_that_cannot_be_is_said_at_its_field(
    shared_site: Served, asked: str, field: str
) -> None:
    found = read(administrator(shared_site).get(f"{FORUM}/proposal?{asked}"), 422)
    assert list(problems(found).values()) == [field]


def test_a_sitting_to_come_is_taken_away_after_a_question(site: Served) -> None:
    browser = administrator(site)
    on = next(one for one in _listed(site) if one > date(2027, 3, 10))
    path = f"{PANEL}/{on.isoformat()}/remove"
    asked = text_of(read(browser.get(path)))
    assert f"{on.day} {on:%B %Y}?" in asked
    assert "put down for it" in asked
    assert on in _listed(site), "asking removes nothing"
    page = follow(browser, browser.post(path))
    assert "no longer listed" in done(page)
    assert on not in _listed(site)
    assert done_by(site)[0][1] == "remove_sitting"
    assert browser.get(path).status_code == 404


def test_a_sitting_at_which_something_was_decided_stays(shared_site: Served) -> None:
    browser = administrator(shared_site)
    past = [one for one in _listed(shared_site) if one < date(2027, 3, 10)]
    paths = [f"{PANEL}/{one.isoformat()}/remove" for one in past]
    kept = [path for path in paths if "stays listed" in text_of(read(browser.get(path)))]
    assert kept
    answer = browser.post(kept[-1])
    assert answer.status_code == 422
    assert _listed(shared_site)[: len(past)] == tuple(past)


@pytest.mark.parametrize(
    "path",
    [
        "/admin/meetings/none/panel_meeting",
        "/admin/meetings/heronsgate/none",
        f"{PANEL}/2027-03-11/remove",
        f"{PANEL}/never/remove",
    ],
)
def test_what_is_not_there_is_no_page(shared_site: Served, path: str) -> None:
    assert administrator(shared_site).get(path).status_code == 404
