"""The pages served for tests: the real application on a real port, with the invented cohort.

`site` is a copy of the cohort that a test may change; `shared_site` is one for all tests that only
read. Nobody needs a password here: `browse("gwen")` is a browser in which Gwen is signed in.
"""

import asyncio
import shutil
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from typing_extensions import override

from apflow.casework import Casework
from apflow.casework.accounts import Accounts, Hashing
from apflow.runs import Runs
from apflow.settings import Settings
from apflow.store import Store
from apflow.web.app import create
from apflow.web.visitors import cookie_name
from tests.invented_cohort import NOW, Invented

#: As weak as argon2 lets one be: it is not the hashing that is tried here.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
#: For browsers that speak plain http: reading every certificate takes longer than most pages.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass
class Moment:
    """The present, as the pages are told it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        """Let time go by: `later(minutes=31)`."""
        self.now += timedelta(**by)


@dataclass
class Served:
    """An installation whose pages are served at `url`."""

    url: str
    work: Casework
    accounts: Accounts
    invented: Invented
    moment: Moment
    settings: Settings
    _open: list[httpx.Client] = field(default_factory=list)

    def secret(self, person: str) -> str:
        """Sign a person in and return the secret of their session."""
        return self.accounts.sign_in_as_known(person, "demo", self.moment())

    def browse(self, person: str | None = None, **headers: str) -> httpx.Client:
        """Return a browser in which `person` is signed in (None: nobody); redirects are shown."""
        client = httpx.Client(
            base_url=self.url,
            headers={"Sec-Fetch-Site": "same-origin", **headers},
            timeout=60,
            verify=NO_CERTIFICATES,
        )
        if person is not None:
            client.cookies.set("apflow", self.secret(person))
        self._open.append(client)
        return client

    def close(self) -> None:
        """Close every browser."""
        for client in self._open:
            client.close()


class _Prompt(uvicorn.Server):
    """A server that stops in a hundredth of a second, not a tenth: hundreds are started."""

    @override
    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks // 10):
            ticks += 1
            await asyncio.sleep(0.01)


@contextmanager
def served(
    work: Casework, invented: Invented, settings: Settings, moment: Moment | None = None
) -> Iterator[Served]:
    """Serve a casework's pages on a free port of the loopback."""
    at = moment or Moment()
    accounts = Accounts(work.office, Hashing(QUICK))
    with Runs(work, settings) as runs:
        listener = _listening()
        app = create(work, runs, settings, at, accounts)
        port = listener.getsockname()[1]
        server = _Prompt(uvicorn.Config(app, log_config=None, access_log=False))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        _wait_until_serving(server)
        one = Served(f"http://127.0.0.1:{port}", work, accounts, invented, at, settings)
        assert cookie_name(app.state.site).endswith("apflow")
        try:
            yield one
        finally:
            one.close()
            # It closes its socket by itself; waiting for that, hundreds of times, takes minutes.
            server.should_exit = True


def _listening() -> socket.socket:
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    return listener


def _wait_until_serving(server: uvicorn.Server) -> None:
    until = monotonic() + 30
    while not server.started:
        assert monotonic() < until, "the pages are not served"
        sleep(0.01)


@contextmanager
def copy_of(invented: Invented, folder: Path) -> Iterator[Casework]:
    """Give a casework on a copy of the cohort's database in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(invented.untouched, folder, dirs_exist_ok=True)
    states = folder / "states"
    store = Store(f"sqlite:///{folder / 'apflow.db'}")
    try:
        yield Casework(store, (states,))
    finally:
        store.close()


def settings_for(work: Casework, folder: Path) -> Settings:
    """Return the settings of an installation on a casework's database."""
    return Settings.read(
        home=folder, database_url=work.store.url, states=work.office.folders, demonstration=True
    )


@pytest.fixture
def site(cohort: Invented, tmp_path: Path) -> Iterator[Served]:
    """Give the pages on a copy of the cohort that the test may change."""
    with (
        copy_of(cohort, tmp_path / "site") as work,
        served(work, cohort, settings_for(work, tmp_path / "site")) as one,
    ):
        yield one


@pytest.fixture(scope="session")
def shared_site(cohort: Invented, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give the pages on a copy of the cohort that nobody changes."""
    folder = tmp_path_factory.mktemp("shared-site")
    with copy_of(cohort, folder) as work, served(work, cohort, settings_for(work, folder)) as one:
        yield one
