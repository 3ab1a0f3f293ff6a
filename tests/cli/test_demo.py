"""`apflow demo`: prepared once, gone on with, never put among what others keep."""

import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import httpx
import pytest

from apflow.casework.cohort import preparing
from apflow.store import Store, register, requests
from tests.cli.conftest import Type
from tests.invented_cohort import DAY, DEMO, SEED, Invented, cohort, environment
from tests.prefect_server import prefect_database, until

__all__ = ["cohort", "prefect_database"]


@pytest.fixture
def at_home(cohort: Invented, monkeypatch: pytest.MonkeyPatch) -> Invented:
    """Give the prepared home as the one that is typed in."""
    monkeypatch.setenv("APFLOW_HOME", str(cohort.home))
    for name in ("APFLOW_DATABASE_URL", "APFLOW_STATES", "APFLOW_AS"):
        monkeypatch.delenv(name, raising=False)
    return cohort


def test_the_cohort_is_counted_and_drawn(cohort: Invented) -> None:
    said = cohort.said
    assert said["prepared_now"] is True
    assert said["referrals"] == len(cohort.referrals) >= 80
    assert {policy: sum(one["referrals"] for one in states.values())
            for policy, states in said["states"].items()} == dict(
        Counter(one.lifecycle for one in cohort.referrals.values())
    )  # fmt: skip
    assert said["requests"]["refused"] >= 25
    assert said["deadlines_missed"] > said["met_since"] > 0
    assert said["overdue_now"] > 0
    assert len(said["pictures"]) == 4
    assert all(Path(picture).is_file() for picture in said["pictures"])
    assert {one["reference"] for one in said["examples"]} == set(cohort.referrals)
    assert list((cohort.home / "demo").glob("*.part*")) == []


