"""Without Prefect, or with one that dies or hangs: the advance is applied, once, and in time."""

import secrets
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from apflow.referral import Request
from apflow.runs import Runs
from apflow.runs.api import PrefectApi, Whole
from apflow.runs.holding import Lost
from apflow.settings import Settings
from apflow.store import Store
from tests.prefect_server import LOOPBACK, PrefectServer, free_port, until
from tests.trial_office import NOW, Office, build


def _timed(runs: Runs, request: Request) -> tuple[Request, float]:
    began = monotonic()
    closed = runs.advance(request.id, NOW)
    return closed, monotonic() - began


def _only_run(prefect: PrefectServer, request: Request) -> dict[str, Any]:
    (run,) = prefect.runs(f"referral:{request.reference}")
    return run


@dataclass(frozen=True, slots=True)
class Death:
    """A server killed with a run under way, an advance while it was dead, and its return."""

    office: Office
    interrupted: Request
    while_dead: Request
    seconds_while_dead: float
    second_while_dead: float


@pytest.fixture(scope="module")
def death(prefect: PrefectServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Death]:
    """Live through the death once: starting the server takes ten seconds."""
    folder = tmp_path_factory.mktemp("death")
    url = f"sqlite:///{folder / 'apflow.db'}"
    store = Store(url)
    store.upgrade()
    store.close()
    office = build(folder, url)
    settings = Settings(home=folder, prefect_api_url=prefect.api, probe_seconds=0.2)
    with Runs(office.work, settings) as runs, ThreadPoolExecutor(1) as pool:
        until(lambda: runs.carrying, 30)
        interrupted = office.to_open()
        tag = f"referral:{interrupted.reference}"
        # The flow's body waits for its turn to write: the run is under way, nothing applied.
        with office.work.store.writing():
            carried = pool.submit(runs.advance, interrupted.id, NOW)
            until(lambda: [run["state_type"] for run in prefect.runs(tag)] == ["RUNNING"])
            prefect.kill()
        assert carried.result(30).state == "applied"
        first, second = office.to_open(), office.to_open()
        while_dead, seconds = _timed(runs, first)
        _, second_seconds = _timed(runs, second)
        prefect.start()
        until(lambda: all(map(office.run_of, (interrupted, first, second))), 40)
    yield Death(office, interrupted, while_dead, seconds, second_seconds)
    office.work.store.close()


def test_a_server_killed_in_the_middle_of_a_run_leaves_one_step_and_one_finished_run(
    death: Death, prefect: PrefectServer
) -> None:
    run = _only_run(prefect, death.interrupted)
    assert death.office.steps(death.interrupted.reference) == 1
    assert run["state_type"] == "COMPLETED"
    assert run["id"] == death.office.run_of(death.interrupted)
    assert "recorded-afterwards" in run["tags"]


def test_with_the_server_down_an_advance_is_applied_at_once(death: Death) -> None:
    assert death.while_dead.state == "applied"
    assert death.seconds_while_dead < 2
    assert death.second_while_dead < 0.5


def test_what_was_applied_with_the_server_down_is_recorded_when_it_is_back(
    death: Death, prefect: PrefectServer
) -> None:
    run = _only_run(prefect, death.while_dead)
    assert run["state_type"] == "COMPLETED"
    assert run["name"] == f"{death.while_dead.reference} open_referral"
    assert run["tags"] == [f"referral:{death.while_dead.reference}", "recorded-afterwards"]
    assert death.office.steps(death.while_dead.reference) == 1


def test_a_server_that_hangs_keeps_one_person_a_quarter_second_and_the_next_not_at_all(
    office: Office, runs: Runs, prefect: PrefectServer
) -> None:
    first, second = office.to_open(), office.to_open()
    prefect.freeze()
    try:
        closed, seconds = _timed(runs, first)
        _, next_seconds = _timed(runs, second)
    finally:
        prefect.thaw()
    assert closed.state == "applied"
    assert 0.2 < seconds < 1
    assert next_seconds < 0.5
    until(lambda: office.run_of(first) and office.run_of(second), 30)
    for request in (first, second):
        assert office.steps(request.reference) == 1
        run = _only_run(prefect, request)
        assert (run["id"], run["state_type"]) == (office.run_of(request), "COMPLETED")


