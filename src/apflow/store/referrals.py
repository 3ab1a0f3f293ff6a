"""Referrals as they stand now, and the lists by which people find them.

`next_due` is written so that it sorts (see `written`): an open referral without a deadline comes
after every deadline. Lists are paged by what they are ordered by, never by counting rows.
"""

from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa

from apflow.referral import Referral
from apflow.store.lists import Place, WorklistRow, worklist
from apflow.store.statements import Row, Statement, Tx, among, on_each
from apflow.store.tables import referral_parties, referrals
from apflow.store.written import (
    day_or_none,
    due,
    dump,
    dump_tally,
    load,
    load_tally,
    read_day_or_none,
    read_due,
)

__all__ = [
    "Place",
    "WorklistRow",
    "add",
    "asked_again",
    "digest_of",
    "get",
    "get_several",
    "lock",
    "lock_several",
    "move",
    "of_pupil",
    "open_of_area",
    "open_references",
    "standing_in",
    "to_ask_again",
    "worklist",
]

_r = referrals.c
_p = referral_parties.c

_COLUMNS = tuple(referrals.columns)
_MOVABLE = tuple(
    column.name for column in referrals.columns if column.name not in ("reference", "opened_on")
)


def _whole(on: str, *where: sa.ColumnElement[bool]) -> sa.Select[tuple[object, ...]]:
    group = sa.func.json_group_object if on == "sqlite" else sa.func.json_object_agg
    slots = (
        sa.select(group(_p.slot, _p.organisation))
        .where(_p.reference == _r.reference)
        .scalar_subquery()
    )
    return sa.select(*_COLUMNS, sa.cast(slots, sa.Text)).where(*where)


