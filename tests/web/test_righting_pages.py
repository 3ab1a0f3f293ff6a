"""Putting a referral right on pages: looked at first, done with a reason, by whom it may be."""

from collections.abc import Iterator

import pytest

from apflow.store import register
from tests.small_office import MARKER, START, Office
from tests.web.filling import Page, opened
from tests.web.small_site import small_site
from tests.web_site import Served

ACTS = ("correct", "reverse", "hand-over", "erase", "adopt")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Office]]:
    """Give the pages of the small office; every test has a referral of its own."""
    with small_site(tmp_path_factory.mktemp("righting-site")) as made:
        yield made


def facts(office: Office, reference: str) -> dict[str, object]:
    return dict(office.work.look(reference, "lea", START).facts)


def last(office: Office, reference: str) -> str:
    return office.work.history(reference, "max", START)[-1].event


def test_a_fact_is_corrected_with_a_reason(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=False)
    browser = site.browse("sue")
    page = opened(browser, f"/referrals/{reference}/correct")
    assert "Does the parent agree No Correct" in page.words
    path = f"/referrals/{reference}/correct?fact=agrees"
    assert path in page.links
    shown = opened(browser, path)
    assert "Known now: Does the parent agree No" in shown.words
    form = shown.form()
    same = Page(form.send(browser))
    assert set(same.errors.values()) == {"#fact-agrees", "#because"}
    done = form.put({"fact-agrees": "yes", "because": "Misheard."}).send(browser)
    assert done.status_code == 303
    assert facts(office, reference)["agrees"] is True
    assert last(office, reference) == "correct_facts"


