"""Signing in: by name and password, few tries at a time, or as somebody known from elsewhere."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from apflow.casework.accounts import visiting
from apflow.casework.accounts.passwords import Hashing
from apflow.clock import LONDON
from apflow.errors import Unknown
from apflow.store import Store, accounts
from apflow.store.accounts import Account, Password
from apflow.store.engine import Tx

#: Failures that are let through in WINDOW before the next try is refused unasked.
PER_ACCOUNT: Final = 10
PER_ADDRESS: Final = 30
WINDOW: Final = timedelta(minutes=15)
#: For how long a password that was given by somebody else lets its person in.
ONE_TIME: Final = timedelta(days=7)

_WRONG: Final = (
    "That name and password do not belong together, or this account may not sign in. "
    "Check both and try again, or ask your administrator."
)
_MOST_LETTERS: Final = 320


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody was let in. `says` is for the person; it never says which part was wrong.

    `again_at` is when the next try is looked at, None for now.
    """

    says: str
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Try:
    """One try: whose account it is, and the failures that it counts as until it went well."""

    account: Account | None
    failures: tuple[str, ...]

    @property
    def hash(self) -> str | None:
        """The hash to compare with; None where nobody is let in."""
        if self.account is None or self.account.disabled or self.account.password is None:
            return None
        return self.account.password.hash


def sign_in(
    store: Store,
    hashing: Hashing,
    typed: str,
    password: str,
    address: str,
    now: datetime,
) -> str | Refused:
    """Return the secret of a new session for whoever has that name and password.

    `typed` is the id or the e-mail address. Raises Busy when too many sign in at once.
    """
    name = _tidy(typed)
    with store.writing() as tx:
        account = accounts.account_by_name(tx, name)
        tried = _begun(tx, account, name, address, now)
    if isinstance(tried, Refused):
        return tried
    matches = hashing.matches(tried.hash, password)
    before = tried.account.password if tried.account is not None else None
    if not matches or before is None or _outlived(before, now):
        return Refused(_WRONG)
    anew = hashing.hashed(password) if hashing.outdated(before.hash) else None
    with store.writing() as tx:
        return _succeeded(tx, tried, before, anew, now)


def sign_in_as_known(store: Store, person: str, how: visiting.How, now: datetime) -> str:
    """Return the secret of a new session for somebody who proved elsewhere who they are.

    Raises Unknown for a person who is not there or disabled.
    """
    with store.writing() as tx:
        return visiting.begin(tx, person, how, now)


def proved(
    store: Store, hashing: Hashing, person: str, password: str, now: datetime
) -> Account | Refused:
    """Return the account of somebody signed in who gives their password once more.

    A wrong one counts as a failure to sign in: a session that was left open is no way to guess.
    """
    with store.writing() as tx:
        tried = _begun(tx, accounts.account(tx, person), person, None, now)
    if isinstance(tried, Refused):
        return tried
    if not hashing.matches(tried.hash, password) or tried.account is None:
        return Refused("That is not your password.")
    with store.writing() as tx:
        accounts.remove_failures(tx, tried.failures)
    return tried.account


def _begun(
    tx: Tx, account: Account | None, name: str, address: str | None, now: datetime
) -> _Try | Refused:
    """Count a try before its password is looked at, so that many at once are no way round."""
    whose = account.person if account is not None else name.lower()
    limits = {_key("account", whose): PER_ACCOUNT}
    if address is not None:
        limits[_key("address", _network(address))] = PER_ADDRESS
    accounts.hold(tx, limits)
    accounts.forget_failures(tx, now - WINDOW)
    again = [
        failed[-1] + WINDOW
        for key, most in limits.items()
        if len(failed := accounts.failures(tx, key, now - WINDOW, most)) >= most
    ]
    if again:
        return Refused(_too_many(max(again)), max(again))
    return _Try(account, accounts.add_failures(tx, limits, now))


def _succeeded(
    tx: Tx, tried: _Try, before: Password, anew: str | None, now: datetime
) -> str | Refused:
    """Begin the session, unless the account changed while its password was looked at."""
    account = accounts.account(tx, tried.account.person) if tried.account is not None else None
    if account is None or account.disabled or account.password != before:
        return Refused(_WRONG)
    accounts.remove_failures(tx, tried.failures)
    if anew is not None:
        accounts.rehash(tx, account.person, before.hash, anew)
    try:
        return visiting.begin(tx, account.person, "password", now)
    except Unknown:
        return Refused(_WRONG)


def _outlived(password: Password, now: datetime) -> bool:
    return password.must_change and now >= password.set_at + ONE_TIME


def _too_many(again_at: datetime) -> str:
    at = (again_at + timedelta(seconds=59)).astimezone(LONDON)
    return f"There were too many wrong tries. Try again at {at:%H:%M}, or ask your administrator."


def _tidy(typed: str) -> str:
    """Return a name as it may be asked for; what is none becomes nobody's."""
    name = typed.strip()
    plain = name.isprintable() and len(name) <= _MOST_LETTERS
    return name if plain else ""


def _key(kind: str, of: str) -> str:
    return sha256(f"{kind}\0{of}".encode()).hexdigest()


def _network(address: str) -> str:
    """Return what one household or school has: an IPv4 address, or the half of an IPv6 one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(ip), 64), strict=False))
    return str(ip)
