"""The one door: what people, flows and pages do with referrals.

    open, ask -> a Request is stored            asking
    apply     -> the referral moves, or not     applying, recording, acts
    fire_due  -> what time does                 sweeping
    look      -> what a person may see          looking, seeing, offering
    work, find, numbers, steps -> lists         working, searching, numbers, tracing
    forum, calendars, register, imports         what stands around referrals

Every function here takes the time as an argument and gives values; none knows of Prefect.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from apflow.casework import acts, applying, asking, looking, sweeping
from apflow.casework.asking import Asked
from apflow.casework.lists import listing
from apflow.casework.lists.listing import Listed
from apflow.casework.looking import Choice, Looked
from apflow.casework.office import Office
from apflow.casework.sweeping import Swept
from apflow.errors import Unknown
from apflow.referral import Request, Step
from apflow.store import Store, requests

__all__ = ["Asked", "Casework", "Choice", "Listed", "Looked", "Swept", "opened"]


class Casework:
    """One store's casework. Safe to share between threads."""

    def __init__(self, store: Store, folders: tuple[Path, ...] = ()) -> None:
        self.office = Office(store, folders)
        self.store = store

    def ask(
        self, reference: str, asked: Asked, now: datetime, request_id: str | None = None
    ) -> Request:
        """Store a Request for an event on a referral; see `asking.ask`."""
        return asking.ask(self.office, reference, asked, now, request_id)

    def ask_to_open(
        self, lifecycle: str, pupil: str, asked: Asked, now: datetime, request_id: str | None = None
    ) -> Request:
        """Store a Request to open a referral; see `asking.ask_to_open`."""
        return asking.ask_to_open(self.office, lifecycle, pupil, asked, now, request_id)

    def apply(self, request_id: str, now: datetime) -> Request:
        """Apply a Request, once; see `applying.apply`."""
        request = applying.apply(self.office, request_id, now)
        if request.event == "erase" and request.state == "applied":
            self.store.scrub()
        return request

    def request(self, request_id: str) -> Request:
        """Return a Request. Raises Unknown when there is none."""
        with self.store.reading() as tx:
            found = requests.get(tx, request_id)
        if found is None:
            raise Unknown("request", request_id)
        return found

    def note_run(self, request_id: str, flow_run: str) -> None:
        """Write down the Prefect run that carries or records a Request."""
        with self.store.writing() as tx:
            requests.note_run(tx, request_id, flow_run)

    def unrecorded(self, limit: int = 100) -> list[Request]:
        """Return closed Requests that have no Prefect run yet, oldest first."""
        with self.store.reading() as tx:
            return requests.unrecorded(tx, limit)

    def fire_due(
        self, now: datetime, limit: int = 500, keep_refused: timedelta | None = None
    ) -> Swept:
        """Do what time does to referrals; see `sweeping.fire_due`."""
        return sweeping.fire_due(self.office, now, limit, keep_refused)

    def look(self, reference: str, person: str, now: datetime, role: str | None = None) -> Looked:
        """Return a referral as a person may see it; see `looking.look`."""
        return looking.look(self.office, reference, person, role, now)

    def choices(
        self, reference: str, person: str, now: datetime, role: str | None = None
    ) -> tuple[Choice, ...]:
        """Return what can happen next and why not; see `looking.choices`."""
        return looking.choices(self.office, reference, person, role, now)

    def history(self, reference: str, person: str, now: datetime) -> tuple[Step, ...]:
        """Return a referral's steps; see `looking.trace`."""
        return looking.trace(self.office, reference, person, now)

    def worklist(
        self,
        person: str,
        now: datetime,
        *,
        lifecycle: str | None = None,
        closed: bool = False,
        after: str | None = None,
        limit: int = 50,
    ) -> tuple[Listed, ...]:
        """Return the referrals that a person may see, first due first; see `listing`."""
        return listing.worklist(
            self.office, person, now, lifecycle=lifecycle, closed=closed, after=after, limit=limit
        )

    def way_in(self, policy: str) -> str:
        """Return the event by which referrals are usually opened: the first in the file."""
        return asking.way_in(self.office, policy)

    def titles(self, request: Request) -> dict[str, str]:
        """Return the titles of the events and states of a Request's lifecycle, by id."""
        return looking.titles(self.office, request)

    def would_adopt(
        self, reference: str, person: str, now: datetime, state: str | None = None
    ) -> Mapping[str, object]:
        """Return what adopting the newest lifecycle would mean; nothing is changed."""
        return acts.would_adopt(self.office, reference, person, now, state)


@lru_cache(maxsize=8)
def opened(url: str, folders: tuple[Path, ...] = ()) -> Casework:
    """Return this process's casework on the database at `url`, brought up to date first."""
    store = Store(url)
    store.upgrade()
    return Casework(store, folders)
