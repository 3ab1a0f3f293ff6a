"""Deadlines of referrals: armed, met, breached or cancelled; rows are never taken away."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from apflow.referral import DeadlineRow
from apflow.store.statements import Row, Statement, Tx, among, insert_or, on_each
from apflow.store.tables import deadlines, referral_parties
from apflow.store.written import (
    NEVER,
    day_or_none,
    dump,
    moment,
    moment_or_none,
    read_day_or_none,
    read_moment_or_none,
)

#: Which row: the referral's reference, the deadline's name, the occurrence from 1.
Key = tuple[str, str, int]

_c = deadlines.c
_LIMIT = sa.bindparam("limit", type_=sa.Integer)
_KEY = ("reference", "name", "occurrence")
# The very words of the partial indexes, which no parameter would match.
_ARMED = sa.text("deadlines.state = 'armed' AND deadlines.due_at IS NOT NULL")
_STANDING = sa.text("deadlines.state IN ('armed', 'breached')")
_IN_ORDER = (_c.due_at, _c.reference, _c.name, _c.occurrence)

_ROWS = Statement(
    sa.select(*deadlines.columns)
    .where(_c.reference == sa.bindparam("reference"))
    .order_by(_c.name, _c.occurrence)
)
#: The same of many: a test looks at how they are found.
ROWS_OF = Statement(
    *on_each(
        lambda on: (
            sa.select(*deadlines.columns)
            .where(among(_c.reference, "references", on))
            .order_by(_c.reference, _c.name, _c.occurrence)
        )
    )
)
_WRITE = Statement(
    *insert_or(
        deadlines, replace=[column.name for column in deadlines.c if column.name not in _KEY]
    )
)
#: What a sweep asks, first and then: a test looks at how they are found.
DUE = Statement(
    sa.select(_c.reference, _c.name, _c.occurrence)
    .where(_ARMED, _c.due_at <= sa.bindparam("now"))
    .order_by(*_IN_ORDER)
    .limit(_LIMIT)
)
_AT = Statement(
    sa.select(_c.due_at).where(
        _c.reference == sa.bindparam("reference"),
        _c.name == sa.bindparam("name"),
        _c.occurrence == sa.bindparam("occurrence"),
    )
)
DUE_AFTER = Statement(
    sa.select(_c.reference, _c.name, _c.occurrence)
    .where(
        _ARMED,
        _c.due_at <= sa.bindparam("now"),
        sa.tuple_(*_IN_ORDER)
        > sa.tuple_(
            sa.bindparam("due_at"),
            sa.bindparam("reference"),
            sa.bindparam("name"),
            sa.bindparam("occurrence", type_=sa.Integer),
        ),
    )
    .order_by(*_IN_ORDER)
    .limit(_LIMIT)
)
_CLAIM = Statement(
    sa.update(deadlines).where(
        _c.reference == sa.bindparam("of_reference"),
        _c.name == sa.bindparam("of_name"),
        _c.occurrence == sa.bindparam("of_occurrence"),
        _ARMED,
        _c.due_at <= sa.bindparam("now"),
    ),
    columns=("state", "missed_at"),
)
_STANDING_BY = (
    sa.select(*deadlines.columns)
    .where(_STANDING, _c.due_at <= sa.bindparam("until"))
    .order_by(*_IN_ORDER)
    .limit(_LIMIT)
)
STANDING = Statement(_STANDING_BY)
_OPEN_FOR = _STANDING_BY.where(
    _c.reference.in_(
        sa.select(referral_parties.c.reference).where(
            referral_parties.c.organisation.in_(sa.bindparam("organisations", expanding=True))
        )
    )
)


def rows(tx: Tx, reference: str) -> tuple[DeadlineRow, ...]:
    """Return every deadline that the referral has or had, by name and occurrence."""
    return tuple(_read(row) for row in _ROWS.rows(tx, {"reference": reference}))


def rows_of(tx: Tx, references: Sequence[str]) -> dict[str, tuple[DeadlineRow, ...]]:
    """Return what `rows` does for each of these referrals that has any."""
    found: dict[str, list[DeadlineRow]] = {}
    for row in ROWS_OF.rows(tx, {"references": dump(list(references))}):
        found.setdefault(row[0], []).append(_read(row))
    return {reference: tuple(rows) for reference, rows in found.items()}


def write(tx: Tx, rows: Sequence[DeadlineRow]) -> None:
    """Write rows, new or over those of the same reference, name and occurrence."""
    _WRITE.many(tx, [_written(row) for row in rows])


def due(tx: Tx, now: datetime, limit: int, after: Key | None = None) -> list[Key]:
    """Return the armed deadlines that are due, the longest due first.

    `after` goes on behind a key returned before, so that one that cannot be dealt with does not
    stand in the way of the rest.
    """
    asked: dict[str, object] = {"now": moment(now), "limit": limit}
    if after is None:
        return [_key(row) for row in DUE.rows(tx, asked)]
    key = dict(zip(_KEY, after, strict=True))
    at = _AT.row(tx, key)
    # A row that is gone or has no date any more would hide everything: begin again instead.
    asked |= {**key, "due_at": (at[0] if at is not None else None) or ""}
    return [_key(row) for row in DUE_AFTER.rows(tx, asked)]


def claim(tx: Tx, reference: str, name: str, occurrence: int, now: datetime) -> bool:
    """Turn an armed deadline that is due into a breached one; False if it is not, or no more."""
    return (
        _CLAIM.run(
            tx,
            {
                "of_reference": reference,
                "of_name": name,
                "of_occurrence": occurrence,
                "now": moment(now),
                "state": "breached",
                "missed_at": moment(now),
            },
        )
        == 1
    )


def open_for(
    tx: Tx,
    organisations: Sequence[str] | None,
    until: datetime | None = None,
    limit: int = 100,
) -> list[DeadlineRow]:
    """Return what is armed or missed and still open, the earliest due first.

    Only referrals to which one of `organisations` is a party (None: all), and only what falls
    due by `until` (None: everything that has a date).
    """
    asked: dict[str, object] = {
        "until": NEVER if until is None else moment(until),
        "limit": limit,
    }
    if organisations is None:
        return [_read(row) for row in STANDING.rows(tx, asked)]
    found = tx.execute(_OPEN_FOR, {**asked, "organisations": list(organisations)})
    return [_read(row) for row in found.fetchall()]


def _key(row: Row) -> Key:
    return row[0], row[1], row[2]


def _written(row: DeadlineRow) -> dict[str, object]:
    return {
        "reference": row.reference,
        "name": row.name,
        "occurrence": row.occurrence,
        "start": row.start,
        "given_by": row.given_by,
        "due_at": moment_or_none(row.due_at),
        "warn_at": moment_or_none(row.warn_at),
        "other_at": moment_or_none(row.other_at),
        "owner": row.owner,
        "force": row.force,
        "state": row.state,
        "beyond": row.beyond,
        "missed_at": moment_or_none(row.missed_at),
        "met_on": day_or_none(row.met_on),
        "met_by": row.met_by,
        "late": row.late,
    }


def _read(row: Row) -> DeadlineRow:
    (
        reference, name, occurrence, start, given_by, due_at, warn_at, other_at, owner, force,
        state, beyond, missed_at, met_on, met_by, late,
    ) = row  # fmt: skip
    return DeadlineRow(
        reference=reference,
        name=name,
        occurrence=occurrence,
        start=start,
        given_by=given_by,
        due_at=read_moment_or_none(due_at),
        warn_at=read_moment_or_none(warn_at),
        other_at=read_moment_or_none(other_at),
        owner=owner,
        force=force,
        state=state,
        beyond=bool(beyond),
        missed_at=read_moment_or_none(missed_at),
        met_on=read_day_or_none(met_on),
        met_by=met_by,
        late=bool(late),
    )