def test_every_command_worth_typing_says_something(
    at_home: Invented, terminal: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in at_home.said["environment"].items():
        monkeypatch.setenv(name, value)
    assert len(at_home.said["look"]) >= 8
    for look in at_home.said["look"]:
        python, *module, command = look["command"].split()[:4]
        assert (python, *module) == (sys.executable, "-m", "apflow.cli")
        said = terminal(command, *look["command"].split()[4:])
        assert (said.code, said.err) == (0, ""), look
        assert len(said.out.splitlines()) >= 1


def test_what_is_printed_can_be_typed_as_it_stands(
    at_home: Invented, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in at_home.said["environment"].items():
        monkeypatch.setenv(name, value)
    typed = at_home.said["look"][0]["command"]
    done = subprocess.run(typed, shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_typed_again_it_goes_on_with_what_is_there(at_home: Invented, terminal: Type) -> None:
    said = terminal("demo", "--no-serve")
    assert said.code == 0
    assert f"Going on with the cohort that is there: seed {SEED}, told up to {DAY}." in said.out
    assert f"{at_home.said['referrals']} referrals" in said.out
    assert "export APFLOW_HOME=" in said.out
    same = terminal("demo", "--no-serve", "--json", "--seed", str(SEED)).json
    assert same["prepared_now"] is False
    assert same["examples"] == at_home.said["examples"]


def test_policies_that_were_deleted_are_written_anew(at_home: Invented, terminal: Type) -> None:
    states = at_home.home / "demo" / "states"
    before = (states / "heronsgate" / "lifecycle.yaml").read_bytes()
    shutil.rmtree(states)
    assert terminal("demo", "--no-serve", "--json").code == 0
    assert (states / "heronsgate" / "lifecycle.yaml").read_bytes() == before


@pytest.mark.parametrize("other", [("--seed", "8"), ("--date", "2027-03-11")])
def test_another_cohort_in_its_place_is_refused_with_the_way_out(
    at_home: Invented, terminal: Type, other: tuple[str, str]
) -> None:
    said = terminal("demo", "--no-serve", *other)
    assert said.code == 2
    assert f"holds the cohort of seed {SEED} up to {DAY}" in said.err
    assert "delete it for another" in said.err


def test_a_database_of_others_is_left_alone(
    tmp_path: Path, terminal: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'office.db'}")
    store.upgrade()
    with store.writing() as tx:
        register.add_person(tx, register.Person("ann", "Ann Archer"))
    monkeypatch.setenv("APFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("APFLOW_DATABASE_URL", store.url)
    said = terminal("demo", "--no-serve")
    assert said.code == 2
    assert "APFLOW_DATABASE_URL" in said.err
    with store.reading() as tx:
        assert [one.id for one in register.list_people(tx)] == ["ann"]


def test_a_cohort_that_was_interrupted_in_a_database_of_its_own_is_said(
    tmp_path: Path, terminal: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'half.db'}")
    store.upgrade()
    about = {"seed": 1, "until": "2026-03-18", "whole": False, "examples": []}
    with store.writing() as tx:
        register.add_organisation(tx, register.Organisation(preparing.MARK, "Half", about))
    monkeypatch.setenv("APFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("APFLOW_DATABASE_URL", store.url)
    said = terminal("demo", "--no-serve")
    assert said.code == 2
    assert "preparation was interrupted; delete it and begin again" in said.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--date", "yesterweek"), "--date"),
        (("--date", "1999-01-01"), "choose a day from"),
        (("--seed", "-1"), "--seed"),
        (("--port", "0"), "--port"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_prepared(
    tmp_path: Path, terminal: Type, monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, str], says: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("APFLOW_HOME", str(tmp_path))
    monkeypatch.delenv("APFLOW_DATABASE_URL", raising=False)
    said = terminal("demo", "--no-serve", *words)
    assert said.code == 2
    assert says in said.err
    assert not (tmp_path / "demo" / "apflow.db").exists()


class _Served:
    """`apflow demo` as a process, and what it said so far."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.pages = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self.process = subprocess.Popen(
            [*DEMO, "--web-port", self.pages.rpartition(":")[2]], env=environment(home),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.said: list[str] = []
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        if self.process.stdout is not None:
            with self.process.stdout as lines:
                self.said.extend(lines)

    def ended(self) -> int:
        code = self.process.wait(60)
        self._reader.join(5)
        return code


@pytest.fixture
def served(cohort: Invented, prefect_database: Path) -> Iterator[_Served]:
    """Give the cohort being served; Prefect's tables are there already, if ever they were made."""
    folder = cohort.home / "demo" / "prefect"
    folder.mkdir(exist_ok=True)
    if prefect_database.exists():
        shutil.copyfile(prefect_database, folder / "prefect.db")
    made = _Served(cohort.home)
    try:
        yield made
    finally:
        made.process.kill()
        made.ended()


def test_served_it_records_a_run_for_each_request_and_stops_cleanly(
    served: _Served, cohort: Invented
) -> None:
    until(lambda: any("Sweeping deadlines" in line for line in served.said), 150)
    _each_of_the_four_signs_in(served)
    store = cohort.store

    def recorded() -> int:
        with store.reading() as tx:
            return sum(
                one.flow_run is not None
                for reference in cohort.said["examples"][:40]
                for one in requests.of(tx, reference["reference"])
            )

    until(recorded, 60, "a run is recorded")
    served.process.send_signal(signal.SIGINT)
    assert served.ended() == 0
    assert served.said[-1] == "Everything is stopped\n"
    assert any(line.startswith("Prefect's pages: http://127.0.0.1:") for line in served.said)
    assert not any("Traceback" in line or "failed" in line for line in served.said)


def _each_of_the_four_signs_in(served: _Served) -> None:
    """Sign in to the pages by each of the words that were printed."""
    begin = served.said.index("Sign in there as one of:\n")
    assert served.said[begin - 1] == f"The pages: {served.pages}\n"
    four = [line.split()[-2:] for line in served.said[begin + 1 : begin + 5]]
    assert len(four) == 4
    for person, password in four:
        with httpx.Client(base_url=served.pages, headers={"Origin": served.pages}) as browser:
            answer = browser.post("/sign-in", data={"name": person, "password": password})
            assert answer.status_code == 303, person
            assert browser.get("/account").status_code == 200
