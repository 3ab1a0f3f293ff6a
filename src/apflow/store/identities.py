"""Whose identities elsewhere are known, asked by person."""

import sqlalchemy as sa

from apflow.store.account_tables import identities
from apflow.store.statements import Statement, Tx

_OF_PERSON = Statement(
    sa.select(identities.c.issuer)
    .where(identities.c.person == sa.bindparam("of_person"))
    .order_by(identities.c.issuer)
)


def issuers_of(tx: Tx, person: str) -> tuple[str, ...]:
    """Return the OpenID Connect providers at which a person's identity is known."""
    return tuple(str(row[0]) for row in _OF_PERSON.rows(tx, {"of_person": person}))
