"""An office whose small policy has one of everything: guards, deadlines, places, a meeting, keeps.

`office(store, folder)` registers people and gives an `Office` that speaks in short sentences:
`opened()`, `do(reference, event, person, ...)`.
"""

import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from apflow.casework import Asked, Casework
from apflow.referral import Request
from apflow.store import Store, calendars, register

#: A Wednesday in term; nothing happens before it.
START = datetime(2026, 1, 14, 10, 0, tzinfo=UTC)
#: Stands in texts that people write: it must never be found where texts do not belong.
MARKER = "Quillfeather"

#: The folder of the policy, one of everything.
POLICIES = Path(__file__).parent / "policies"

_PEOPLE = {
    "sue": ("school", "oak"),
    "eve": ("school", "elm"),
    "pam": ("panel_member", None),
    "lea": ("la", None),
    "max": ("manager", None),
    "ann": ("auditor", None),
}


@dataclass(frozen=True, slots=True)
class Office:
    """A casework with people who ask; every sentence says when it is spoken."""

    work: Casework
    folder: Path

    def do(
        self,
        reference: str,
        event: str,
        person: str,
        now: datetime = START,
        *,
        reason: str | None = None,
        because: dict[str, str] | None = None,
        seen: int | None = None,
        on: date | None = None,
        **answers: object,
    ) -> Request:
        """Ask for an event and apply it; return the closed Request."""
        asked = Asked(
            event, person, None, answers, because or {}, happened_on=on, reason=reason, seen=seen
        )
        return self.work.apply(self.work.ask(reference, asked, now).id, now)

    def done(self, reference: str, event: str, person: str, *more: datetime, **rest: object) -> int:
        """Do an event that policy allows; return the seq of its step."""
        closed = self.do(reference, event, person, *more, **rest)  # type: ignore[arg-type]
        assert closed.state == "applied", closed.result
        seq = (closed.result or {})["seq"]
        assert isinstance(seq, int)
        return seq

    def opened(self, pupil: str = "p1", now: datetime = START, **answers: object) -> str:
        """Open a referral of a pupil of Oak school; not excluded unless said."""
        given = {"home": "oak", "excluded": False, **answers}
        asked = Asked("open_it", "sue", "school", given)
        request = self.work.ask_to_open("one-of-each", pupil, asked, now)
        closed = self.work.apply(request.id, now)
        assert closed.state == "applied", closed.result
        return closed.reference

    def placed(self, pupil: str = "p1", now: datetime = START, **answers: object) -> str:
        """Take a referral all the way to `placed`."""
        reference = self.opened(pupil, now, agrees=True, **answers)
        self.done(reference, "submit", "sue", now, sitting="2026-01-14")
        self.done(reference, "panel_agrees", "pam", now, sat=["panel_member", "la"])
        self.done(reference, "begin", "lea", now, provider="pru")
        return reference

    def state(self, reference: str) -> str:
        """Return where a referral stands."""
        return self.work.look(reference, "ann", START).referral.state


def office(store: Store, folder: Path) -> Office:
    """Make the office on an upgraded, empty store; the policy is written below `folder`."""
    shutil.copytree(POLICIES, folder / "states")
    with store.writing() as tx:
        for school in ("oak", "elm"):
            register.add_organisation(tx, register.Organisation(school, school.title()))
        assured = {"assured_until": "2026-06-30"}
        register.add_organisation(tx, register.Organisation("pru", "The unit", assured))
        for person, (role, where) in _PEOPLE.items():
            register.add_person(tx, register.Person(person, person.title()))
            register.add_membership(tx, register.Membership(person, role, where))
        for number in range(1, 6):
            pupil = register.Pupil(f"p{number}", f"{MARKER} {number}", date(2013, 5, number))
            register.add_pupil(tx, pupil)
        register.add_sitting(tx, "one-of-each", "panel", date(2026, 1, 14))
        year = {"start": "2026-01-05", "end": "2026-07-21", "kind": "term", "label": "Year"}
        half = {"start": "2026-02-16", "end": "2026-02-20", "kind": "half_term", "label": "Half"}
        calendars.put(tx, "one-of-each", [year, half], [], START, "a test")
    return Office(Casework(store, (folder / "states",)), folder / "states")
