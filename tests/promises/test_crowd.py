"""I15: fifty people at once, on SQLite, with Prefect: nobody meets a fault, nothing is lost.

What they waited for belongs to a machine and is printed (`pytest -s`), not claimed: 268 ms from
the click to the new state for the slowest of a hundred, where two cores had nothing else to do.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import httpx

from apflow.referral import Request
from apflow.store import Store, requests
from apflow.store.verify import verify
from tests.databases import Fresh
from tests.prefect_server import PrefectServer, free_port, until
from tests.promises.crowding import Crowd, Desk, Waited, now, office

PEOPLE = 50
SECONDS = 10


def test_fifty_people_at_once_meet_no_fault_and_every_advance_has_one_flow_run(
    fresh_database: Fresh, prefect: PrefectServer, tmp_path: Path
) -> None:
    url = fresh_database("sqlite", True)
    desks = office(url, PEOPLE, now() - timedelta(minutes=1))
    with _serving(url, prefect, tmp_path) as port, closing(Store(url)) as store:
        waited = Crowd(port, desks).work(SECONDS)
        _tell(waited)
        assert waited.faults == []
        assert len(waited.done) == PEOPLE
        until(lambda: _all_noted(store, desks), 240, "every advance has its flow run")
        for desk in desks:
            _one_run_for_each(store, prefect, desk, waited.done[desk.reference])
        verify(store)
    log = (tmp_path / "web.log").read_text(encoding="utf-8")
    assert "fault" not in log
    assert "Traceback" not in log


@contextmanager
def _serving(url: str, prefect: PrefectServer, home: Path) -> Iterator[int]:
    """Serve the pages in a process of their own, as `apflow up` does; give their port."""
    port = free_port()
    env = {name: value for name, value in os.environ.items() if "APFLOW_" not in name}
    env |= {
        "APFLOW_HOME": str(home),
        "APFLOW_DATABASE_URL": url,
        "APFLOW_PREFECT_API_URL": prefect.api,
        "APFLOW_WEB_PORT": str(port),
        "APFLOW_PROBE_SECONDS": "0.5",
        # Slow is no fault here, and a busy machine is slow.
        "APFLOW_PREFECT_TIMEOUT_SECONDS": "15",
    }
    with (home / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "apflow.web"], env=env, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: _ready(port), 60, "the pages are served")
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).is_success
    except httpx.HTTPError:
        return False


def _asked(store: Store, reference: str) -> list[Request]:
    """Return what was asked for a referral since it was opened."""
    with store.reading() as tx:
        return [one for one in requests.of(tx, reference) if one.opens is None]


def _all_noted(store: Store, desks: tuple[Desk, ...]) -> bool:
    return all(one.flow_run is not None for desk in desks for one in _asked(store, desk.reference))


def _one_run_for_each(store: Store, prefect: PrefectServer, desk: Desk, clicks: int) -> None:
    asked = _asked(store, desk.reference)
    assert [one.state for one in asked] == ["applied"] * clicks
    runs = prefect.runs(f"referral:{desk.reference}")
    assert Counter(run["idempotency_key"] for run in runs) == Counter(one.id for one in asked)
    assert {run["id"] for run in runs} == {one.flow_run for one in asked}
    assert {run["state_type"] for run in runs} == {"COMPLETED"}


def _tell(waited: Waited) -> None:
    """Print how long they waited, in milliseconds."""
    for what, took in (("click to new state", waited.clicks), ("form", waited.forms)):
        times = sorted(took)
        said = ", ".join(
            f"p{part} {1000 * times[len(times) * part // 100]:.0f}" for part in (50, 95, 99)
        )
        sys.stdout.write(f"{what}, {len(times)} of {PEOPLE} people: {said} ms\n")
