"""A process whose children do one act each and are killed before a statement of it.

Children are forked from a process that has everything compiled and no connection open, so that
each begins at once and dies with its own. Lines of JSON go in (what to do, and at which
statement to die) and come out (how it ended).
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from apflow.casework import Casework
from apflow.casework.calendars import change_calendar
from apflow.casework.calendars_files import bank_holidays
from apflow.store import Store
from tests.promises import mutants
from tests.promises.boundaries import told_before_each

_TOP = Path(__file__).resolve().parents[2]

#: What a child is to do (see `act`), and with which fault planted in it, if any.
Job = dict[str, str]


@dataclass(frozen=True, slots=True)
class Death:
    """How a child ended: `before` is the statement that it died at, None if it lived."""

    before: str | None
    statements: int


class Nursery:
    """A process that bears children; from the test's side."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def bear(self, work: Casework, job: Job, dies_at: int = 0) -> Death:
        """Let a child do the job and die before its statement `dies_at` (0: live).

        Statements count from the first that changes something: before it nothing is at stake.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        where = {"url": work.store.url, "folder": str(work.office.folders[0])}
        stdin.write(json.dumps({**job, **where, "dies_at": str(dies_at)}) + "\n")
        stdin.flush()
        answer = stdout.readline()
        assert answer, "the nursery died itself"
        return Death(**json.loads(answer))

    def deaths(self, work: Casework, job: Job, stride: int = 1) -> Iterator[Death]:
        """Let one child after another die some statements later, until one lives to the end."""
        for dies_at in range(1, 1000, stride):
            death = self.bear(work, job, dies_at)
            yield death
            if death.before is None:
                return


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Begin a nursery."""
    words = [sys.executable, "-m", "tests.promises.dying"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=_TOP, stdin=pipe, stdout=pipe, text=True) as process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()


def act(work: Casework, job: Job) -> None:
    """Do what a job says: apply a Request, sweep, or change a calendar."""
    now = datetime.fromisoformat(job["now"])
    if job["act"] == "apply":
        work.apply(job["request"], now)
    elif job["act"] == "sweep":
        work.fire_due(now)
    else:
        change_calendar(work.office, job["area"], job["text"].encode(), "days.csv", now)


def _live(work: Casework, job: Job, tell: int) -> None:
    seen = 0

    def told(words: str) -> None:
        nonlocal seen
        if not seen and not words.startswith(("INSERT", "UPDATE", "DELETE")):
            return
        seen += 1
        if seen == int(job["dies_at"]):
            os.write(tell, json.dumps({"before": words[:60], "statements": seen}).encode())
            os.kill(os.getpid(), signal.SIGKILL)

    if "mutant" in job:
        getattr(mutants, job["mutant"])(setattr)
    with told_before_each(told):
        act(work, job)
    os.write(tell, json.dumps({"before": None, "statements": seen}).encode())


def _bear(work: Casework, job: Job) -> str:
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _live(work, job, tell)
        except BaseException as fault:  # noqa: BLE001 - a child must not go on as its parent
            sys.stderr.write(f"a child failed: {fault!r}\n")
            os._exit(1)
        os._exit(0)
    os.close(tell)
    _, status = os.waitpid(child, 0)
    said = os.read(hear, 4000).decode()
    os.close(hear)
    died = os.WIFSIGNALED(status)
    if not said or died != (json.loads(said)["before"] is not None):
        raise SystemExit(f"a child ended with status {status}, saying {said!r}")
    return said


def _begun(url: str, folder: str) -> Casework:
    """Return a casework that knows its policies by heart and has no connection open."""
    work = Casework(Store(url), (Path(folder),))
    with work.store.reading() as tx:
        work.office.known_lifecycles(tx)
    work.store.close()
    return work


def _keep() -> None:
    bank_holidays(date(2026, 1, 1), date(2026, 2, 1))
    known: dict[str, Casework] = {}
    for line in sys.stdin:
        job = json.loads(line)
        url, folder = job.pop("url"), job.pop("folder")
        work = known.get(folder) or known.setdefault(folder, _begun(url, folder))
        print(_bear(work, job), flush=True)  # noqa: T201


if __name__ == "__main__":
    _keep()
