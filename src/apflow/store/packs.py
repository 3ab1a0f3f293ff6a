"""What went to another body when a referral was handed over, as it stood then."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from apflow.store.statements import Statement, Tx
from apflow.store.tables import packs
from apflow.store.written import dump, load

_c = packs.c
_ADD = Statement(sa.insert(packs))
_GET = Statement(
    sa.select(_c.body).where(
        _c.reference == sa.bindparam("reference"), _c.seq == sa.bindparam("seq")
    )
)
_OF = Statement(
    sa.select(_c.seq, _c.body).where(_c.reference == sa.bindparam("reference")).order_by(_c.seq)
)
_ERASE = Statement(
    sa.update(packs).where(_c.reference == sa.bindparam("of_reference")), columns=("body",)
)


def add(tx: Tx, reference: str, seq: int, body: Mapping[str, object]) -> None:
    """Keep the pack made by step `seq`: JSON-ready facts by name."""
    _ADD.run(tx, {"reference": reference, "seq": seq, "body": dump(dict(body))})


def get(tx: Tx, reference: str, seq: int) -> dict[str, Any] | None:
    """Return the pack made by step `seq`, or None."""
    row = _GET.row(tx, {"reference": reference, "seq": seq})
    return None if row is None else load(row[0])


def of(tx: Tx, reference: str) -> list[tuple[int, dict[str, Any]]]:
    """Return (seq, pack) of every pack of a referral, in order."""
    return [(seq, load(body)) for seq, body in _OF.rows(tx, {"reference": reference})]


def erase(tx: Tx, reference: str) -> int:
    """Empty the referral's packs; return how many there are."""
    return _ERASE.run(tx, {"of_reference": reference, "body": "{}"})
