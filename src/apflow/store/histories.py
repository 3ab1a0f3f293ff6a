"""Walking through the histories of many referrals, in the order of their references."""

from collections.abc import Sequence

import sqlalchemy as sa

from apflow.store.statements import Statement, Tx, among, on_each
from apflow.store.tables import referral_parties, referrals
from apflow.store.written import dump

_r = referrals.c
_p = referral_parties.c


def _next(*where: sa.ColumnElement[bool]) -> sa.Select[tuple[str]]:
    return (
        sa.select(_r.reference)
        .where(_r.reference > sa.bindparam("after"), *where)
        .order_by(_r.reference)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


def _within(on: str) -> sa.ColumnElement[bool]:
    mine = sa.select(_p.reference).where(among(_p.organisation, "organisations", on))
    return sa.or_(_r.reference.in_(mine), among(_r.lifecycle, "lifecycles", on))


_OF_POLICY = _r.lifecycle == sa.bindparam("policy")
#: Whether only one policy's, whether only within a scope: a test looks at how they are found.
NEXT = {
    (False, False): Statement(_next()),
    (True, False): Statement(_next(_OF_POLICY)),
    (False, True): Statement(*on_each(lambda on: _next(_within(on)))),
    (True, True): Statement(*on_each(lambda on: _next(_OF_POLICY, _within(on)))),
}


def references(
    tx: Tx,
    after: str,
    limit: int,
    policy: str | None = None,
    scope: tuple[Sequence[str], Sequence[str]] | None = None,
) -> list[str]:
    """Return the next `limit` references behind `after`, open and closed, in order.

    `scope` is (organisations, lifecycles): only referrals to which one of these organisations is
    a party, or that follow one of these lifecycles; None means all.
    """
    asked: dict[str, object] = {"after": after, "limit": limit}
    if policy is not None:
        asked["policy"] = policy
    if scope is not None:
        asked |= {"organisations": dump(list(scope[0])), "lifecycles": dump(list(scope[1]))}
    statement = NEXT[policy is not None, scope is not None]
    return [row[0] for row in statement.rows(tx, asked)]
