"""How many steps there are: of some events on one day, and in all."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from apflow.store.engine import Store
from apflow.store.statements import Statement, Tx, among, on_each
from apflow.store.step_tables import step_index
from apflow.store.tables import steps
from apflow.store.written import dump

_c = step_index.c
_COUNT = Statement(
    *on_each(
        lambda on: sa.select(sa.func.count()).where(
            among(_c.event, "events", on),
            _c.lifecycle == sa.bindparam("of_lifecycle"),
            _c.happened_on == sa.bindparam("of_day"),
        )
    )
)
_ALL = Statement(sa.select(sa.func.count()).select_from(steps))


def count(tx: Tx, lifecycle: str, events: Collection[str], on: date) -> int:
    """Return how many steps of these events happened on a day in referrals of a lifecycle."""
    asked = {"events": dump(sorted(events)), "of_lifecycle": lifecycle, "of_day": on.isoformat()}
    row = _COUNT.row(tx, asked)
    return 0 if row is None else int(row[0])


def steps_there(store: Store) -> int:
    """Return how many steps there are in all."""
    with store.reading() as tx:
        row = _ALL.row(tx)
    return 0 if row is None else int(row[0])
