"""Tokens: what a program or a calendar shows instead of a person. Their secret is shown once."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

from apflow.casework.accounts.own import account_of
from apflow.errors import BadInput
from apflow.policy.written import take_text
from apflow.store import Store, office_acts, sessions
from apflow.store.engine import Tx
from apflow.store.handles import make_handle
from apflow.store.office_acts import OfficeAct
from apflow.store.sessions import Token

Kind = Literal["api", "feed"]
#: How a secret begins, so that one that was left lying about is known for what it is.
PREFIXES: Final[Mapping[str, str]] = {"api": "apf_", "feed": "feed_"}
#: Longest that a program's token lasts; a calendar's lasts until it is taken back.
LONGEST: Final = timedelta(days=366)
_LONGEST_NAME = 80
_MOST = 20


def issue(
    store: Store, person: str, kind: Kind, name: str, ends_at: datetime | None, now: datetime
) -> str:
    """Make a token for a person and return its secret, which nobody can show again.

    Raises Unknown for nobody, and BadInput for a name or an end (`name`, `ends`) that cannot be:
    a program's token ends within a year.
    """
    named = " ".join(take_text("name", name, _LONGEST_NAME).split())
    if not named:
        raise BadInput("name", name, "say what it is for")
    _check_end(kind, ends_at, now)
    secret = PREFIXES[kind] + secrets.token_urlsafe(32)
    token = Token(make_handle(), kind, person, named, now, None, ends_at, None)
    with store.writing() as tx:
        account_of(tx, person)
        standing = [one for one in sessions.tokens_of(tx, person) if stands(one, now)]
        if len(standing) >= _MOST:
            raise BadInput("name", name, f"you have {_MOST} already; take one back first")
        sessions.add_token(tx, token, sha256(secret.encode()).hexdigest())
        said: dict[str, object] = {
            "kind": kind,
            "name": named,
            "ends_at": None if ends_at is None else ends_at.isoformat(),
        }
        _note(tx, now, person, "issue_token", token.id, {"person": person, **said})
    return secret


def stands(token: Token, now: datetime) -> bool:
    """Return whether a token still lets its person in."""
    return token.revoked_at is None and (token.ends_at is None or token.ends_at > now)


def tokens_of(store: Store, person: str, now: datetime) -> tuple[Token, ...]:
    """Return a person's tokens that still let them in, newest first."""
    with store.reading() as tx:
        return tuple(one for one in sessions.tokens_of(tx, person) if stands(one, now))


def revoke(store: Store, person: str, token: str, now: datetime, by: str | None = None) -> bool:
    """Take back a person's token by its id; False if they have none such that still stood."""
    with store.writing() as tx:
        if not sessions.revoke_token(tx, person, token, now):
            return False
        _note(tx, now, by or person, "revoke_token", token, {"person": person})
        return True


def _check_end(kind: Kind, ends_at: datetime | None, now: datetime) -> None:
    if kind not in PREFIXES:
        raise BadInput("kind", kind, f"use {' or '.join(PREFIXES)}")
    if ends_at is None:
        if kind == "api":
            raise BadInput("ends", "", "say until when; at most a year")
        return
    if not now < ends_at <= now + LONGEST:
        raise BadInput("ends", ends_at.date().isoformat(), "choose a day within the next year")


def _note(
    tx: Tx, now: datetime, doer: str, what: str, token: str, details: Mapping[str, object]
) -> None:
    office_acts.add(tx, OfficeAct(now, doer, what, "token", token, details))
