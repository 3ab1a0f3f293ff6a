"""The flows as Prefect runs them: loaded by path, given ids, saying codes only."""

import json
from datetime import timedelta
from typing import Any

import pytest
from prefect import Flow
from prefect.flows import load_flow_from_entrypoint

from apflow.clock import utc_now
from apflow.errors import Unknown
from apflow.places import place
from apflow.runs import Runs, imports
from apflow.runs.imports import Staged
from apflow.settings import Settings
from tests.flows.conftest import run_flow
from tests.prefect_server import PrefectServer, until
from tests.trial_office import MARKER, NOW, Office

FLOWS = (
    "advance_referral", "fire_deadlines", "hold_forum", "import_referrals", "send_notices",
)  # fmt: skip


@pytest.mark.parametrize("name", FLOWS)
def test_prefect_loads_each_flow_by_its_path(name: str) -> None:
    flow: Flow[..., Any] = load_flow_from_entrypoint(f"{place('flows') / f'{name}.py'}:{name}")
    assert flow.name == name
    assert flow.isasync
    assert flow.persist_result is False
    assert flow.log_prints is False
    kinds = [one["type"] for one in flow.parameters.properties.values()]
    assert kinds == ["string"] * len(kinds)


def test_an_advance_started_by_hand_is_noted_named_and_never_recorded_again(
    office: Office, settings: Settings, prefect: PrefectServer
) -> None:
    request = office.to_open()
    state = run_flow(settings, "advance_referral", request_id=request.id)
    assert (state.type.value, state.name) == ("COMPLETED", "Completed")
    assert office.steps(request.reference) == 1
    with Runs(office.work, settings, carries=False, grace_seconds=0):
        pass
    (run,) = prefect.runs(f"referral:{request.reference}")
    assert run["id"] == office.run_of(request)
    assert run["name"] == f"{request.reference} open_referral"


def test_an_advance_started_by_hand_that_is_refused_ends_as_refused(
    office: Office, settings: Settings
) -> None:
    request = office.to_consent(office.opened(), agrees=False)
    state = run_flow(settings, "advance_referral", request_id=request.id)
    assert (state.type.value, state.name) == ("COMPLETED", "Refused")


def test_a_request_that_is_not_there_fails_its_run_with_a_name_and_no_text(
    office: Office, settings: Settings
) -> None:
    state = run_flow(settings, "advance_referral", request_id="nothing")
    assert (state.type.value, state.message) == ("FAILED", "nothing: Unknown")


def test_the_sweep_applies_what_a_crash_left_waiting_and_records_it(
    office: Office, settings: Settings, prefect: PrefectServer
) -> None:
    request = office.to_open(utc_now() - timedelta(minutes=5))
    closed_long_ago = office.work.apply(office.to_open(NOW).id, NOW)
    state = run_flow(settings, "fire_deadlines")
    assert state.type.value == "COMPLETED"
    assert "applied_waiting 1" in state.message
    assert office.work.request(request.id).state == "applied"
    (run,) = prefect.runs(f"referral:{closed_long_ago.reference}")
    assert "recorded-afterwards" in run["tags"]


def test_a_second_sweep_changes_nothing(office: Office, settings: Settings) -> None:
    request = office.to_open(utc_now() - timedelta(minutes=5))
    run_flow(settings, "fire_deadlines")
    steps = office.steps(request.reference)
    state = run_flow(settings, "fire_deadlines")
    assert "applied_waiting 0" in state.message
    assert office.steps(request.reference) == steps


def test_a_request_left_for_too_long_is_abandoned_by_the_sweep(
    office: Office, settings: Settings
) -> None:
    request = office.to_open(utc_now() - timedelta(hours=1))
    state = run_flow(settings, "fire_deadlines")
    assert "abandoned 1" in state.message
    assert office.work.request(request.id).state == "abandoned"


def test_a_sitting_is_decided_by_one_run_that_every_decision_names(
    office: Office, settings: Settings, prefect: PrefectServer
) -> None:
    sitting, requests = office.prepared_sitting(utc_now())
    state = run_flow(settings, "hold_forum", sitting=str(sitting))
    assert state.message == f"applied {len(requests)}"
    assert {office.work.request(one.id).state for one in requests} == {"applied"}
    (run_id,) = {office.run_of(one) for one in requests}
    assert run_id is not None
    for request in requests:
        assert [run["id"] for run in prefect.runs(f"referral:{request.reference}")] == [run_id]
    (table,) = prefect.artifacts(run_id)
    assert [row["outcome"] for row in json.loads(table["data"])] == ["applied", "applied"]
    again = run_flow(settings, "hold_forum", sitting=str(sitting))
    assert again.message == "nothing"


def test_a_sitting_that_is_no_sitting_fails_its_run_with_a_name(
    office: Office, settings: Settings
) -> None:
    state = run_flow(settings, "hold_forum", sitting="trial")
    assert (state.type.value, state.message) == ("FAILED", "hold_forum trial: BadInput")


def test_a_spreadsheet_is_imported_once_by_one_run_and_deleted(
    office: Office, settings: Settings, prefect: PrefectServer
) -> None:
    rows = [f"k{number},q{number},{MARKER} {number},{MARKER} needs help" for number in range(3)]
    sheet = "\n".join(["key,pupil,pupil_name,why", *rows, "k9,q9,,no name"]) + "\n"
    import_id = imports.stage(
        settings, Staged("trial", "autumn.csv", "ann", "school", sheet.encode())
    )
    state = run_flow(settings, "import_referrals", import_id=import_id)
    assert state.message == "bad 1, opened 3"
    done = imports.result(settings, import_id)
    assert [row.outcome for row in done] == ["opened", "opened", "opened", "bad"]
    noted = {office.work.request(one.id).flow_run for one in office.requests_of(done)}
    (run_id,) = noted
    assert run_id is not None
    (progress,) = prefect.artifacts(run_id)
    assert progress["data"] == 80.0
    assert run_flow(settings, "import_referrals", import_id=import_id).type.value == "FAILED"
    assert MARKER.encode() not in prefect.stored()


def test_an_import_that_was_never_left_is_unknown_and_no_path_is_followed(
    settings: Settings,
) -> None:
    for import_id in ("0" * 32, "../../etc", ""):
        with pytest.raises(Unknown):
            imports.staged(settings, import_id)


def test_what_was_imported_is_forgotten_in_time(settings: Settings) -> None:
    import_id = imports.stage(settings, Staged("trial", "a.csv", "ann", None, b"key,pupil\n"))
    assert imports.forget(settings, utc_now() - timedelta(days=1)) == 0
    assert imports.staged(settings, import_id).file == "a.csv"
    assert imports.forget(settings, utc_now() + timedelta(days=1)) == 1
    until(lambda: not list((settings.home / "imports").iterdir()))
