"""The interface and the pages: one scope, one decision, one record of who looked."""

import re
from typing import Any

import pytest

from apflow.casework.lists.searching import Search, find
from apflow.casework.lists.working import work
from apflow.casework.seeing import see
from apflow.errors import Unknown
from apflow.referral import step_hash
from apflow.store import reads
from tests.web.programs import everything, got, problem, program
from tests.web_site import Served

#: A caseworker of the council, a school's, the unit's, a head, an auditor, a manager.
PEOPLE = ("rosa", "gwen", "imran", "hugh", "audrey", "morgan")


def may_see(site: Served, reference: str, person: str) -> bool:
    try:
        site.work.look(reference, person, site.moment())
    except Unknown:
        return False
    return True


@pytest.mark.parametrize("person", PEOPLE)
def test_every_referral_is_there_for_whom_it_is_there_and_for_nobody_else(
    shared_site: Served, person: str
) -> None:
    """What is out of scope is answered, to the byte, like what was never there."""
    asks = program(shared_site, person)
    nowhere = problem(asks.get("/referrals/MM-2027-000000-0"), 404)
    seen = 0
    for reference in shared_site.invented.referrals:
        answer = asks.get(f"/referrals/{reference}")
        if may_see(shared_site, reference, person):
            assert got(answer)["reference"] == reference
            seen += 1
        else:
            for part in ("", "/choices", "/history", "/history/1"):
                assert problem(asks.get(f"/referrals/{reference}{part}"), 404) == nowhere
            posted = asks.post(f"/referrals/{reference}/requests", json={"event": "add_note"})
            assert problem(posted, 404) == nowhere
    assert seen >= 10
    assert (seen == len(shared_site.invented.referrals)) == (person in ("audrey", "morgan"))


@pytest.mark.parametrize("person", PEOPLE)
def test_the_list_is_the_pages_list(shared_site: Served, person: str) -> None:
    asks, now = program(shared_site, person), shared_site.moment()
    for given, search in (
        ({}, Search()),
        ({"closed": "open"}, Search(closed=False)),
        ({"closed": "closed"}, Search(closed=True)),
        ({"owner": "me"}, Search(owner=person)),
        ({"policy": "heronsgate"}, Search(policy="heronsgate")),
        ({"school": "ashmead", "state": "placed"}, Search(school="ashmead", state="placed")),
    ):
        listed = [one["reference"] for one in everything(asks, "/referrals", limit=100, **given)]
        found = find(shared_site.work.office, person, now, search, limit=1000)
        assert listed == [row.reference for row in found.rows]


