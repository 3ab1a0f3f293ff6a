"""Opening a referral on pages: for whom, by which way in, and nothing of a child in an address."""

from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from apflow.store import register, requests
from tests.small_office import MARKER, START, Office
from tests.web.filling import Form, Page, opened
from tests.web.small_site import small_site
from tests.web_site import Served


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Office]]:
    """Give the pages of the small office."""
    with small_site(tmp_path_factory.mktemp("opening-site")) as made:
        yield made


BORN = {"born-day": "1", "born-month": "2", "born-year": "2014"}
ANSWERS = {"fact-home": "oak", "fact-excluded": "no"}


def called(browser: httpx.Client, name: str) -> Page:
    """Say what the pupil is called; return the page that asks which pupil it is."""
    return Page(opened(browser, "/referrals/new").form().put({"called": name}).send(browser))


def asked(browser: httpx.Client, name: str, **typed: str) -> Form:
    """Return the form by which a referral of a new pupil is opened."""
    page = called(browser, name)
    form = page.form().put({**BORN, **typed})
    if "pupil" in page.ids:
        form.put({"pupil": "another"})
    found = Page(form.send(browser))
    assert found.status == 200, found.errors
    return found.form()


def pupils(office: Office) -> dict[str, register.Pupil]:
    with office.work.store.reading() as tx:
        return {one.id: one for one in register.list_pupils(tx, limit=500)}


def opened_for(office: Office, answer: httpx.Response) -> register.Pupil:
    """Return the pupil of the referral that was opened."""
    assert answer.status_code == 303, Page(answer).errors
    reference = answer.headers["location"].removeprefix("/referrals/").partition("?")[0]
    referral = office.work.look(reference, "lea", START).referral
    return pupils(office)[referral.pupil]


def test_a_referral_of_a_new_pupil_is_opened(small: tuple[Served, Office]) -> None:
    site, office = small
    browser = site.browse("sue")
    form = asked(browser, "Ida  Newell")
    assert form.said["fact-home"] == ["oak"]
    pupil = opened_for(office, form.put(ANSWERS).send(browser))
    assert (pupil.name, pupil.born_on) == ("Ida Newell", date(2014, 2, 1))
    assert pupil.id.startswith("pupil-")


def test_sent_twice_it_is_one_referral_of_one_pupil(small: tuple[Served, Office]) -> None:
    site, office = small
    browser = site.browse("sue")
    form = asked(browser, "Twice Sent").put(ANSWERS)
    first, second = form.send(browser), form.send(browser)
    assert first.headers["location"] == second.headers["location"]
    assert [one.name for one in pupils(office).values()].count("Twice Sent") == 1


