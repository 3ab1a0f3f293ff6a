"""Who looked at which child's record: written before it is shown."""

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from apflow.store.statements import Row, Statement, Tx
from apflow.store.tables import reads
from apflow.store.written import moment, read_moment


@dataclass(frozen=True, slots=True)
class Read:
    """One look: by whom, at what of which referral, when."""

    person: str
    reference: str
    what: str
    at: datetime


_c = reads.c
_ADD = Statement(sa.insert(reads))
_COLUMNS = (_c.person, _c.reference, _c.what, _c.read_at)
_OF = Statement(
    sa.select(*_COLUMNS)
    .where(_c.reference == sa.bindparam("reference"))
    .order_by(_c.read_at, _c.id)
)
_BY = Statement(
    sa.select(*_COLUMNS).where(_c.person == sa.bindparam("person")).order_by(_c.read_at, _c.id)
)


def add(tx: Tx, person: str, reference: str, what: str, at: datetime) -> None:
    """Note that a person looked at something of a referral."""
    _ADD.run(
        tx,
        {
            "id": secrets.token_hex(16),
            "person": person,
            "reference": reference,
            "what": what,
            "read_at": moment(at),
        },
    )


def of(tx: Tx, reference: str) -> list[Read]:
    """Return who looked at a referral, oldest first."""
    return [_read(row) for row in _OF.rows(tx, {"reference": reference})]


def by(tx: Tx, person: str) -> list[Read]:
    """Return what a person looked at, oldest first."""
    return [_read(row) for row in _BY.rows(tx, {"person": person})]


def _read(row: Row) -> Read:
    person, reference, what, at = row
    return Read(person, reference, what, read_moment(at))
