"""Accounts: passwords, identities elsewhere, and failures to sign in.

Nothing here makes or compares a secret: it keeps what it is given.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from apflow.store.account_tables import identities, passwords, sign_in_failures
from apflow.store.statements import Statement, Tx, insert_or
from apflow.store.tables import people
from apflow.store.written import moment, read_moment


@dataclass(frozen=True, slots=True)
class Password:
    """What is kept of a password: its hash, never the word itself."""

    hash: str
    set_at: datetime
    must_change: bool


@dataclass(frozen=True, slots=True)
class Account:
    """A person as they sign in; `password` is None for whoever has none."""

    person: str
    name: str
    email: str | None
    disabled: bool
    password: Password | None


_p, _w, _i, _f = people.c, passwords.c, identities.c, sign_in_failures.c
_TYPED: "sa.BindParameter[str]" = sa.bindparam("typed")
_ACCOUNTS = sa.select(
    _p.id, _p.name, _p.email, _p.disabled_at, _w.hash, _w.set_at, _w.must_change
).select_from(sa.outerjoin(people, passwords, _w.person == _p.id))
_ACCOUNT = Statement(_ACCOUNTS.where(_p.id == sa.bindparam("of_id")))
# Addresses are compared as they were written down, and in small letters as they are now kept.
_BY_SIGN_IN_NAME = Statement(
    _ACCOUNTS.where(
        sa.or_(_p.id == _TYPED, _p.email == _TYPED, _p.email == sa.bindparam("in_small_letters"))
    )
)
_ALL_ACCOUNTS = Statement(_ACCOUNTS.order_by(_p.name, _p.id))

_SET_PASSWORD = Statement(
    *insert_or(passwords, replace=("hash", "set_at", "must_change")),
)
_REHASH = Statement(
    sa.update(passwords).where(
        _w.person == sa.bindparam("of_id"), _w.hash == sa.bindparam("instead_of")
    ),
    columns=("hash",),
)

_LINK = Statement(*insert_or(identities, replace=("person", "linked_at")))
_UNLINK = Statement(
    sa.delete(identities).where(
        _i.issuer == sa.bindparam("issuer"), _i.subject == sa.bindparam("subject")
    )
)
_BY_IDENTITY = Statement(
    sa.select(_i.person).where(
        _i.issuer == sa.bindparam("issuer"), _i.subject == sa.bindparam("subject")
    )
)

_ADD_FAILURE = Statement(sa.insert(sign_in_failures))
_REMOVE_FAILURE = Statement(sa.delete(sign_in_failures).where(_f.id == sa.bindparam("of_id")))
_FORGET_FAILURES = Statement(
    sa.delete(sign_in_failures).where(_f.failed_at <= sa.bindparam("until"))
)
_FAILURES = Statement(
    sa.select(_f.failed_at)
    .where(_f.key == sa.bindparam("of_key"), _f.failed_at > sa.bindparam("since"))
    .order_by(_f.failed_at.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
# On SQLite writers take turns anyhow. On PostgreSQL two tries of one key would not see each
# other's failure before both are let through.
_ONE_AT_A_TIME = Statement(
    sa.select(sa.literal_column("1")),
    sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("of_key"), 0))),
)


def account(tx: Tx, person: str) -> Account | None:
    """Return a person's account, or None."""
    row = _ACCOUNT.row(tx, {"of_id": person})
    return None if row is None else _account(*row)


def account_by_name(tx: Tx, typed: str) -> Account | None:
    """Return the account of that id or e-mail address, however its letters' case was typed."""
    folded = typed.lower()
    rows = _BY_SIGN_IN_NAME.rows(tx, {"typed": typed, "in_small_letters": folded})
    found = sorted((_account(*row) for row in rows), key=lambda one: typed == one.email)
    return found[-1] if found else None


def list_accounts(tx: Tx) -> list[Account]:
    """Return everybody's account, by name."""
    return [_account(*row) for row in _ALL_ACCOUNTS.rows(tx)]


def set_password(tx: Tx, person: str, password: Password) -> None:
    """Keep a person's password instead of what they had. Raises Taken for nobody."""
    _SET_PASSWORD.run(
        tx,
        {
            "person": person,
            "hash": password.hash,
            "set_at": moment(password.set_at),
            "must_change": password.must_change,
        },
    )


def rehash(tx: Tx, person: str, before: str, after: str) -> bool:
    """Keep another hash of the same password; False if it is no longer the same."""
    return _REHASH.run(tx, {"of_id": person, "instead_of": before, "hash": after}) == 1


def link_identity(tx: Tx, issuer: str, subject: str, person: str, at: datetime) -> None:
    """Note that an identity elsewhere is this person's, and nobody else's from now on."""
    linked = {"issuer": issuer, "subject": subject, "person": person, "linked_at": moment(at)}
    _LINK.run(tx, linked)


def unlink_identity(tx: Tx, issuer: str, subject: str) -> bool:
    """Forget whose an identity elsewhere is; False if it was not known."""
    return _UNLINK.run(tx, {"issuer": issuer, "subject": subject}) == 1


def person_by_identity(tx: Tx, issuer: str, subject: str) -> str | None:
    """Return the person whose identity elsewhere this is, or None."""
    row = _BY_IDENTITY.row(tx, {"issuer": issuer, "subject": subject})
    return None if row is None else str(row[0])


def hold(tx: Tx, keys: Iterable[str]) -> None:
    """Keep others from counting these keys' failures until this transaction ends."""
    # Always in one order: two that hold the same keys never wait for each other.
    for key in sorted(keys):
        _ONE_AT_A_TIME.row(tx, {"of_key": key})


def failures(tx: Tx, key: str, since: datetime, limit: int) -> list[datetime]:
    """Return when the last `limit` failures of a key were, after `since`, newest first."""
    rows = _FAILURES.rows(tx, {"of_key": key, "since": moment(since), "limit": limit})
    return [read_moment(row[0]) for row in rows]


def add_failures(tx: Tx, keys: Iterable[str], at: datetime) -> tuple[str, ...]:
    """Count a failure for each key; return their ids, for `remove_failures`."""
    rows = [{"id": secrets.token_hex(16), "key": key, "failed_at": moment(at)} for key in keys]
    _ADD_FAILURE.many(tx, rows)
    return tuple(row["id"] for row in rows)


def remove_failures(tx: Tx, ids: Iterable[str]) -> None:
    """Take back what turned out to be none."""
    _REMOVE_FAILURE.many(tx, [{"of_id": one} for one in ids])


def forget_failures(tx: Tx, until: datetime) -> None:
    """Forget failures that no longer count."""
    _FORGET_FAILURES.run(tx, {"until": moment(until)})


def _account(
    person: str,
    name: str,
    email: str | None,
    disabled_at: str | None,
    hashed: str | None,
    set_at: str | None,
    must_change: bool | None,  # noqa: FBT001 - it is a row
) -> Account:
    password = None
    if hashed is not None and set_at is not None:
        password = Password(hashed, read_moment(set_at), bool(must_change))
    return Account(person, name, email, disabled_at is not None, password)
