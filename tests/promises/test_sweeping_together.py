"""I3: every deadline fires once, whoever sweeps, how often, and whatever their clocks say."""

import json
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from apflow.referral import DeadlineRow
from apflow.store import deadlines, history, notices
from tests.promises.soundness import faults
from tests.small_office import START, Office

_TOP = Path(__file__).resolve().parents[2]
#: What one sweeper is: it waits for a line, sweeps, and says what it did.
_SWEEPER = """
import json, sys
from datetime import datetime
from pathlib import Path
from apflow.casework import Casework
from apflow.store import Store
work = Casework(Store(sys.argv[1]), (Path(sys.argv[2]),))
with work.store.reading() as tx:
    work.office.known_lifecycles(tx)
print("ready", flush=True)
now = datetime.fromisoformat(sys.stdin.readline().strip())
swept = work.fire_due(now)
print(json.dumps([swept.missed, swept.failed]))
"""


def _excluded(office: Office, how_many: int) -> list[str]:
    return [
        office.opened(f"p{number % 5 + 1}", excluded=True, excluded_on="2026-01-12")
        for number in range(how_many)
    ]


def _rows(office: Office, references: list[str]) -> list[DeadlineRow]:
    with office.work.store.reading() as tx:
        return [row for reference in references for row in deadlines.rows(tx, reference)]


def test_four_sweepers_at_once_over_a_hundred_due_rows_fire_each_once(office: Office) -> None:
    """I3: one breach step and one word to the owner for each, and the sum of what they say."""
    references = _excluded(office, 100)
    now = START + timedelta(days=6)
    words = [sys.executable, "-c", _SWEEPER, office.work.store.url, str(office.folder)]
    pipe = subprocess.PIPE
    sweepers = [
        subprocess.Popen(words, cwd=_TOP, stdin=pipe, stdout=pipe, text=True) for _ in range(4)
    ]
    for one in sweepers:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in sweepers:
        assert one.stdin is not None
        one.stdin.write(f"{now.isoformat()}\n")
        one.stdin.flush()
    done = [json.loads(one.communicate()[0]) for one in sweepers]
    assert sum(missed for missed, _ in done) == 100
    assert sum(failed for _, failed in done) == 0
    assert {row.state for row in _rows(office, references)} == {"breached"}
    with office.work.store.reading() as tx:
        steps = Counter(
            step.event for reference in references for step in history.steps(tx, reference)
        )
        told = Counter(one.notice for name in references for one in notices.of(tx, name))
    assert steps == {"open_it": 100, "deadline_missed": 100}
    assert told["deadline_missed"] == 100
    assert faults(office.work) == []
    assert office.work.fire_due(now + timedelta(days=1)).missed == 0


def test_clocks_that_go_back_and_forth_fire_each_once_at_the_first_moment_after_its_last(
    office: Office,
) -> None:
    """I3: no sweep fires what is not due by its own clock, and none fires anything twice."""
    random = Random(3)
    references = [
        office.opened(f"p{n % 5 + 1}", excluded=True, excluded_on=f"2026-01-{12 + n}")
        for n in range(3)
    ]
    references.append(office.placed("p4"))
    expected: dict[tuple[str, str, int], datetime] = {}
    seen = {key(row): row for row in _rows(office, references)}
    for _ in range(60):
        now = START + timedelta(hours=random.randrange(24 * 20))
        for name, row in seen.items():
            if row.state == "armed" and row.due_at is not None and row.due_at <= now:
                expected.setdefault(name, now)
        office.work.fire_due(now)
        seen = {key(row): row for row in _rows(office, references)}
        fired = {name: row.missed_at for name, row in seen.items() if row.missed_at is not None}
        assert fired == expected
    assert len(expected) >= 5
    assert faults(office.work) == []


def key(row: DeadlineRow) -> tuple[str, str, int]:
    return row.reference, row.name, row.occurrence
