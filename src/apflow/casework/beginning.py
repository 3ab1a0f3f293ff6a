"""Beginning: by which ways somebody may open a referral, for which pupil, and what is asked.

A pupil whom the person may see already is found by name. Of anybody else they have to give name
and date of birth: if the register knows such a child it is that one, and nothing of it is shown.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from apflow import catalogue
from apflow.casework.asking import Asked, ask_to_open, starts
from apflow.casework.calendars import start_calendar
from apflow.casework.lists.searching import Search, find
from apflow.casework.looking import seen
from apflow.casework.offering import Offer, places
from apflow.casework.office import Office
from apflow.casework.situations import situation_of
from apflow.clock import london_day
from apflow.errors import ApflowError, Unknown
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import START, Actor, Tally
from apflow.referral import GENESIS, Referral, Request
from apflow.store import calendars, referrals, register
from apflow.store.engine import Taken, Tx
from apflow.store.pupils import of_referrals
from apflow.store.register import Pupil

#: Most pupils that are shown for one name.
MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class WayIn:
    """One event by which a person may open a referral under one policy."""

    policy: str
    policy_title: str
    event: str
    title: str

    @property
    def name(self) -> str:
        """What the way in is called in a form: `policy/event`."""
        return f"{self.policy}/{self.event}"


@dataclass(frozen=True, slots=True)
class Known:
    """A pupil whom a person may see, with the referrals of theirs that they may see."""

    pupil: Pupil
    referrals: tuple[str, ...]


def ways_in(office: Office, person: str, now: datetime) -> tuple[WayIn, ...]:
    """Return every way in which a person may open a referral today, policy by policy."""
    with office.store.reading() as tx:
        held = {role for role, _ in register.actor_roles(tx, person) or ()}
        return tuple(
            WayIn(lifecycle.lifecycle, lifecycle.title, event, lifecycle.events[event].title)
            for lifecycle in _in_force(office, tx, london_day(now))
            for event in starts(lifecycle)
            if held & _openers(lifecycle, event)
        )


def _in_force(office: Office, tx: Tx, today: date) -> Iterator[Lifecycle]:
    """Give the policies under which referrals may be opened today; broken files are none."""
    for name in catalogue.listed(office.folders):
        try:
            lifecycle = office.newest(tx, name, lambda *_: None).compiled.lifecycle
        except ApflowError:
            continue
        span = lifecycle.in_force
        begun = span is None or span.from_ is None or span.from_ <= today
        over = span is not None and span.until is not None and span.until < today
        if begun and not over:
            yield lifecycle


def _openers(lifecycle: Lifecycle, event: str) -> set[str]:
    return {
        role
        for transition in lifecycle.transitions
        if START in transition.from_ and transition.event == event
        for role in transition.by
    }


def offer_to_open(
    office: Office,
    policy: str,
    person: str,
    now: datetime,
    parties: Mapping[str, str] | None = None,
) -> Offer:
    """Return what somebody works from who is to open a referral under a policy.

    `parties` are the organisations named so far, by slot: the days and what is known of them
    count. Raises Unknown for a policy that is not there.
    """
    with office.store.reading() as tx:
        lacking = calendars.version(tx, policy) is None
    if lacking:
        with office.store.writing() as tx:
            start_calendar(office, tx, policy, now)
    with office.store.reading() as tx:
        machine = office.newest(tx, policy, lambda *_: None)
        actors = _actors(tx, machine.compiled.lifecycle, person)
        today = london_day(now)
        draft = _draft(machine, person, today, parties or {})
        return Offer(
            referral=draft,
            machine=machine,
            situation=situation_of(office, tx, machine, draft, actors[0], today, today),
            actors=actors,
            pupil=None,
            facts={},
            places=places(tx),
        )


def _actors(tx: Tx, lifecycle: Lifecycle, person: str) -> tuple[Actor, ...]:
    held = register.actor_roles(tx, person) or []
    roles = [role for role in lifecycle.roles if any(name == role for name, _ in held)]
    if not roles:
        raise Unknown("policy", lifecycle.lifecycle)
    return tuple(
        Actor(person, role, frozenset(where for name, where in held if name == role and where))
        for role in roles
    )


def _draft(machine: Machine, person: str, today: date, parties: Mapping[str, str]) -> Referral:
    lifecycle = machine.compiled.lifecycle
    return Referral(
        reference="", pupil="", lifecycle=lifecycle.lifecycle, digest=lifecycle.digest,
        state=START, version=0, seq=0, head=GENESIS, facts={}, tally=Tally(), rank=None,
        owner=person, next_due=None, opened_on=today, closed_on=None, parties=parties,
    )  # fmt: skip


def pupils_called(office: Office, person: str, words: str, now: datetime) -> tuple[Known, ...]:
    """Return the pupils called so whom a person may see already; the look is noted."""
    if not words.strip():
        return ()
    rows = find(office, person, now, Search(text=words), limit=5 * MOST_FOUND).rows
    with office.store.reading() as tx:
        pupils = of_referrals(tx, [row.reference for row in rows])
    found: dict[str, Known] = {}
    for reference, pupil in pupils.items():
        if pupil.name is not None:
            known = found.get(pupil.id, Known(pupil, ()))
            found[pupil.id] = replace(known, referrals=(*known.referrals, reference))
    return tuple(sorted(found.values(), key=_by_name))[:MOST_FOUND]


def _by_name(known: Known) -> tuple[str, str]:
    return register.sought(known.pupil.name or ""), str(known.pupil.born_on)


def known_pupil(office: Office, person: str, pupil: str) -> Pupil | None:
    """Return a pupil whom a person may see by a referral; None for any other."""
    with office.store.reading() as tx:
        found = register.get_pupil(tx, pupil)
        if found is None or found.name is None:
            return None
        for reference in referrals.of_pupil(tx, pupil):
            try:
                seen(office, tx, reference, person, None)
            except Unknown:
                continue
            return found
    return None


def pupil_of(office: Office, name: str, born_on: date, newcomer: str) -> Pupil:
    """Return the pupil of that name and birthday, or one that is new, under the id `newcomer`.

    The id counts only if nobody else has it.
    """
    with office.store.reading() as tx:
        called = register.sought(name)
        for pupil in register.list_pupils(tx, name, limit=200):
            if pupil.born_on == born_on and register.sought(pupil.name or "") == called:
                return pupil
        taken = register.get_pupil(tx, newcomer) is not None
    return Pupil(new_pupil_id() if taken else newcomer, name, born_on)


def new_pupil_id() -> str:
    """Return an id for a pupil, which says nothing of them."""
    return f"pupil-{secrets.token_hex(8)}"


def open_for(
    office: Office, policy: str, pupil: Pupil, asked: Asked, now: datetime, request_id: str
) -> Request:
    """Store a Request to open a referral of a pupil, who is entered with it if they are new.

    Raises what `asking.ask_to_open` raises.
    """
    try:
        return ask_to_open(office, policy, pupil.id, asked, now, request_id, newcomer=pupil)
    except Taken:
        # The same form was sent twice at once: now the pupil is there, and so is the Request.
        return ask_to_open(office, policy, pupil.id, asked, now, request_id)
