"""The outbox: messages written in the transaction of the step that they tell of.

A message is due until it is sent, or until nobody is left to whom it could be sent. Who sends
takes some for themselves first, for so long: two at once do not send the same, and what one left
half done is due again afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from apflow.referral import NoticeRow
from apflow.store.statements import Row, Statement, Tx
from apflow.store.tables import notices, posts
from apflow.store.written import (
    NEVER,
    moment,
    moment_or_none,
    read_due,
    read_moment,
    read_moment_or_none,
)

_c = notices.c
_LIMIT = sa.bindparam("limit", type_=sa.Integer)
_COLUMNS = tuple(column for column in notices.columns if column.name != "next_try_at")
_IN_ORDER = (_c.next_try_at, _c.created_at, _c.id)
_ADD = Statement(sa.insert(notices))
#: What is not sent, what is due first, and how some is taken: a test looks at how it is found.
PENDING = Statement(
    sa.select(*_COLUMNS).where(_c.sent_at.is_(None)).order_by(*_IN_ORDER).limit(_LIMIT)
)
_DUE = (
    sa.select(_c.id)
    .where(_c.sent_at.is_(None), _c.next_try_at <= sa.bindparam("now"))
    .order_by(*_IN_ORDER)
    .limit(_LIMIT)
    .with_for_update(skip_locked=True)
    # As a subquery PostgreSQL may ask it again for every row, and take more than the limit.
    .cte("due")
)
CLAIM = Statement(
    sa.update(notices)
    .where(
        _c.id.in_(sa.select(_DUE.c.id)), _c.sent_at.is_(None), _c.next_try_at <= sa.bindparam("now")
    )
    .values(next_try_at=sa.bindparam("until"))
    .returning(*_COLUMNS)
)
_TRY_AT = Statement(
    sa.update(notices).where(_c.id == sa.bindparam("of_id"), _c.sent_at.is_(None)),
    columns=("next_try_at",),
)
_AGAIN = Statement(
    sa.update(notices)
    .where(_c.sent_at.is_(None), _c.next_try_at == NEVER)
    .values(next_try_at="")
)  # fmt: skip
_AFRESH = Statement(sa.update(posts).where(posts.c.sent_at.is_(None)).values(tries=0))
_SENT = Statement(
    sa.update(notices).where(_c.id == sa.bindparam("of_id"), _c.sent_at.is_(None)),
    columns=("sent_at",),
)
_OF = Statement(
    sa.select(*_COLUMNS)
    .where(_c.reference == sa.bindparam("reference"))
    .order_by(_c.seq, _c.id)
)  # fmt: skip
_PLACE = (_c.next_try_at, _c.created_at, _c.id)
#: What was tried and is not over: a test looks at how it is found.
UNSENT = Statement(
    sa.select(*notices.columns)
    .where(
        _c.sent_at.is_(None),
        _c.next_try_at > "",
        sa.tuple_(*_PLACE)
        < sa.tuple_(
            sa.bindparam("before_try"), sa.bindparam("before_created"), sa.bindparam("before_id")
        ),
    )
    .order_by(*(column.desc() for column in _PLACE))
    .limit(_LIMIT)
)
#: Sorts after everything.
_END = ("~", "~", "~")


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that did not reach everybody yet; `next_try_at` None: it is not tried again."""

    notice: NoticeRow
    next_try_at: datetime | None


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
                "next_try_at": "",
            }
            for row in rows
        ],
    )


def pending(tx: Tx, limit: int) -> list[NoticeRow]:
    """Return the messages that have not gone out, in the order in which they are tried."""
    return [_read(row) for row in PENDING.rows(tx, {"limit": limit})]


def claim(tx: Tx, now: datetime, until: datetime, limit: int) -> list[NoticeRow]:
    """Take messages that are due for oneself, so that nobody else does before `until`."""
    asked = {"now": moment(now), "until": moment(until), "limit": limit}
    taken = [_read(row) for row in CLAIM.rows(tx, asked)]
    return sorted(taken, key=lambda row: (row.created_at, row.id))


def try_at(tx: Tx, notice_id: str, at: datetime | None) -> None:
    """Note when a message is tried next; None: never more."""
    _TRY_AT.run(tx, {"of_id": notice_id, "next_try_at": NEVER if at is None else moment(at)})


def release(tx: Tx, notice_ids: Sequence[str]) -> None:
    """Give back messages that were taken and not tried: they are due at once."""
    _TRY_AT.many(tx, [{"of_id": one, "next_try_at": ""} for one in notice_ids])


def try_again(tx: Tx) -> int:
    """Make due again, as if never tried, what was given up; return how many messages that is."""
    _AFRESH.run(tx)
    return _AGAIN.run(tx)


def mark_sent(tx: Tx, notice_id: str, at: datetime) -> bool:
    """Note that a message went out; False if that is noted already."""
    return _SENT.run(tx, {"of_id": notice_id, "sent_at": moment(at)}) == 1


def unsent(
    tx: Tx, limit: int = 100, before: tuple[str, str, str] | None = None
) -> tuple[list[Unsent], tuple[str, str, str] | None]:
    """Return messages that were tried and did not reach everybody, and where the next ones begin.

    Those that are not tried again come first, the newest of them at the top; `before` is where a
    page before this one ended.
    """
    tried, created, of = before or _END
    asked = {"before_try": tried, "before_created": created, "before_id": of, "limit": limit + 1}
    rows = UNSENT.rows(tx, asked)
    found = [Unsent(_read(row[:-1]), read_due(row[-1])) for row in rows[:limit]]
    if len(rows) <= limit:
        return found, None
    last = rows[limit - 1]
    return found, (last[-1], moment(found[-1].notice.created_at), last[0])


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
