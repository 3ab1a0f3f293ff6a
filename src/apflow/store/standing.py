"""The deadlines of one person, whatever referral they stand on.

Of an organisation's or a policy's open referrals only those deadlines that fall to certain roles,
or stand on a referral that the person has; the caller knows which role goes with which slot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from apflow.store.statements import Row, Statement, Tx, among, on_each
from apflow.store.tables import deadlines, referral_parties, referrals
from apflow.store.written import dump, moment, read_moment

_d = deadlines.c
_p = referral_parties.c
_r = referrals.c


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A deadline with what its referral says: `slot` and `organisation` are where it was found.

    `state` is the deadline's: armed or breached, or met or cancelled before its moment came.
    """

    reference: str
    name: str
    occurrence: int
    due_at: datetime
    state: str
    owner: str
    lifecycle: str
    digest: str
    version: int
    had_by: str | None
    slot: str | None
    organisation: str | None


_COLUMNS = (
    _d.reference, _d.name, _d.occurrence, _d.due_at, _d.state, _d.owner,
    _r.lifecycle, _r.digest, _r.version, _r.owner.label("had_by"),
)  # fmt: skip
_JOINED = sa.join(referrals, deadlines, _d.reference == _r.reference)
#: What stands, and what was withdrawn but would not be due yet.
_SHOWN = sa.or_(
    sa.and_(sa.text("deadlines.state IN ('armed', 'breached')"), _d.due_at.is_not(None)),
    sa.and_(sa.text("deadlines.state IN ('met', 'cancelled')"), _d.due_at >= sa.bindparam("now")),
)
_HAD = _r.owner == sa.bindparam("person")


def _theirs(on: str) -> sa.ColumnElement[bool]:
    return sa.or_(among(_d.owner, "roles", on), _HAD)


def _in_order(rows: "sa.Select[tuple[object, ...]]") -> "sa.Select[tuple[object, ...]]":
    return rows.order_by(_d.due_at, _d.reference, _d.name, _d.occurrence).limit(
        sa.bindparam("limit", type_=sa.Integer)
    )


#: Of an organisation, of whole policies, and of whoever sees everything: a test looks at how.
#: A list of organisations would have PostgreSQL guess at how many rows are theirs.
OF_ORGANISATION = Statement(
    *on_each(
        lambda on: _in_order(
            sa.select(*_COLUMNS, _p.slot, _p.organisation)
            .select_from(sa.join(referral_parties, _JOINED, _p.reference == _r.reference))
            .where(
                _p.organisation == sa.bindparam("organisation"),
                _p.open == sa.true(),
                _theirs(on),
                _SHOWN,
            )
        )
    )
)
OF_POLICIES = Statement(
    *on_each(
        lambda on: _in_order(
            sa.select(*_COLUMNS, sa.null(), sa.null())
            .select_from(_JOINED)
            .where(
                among(_r.lifecycle, "lifecycles", on), _r.closed_on.is_(None), _theirs(on), _SHOWN
            )
        )
    )
)
OF_ONE_PERSON = Statement(
    _in_order(
        sa.select(*_COLUMNS, sa.null(), sa.null())
        .select_from(_JOINED)
        .where(_HAD, _r.closed_on.is_(None), _SHOWN)
    )
)
_POLICIES_OF = Statement(
    sa.select(_p.lifecycle, _p.slot)
    .where(_p.organisation == sa.bindparam("organisation"), _p.open == sa.true())
    .distinct()
)


def of_organisation(
    tx: Tx,
    organisation: str,
    person: str,
    roles: Sequence[str],
    now: datetime,
    limit: int,
) -> list[StandingRow]:
    """Return what falls to `roles`, or to a referral that `person` has, the earliest due first.

    Only on open referrals to which `organisation` is a party; one row for each of its slots.
    """
    asked = {"organisation": organisation, **_asked(person, roles, now, limit)}
    return [_read(row) for row in OF_ORGANISATION.rows(tx, asked)]


def of_policies(
    tx: Tx,
    lifecycles: Sequence[str],
    person: str,
    roles: Sequence[str],
    now: datetime,
    limit: int,
) -> list[StandingRow]:
    """Return the same of the open referrals of whole policies."""
    asked = {"lifecycles": dump(list(lifecycles)), **_asked(person, roles, now, limit)}
    return [_read(row) for row in OF_POLICIES.rows(tx, asked)]


def of_person(tx: Tx, person: str, now: datetime, limit: int) -> list[StandingRow]:
    """Return what stands on the open referrals that `person` has, the earliest due first."""
    asked = {"person": person, "now": moment(now), "limit": limit}
    return [_read(row) for row in OF_ONE_PERSON.rows(tx, asked)]


def policies_of(tx: Tx, organisation: str) -> set[tuple[str, str]]:
    """Return (lifecycle, slot) of the open referrals to which an organisation is a party."""
    rows = _POLICIES_OF.rows(tx, {"organisation": organisation})
    return {(lifecycle, slot) for lifecycle, slot in rows}


def _asked(person: str, roles: Sequence[str], now: datetime, limit: int) -> dict[str, object]:
    return {"person": person, "roles": dump(list(roles)), "now": moment(now), "limit": limit}


def _read(row: Row) -> StandingRow:
    (
        reference, name, occurrence, due_at, state, owner, lifecycle, digest, version, had_by,
        slot, organisation,
    ) = row  # fmt: skip
    return StandingRow(
        reference=reference,
        name=name,
        occurrence=occurrence,
        due_at=read_moment(due_at),
        state=state,
        owner=owner,
        lifecycle=lifecycle,
        digest=digest,
        version=version,
        had_by=had_by,
        slot=slot,
        organisation=organisation,
    )
