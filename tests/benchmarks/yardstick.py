"""What a tenth of a second is worth on this machine, now: a fixed amount of work.

Times belong to a machine and to whoever else is busy on it. So nothing here is held against a
clock: a page may take as much as `TENTH` turns of `fixed_work`, which take a tenth of a second
on the machine that the promise was made on, and are measured turn about with the page.
"""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from html import escape
from statistics import median
from time import perf_counter, process_time

#: How many turns of the fixed work stand for a tenth of a second.
TENTH = 10
#: Half of that is Python's and half SQLite's.
_ROUNDS, _COUNTED = 105, 7_500
_QUESTION = (
    f"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {_COUNTED})"
    " SELECT count(DISTINCT x * 7919 % 100000 || '-' || x) FROM n"
)


@dataclass
class Turns:
    """The times of one way's turns in milliseconds: of the processor, and of the clock."""

    worked: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def take(self, way: Callable[[], object]) -> None:
        began, at = process_time(), perf_counter()
        way()
        self.waited.append((perf_counter() - at) * 1e3)
        self.worked.append((process_time() - began) * 1e3)

    @property
    def work(self) -> float:
        """The processor's time at the median: that others are busy adds little to it."""
        return median(self.worked)

    @property
    def wait(self) -> float:
        """The clock's time at the median, for whoever reads it."""
        return median(self.waited)

    @property
    def quickest(self) -> float:
        """The clock's time of the turn that others spoilt the least."""
        return min(self.waited)


def in_turns(times: int, *ways: Callable[[], object]) -> list[Turns]:
    """Measure every way so many times; they take turns."""
    found = [Turns() for _ in ways]
    for _ in range(times):
        for turns, way in zip(found, ways, strict=True):
            turns.take(way)
    return found


def fixed_work() -> None:
    """Do what pages are made of, always as much: a question, records, sorting, text, JSON."""
    with closing(sqlite3.connect(":memory:")) as database:
        assert database.execute(_QUESTION).fetchone() == (_COUNTED,)
    rows = [{"name": f"row-{number}", "due": number * 7919 % 1000} for number in range(40)]
    for _ in range(_ROUNDS):
        rows.sort(key=lambda row: (row["due"], row["name"]))
        shown = "".join(f"<td>{escape(str(row['name']))}</td>" for row in rows)
        assert json.loads(json.dumps(rows)) == rows
        assert shown