def test_the_list_is_what_the_page_shows(shared_site: Served) -> None:
    listed = [
        one["reference"] for one in everything(program(shared_site, "gwen"), "/referrals", limit=9)
    ]
    browser, address, shown = shared_site.browse("gwen"), "/referrals", list[str]()
    while address:
        page = browser.get(address).text
        shown += dict.fromkeys(re.findall(r'href="/referrals/([A-Z]{2,4}-\d{4}-\w{6}-\w)"', page))
        more = re.search(r'href="(/referrals\?[^"]*after=[^"]*)"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert shown == listed


@pytest.mark.parametrize("person", PEOPLE[:4])
def test_what_can_happen_next_is_decided_as_on_the_page(shared_site: Served, person: str) -> None:
    """And as casework decides it for each of the person's roles."""
    asks, now, allowed, refused = program(shared_site, person), shared_site.moment(), 0, 0
    for row in everything(asks, "/referrals", limit=200, closed="open"):
        reference = row["reference"]
        found = got(asks.get(f"/referrals/{reference}/choices"))
        seen = see(shared_site.work.office, reference, person, now)
        assert found["seq"] == seen.referral.seq
        assert [(one["event"], one["stands"], one["mine"]) for one in found["items"]] == [
            (way.event, way.stands, way.mine) for way in seen.ways
        ]
        by_role: dict[str, dict[str, Any]] = {}
        for one in found["items"]:
            role = one["role"]
            if role not in by_role and one["mine"]:
                decided = shared_site.work.choices(reference, person, now, role)
                by_role[role] = {choice.event: choice for choice in decided}
            if one["mine"]:
                choice = by_role[role][one["event"]]
                assert one["outcome"] == choice.decision.outcome
                assert (one["asks"], one["may_ask"]) == (list(choice.asks), list(choice.may_ask))
                assert plain(one["findings"]) == plain(choice.shown["findings"])
                allowed += one["outcome"] == "allowed"
                refused += one["outcome"] == "refused"
            for finding in one["findings"]:
                assert not set(finding["read"]) & set(seen.hidden)
    assert allowed > 5
    assert refused > 2


def plain(findings: Any) -> list[dict[str, Any]]:
    """Return findings without the members that say nothing."""
    return [{name: value for name, value in one.items() if value} for one in findings]


def test_the_worklist_is_the_pages_worklist(shared_site: Served) -> None:
    for mine in (False, True):
        told = got(
            program(shared_site, "rosa").get("/worklist", params={"mine": mine, "limit": 200})
        )
        found = work(shared_site.work.office, "rosa", shared_site.moment(), mine=mine, limit=200)
        assert told["total"] == found.total
        assert [[row["reference"] for row in one["items"]] for one in told["groups"]] == [
            [row.reference for row in group.rows] for group in found.groups
        ]


def test_what_falls_due_are_the_standing_deadlines_of_all_referrals_in_sight(
    shared_site: Served,
) -> None:
    for person in ("rosa", "gwen", "morgan"):
        asks, now = program(shared_site, person), shared_site.moment()
        expected = [
            (row.due_at, reference, row.name)
            for reference, referral in shared_site.invented.referrals.items()
            if referral.closed_on is None and may_see(shared_site, reference, person)
            for row in see(shared_site.work.office, reference, person, now).deadlines
            if row.state in ("armed", "breached") and row.due_at is not None
        ]
        told = list(everything(asks, "/deadlines", limit=200))
        assert [(one["reference"], one["name"]) for one in told] == [
            (reference, name) for _, reference, name in sorted(expected)
        ]
        soon = list(everything(asks, "/deadlines", limit=200, due_before="2027-03-12"))
        assert soon == [one for one in told if one["due_on"] < "2027-03-12"]
        own = {one["reference"] for one in everything(asks, "/referrals", owner="me", limit=200)}
        mine = list(everything(asks, "/deadlines", limit=200, mine=True))
        assert mine == [one for one in told if one["reference"] in own]


def test_a_history_proves_itself(shared_site: Served) -> None:
    reference = shared_site.invented.told_by("maidstone_placing.visit_to_come").reference
    asks = program(shared_site, "rosa")
    steps = list(everything(asks, f"/referrals/{reference}/history", limit=2))
    head = "0" * 64
    for at, step in enumerate(steps, start=1):
        whole = got(asks.get(f"/referrals/{reference}/history/{at}"))
        assert {name: whole[name] for name in step} == step
        assert (step["seq"], step["previous"]) == (at, head)
        head = step_hash(whole["body"].encode())
        assert step["hash"] == head
    assert got(asks.get(f"/referrals/{reference}"))["head"] == head
    problem(asks.get(f"/referrals/{reference}/history/{len(steps) + 1}"), 404)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("", "referral"),
        ("/choices", "choices"),
        ("/history", "history"),
        ("/history/1", "step"),
    ],
)
def test_a_look_at_a_childs_record_is_noted_before_it_is_answered(
    site: Served, path: str, what: str
) -> None:
    """I7."""
    reference = site.invented.told_by("maidstone_placing.visit_to_come").reference
    asks = program(site, "rosa")
    with site.work.store.reading() as tx:
        before = reads.of(tx, reference)
    got(asks.get(f"/referrals/{reference}{path}"))
    problem(program(site, "olive").get(f"/referrals/{reference}{path}"), 404)
    with site.work.store.reading() as tx:
        after = reads.of(tx, reference)
    (new,) = [one for one in after if one not in before]
    assert (new.person, new.what, new.at) == ("rosa", what, site.moment())


@pytest.mark.parametrize("path", ["/referrals", "/worklist", "/deadlines"])
def test_a_list_is_noted_once_a_day_for_each_referral_on_it(site: Served, path: str) -> None:
    asks = program(site, "imran")
    asks.get(path, params={"limit": 5})
    listed = re.findall(r'"reference":"([^"]+)"', asks.get(path, params={"limit": 5}).text)
    with site.work.store.reading() as tx:
        noted = [one for one in reads.by(tx, "imran") if one.at == site.moment()]
    assert sorted(one.reference for one in noted) == sorted(set(listed))
    assert {one.what for one in noted} == {"list"}
