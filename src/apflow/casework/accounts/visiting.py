"""Who is there: a visitor by their session or token, asked anew before every page.

Nothing about a visitor is remembered from one request to the next, so that signing out, being
disabled and gaining or losing a role hold from the next request on.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

from apflow.casework.office import ADMINISTRATOR, OFFICE_ROLES
from apflow.errors import Unknown
from apflow.store import Store, accounts, sessions
from apflow.store.engine import Tx
from apflow.store.faults import Busy
from apflow.store.sessions import Known, Session
from apflow.store.written import moment

#: How somebody signed in.
How = Literal["password", "sso", "demo"]

#: A session that nobody uses ends after this (ASVS 7.3.1). It is written down once a minute that
#: it was used, so that up to a minute of it may be missing.
IDLE: Final = timedelta(minutes=30)
#: Every session ends after this, used or not.
LONGEST: Final = timedelta(hours=12)
_SEEN_EVERY: Final = timedelta(minutes=1)
#: Calendars ask all day long, whether anybody looks or not.
_FED_EVERY: Final = timedelta(hours=1)
#: For how long an ended session stays in the store.
_KEPT: Final = timedelta(days=30)
#: Longer than any secret that is given out.
_MOST_LETTERS: Final = 200


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks for a page, as they are at this moment.

    `handle` may stand in an address, `person` and `name` may not. `session` is the SHA-256 of
    their secret, `how` they came in password, sso, demo, api or feed. With `must_change` the
    password was given to them by somebody else: they may do nothing but choose their own.
    """

    person: str
    name: str
    handle: str
    roles: tuple[tuple[str, str | None], ...]
    session: str
    how: str
    must_change: bool = False

    @property
    def manages(self) -> bool:
        """Whether they are a manager: they see everything, and put things right."""
        return ("manager", None) in self.roles

    @property
    def audits(self) -> bool:
        """Whether they are an auditor: they see everything, and change nothing."""
        return ("auditor", None) in self.roles

    @property
    def administers(self) -> bool:
        """Whether they keep people, places and calendars; for that they see no referral."""
        return (ADMINISTRATOR, None) in self.roles

    @property
    def acts(self) -> bool:
        """Whether they hold a role in which referrals are worked on."""
        return any(role not in (*OFFICE_ROLES, ADMINISTRATOR) for role, _ in self.roles)


def visitor(store: Store, secret: str | None, now: datetime) -> Visitor | None:
    """Return who holds the secret of a session that has not ended, or None."""
    session = digest(secret)
    if session is None:
        return None
    with store.reading() as tx:
        known = sessions.known_by_session(tx, session, now)
    if known is None or known.used_at <= moment(now - timedelta(seconds=known.idle_seconds)):
        return None
    if known.used_at <= moment(now - _SEEN_EVERY):
        _note(store, lambda tx: sessions.see(tx, session, now))
    return visitor_from(known, session)


def visitor_by_token(store: Store, secret: str | None, kind: str, now: datetime) -> Visitor | None:
    """Return whose token of that kind this is, unless it ended."""
    hashed = digest(secret)
    if hashed is None:
        return None
    with store.reading() as tx:
        known = sessions.known_by_token(tx, hashed, kind, now)
    if known is None:
        return None
    every = _FED_EVERY if kind == "feed" else _SEEN_EVERY
    if known.used_at <= moment(now - every):
        _note(store, lambda tx: sessions.use_token(tx, hashed, now))
    return visitor_from(known, hashed)


def begin(tx: Tx, person: str, how: How, now: datetime, replaces: str | None = None) -> str:
    """Begin a session and return its secret; the one whose secret is `replaces` ends."""
    account = accounts.account(tx, person)
    if account is None or account.disabled:
        raise Unknown("person", person)
    secret = secrets.token_urlsafe(32)
    sessions.forget_sessions(tx, person, now - _KEPT)
    sessions.add_session(
        tx,
        Session(
            id=sha256(secret.encode()).hexdigest(),
            person=person,
            how=how,
            created_at=now,
            seen_at=now,
            ends_at=now + LONGEST,
            idle_seconds=int(IDLE.total_seconds()),
        ),
    )
    before = digest(replaces)
    if before is not None:
        sessions.revoke(tx, before, now)
    return secret


def living(tx: Tx, person: str, now: datetime) -> tuple[Session, ...]:
    """Return a person's sessions that have not ended, newest first."""
    return tuple(
        one
        for one in sessions.sessions_of(tx, person, now)
        if one.seen_at + timedelta(seconds=one.idle_seconds) > now
    )


def visitor_from(known: Known, session: str) -> Visitor:
    """Return as a visitor whoever is known by a session or token."""
    return Visitor(
        known.person,
        known.name,
        known.handle,
        known.roles,
        session,
        known.how,
        known.must_change,
    )


def digest(secret: str | None) -> str | None:
    """Return the SHA-256 by which a secret is known, or None for what can be none."""
    if not secret or len(secret) > _MOST_LETTERS or not secret.isascii():
        return None
    return sha256(secret.encode()).hexdigest()


def _note(store: Store, write: Callable[[Tx], object]) -> None:
    # Who finds the database busy is shown their page all the same: the next one notes it.
    with suppress(Busy), store.writing() as tx:
        write(tx)
