"""What became of each message for each person to whom it goes, and who those may be."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from apflow.store.statements import Statement, Tx, among, insert_or, on_each
from apflow.store.tables import memberships, people, posts
from apflow.store.written import dump, moment_or_none, read_moment_or_none


@dataclass(frozen=True, slots=True)
class Post:
    """One message for one person: when it was sent, or how often it was tried and what for.

    `fault` is a code of the mail server's, such as 550, or one word of ours.
    """

    notice: str
    person: str
    tries: int = 0
    sent_at: datetime | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Addressed:
    """Somebody who may act and can be written to, in one role of theirs (None: they hold none)."""

    person: str
    email: str
    role: str | None
    organisation: str | None


_c = posts.c
_m = memberships.c
_OF = Statement(
    *on_each(
        lambda on: (
            sa.select(*posts.columns)
            .where(among(_c.notice, "notices", on))
            .order_by(_c.notice, _c.person)
        )
    )
)
_WRITE = Statement(*insert_or(posts, replace=("tries", "sent_at", "fault")))
_REACHABLE = (
    sa.select(people.c.id, people.c.email, _m.role, _m.organisation)
    .select_from(sa.outerjoin(people, memberships, _m.person == people.c.id))
    .where(people.c.disabled_at.is_(None), people.c.email.is_not(None), people.c.email != "")
    .order_by(people.c.id, _m.role, _m.organisation)
)
_HOLDING = Statement(*on_each(lambda on: _REACHABLE.where(among(_m.role, "roles", on))))
_NAMED = Statement(*on_each(lambda on: _REACHABLE.where(among(people.c.id, "ids", on))))


def of(tx: Tx, notices: Collection[str]) -> dict[str, dict[str, Post]]:
    """Return what became of these messages so far: by message, then by person."""
    found: dict[str, dict[str, Post]] = {}
    for notice, person, tries, sent_at, fault in _OF.rows(tx, {"notices": dump(sorted(notices))}):
        post = Post(notice, person, tries, read_moment_or_none(sent_at), fault)
        found.setdefault(notice, {})[person] = post
    return found


def write(tx: Tx, rows: Sequence[Post]) -> None:
    """Write rows, new or over those of the same message and person."""
    _WRITE.many(
        tx,
        [
            {
                "notice": row.notice,
                "person": row.person,
                "tries": row.tries,
                "sent_at": moment_or_none(row.sent_at),
                "fault": row.fault,
            }
            for row in rows
        ],
    )


def holding(tx: Tx, roles: Collection[str]) -> list[Addressed]:
    """Return everybody who can be written to and holds one of `roles`, in each place."""
    return _read(_HOLDING.rows(tx, {"roles": dump(sorted(roles))}))


def named(tx: Tx, ids: Collection[str]) -> list[Addressed]:
    """Return those of `ids` who can be written to, in each of their roles."""
    return _read(_NAMED.rows(tx, {"ids": dump(sorted(ids))}))


def _read(rows: list[tuple[str, str, str | None, str | None]]) -> list[Addressed]:
    return [Addressed(person, email, role, where or None) for person, email, role, where in rows]
