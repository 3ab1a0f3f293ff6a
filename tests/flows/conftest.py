"""What the tests of the flows share: a real Prefect server, and an office that the flows find."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from apflow import casework
from apflow.runs import engine
from apflow.settings import Settings
from apflow.store import Store
from tests.prefect_server import PrefectServer
from tests.trial_office import Office, build


@pytest.fixture
def settings(prefect: PrefectServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Give settings that stand in the environment, as a flow's own process reads them."""
    given = Settings(
        home=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'apflow.db'}",
        states=(tmp_path / "states",),
        prefect_api_url=prefect.api,
        prefect_timeout_seconds=15,
    )
    for name, value in given.environment().items():
        monkeypatch.setenv(name, value)
    return given


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Iterator[Office]:
    """Give the office on the database that the settings name."""
    store = Store(settings.database_url)
    store.upgrade()
    store.close()
    made = build(tmp_path, settings.database_url)
    yield made
    made.work.store.close()
    casework.opened(settings.database_url, settings.states_folders).store.close()
    casework.opened.cache_clear()


def run_flow(settings: Settings, name: str, **ids: str) -> Any:
    """Run a flow against the server, as its own process would, and return its end state."""
    flow: Any = engine.load_flow(name)

    async def run() -> Any:
        async with engine.client():
            return await flow(**ids, return_state=True)

    # In a process of its own it waits for a server that is busy: nobody looks on.
    with engine.speaking_to(settings), temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 5}):
        return asyncio.run(run())
