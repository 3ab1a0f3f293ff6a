"""How many referrals follow which version of a policy."""

import sqlalchemy as sa

from apflow.store.statements import Statement, Tx
from apflow.store.tables import referrals

_r = referrals.c
_FOLLOWING = Statement(
    sa.select(_r.digest, sa.func.count(), sa.func.count(_r.closed_on))
    .where(_r.lifecycle == sa.bindparam("lifecycle"))
    .group_by(_r.digest)
)
_POLICIES = Statement(sa.select(_r.lifecycle, sa.func.count()).group_by(_r.lifecycle))


def following(tx: Tx, lifecycle: str) -> dict[str, tuple[int, int]]:
    """Return how many referrals follow each version of a policy, by digest: (open, ended)."""
    rows = _FOLLOWING.rows(tx, {"lifecycle": lifecycle})
    return {digest: (every - ended, ended) for digest, every, ended in rows}


def followers(tx: Tx) -> dict[str, int]:
    """Return how many referrals, open and ended, follow each policy, by its name."""
    return dict(_POLICIES.rows(tx))
