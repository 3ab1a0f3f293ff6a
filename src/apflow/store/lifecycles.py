"""The texts of lifecycles, kept once for each digest: a referral keeps the law it began with."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from apflow.store.statements import Statement, Tx, insert_or
from apflow.store.tables import lifecycles
from apflow.store.written import moment, read_moment


@dataclass(frozen=True, slots=True)
class KeptLifecycle:
    """One text that was kept: `kept_at` is when it last became the current one of its name."""

    digest: str
    name: str
    kept_at: datetime


_c = lifecycles.c
_KEEP = Statement(*insert_or(lifecycles, replace=("kept_at",)))
_GET = Statement(sa.select(_c.name, _c.text).where(_c.digest == sa.bindparam("of_digest")))
_CURRENT = Statement(
    sa.select(_c.digest, _c.text)
    .where(_c.name == sa.bindparam("of_name"))
    .order_by(_c.kept_at.desc(), _c.digest)
    .limit(1)
)
_LISTED = Statement(
    sa.select(_c.digest, _c.name, _c.kept_at).order_by(_c.name, _c.kept_at, _c.digest)
)


def keep(tx: Tx, digest: str, name: str, text: str, at: datetime) -> None:
    """Keep a lifecycle's text. One kept before is not written again, but becomes current."""
    _KEEP.run(tx, {"digest": digest, "name": name, "text": text, "kept_at": moment(at)})


def get(tx: Tx, digest: str) -> tuple[str, str] | None:
    """Return (name, text) of the lifecycle with that digest, or None."""
    row = _GET.row(tx, {"of_digest": digest})
    return None if row is None else (row[0], row[1])


def current(tx: Tx, name: str) -> tuple[str, str] | None:
    """Return (digest, text) of the lifecycle of that name that was kept last, or None."""
    row = _CURRENT.row(tx, {"of_name": name})
    return None if row is None else (row[0], row[1])


def listed(tx: Tx) -> list[KeptLifecycle]:
    """Return every text that was kept, by name, oldest first."""
    return [
        KeptLifecycle(digest, name, read_moment(kept_at))
        for digest, name, kept_at in _LISTED.rows(tx)
    ]
