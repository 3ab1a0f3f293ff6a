"""Signing in and out: who comes in, where they land, and what a session is worth."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from apflow.store import register, sessions
from apflow.web.visitors import local
from tests.invented_cohort import Invented
from tests.web.reading import problems, read, text_of
from tests.web_site import Served, copy_of, served, settings_for

WORD = "amber otter lantern quilt"


def _with_password(site: Served, person: str = "gwen") -> str:
    site.accounts.set_password(person, WORD, site.moment())
    return WORD


def _sign_in(browser: httpx.Client, name: str = "gwen", **more: str) -> httpx.Response:
    return browser.post("/sign-in", data={"name": name, "password": WORD, **more})


def _ends(site: Served, secret: str) -> bool:
    """Whether the session of that secret has ended."""
    return site.accounts.visitor(secret, site.moment()) is None


@pytest.mark.parametrize(
    ("person", "lands"), [("gwen", "/"), ("morgan", "/dashboard"), ("audrey", "/audit")]
)
def test_everybody_lands_where_their_work_is(site: Served, person: str, lands: str) -> None:
    _with_password(site, person)
    answer = _sign_in(site.browse(), person)
    assert (answer.status_code, answer.headers["location"]) == (303, lands)


def test_a_name_may_be_an_address_however_its_letters_are_typed(site: Served) -> None:
    with site.work.store.writing() as tx:
        person = register.Person("gwen", "Gwen Pascoe", "gwen@ashmead.example")
        register.change_person(tx, person)
    _with_password(site)
    assert _sign_in(site.browse(), " Gwen@Ashmead.Example ").status_code == 303


@pytest.mark.parametrize(
    ("name", "password"),
    [("gwen", "wrong"), ("nobody", WORD), ("", ""), ("gwen", ""), ("ned", WORD), ("gw\x00en", "x")],
)
def test_what_is_wrong_is_never_said_and_the_name_is_kept(
    site: Served, name: str, password: str
) -> None:
    _with_password(site)
    browser = site.browse()
    answer = browser.post("/sign-in", data={"name": name, "password": password, "next": "/help"})
    found = read(answer, 422)
    (says,) = problems(found)
    assert says.startswith("That name and password do not belong together")
    (typed,) = [one for one in found.iter("input") if one.get("name") == "name"]
    assert typed.get("value", "") == name.replace("\x00", "")
    (onward,) = [one for one in found.iter("input") if one.get("name") == "next"]
    assert onward.get("value") == "/help"
    assert "set-cookie" not in answer.headers


def test_after_ten_wrong_tries_even_the_right_password_waits_and_is_told_until_when(
    site: Served,
) -> None:
    _with_password(site)
    browser = site.browse()
    for _ in range(10):
        assert browser.post("/sign-in", data={"name": "gwen", "password": "x"}).status_code == 422
    answer = _sign_in(browser)
    (says,) = problems(read(answer, 429))
    assert says == (
        "There were too many wrong tries. Try again at 09:15, or ask your administrator."
    )
    assert answer.headers["retry-after"] == "900"
    assert "set-cookie" not in answer.headers
    _with_password(site, "hari")
    assert _sign_in(site.browse(), "hari").status_code == 303, "others are let in"
    site.moment.later(minutes=15, seconds=1)
    assert _sign_in(browser).status_code == 303


def test_whoever_is_signed_in_is_not_asked_again(site: Served) -> None:
    answer = site.browse("audrey").get("/sign-in")
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit")


def test_people_go_on_to_where_they_wanted(site: Served) -> None:
    _with_password(site)
    browser = site.browse()
    asked = browser.get("/account/tokens")
    assert asked.headers["location"] == "/sign-in?next=/account/tokens"
    found = read(browser.get(asked.headers["location"]))
    (onward,) = [one for one in found.iter("input") if one.get("name") == "next"]
    assert _sign_in(browser, next=onward.get("value", "")).headers["location"] == "/account/tokens"


def test_people_go_on_to_what_they_filtered_for(site: Served) -> None:
    asked = site.browse().get("/audit?event=erase&policy=heronsgate")
    found = read(site.browse().get(asked.headers["location"]))
    (onward,) = [one for one in found.iter("input") if one.get("name") == "next"]
    assert onward.get("value") == "/audit?event=erase&policy=heronsgate"


def test_who_is_signed_out_while_sending_is_told_so_and_led_back_to_the_page(site: Served) -> None:
    _with_password(site)
    page = "/account/tokens?done=taken"
    browser = site.browse(Referer=f"{site.url}{page}")
    sent = browser.post("/account/tokens", data={"name": "A program"})
    assert sent.status_code == 303
    asked = browser.get(sent.headers["location"])
    assert "so nothing of it was recorded" in asked.text
    (onward,) = [one for one in read(asked).iter("input") if one.get("name") == "next"]
    assert onward.get("value") == page
    assert _sign_in(browser, next=page).headers["location"] == page
    assert "nothing of it was recorded" not in browser.get("/sign-in?next=/account").text


@pytest.mark.parametrize("page", ["https://evil.example/account", "nonsense", "http://[", ""])
def test_nobody_is_sent_elsewhere_by_the_page_they_came_from(site: Served, page: str) -> None:
    sent = site.browse(Referer=page).post("/account/tokens", data={"name": "A program"})
    assert sent.headers["location"] == "/sign-in?lost=1"


ELSEWHERE = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
    "http://evil.example", "https:evil.example", "javascript:alert(1)", "data:text/html,x",
    " //evil.example", "/\n//evil.example", "\x01//evil.example", "evil.example", "@evil.example",
    "",
]  # fmt: skip


@pytest.mark.parametrize("onward", ELSEWHERE)
def test_nobody_is_sent_elsewhere_by_a_link(site: Served, onward: str) -> None:
    _with_password(site)
    assert _sign_in(site.browse(), next=onward).headers["location"] == "/"
    asked = site.browse().get("/sign-in", params={"next": onward})
    (field,) = [one for one in read(asked).iter("input") if one.get("name") == "next"]
    assert field.get("value") == "/"


def test_what_leads_to_our_own_pages_is_left_as_it_is() -> None:
    for path in ("/", "/referrals/MM-2026-PYR87Z-X", "/audit?event=erase", "/a//b", "/é"):
        assert local(path) == path


def test_a_session_that_was_planted_is_worth_nothing_and_is_replaced(site: Served) -> None:
    """Session fixation: what the browser came with is never the secret of the new session."""
    _with_password(site)
    browser = site.browse()
    answer = browser.post(
        "/sign-in",
        data={"name": "gwen", "password": WORD},
        headers={"Cookie": "apflow=planted-by-somebody-else"},
    )
    assert "planted" not in answer.headers["set-cookie"]
    assert browser.cookies["apflow"] != "planted-by-somebody-else"
    assert browser.get("/account").status_code == 200
    planted = site.browse()
    planted.cookies.set("apflow", "planted-by-somebody-else")
    assert planted.get("/account").status_code == 303


def test_signing_in_again_ends_the_session_before(site: Served) -> None:
    _with_password(site)
    browser = site.browse()
    _sign_in(browser)
    first = browser.cookies["apflow"]
    _sign_in(browser)
    assert browser.cookies["apflow"] != first
    assert _ends(site, first)


def test_the_store_knows_a_session_by_its_digest_alone(site: Served) -> None:
    _with_password(site)
    browser = site.browse()
    _sign_in(browser)
    secret = browser.cookies["apflow"]
    (session,) = site.accounts.sessions_of("gwen", site.moment())
    assert session.id == sha256(secret.encode()).hexdigest()
    url = site.work.store.url.removeprefix("sqlite:///")
    for file in (Path(url), Path(url + "-wal")):
        assert secret.encode() not in file.read_bytes()


def test_signing_out_ends_the_session_at_once_and_empties_the_browser(site: Served) -> None:
    _with_password(site)
    browser = site.browse()
    _sign_in(browser)
    secret = browser.cookies["apflow"]
    answer = browser.post("/sign-out")
    assert answer.headers["location"] == "/sign-in?out=1"
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert 'apflow=""' in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert _ends(site, secret)
    old = site.browse()
    old.cookies.set("apflow", secret)
    assert old.get("/account").status_code == 303
    assert "You are signed out" in text_of(read(browser.get(answer.headers["location"])))


def test_signing_out_is_no_link_that_others_could_set(site: Served) -> None:
    browser = site.browse("gwen")
    assert browser.get("/sign-out").status_code == 405
    assert browser.get("/account").status_code == 200


def test_whoever_is_disabled_is_out_from_the_next_request(site: Served) -> None:
    browser = site.browse("gwen")
    assert browser.get("/account").status_code == 200
    with site.work.store.writing() as tx:
        register.disable(tx, "gwen", site.moment())
    assert browser.get("/account").status_code == 303
    _with_password(site)
    assert _sign_in(site.browse()).status_code == 422


def test_a_session_left_alone_for_half_an_hour_ends(site: Served) -> None:
    browser = site.browse("gwen")
    site.moment.later(minutes=29)
    assert browser.get("/account").status_code == 200
    site.moment.later(minutes=29)
    assert browser.get("/account").status_code == 200, "it was used in the meantime"
    site.moment.later(minutes=31)
    assert browser.get("/account").status_code == 303


def test_a_session_ends_after_twelve_hours_however_often_it_is_used(site: Served) -> None:
    browser = site.browse("gwen")
    for _ in range(35):
        site.moment.later(minutes=20)
        assert browser.get("/account").status_code == 200
    site.moment.later(minutes=21)
    assert browser.get("/account").status_code == 303


def test_a_session_that_is_asked_for_by_somebody_elses_secret_shape_is_nobodys(
    site: Served,
) -> None:
    for odd in ("x", "é", "a" * 5000, "' OR 1=1 --", "\x7f"):
        browser = site.browse()
        answer = browser.get("/account", headers={b"Cookie": f"apflow={odd}".encode()})
        assert answer.status_code == 303, odd


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Served) -> None:
    _with_password(site)
    cookie = _sign_in(site.browse()).headers["set-cookie"]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", "max-age=43200"} <= parts
    assert not any(part.startswith("domain") for part in parts)
    assert "secure" not in parts, "the loopback has no https"


@contextmanager
def _behind_https(cohort: Invented, folder: Path) -> Iterator[Served]:
    """Give the pages as they are behind a proxy that brings https."""
    with copy_of(cohort, folder) as work:
        settings = settings_for(work, folder).model_copy(
            update={"web_url": "https://apflow.example"}
        )
        with served(work, cohort, settings) as site:
            yield site


def test_behind_https_the_cookie_is_tied_to_this_host_and_to_https(
    cohort: Invented, tmp_path: Path
) -> None:
    with _behind_https(cohort, tmp_path / "https") as site:
        _with_password(site)
        answer = _sign_in(site.browse())
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-apflow=")
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "path=/"} <= parts
        assert not any(part.startswith("domain") for part in parts)
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


def test_nobody_signs_somebody_else_in_from_another_site(site: Served) -> None:
    """Login CSRF: a page elsewhere must not put somebody into its own account here."""
    _with_password(site)
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": site.url},
        {"Sec-Fetch-Site": "nonsense"},
    ):
        answer = _sign_in(site.browse(None, **headers))
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    # A browser without fetch metadata says where a form came from all the same.
    old = site.browse()
    del old.headers["Sec-Fetch-Site"]
    form = {"name": "gwen", "password": WORD}
    for origin, status in (("https://evil.example", 403), ("null", 403), (site.url, 303)):
        answer = old.post("/sign-in", data=form, headers={"Origin": origin})
        assert answer.status_code == status


def test_a_session_is_what_the_store_says_whatever_the_browser_keeps(site: Served) -> None:
    secret = site.secret("gwen")
    browser = site.browse()
    browser.cookies.set("apflow", secret)
    assert browser.get("/account").status_code == 200
    with site.work.store.writing() as tx:
        sessions.revoke(tx, sha256(secret.encode()).hexdigest(), site.moment())
    assert browser.get("/account").status_code == 303
