"""All referrals: filters that stand in the address, searches that do not, pages of both."""

import re

import pytest

from apflow.store import register
from tests.web.pages_read import Read, read, words
from tests.web_site import Served

TABLE = "Referrals, what is due first"


def found(page: Read) -> list[str]:
    """Return the references of the table; none where nothing was found."""
    try:
        rows = page.table(TABLE)
    except AssertionError:
        return []
    return [re.findall(r"[A-Z]{2}-\d{4}-\w{6}-\w", row[0])[0] for row in rows]


def every_page(site: Served, person: str, address: str) -> list[str]:
    """Return the references on this page and all that follow it."""
    browser, references = site.browse(person), []
    while address:
        page = read(browser.get(address))
        references += found(page)
        more = [one for one in page.links if "after=" in one]
        address = more[0] if more else ""
    return references


def pupil_of(site: Served, reference: str) -> str:
    with site.work.store.reading() as tx:
        pupil = register.get_pupil(tx, site.invented.referrals[reference].pupil)
    assert pupil is not None
    assert pupil.name is not None
    return pupil.name


def test_everything_in_scope_is_listed_once(shared_site: Served) -> None:
    every = every_page(shared_site, "morgan", "/referrals")
    assert sorted(every) == sorted(shared_site.invented.referrals)
    gwens = every_page(shared_site, "gwen", "/referrals")
    assert sorted(gwens) == sorted(
        one.reference
        for one in shared_site.invented.referrals.values()
        if "ashmead" in (one.parties.get("referring_school"), one.parties.get("receiving_school"))
    )


def test_the_filters_stand_in_the_address_and_do_what_they_say(shared_site: Served) -> None:
    everything = shared_site.invented.referrals.values()
    for address, fits in (
        ("?policy=heronsgate", lambda one: one.lifecycle == "heronsgate"),
        ("?state=placed", lambda one: one.state == "placed"),
        (
            "?policy=maidstone-and-malling&state=placed",
            lambda one: one.state == "placed" and one.lifecycle == "maidstone-and-malling",
        ),
        ("?closed=closed", lambda one: one.closed_on is not None),
        ("?closed=open", lambda one: one.closed_on is None),
        ("?school=ashmead", lambda one: "ashmead" in one.parties.values()),
        ("?opened_from=2027-03-01", lambda one: one.opened_on.isoformat() >= "2027-03-01"),
        ("?opened_to=2026-12-01", lambda one: one.opened_on.isoformat() <= "2026-12-01"),
    ):
        wanted = sorted(one.reference for one in everything if fits(one))
        assert sorted(every_page(shared_site, "morgan", f"/referrals{address}")) == wanted, address
        assert wanted, address


def test_what_was_chosen_stays_chosen(shared_site: Served) -> None:
    browser = shared_site.browse("morgan")
    page = read(browser.get("/referrals?policy=heronsgate&closed=open&opened_from=2026-09-01"))
    assert page.one("select", id="policy").find("option[@selected]").get("value") == "heronsgate"  # type: ignore[union-attr]
    assert page.one("input", id="opened_from").get("value") == "2026-09-01"
    assert [one for one in page.all("details") if one.get("open") is not None]
    titles = [words(one) for one in page.one("select", id="state").iter("option")]
    assert "Agreement" in titles
    assert "CAF and papers" not in titles, "only states of the policy that is chosen"


def test_mine_are_those_i_have(shared_site: Served) -> None:
    mine = every_page(shared_site, "rosa", "/referrals?owner=mine")
    owned = [one for one in shared_site.invented.referrals.values() if one.owner == "rosa"]
    assert sorted(mine) == sorted(one.reference for one in owned)


def test_a_date_that_is_none_is_said_with_the_way_out(shared_site: Served) -> None:
    answer = shared_site.browse("rosa").get("/referrals?opened_from=soon&opened_to=31/02/2027")
    assert answer.status_code == 422
    page = read(answer)
    assert page.title.startswith("Error: ")
    assert "Opened from: not a date; write it as" in page.text
    assert page.one("input", id="opened_from").get("value") == "soon"
    assert {"#opened_from", "#opened_to"} <= set(page.links)


