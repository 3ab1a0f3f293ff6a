"""Programs that ask the interface with a person's token, and what they are answered."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx

from tests.web_site import NO_CERTIFICATES, Served

PROBLEM = "application/problem+json"


def token(site: Served, person: str, days: int = 30) -> str:
    """Return a new token of a person, for programs."""
    ends = site.moment() + timedelta(days=days)
    return site.accounts.issue_token(person, "api", "a test", ends, site.moment())


def program(site: Served, person: str) -> httpx.Client:
    """Return a program that asks with a token of `person`, the same one every time."""
    made: dict[str, str] = vars(site).setdefault("tokens", {})
    secret = made.setdefault(person, "") or token(site, person)
    made[person] = secret
    return showing(site, f"Bearer {secret}")


def showing(site: Served, shown: str | None) -> httpx.Client:
    """Return a program that shows this as what authorizes it; nothing for None."""
    headers = [] if shown is None else [(b"Authorization", shown.encode("latin-1"))]
    client = httpx.Client(
        base_url=f"{site.url}/api/v1", headers=headers, timeout=60, verify=NO_CERTIFICATES
    )
    site._open.append(client)
    return client


def got(answer: httpx.Response) -> Any:
    """Return what was answered, which has to be well."""
    assert answer.status_code in (200, 201), answer.text[:2000]
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def problem(answer: httpx.Response, status: int) -> Any:
    """Return the problem that was answered (RFC 9457)."""
    assert answer.status_code == status, answer.text[:2000]
    assert answer.headers["content-type"] == PROBLEM
    said = answer.json()
    assert said["status"] == status
    assert said["title"]
    return said


def wrong(answer: httpx.Response) -> dict[str, str]:
    """Return what cannot be taken of what was sent: why, by where it stands."""
    said = problem(answer, 422)
    assert said["type"] == "/api/v1/problems/bad-input"
    return {one["field"]: one["says"] for one in said["errors"]}


def everything(client: httpx.Client, path: str, **given: Any) -> Iterator[Any]:
    """Give every item of a list, page by page."""
    after: dict[str, Any] = {}
    while True:
        page = got(client.get(path, params={**given, **after}))
        yield from page["items"]
        if page["next"] is None:
            return
        assert page["items"]
        after = {"after": page["next"]}
