"""What the tests of runs share: a real Prefect server, a real SQLite database, a small office."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from apflow.runs import Runs
from apflow.settings import Settings
from apflow.store import Store
from tests.prefect_server import PrefectServer, until
from tests.trial_office import Office, build


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an office on an SQLite database of its own."""
    url = f"sqlite:///{tmp_path / 'apflow.db'}"
    store = Store(url)
    store.upgrade()
    store.close()
    made = build(tmp_path, url)
    yield made
    made.work.store.close()


@pytest.fixture
def settings(prefect: PrefectServer, tmp_path: Path) -> Settings:
    """Give settings that name the server, and ask after a failed one often.

    A call may take long: on a busy machine a second is not enough, and what is to be seen here
    is the protocol. No person waits for a call.
    """
    return Settings(
        home=tmp_path, prefect_api_url=prefect.api, prefect_timeout_seconds=15, probe_seconds=0.2
    )


@pytest.fixture
def runs(office: Office, settings: Settings) -> Iterator[Runs]:
    """Give Runs that has loaded Prefect and found it ready."""
    with Runs(office.work, settings) as made:
        until(lambda: made.carrying, 30, "advances are carried")
        yield made