def test_a_whole_reference_leads_to_the_referral(shared_site: Served) -> None:
    reference = shared_site.invented.told_by("maidstone_placing.visit_to_come").reference
    browser = shared_site.browse("imran")
    for typed in (reference, reference.lower(), reference.replace("-", "")):
        answer = browser.post("/referrals/search", data={"text": f"  {typed} "})
        assert answer.status_code in (200, 303), typed
    answer = browser.post("/referrals/search", data={"text": reference.lower()})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/referrals/{reference}")


def test_a_name_is_found_and_never_stands_in_an_address(shared_site: Served) -> None:
    reference = shared_site.invented.told_by("maidstone_placing.visit_to_come").reference
    name = pupil_of(shared_site, reference)
    answer = shared_site.browse("imran").post(
        "/referrals/search", data={"text": name.split()[0].lower()}
    )
    page = read(answer)
    assert reference in found(page)
    assert page.heading == "What was found"
    addresses = [
        *page.links,
        *(one.get("action", "") for one in page.all("form")),
    ]
    assert not [one for one in addresses if name.split(maxsplit=1)[0].lower() in one.lower()]


def test_more_of_a_name_is_posted_again(shared_site: Served) -> None:
    browser, references = shared_site.browse("morgan"), []
    given = {"text": "e"}
    while given:
        page = read(browser.post("/referrals/search", data=given))
        references += found(page)
        forms = [
            {one.get("name", ""): one.get("value", "") for one in form.iter("input")}
            for form in page.all("form", action="/referrals/search")
        ]
        more = [one for one in forms if "after" in one]
        given = more[0] if more else {}
    assert len(references) == len(set(references)) > 50


def test_nothing_is_found_of_what_is_not_theirs(shared_site: Served) -> None:
    theirs = shared_site.invented.told_by("heronsgate_placing.attending").reference
    browser = shared_site.browse("gwen")
    for text in (theirs, pupil_of(shared_site, theirs)):
        page = read(browser.post("/referrals/search", data={"text": text}))
        assert found(page) == []
        assert "No referral that you may see" in page.text


def test_a_mistyped_reference_is_hinted_at(shared_site: Served) -> None:
    reference = shared_site.invented.told_by("maidstone_placing.visit_to_come").reference
    wrong = reference[:-1] + ("0" if reference[-1] != "0" else "1")
    page = read(shared_site.browse("imran").post("/referrals/search", data={"text": wrong}))
    assert f"Did you mean {reference}?" in page.text


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE referrals --", "%", "<b>x</b>", "\x00", "a" * 5000]
)
def test_whatever_is_typed_is_answered_in_words(shared_site: Served, text: str) -> None:
    answer = shared_site.browse("rosa").post("/referrals/search", data={"text": text})
    assert answer.status_code in (200, 303)
    if answer.status_code == 200:
        read(answer)


def test_a_filter_that_cannot_be_typed_is_answered_in_words(shared_site: Served) -> None:
    for name in ("policy", "state", "school", "closed", "owner", "opened_from"):
        answer = shared_site.browse("rosa").get("/referrals", params={name: "\x00<'&\ud7ff"})
        assert answer.status_code in (200, 422), name
        read(answer)


def test_an_empty_search_shows_the_list(shared_site: Served) -> None:
    answer = shared_site.browse("rosa").post("/referrals/search", data={"text": "  "})
    assert answer.headers["location"] == "/referrals"


def test_the_list_is_for_those_who_see_referrals(site: Served) -> None:
    with site.work.store.writing() as tx:
        register.add_person(tx, register.Person("adam", "Adam Kell"))
        register.add_membership(tx, register.Membership("adam", "administrator", None))
    answer = site.browse("adam").get("/referrals")
    assert answer.status_code == 403
    assert site.browse().get("/referrals").headers["location"].startswith("/sign-in")
