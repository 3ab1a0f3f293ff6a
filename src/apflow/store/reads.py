"""Who looked at which child's record: written before it is shown."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from apflow.policy.london import london_day
from apflow.store.statements import Row, Statement, Tx, among, insert_or, on_each
from apflow.store.tables import reads
from apflow.store.written import dump, moment, read_moment


@dataclass(frozen=True, slots=True)
class Read:
    """One look: by whom, at what of which referral, when."""

    person: str
    reference: str
    what: str
    at: datetime


_c = reads.c
_ADD = Statement(sa.insert(reads))
_ADD_ONCE = Statement(*insert_or(reads))
#: How a page asks what was noted already: a test looks at how it is found.
NOTED = Statement(
    *on_each(lambda on: sa.select(_c.id).where(among(_c.id, "ids", on)).order_by(_c.id))
)
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


def once_a_day(person: str, references: Sequence[str], what: str, at: datetime) -> dict[str, Read]:
    """Return looks that are noted once a London day, by the id that each has on that day."""
    day = london_day(at).isoformat()
    return {
        _id_on(day, person, reference, what): Read(person, reference, what, at)
        for reference in references
    }


def not_noted(tx: Tx, looks: dict[str, Read]) -> dict[str, Read]:
    """Return those of `looks` that are not noted yet."""
    noted = {row[0] for row in NOTED.rows(tx, {"ids": dump(list(looks))})}
    return {name: look for name, look in looks.items() if name not in noted}


def note(tx: Tx, looks: dict[str, Read]) -> None:
    """Note looks under their ids; one that somebody noted meanwhile stays as it is."""
    _ADD_ONCE.many(
        tx,
        [
            {
                "id": name,
                "person": look.person,
                "reference": look.reference,
                "what": look.what,
                "read_at": moment(look.at),
            }
            for name, look in looks.items()
        ],
    )


def _id_on(day: str, *parts: str) -> str:
    return hashlib.sha256(dump([day, *parts]).encode()).hexdigest()[:32]


def of(tx: Tx, reference: str) -> list[Read]:
    """Return who looked at a referral, oldest first."""
    return [_read(row) for row in _OF.rows(tx, {"reference": reference})]


def by(tx: Tx, person: str) -> list[Read]:
    """Return what a person looked at, oldest first."""
    return [_read(row) for row in _BY.rows(tx, {"person": person})]


def _read(row: Row) -> Read:
    person, reference, what, at = row
    return Read(person, reference, what, read_moment(at))
