"""With Prefect there: every advance has exactly one flow run, and nobody waits for it."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
import sqlalchemy as sa

from apflow.casework import Casework
from apflow.clock import utc_now
from apflow.errors import ApflowError, Unknown
from apflow.referral import Request
from apflow.runs import Runs
from apflow.runs.api import PrefectApi
from apflow.settings import Settings
from apflow.store import Store
from tests.prefect_server import PrefectServer, until
from tests.trial_office import MARKER, NOW, Office

#: Carries the Request that its argument names, as a web process would.
_CARRY = """\
import sys
from threading import Event
from apflow.casework import opened
from apflow.clock import utc_now
from apflow.runs import Runs
from apflow.settings import Settings
settings = Settings.read()
runs = Runs(opened(settings.database_url, settings.states_folders), settings)
while not runs.carrying:
    Event().wait(0.02)
runs.advance(sys.argv[1], utc_now())
"""


def _runs_of(prefect: PrefectServer, request: Request) -> list[dict[str, object]]:
    """Return the runs of the referral but for those of other Requests."""
    found = prefect.runs(f"referral:{request.reference}")
    return [run for run in found if run["parameters"] == {"request_id": request.id}]


def _noted(office: Office, *requests: Request) -> None:
    until(lambda: all(office.run_of(request) for request in requests), what="every run is noted")


def test_an_advance_is_one_completed_run_with_the_referrals_name_and_tag(
    office: Office, runs: Runs, prefect: PrefectServer
) -> None:
    request = office.to_open()
    closed = runs.advance(request.id, NOW)
    assert closed.state == "applied"
    _noted(office, request)
    (run,) = _runs_of(prefect, request)
    assert run["name"] == f"{request.reference} open_referral"
    assert run["tags"] == [f"referral:{request.reference}"]
    assert (run["state_type"], run["state_name"]) == ("COMPLETED", "Completed")
    assert run["id"] == office.run_of(request)


def test_a_refusal_ends_its_run_completed_as_refused(
    office: Office, runs: Runs, prefect: PrefectServer
) -> None:
    request = office.to_consent(office.opened(), agrees=False)
    closed = runs.advance(request.id, NOW)
    assert closed.state == "refused"
    _noted(office, request)
    (run,) = _runs_of(prefect, request)
    assert (run["state_type"], run["state_name"]) == ("COMPLETED", "Refused")
    assert "recorded-afterwards" not in str(run["tags"])


def test_a_request_advanced_again_gives_the_first_result_and_no_second_run(
    office: Office, runs: Runs, prefect: PrefectServer
) -> None:
    request = office.to_open()
    first = runs.advance(request.id, NOW)
    _noted(office, request)
    again = runs.advance(request.id, NOW)
    assert again.result == first.result
    assert office.steps(request.reference) == 1
    assert len(_runs_of(prefect, request)) == 1


def test_one_request_advanced_by_four_at_once_is_one_step_and_one_run(
    office: Office, runs: Runs, prefect: PrefectServer
) -> None:
    request = office.to_open()
    with ThreadPoolExecutor(4) as pool:
        closed = list(pool.map(lambda _: runs.advance(request.id, NOW), range(4)))
    assert all(one.result == closed[0].result for one in closed)
    _noted(office, request)
    assert office.steps(request.reference) == 1
    assert len(_runs_of(prefect, request)) == 1


def test_one_request_advanced_by_two_processes_at_once_is_one_step_and_one_run(
    office: Office, runs: Runs, settings: Settings, prefect: PrefectServer
) -> None:
    store = Store(office.url)
    with Runs(Casework(store, (office.folder,)), settings) as other:
        until(lambda: other.carrying, 30)
        request = office.to_open(utc_now())
        with ThreadPoolExecutor(2) as pool:
            waiting = [pool.submit(one.advance, request.id, utc_now()) for one in (runs, other)]
            assert [one.result().state for one in waiting] == ["applied", "applied"]
        _noted(office, request)
    store.close()
    assert office.steps(request.reference) == 1
    (run,) = _runs_of(prefect, request)
    assert run["state_type"] == "COMPLETED"


def test_twenty_at_once_have_one_run_each_and_nobody_waits_two_seconds(
    office: Office, runs: Runs, prefect: PrefectServer
) -> None:
    requests = [office.to_open() for _ in range(20)]

    def advance(request: Request) -> float:
        began = monotonic()
        assert runs.advance(request.id, NOW).state == "applied"
        return monotonic() - began

    with ThreadPoolExecutor(20) as pool:
        waits = list(pool.map(advance, requests))
    assert max(waits) < 2
    _noted(office, *requests)
    found = [_runs_of(prefect, request) for request in requests]
    assert [len(one) for one in found] == [1] * 20
    assert {run["state_type"] for (run,) in found} == {"COMPLETED"}
    assert {office.steps(request.reference) for request in requests} == {1}


def test_a_process_that_only_records_has_its_run_recorded_when_it_closes(
    office: Office, settings: Settings, prefect: PrefectServer
) -> None:
    request = office.to_open()
    with Runs(office.work, settings, carries=False) as once:
        assert once.advance(request.id, NOW).state == "applied"
    (run,) = _runs_of(prefect, request)
    assert run["id"] == office.run_of(request)
    assert "recorded-afterwards" in str(run["tags"])


def test_a_run_whose_process_died_before_it_applied_is_finished_and_no_other_made(
    office: Office, settings: Settings, prefect: PrefectServer
) -> None:
    request = office.to_open()
    with PrefectApi(settings) as api:
        begun = api.begin(request)
    assert prefect.run(begun.id)["state_type"] == "PENDING"
    office.work.apply(request.id, NOW)
    with Runs(office.work, settings, carries=False, grace_seconds=0):
        _noted(office, request)
    (run,) = _runs_of(prefect, request)
    assert run["id"] == begun.id == office.run_of(request)
    assert run["state_type"] == "COMPLETED"
    assert "recorded-afterwards" in str(run["tags"])


def test_a_process_killed_in_the_middle_of_a_carry_leaves_one_step_and_one_finished_run(
    office: Office, settings: Settings, prefect: PrefectServer
) -> None:
    request = office.to_open()
    env = {
        **os.environ,
        **settings.environment(),
        "APFLOW_DATABASE_URL": office.url,
        "APFLOW_STATES": str(office.folder),
    }
    # While this process writes, the other one's flow body waits for its turn: it is killed there.
    with office.work.store.writing():
        other = subprocess.Popen([sys.executable, "-c", _CARRY, request.id], env=env)
        until(lambda: [run["state_type"] for run in _runs_of(prefect, request)] == ["RUNNING"], 60)
        other.kill()
        other.wait()
    assert office.work.request(request.id).state == "waiting"
    office.work.apply(request.id, NOW)
    with Runs(office.work, settings, carries=False, grace_seconds=0):
        _noted(office, request)
    (run,) = _runs_of(prefect, request)
    assert office.steps(request.reference) == 1
    assert (run["id"], run["state_type"]) == (office.run_of(request), "COMPLETED")


def test_a_run_whose_process_died_before_it_was_noted_is_noted_as_it_is(
    office: Office, settings: Settings, prefect: PrefectServer
) -> None:
    request = office.to_open()
    closed = office.work.apply(request.id, NOW)
    with PrefectApi(settings) as api:
        recorded = api.record(closed)
    with Runs(office.work, settings, carries=False, grace_seconds=0):
        _noted(office, request)
    assert office.run_of(request) == recorded.id
    assert len(_runs_of(prefect, request)) == 1


def test_what_another_process_just_closed_is_left_to_that_process(
    office: Office, settings: Settings, prefect: PrefectServer
) -> None:
    theirs = office.to_open(utc_now())
    office.work.apply(theirs.id, utc_now())
    with Runs(office.work, settings, carries=False) as once:
        ours = office.to_open(utc_now())
        once.advance(ours.id, utc_now())
        _noted(office, ours)
    assert office.run_of(theirs) is None
    assert _runs_of(prefect, theirs) == []


def test_an_unknown_request_is_said_to_be_unknown_and_makes_no_run(
    office: Office, runs: Runs, prefect: PrefectServer
) -> None:
    with pytest.raises(Unknown, match="request 'no-such-request'"):
        runs.advance("no-such-request", NOW)
    assert b"no-such-request" not in prefect.stored()


def test_nothing_that_people_wrote_reaches_prefect(
    office: Office, runs: Runs, prefect: PrefectServer
) -> None:
    applied = office.to_open()
    runs.advance(applied.id, NOW)
    refused = office.to_consent(applied.reference, agrees=False)
    runs.advance(refused.id, NOW)
    _noted(office, applied, refused)
    kept = prefect.stored()
    assert applied.reference.encode() in kept
    assert MARKER.encode() not in kept


def test_a_fault_reaches_the_person_and_only_its_name_reaches_prefect(
    office: Office, settings: Settings, prefect: PrefectServer
) -> None:
    request = office.to_open()
    with office.work.store.writing() as tx:
        tx.execute(sa.text("UPDATE lifecycles SET text = :text"), {"text": f"{MARKER}: [1"})
    store = Store(office.url)
    with Runs(Casework(store, (office.folder,)), settings) as runs:
        until(lambda: runs.carrying, 30)
        with pytest.raises(ApflowError):
            runs.advance(request.id, NOW)
        until(lambda: _runs_of(prefect, request)[0]["state_type"] == "FAILED")
    store.close()
    assert office.work.request(request.id).state == "waiting"
    assert MARKER.encode() not in prefect.stored()


def test_a_whole_sitting_is_one_run_noted_on_each_of_its_decisions(
    office: Office, settings: Settings, prefect: PrefectServer
) -> None:
    sitting, requests = office.prepared_sitting(utc_now())
    with Runs(office.work, settings, carries=False) as once:
        decided = once.hold_forum(str(sitting), utc_now())
        assert [one.state for one in decided] == ["applied", "applied"]
        assert once.hold_forum(str(sitting), utc_now()) == ()
    (run_id,) = {office.run_of(request) for request in requests}
    assert run_id is not None
    for request in requests:
        assert [run["id"] for run in prefect.runs(f"referral:{request.reference}")] == [run_id]
    run = prefect.run(run_id)
    assert (run["state_name"], run["name"]) == ("Completed", f"hold_forum {sitting}")
    assert len(prefect.artifacts(run_id)) == 1
