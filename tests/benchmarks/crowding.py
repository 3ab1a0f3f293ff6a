"""Ten thousand referrals as they really are: an invented cohort, each of its referrals many times.

Copies have references, pupils and days of their own; what they say is the original's. Their
histories do not verify, which no list asks.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

#: What makes a copy another referral: columns that get a number behind them, and days moved.
_OWN = {
    "pupils": ("id", "name", "sought"),
    "referrals": ("reference", "pupil"),
    "referral_parties": ("reference",),
    "deadlines": ("reference",),
    "steps": ("reference",),
    "step_index": ("reference",),
}
_MOVED: Mapping[str, tuple[str, ...]] = {
    "referrals": ("entered_on",),
    "step_index": ("happened_on", "stay_since"),
}


def multiply(path: Path, times: int, *, histories: bool = False) -> int:
    """Write every referral of a SQLite database so many times more; return how many there are.

    `histories` copies the steps themselves as well as their index.
    """
    numbers = f"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {times})"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = off")
        connection.execute("PRAGMA synchronous = off")
        for table, own in _OWN.items():
            if table == "steps" and not histories:
                continue
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            taken = [_taken(name, own, _MOVED.get(table, ())) for name in names]
            into = ", ".join(f'"{name}"' for name in names)
            connection.execute(
                f"{numbers} INSERT INTO {table} ({into}) SELECT {', '.join(taken)} FROM {table}, n"
            )
        connection.commit()
        many = connection.execute("SELECT count(*) FROM referrals").fetchone()[0]
    return int(many)


def _taken(name: str, own: tuple[str, ...], moved: tuple[str, ...]) -> str:
    if name in own:
        return f"\"{name}\" || '-' || x"
    if name in moved:
        return f"date(\"{name}\", '-' || (x % 60) || ' days')"
    return f'"{name}"'
