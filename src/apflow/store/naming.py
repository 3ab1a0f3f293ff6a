"""What people, places and runs are called, for many ids at once."""

from collections.abc import Collection

import sqlalchemy as sa

from apflow.store.statements import Statement, Tx, among, on_each
from apflow.store.tables import organisations, people, requests
from apflow.store.written import dump


def _names(table: sa.Table) -> Statement:
    found = sa.select(table.c.id, table.c.name)
    return Statement(*on_each(lambda on: found.where(among(table.c.id, "ids", on))))


#: A test looks at how they are found.
PEOPLE, ORGANISATIONS = _names(people), _names(organisations)
RUNS = Statement(
    sa.select(requests.c.id, requests.c.flow_run).where(
        requests.c.reference == sa.bindparam("reference"), requests.c.flow_run.is_not(None)
    )
)


def people_named(tx: Tx, ids: Collection[str]) -> dict[str, str]:
    """Return the names of those of `ids` who are there, disabled or not."""
    return _asked(PEOPLE, tx, ids)


def organisations_named(tx: Tx, ids: Collection[str]) -> dict[str, str]:
    """Return the names of those of `ids` that are there."""
    return _asked(ORGANISATIONS, tx, ids)


def runs_of(tx: Tx, reference: str) -> dict[str, str]:
    """Return the flow run of each of a referral's Requests that one carried or recorded."""
    return {row[0]: row[1] for row in RUNS.rows(tx, {"reference": reference})}


def _asked(names: Statement, tx: Tx, ids: Collection[str]) -> dict[str, str]:
    if not ids:
        return {}
    return {row[0]: row[1] for row in names.rows(tx, {"ids": dump(sorted(ids))})}
