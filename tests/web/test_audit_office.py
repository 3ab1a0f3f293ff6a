"""What the office did, as auditors read it; nobody is named in an address."""

from datetime import timedelta

import pytest

from apflow.casework.accounts import people
from apflow.casework.calendars import change_calendar
from apflow.store import office_acts
from apflow.store.office_acts import COMMAND_LINE, OfficeAct
from tests.web.administering import administrator, handle
from tests.web.reading import problems, read, rows, text_of
from tests.web_site import Served

PATH = "/audit/acts"
TABLE = "What the office did"


def _busy(site: Served) -> None:
    """Have the office do a few things on two days."""
    administrator(site)
    office, now = site.work.office, site.moment.now
    days = b"start,end,kind\n2026-09-01,2027-07-21,term\n"
    change_calendar(office, "ashmead", days, "ashmead.csv", now, confirmed=True)
    people.give_role(office, "adam", "gwen", "forum", None, now)
    people.change_person(office, "adam", "hari", "Hari Stein", "hari@x.example", now)
    site.moment.later(days=1)
    people.disable(office, "adam", "ned", site.moment.now)


def test_acts_are_listed_in_words_newest_first(site: Served) -> None:
    _busy(site)
    listed = rows(read(site.browse("audrey").get(PATH)), TABLE)
    assert [one.split("am ", 1)[1] for one in listed] == [
        "Adam Kell Person disabled Ned Sorrel –",
        "Adam Kell Name or e-mail address changed Hari Stein "
        "E-mail address: nothing → hari@x.exampleName: Hari Stone → Hari Stein",
        "Adam Kell Role given Gwen Pascoe Role: Inclusion Forum",
        listed[3].split("am ", 1)[1],
    ]
    assert listed[3].startswith("10 March 2027, 9am The command line Calendar imported Ashmead")
    assert "File: ashmead.csv" in listed[3]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("what=give_role", 1),
        ("what=none_such", 4),
        ("first=11/3/2027", 1),
        ("last=10/3/2027", 3),
        ("first=10/3/2027&last=11/3/2027", 4),
        ("first=12/3/2027", 0),
    ],
)
def test_acts_are_found_by_what_and_when(site: Served, query: str, expected: int) -> None:
    _busy(site)
    found = read(site.browse("audrey").get(f"{PATH}?{query}"))
    assert len(rows(found, TABLE)) == expected


def test_acts_are_found_by_who_did_them_by_handle(site: Served) -> None:
    _busy(site)
    browser = site.browse("audrey")
    found = read(browser.get(f"{PATH}?who={handle(site, 'adam')}"))
    assert len(rows(found, TABLE)) == 3
    assert rows(read(browser.get(f"{PATH}?who={handle(site, 'rosa')}")), TABLE) == []
    for link in (one.get("href", "") for one in found.iter("a")):
        assert "adam" not in link
    for query, field in (("who=adam", "who"), ("first=x", "first"), ("last=31/2/2027", "last")):
        wrong = read(browser.get(f"{PATH}?{query}"), 422)
        assert list(problems(wrong).values()) == [field]


def test_many_acts_are_paged_without_losing_one(site: Served) -> None:
    with site.work.store.writing() as tx:
        for number in range(120):
            at = site.moment() + timedelta(seconds=number // 3)
            act = OfficeAct(at, COMMAND_LINE, "add_organisation", "organisation", f"n{number}")
            office_acts.add(tx, act)
    browser, path = site.browse("audrey"), PATH + "?what=add_organisation"
    seen: list[str] = []
    while path:
        found = read(browser.get(path))
        seen += rows(found, TABLE)
        path = next(
            (one.get("href", "") for one in found.iter("a") if one.get("rel") == "next"), ""
        )
    numbers = [int(one.split(" n")[-1].split()[0]) for one in seen]
    assert numbers == sorted(range(120), reverse=True)


def test_only_whoever_administers_too_is_led_to_administration(site: Served) -> None:
    _busy(site)
    assert "/admin/" not in site.browse("audrey").get(PATH).text
    people.give_role(site.work.office, "adam", "morgan", "administrator", None, site.moment())
    assert f"/admin/people/{handle(site, 'ned')}" in site.browse("morgan").get(PATH).text


def test_it_takes_an_auditor_or_a_manager(shared_site: Served) -> None:
    for person, status in (("audrey", 200), ("morgan", 200), ("gwen", 403), (None, 303)):
        assert shared_site.browse(person).get(PATH).status_code == status


def test_an_office_that_did_nothing_yet_says_so(site: Served) -> None:
    assert "Nothing was done" in text_of(read(site.browse("audrey").get(PATH)))
