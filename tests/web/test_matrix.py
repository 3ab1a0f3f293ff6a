"""I7: every route asked as every kind of person, inside and outside their scope: nothing leaks."""

from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from apflow.referral import Referral
from apflow.referral.reference import make_reference
from apflow.store import register
from apflow.web.app import create
from tests.promises.pictures import rows
from tests.web.matrix import MATRIX
from tests.web.personas import Persona, personas, put_up
from tests.web.routes import Route, routes_of
from tests.web_site import Served

#: What an answer may be where there is one: done, what was typed cannot be taken, nothing to do.
ANSWERED = {200, 201, 303, 304, 307, 404, 409, 422, 429}
#: What is there for whoever may see it is never answered as if it were not.
GONE = {"referral": {404}, "programs, referral": {404}}
#: Where somebody who may ask is told that it is not theirs to do.
NO_IN_WORDS = {"deciding": {403}, "programs": {403}, "programs, referral": {403}}
#: What a program posts.
_NOTE = {"event": "add_note", "answers": {"note": "Rang twice."}}
#: What people do to their own account is theirs to do, an auditor's too.
OWN = ("reads", "sessions", "tokens", "passwords", "office_acts", "sign_in_failures", "requests")


@pytest.fixture
def referral(site: Served) -> Referral:
    """Give an open referral of a school, a unit and a council."""
    return site.invented.told_by("maidstone_deciding.on_the_agenda")


@pytest.fixture
def asking(site: Served, referral: Referral) -> list[Persona]:
    """Give everybody who asks."""
    put_up(site)
    return list(personas(site, referral))


def _filled(site: Served, route: Route, reference: str) -> str:
    """Return a route's path with examples for what it leaves open."""
    with site.work.store.reading() as tx:
        sittings = register.sittings(tx, "maidstone-and-malling")["forum_meeting"]
        handle = next(one.handle for one in register.list_people(tx) if one.id == "tomas")
    given = {
        "reference": reference,
        "event": "add_note",
        "seq": "1",
        "form": "csv",
        "name": "maidstone-and-malling",
        "policy": "maidstone-and-malling",
        "meeting": "forum_meeting",
        "on": max(day for day in sittings if day <= site.moment().date()).isoformat(),
        "digest": site.invented.referrals[site.invented.said["examples"][0]["reference"]].digest,
        "handle": handle,
        "organisation": "ashmead",
        "area": "maidstone-and-malling",
        "token": "feed_nobody",
        "kind": "refused",
        "request_id": "0" * 32,
        "_rest:path": "form",
    }
    path = route[1]
    for name, example in given.items():
        path = path.replace(f"{{{name}}}", example)
    assert "{" not in path, path
    return path


def _asked(persona: Persona, route: Route, path: str) -> httpx.Response:
    method = "GET" if route[0] == "MOUNT" else route[0]
    program = route[1].startswith("/api/")
    client = persona.program if program else persona.browser
    if method != "POST":
        return client.request(method, path)
    return (
        client.post(path, json=_NOTE) if program else client.post(path, data={"fact": "year_group"})
    )


def _expected(whose: str, persona: Persona) -> set[int]:
    """Return the answers that a persona may get from a route."""
    if whose == "everybody":
        return ANSWERED
    if not persona.signed_in:
        return {401} if whose.startswith("programs") else {303}
    may = {
        "signed in": True,
        "taking part": persona.acts or persona.reads_all,
        "opening": persona.opens,
        "deciding": persona.acts or persona.reads_all,
        "referral": persona.inside,
        "managers and auditors": persona.reads_all,
        "administrators": persona.administers,
        "programs": True,
        "programs, referral": persona.inside,
    }[whose]
    if may:
        return ANSWERED - GONE.get(whose, set()) | NO_IN_WORDS.get(whose, set())
    return {
        "referral": {404}, "programs, referral": {403, 404}, "deciding": {403, 404},
    }.get(whose, {403})  # fmt: skip


def test_no_route_is_missing_from_the_matrix_and_none_in_it_is_gone(site: Served) -> None:
    app = create(site.work, None, site.settings)  # type: ignore[arg-type]
    asked = [route for routes in MATRIX.values() for route in routes]
    assert Counter(asked).most_common(1)[0][1] == 1
    assert set(asked) == set(routes_of(app))


def _cells() -> Iterator[tuple[str, Route]]:
    for whose, routes in MATRIX.items():
        yield from ((whose, route) for route in sorted(routes))


def test_every_route_answers_each_kind_of_person_as_it_should_and_shows_no_other_child(
    site: Served, referral: Referral, asking: list[Persona]
) -> None:
    leaks, wrong, cells = [], [], 0
    for whose, route in _cells():
        if route == ("POST", "/sign-out"):
            continue
        path = _filled(site, route, referral.reference)
        for persona in asking:
            answer = _asked(persona, route, path)
            cells += 1
            if answer.status_code not in _expected(whose, persona):
                wrong.append((*route, persona.name, answer.status_code))
            if answer.status_code == 303 and not persona.signed_in and whose != "everybody":
                assert answer.headers["location"].startswith("/sign-in")
            leaks += [
                (*route, persona.name, name) for name in persona.unseen if name in answer.text
            ]
    assert leaks == []
    assert not wrong, "\n".join(map(str, wrong))
    assert cells >= 800


def test_what_is_outside_is_answered_exactly_as_what_is_not_there(
    site: Served, referral: Referral, asking: list[Persona]
) -> None:
    nowhere = make_reference("MM", 2027, 12345)
    outside = [persona for persona in asking if persona.signed_in and not persona.inside]
    assert len(outside) >= 5
    for route in sorted(MATRIX["referral"] | MATRIX["programs, referral"]):
        for persona in outside:
            there = _asked(persona, route, _filled(site, route, referral.reference))
            not_there = _asked(persona, route, _filled(site, route, nowhere))
            assert there.status_code in (403, 404), (route, persona)
            assert there.status_code == not_there.status_code, (route, persona)
            assert there.text == not_there.text, (route, persona)


def test_an_auditor_changes_nothing_whatever_is_posted(
    site: Served, referral: Referral, asking: list[Persona]
) -> None:
    auditor = next(persona for persona in asking if persona.person == "audrey")
    before = rows(site.work.store, OWN)
    form = {"reason": "Because", "happened_on": "2027-03-10", "owner": "rosa", "story": "It began"}
    for _, route in _cells():
        if route[0] == "POST" and not route[1].startswith(("/sign", "/account")):
            auditor.browser.post(_filled(site, route, referral.reference), data=form)
    assert rows(site.work.store, OWN) == before


def test_who_is_disabled_or_signed_out_is_nobody_from_the_next_request_on(
    site: Served, asking: list[Persona]
) -> None:
    """I14."""
    with site.work.store.writing() as tx:
        register.disable(tx, "rosa", site.moment())
    rosa = next(persona for persona in asking if persona.person == "rosa")
    imran = next(persona for persona in asking if persona.person == "imran")
    imran.browser.post("/sign-out")
    imran.browser.cookies.set("apflow", site.secret("imran"))
    assert rosa.browser.get("/").status_code == 303
    assert imran.browser.get("/").status_code == 200