_ONE = _r.reference == sa.bindparam("reference")
_GET = Statement(*on_each(lambda on: _whole(on, _ONE)))
_HOLD = Statement(sa.select(_r.version).where(_ONE).with_for_update())
#: How many are found at once: a test looks at how they are.
GET_SEVERAL = Statement(
    *on_each(lambda on: _whole(on, among(_r.reference, "references", on)).order_by(_r.reference))
)
_HOLD_SEVERAL = Statement(
    *on_each(
        lambda on: (
            sa.select(_r.version)
            .where(among(_r.reference, "references", on))
            .order_by(_r.reference)
            .with_for_update()
        )
    )
)
STANDING_IN = Statement(
    *on_each(
        lambda on: _whole(
            on,
            _r.lifecycle == sa.bindparam("lifecycle"),
            _r.state == sa.bindparam("state"),
            _r.closed_on.is_(None),
        )
    )
)
OPEN_OF_AREA = Statement(
    sa.select(_r.reference)
    .where(_r.lifecycle == sa.bindparam("area"), _r.closed_on.is_(None))
    .union(
        sa.select(_p.reference).where(_p.organisation == sa.bindparam("area"), _p.open == sa.true())
    )
    .order_by("reference")
)
_DIGEST = Statement(sa.select(_r.digest).where(_ONE))
_ADD = Statement(sa.insert(referrals))
_MOVE = Statement(
    sa.update(referrals).where(
        _r.reference == sa.bindparam("of_reference"), _r.version == sa.bindparam("expected")
    ),
    columns=_MOVABLE,
)
_ADD_PARTY = Statement(sa.insert(referral_parties))
_SLOTS = Statement(
    sa.select(_p.slot, _p.organisation).where(_p.reference == sa.bindparam("reference"))
)
_MOVE_PARTIES = Statement(
    sa.update(referral_parties).where(_p.reference == sa.bindparam("of_reference")),
    columns=("open", "next_due", "lifecycle", "state", "rank"),
)
_DROP_PARTIES = Statement(
    sa.delete(referral_parties).where(_p.reference == sa.bindparam("of_reference"))
)
_OF_PUPIL = Statement(
    sa.select(_r.reference)
    .where(_r.pupil == sa.bindparam("pupil"))
    .order_by(_r.opened_on, _r.reference)
)
_OPEN = Statement(
    sa.select(_r.reference)
    .where(_r.closed_on.is_(None), _r.reference > sa.bindparam("after"))
    .order_by(_r.reference)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_OPEN_OF = Statement(
    sa.select(_r.reference)
    .where(
        _r.closed_on.is_(None),
        _r.reference > sa.bindparam("after"),
        _r.lifecycle == sa.bindparam("lifecycle"),
    )
    .order_by(_r.reference)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
ASK_AGAIN = Statement(
    sa.select(_r.reference)
    .where(_r.ask_again_on <= sa.bindparam("today"))
    # In the order of their index, or all referrals would be looked at to find none.
    .order_by(_r.ask_again_on, _r.reference)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_ASKED_AGAIN = Statement(
    sa.update(referrals)
    .where(_r.reference == sa.bindparam("of_reference"), _r.version == sa.bindparam("expected"))
    .values(ask_again_on=sa.bindparam("next_on"), version=_r.version + 1)
)


def get(tx: Tx, reference: str) -> Referral | None:
    """Return the referral, or None."""
    row = _GET.row(tx, {"reference": reference})
    return None if row is None else _read(row)


def digest_of(tx: Tx, reference: str) -> str | None:
    """Return the digest of the lifecycle that the referral follows, or None if it is not there."""
    row = _DIGEST.row(tx, {"reference": reference})
    return None if row is None else row[0]


def lock(tx: Tx, reference: str) -> Referral | None:
    """Return the referral, held against other writers until the transaction ends, or None.

    On SQLite the transaction holds the whole database already. On PostgreSQL the row is held
    first and read then: a statement that had to wait for a row reads everything else, such as
    the parties, as it was before it waited.
    """
    if tx.dialect.name == "postgresql":
        _HOLD.row(tx, {"reference": reference})
    return get(tx, reference)


def lock_several(tx: Tx, references: Sequence[str]) -> list[Referral]:
    """Return those of `references` that are there, in order, held as `lock` holds one."""
    if tx.dialect.name == "postgresql":
        _HOLD_SEVERAL.rows(tx, {"references": dump(list(references))})
    return get_several(tx, references)


def get_several(tx: Tx, references: Sequence[str]) -> list[Referral]:
    """Return those of `references` that are there, in order."""
    return [_read(row) for row in GET_SEVERAL.rows(tx, {"references": dump(list(references))})]


def standing_in(tx: Tx, lifecycle: str, states: Collection[str]) -> list[Referral]:
    """Return the open referrals of a lifecycle that stand in one of these states, by state."""
    return [
        _read(row)
        for state in sorted(states)
        for row in STANDING_IN.rows(tx, {"lifecycle": lifecycle, "state": state})
    ]


def open_of_area(tx: Tx, area: str) -> list[str]:
    """Return the references of open referrals that may count by an area's days, in order.

    `area` is their lifecycle or an organisation that is a party.
    """
    return [row[0] for row in OPEN_OF_AREA.rows(tx, {"area": area})]


def add(tx: Tx, referral: Referral) -> None:
    """Write a new referral and its parties. Raises Taken if there is one of that reference."""
    _ADD.run(
        tx,
        {
            **_written(referral),
            "reference": referral.reference,
            "opened_on": referral.opened_on.isoformat(),
        },
    )
    _add_parties(tx, referral)


def move(tx: Tx, referral: Referral, expected_version: int, before: Referral | None = None) -> bool:
    """Write the referral over the one of `expected_version`; False if that one is gone.

    `before` is that one as read in this transaction, if at hand: it saves asking for its
    parties.
    """
    written = {
        **_written(referral),
        "of_reference": referral.reference,
        "expected": expected_version,
    }
    if _MOVE.run(tx, written) != 1:
        return False
    parties = before.parties if before is not None else _slots(tx, referral.reference)
    if parties == dict(referral.parties):
        if parties:
            standing = {**_standing(referral), "of_reference": referral.reference}
            _MOVE_PARTIES.run(tx, standing)
    else:
        _DROP_PARTIES.run(tx, {"of_reference": referral.reference})
        _add_parties(tx, referral)
    return True


def of_pupil(tx: Tx, pupil: str) -> list[str]:
    """Return the references of the pupil's referrals, open or closed, oldest first."""
    return [row[0] for row in _OF_PUPIL.rows(tx, {"pupil": pupil})]


def open_references(
    tx: Tx, lifecycle: str | None = None, after: str | None = None, limit: int = 500
) -> list[str]:
    """Return the next references of open referrals, in order, of one lifecycle or of all."""
    paging = {"after": after or "", "limit": limit}
    if lifecycle is None:
        return [row[0] for row in _OPEN.rows(tx, paging)]
    return [row[0] for row in _OPEN_OF.rows(tx, {**paging, "lifecycle": lifecycle})]


def to_ask_again(tx: Tx, today: date, limit: int = 500) -> list[str]:
    """Return the referrals whose kept guards are to be asked again by `today`, oldest first."""
    return [row[0] for row in ASK_AGAIN.rows(tx, {"today": today.isoformat(), "limit": limit})]


def asked_again(tx: Tx, asked: Sequence[Referral], next_on: date) -> None:
    """Note that the guards which these keep were asked, and when they are to be asked next.

    One that somebody moved since it was read is left as it is.
    """
    day = next_on.isoformat()
    _ASKED_AGAIN.many(
        tx,
        [{"of_reference": one.reference, "expected": one.version, "next_on": day} for one in asked],
    )


def _written(referral: Referral) -> dict[str, object]:
    open_ = referral.closed_on is None
    return {
        "pupil": referral.pupil,
        "lifecycle": referral.lifecycle,
        "digest": referral.digest,
        "state": referral.state,
        "version": referral.version,
        "seq": referral.seq,
        "head": referral.head,
        "facts": dump(dict(referral.facts)),
        "tally": dump_tally(referral.tally),
        "rank": referral.rank,
        "owner": referral.owner,
        "next_due": due(referral.next_due, open_=open_),
        "closed_on": day_or_none(referral.closed_on),
        "lapsed": dump(list(referral.lapsed)),
        "holds": dump(list(referral.holds)),
        "waits": dump(dict(referral.waits)),
        "ask_again_on": day_or_none(referral.ask_again_on),
        "entered_on": _entered_on(referral).isoformat(),
    }


def _entered_on(referral: Referral) -> date:
    """Return since when it stands in its state; one that was renamed keeps its day."""
    since = referral.tally.standing_since(referral.state)
    days = ((seq, on) for times in referral.tally.states.values() for on, seq in times)
    return since or max(days, default=(0, referral.opened_on))[1]


def _standing(referral: Referral) -> dict[str, object]:
    open_ = referral.closed_on is None
    return {
        "open": open_,
        "next_due": due(referral.next_due, open_=open_),
        "lifecycle": referral.lifecycle,
        "state": referral.state,
        "rank": referral.rank,
    }


def _add_parties(tx: Tx, referral: Referral) -> None:
    standing = _standing(referral)
    _ADD_PARTY.many(
        tx,
        [
            {
                **standing,
                "reference": referral.reference,
                "slot": slot,
                "organisation": organisation,
            }
            for slot, organisation in sorted(referral.parties.items())
        ],
    )


def _slots(tx: Tx, reference: str) -> dict[str, str]:
    return {row[0]: row[1] for row in _SLOTS.rows(tx, {"reference": reference})}


def _read(row: Row) -> Referral:
    (
        reference, pupil, lifecycle, digest, state, version, seq, head, facts, tally, rank, owner,
        next_due, opened_on, closed_on, lapsed, holds, waits, ask_again_on, _, parties,
    ) = row  # fmt: skip
    return Referral(
        reference=reference,
        pupil=pupil,
        lifecycle=lifecycle,
        digest=digest,
        state=state,
        version=version,
        seq=seq,
        head=head,
        facts=load(facts),
        tally=load_tally(tally),
        rank=rank,
        owner=owner,
        next_due=read_due(next_due),
        opened_on=date.fromisoformat(opened_on),
        closed_on=read_day_or_none(closed_on),
        lapsed=tuple(load(lapsed)),
        holds=tuple(load(holds)),
        waits=load(waits),
        ask_again_on=read_day_or_none(ask_again_on),
        parties=load(parties) if parties else {},
    )
