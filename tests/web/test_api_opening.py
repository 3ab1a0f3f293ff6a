"""Opening referrals through the interface: for whom, by which way in, what is kept of a child."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from apflow.store import reads, register
from tests.small_office import Office
from tests.web.programs import got, problem, program, wrong
from tests.web.small_site import small_site
from tests.web_site import Served

Small = tuple[Served, Office]
#: What a referral to the forum is opened with; nothing is missing, and policy says no.
FROM_THE_COUNCIL = {
    "referring_school": "ashmead", "provider": "brook-lane", "reason": "at_risk",
    "year_group": 8, "lives_in": "maidstone_and_malling", "looked_after": False,
    "has_ehc_plan": False, "home_school_on_roll": True, "school_contact": "Ms Fenwick",
}  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    """Give the small office with its interface."""
    with small_site(tmp_path_factory.mktemp("api-opening")) as made:
        yield made


def opening(small: Small, person: str, name: str = "Ida Newell", **more: Any) -> httpx.Response:
    """Ask for a referral to be opened."""
    body = {
        "policy": "one-of-each",
        "pupil": {"name": name, "born_on": "2014-02-01"},
        "answers": {"home": "oak", "excluded": False},
        **more,
    }
    return program(small[0], person).post("/referrals", json=body)


def called(office: Office, name: str) -> list[register.Pupil]:
    with office.work.store.reading() as tx:
        return register.list_pupils(tx, name, limit=500)


def test_a_referral_of_a_new_pupil_is_opened(small: Small) -> None:
    site, office = small
    answer = opening(small, "sue")
    told = got(answer)
    assert answer.status_code == 201
    assert (told["state"], told["stands_at"], told["seq"]) == ("applied", "draft", 1)
    (pupil,) = called(office, "Ida Newell")
    assert pupil.born_on == date(2014, 2, 1)
    referral = got(program(site, "sue").get(f"/referrals/{told['reference']}"))
    assert (referral["pupil"], referral["owner"]["person"]) == ("Ida Newell", "sue")
    assert got(program(site, "sue").get(f"/requests/{told['id']}")) == told


def test_sent_again_it_is_one_referral_of_one_pupil(small: Small) -> None:
    key = uuid4().hex
    answers = [got(opening(small, "sue", "Twice Sent", id=key)) for _ in range(3)]
    assert answers == [answers[0]] * 3
    assert len(called(small[1], "Twice Sent")) == 1


def test_a_child_whom_others_entered_is_the_same_child(small: Small) -> None:
    site, office = small
    first = got(opening(small, "sue", "Noor Shared"))
    second = got(opening(small, "eve", "noor  SHARED", answers={"home": "elm", "excluded": False}))
    assert len(called(office, "Noor Shared")) == 1
    assert first["reference"] != second["reference"]
    problem(program(site, "eve").get(f"/referrals/{first['reference']}"), 404)


def test_another_referral_of_a_pupil_whom_one_sees(small: Small) -> None:
    site, office = small
    first = got(opening(small, "sue", "Once Before"))["reference"]
    second = got(opening(small, "sue", pupil={"of_referral": first}))["reference"]
    assert got(program(site, "sue").get(f"/referrals/{second}"))["pupil"] == "Once Before"
    assert len(called(office, "Once Before")) == 1
    with office.work.store.reading() as tx:
        assert ("sue", "form") in {(one.person, one.what) for one in reads.of(tx, first)}


def test_nobody_opens_a_referral_of_a_child_whom_they_do_not_see(small: Small) -> None:
    first = small[1].opened("p3")
    for reference in (first, "OE-2026-000000-0"):
        found = wrong(opening(small, "eve", pupil={"of_referral": reference}))
        assert found == {"pupil.of_referral": "you see no referral of that reference"}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"policy": "nowhere"}, "policy"),
        ({"policy": "No Name"}, "policy"),
        ({"event": "log"}, "event"),
        ({"role": "manager"}, "role"),
        ({"role": "panel_member"}, "role"),
        ({"answers": {"home": "ok", "excluded": False}}, "answers.home"),
        ({"answers": {"home": "oak", "excluded": "perhaps"}}, "answers.excluded"),
        ({"answers": {"homes": "oak"}}, "answers.homes"),
        ({"happened_on": "2026-01-15"}, "happened_on"),
        ({"overrides": {"no_guard": "x"}}, "overrides.no_guard"),
        ({"seen": 1}, "seen"),
        ({"pupil": {"name": "A Child"}}, "pupil.PupilDescribed.born_on"),
        ({"pupil": {"name": " ", "born_on": "2014-02-01"}}, "pupil.name"),
        ({"pupil": {"name": "Bell \x07", "born_on": "2014-02-01"}}, "pupil.name"),
        ({"pupil": {"name": "A Child", "born_on": "2026-02-01"}}, "pupil.born_on"),
        ({"pupil": {"name": "A Child", "born_on": "1950-02-01"}}, "pupil.born_on"),
        ({"pupil": None}, "pupil.PupilDescribed"),
        ({"pupil": {"id": "p1"}}, "pupil.PupilKnown.of_referral"),
    ],
)
def test_what_cannot_be_taken_is_named_and_no_child_is_entered(
    small: Small, more: dict[str, Any], field: str
) -> None:
    office = small[1]
    before = len(called(office, ""))
    assert field in wrong(opening(small, "sue", "Never Entered", **more))
    assert len(called(office, "")) == before


def test_what_policy_does_not_allow_leaves_no_trace_of_a_child(site: Served) -> None:
    body = {
        "policy": "maidstone-and-malling",
        "event": "open_referral",
        "pupil": {"name": "Left Behind", "born_on": "2014-02-01"},
        "answers": FROM_THE_COUNCIL,
    }
    said = problem(program(site, "rosa").post("/referrals", json=body), 409)
    assert said["type"] == "/api/v1/problems/refused"
    assert "Referrals come to the forum from a school." in said["detail"]
    assert "request" not in said
    unmet = [one for one in said["findings"] if one["verdict"] == "unmet"]
    assert any(one["clauses"] for one in unmet)
    with site.work.store.reading() as tx:
        assert register.list_pupils(tx, "Left Behind") == []


def test_of_several_ways_in_one_is_to_be_named(site: Served) -> None:
    body = {
        "policy": "maidstone-and-malling",
        "pupil": {"name": "A Child", "born_on": "2014-02-01"},
    }
    assert "open_referral" in wrong(program(site, "rosa").post("/referrals", json=body))["event"]


def test_a_fact_that_is_kept_from_a_role_is_told_nowhere(small: Small) -> None:
    site, _ = small
    told = {"home": "oak", "excluded": True, "excluded_on": "2026-01-12", "secret": True}
    reference = got(opening(small, "sue", "Kept Back", answers=told))["reference"]
    sue, lea = program(site, "sue"), program(site, "lea")
    seen = got(sue.get(f"/referrals/{reference}"))
    assert seen["hidden"] == ["secret"]
    assert "secret" not in seen["facts"]
    for path in ("/history", "/history/1"):
        history = got(sue.get(f"/referrals/{reference}{path}"))
        step = history["items"][0] if path == "/history" else history
        (value,) = [one for one in step["values"] if one["name"] == "secret"]
        assert (value["shown"], value["value"], value["salt"]) == ("not shown", None, None)
    for one in got(sue.get(f"/referrals/{reference}/choices"))["items"]:
        assert not any("secret" in finding["read"] for finding in one["findings"])
    assert got(lea.get(f"/referrals/{reference}"))["facts"]["secret"] is True
    (value,) = [
        one
        for one in got(lea.get(f"/referrals/{reference}/history/1"))["values"]
        if one["name"] == "secret"
    ]
    assert (value["shown"], value["value"]) == ("shown", True)


def test_who_opens_nothing_is_told_so(small: Small) -> None:
    assert "yours: none" in wrong(opening(small, "pam"))["policy"]
    problem(opening(small, "ann"), 403)


def test_no_childs_name_is_ever_in_an_address(small: Small) -> None:
    told = opening(small, "sue", "Name Inside")
    assert "Inside" not in str(told.headers)
    assert "Inside" not in told.text
