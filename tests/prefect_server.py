"""A real Prefect server for tests, one per session, with a database and a port of its own.

It takes about ten seconds to start, so a test that ends it starts it again for the others.
"""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import httpx
import pytest

LOOPBACK = "127.0.0.1"


def until(holds: Callable[[], object], seconds: float = 20.0, what: str = "") -> None:
    """Wait until `holds()`, looking fifty times a second; fail after `seconds`."""
    pause = Event()
    end = monotonic() + seconds
    while not holds():
        if monotonic() > end:
            pytest.fail(f"not within {seconds} s: {what or holds}")
        pause.wait(0.02)


def free_port() -> int:
    """Return a port of the loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


class PrefectServer:
    """Prefect's server as a process, to be ended, frozen and started again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.api = f"http://{LOOPBACK}:{self.port}/api"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it takes work."""
        database = f"sqlite+aiosqlite:///{self.home / 'prefect.db'}"
        env = {
            **{name: value for name, value in os.environ.items() if "PREFECT" not in name},
            "PREFECT_HOME": str(self.home),
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }
        address = ["--host", LOOPBACK, "--port", str(self.port)]
        with (self.home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "prefect", "server", "start", *address],
                env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        until(self.ready, 120, "Prefect's server is ready")

    def ready(self) -> bool:
        """Return whether the server takes work."""
        try:
            return httpx.get(f"{self.api}/ready", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let the server take connections and never answer."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the server go on where it was."""
        self._signal(signal.SIGCONT)

    def runs(self, tag: str) -> list[dict[str, Any]]:
        """Return every flow run that has the tag, of whatever flow."""
        wanted = {"flow_runs": {"tags": {"all_": [tag]}}}
        return self._ask("/flow_runs/filter", wanted)

    def of_flow(self, flow: str) -> list[dict[str, Any]]:
        """Return the runs of a flow."""
        return self._ask("/flow_runs/filter", {"flows": {"name": {"any_": [flow]}}})

    def run(self, run_id: str) -> dict[str, Any]:
        """Return one flow run."""
        found = httpx.get(f"{self.api}/flow_runs/{run_id}", timeout=10)
        found.raise_for_status()
        one: dict[str, Any] = found.json()
        return one

    def deployments(self) -> dict[str, dict[str, Any]]:
        """Return every deployment by its entrypoint's function."""
        found = self._ask("/deployments/filter", {})
        return {str(one["entrypoint"]).rpartition(":")[2]: one for one in found}

    def artifacts(self, run_id: str) -> list[dict[str, Any]]:
        """Return what stands on a run's page."""
        wanted = {"artifacts": {"flow_run_id": {"any_": [run_id]}}}
        return self._ask("/artifacts/filter", wanted)

    def stored(self) -> bytes:
        """Return every byte that the server keeps in its database."""
        return b"".join(path.read_bytes() for path in sorted(self.home.glob("prefect.db*")))

    def _ask(self, path: str, body: Mapping[str, object]) -> list[dict[str, Any]]:
        found = httpx.post(self.api + path, json=body, timeout=10)
        found.raise_for_status()
        rows: list[dict[str, Any]] = found.json()
        return rows

    def _signal(self, number: int) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, number)


@pytest.fixture(scope="session")
def prefect_database(pytestconfig: pytest.Config) -> Path:
    """Give the place of an empty database of this Prefect, kept from one session to the next.

    Making its tables takes twenty seconds; the first session that has a server puts it there.
    """
    kept: Path = pytestconfig.cache.mkdir("prefect")
    return kept / f"{version('prefect')}.db"


@pytest.fixture(scope="session")
def prefect(
    tmp_path_factory: pytest.TempPathFactory, prefect_database: Path
) -> Iterator[PrefectServer]:
    """Give a running server; whoever ends it starts it again."""
    server = PrefectServer(tmp_path_factory.mktemp("prefect"))
    if prefect_database.exists():
        shutil.copyfile(prefect_database, server.home / "prefect.db")
    server.start()
    if not prefect_database.exists():
        _keep(server.home / "prefect.db", prefect_database)
    yield server
    server.kill()


def _keep(database: Path, kept: Path) -> None:
    made = kept.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(made)) as copy:
        source.backup(copy)
    made.replace(kept)
