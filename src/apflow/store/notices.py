"""The outbox: messages written in the transaction of the step that they tell of."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from apflow.referral import NoticeRow
from apflow.store.statements import Row, Statement, Tx
from apflow.store.tables import notices
from apflow.store.written import moment, moment_or_none, read_moment, read_moment_or_none

_c = notices.c
_ADD = Statement(sa.insert(notices))
PENDING = Statement(
    sa.select(*notices.columns)
    .where(_c.sent_at.is_(None))
    .order_by(_c.created_at, _c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_SENT = Statement(
    sa.update(notices).where(_c.id == sa.bindparam("of_id"), _c.sent_at.is_(None)),
    columns=("sent_at",),
)
_OF = Statement(
    sa.select(*notices.columns)
    .where(_c.reference == sa.bindparam("reference"))
    .order_by(_c.seq, _c.id)
)


def add(tx: Tx, rows: Sequence[NoticeRow]) -> None:
    """Put messages into the outbox. Raises Taken for an id that is there already."""
    _ADD.many(
        tx,
        [
            {
                "id": row.id,
                "reference": row.reference,
                "seq": row.seq,
                "notice": row.notice,
                "to_role": row.to,
                "text": row.text,
                "created_at": moment(row.created_at),
                "sent_at": moment_or_none(row.sent_at),
            }
            for row in rows
        ],
    )


def pending(tx: Tx, limit: int) -> list[NoticeRow]:
    """Return the messages that have not gone out, oldest first."""
    return [_read(row) for row in PENDING.rows(tx, {"limit": limit})]


def mark_sent(tx: Tx, notice_id: str, at: datetime) -> bool:
    """Note that a message went out; False if that is noted already."""
    return _SENT.run(tx, {"of_id": notice_id, "sent_at": moment(at)}) == 1


def of(tx: Tx, reference: str) -> list[NoticeRow]:
    """Return a referral's messages, sent or not, in the order of its steps."""
    return [_read(row) for row in _OF.rows(tx, {"reference": reference})]


def _read(row: Row) -> NoticeRow:
    notice_id, reference, seq, notice, to, text, created_at, sent_at = row
    return NoticeRow(
        id=notice_id,
        reference=reference,
        seq=seq,
        notice=notice,
        to=to,
        text=text,
        created_at=read_moment(created_at),
        sent_at=read_moment_or_none(sent_at),
    )
