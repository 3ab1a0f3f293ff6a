"""The deadlines of one person, whatever referral they stand on.

Of an organisation's or a policy's open referrals only those deadlines that fall to certain roles,
or stand on a referral that the person has; the caller knows which role goes with which slot.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from apflow.clock import london_day
from apflow.store.statements import Row, Statement, Tx, among, on_each
from apflow.store.tables import deadlines, referral_parties, referrals
from apflow.store.written import dump, moment, read_moment

_d = deadlines.c
_p = referral_parties.c
_r = referrals.c


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A deadline with what its referral says: `slot` and `organisation` are where it was found.

    `state` is the deadline's: armed or breached, or met or cancelled not long ago; `ended` says
    that its referral is closed.
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
    ended: bool
    slot: str | None
    organisation: str | None


_COLUMNS = (
    _d.reference, _d.name, _d.occurrence, _d.due_at, _d.state, _d.owner,
    _r.lifecycle, _r.digest, _r.version, _r.owner.label("had_by"), _r.closed_on,
)  # fmt: skip
_JOINED = sa.join(referrals, deadlines, _d.reference == _r.reference)
_OVER = sa.text("deadlines.state IN ('met', 'cancelled')")
#: What stands, and what was withdrawn or met not long ago.
_SHOWN = sa.or_(
    sa.and_(sa.text("deadlines.state IN ('armed', 'breached')"), _d.due_at.is_not(None)),
    sa.and_(
        _OVER,
        sa.or_(_d.due_at >= sa.bindparam("since"), _d.met_on >= sa.bindparam("since_on")),
        _d.due_at.is_not(None),
    ),
)
_HAD = _r.owner == sa.bindparam("person")


def _theirs(on: str) -> sa.ColumnElement[bool]:
    return sa.or_(among(_d.owner, "roles", on), _HAD)


def _in_order(rows: "sa.Select[tuple[object, ...]]") -> "sa.Select[tuple[object, ...]]":
    # What is over never keeps out what stands.
    over = sa.case((sa.or_(_r.closed_on.is_not(None), _OVER), 1), else_=0)
    return rows.order_by(over, _d.due_at, _d.reference, _d.name, _d.occurrence).limit(
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
#: Since when a referral stands where it ended bounds how many are looked at: a test looks at how.
ENDED_LATELY = Statement(
    *on_each(
        lambda on: _in_order(
            sa.select(*_COLUMNS, _p.slot, _p.organisation)
            .select_from(
                sa.outerjoin(
                    _JOINED,
                    referral_parties,
                    sa.and_(
                        _p.reference == _r.reference, among(_p.organisation, "organisations", on)
                    ),
                )
            )
            .where(
                among(_r.lifecycle, "lifecycles", on),
                among(_r.state, "states", on),
                _r.entered_on >= sa.bindparam("since_on"),
                _r.closed_on.is_not(None),
                _d.due_at.is_not(None),
                _theirs(on),
            )
        )
    )
)
#: Of an organisation's referrals those that stand in certain states, and those that came there
#: lately: a test looks at how they are found.
IN_STATES = Statement(
    *on_each(
        lambda on: sa.select(_p.reference, _p.slot).where(
            _p.organisation == sa.bindparam("organisation"),
            _p.open == sa.true(),
            among(_p.state, "states", on),
        )
    )
)
MOVED_LATELY = Statement(
    *on_each(
        lambda on: (
            sa.select(_p.reference, _p.slot)
            .select_from(sa.join(referrals, referral_parties, _p.reference == _r.reference))
            .where(
                among(_r.lifecycle, "lifecycles", on),
                among(_r.state, "states", on),
                _r.entered_on >= sa.bindparam("since_on"),
                _p.organisation == sa.bindparam("organisation"),
            )
        )
    )
)
_POLICIES_OF = Statement(
    sa.select(_p.lifecycle, _p.slot)
    .where(_p.organisation == sa.bindparam("organisation"), _p.open == sa.true())
    .distinct()
)


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose deadlines are asked for: those that fall to `roles`, or whose referral `person` has.

    What is over is given if it was due, met or ended at `since` or later, at most `limit` in all.
    """

    person: str
    roles: Sequence[str]
    since: datetime
    limit: int

    def asked(self) -> dict[str, object]:
        """Return the parameters that every statement here has."""
        return {
            "person": self.person, "roles": dump(list(self.roles)), "limit": self.limit,
            "since": moment(self.since), "since_on": london_day(self.since).isoformat(),
        }  # fmt: skip


def of_organisation(tx: Tx, asking: Asking, organisation: str) -> list[StandingRow]:
    """Return what stands on open referrals to which `organisation` is a party.

    What is over comes last, each by when it is due; one row for each of its slots.
    """
    asked = {"organisation": organisation, **asking.asked()}
    return [_read(row) for row in OF_ORGANISATION.rows(tx, asked)]


def of_policies(tx: Tx, asking: Asking, lifecycles: Sequence[str]) -> list[StandingRow]:
    """Return the same of the open referrals of whole policies."""
    asked = {"lifecycles": dump(list(lifecycles)), **asking.asked()}
    return [_read(row) for row in OF_POLICIES.rows(tx, asked)]


def of_person(tx: Tx, asking: Asking) -> list[StandingRow]:
    """Return what stands on the open referrals that the person has."""
    return [_read(row) for row in OF_ONE_PERSON.rows(tx, asking.asked())]


def ended_lately(
    tx: Tx,
    asking: Asking,
    lifecycles: Sequence[str],
    states: Sequence[str],
    organisations: Sequence[str],
) -> list[StandingRow]:
    """Return every deadline of the referrals that ended lately in one of these states.

    One row for each slot of one of `organisations`, and one without where they have none in it.
    """
    asked = {
        "lifecycles": dump(list(lifecycles)),
        "states": dump(list(states)),
        "organisations": dump(list(organisations)),
        **asking.asked(),
    }
    return [_read(row) for row in ENDED_LATELY.rows(tx, asked)]


def in_states(tx: Tx, organisation: str, states: Collection[str]) -> set[tuple[str, str]]:
    """Return (reference, slot) of an organisation's open referrals in one of these states."""
    asked = {"organisation": organisation, "states": dump(sorted(states))}
    return {(reference, slot) for reference, slot in IN_STATES.rows(tx, asked)}


def moved_lately(
    tx: Tx, organisation: str, lifecycles: Collection[str], states: Collection[str], since: date
) -> set[tuple[str, str]]:
    """Return the same of those, open or not, that came into one of these states since a day."""
    asked = {
        "organisation": organisation, "lifecycles": dump(sorted(lifecycles)),
        "states": dump(sorted(states)), "since_on": since.isoformat(),
    }  # fmt: skip
    return {(reference, slot) for reference, slot in MOVED_LATELY.rows(tx, asked)}


def policies_of(tx: Tx, organisation: str) -> set[tuple[str, str]]:
    """Return (lifecycle, slot) of the open referrals to which an organisation is a party."""
    rows = _POLICIES_OF.rows(tx, {"organisation": organisation})
    return {(lifecycle, slot) for lifecycle, slot in rows}


def _read(row: Row) -> StandingRow:
    (
        reference, name, occurrence, due_at, state, owner, lifecycle, digest, version, had_by,
        closed_on, slot, organisation,
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
        ended=closed_on is not None,
        slot=slot,
        organisation=organisation,
    )
