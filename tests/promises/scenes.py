"""Acts that are about to be done, one of each kind, and killing whoever does them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apflow.casework import Asked, Casework
from tests.promises.dying import Death, Job, Nursery
from tests.promises.pictures import rows
from tests.promises.soundness import faults
from tests.small_office import START, Office

#: Prepares an office and says what is to be done in it.
Scene = Callable[[Office], Job]

#: The last moment of a review two school weeks after START.
REVIEW_DUE = datetime(2026, 1, 27, 23, 59, 59, 999999, tzinfo=UTC)
SNOW = (
    "start,end,kind,label\n2026-01-05,2026-07-21,term,Year\n2026-02-16,2026-02-20,half_term,Half\n"
    "2026-01-15,2026-01-16,closure,Snow\n"
)
BOTH = ["panel_member", "la"]


def _applied(office: Office, reference: str, asked: Asked) -> Job:
    request = office.work.ask(reference, asked, START, "the-request")
    return {"act": "apply", "request": request.id, "now": START.isoformat()}


def an_advance(office: Office) -> Job:
    """One step that moves, meets a deadline, arms two more and takes up a place already held."""
    reference = office.opened(agrees=True, excluded=True, excluded_on="2026-01-12", secret=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    office.done(reference, "panel_agrees", "pam", sat=BOTH)
    return _applied(office, reference, Asked("begin", "lea", answers={"provider": "pru"}))


def a_place(office: Office) -> Job:
    """One step that takes the first place ever taken, past a guard with a reason."""
    reference = office.opened(agrees=True, excluded=True, excluded_on="2026-01-12")
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    asked = Asked("panel_agrees", "lea", "la", {"sat": ["la"]}, {"two_sat": "by telephone"})
    return _applied(office, reference, asked)


def an_opening(office: Office) -> Job:
    """A referral, its parties, its first step, its deadline and a notice."""
    answers = {"home": "oak", "excluded": True, "excluded_on": "2026-01-12", "story": "It began."}
    asked = Asked("open_it", "sue", "school", answers)
    office.work.ask_to_open("one-of-each", "p1", asked, START, "the-request")
    return {"act": "apply", "request": "the-request", "now": START.isoformat()}


def a_reversal(office: Office) -> Job:
    """A step taken back: facts, tally, places and deadlines with it."""
    reference = office.placed(excluded=True, excluded_on="2026-01-12")
    return _applied(office, reference, Asked("reverse_step", "lea", "la", reason="not this one"))


def a_sweep(office: Office) -> Job:
    """A missed review: its breach, who is told, and the event that policy says follows."""
    reference = office.placed()
    office.done(reference, "log", "lea", REVIEW_DUE - timedelta(hours=1), story="They rang.")
    # What is asked every day is asked already, so that there is one thing to do.
    office.work.fire_due(REVIEW_DUE - timedelta(seconds=1))
    return {"act": "sweep", "now": REVIEW_DUE.isoformat()}


def a_calendar(office: Office) -> Job:
    """A closure that moves the deadlines of three referrals."""
    for pupil in ("p1", "p2", "p3"):
        office.opened(pupil, excluded=True, excluded_on="2026-01-12")
    return {"act": "calendar", "area": "one-of-each", "text": SNOW, "now": START.isoformat()}


def killed_everywhere(born: Nursery, work: Casework, job: Job) -> tuple[list[Death], list[str]]:
    """Kill one child after another at what it does; return their deaths, and what is wrong.

    Each has to leave the database as it was before, or as the act leaves it that is done.
    """
    deaths, wrong = list[Death](), list[str]()
    before, done = rows(work.store), None
    for death in born.deaths(work, job, 1 if work.store.dialect == "sqlite" else 3):
        deaths.append(death)
        found = rows(work.store)
        if found != before and done is None:
            done = found
        if found != (done or before):
            wrong.append(f"half of it was done before {death.before}")
    return deaths, [*wrong, *faults(work)] if done is not None else ["it was never done"]
