"""Who comes into the administration, what they never see there, and that no word breaks a page."""

import re
from collections.abc import Iterator
from typing import Any

import html5lib
import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from apflow.store import register
from apflow.web import account, auditor
from apflow.web import administrator as administration
from tests.web.administering import acts, administrator, handle
from tests.web_site import Served

_FILLED = {
    "policy": "heronsgate", "meeting": "panel_meeting", "on": "2027-04-13", "form": "csv",
    "organisation": "ashmead", "area": "maidstone-and-malling",
}  # fmt: skip
#: Words that break what is careless with them: markup, statements, templates, paths, half a
#: character, marks that turn the writing, and very much of anything.
HOSTILE = (
    b"\x00", b"%ED%A0%80", b"%FF%FE", b"%3Cscript%3Ealert(1)%3C/script%3E", b"'%20OR%201=1--",
    b"%7B%7B7*7%7D%7D", b"../../etc/passwd", b"%E2%80%AEx", b"9" * 5000, b"%0D%0ASet-Cookie:%20a=b",
    b"-1", b"1e999", "𝔘é".encode(),
)  # fmt: skip


def _routes(router: APIRouter) -> Iterator[APIRoute]:
    for route in router.routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _routes(included)
        elif isinstance(route, APIRoute):
            yield route


def _doors(router: APIRouter, site: Served) -> Iterator[tuple[str, str]]:
    """Give (method, address) of every page of a room."""
    filled = {**_FILLED, "handle": handle(site, "gwen")}
    for route in _routes(router):
        path = re.sub(r"{(\w+)}", lambda found: filled[found[1]], route.path)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield method, path


def test_nobody_but_an_administrator_comes_in_and_nothing_is_done(site: Served) -> None:
    doors = list(_doors(administration.router, site))
    assert len(doors) > 25
    for person, status in (
        ("gwen", 403), ("rosa", 403), ("imran", 403), ("helen", 403), ("audrey", 403), (None, 303),
    ):  # fmt: skip
        browser = site.browse(person)
        for method, path in doors:
            assert browser.request(method, path).status_code == status, (person, method, path)
    assert acts(site) == []


def test_an_administrator_sees_no_referral_anywhere(site: Served) -> None:
    browser = administrator(site)
    with site.work.store.reading() as tx:
        names = {one.name for one in register.list_pupils(tx, limit=1000) if one.name}
    for method, path in _doors(administration.router, site):
        if method == "GET":
            text = browser.get(path).text
            assert [one for one in site.invented.referrals if one in text] == [], path
            assert [name for name in names if name in text] == [], path
    reference = next(iter(site.invented.referrals))
    for path in (f"/referrals/{reference}", f"/referrals/{reference}/history/1", "/audit", "/"):
        answer = browser.get(path)
        assert reference not in answer.text
        assert answer.status_code in (200, 303, 403, 404), path


_FIELDS = (
    "name", "email", "id", "role", "organisation", "who", "day", "ticked", "first", "last",
    "every", "unit", "weekday", "start", "end", "kind", "label", "add", "content", "seen",
    "confirmed", "file", "heads", "session", "token", "days", "current", "new", "called", "of-urn",
    "of-listed", "event", "policy", "reference", "run", "after", "year", "done", "count", "area",
    "has",
)  # fmt: skip


@pytest.mark.parametrize(
    ("room", "person"), [(administration, None), (account, "gwen"), (auditor, "audrey")]
)
def test_no_word_breaks_a_page(site: Served, room: Any, person: str | None) -> None:
    browser = site.browse(person) if person else administrator(site)
    doors = [one for one in _doors(room.router, site) if not one[1].endswith("/disable")]
    for word in HOSTILE:
        body = b"&".join(field.encode() + b"=" + word for field in _FIELDS)
        for method, path in doors:
            answer = _asked(browser, method, path, body)
            assert answer.status_code < 500, (word[:20], method, path, answer.text[:500])
            assert "set-cookie" not in answer.headers
            assert "<script>alert" not in answer.text
            if "html" in answer.headers.get("content-type", ""):
                html5lib.HTMLParser(strict=True).parse(answer.text)


def _asked(browser: httpx.Client, method: str, path: str, body: bytes) -> httpx.Response:
    if method == "POST":
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return browser.post(path, content=body, headers=form)
    query = b"&".join(one[:1000] for one in body.split(b"&")).replace(bytes(1), b"%00")
    return browser.get(f"{path}?{query.decode('latin-1')}")