def test_a_fact_turns_out_not_to_be_known(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    browser = site.browse("sue")
    form = opened(browser, f"/referrals/{reference}/correct?fact=agrees").form()
    form.put({"forget": "yes", "because": "Asked the wrong parent."})
    assert form.send(browser).status_code == 303
    assert "agrees" not in facts(office, reference)


def test_a_fact_that_was_never_asked_can_be_given(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened()
    browser = site.browse("sue")
    page = opened(browser, f"/referrals/{reference}/correct?fact=story")
    assert "forget" not in page.ids
    form = page.form().put({"fact-story": "What happened.", "because": "Forgotten."})
    assert form.send(browser).status_code == 303
    assert facts(office, reference)["story"] == "What happened."


def test_a_checklist_is_corrected_as_a_whole(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    office.done(reference, "panel_agrees", "pam", sat=["panel_member", "la"])
    browser = site.browse("lea")
    form = opened(browser, f"/referrals/{reference}/correct?fact=sat").form()
    assert form.said["fact-sat-la"] == ["present"]
    form.put(
        {"fact-sat-la": "absent", "fact-sat-la-detail": "Ill", "because": "The minutes say so."}
    )
    assert form.send(browser).status_code == 303
    assert facts(office, reference)["sat"] == {
        "panel_member": {"answer": "present"},
        "la": {"answer": "absent", "detail": "Ill"},
    }


def test_what_is_worked_out_or_not_theirs_to_see_is_not_there_to_be_corrected(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened(secret=True)
    sue = site.browse("sue")
    for name in ("rank", "secret", "nothing", "started'"):
        assert sue.get(f"/referrals/{reference}/correct?fact={name}").status_code == 404
    form = opened(sue, f"/referrals/{reference}/correct?fact=excluded").form()
    form.put({"fact": "secret", "fact-secret": "no", "because": "x"})
    assert form.send(sue).status_code == 404
    assert facts(office, reference)["secret"] is True


def test_the_last_step_is_taken_back_as_it_was_shown(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    browser = site.browse("sue")
    page = opened(browser, f"/referrals/{reference}/reverse")
    assert "Step to be taken back 2: Submit" in page.words
    assert "The referral would stand as Draft" in page.words
    assert "Which panel" in page.words
    form = page.form()
    assert Page(form.send(browser)).errors == {"Enter the reason": "#because"}
    assert form.put({"because": "Too soon."}).send(browser).status_code == 303
    assert form.send(browser).status_code == 303
    assert office.state(reference) == "draft"
    assert len(office.work.history(reference, "sue", START)) == 3


def test_a_step_that_came_since_is_not_taken_back_instead(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    browser = site.browse("sue")
    form = opened(browser, f"/referrals/{reference}/reverse").form()
    office.done(reference, "log", "lea", story="Rang.")
    page = Page(form.put({"because": "Too soon."}).send(browser))
    assert page.status == 409
    assert "Log a contact, recorded by Lea" in page.words
    assert last(office, reference) == "log"


def test_an_opening_is_not_taken_back(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened()
    browser = site.browse("sue")
    page = opened(browser, f"/referrals/{reference}/reverse")
    assert "There is no step that can be taken back." in page.words
    answer = Page(browser.post(f"/referrals/{reference}/reverse", data={"because": "x"}))
    assert answer.status == 422


def test_a_manager_hands_over_by_name_and_no_id_stands_anywhere(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened()
    browser = site.browse("max")
    page = opened(browser, f"/referrals/{reference}/hand-over")
    assert "Has it now Sue" in page.words
    assert "Eve" not in page.words
    with office.work.store.reading() as tx:
        lea = register.get_person(tx, "lea")
    assert lea is not None
    nobody = Page(page.form().put({"because": "Away."}).send(browser))
    assert nobody.errors == {"Choose who takes it over": "#taker"}
    by_id = Page(page.form().put({"taker": "lea", "because": "Away."}).send(browser))
    assert by_id.status == 422
    form = page.form().put({"taker": lea.handle, "because": "Away."})
    assert form.send(browser).status_code == 303
    assert office.work.look(reference, "max", START).referral.owner == "lea"


def test_who_has_it_may_hand_it_over_too(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened()
    browser = site.browse("sue")
    with office.work.store.reading() as tx:
        lea = register.get_person(tx, "lea")
    assert lea is not None
    form = opened(browser, f"/referrals/{reference}/hand-over").form()
    assert form.put({"taker": lea.handle, "because": "Moved on."}).send(browser).status_code == 303
    assert office.work.look(reference, "max", START).referral.owner == "lea"


def test_texts_are_erased_after_a_second_look(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(story=f"{MARKER} said this")
    browser = site.browse("max")
    page = opened(browser, f"/referrals/{reference}/erase")
    assert "only texts and names can be erased" in page.words
    form = page.form()
    assert set(Page(form.send(browser)).errors.values()) == {"#what", "#because"}
    check = Page(form.put({"what": "story", "because": "Asked for."}).send(browser))
    assert check.status == 200
    assert "This cannot be undone." in check.words
    assert "What happened" in check.words
    assert "story" in facts(office, reference)
    final = check.form()
    assert final.action == f"/referrals/{reference}/erase/check"
    assert final.send(browser).status_code == 303
    assert "story" not in facts(office, reference)
    assert (
        "nothing left that can be erased" in opened(browser, f"/referrals/{reference}/erase").words
    )


def test_everything_can_be_erased_only_once_it_is_closed(small: tuple[Served, Office]) -> None:
    site, office = small
    browser = site.browse("max")
    reference = office.opened("p4", story="Told.")
    path = f"/referrals/{reference}/erase"
    assert "everything" not in opened(browser, path).answer.text
    form = opened(browser, path).form().put({"what": "everything", "because": "x"})
    assert Page(form.send(browser)).errors == {"Choose what is to be erased": "#what"}
    office.done(reference, "stop", "sue")
    form = opened(browser, path).form().put({"what": "everything", "because": "Six years."})
    assert Page(form.send(browser)).form().send(browser).status_code == 303
    assert office.work.look(reference, "max", START).pupil is None


def test_a_newer_version_is_shown_first_and_only_that_one_is_adopted(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened(story="Told.")
    browser = site.browse("max")
    path = f"/referrals/{reference}/adopt"
    assert "follows the newest version already" in opened(browser, path).words
    file = office.folder / "one-of-each" / "lifecycle.yaml"
    first = file.read_text(encoding="utf-8")
    second = first.replace("title: One of everything", "title: One of everything, anew")
    second = second.replace("draft: {title: Draft", "written: {title: Written").replace(
        "draft", "written"
    )
    file.write_text(second, encoding="utf-8")
    try:
        page = opened(browser, path)
        assert "Where does it stand in the newer version?" in page.words
        form = page.form().put({"because": "Newer."})
        lacking = Page(form.send(browser))
        assert lacking.errors == {"Choose where it stands in the newer version": "#state"}
        check = Page(form.put({"state": "written"}).send(browser))
        assert check.status == 200
        assert "Would stand as Written" in check.words
        assert "Nothing is lost" in check.words
        final = check.form()
        file.write_text(second.replace("anew", "once more"), encoding="utf-8")
        changed = Page(final.send(browser))
        assert changed.status == 409
        assert "changed meanwhile" in changed.words
        file.write_text(second, encoding="utf-8")
        assert final.send(browser).status_code == 303
        assert office.state(reference) == "written"
    finally:
        file.write_text(first, encoding="utf-8")


@pytest.mark.parametrize("act", ACTS)
def test_who_may_not_is_told_who_may(small: tuple[Served, Office], act: str) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    path = f"/referrals/{reference}/{act}"
    others = {"correct": (), "reverse": (), "hand-over": ("lea",)}
    for person in ("ann", *others.get(act, ("sue",))):
        browser = site.browse(person)
        page = opened(browser, path)
        assert "may do this" in page.words
        assert not list(next(page.tree.iter("main")).iter("form"))
        answer = Page(browser.post(path, data={"fact": "agrees", "because": "x", "what": "agrees"}))
        assert answer.status == 422
        assert answer.errors
    assert len(office.work.history(reference, "sue", START)) == 1


@pytest.mark.parametrize("act", ACTS)
def test_what_is_not_theirs_is_not_there(small: tuple[Served, Office], act: str) -> None:
    site, office = small
    reference = office.opened()
    eve = site.browse("eve")
    theirs, unknown = f"/referrals/{reference}/{act}", f"/referrals/OE-2026-000000-0/{act}"
    answers = [
        eve.get(theirs),
        eve.get(unknown),
        eve.post(theirs, data={}),
        eve.post(unknown, data={}),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_a_refusal_of_the_house_is_said_in_words(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(excluded=True, excluded_on="2026-01-12", agrees=True)
    browser = site.browse("sue")
    form = opened(browser, f"/referrals/{reference}/correct?fact=excluded").form()
    page = Page(form.put({"fact-excluded": "no", "because": "x"}).send(browser))
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert any("stands by law; only who owes it" in one for one in page.errors)
    assert "form" in page.ids
