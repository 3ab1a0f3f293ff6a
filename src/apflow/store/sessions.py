"""Sessions and tokens: what lets a person in without their password, known by its digest alone."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from apflow.store.account_tables import passwords, sessions, tokens
from apflow.store.statements import Row, Statement, Tx
from apflow.store.tables import memberships, people
from apflow.store.written import moment, moment_or_none, read_moment, read_moment_or_none

#: (role, organisation or None)
Roles = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Session:
    """A visit from sign-in to sign-out: `ends_at` whatever happens, sooner when left alone.

    `id` is the SHA-256 of the secret that its person holds; `how` is password, sso or demo.
    """

    id: str
    person: str
    how: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    idle_seconds: int


@dataclass(frozen=True, slots=True)
class Token:
    """What a program shows instead of a person: `kind` is api or feed, `id` names it."""

    id: str
    kind: str
    person: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    ends_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """Who holds a session or token that counts, as they are at this moment.

    `used_at` is when it was last seen to be used, `idle_seconds` (0: never) how long it lasts
    without being used.
    """

    person: str
    name: str
    handle: str
    roles: Roles
    how: str
    used_at: str
    idle_seconds: int
    must_change: bool


_s, _t, _p, _m, _w = sessions.c, tokens.c, people.c, memberships.c, passwords.c
_ID: "sa.BindParameter[str]" = sa.bindparam("of_id")
_NOW: "sa.BindParameter[str]" = sa.bindparam("now")
_PERSON: "sa.BindParameter[str]" = sa.bindparam("of_person")

_ADD_SESSION = Statement(sa.insert(sessions))
# One question for everything, since it is asked before every page.
_KNOWN_BY_SESSION = Statement(
    sa.select(
        *(_p.id, _p.name, _p.handle, _s.how, _s.seen_at, _s.idle_seconds, _w.must_change),
        *(_m.role, _m.organisation),
    )
    .select_from(
        sa.join(sessions, people, _p.id == _s.person)
        .outerjoin(passwords, _w.person == _p.id)
        .outerjoin(memberships, _m.person == _p.id)
    )
    .where(
        _s.id == _ID, _s.revoked_at.is_(None), _s.ends_at > _NOW, _p.disabled_at.is_(None)
    )
    .order_by(_m.role, _m.organisation)
)  # fmt: skip
_SEE = Statement(
    sa.update(sessions)
    .where(_s.id == _ID, _s.revoked_at.is_(None), _s.seen_at < sa.bindparam("seen_at"))
    .values(seen_at=sa.bindparam("seen_at"))
)
_REVOKE = Statement(
    sa.update(sessions)
    .where(_s.id == _ID, _s.revoked_at.is_(None))
    .values(revoked_at=sa.bindparam("at"))
)
_REVOKE_ALL = Statement(
    sa.update(sessions)
    .where(_s.person == _PERSON, _s.id != sa.bindparam("but"), _s.revoked_at.is_(None))
    .values(revoked_at=sa.bindparam("at"))
)
_OF_PERSON = Statement(
    sa.select(
        *(_s.id, _s.person, _s.how, _s.created_at, _s.seen_at, _s.ends_at, _s.idle_seconds)
    )
    .where(_s.person == _PERSON, _s.revoked_at.is_(None), _s.ends_at > _NOW)
    .order_by(_s.created_at.desc(), _s.id)
)  # fmt: skip
_FORGET = Statement(
    sa.delete(sessions).where(_s.person == _PERSON, _s.ends_at < sa.bindparam("until"))
)

_ADD_TOKEN = Statement(sa.insert(tokens))
_KNOWN_BY_TOKEN = Statement(
    sa.select(
        *(_p.id, _p.name, _p.handle, _t.kind, _t.last_used_at, _t.id),
        *(_m.role, _m.organisation),
    )
    .select_from(
        sa.join(tokens, people, _p.id == _t.person).outerjoin(
            memberships, _m.person == _p.id
        )
    )
    .where(
        _t.hash == sa.bindparam("of_hash"),
        _t.kind == sa.bindparam("of_kind"),
        _t.revoked_at.is_(None),
        sa.or_(_t.ends_at.is_(None), _t.ends_at > _NOW),
        _p.disabled_at.is_(None),
    )
    .order_by(_m.role, _m.organisation)
)  # fmt: skip
_USE_TOKEN = Statement(
    sa.update(tokens)
    .where(
        _t.hash == _ID,
        sa.or_(_t.last_used_at.is_(None), _t.last_used_at < sa.bindparam("used_at")),
    )
    .values(last_used_at=sa.bindparam("used_at"))
)
_TOKEN_COLUMNS = (
    _t.id, _t.kind, _t.person, _t.name, _t.created_at, _t.last_used_at, _t.ends_at, _t.revoked_at
)  # fmt: skip
_TOKENS = Statement(
    sa.select(*_TOKEN_COLUMNS)
    .where(_t.person == _PERSON)
    .order_by(_t.created_at.desc(), _t.id)
)  # fmt: skip
_REVOKE_TOKEN = Statement(
    sa.update(tokens)
    .where(_t.id == _ID, _t.person == _PERSON, _t.revoked_at.is_(None))
    .values(revoked_at=sa.bindparam("at"))
)
_REVOKE_TOKENS = Statement(
    sa.update(tokens)
    .where(_t.person == _PERSON, _t.revoked_at.is_(None))
    .values(revoked_at=sa.bindparam("at"))
)


def add_session(tx: Tx, session: Session) -> None:
    """Write a new session."""
    _ADD_SESSION.run(
        tx,
        {
            "id": session.id,
            "person": session.person,
            "how": session.how,
            "created_at": moment(session.created_at),
            "seen_at": moment(session.seen_at),
            "ends_at": moment(session.ends_at),
            "idle_seconds": session.idle_seconds,
            "revoked_at": None,
        },
    )


def known_by_session(tx: Tx, session: str, now: datetime) -> Known | None:
    """Return whose session that is, unless it ended; whether it was left alone is for the asker.

    None too for a disabled person.
    """
    rows = _KNOWN_BY_SESSION.rows(tx, {"of_id": session, "now": moment(now)})
    if not rows:
        return None
    person, name, handle, how, seen_at, idle, must_change, _, _ = rows[0]
    changes = how == "password" and bool(must_change)
    return Known(person, name, handle, _roles(rows), how, seen_at, idle, changes)


def see(tx: Tx, session: str, at: datetime) -> bool:
    """Note that a session was used; False if it ended, or was seen later than that already."""
    return _SEE.run(tx, {"of_id": session, "seen_at": moment(at)}) == 1


def revoke(tx: Tx, session: str, at: datetime) -> bool:
    """End a session; False if there is none of that id that was not ended already."""
    return _REVOKE.run(tx, {"of_id": session, "at": moment(at)}) == 1


def revoke_all(tx: Tx, person: str, at: datetime, but: str = "") -> int:
    """End every session of a person, but one if it is named; return how many."""
    return _REVOKE_ALL.run(tx, {"of_person": person, "but": but, "at": moment(at)})


def sessions_of(tx: Tx, person: str, now: datetime) -> list[Session]:
    """Return a person's sessions that have not ended, newest first."""
    rows = _OF_PERSON.rows(tx, {"of_person": person, "now": moment(now)})
    return [
        Session(one, whose, how, read_moment(began), read_moment(seen), read_moment(ends), idle)
        for one, whose, how, began, seen, ends, idle in rows
    ]


