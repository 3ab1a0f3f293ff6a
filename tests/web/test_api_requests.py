"""Having something done through the interface: applied once, refused with reasons, or not taken."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from apflow.store import requests
from tests.small_office import Office
from tests.web.programs import got, problem, program, wrong
from tests.web.small_site import small_site
from tests.web_site import Served

Small = tuple[Served, Office]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    """Give the small office with its interface."""
    with small_site(tmp_path_factory.mktemp("api-requests")) as made:
        yield made


def asking(small: Small, person: str, reference: str, **body: Any) -> httpx.Response:
    """Ask for something on a referral; in ASCII, which can say anything."""
    return program(small[0], person).post(
        f"/referrals/{reference}/requests",
        content=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )


def kept(office: Office) -> int:
    """Return how many Requests there are."""
    with office.work.store.reading() as tx:
        return len(requests.unrecorded(tx, 100_000))


def test_an_event_is_applied_and_stands_as_a_step(small: Small) -> None:
    site, office = small
    reference = office.opened()
    answer = asking(
        small, "sue", reference, event="record_answer", answers={"agrees": True, "story": "Rang."}
    )
    told = got(answer)
    assert answer.status_code == 201
    assert (told["state"], told["event"], told["role"]) == ("applied", "record_answer", "school")
    assert (told["seq"], told["stands_at"]) == (2, "draft")
    assert answer.headers["location"] == f"/api/v1/requests/{told['id']}"
    assert got(program(site, "sue").get(f"/requests/{told['id']}")) == told
    sue = program(site, "sue")
    step = got(sue.get(f"/referrals/{reference}/history/2"))
    assert (step["request"], step["actor"]["person"], step["role"]) == (told["id"], "sue", "school")
    assert got(sue.get(f"/referrals/{reference}"))["facts"]["agrees"] is True


@pytest.mark.parametrize("way", ["body", "header", "quoted", "uuid"])
def test_sent_again_it_is_the_same_request_applied_once(small: Small, way: str) -> None:
    site, office = small
    reference, key = office.opened(), str(uuid4())
    if way != "uuid":
        key = key.replace("-", "")
    body: dict[str, Any] = {"event": "log", "answers": {"story": "Rang twice."}}
    headers = {}
    if way == "body":
        body["id"] = key
    else:
        headers["Idempotency-Key"] = f'"{key}"' if way == "quoted" else key
    sue = program(site, "sue")
    answers = [
        sue.post(f"/referrals/{reference}/requests", json=body, headers=headers) for _ in range(3)
    ]
    assert [got(one) for one in answers] == [answers[0].json()] * 3
    assert {one.status_code for one in answers} == {201}
    assert answers[0].json()["id"] == key.replace("-", "")
    assert len(got(sue.get(f"/referrals/{reference}/history"))["items"]) == 2


def test_sent_ten_times_at_once_it_is_one_step(small: Small) -> None:
    site, office = small
    reference = office.opened()
    body = {"event": "log", "answers": {"story": "Rang."}, "id": uuid4().hex}
    path = f"/referrals/{reference}/requests"
    clients = [program(site, "sue") for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda one: one.post(path, json=body), clients))
    assert {one.status_code for one in answers} == {201}
    assert {one.json()["seq"] for one in answers} == {2}
    assert len(got(clients[0].get(f"/referrals/{reference}/history"))["items"]) == 2


def test_a_refusal_says_every_guard_and_is_kept_and_changes_nothing(small: Small) -> None:
    site, office = small
    reference = office.opened(agrees=False)
    before = got(program(site, "sue").get(f"/referrals/{reference}"))
    said = problem(
        asking(small, "sue", reference, event="submit", answers={"sitting": "2026-01-14"}), 409
    )
    assert said["type"] == "/api/v1/problems/refused"
    assert said["title"] == "Policy says no"
    assert "The parent has not agreed." in said["detail"]
    unmet = {one["guard"]: one for one in said["findings"] if one["verdict"] == "unmet"}
    assert unmet["parent_agrees"]["clauses"] == ["T-1"]
    assert unmet["parent_agrees"]["read"] == {"agrees": False, "excluded": False}
    told = got(program(site, "sue").get(f"/requests/{said['request']}"))
    assert told["state"] == "refused"
    assert [{**one, "reason": None} for one in said["findings"]] == told["findings"]
    assert got(program(site, "sue").get(f"/referrals/{reference}")) == before


def test_a_refusal_sent_again_is_answered_alike(small: Small) -> None:
    reference = small[1].opened(agrees=False)
    body = {"event": "submit", "answers": {"sitting": "2026-01-14"}, "id": uuid4().hex}
    answers = [asking(small, "sue", reference, **body) for _ in range(2)]
    assert problem(answers[0], 409) == problem(answers[1], 409)


def test_the_door_says_what_the_choices_said(small: Small) -> None:
    site, office = small
    reference = office.opened()
    for person in ("sue", "lea"):
        choices = got(program(site, person).get(f"/referrals/{reference}/choices"))
        for one in choices["items"]:
            if one["asks"] or one["outcome"] == "allowed":
                continue
            said = problem(asking(small, person, reference, event=one["event"]), 409)
            mine = [finding["guard"] for finding in said["findings"]]
            assert mine == [finding["guard"] for finding in one["findings"]] or not one["mine"]


def test_a_written_reason_goes_past_a_guard_that_allows_it(small: Small) -> None:
    office = small[1]
    reference = office.opened("p2", agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    body: dict[str, Any] = {"event": "panel_agrees", "answers": {"sat": ["la"]}}
    refused = problem(asking(small, "lea", reference, **body), 409)
    (two,) = [one for one in refused["findings"] if one["guard"] == "two_sat"]
    assert (two["verdict"], two["override"]) == ("unmet", ["la"])
    told = got(
        asking(small, "lea", reference, **body, overrides={"two_sat": "Nobody else could come."})
    )
    (two,) = [one for one in told["findings"] if one["guard"] == "two_sat"]
    assert two["verdict"] == "overridden"


def test_who_saw_what_is_no_longer_so_is_told_what_changed(small: Small) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    seen = got(program(site, "lea").get(f"/referrals/{reference}"))["seq"]
    got(asking(small, "sue", reference, event="log", answers={"story": "No matter."}))
    got(asking(small, "sue", reference, event="record_answer", answers={"agrees": True}, seen=seen))
    first = got(asking(small, "sue", reference, event="submit", answers={"sitting": "2026-01-14"}))
    said = problem(asking(small, "sue", reference, event="stop", seen=seen), 409)
    assert said["type"] == "/api/v1/problems/stale"
    assert "Submit" in said["detail"]
    assert got(program(site, "sue").get(f"/requests/{said['request']}"))["changed"]
    assert got(program(site, "sue").get(f"/referrals/{reference}"))["seq"] == first["seq"]


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({"event": "logg"}, "event", "did you mean 'log'"),
        ({"event": "log", "answers": {"story": "x" * 5000}}, "answers.story", "4,000"),
        ({"event": "log", "answers": {"storey": "x"}}, "answers.storey", "did you mean 'story'"),
        ({"event": "log", "answers": {"story": 5}}, "answers.story", "text"),
        ({"event": "log", "answers": {"story": "\ud800"}}, "answers.story", "cannot be kept"),
        ({"event": "submit", "answers": {"sitting": "2026-01-15"}}, "answers.sitting", "listed"),
        ({"event": "log", "overrides": {"no_guard": "x"}}, "overrides.no_guard", "no guard"),
        ({"event": "log", "overrides": {"two_sat": " "}}, "overrides.two_sat", "written reason"),
        ({"event": "log", "overrides": {"two_sat": ""}}, "overrides.two_sat", "at least 1"),
        ({"event": "log", "role": "la"}, "role", "does not hold it"),
        ({"event": "log", "happened_on": "2026-01-15"}, "happened_on", "in the future"),
        ({"event": "log", "happened_on": "1990-01-15"}, "happened_on", "too long ago"),
        ({"event": "log", "happened_on": "14/1/2026"}, "happened_on", "2027-03-10"),
        ({"event": "log", "seen": -1}, "seen", "greater than or equal to 0"),
        ({"event": "log", "seen": 2**31}, "seen", "less than or equal to"),
        ({"event": "log", "id": "mine"}, "id", "pattern"),
        ({"event": "log", "extra": 1}, "extra", "nothing of that name"),
        ({"event": "correct_facts", "answers": {"agrees": True}}, "reason", "without a reason"),
        ({"event": "hand_over", "reason": "Leave"}, "owner", "who takes the referral over"),
        ({"event": "Log"}, "event", "pattern"),
        ({}, "event", "missing"),
        ({"event": "log", "answers": []}, "answers", "dictionary"),
    ],
)
def test_what_cannot_be_taken_is_named_with_the_way_out_and_nothing_is_stored(
    small: Small, body: dict[str, Any], field: str, says: str
) -> None:
    office = small[1]
    reference = office.opened()
    before = kept(office)
    found = wrong(asking(small, "sue", reference, **body))
    assert says in found[field]
    assert kept(office) == before


def test_what_is_wrong_with_several_answers_is_said_at_once(small: Small) -> None:
    reference = small[1].opened()
    body = {"event": "record_answer", "answers": {"agrees": "perhaps", "story": 1, "nothing": 2}}
    found = wrong(asking(small, "sue", reference, **body))
    assert set(found) == {"answers.agrees", "answers.story", "answers.nothing"}


def test_an_id_of_somebody_elses_request_is_not_theirs_to_use_or_read(small: Small) -> None:
    site, office = small
    reference = office.opened()
    body = {"event": "log", "answers": {"story": "Rang."}, "id": uuid4().hex}
    got(asking(small, "sue", reference, **body))
    assert "taken" in wrong(asking(small, "lea", reference, **body))["id"]
    problem(program(site, "lea").get(f"/requests/{body['id']}"), 404)
    problem(program(site, "max").get(f"/requests/{body['id']}"), 404)


def test_an_id_that_was_used_for_something_else_is_refused(small: Small) -> None:
    office = small[1]
    first, second, key = office.opened(), office.opened("p2"), uuid4().hex
    got(asking(small, "sue", first, event="log", answers={"story": "Rang."}, id=key))
    for reference, event in ((second, "log"), (first, "stop")):
        found = wrong(asking(small, "sue", reference, event=event, id=key))
        assert "something else" in found["id"]


def test_two_ids_that_differ_are_refused(small: Small) -> None:
    site, office = small
    reference = office.opened()
    answer = program(site, "sue").post(
        f"/referrals/{reference}/requests",
        json={"event": "log", "id": uuid4().hex},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert "another one" in wrong(answer)["id"]


def test_an_auditor_reads_all_and_changes_nothing(small: Small) -> None:
    site, office = small
    reference, before = office.opened(), kept(office)
    got(program(site, "ann").get(f"/referrals/{reference}"))
    for event in ("log", "correct_facts", "hand_over", "erase", "stop"):
        said = problem(asking(small, "ann", reference, event=event, reason="Because"), 403)
        assert said["title"] == "This is not for you"
    problem(program(site, "ann").post("/referrals", json=opening_of("Nobody New")), 403)
    assert kept(office) == before


def test_who_does_not_see_a_referral_cannot_have_anything_done_to_it(small: Small) -> None:
    office = small[1]
    reference, before = office.opened(), kept(office)
    said = problem(asking(small, "eve", reference, event="log", answers={"story": "x"}), 404)
    nowhere = problem(asking(small, "eve", "OE-2026-000000-0", event="log"), 404)
    assert said == nowhere
    assert kept(office) == before


def test_what_puts_a_referral_right_is_asked_in_the_same_way(small: Small) -> None:
    site, office = small
    reference = office.opened(agrees=False)
    fixed = {"event": "correct_facts", "answers": {"agrees": True}, "reason": "Mistyped."}
    got(asking(small, "sue", reference, **fixed))
    assert got(program(site, "sue").get(f"/referrals/{reference}"))["facts"]["agrees"] is True
    got(asking(small, "max", reference, event="hand_over", answers={"owner": "lea"}, reason="x"))
    assert got(program(site, "lea").get(f"/referrals/{reference}"))["owner"]["person"] == "lea"
    problem(asking(small, "sue", reference, event="erase", reason="x"), 409)


def test_a_request_is_not_read_any_more_by_who_no_longer_sees_the_referral(small: Small) -> None:
    site, office = small
    reference = office.opened()
    told = got(asking(small, "sue", reference, event="log", answers={"story": "Rang."}))
    moved = {"home": "elm"}
    office.done(reference, "correct_facts", "max", reason="Wrong school", **moved)
    problem(program(site, "sue").get(f"/requests/{told['id']}"), 404)


def opening_of(name: str, **more: Any) -> dict[str, Any]:
    """Return what is sent to open a referral of a new pupil."""
    return {
        "policy": "one-of-each",
        "pupil": {"name": name, "born_on": "2014-02-01"},
        "answers": {"home": "oak", "excluded": False},
        **more,
    }
