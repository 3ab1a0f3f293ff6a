"""A crowd at the pages: caseworkers who all click at once, each on a referral of their own.

`office` opens a referral for everybody; `Crowd` has them open its form, think, send it and wait
for the page that shows the new state, again and again, over plain HTTP as a browser would.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from random import Random
from threading import Barrier, Event, Thread
from time import monotonic, perf_counter
from urllib.parse import urlencode

from apflow.casework import Asked, Casework
from apflow.casework.accounts import Accounts
from apflow.casework.calendars_files import read_calendar
from apflow.places import place
from apflow.store import Store, calendars, register

POLICY = "maidstone-and-malling"
_COUNCIL, _UNIT, _SCHOOL = "council", "unit", "school"
_OPENING = {
    "referring_school": _SCHOOL, "home_school": _SCHOOL, "authority": _COUNCIL, "provider": _UNIT,
    "reason": "at_risk", "year_group": 8, "lives_in": "maidstone_and_malling",
    "looked_after": "no", "has_ehc_plan": "no", "home_school_on_roll": "yes",
    "school_contact": "Ms Fenwick", "attendance_percent": 80, "authorised_absence_percent": 2,
}  # fmt: skip
#: What each of them records, in turn: consent moves the referral, the others stay.
_FIRST = ("record_consent", {"fact-parent_agreement-parent": "agreed"})
_THEN = (
    ("add_note", {"fact-note": "The form tutor rang."}),
    ("record_youth_justice", {"fact-youth_justice": "no"}),
)


@dataclass(frozen=True)
class Desk:
    """Somebody's own referral, and the secret of their session."""

    reference: str
    secret: str


@dataclass
class Waited:
    """What everybody waited for, in seconds, and what went wrong."""

    forms: list[float] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)


def office(url: str, people: int, now: datetime) -> tuple[Desk, ...]:
    """Make an office on an upgraded, empty database: a referral for each of so many people."""
    store = Store(url)
    work = Casework(store, (place("states"),))
    _register(work, people, now)
    accounts = Accounts(work.office)
    try:
        return tuple(
            Desk(_opened(work, number, now), accounts.sign_in_as_known(f"la-{number}", "demo", now))
            for number in range(people)
        )
    finally:
        store.close()


def _register(work: Casework, people: int, now: datetime) -> None:
    text = (place("states") / POLICY / "calendar.csv").read_bytes()
    days = [entry.written() for entry in read_calendar(text, "calendar.csv")]
    with work.store.writing() as tx:
        calendars.put(tx, POLICY, days, [], now, "calendar.csv")
        for name in (_COUNCIL, _UNIT, _SCHOOL):
            register.add_organisation(tx, register.Organisation(name, name.title()))
        for number in range(people):
            register.add_person(tx, register.Person(f"la-{number}", f"Worker {number}"))
            register.add_membership(tx, register.Membership(f"la-{number}", "la", _COUNCIL))
            register.add_pupil(
                tx, register.Pupil(f"p-{number}", f"Invented Child {number}", date(2014, 3, 1))
            )
        register.add_person(tx, register.Person("sue", "Sue"))
        register.add_membership(tx, register.Membership("sue", "school", _SCHOOL))


def _opened(work: Casework, number: int, now: datetime) -> str:
    asked = Asked("open_referral", "sue", "school", _OPENING)
    closed = work.apply(work.ask_to_open(POLICY, f"p-{number}", asked, now).id, now)
    assert closed.state == "applied", closed.result
    work.note_run(closed.id, "before-the-crowd")
    return closed.reference


class Crowd:
    """Everybody at once, for a time: each opens the form, thinks, sends it, reads, thinks."""

    def __init__(self, port: int, desks: tuple[Desk, ...], thinks: float = 1.0) -> None:
        self._port = port
        self._desks = desks
        self._thinks = thinks
        self._ready = Barrier(len(desks))
        self._pause = Event()
        self.waited = Waited()

    def work(self, seconds: float) -> Waited:
        """Let them work for so long, and return what they waited for."""
        threads = [
            Thread(target=self._person, args=(number, desk, seconds))
            for number, desk in enumerate(self._desks)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.waited

    def _person(self, number: int, desk: Desk, seconds: float) -> None:
        random, browser = Random(number), _Browser(self._port, desk.secret)
        self._ready.wait()
        until = monotonic() + seconds
        # They do not all sit down in the same instant.
        self._pause.wait(random.random() * 2 * self._thinks)
        try:
            for event, answers in _turns():
                if monotonic() > until:
                    return
                self._one(desk, browser, event, answers, random)
        except (HTTPException, OSError, AssertionError) as fault:
            self.waited.faults.append(f"{desk.reference}: {type(fault).__name__}: {fault}")
        finally:
            browser.close()

    def _one(
        self, desk: Desk, browser: "_Browser", event: str, answers: dict[str, str], random: Random
    ) -> None:
        address = f"/referrals/{desk.reference}/events/{event}"
        began = perf_counter()
        form = browser.get(address)
        self.waited.forms.append(perf_counter() - began)
        self._pause.wait(self._thinks * (0.5 + random.random()))
        began = perf_counter()
        shown = browser.get(browser.post(address, _hidden(form) | answers))
        self.waited.clicks.append(perf_counter() - began)
        assert "govuk-notification-banner--success" in shown, "the page does not say it is done"
        done = self.waited.done
        done[desk.reference] = done.get(desk.reference, 0) + 1
        self._pause.wait(self._thinks * (0.5 + random.random()))


def _turns() -> Iterator[tuple[str, dict[str, str]]]:
    yield _FIRST
    while True:
        yield from _THEN


def _hidden(form: str) -> dict[str, str]:
    """Return what a form sends by itself: its Request, what was seen, today."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        said = dict(re.findall(r'\b(name|value|type)="([^"]*)"', tag))
        if said.get("type") == "hidden" or said.get("name", "").startswith("happened_on"):
            found[said["name"]] = said.get("value", "")
    return found


def _said(page: str) -> str:
    """Return what a page says is wrong."""
    found = re.findall(r'error-message">(.*?)</p>|<h1[^>]*>(.*?)</h1>', page, re.DOTALL)
    return "; ".join(" ".join("".join(one).split()) for one in found)


class _Browser:
    """One person's browser: a connection that is kept, and their session."""

    def __init__(self, port: int, secret: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Cookie": f"apflow={secret}", "Sec-Fetch-Site": "same-origin"}

    def get(self, path: str) -> str:
        """Return a page; anything else is a fault."""
        answer, text = self._asked("GET", path)
        assert answer.status == 200, f"{path} answers {answer.status}: {text[:200]}"
        return text

    def post(self, path: str, given: dict[str, str]) -> str:
        """Send a form, and return where it leads; anything else is a fault."""
        answer, text = self._asked("POST", path, urlencode(given))
        assert answer.status == 303, f"{path} answers {answer.status}: {_said(text)}"
        return answer.headers["location"]

    def close(self) -> None:
        self._connection.close()

    def _asked(self, method: str, path: str, body: str = "") -> tuple[HTTPResponse, str]:
        headers = dict(self._headers)
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        return answer, answer.read().decode()


def now() -> datetime:
    """Return the present moment, to the second."""
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the pages go by the clock
