"""Our pages with a provider at which people sign in to them, and a browser that goes there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from typing_extensions import override

from apflow.settings import Settings
from apflow.store import register
from tests.invented_cohort import Invented
from tests.web.identity_provider import CLIENT, SECRET, IdentityProvider, identity_provider
from tests.web.well_formed import tree_of
from tests.web_site import Moment, Served, copy_of, served

#: What people type; the tests' browser knows which port that is.
WEB = "http://apflow.test"
GWEN: dict[str, Any] = {"sub": "g-1", "email": "gwen@ashmead.example", "email_verified": True}


@dataclass
class Sso:
    """Our pages, and the provider at which people sign in to them."""

    site: Served
    provider: IdentityProvider
    _open: list[httpx.Client] = field(default_factory=list)

    def browser(self) -> httpx.Client:
        """Return a browser that follows where it is sent."""
        port = urlsplit(self.site.url).port
        there = {WEB: Nearby(port or 0), "http://127.0.0.1": httpx.HTTPTransport()}
        headers = {"Sec-Fetch-Site": "none"}
        client = httpx.Client(mounts=there, base_url=WEB, headers=headers, follow_redirects=True)
        self._open.append(client)
        return client

    def close(self) -> None:
        """Close every browser."""
        for client in self._open:
            client.close()

    def who(self, browser: httpx.Client) -> str | None:
        """Return who is signed in, or None."""
        found = self.site.accounts.visitor(browser.cookies.get("apflow"), self.site.moment())
        return None if found is None else found.person

    def write_down(self, person: str, email: str | None) -> None:
        """Give a person an e-mail address, as an administrator would."""
        with self.site.work.store.writing() as tx:
            known = register.get_person(tx, person)
            assert known is not None
            register.change_person(tx, register.Person(person, known.name, email))


class Nearby(httpx.HTTPTransport):
    """Finds `apflow.test` on the loopback."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(host="127.0.0.1", port=self._port)
        return super().handle_request(
            httpx.Request(request.method, url, headers=request.headers, stream=request.stream)
        )


@contextmanager
def signing_in_at(cohort: Invented, folder: Path, **more: Any) -> Iterator[Sso]:
    moment = Moment()
    with identity_provider(moment) as provider, copy_of(cohort, folder) as work:
        settings = Settings.read(
            home=folder,
            database_url=work.store.url,
            states=work.office.folders,
            web_url=WEB,
            sso_client_id=CLIENT,
            sso_client_secret=SECRET,
            sso_title="your Wealdshire account",
            **{"sso_issuer": provider.url, **more},
        )
        with served(work, cohort, settings, moment) as site:
            one = Sso(site, provider)
            one.write_down("gwen", "gwen@ashmead.example")
            provider.behave(GWEN)
            yield one
            one.close()


@pytest.fixture
def sso(cohort: Invented, tmp_path: Path) -> Iterator[Sso]:
    with signing_in_at(cohort, tmp_path / "sso") as one:
        yield one


@pytest.fixture(scope="module")
def standing_sso(cohort: Invented, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sso]:
    with signing_in_at(cohort, tmp_path_factory.mktemp("standing-sso")) as one:
        yield one


@pytest.fixture
def lent(standing_sso: Sso) -> Sso:
    """Give one for several tests that let nobody in; what is known of the provider is forgotten."""
    standing_sso.site.moment.later(hours=2)
    standing_sso.provider.behave(GWEN)
    return standing_sso


def says(answer: httpx.Response) -> str:
    """Return what the page's error summary says."""
    page = tree_of(answer.text)
    summary = page.find(".//div[@class='govuk-error-summary__body']")
    assert summary is not None, answer.text
    return " ".join("".join(summary.itertext()).split())


def refused(sso: Sso, browser: httpx.Client, answer: httpx.Response, code: int = 400) -> str:
    """Return what somebody who was not let in is told, on the page from which they start anew."""
    assert answer.status_code == code
    assert "Traceback" not in answer.text
    assert '<h1 class="govuk-heading-l">Sign in</h1>' in answer.text
    assert 'href="/sign-in/sso' in answer.text
    assert sso.who(browser) is None
    return says(answer)


def started(sso: Sso) -> tuple[httpx.Client, str]:
    """Return a browser that has been at the provider, and where that sends it back to."""
    browser = sso.browser()
    browser.follow_redirects = False
    there = browser.get("/sign-in/sso?next=/account")
    return browser, browser.get(there.headers["location"]).headers["location"]
