"""A process that hammers a few referrals with everything at once: `python -m` with a job.

Several threads ask, apply, take back, correct and sweep as fast as they can, each with a clock of
its own, on the same referrals as the threads of other such processes. What is acknowledged is
printed: it is held against the history afterwards.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from threading import Barrier, Lock, Thread
from typing import Any

from apflow.casework import Asked, Casework
from apflow.errors import ApflowError
from apflow.store import Store
from tests.small_office import START

_TOP = Path(__file__).resolve().parents[2]
_BOTH = ["panel_member", "la"]
#: Everything that anybody does here: the event, who, and the answers.
_ACTS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("submit", "sue", {"sitting": "2026-01-14"}),
    ("panel_agrees", "pam", {"sat": _BOTH}),
    ("panel_agrees", "pam", {"sat": _BOTH}),
    ("offer", "lea", {}),
    ("begin", "lea", {"provider": "pru"}),
    ("review", "lea", {"story": "Going well."}),
    ("log", "sue", {"story": "They rang."}),
    ("log", "lea", {"story": "They came."}),
    ("educate", "lea", {}),
    ("record_answer", "sue", {"agrees": True}),
)
_HOUSE: tuple[tuple[str, dict[str, object]], ...] = (
    ("reverse_step", {}),
    ("reverse_step", {}),
    ("correct_facts", {"excluded_on": "2026-01-13"}),
    ("correct_facts", {"excluded_on": "2026-01-12"}),
    ("correct_facts", {"secret": True}),
    ("hand_over", {"owner": "lea"}),
)
_THREADS = 2


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What somebody was told of their Request: its id, how it ended, and the seq of its step.

    Where an error was all they were told, `state` is that.
    """

    request: str
    state: str
    seq: int


def begin(work: Casework, references: list[str], seed: int, acts: int) -> "subprocess.Popen[str]":
    """Begin such a process with a job; what it prints is read by `acknowledged`."""
    words = [sys.executable, "-m", "tests.promises.hammering"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(words, cwd=_TOP, stdin=pipe, stdout=pipe, text=True)
    job = {
        "url": work.store.url, "folder": str(work.office.folders[0]), "references": references,
        "seed": seed, "acts": acts,
    }  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(json.dumps(job))
    process.stdin.close()
    return process


def acknowledged(line: str) -> Acknowledged:
    """Read a line that such a process printed."""
    return Acknowledged(**json.loads(line))


class _Worker:
    """One thread: a person who never thinks for long."""

    def __init__(self, work: Casework, job: dict[str, Any], number: int, said: Lock) -> None:
        self._work = work
        self._references = job["references"]
        self._acts = job["acts"]
        self._random = Random(job["seed"] * 100 + number)
        self._said = said

    def run(self, ready: Barrier) -> None:
        ready.wait()
        for number in range(self._acts):
            # Clocks differ by hours, and go from before the deadlines to long after them.
            now = START + timedelta(hours=12 * number + self._random.randrange(24))
            try:
                self._act(now)
            except ApflowError as fault:
                self._tell(Acknowledged("", f"{type(fault).__name__}: {fault}", 0))

    def _act(self, now: datetime) -> None:
        if self._random.random() < 0.15:
            self._work.fire_due(now)
            return
        reference = self._random.choice(self._references)
        if self._random.random() < 0.25:
            event, answers = self._random.choice(_HOUSE)
            asked = Asked(event, "max", "manager", answers, reason="a mistake")
        else:
            event, person, answers = self._random.choice(_ACTS)
            asked = Asked(event, person, None, answers)
        # Some Requests are asked and applied by everybody at once.
        shared = self._random.random() < 0.2
        request_id = f"shared-{self._random.randrange(20)}" if shared else None
        request = self._work.ask(reference, asked, now, request_id)
        closed = self._work.apply(request.id, now)
        result = closed.result or {}
        seq = result.get("seq", 0)
        assert isinstance(seq, int)
        self._tell(Acknowledged(closed.id, closed.state, seq))

    def _tell(self, told: Acknowledged) -> None:
        with self._said:
            print(json.dumps(asdict(told)), flush=True)  # noqa: T201


def _hammer(job: dict[str, Any]) -> None:
    work = Casework(Store(job["url"]), (Path(job["folder"]),))
    ready, said = Barrier(_THREADS), Lock()
    workers = [_Worker(work, job, number, said) for number in range(_THREADS)]
    threads = [Thread(target=worker.run, args=(ready,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    _hammer(json.load(sys.stdin))
