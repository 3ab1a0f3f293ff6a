"""What the office did about people, places, calendars and meetings: one can only add to it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

import sqlalchemy as sa

from apflow.store.account_tables import office_acts
from apflow.store.statements import Row, Statement, Tx
from apflow.store.written import dump, load, moment, read_moment

#: Who did it where nobody signed in: the command line, whose users may open the database.
COMMAND_LINE = "command line"
#: So that what one process did in the same moment stays in order.
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class OfficeAct:
    """One thing done: by whom, what (`give_role`), about what (`person`, `ann`), and how exactly.

    `details` are JSON-ready values; secrets and children's data have no place in them.
    """

    at: datetime
    person: str
    what: str
    about_kind: str
    about: str
    details: Mapping[str, object] = field(default_factory=dict)
    id: str = field(default="", compare=False)


_c = office_acts.c
_ADD = Statement(sa.insert(office_acts))


def _as_asked(column: "sa.Column[str]", name: str) -> "sa.ColumnElement[bool]":
    """Return that `column` is what is asked for, where anything is."""
    asked: sa.BindParameter[str] = sa.bindparam(name, type_=sa.Text)
    return sa.or_(asked == "", column == asked)


_LISTED = Statement(
    sa.select(_c.id, _c.acted_at, _c.person, _c.what, _c.about_kind, _c.about, _c.details)
    .where(
        _as_asked(_c.person, "of_person"),
        _as_asked(_c.what, "of_what"),
        _as_asked(_c.about_kind, "of_kind"),
        _as_asked(_c.about, "of_about"),
        _c.acted_at >= sa.bindparam("since"),
        _c.acted_at < sa.bindparam("until"),
        sa.or_(
            _c.acted_at < sa.bindparam("before"),
            sa.and_(_c.acted_at == sa.bindparam("before"), _c.id < sa.bindparam("before_id")),
        ),
    )
    .order_by(_c.acted_at.desc(), _c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_PLACE = Statement(sa.select(_c.acted_at).where(_c.id == sa.bindparam("of_id")))
#: Sorts after every moment.
_END = "~"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which acts are asked for: all of them unless something is said."""

    person: str = ""
    what: str = ""
    about_kind: str = ""
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None


def add(tx: Tx, act: OfficeAct) -> None:
    """Write down what was done, in the transaction that does it."""
    _ADD.run(
        tx,
        {
            "id": f"{next(_NUMBERS):010x}-{secrets.token_hex(8)}",
            "acted_at": moment(act.at),
            "person": act.person,
            "what": act.what,
            "about_kind": act.about_kind,
            "about": act.about,
            "details": dump(dict(act.details)),
        },
    )


def known(tx: Tx, act: str) -> bool:
    """Return whether there is an act of that id."""
    return _PLACE.row(tx, {"of_id": act}) is not None


def listed(
    tx: Tx, wanted: Wanted | None = None, after: str | None = None, limit: int = 50
) -> list[OfficeAct]:
    """Return the next `limit` acts, newest first; `after` is the id of the last one before."""
    wanted = wanted or Wanted()
    place = _PLACE.row(tx, {"of_id": after}) if after else None
    rows = _LISTED.rows(
        tx,
        {
            "of_person": wanted.person,
            "of_what": wanted.what,
            "of_kind": wanted.about_kind,
            "of_about": wanted.about,
            "since": moment(wanted.since) if wanted.since else "",
            "until": moment(wanted.until) if wanted.until else _END,
            "before": place[0] if place else _END,
            "before_id": after or "",
            "limit": limit,
        },
    )
    return [_act(row) for row in rows]


def _act(row: Row) -> OfficeAct:
    identity, at, person, what, kind, about, details = row
    return OfficeAct(read_moment(at), person, what, kind, about, load(details), identity)
