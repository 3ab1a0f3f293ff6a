"""An office as large as a county's: the invented cohort, copied until there are thousands.

Every copy has a pupil, a reference, parties, deadlines, steps and Requests of its own, and days
of its own around the original's. The quick way, past the store's own functions: what a copy's
steps answered is left out, and its chain does not prove itself.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from apflow.referral.reference import make_reference

#: How many schools there are of each of the cohort's secondaries, and as many primaries.
SITES = 12
#: How often one that is closed is copied for one that is open, and one that waits for a sitting:
#: no meeting decides hundreds at once.
_CLOSED, _AT_A_MEETING = 4.0, 0.04
_MEETING_STATES = ("forum", "panel", "waiting")
_SCHOOLS = ("ashmead", "harrowfield", "kingsbarrow", "saxon-park", "heronsgate")

Row = dict[str, Any]


@dataclass(frozen=True)
class _Copy:
    """One copy of a referral: its names, and by how many days it is moved."""

    number: int
    reference: str
    pupil: str
    days: int

    def site(self, school: str) -> str:
        """Return the school of the copy; the first site is the original's own school."""
        at = self.number % SITES
        return school if at == 0 or school not in _SCHOOLS else f"{school}-{at}"

    def moved(self, written: str | None) -> str | None:
        """Return a day or a moment as it is for the copy."""
        if not written or written[:4] == "9999":
            return written
        if len(written) == 10:
            return (datetime.fromisoformat(written) + timedelta(self.days)).date().isoformat()
        later = datetime.fromisoformat(written) + timedelta(self.days)
        return later.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def fill(path: Path, count: int, now: datetime) -> None:
    """Copy the cohort in a SQLite file until it holds `count` referrals, as they stand `now`."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.row_factory = sqlite3.Row
        for words in (
            "foreign_keys=OFF",
            "synchronous=OFF",
            "journal_mode=WAL",
            "cache_size=-300000",
        ):
            database.execute(f"PRAGMA {words}")
        database.execute("BEGIN IMMEDIATE")
        _schools(database)
        _copies(database, count)
        _swept(database, now)
        database.execute("COMMIT")
        database.execute("ANALYZE")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _schools(database: sqlite3.Connection) -> None:
    for school in _SCHOOLS:
        (one,) = _rows(database, "organisations", "id", school)
        for at in range(1, SITES):
            name = {"id": f"{school}-{at}", "name": f"{one['name']} {at}"}
            _put(database, "organisations", [one | name])


def _copies(database: sqlite3.Connection, count: int) -> None:
    originals = [dict(row) for row in database.execute("SELECT * FROM referrals")]
    rng = Random(count)
    weights = [_weight(one) for one in originals]
    about = {
        one["reference"]: {
            table: _rows(database, table, "reference", one["reference"])
            for table in ("referral_parties", "steps", "step_index", "deadlines", "requests")
        }
        for one in originals
    }
    pupils = {one["id"]: dict(one) for one in database.execute("SELECT * FROM pupils")}
    names = [one["name"].split() for one in pupils.values() if one["name"]]
    picked = rng.choices(originals, weights, k=count - len(originals))
    made: dict[str, list[Row]] = defaultdict(list)
    for number, original in enumerate(picked, start=1):
        bits = (number * 0x9E3779B1 + 12345) % 2**30
        prefix, year, *_ = original["reference"].split("-")
        one = _Copy(
            number, make_reference(prefix, int(year), bits), f"copy-{number}", rng.randint(-40, 20)
        )
        name = f"{rng.choice(names)[0]} {rng.choice(names)[-1]}"
        own = {"id": one.pupil, "name": name, "sought": name.casefold()}
        made["pupils"].append(pupils[original["pupil"]] | own)
        for table, row in _copied(original, about[original["reference"]], one):
            made[table].append(row)
    for table, rows in made.items():
        _put(database, table, rows)


def _weight(one: Row) -> float:
    if one["state"] in _MEETING_STATES:
        return _AT_A_MEETING
    return _CLOSED if one["closed_on"] else 1.0


def _copied(original: Row, about: dict[str, list[Row]], one: _Copy) -> Iterator[tuple[str, Row]]:
    days = ("next_due", "opened_on", "closed_on", "entered_on", "ask_again_on")
    own = {"reference": one.reference, "pupil": one.pupil}
    yield "referrals", original | own | {name: one.moved(original[name]) for name in days}
    for row in about["referral_parties"]:
        where = {"organisation": one.site(row["organisation"])}
        yield (
            "referral_parties",
            row | where | {"reference": one.reference, "next_due": one.moved(row["next_due"])},
        )
    for row in about["deadlines"]:
        due = ("due_at", "warn_at", "other_at", "missed_at", "met_on", "start")
        yield (
            "deadlines",
            row | {name: one.moved(row[name]) for name in due} | {"reference": one.reference},
        )
    for row in about["steps"]:
        body = row["body"].replace(original["reference"], one.reference)
        yield "steps", row | {"reference": one.reference, "body": body}
    for row in about["step_index"]:
        when = {name: one.moved(row[name]) for name in ("recorded_at", "happened_on", "stay_since")}
        request = row["request"] and f"{row['request']}-{one.number}"
        yield "step_index", row | when | {"reference": one.reference, "request": request}
    for row in about["requests"]:
        asked = {"id": f"{row['id']}-{one.number}", "reference": one.reference, "answers": "{}"}
        when = {name: one.moved(row[name]) for name in ("asked_at", "closed_at")}
        yield "requests", row | asked | when


def _swept(database: sqlite3.Connection, now: datetime) -> None:
    """Record what fell due as missed, as a sweep would have."""
    moment = now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    database.execute(
        "UPDATE deadlines SET state = 'breached', missed_at = due_at"
        " WHERE state = 'armed' AND due_at <= ?",
        (moment,),
    )


def _rows(database: sqlite3.Connection, table: str, column: str, value: str) -> list[Row]:
    found = database.execute(f"SELECT * FROM {table} WHERE {column} = ?", (value,))
    return [dict(row) for row in found]


def _put(database: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    columns = ", ".join(rows[0])
    values = ", ".join(f":{name}" for name in rows[0])
    database.executemany(f"INSERT INTO {table} ({columns}) VALUES ({values})", rows)
