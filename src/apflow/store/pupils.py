"""The pupils of many referrals at once."""

from collections.abc import Collection

import sqlalchemy as sa

from apflow.store.register import Pupil
from apflow.store.statements import Statement, Tx, among, on_each
from apflow.store.tables import pupils, referrals
from apflow.store.written import dump, read_day_or_none

_FOUND = sa.select(referrals.c.reference, pupils.c.id, pupils.c.name, pupils.c.born_on).select_from(
    sa.join(referrals, pupils, pupils.c.id == referrals.c.pupil)
)
#: A test looks at how they are found.
OF_REFERRALS = Statement(
    *on_each(lambda on: _FOUND.where(among(referrals.c.reference, "references", on)))
)


def of_referrals(tx: Tx, references: Collection[str]) -> dict[str, Pupil]:
    """Return the pupil of each of those referrals that are there, by reference."""
    if not references:
        return {}
    rows = OF_REFERRALS.rows(tx, {"references": dump(sorted(references))})
    return {row[0]: Pupil(row[1], row[2], read_day_or_none(row[3])) for row in rows}
