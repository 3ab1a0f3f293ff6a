"""Signing in at the organisation's own provider: the whole way there and back."""

import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from apflow.store import office_acts, register
from apflow.web.handshake import Handshake
from apflow.web.signing_in_elsewhere import EXTRA
from tests.web.signing_in_there import GWEN, WEB, Sso, refused, sso, started
from tests.web_site import Served

__all__ = ["sso"]


def test_the_sign_in_page_names_the_provider_by_its_title(sso: Sso) -> None:
    page = sso.browser().get("/sign-in?next=/account").text
    assert "Sign in with your Wealdshire account" in page
    assert 'href="/sign-in/sso?next=/account"' in page
    assert sso.provider.url not in page


def test_somebody_signs_in_there_and_goes_on_to_where_they_wanted(sso: Sso) -> None:
    browser = sso.browser()
    answer = browser.get("/sign-in/sso?next=/help")
    assert answer.status_code == 200
    assert answer.url.path == "/help"
    assert sso.who(browser) == "gwen"
    assert [one.how for one in sso.site.accounts.sessions_of("gwen", sso.site.moment())] == ["sso"]
    assert "apflow-sso" not in browser.cookies


def test_from_the_front_page_each_goes_to_where_they_begin(sso: Sso) -> None:
    sso.write_down("morgan", "morgan@office.example")
    sso.provider.person = {"sub": "m", "email": "morgan@office.example", "email_verified": True}
    browser = sso.browser()
    browser.follow_redirects = False
    there = browser.get("/sign-in/sso")
    back = browser.get(browser.get(there.headers["location"]).headers["location"])
    assert back.headers["location"] == "/dashboard"


