"""What people do about their own account: password, sessions, identities elsewhere."""

from datetime import datetime

from apflow.casework.accounts import passwords, signing_in, visiting
from apflow.casework.accounts.passwords import Hashing
from apflow.casework.accounts.signing_in import Refused
from apflow.errors import BadInput, Unknown
from apflow.store import Store, accounts, office_acts, sessions
from apflow.store.accounts import Account, Password
from apflow.store.engine import Tx
from apflow.store.office_acts import OfficeAct
from apflow.store.sessions import Session


def sign_out(store: Store, secret: str, now: datetime) -> bool:
    """End a session; False if it had ended, or never was."""
    session = visiting.digest(secret)
    if session is None:
        return False
    with store.writing() as tx:
        return sessions.revoke(tx, session, now)


def sign_out_everywhere(store: Store, person: str, now: datetime, but: str = "") -> int:
    """End a person's sessions, but the one of that id if it is named; return how many."""
    with store.writing() as tx:
        return sessions.revoke_all(tx, person, now, but)


def sessions_of(store: Store, person: str, now: datetime) -> tuple[Session, ...]:
    """Return a person's sessions that have not ended, newest first."""
    with store.reading() as tx:
        return visiting.living(tx, person, now)


def end_session(store: Store, person: str, session: str, now: datetime) -> bool:
    """End one of a person's own sessions by its id; False if it is not theirs or had ended."""
    with store.writing() as tx:
        theirs = any(one.id == session for one in sessions.sessions_of(tx, person, now))
        return theirs and sessions.revoke(tx, session, now)


def set_password(
    store: Store,
    hashing: Hashing,
    person: str,
    password: str,
    now: datetime,
    by: str | None = None,
) -> None:
    """Set a person's password; `by` is who does it, unless they do it themselves.

    No session ends by it. Raises Unknown for nobody, BadInput for what cannot be one.
    """
    with store.reading() as tx:
        account = account_of(tx, person)
    passwords.check(password, account)
    kept = Password(hashing.hashed(password), now, must_change=False)
    with store.writing() as tx:
        accounts.set_password(tx, person, kept)
        office_acts.add(tx, OfficeAct(now, by or person, "set_password", "person", person))


def change_password(
    store: Store, hashing: Hashing, person: str, current: str, password: str, now: datetime
) -> Refused | None:
    """Set somebody's own password, where they give the one they have; see `set_password`."""
    with store.reading() as tx:
        passwords.check(password, account_of(tx, person))
    proved = signing_in.proved(store, hashing, person, current, now)
    if isinstance(proved, Refused):
        return proved
    if current == password:
        raise BadInput("password", "…", "is the one you have; choose another")
    set_password(store, hashing, person, password, now)
    return None


def link_identity(
    store: Store, issuer: str, subject: str, person: str, now: datetime, by: str
) -> None:
    """Note whose an identity at an OpenID Connect provider is; `by` is who says so."""
    with store.writing() as tx:
        account_of(tx, person)
        accounts.link_identity(tx, issuer, subject, person, now)
        said = {"issuer": issuer, "subject": subject}
        office_acts.add(tx, OfficeAct(now, by, "link_identity", "person", person, said))


def account_of(tx: Tx, person: str) -> Account:
    """Return a person's account. Raises Unknown for nobody."""
    account = accounts.account(tx, person)
    if account is None:
        raise Unknown("person", person)
    return account
