"""Everybody's own account: who they are here, their password, and where they are signed in."""

import httpx
import pytest

from tests.web.administering import done_by
from tests.web.reading import done, follow, problems, read, rows, text_of
from tests.web_site import Served

WORD, OTHER = "amber otter lantern quilt", "velvet anchor thistle drum"


def _session(site: Served, browser: httpx.Client) -> str:
    """Return the id of the session that a browser holds."""
    found = site.accounts.visitor(browser.cookies["apflow"], site.moment())
    assert found is not None
    return found.session


def test_people_see_who_they_are_and_what_they_may(shared_site: Served) -> None:
    said = text_of(read(shared_site.browse("gwen").get("/account")))
    assert "Gwen Pascoe" in said
    assert "Receiving school · Ashmead Academy" in said
    assert "Auditor" in text_of(read(shared_site.browse("audrey").get("/account")))


def test_nobody_has_an_account_page_without_signing_in(shared_site: Served) -> None:
    browser = shared_site.browse()
    for path in ("", "/password", "/tokens", "/feed"):
        answer = browser.get(f"/account{path}")
        assert answer.headers["location"] == f"/sign-in?next=/account{path}"
        answer = browser.post(f"/account{path}")
        assert answer.status_code in (303, 405)
        assert answer.headers.get("location", "/sign-in?lost=1") == "/sign-in?lost=1"


def test_the_sessions_of_others_are_ended_one_by_one_or_all_together(site: Served) -> None:
    browser, telephone, library = (site.browse("gwen") for _ in range(3))
    found = read(browser.get("/account"))
    listed = rows(found, "Where you are signed in")
    assert len(listed) == 3
    assert sum("This one" in one for one in listed) == 1
    ids = {_session(site, one) for one in (telephone, library)}
    named = {one.get("value") for one in found.iter("input") if one.get("name") == "session"}
    assert named == ids, "this session is not offered"
    answer = browser.post("/account/sessions/end", data={"session": _session(site, library)})
    assert done(follow(browser, answer)) == "You are signed out in 1 other place."
    assert library.get("/account").status_code == 303
    assert telephone.get("/account").status_code == 200
    again = browser.post("/account/sessions/end", data={"session": "no such"})
    assert done(follow(browser, again)) == "That was ended already."
    follow(browser, browser.post("/account/sessions/end"))
    assert telephone.get("/account").status_code == 303
    assert browser.get("/account").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(site: Served) -> None:
    gwen, hari = site.browse("gwen"), site.browse("hari")
    theirs = _session(site, hari)
    follow(gwen, gwen.post("/account/sessions/end", data={"session": theirs}))
    assert hari.get("/account").status_code == 200


def test_a_new_password_ends_every_other_session(site: Served) -> None:
    site.accounts.set_password("gwen", WORD, site.moment())
    browser, telephone = site.browse("gwen"), site.browse("gwen")
    answer = browser.post("/account/password", data={"current": WORD, "new": OTHER})
    assert done(follow(browser, answer)) == (
        "Your password is changed. You are signed out in 1 other place."
    )
    assert telephone.get("/account").status_code == 303
    assert browser.get("/account").status_code == 200
    fresh = site.browse()
    wrong = fresh.post("/sign-in", data={"name": "gwen", "password": WORD})
    assert wrong.status_code == 422
    right = fresh.post("/sign-in", data={"name": "gwen", "password": OTHER})
    assert right.status_code == 303
    assert done_by(site)[0] == ("gwen", "set_password", "gwen")


@pytest.mark.parametrize(
    ("current", "new", "field", "says"),
    [
        ("", OTHER, "current", "Enter the password that you have now"),
        (WORD, "", "new", "Enter the password that you want"),
        ("wrong", OTHER, "current", "That is not your password"),
        (WORD, "short", "new", "at least 12"),
        (WORD, WORD, "new", "is the one you have"),
        (WORD, "aaaaaaaaaaaaaaaa", "new", "too few different"),
        (WORD, "Gwen   Pascoe", "new", "your own name"),
        (WORD, "x" * 300, "new", "longer than"),
        (WORD, "amber\x00otter\x00quilt", "new", "cannot be typed"),
    ],
)
def test_a_password_that_cannot_be_is_said_at_its_field_and_never_shown(
    site: Served, current: str, new: str, field: str, says: str
) -> None:
    site.accounts.set_password("gwen", WORD, site.moment())
    browser = site.browse("gwen")
    answer = browser.post("/account/password", data={"current": current, "new": new})
    found = read(answer, 422)
    (problem,) = problems(found).items()
    assert problem[1] == field
    assert says in problem[0]
    assert OTHER not in answer.text
    assert WORD not in answer.text
    right = site.browse().post("/sign-in", data={"name": "gwen", "password": WORD})
    assert right.status_code == 303


def test_a_session_left_open_is_no_way_to_guess_the_password(site: Served) -> None:
    site.accounts.set_password("gwen", WORD, site.moment())
    browser = site.browse("gwen")
    for _ in range(10):
        browser.post("/account/password", data={"current": "guess", "new": OTHER})
    found = read(browser.post("/account/password", data={"current": WORD, "new": OTHER}), 422)
    (says,) = problems(found)
    assert "too many wrong tries" in says


def test_a_role_that_two_policies_know_is_said_in_one_word(site: Served) -> None:
    said = text_of(read(site.browse("gwen").get("/account")))
    assert "School · Ashmead Academy" in said
    assert " or " not in said.partition("Your roles")[2].partition("Name, e-mail")[0]