def test_the_first_time_links_and_from_then_on_the_identity_counts(sso: Sso) -> None:
    sso.browser().get("/sign-in/sso")
    assert sso.site.accounts.person_by_identity(sso.provider.url, "g-1") == "gwen"
    with sso.site.work.store.reading() as tx:
        (act,) = office_acts.listed(tx, office_acts.Wanted(what="link_identity"))
    assert (act.person, act.about, act.details["subject"]) == ("gwen", "gwen", "g-1")
    sso.provider.person = {"sub": "g-1", "email": "married@elsewhere.example"}
    browser = sso.browser()
    browser.get("/sign-in/sso")
    assert sso.who(browser) == "gwen"


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ({"sub": "x", "email": "nobody@ashmead.example", "email_verified": True}, "not known"),
        ({"sub": "x", "email": "gwen@ashmead.example", "email_verified": False}, "not verified"),
        ({"sub": "x", "email": "gwen@ashmead.example"}, "never said to be verified"),
        ({"sub": "x", "email": "gwen@ashmead.example", "email_verified": "true"}, "only a word"),
        ({"sub": "x", "email": "gwen", "email_verified": True}, "an id is no address"),
        ({"sub": "x", "email": ["gwen@ashmead.example"], "email_verified": True}, "a list"),
        ({"sub": "x"}, "no address"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_whoever_is_nobody_here_is_told_so_and_never_added(
    sso: Sso, person: dict[str, Any], why: str
) -> None:
    sso.provider.person = person
    with sso.site.work.store.reading() as tx:
        before = register.list_people(tx)
    browser = sso.browser()
    answer = browser.get("/sign-in/sso")
    assert "apflow does not know which person you are" in refused(sso, browser, answer, 403)
    with sso.site.work.store.reading() as tx:
        assert register.list_people(tx) == before
    assert sso.site.accounts.person_by_identity(sso.provider.url, "x") is None


def test_an_address_links_one_identity_and_no_second_one(sso: Sso) -> None:
    sso.browser().get("/sign-in/sso")
    sso.provider.person = {**GWEN, "sub": "somebody-else"}
    browser = sso.browser()
    refused(sso, browser, browser.get("/sign-in/sso"), 403)


def test_an_address_written_down_twice_in_other_letters_links_nobody(sso: Sso) -> None:
    sso.write_down("hari", "Gwen@Ashmead.example")
    sso.provider.person = {**GWEN, "email": "Gwen@Ashmead.example"}
    browser = sso.browser()
    refused(sso, browser, browser.get("/sign-in/sso"), 403)


def test_capital_letters_in_an_address_make_no_difference(sso: Sso) -> None:
    sso.provider.person = {**GWEN, "email": "Gwen@Ashmead.Example"}
    browser = sso.browser()
    browser.get("/sign-in/sso")
    assert sso.who(browser) == "gwen"


@pytest.mark.parametrize("linked", [True, False])
def test_the_disabled_do_not_come_in_linked_or_not(sso: Sso, linked: bool) -> None:
    if linked:
        sso.browser().get("/sign-in/sso")
    with sso.site.work.store.writing() as tx:
        register.disable(tx, "gwen", sso.site.moment())
    browser = sso.browser()
    refused(sso, browser, browser.get("/sign-in/sso"), 403)


def test_what_is_asked_of_the_provider_is_bound_to_this_try(sso: Sso) -> None:
    browser = sso.browser()
    browser.follow_redirects = False
    asked = [
        parse_qs(urlsplit(browser.get("/sign-in/sso").headers["location"]).query) for _ in "ab"
    ]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
    assert asked[0]["redirect_uri"] == [f"{WEB}/sign-in/sso/back"]
    assert asked[0]["code_challenge_method"] == ["S256"]


def test_the_handshakes_cookie_is_short_lived_and_out_of_reach_of_scripts(sso: Sso) -> None:
    browser = sso.browser()
    browser.follow_redirects = False
    (cookie,) = browser.get("/sign-in/sso").headers.get_list("set-cookie")
    name, *said = (part.strip().lower() for part in cookie.split(";"))
    assert name.startswith("apflow-sso=")
    assert {"httponly", "samesite=lax", "max-age=600", "path=/"} <= set(said)


@pytest.mark.parametrize("way", ["another", "none"])
def test_another_browsers_answer_lets_nobody_in(sso: Sso, way: str) -> None:
    """An attacker's own code, slipped to somebody (login CSRF)."""
    _, attackers = started(sso)
    browser, _ = started(sso)
    if way == "none":
        browser.cookies.clear()
    answer = browser.get(attackers)
    told = refused(sso, browser, answer)
    assert ("too long" if way == "none" else "not signed in") in told
    assert sso.provider.asked.get("token", 0) == 0


def test_a_code_lets_in_once(sso: Sso) -> None:
    browser, back = started(sso)
    kept = browser.cookies["apflow-sso"]
    assert browser.get(back).status_code == 303
    again = sso.browser()
    again.cookies.set("apflow-sso", kept, domain="apflow.test")
    assert "not signed in" in refused(sso, again, again.get(back))
    assert sso.provider.asked["token"] == 2


def test_a_code_is_of_no_use_without_the_verifier(sso: Sso) -> None:
    """A code that was overheard, brought back with a handshake of the attacker's own (PKCE)."""
    _, back = started(sso)
    code, state = (parse_qs(urlsplit(back).query)[name][0] for name in ("code", "state"))
    browser = sso.browser()
    own = Handshake.begun("/")
    forged = Handshake(state, own.nonce, own.verifier, "/")
    browser.cookies.set("apflow-sso", forged.written(), domain="apflow.test")
    refused(sso, browser, browser.get(f"/sign-in/sso/back?code={code}&state={state}"))
    assert sso.provider.asked["token"] == 1


def test_signing_in_ends_the_session_that_was_there(sso: Sso) -> None:
    browser = sso.browser()
    browser.get("/sign-in/sso")
    before = browser.cookies["apflow"]
    browser.get("/sign-in/sso")
    assert browser.cookies["apflow"] != before
    assert sso.site.accounts.visitor(before, sso.site.moment()) is None


def test_without_a_provider_there_is_no_such_page(shared_site: Served) -> None:
    browser = shared_site.browse()
    assert browser.get("/sign-in/sso").status_code == 404
    assert browser.get("/sign-in/sso/back?code=a&state=b").status_code == 404
    assert "Sign in with" not in browser.get("/sign-in").text


def test_without_the_extra_people_read_what_to_do_and_the_log_says_what_is_missing(
    sso: Sso, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delitem(sys.modules, "apflow.web.single_sign_on", raising=False)
    monkeypatch.setitem(sys.modules, "authlib.oauth2.auth", None)
    monkeypatch.delattr("apflow.web.single_sign_on", raising=False)
    browser = sso.browser()
    assert "not set up here" in refused(sso, browser, browser.get("/sign-in/sso"), 503)
    assert EXTRA in caplog.text


def test_the_pages_do_not_load_authlib_before_somebody_signs_in_that_way() -> None:
    asked = "import sys, apflow.web.app; print('authlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