def test_a_server_that_never_answered_is_never_waited_for(office: Office, tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind((LOOPBACK, 0))
        silent.listen()
        api = f"http://{LOOPBACK}:{silent.getsockname()[1]}/api"
        settings = Settings(home=tmp_path, prefect_api_url=api, probe_seconds=0.1)
        with Runs(office.work, settings) as runs:
            request = office.to_open()
            closed, seconds = _timed(runs, request)
    assert closed.state == "applied"
    assert seconds < 0.5
    assert [one.id for one in office.work.unrecorded()] == [request.id]


def test_a_sitting_held_with_prefect_away_is_recorded_one_decision_at_a_time(
    office: Office, settings: Settings, prefect: PrefectServer, tmp_path: Path
) -> None:
    sitting, requests = office.prepared_sitting(NOW)
    away = Settings(home=tmp_path, prefect_api_url=f"http://{LOOPBACK}:{free_port()}/api")
    with Runs(office.work, away, carries=False) as once:
        began = monotonic()
        decided = once.hold_forum(str(sitting), NOW)
        assert monotonic() - began < 2
    assert [one.state for one in decided] == ["applied", "applied"]
    with Runs(office.work, settings, carries=False, grace_seconds=0):
        until(lambda: all(map(office.run_of, requests)))
    for request in requests:
        run = _only_run(prefect, request)
        assert run["parameters"] == {"request_id": request.id}


def test_a_sitting_whose_run_got_no_answer_leaves_no_run_under_way(
    office: Office, settings: Settings, prefect: PrefectServer
) -> None:
    impatient = settings.model_copy(update={"prefect_timeout_seconds": 1.0})
    sitting, first = office.prepared_sitting(NOW)
    with Runs(office.work, impatient, carries=False, grace_seconds=0) as once:
        once.hold_forum(str(sitting), NOW)
        until(lambda: all(map(office.run_of, first)))
        _, second = office.prepared_sitting(NOW)
        prefect.freeze()
        try:
            decided = once.hold_forum(str(sitting), NOW)
        finally:
            prefect.thaw()
        assert [one.state for one in decided] == ["applied", "applied"]
        until(lambda: all(map(office.run_of, second)), 40)
    for request in (*first, *second):
        assert _only_run(prefect, request)["state_type"] == "COMPLETED"
    under_way = [run for run in prefect.of_flow("hold_forum") if run["state_type"] == "RUNNING"]
    assert under_way == []


def test_a_sittings_run_that_was_made_although_no_answer_came_is_cancelled(
    settings: Settings, prefect: PrefectServer
) -> None:
    whole = Whole("hold_forum", "hold_forum x", {"sitting": "x"}, f"x#{secrets.token_hex(8)}")
    with PrefectApi(settings) as api:
        made = api.begin_whole(whole)
        assert prefect.run(made.id)["state_type"] == "RUNNING"
        Lost(whole.key).finish(api)
        Lost("x#of a run that was never made").finish(api)
    assert prefect.run(made.id)["state_type"] == "CANCELLED"


def test_a_web_server_that_says_yes_to_everything_is_not_taken_for_prefect(
    prefect: PrefectServer, settings: Settings
) -> None:
    pages = settings.model_copy(update={"prefect_api_url": prefect.api.replace("/api", "/x/api")})
    with PrefectApi(settings) as right, PrefectApi(pages) as wrong:
        assert right.ready()
        assert not wrong.ready()


def test_without_prefect_in_the_settings_advances_are_applied_and_wait_for_a_recorder(
    office: Office, tmp_path: Path
) -> None:
    request = office.to_open()
    with Runs(office.work, Settings(home=tmp_path)) as runs:
        assert runs.advance(request.id, NOW).state == "applied"
    assert [one.id for one in office.work.unrecorded()] == [request.id]
