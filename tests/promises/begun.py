"""The three policies, each with people, pupils, sittings and days to walk through it."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from apflow.casework import Casework
from apflow.casework.calendars_files import read_calendar
from apflow.store import Store, calendars
from tests.promises.plausible import furnish
from tests.promises.walking import Walk

_TOP = Path(__file__).resolve().parents[2]
#: Where each policy is.
POLICIES = {
    "one-of-each": _TOP / "tests" / "policies",
    "heronsgate": _TOP / "states",
    "maidstone-and-malling": _TOP / "states",
}
#: Stands in every pupil's name, and in everything that people write.
NAME, WORD = "Quillfeather", "Brambleton"

_START = datetime(2026, 1, 14, 10, tzinfo=UTC)
_SITTINGS = [date(2026, 1, 7) + timedelta(weeks=2 * number) for number in range(26)]
_PUPILS = {f"p{number}": f"{NAME} {number}" for number in range(1, 9)}
_YEARS = (
    "start,end,kind,label\n2025-09-03,2026-07-21,term,Year\n2026-09-01,2027-07-21,term,Next\n"
    "2026-02-16,2026-02-20,half_term,Half\n"
)
_CLOSURES = ("", "2026-03-05,2026-03-06,closure,Snow\n", "2026-01-26,2026-01-28,closure,Flood\n")


def begun(store: Store, folder: Path, policy: str, seed: int) -> Walk:
    """Return a walk through a policy that has not taken a step yet."""
    shutil.copytree(POLICIES[policy] / policy, folder / policy)
    work = Casework(store, (folder,))
    with store.writing() as tx:
        # The second school has days of its own.
        for area, text in ((policy, _YEARS), ("org-2", _YEARS + _CLOSURES[1])):
            days = [entry.written() for entry in read_calendar(text.encode(), "years.csv")]
            calendars.put(tx, area, days, [], _START, "years.csv")
    people = furnish(work, policy, _PUPILS, _SITTINGS)
    text = (folder / policy / "lifecycle.yaml").read_text(encoding="utf-8")
    newer = text.replace("\ntitle: ", "\ntitle: The newer ", 1)
    return Walk(
        work=work,
        policy=policy,
        people=people,
        pupils=tuple(_PUPILS),
        words=(f"{WORD} said so.", f"{WORD} went home early."),
        now=_START,
        seed=seed,
        # The longest policy takes a second to compile.
        versions=(text, newer) if len(text) < 80_000 else (),
        calendars=tuple(_YEARS + closure for closure in _CLOSURES),
    )
