"""The page of the messages that did not arrive: to whom, about what, since when, why; no child."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from apflow.casework.notices import posting
from apflow.store import register
from tests.mail_server import MailServer, mail
from tests.small_office import MARKER, START, Office
from tests.web.reading import read, rows, text_of
from tests.web.small_site import small_site
from tests.web_site import Served

__all__ = ["mail"]

PATH = "/dashboard/notices"
TABLE = "Messages that did not reach everybody"
EXCLUDED = {"excluded": True, "excluded_on": "2026-01-12"}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[tuple[Served, Office]]:
    """Give the pages of a small office whose authority has two people, one with an address."""
    with small_site(tmp_path) as (site, office):
        with site.work.store.writing() as tx:
            register.change_person(tx, register.Person("lea", "Lea", "lea@la.example"))
            register.add_person(tx, register.Person("adam", "Adam"))
            register.add_membership(tx, register.Membership("adam", "administrator", None))
        yield site, office


def _send(site: Served, mail: MailServer, days: int = 0) -> None:
    now = START + timedelta(days=days)
    posting.send_due(site.work.office, mail.mailer(), now)


def _forget_address(site: Served) -> None:
    with site.work.store.writing() as tx:
        register.change_person(tx, register.Person("lea", "Lea"))


def test_each_message_is_listed_with_its_role_its_referral_and_what_came_of_it(
    small: tuple[Served, Office], mail: MailServer
) -> None:
    site, office = small
    first = office.opened("p1", START, **EXCLUDED)
    mail.codes["lea@la.example"] = "550"
    for day in range(20):
        _send(site, mail, day)
    second = office.opened("p2", START, **EXCLUDED)
    _send(site, mail)
    third = office.opened("p3", START + timedelta(hours=1), **EXCLUDED)
    _forget_address(site)
    _send(site, mail)
    found = read(site.browse("max").get(PATH))
    listed = rows(found, TABLE)
    assert [one.split()[0] for one in listed] == [third, first, second]
    nobody, given_up, later = listed
    assert "14 January 2026, 11am" in nobody
    assert "Nobody who holds this role there can be written to" in nobody
    assert "Authority" in nobody
    assert "A pupil has been excluded." in nobody
    assert "Given up: Lea" in given_up
    assert "refused (550)" in given_up
    assert "Tried again on 14 January 2026" in later
    assert f"/referrals/{first}" in [one.get("href") for one in found.iter("a")]
    for word in (MARKER, "@"):
        assert word not in text_of(found)


def test_there_is_a_next_page_and_none_is_lost(
    small: tuple[Served, Office], mail: MailServer
) -> None:
    site, office = small
    _forget_address(site)
    references = [
        office.opened(f"p{number % 5 + 1}", START + timedelta(minutes=number // 3), **EXCLUDED)
        for number in range(60)
    ]
    _send(site, mail, 1)
    browser, path = site.browse("ann"), PATH
    seen: list[str] = []
    while path:
        page = read(browser.get(path))
        listed = rows(page, TABLE)
        assert 0 < len(listed) <= 50
        seen += [one.split()[0] for one in listed]
        path = next((one.get("href", "") for one in page.iter("a") if one.get("rel") == "next"), "")
    assert sorted(seen) == sorted(references)
    # The newest ones first.
    assert set(seen[:3]) == set(references[-3:])
    for wrong in ("x", "a~b", "~~", "a~b~c~d"):
        assert browser.get(f"{PATH}?after={wrong}").status_code == 422


def test_where_nothing_is_amiss_the_page_says_so_and_what_is_not_sent_at_all(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    office.opened("p1", START, **EXCLUDED)
    said = text_of(read(site.browse("max").get(PATH)))
    assert "Every message that was tried has reached everybody" in said
    assert "No mail server is named" in said


def test_the_dashboard_leads_to_it_and_says_how_many_there_are(
    small: tuple[Served, Office], mail: MailServer
) -> None:
    site, office = small
    office.opened("p1", START, **EXCLUDED)
    _forget_address(site)
    browser = site.browse("max")
    (link,) = [one for one in read(browser.get("/dashboard")).iter("a") if one.get("href") == PATH]
    assert "".join(link.itertext()) == "Messages that did not arrive"
    _send(site, mail)
    (link,) = [one for one in read(browser.get("/dashboard")).iter("a") if one.get("href") == PATH]
    assert "".join(link.itertext()) == "Messages that did not arrive (1)"


def test_an_administrator_is_told_who_cannot_be_written_to_and_about_no_referral(
    small: tuple[Served, Office], mail: MailServer
) -> None:
    site, office = small
    reference = office.opened("p1", START, **EXCLUDED)
    browser = site.browse("adam")
    assert "No address" not in text_of(read(browser.get("/admin")))
    _forget_address(site)
    _send(site, mail)
    said = text_of(read(browser.get("/admin")))
    assert "No address Authority" in said
    assert reference not in said
    assert browser.get(PATH).status_code == 403


def test_it_takes_a_manager_or_an_auditor(small: tuple[Served, Office]) -> None:
    site, _ = small
    for person, status in (("max", 200), ("ann", 200), ("sue", 403), ("lea", 403), (None, 303)):
        assert site.browse(person).get(PATH).status_code == status
