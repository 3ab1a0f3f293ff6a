"""Every event of both policies, done on its page: it renders, says what is missing, and moves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import cast

import pytest

from apflow.casework.offering import Offer, offer
from apflow.errors import Unknown
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Actor, Value
from apflow.store import register
from tests.invented_cohort import NOW, Invented
from tests.promises.plausible import Answers
from tests.web.filling import Page, opened
from tests.web_site import Served, copy_of, served, settings_for

POLICIES = ("maidstone-and-malling", "heronsgate")
PEOPLE = (
    "rosa", "gwen", "hari", "kofi", "sian", "imran", "helen", "sefton", "olive", "hugh", "nadia",
    "lena", "bridget", "marcus", "hattie", "colin",
)  # fmt: skip


@pytest.fixture(scope="module")
def used(cohort: Invented, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give pages on a copy of the cohort that these tests use up."""
    folder = tmp_path_factory.mktemp("used-site")
    with copy_of(cohort, folder) as work, served(work, cohort, settings_for(work, folder)) as one:
        yield one


@pytest.fixture(scope="module")
def known(used: Served) -> dict[str, list[list["Case"]]]:
    """Give for each policy the events, each with some who may do it, likely ones first."""
    return {policy: cases(used, policy) for policy in POLICIES}


@dataclass(frozen=True)
class Case:
    """One event that somebody may do to one referral."""

    reference: str
    person: str
    event: str
    actor: Actor

    @property
    def path(self) -> str:
        return f"/referrals/{self.reference}/events/{self.event}"


def offers(site: Served, policy: str) -> Iterator[tuple[str, Offer]]:
    for reference, referral in site.invented.referrals.items():
        if referral.lifecycle == policy:
            for person in PEOPLE:
                try:
                    yield person, offer(site.work.office, reference, person, NOW)
                except Unknown:
                    continue


def cases(site: Served, policy: str) -> list[list[Case]]:
    """Return for every event who may do it, on a few referrals on which it seems possible."""
    found: dict[str, dict[str, tuple[int, Case]]] = {}
    for person, offered in offers(site, policy):
        for way in offered.ways():
            if way.mine:
                actor = offered.actor(way.role)
                assert actor is not None
                order = ("open", "reason", "unknown", "blocked").index(way.stands)
                reference = offered.referral.reference
                case = Case(reference, person, way.event, actor)
                known = found.setdefault(way.event, {})
                if reference not in known or order < known[reference][0]:
                    known[reference] = order, case
    return [
        [case for _, case in sorted(known.values(), key=lambda one: one[0])[:4]]
        for known in found.values()
    ]


@pytest.mark.parametrize("policy", POLICIES)
def test_every_event_has_a_form_and_says_what_it_lacks(
    used: Served, known: dict[str, list[list[Case]]], policy: str
) -> None:
    firsts = [several[0] for several in known[policy]]
    lifecycle = offer(used.work.office, firsts[0].reference, firsts[0].person, NOW).lifecycle
    by_people = {
        one.event
        for one in lifecycle.transitions
        if set(one.by) - {"system"} and "start" not in one.from_
    }
    # Nobody of the cohort waits for what Admissions decides.
    assert by_people - {case.event for case in firsts} <= {"admissions_agrees"}
    lacking = 0
    for case in firsts:
        browser = used.browse(case.person)
        page = opened(browser, case.path)
        assert page.title.startswith(lifecycle.events[case.event].title)
        form = page.form()
        if not lifecycle.events[case.event].asks:
            continue
        said = {"request_id": form.said["request_id"], "seen": form.said["seen"]}
        answer = browser.post(case.path, data=said)
        assert answer.status_code in (303, 422) or "Check your answers" in answer.text, case
        if answer.status_code == 422:
            lacking += 1
            told = Page(answer)
            assert told.title.startswith("Error: ")
            assert told.errors, case
            assert {href.removeprefix("#") for href in told.errors.values()} <= set(told.ids)
            _no_ids(told, lifecycle)
        browser.close()
    assert lacking > len(firsts) / 2


def _no_ids(page: Page, lifecycle: Lifecycle) -> None:
    """Nothing on a page is a name of the file, or looks like the machine's own."""
    names = {
        name for name in (*lifecycle.facts, *lifecycle.guards, *lifecycle.states) if "_" in name
    }
    words = set(page.words.replace(".", " ").replace(",", " ").split())
    assert not words & names
    assert not words & {"True", "False"}
    assert "datetime" not in page.words
    assert "Ticked(" not in page.words


@pytest.mark.parametrize("policy", POLICIES)
def test_every_event_moves_with_answers_that_policy_takes(
    used: Served, known: dict[str, list[list[Case]]], policy: str
) -> None:
    moved, tried = set(), set()
    # What moves a referral comes last, so that it does not take it from under the others.
    every = [case for several in known[policy] for case in several]
    lifecycle = offer(used.work.office, every[0].reference, every[0].person, NOW).lifecycle
    moving = {one.event for one in lifecycle.transitions if one.to is not None}
    for case in sorted(every, key=lambda one: one.event in moving):
        if case.event in moved:
            continue
        tried.add(case.event)
        offered = offer(used.work.office, case.reference, case.person, NOW)
        answers = _answers(used, offered, case)
        if answers is None:
            continue
        browser = used.browse(case.person)
        before = offered.referral.seq
        page = opened(browser, case.path)
        form = page.form().answer(offered.lifecycle, answers).put({"acting_as": case.actor.role})
        answer = form.send(browser)
        if answer.status_code == 200:
            checked = Page(answer)
            assert "Check your answers" in checked.words
            answer = checked.form().send(browser)
        assert answer.status_code == 303, (case, Page(answer).errors, answers)
        assert answer.headers["location"].startswith(f"/referrals/{case.reference}?done=")
        after = offer(used.work.office, case.reference, "morgan", NOW).referral
        assert after.seq > before
        moved.add(case.event)
        browser.close()
    assert len(moved) >= 0.85 * len(tried), sorted(tried - moved)


def _answers(site: Served, offered: Offer, case: Case) -> dict[str, Value] | None:
    """Return answers with which policy allows the event, if some come to mind."""
    words = ["Talked with the family.", "As agreed <b>then</b>"]
    made = Answers(offered.machine, Random(7), words, offered.situation.sittings)
    made.today = offered.situation.today
    situation = offered.as_(case.actor).but(register=_register(site, offered.lifecycle))
    places = tuple(offered.places)
    for _ in range(150):
        given = made.some(case.event)
        for name in given:
            if offered.lifecycle.facts[name].type == "organisation":
                given[name] = str(offered.facts.get(name, made.random.choice(places)))
        if offered.machine.decide(situation, case.event, given, case.actor).allowed:
            asked = offered.machine.asks(situation, case.event, given)
            return {name: given[name] for name in given if name in (*asked.asks, *asked.may_ask)}
    return None


def _register(site: Served, lifecycle: Lifecycle) -> dict[str, dict[str, Value]]:
    """Return what is known of every provider that may be named."""
    has = {name: kind for fact in lifecycle.facts.values() for name, kind in fact.has.items()}
    with site.work.store.reading() as tx:
        known = register.list_organisations(tx)
    return {
        place.id: {
            name: date.fromisoformat(str(value)) if has[name] == "date" else cast("Value", value)
            for name, value in place.particulars.items()
            if name in has
        }
        for place in known
    }