def test_pupils_that_may_be_seen_are_found_with_their_birthday(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    office.opened("p2")
    page = called(site.browse("sue"), "quill")
    assert f"{MARKER} 2, born 2 May 2013" in page.words
    assert f"{MARKER} 3" not in page.words
    assert MARKER not in called(site.browse("eve"), "quill").words


def test_a_known_pupil_gets_another_referral(small: tuple[Served, Office]) -> None:
    site, office = small
    office.opened("p2")
    browser = site.browse("sue")
    page = called(browser, f"{MARKER} 2")
    form = Page(page.form().put({"pupil": "p2"}).send(browser)).form()
    assert opened_for(office, form.put(ANSWERS).send(browser)).id == "p2"


def test_two_pupils_of_one_name_are_told_apart_by_their_birthdays(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    browser = site.browse("sue")
    for year in ("2012", "2013"):
        form = asked(browser, "Sam Double", **{"born-year": year})
        opened_for(office, form.put(ANSWERS).send(browser))
    words = called(browser, "Sam Double").words
    assert "Sam Double, born 1 February 2012" in words
    assert "Sam Double, born 1 February 2013" in words


def test_a_pupil_whom_others_entered_is_the_same_child_and_nothing_of_it_is_shown(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    sue, eve = site.browse("sue"), site.browse("eve")
    first = opened_for(office, asked(sue, "Noor Shared").put(ANSWERS).send(sue))
    page = called(eve, "Noor Shared")
    assert "Is it one of these?" not in page.words
    form = Page(page.form().put({**BORN, "pupil_name": "noor SHARED"}).send(eve)).form()
    second = opened_for(office, form.put({**ANSWERS, "fact-home": "elm"}).send(eve))
    assert first.id == second.id


def test_nobody_opens_a_referral_of_a_pupil_whose_id_they_guess(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    browser = site.browse("eve")
    before = len(pupils(office))
    page = Page(browser.post("/referrals/new/form", data={"pupil": "p5"}))
    assert page.status == 422
    assert f"{MARKER} 5" not in page.words
    form = asked(browser, "Somebody Else").put({**ANSWERS, "fact-home": "elm", "pupil": "p5"})
    answer = Page(form.send(browser))
    assert answer.status == 422
    assert "Choose the pupil" in answer.words
    form.put({"pupil": "", "newcomer": "p5"})
    assert opened_for(office, form.send(browser)).id != "p5"
    assert len(pupils(office)) == before + 1


def test_what_is_missing_is_asked_for_on_every_page(small: tuple[Served, Office]) -> None:
    site, _ = small
    browser = site.browse("sue")
    first = Page(opened(browser, "/referrals/new").form().send(browser))
    assert (first.status, first.errors) == (422, {"Enter what the pupil is called": "#called"})
    second = Page(called(browser, "No One").form().send(browser))
    assert second.errors == {"Enter the pupil's date of birth": "#born-day"}
    assert second.form().said["pupil_name"] == ["No One"]
    third = Page(asked(browser, "No One").put({"fact-home": ""}).send(browser))
    assert third.status == 422
    assert third.errors == {
        "Choose the school": "#fact-home",
        "Choose yes or no: Permanently excluded?": "#fact-excluded",
    }
    assert third.form().said["pupil_name"] == ["No One"]
    # Only now is it known that the day counts.
    fourth = Page(third.form().put({"fact-home": "oak", "fact-excluded": "yes"}).send(browser))
    assert fourth.errors == {"Enter the first day": "#fact-excluded_on-day"}


@pytest.mark.parametrize(
    ("born", "says"),
    [
        ({"born-year": "2099"}, "Date of birth must be a pupil's: check the year"),
        ({"born-year": "1950"}, "Date of birth must be a pupil's: check the year"),
        ({"born-day": "31"}, "Date of birth must be a real date, such as 27 3 2027"),
        ({"born-month": ""}, "Date of birth must include a month"),
        ({"pupil_name": "\x00"}, "Name: remove character 1"),
        ({"pupil_name": "x" * 201}, "Name: use at most 200 characters; there are 201"),
    ],
)
def test_no_child_is_entered_with_what_cannot_be(
    small: tuple[Served, Office], born: dict[str, str], says: str
) -> None:
    site, _ = small
    browser = site.browse("sue")
    form = called(browser, "Wrong Details").form().put({**BORN, **born})
    page = Page(form.send(browser))
    assert page.status == 422
    assert any(one.startswith(says) for one in page.errors), page.errors


def test_what_policy_does_not_allow_leaves_no_trace_of_a_child(site: Served) -> None:
    browser = site.browse("rosa")
    first = opened(browser, "/referrals/new").form()
    first.put({"called": "Left Behind", "way": "maidstone-and-malling/open_referral"})
    form = Page(Page(first.send(browser)).form().put(BORN).send(browser)).form()
    form.put(
        {
            "fact-referring_school": "ashmead",
            "fact-provider": "brook-lane",
            "fact-reason": "at_risk",
            "fact-year_group": "8",
            "fact-lives_in": "maidstone_and_malling",
            "fact-looked_after": "no",
            "fact-has_ehc_plan": "no",
            "fact-home_school_on_roll": "yes",
            "fact-school_contact": "Ms Fenwick",
        }
    )
    with site.work.store.reading() as tx:
        before = len(requests.unrecorded(tx, 10_000))
    page = Page(form.send(browser))
    assert page.status == 422
    assert "Referrals come to the forum from a school." in page.words
    assert "#fact-reason" in page.links
    assert page.form().said["pupil_name"] == ["Left Behind"]
    with site.work.store.reading() as tx:
        assert register.list_pupils(tx, "Left Behind") == []
        assert len(requests.unrecorded(tx, 10_000)) == before


def test_of_several_ways_in_one_is_chosen(site: Served) -> None:
    browser = site.browse("rosa")
    page = opened(browser, "/referrals/new")
    assert "Open a referral through Admissions, for a child in care" in page.words
    wrong = Page(page.form().put({"called": "Somebody"}).send(browser))
    assert wrong.errors == {"Choose what you want to open": "#way"}


def test_who_opens_nothing_is_told_so(small: tuple[Served, Office]) -> None:
    site, _ = small
    for person in ("ann", "max", "pam"):
        browser = site.browse(person)
        assert browser.get("/referrals/new").status_code == 403
        assert browser.post("/referrals/new/open", data={}).status_code == 403


def test_no_address_ever_holds_a_pupil(small: tuple[Served, Office]) -> None:
    site, _ = small
    browser = site.browse("sue")
    page = called(browser, "Quiet Child")
    form = page.form()
    assert form.action == "/referrals/new/form"
    form = Page(form.put(BORN).send(browser)).form()
    assert form.action == "/referrals/new/open"
    location = form.put(ANSWERS).send(browser).headers["location"]
    assert "quiet" not in location.lower()
    for path in ("pupil", "form", "open", "open/check"):
        answer = browser.get(f"/referrals/new/{path}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/referrals/new")
