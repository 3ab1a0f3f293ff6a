"""Several people and one referral: who came first, who may, who only looks, what is not theirs."""

from collections.abc import Iterator

import pytest

from apflow.store import reads, register
from tests.small_office import START, Office
from tests.web.filling import Page, opened
from tests.web.small_site import small_site
from tests.web_site import Served


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Office]]:
    """Give the pages of the small office; every test has a referral of its own."""
    with small_site(tmp_path_factory.mktemp("small-site")) as made:
        yield made


def seq(office: Office, reference: str) -> int:
    return office.work.look(reference, "ann", START).referral.seq


def test_someone_moved_it_first(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    browser = site.browse("sue")
    path = f"/referrals/{reference}/events/submit"
    form = opened(browser, path).form().fill(fact__sitting="2026-01-14")
    office.done(reference, "stop", "lea")
    page = Page(form.send(browser))
    assert page.status == 409
    assert "Someone moved it first" in page.words
    assert (
        "Stop, recorded by Lea on 14 January 2026, 10am; the referral now stands as Stopped"
        in page.words
    )
    assert "Which panel? Wed 14 Jan 2026" in page.words
    assert {path, f"/referrals/{reference}"} <= set(page.links)
    assert seq(office, reference) == 2


def test_an_end_that_others_overtook_is_said_before_the_answers_are_checked(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    browser = site.browse("lea")
    form = opened(browser, f"/referrals/{reference}/events/stop").form()
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    page = Page(form.send(browser))
    assert page.status == 409
    assert "Someone moved it first" in page.words
    assert "Check your answers" not in page.words


def test_what_the_form_answers_was_answered_by_someone_first(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened()
    browser = site.browse("sue")
    form = opened(browser, f"/referrals/{reference}/events/record_answer").form()
    office.done(reference, "correct_facts", "lea", reason="rang", agrees=False)
    page = Page(form.fill(fact__agrees="yes").send(browser))
    assert page.status == 409
    assert "What was known was corrected, recorded by Lea" in page.words
    assert "Does the parent agree? Yes" in page.words


def test_a_contact_logged_meanwhile_does_not_void_an_open_form(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    browser = site.browse("sue")
    form = opened(browser, f"/referrals/{reference}/events/record_answer").form()
    office.done(reference, "log", "lea", story="Rang.")
    assert form.fill(fact__agrees="yes").send(browser).status_code == 303


def test_a_form_sent_twice_is_one_step(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    browser = site.browse("sue")
    form = opened(browser, f"/referrals/{reference}/events/log").form().fill(fact__story="Once.")
    first, second = form.send(browser), form.send(browser)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert seq(office, reference) == 2


def test_nobody_sends_a_form_under_somebody_elses_request(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    sue, lea = site.browse("sue"), site.browse("lea")
    path = f"/referrals/{reference}/events/log"
    form = opened(sue, path).form().fill(fact__story="Hers.")
    assert form.send(sue).status_code == 303
    taken = (
        opened(lea, path)
        .form()
        .fill(fact__story="His.")
        .put({"request_id": form.said["request_id"]})
    )
    assert taken.send(lea).status_code == 303
    assert seq(office, reference) == 3


def test_what_is_not_theirs_is_not_there(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened()
    eve = site.browse("eve")
    theirs, unknown = f"/referrals/{reference}/events/log", "/referrals/MM-2026-000000-0/events/log"
    for suffix in ("", "/check"):
        answers = [eve.get(theirs + suffix), eve.get(unknown + suffix)]
        answers += [eve.post(one + suffix, data={"fact-story": "x"}) for one in (theirs, unknown)]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.text for answer in answers}) == 1
    nothing = site.browse("sue").get(f"/referrals/{reference}/events/fly_away")
    assert nothing.status_code == 404
    assert seq(office, reference) == 1


@pytest.mark.parametrize("person", ["ann", "max"])
def test_who_only_reads_is_refused_in_words(small: tuple[Served, Office], person: str) -> None:
    site, office = small
    reference = office.opened()
    browser = site.browse(person)
    path = f"/referrals/{reference}/events/log"
    page = opened(browser, path)
    assert "This is for: School, Authority." in page.words
    assert not list(next(page.tree.iter("main")).iter("form"))
    answer = Page(browser.post(path, data={"fact-story": "x", "acting_as": "school"}))
    assert answer.status == 422
    assert answer.errors == {"This is for: School, Authority.": "#reason-role"}
    assert seq(office, reference) == 1


def test_a_fact_that_may_not_be_seen_is_on_no_form_of_who_may_not(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened(secret=True, excluded=True, excluded_on="2026-01-12")
    assert "youth justice" not in site.browse("sue").get(f"/referrals/{reference}/correct").text
    assert "youth justice" in site.browse("lea").get(f"/referrals/{reference}/correct").text
    page = opened(site.browse("sue"), f"/referrals/{reference}/events/log")
    assert "youth justice" not in page.words


def test_every_form_shown_is_a_look_that_is_recorded(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened()
    opened(site.browse("sue"), f"/referrals/{reference}/events/log")
    with office.work.store.reading() as tx:
        (read,) = [one for one in reads.of(tx, reference) if one.what == "form"]
    assert read.person == "sue"


def test_two_roles_on_one_referral_are_asked_for(small: tuple[Served, Office]) -> None:
    site, office = small
    with office.work.store.writing() as tx:
        register.add_person(tx, register.Person("duo", "Duo"))
        register.add_membership(tx, register.Membership("duo", "la", None))
        register.add_membership(tx, register.Membership("duo", "school", "oak"))
    reference = office.opened()
    browser = site.browse("duo")
    page = opened(browser, f"/referrals/{reference}/events/log")
    assert "In which role do you act? You have several roles" in page.words
    assert page.form().said["acting_as"] == ["school"]
    form = page.form().fill(fact__story="As the authority.").put({"acting_as": "la"})
    assert form.send(browser).status_code == 303
    assert office.work.history(reference, "duo", START)[-1].role == "la"


def test_a_manager_sees_why_and_nobody_sees_a_form_without_a_session(site: Served) -> None:
    reference = site.invented.told_by("maidstone_deciding.on_the_agenda").reference
    path = f"/referrals/{reference}/events/forum_agrees"
    answer = site.browse(None).get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
    assert site.browse(None).post(path, data={}).status_code == 303