def forget_sessions(tx: Tx, person: str, until: datetime) -> None:
    """Forget a person's sessions that ended before `until`."""
    _FORGET.run(tx, {"of_person": person, "until": moment(until)})


def add_token(tx: Tx, token: Token, hashed: str) -> None:
    """Write a new token; `hashed` is the SHA-256 of its secret."""
    _ADD_TOKEN.run(
        tx,
        {
            "id": token.id,
            "kind": token.kind,
            "hash": hashed,
            "person": token.person,
            "name": token.name,
            "created_at": moment(token.created_at),
            "last_used_at": moment_or_none(token.last_used_at),
            "ends_at": moment_or_none(token.ends_at),
            "revoked_at": moment_or_none(token.revoked_at),
        },
    )


def known_by_token(tx: Tx, hashed: str, kind: str, now: datetime) -> Known | None:
    """Return whose token that is, unless it ended or its person is disabled."""
    asked = {"of_hash": hashed, "of_kind": kind, "now": moment(now)}
    rows = _KNOWN_BY_TOKEN.rows(tx, asked)
    if not rows:
        return None
    person, name, handle, how, used_at, _, _, _ = rows[0]
    return Known(person, name, handle, _roles(rows), how, used_at or "", 0, must_change=False)


def use_token(tx: Tx, hashed: str, at: datetime) -> bool:
    """Note that a token was used; False if it was used later than that already."""
    return _USE_TOKEN.run(tx, {"of_id": hashed, "used_at": moment(at)}) == 1


def tokens_of(tx: Tx, person: str) -> list[Token]:
    """Return a person's tokens, revoked or not, newest first."""
    return [_token(row) for row in _TOKENS.rows(tx, {"of_person": person})]


def revoke_token(tx: Tx, person: str, token: str, at: datetime) -> bool:
    """End a person's token; False if they have none of that id that was not ended already."""
    return _REVOKE_TOKEN.run(tx, {"of_person": person, "of_id": token, "at": moment(at)}) == 1


def revoke_tokens(tx: Tx, person: str, at: datetime) -> int:
    """End every token of a person; return how many."""
    return _REVOKE_TOKENS.run(tx, {"of_person": person, "at": moment(at)})


def _roles(rows: list[Row]) -> Roles:
    return tuple((row[-2], row[-1] or None) for row in rows if row[-2] is not None)


def _token(row: Row) -> Token:
    identity, kind, person, name, created_at, used_at, ends_at, revoked_at = row
    return Token(
        identity,
        kind,
        person,
        name,
        read_moment(created_at),
        read_moment_or_none(used_at),
        read_moment_or_none(ends_at),
        read_moment_or_none(revoked_at),
    )
