"""Who may come in: passwords, sessions, tokens, and what administrators do about people.

    sign_in, sign_in_as_known -> a session's secret     signing_in, passwords
    visitor                   -> who is asking          visiting
    issue_token               -> a token's secret       tokens
    people, organisations     -> what is kept of them   people, roles, organisations, done

A secret is given out once and known by its SHA-256 afterwards, so that a stolen database lets
nobody in. What administrators do is in `people` and `organisations`, as functions on the Office;
each is one transaction with the record of who did it, which `done` gives to those who may read it.
"""

from datetime import datetime

from apflow.casework.accounts import own, people, signing_in, tokens, visiting
from apflow.casework.accounts.passwords import Hashing
from apflow.casework.accounts.people import OneTimeWord
from apflow.casework.accounts.rights import MayNot
from apflow.casework.accounts.signing_in import Refused
from apflow.casework.accounts.tokens import Kind
from apflow.casework.accounts.visiting import How, Visitor
from apflow.casework.office import Office
from apflow.store import accounts, register
from apflow.store.register import Person
from apflow.store.sessions import Session, Token

__all__ = [
    "Accounts",
    "Hashing",
    "How",
    "Kind",
    "MayNot",
    "OneTimeWord",
    "Refused",
    "Session",
    "Token",
    "Visitor",
]


class Accounts:
    """One store's accounts. Safe to share between threads; every time is an aware moment."""

    def __init__(self, office: Office, hashing: Hashing | None = None) -> None:
        self.office = office
        self.hashing = hashing or Hashing()
        self._store = office.store

    def visitor(self, secret: str | None, now: datetime) -> Visitor | None:
        """Return who holds the secret of a session that has not ended, or None."""
        return visiting.visitor(self._store, secret, now)

    def sign_in(self, name: str, password: str, address: str, now: datetime) -> str | Refused:
        """Return the secret of a new session for whoever has that name and password.

        `name` is an id or an e-mail address, `address` the network address that asks. Raises
        Busy when too many sign in at once.
        """
        return signing_in.sign_in(self._store, self.hashing, name, password, address, now)

    def sign_in_as_known(self, person: str, how: How, now: datetime) -> str:
        """Return the secret of a new session for somebody who proved elsewhere who they are.

        Raises Unknown for a person who is not there or disabled.
        """
        return signing_in.sign_in_as_known(self._store, person, how, now)

    def sign_out(self, secret: str, now: datetime) -> bool:
        """End a session; False if it had ended, or never was."""
        return own.sign_out(self._store, secret, now)

    def sign_out_everywhere(self, person: str, now: datetime, but: str = "") -> int:
        """End a person's sessions, but the one of that id if it is named; return how many."""
        return own.sign_out_everywhere(self._store, person, now, but)

    def sessions_of(self, person: str, now: datetime) -> tuple[Session, ...]:
        """Return a person's sessions that have not ended, newest first."""
        return own.sessions_of(self._store, person, now)

    def end_session(self, person: str, session: str, now: datetime) -> bool:
        """End one of a person's own sessions by its id; False if it is not theirs or had ended."""
        return own.end_session(self._store, person, session, now)

    def require_person(self, person: str) -> None:
        """Raise Unknown for somebody who is not there."""
        with self._store.reading() as tx:
            own.account_of(tx, person)

    def set_password(
        self, person: str, password: str, now: datetime, *, by: str | None = None
    ) -> None:
        """Set a person's password; `by` is who does it, unless they do it themselves.

        Raises Unknown for nobody, BadInput for what cannot be one.
        """
        own.set_password(self._store, self.hashing, person, password, now, by)

    def change_password(
        self, person: str, current: str, password: str, now: datetime
    ) -> Refused | None:
        """Set somebody's own password, where they give the one they have; see `set_password`."""
        return own.change_password(self._store, self.hashing, person, current, password, now)

    def person_by_identity(self, issuer: str, subject: str) -> str | None:
        """Return the person whose identity at an OpenID Connect provider this is, or None."""
        with self._store.reading() as tx:
            return accounts.person_by_identity(tx, issuer, subject)

    def link_identity(
        self, issuer: str, subject: str, person: str, now: datetime, *, by: str
    ) -> None:
        """Note whose an identity is; `by` is who says so. Raises Unknown for nobody."""
        own.link_identity(self._store, issuer, subject, person, now, by)

    def person_by_handle(self, handle: str) -> Person | None:
        """Return the person, disabled or not, whose opaque word stands in an address, or None."""
        with self._store.reading() as tx:
            return register.person_by_handle(tx, handle)

    def set_password_for(self, doer: str, person: str, now: datetime) -> OneTimeWord:
        """Give a person a password that lets them in once; see `people.set_password_for`."""
        return people.set_password_for(self.office, self.hashing, doer, person, now)

    def issue_token(
        self, person: str, kind: Kind, name: str, ends_at: datetime | None, now: datetime
    ) -> str:
        """Make a token and return its secret, which is shown this once; see `tokens.issue`."""
        return tokens.issue(self._store, person, kind, name, ends_at, now)

    def by_token(self, secret: str | None, kind: Kind, now: datetime) -> Visitor | None:
        """Return whose token of that kind this is, unless it ended or they are disabled."""
        return visiting.visitor_by_token(self._store, secret, kind, now)

    def tokens_of(self, person: str, now: datetime) -> tuple[Token, ...]:
        """Return a person's tokens that still let them in, newest first."""
        return tokens.tokens_of(self._store, person, now)

    def revoke_token(
        self, person: str, token: str, now: datetime, *, by: str | None = None
    ) -> bool:
        """Take back a person's token by its id; False if they have none such that still stood."""
        return tokens.revoke(self._store, person, token, now, by)
