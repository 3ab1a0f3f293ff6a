"""`apflow up`: everything starts, says where, and nothing is left behind."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from apflow.runs.child import Child
from apflow.runs.up import LOOPBACK, CannotStart, keep, up
from apflow.settings import Settings
from tests.prefect_server import PrefectServer, until

_UP = """\
import sys
from pathlib import Path
from apflow.runs.up import up
from apflow.settings import Settings
up(Settings.read(), lambda line: print(line, flush=True), None, ("apflow.web",), ("Welcome.",))
"""


def _in_group(leader: int) -> list[int]:
    """Return the processes that live in the group of `leader`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == leader and fields[0] != "Z":
            found.append(int(entry.parent.name))
    return found


def _children(parent: int) -> list[int]:
    tasks = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(pid) for pid in tasks.read_text().split()]


def _free() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


class _Up:
    """`apflow up` as a process, and what it said so far."""

    def __init__(self, home: Path) -> None:
        self.web_port = _free()
        env = {
            **os.environ,
            "APFLOW_HOME": str(home),
            "APFLOW_SWEEP_MINUTES": "5",
            "APFLOW_WEB_PORT": str(self.web_port),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", _UP], env=env, stdout=subprocess.PIPE, text=True
        )
        self.said: list[str] = []
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        if self.process.stdout is not None:
            with self.process.stdout as lines:
                self.said.extend(lines)

    def ended(self) -> int:
        code = self.process.wait(40)
        self._reader.join(5)
        return code


@pytest.fixture
def running(tmp_path: Path, prefect: PrefectServer, prefect_database: Path) -> Iterator[_Up]:
    # With the tables there already it starts in half the time.
    (tmp_path / "prefect").mkdir()
    shutil.copyfile(prefect_database, tmp_path / "prefect" / "prefect.db")
    made = _Up(tmp_path)
    try:
        yield made
    finally:
        made.process.kill()
        made.ended()


def test_up_serves_pages_and_sweep_and_stops_without_a_trace(running: _Up) -> None:
    until(lambda: any("Sweeping deadlines" in line for line in running.said), 120)
    pages = f"http://{LOOPBACK}:{running.web_port}"
    assert running.said[:2] == [f"The pages: {pages}\n", "Welcome.\n"]
    assert "Sign in" in httpx.get(f"{pages}/sign-in").text
    api = next(line.split()[2] for line in running.said if line.startswith("Prefect's API"))

    def served() -> dict[str, dict[str, Any]]:
        found = httpx.post(f"{api}/deployments/filter", json={}, timeout=20).json()
        return {one["entrypoint"].rpartition(":")[2]: one for one in found}

    flows = {
        "fire_deadlines", "send_notices", "advance_referral", "hold_forum", "import_referrals",
    }  # fmt: skip
    until(lambda: set(served()) == flows, 60, "every flow is served")
    sweep = served()["fire_deadlines"]
    (schedule,) = sweep["schedules"]
    assert schedule["schedule"]["interval"] == 300
    assert schedule["active"]
    assert sweep["global_concurrency_limit"]["limit"] == 1
    assert sweep["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"

    leaders = _children(running.process.pid)
    assert len(leaders) == 3
    running.process.send_signal(signal.SIGTERM)
    assert running.ended() == 0
    assert running.said[-1] == "Everything is stopped\n"
    assert [_in_group(leader) for leader in leaders] == [[], [], []]


def test_a_port_already_taken_is_said_and_nothing_is_started(tmp_path: Path) -> None:
    said: list[str] = []
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"port {port} on {LOOPBACK} cannot be used"):
            up(Settings(home=tmp_path), said.append, port)
    assert said == []
    assert not (tmp_path / "log").exists()


def test_a_taken_port_of_the_pages_is_said_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"port {port}"):
            up(Settings(home=tmp_path, web_port=port), print, web=("apflow.web",))
    assert not (tmp_path / "log").exists()


def test_a_port_that_cannot_be_one_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="port 70000"):
        up(Settings(home=tmp_path), print, 70000)


def test_a_second_up_in_the_same_home_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CannotStart, match="up already"):
            up(Settings(home=tmp_path), print)


def test_a_child_that_ends_by_itself_is_started_again(tmp_path: Path) -> None:
    child = Child("A server", ["http.server", "0", "--bind", LOOPBACK], {}, tmp_path / "x.log")
    child.start()
    first, said, stopping = child.pid, list[str](), Event()
    assert first is not None
    keeper = Thread(target=keep, args=([child], stopping, said.append))
    keeper.start()
    try:
        os.kill(first, signal.SIGKILL)
        until(lambda: child.running and child.pid != first, what="it runs again")
    finally:
        stopping.set()
        keeper.join()
        child.stop()
    assert said == [f"A server ended by itself and is started again (log: {child.log})"]


def test_a_process_on_the_leash_ends_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    start = (
        "import sys, time, pathlib\n"
        "from apflow.runs.child import Child\n"
        "child = Child('x', ['http.server', '0', '--bind', '127.0.0.1'], {}, "
        f"pathlib.Path({str(tmp_path / 'x.log')!r}))\n"
        "child.start()\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    starter = subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    with starter.stdout as lines:
        leader = int(lines.readline())
        until(lambda: _in_group(leader), what="it runs")
        starter.kill()
        starter.wait()
        until(lambda: not _in_group(leader), what="it has ended")


def test_a_child_that_does_not_listen_is_ended_with_what_it_started(tmp_path: Path) -> None:
    deaf = tmp_path / "deaf.py"
    deaf.write_text(
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print('started', flush=True)\n"
        "time.sleep(60)\n"
    )
    child = Child("deaf", ["deaf"], {"PYTHONPATH": str(tmp_path)}, tmp_path / "deaf.log")
    child.start()
    until(lambda: child.log.exists() and b"started" in child.log.read_bytes())
    leader = child.pid
    assert leader is not None
    assert len(_in_group(leader)) == 2
    child.stop(patience=0.2)
    assert not child.running
    until(lambda: not _in_group(leader), 5, "the grandchild is gone too")
