"""What was decided at the sittings of a meeting, and what was asked for there and refused."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import NamedTuple

import sqlalchemy as sa

from apflow.clock import LONDON
from apflow.referral import RequestState
from apflow.store.scope import Scope, in_sight
from apflow.store.statements import Row, Statement, Tx, among, on_each
from apflow.store.tables import people, referrals, requests, step_index
from apflow.store.written import dump, load, moment, read_moment


class AskedFor(NamedTuple):
    """A closed Request for a decision of a sitting; `result` is its outcome as it was told.

    `by` is the name of who asked.
    """

    request: str
    reference: str
    event: str
    state: RequestState
    result: Mapping[str, object]
    closed_at: datetime
    by: str | None


_q, _s = requests.c, step_index.c
_COLUMNS = (_q.id, _q.reference, _q.event, _q.state, _q.result, _q.closed_at, people.c.name)
_BY = people.c.id == _q.actor
_DAY: "sa.BindParameter[str]" = sa.bindparam("on_day")
_later = step_index.alias("later")
#: A step that was put right no longer counts.
_STANDS = ~sa.exists().where(_later.c.reference == _s.reference, _later.c.reverses == _s.seq)


def _decided(on: str) -> tuple[sa.ColumnElement[bool], ...]:
    # Nothing is recorded before it happened, so that the index is begun at the sitting.
    return (
        among(_s.event, "events", on),
        _s.recorded_at >= sa.bindparam("since"),
        _s.lifecycle == sa.bindparam("lifecycle"),
        _STANDS,
    )


#: How the decisions of a sitting are found: a test looks at it.
DECISIONS = Statement(
    *on_each(
        lambda on: (
            sa.select(*_COLUMNS)
            .select_from(sa.join(step_index, requests, _q.id == _s.request).outerjoin(people, _BY))
            .where(*_decided(on), _s.happened_on == _DAY)
            .order_by(_s.recorded_at, _s.reference, _s.seq)
        )
    )
)


@lru_cache(maxsize=8)
def decided_statement(ways: str) -> Statement:
    """Return the statement of `decided_since` for a scope's `ways`: a test looks at it."""
    return Statement(*on_each(lambda on: _counted(ways, on)))


def _counted(ways: str, on: str) -> "sa.Select[tuple[str, int]]":
    each = (
        sa.select(_s.happened_on, _s.reference)
        .where(*_decided(on), _s.happened_on >= _DAY)
        .distinct()
        .subquery("decided")
    )
    counted = sa.select(each.c.happened_on, sa.func.count()).group_by(each.c.happened_on)
    if "e" in ways:
        return counted
    r = referrals.alias("r")
    of_them = sa.join(each, r, r.c.reference == each.c.reference)
    return counted.select_from(of_them).where(sa.text(in_sight(ways, on)))


REFUSALS = Statement(
    *on_each(
        lambda on: (
            sa.select(*_COLUMNS)
            .select_from(sa.outerjoin(requests, people, _BY))
            .where(
                sa.text("requests.state IN ('refused', 'stale', 'abandoned')"),
                _q.closed_at >= sa.bindparam("since"),
                _q.happened_on == _DAY,
                among(_q.event, "events", on),
                among(_q.reference, "references", on),
            )
            .order_by(_q.closed_at, _q.id)
        )
    )
)


def decisions(tx: Tx, lifecycle: str, events: Collection[str], on: date) -> list[AskedFor]:
    """Return what was decided of a policy's referrals on a day and stands, in order."""
    asked = {"lifecycle": lifecycle, **_asked(events, on)}
    return [_read(row) for row in DECISIONS.rows(tx, asked)]


def refusals(
    tx: Tx, references: Collection[str], events: Collection[str], on: date
) -> list[AskedFor]:
    """Return what was asked for some referrals as of a day and came to nothing, in order."""
    if not references:
        return []
    asked = {"references": dump(sorted(references)), **_asked(events, on)}
    return [_read(row) for row in REFUSALS.rows(tx, asked)]


def decided_since(
    tx: Tx, scope: Scope, lifecycle: str, events: Collection[str], since: date
) -> dict[date, int]:
    """Return of how many referrals in sight something was decided, by the day, from a day on."""
    if scope.nothing:
        return {}
    asked = {"lifecycle": lifecycle, **scope.asked(), **_asked(events, since)}
    rows = decided_statement(scope.ways).rows(tx, asked)
    return {date.fromisoformat(on_day): many for on_day, many in rows}


def _asked(events: Collection[str], on: date) -> dict[str, object]:
    begins = datetime.combine(on, time(), LONDON).astimezone(UTC)
    return {"events": dump(sorted(events)), "since": moment(begins), "on_day": on.isoformat()}


def _read(row: Row) -> AskedFor:
    request, reference, event, state, result, closed_at, by = row
    return AskedFor(request, reference, event, state, load(result), read_moment(closed_at), by)
