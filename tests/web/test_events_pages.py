"""Doing an event on its page: what is kept, refused, overtaken, gone past, checked and hidden."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.small_office import START, Office
from tests.web.filling import Page, opened
from tests.web.small_site import small_site
from tests.web_site import Served

HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</textarea><b>out</b>",
    "{{ 7 * 7 }} %{count} {% raw %}",
    "a\x00b",
    "pay \u202eelbaeriw",
    "x" * 4001,
    "\U0001f600 \u00e9\u0301\n\n  second line",
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Office]]:
    """Give the pages of the small office; every test has a referral of its own."""
    with small_site(tmp_path_factory.mktemp("small-site")) as made:
        yield made


def seq(office: Office, reference: str) -> int:
    return office.work.look(reference, "ann", START).referral.seq


def sent(browser: httpx.Client, path: str, **typed: str) -> httpx.Response:
    """Open a form, fill it in and send it."""
    return opened(browser, path).form().fill(**typed).send(browser)


def test_valid_answers_lead_back_to_the_referral_which_has_moved(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    path = f"/referrals/{reference}/events/submit"
    answer = sent(site.browse("sue"), path, fact__sitting="2026-01-14")
    assert answer.status_code == 303
    place, _, request = answer.headers["location"].partition("?done=")
    assert place == f"/referrals/{reference}"
    assert office.work.request(request).state == "applied"
    assert office.state(reference) == "panel_waiting"


def test_every_type_of_fact_is_asked_and_taken(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    sue, pam, lea = (site.browse(one) for one in ("sue", "pam", "lea"))
    path = f"/referrals/{reference}/events"
    assert sent(sue, f"{path}/log", fact__story="Rang home.").status_code == 303
    assert sent(sue, f"{path}/record_answer", fact__agrees="yes").status_code == 303
    assert sent(sue, f"{path}/submit", fact__sitting="2026-01-14").status_code == 303
    people = {"fact-sat-panel_member": "present", "fact-sat-la": "present"}
    form = opened(pam, f"{path}/panel_agrees").form().put(people)
    assert form.send(pam).status_code == 303
    assert sent(lea, f"{path}/begin", fact__provider="pru").status_code == 303
    assert office.state(reference) == "placed"
    facts = office.work.look(reference, "lea", START).facts
    assert facts["sat"] == {"panel_member": {"answer": "present"}, "la": {"answer": "present"}}
    assert (facts["story"], facts["agrees"]) == ("Rang home.", True)


def test_an_empty_form_says_what_is_missing_and_changes_nothing(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    page = Page(sent(site.browse("sue"), f"/referrals/{reference}/events/submit"))
    assert page.status == 422
    assert page.errors == {"Choose an answer: Which panel?": "#fact-sitting"}
    assert page.title.startswith("Error: Submit")
    assert seq(office, reference) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_what_was_typed_is_kept_and_is_never_more_than_text(
    small: tuple[Served, Office], text: str
) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    browser = site.browse("sue")
    path = f"/referrals/{reference}/events/log"
    form = opened(browser, path).form().put({"fact-story": text, "happened_on-day": "99"})
    answer = form.send(browser)
    page = Page(answer)
    assert page.status == 422
    assert "The day on which this happened must be a real date" in page.words
    kept = "".join(page.control("fact-story").itertext()).removeprefix("\n")
    plain = text.replace("\x00", "\ufffd").replace("\u202e", "\ufffd").strip()
    assert kept == plain
    assert not list(page.tree.iter("img"))
    assert not list(page.tree.iter("b"))
    assert all(one.get("src") for one in page.tree.iter("script"))
    again = page.form()
    assert again.said["fact-story"] == [kept]
    assert seq(office, reference) == 1


def test_a_text_of_several_lines_comes_back_as_it_was_typed(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    browser = site.browse("sue")
    text = "First\n   second, indented\n\nfourth"
    form = opened(browser, f"/referrals/{reference}/events/log").form()
    page = Page(form.put({"fact-story": text, "happened_on-day": ""}).send(browser))
    assert page.form().said["fact-story"] == [text]
    assert page.form().put({"happened_on-day": "14"}).send(browser).status_code == 303
    assert office.work.look(reference, "sue", START).facts["story"] == text


def test_what_cannot_be_seen_is_named_and_not_taken(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    page = Page(
        sent(site.browse("sue"), f"/referrals/{reference}/events/log", fact__story="a\x00b")
    )
    assert page.errors == {
        "What happened? Remove character 2: it cannot be seen and cannot be kept": "#fact-story"
    }


def test_a_refusal_names_every_demand_with_its_clause_and_what_puts_it_right(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened(agrees=False)
    path = f"/referrals/{reference}/events/submit"
    browser = site.browse("sue")
    shown = opened(browser, path)
    assert "Policy does not allow this yet" in shown.words
    assert "The parent has not agreed. Clause T-1" in shown.words
    page = Page(shown.form().fill(fact__sitting="2026-01-14").send(browser))
    assert page.status == 422
    assert page.title == "Error: Submit – apflow"
    assert page.errors == {"The parent has not agreed.": "#reason-parent_agrees"}
    assert "Does the parent agree: No" in page.words
    assert f"/referrals/{reference}/events/record_answer" in page.links
    assert "/policy/one-of-each#clause-T-1" in page.links
    assert page.form().said["fact-sitting"] == ["2026-01-14"]
    assert seq(office, reference) == 1


def test_a_form_that_was_refused_can_be_sent_again_once_it_is_allowed(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened(agrees=False)
    browser = site.browse("sue")
    form = opened(browser, f"/referrals/{reference}/events/submit").form()
    form.fill(fact__sitting="2026-01-14")
    assert form.send(browser).status_code == 422
    office.done(reference, "correct_facts", "sue", reason="misheard", agrees=True)
    assert form.put({"seen": "2"}).send(browser).status_code == 303
    assert form.send(browser).status_code == 303
    assert seq(office, reference) == 3


def test_a_role_may_go_past_a_demand_with_a_written_reason(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    browser = site.browse("lea")
    path = f"/referrals/{reference}/events/panel_agrees"
    form = opened(browser, path).form().put({"fact-sat-panel_member": "present"})
    page = Page(form.send(browser))
    assert page.status == 422
    assert "You may go on with a written reason" in page.words
    assert "override-two_sat" in page.ids
    nothing = Page(page.form().put({"override-two_sat": "  "}).send(browser))
    assert nothing.status == 422
    again = page.form().put({"override-two_sat": "The other was ill."})
    assert again.said["fact-sat-panel_member"] == ["present"]
    assert again.send(browser).status_code == 303
    step = office.work.history(reference, "lea", START)[-1]
    assert step.event == "panel_agrees"
    assert "overridden" in {finding["verdict"] for finding in step.findings}


def test_a_reason_for_going_on_is_kept_while_something_else_is_wrong(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    browser = site.browse("lea")
    path = f"/referrals/{reference}/events/panel_agrees"
    form = opened(browser, path).form().put({"fact-sat-panel_member": "present"})
    refused = Page(form.send(browser)).form()
    refused.put({"override-two_sat": "Bad\x00word", "happened_on-day": "99"})
    page = Page(refused.send(browser))
    assert "#override-two_sat" in page.errors.values()
    form = page.form().put({"override-two_sat": "The other was ill."})
    page = Page(form.send(browser))
    assert page.status == 422
    again = page.form()
    assert again.said["override-two_sat"] == ["The other was ill."]
    assert again.put({"happened_on-day": "14"}).send(browser).status_code == 303
    assert office.state(reference) != "panel_waiting"


def test_others_may_not_go_past_it(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    browser = site.browse("pam")
    form = opened(browser, f"/referrals/{reference}/events/panel_agrees").form()
    form.put({"fact-sat-panel_member": "present", "override-two_sat": "I say so"})
    page = Page(form.send(browser))
    assert page.status == 422
    assert "override-two_sat" not in page.ids
    assert office.state(reference) == "panel_waiting"


def test_an_end_is_checked_first_and_every_answer_can_be_changed(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    browser = site.browse("sue")
    path = f"/referrals/{reference}/events/stop"
    page = opened(browser, path)
    assert "Continue" in page.words
    check = Page(page.form().put({"happened_on-day": "13"}).send(browser))
    assert check.status == 200
    assert check.title == "Check your answers: Stop – apflow"
    assert "13 January 2026" in check.words
    assert "This ends the referral: it will stand as Stopped." in check.words
    assert seq(office, reference) == 1
    form = check.form()
    changed = Page(form.put({"change": "1"}).send(browser, path))
    assert changed.status == 200
    assert changed.form().said["happened_on-day"] == ["13"]
    del form.said["change"]
    assert form.action == f"{path}/check"
    assert form.send(browser).status_code == 303
    assert form.send(browser).status_code == 303
    assert office.state(reference) == "stopped"
    step = office.work.history(reference, "sue", START)[-1]
    assert (step.seq, step.happened_on.day) == (2, 13)


def test_a_check_has_no_address_of_its_own(small: tuple[Served, Office]) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    answer = site.browse("sue").get(f"/referrals/{reference}/events/stop/check")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/referrals/{reference}/events/stop"


def test_an_event_that_the_state_does_not_know_says_where_it_is_possible(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened()
    page = opened(site.browse("lea"), f"/referrals/{reference}/events/begin")
    assert "Begin: not possible in Draft; possible in Agreed." in page.words


def test_an_event_is_never_in_the_future_and_may_be_recorded_late(
    small: tuple[Served, Office],
) -> None:
    site, office = small
    reference = office.opened()
    browser = site.browse("sue")
    form = opened(browser, f"/referrals/{reference}/events/log").form().fill(fact__story="x")
    page = Page(form.put({"happened_on-day": "15"}).send(browser))
    assert page.errors == {
        "The day on which this happened must be today or earlier": "#happened_on-day"
    }
    assert (
        form.put({"happened_on-day": "12", "happened_on-month": "jan"}).send(browser).status_code
        == 303
    )
    assert office.work.history(reference, "sue", START)[-1].happened_on.day == 12


def test_a_question_that_counts_only_sometimes_says_when(small: tuple[Served, Office]) -> None:
    page = _opening(small[0])
    assert "Only if the answer to “Permanently excluded?” is “Yes”." in page.words
    (part,) = [one for one in page.tree.iter("div") if one.get("data-ap-shown-for")]
    assert part.get("data-ap-shown-for") == '{"fact-excluded": ["yes"]}'


def _opening(site: Served) -> Page:
    browser = site.browse("sue")
    found = opened(browser, "/referrals/new").form().fill(called="Nobody Known").send(browser)
    typed = {"born-day": "1", "born-month": "2", "born-year": "2014"}
    return Page(Page(found).form().put(typed).send(browser))


def test_papers_that_did_not_change_are_no_answer_and_nothing_is_not_recorded(
    site: Served,
) -> None:
    reference = site.invented.told_by("maidstone_deciding.papers_coming_in").reference
    browser = site.browse("rosa")
    path = f"/referrals/{reference}/events/add_papers"
    form = opened(browser, path).form()
    page = Page(form.send(browser))
    assert page.errors == {"Answer a question: there is nothing to record yet": "#form"}
    form.put(
        {"fact-forum_papers-forum_form": "present", "fact-forum_papers-forum_form-detail": "File 3"}
    )
    assert form.send(browser).status_code == 303
    step = site.work.history(reference, "rosa", site.moment())[-1]
    answered = {value.name: value.value for value in step.values if value.kind == "answer"}
    assert list(answered) == ["forum_papers"]
    papers: Any = answered["forum_papers"]
    assert papers["forum_form"] == {"answer": "present", "detail": "File 3"}
    assert papers["caf"] == {"answer": "present"}


def test_a_question_that_turns_out_to_be_needed_is_asked_for(site: Served) -> None:
    reference = site.invented.told_by("maidstone_deciding.on_the_agenda").reference
    browser = site.browse("helen")
    form = opened(browser, f"/referrals/{reference}/events/forum_agrees").form()
    form.put(
        {
            "fact-discussion_note": "Talked.",
            "fact-suitability_note": "It fits.",
            "fact-forum_people-chair": "present",
            "fact-forum_people-la": "present",
            "fact-forum_people-pru": "present",
            "fact-attendance_accepted": "no",
        }
    )
    page = Page(form.send(browser))
    assert page.status == 422
    assert page.form().said["fact-discussion_note"] == ["Talked."]
    assert "fact-attendance_reason" in page.ids
