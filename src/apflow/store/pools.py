"""Pools of places: one counter row for each, and who waits for it.

A counter is changed by compare-and-set in the transaction that takes the place. Counting the
referrals that hold one would let two of them into one place.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from apflow.errors import StoreError
from apflow.store.statements import Statement, Tx, insert_or
from apflow.store.tables import pool_waits, pools

_c = pools.c
_w = pool_waits.c
_POOL = (
    _w.lifecycle == sa.bindparam("lifecycle"),
    _w.name == sa.bindparam("name"),
)

_HELD = Statement(sa.select(_c.name, _c.held).where(_c.lifecycle == sa.bindparam("lifecycle")))
_CHANGE = Statement(
    sa.update(pools).where(
        _c.lifecycle == sa.bindparam("of_lifecycle"),
        _c.name == sa.bindparam("of_name"),
        _c.held == sa.bindparam("expected"),
    ),
    columns=("held",),
)
_CREATE = Statement(*insert_or(pools))
_WAIT = Statement(*insert_or(pool_waits, replace=("place_order",)))
_LEAVE = Statement(sa.delete(pool_waits).where(*_POOL, _w.reference == sa.bindparam("reference")))
_IN_LINE = (
    sa.select(_w.reference, _w.place_order).where(*_POOL).order_by(_w.place_order, _w.reference)
)
_WAITING = Statement(_IN_LINE)
_EVERY_HELD = Statement(sa.select(_c.lifecycle, _c.name, _c.held))
_EVERY_WAITING = Statement(
    sa.select(_w.lifecycle, _w.name, sa.func.count()).group_by(_w.lifecycle, _w.name)
)
#: Who stands in front: a test looks at how they are found.
FRONT = Statement(_IN_LINE.limit(2))


def held(tx: Tx, lifecycle: str, names: Sequence[str]) -> dict[str, int]:
    """Return how many places of each named pool are held; one never used holds none."""
    found = {row[0]: row[1] for row in _HELD.rows(tx, {"lifecycle": lifecycle})}
    return {name: found.get(name, 0) for name in names}


def change(tx: Tx, lifecycle: str, name: str, by: int, expected: int) -> bool:
    """Take (`by` > 0) or give back places where `expected` are held; False if others are.

    Raises StoreError when more would be given back than are held.
    """
    after = expected + by
    if after < 0:
        raise StoreError(f"pool {name}: {-by} given back where {expected} are held")
    asked = {"of_lifecycle": lifecycle, "of_name": name, "expected": expected, "held": after}
    if _CHANGE.run(tx, asked) == 1:
        return True
    if expected != 0:
        return False
    return _CREATE.run(tx, {"lifecycle": lifecycle, "name": name, "held": after}) == 1


def wait(tx: Tx, lifecycle: str, name: str, reference: str, order: str) -> None:
    """Put a referral on the pool's list, or change its place in the order."""
    _WAIT.run(
        tx,
        {"lifecycle": lifecycle, "name": name, "reference": reference, "place_order": order},
    )


def leave(tx: Tx, lifecycle: str, name: str, reference: str) -> bool:
    """Take a referral off the pool's list; False if it was not on it."""
    asked = {"lifecycle": lifecycle, "name": name, "reference": reference}
    return _LEAVE.run(tx, asked) == 1


def front(tx: Tx, lifecycle: str, name: str) -> tuple[tuple[str, str], ...]:
    """Return (reference, order) of the two who come first: enough to tell who is `first`."""
    found = FRONT.rows(tx, {"lifecycle": lifecycle, "name": name})
    return tuple((reference, order) for reference, order in found)


def first(in_front: Sequence[tuple[str, str]], order: str, reference: str) -> bool:
    """Whether nobody else waiting comes before; equal orders go by reference."""
    return not any(
        (place, other) < (order, reference) for other, place in in_front if other != reference
    )


def waiting(tx: Tx, lifecycle: str, name: str) -> list[tuple[str, str]]:
    """Return (reference, order) of everybody waiting, the first in line first."""
    found = _WAITING.rows(tx, {"lifecycle": lifecycle, "name": name})
    return [(reference, order) for reference, order in found]


def standing(tx: Tx) -> dict[tuple[str, str], tuple[int, int]]:
    """Return how many places are held and how many wait, by lifecycle and pool; none is zero."""
    held_now = {(row[0], row[1]): row[2] for row in _EVERY_HELD.rows(tx)}
    in_line = {(row[0], row[1]): row[2] for row in _EVERY_WAITING.rows(tx)}
    return {
        pool: (held_now.get(pool, 0), in_line.get(pool, 0)) for pool in held_now.keys() | in_line
    }
