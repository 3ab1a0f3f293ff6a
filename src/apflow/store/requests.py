"""Requests: what somebody asked for, stored before anything is decided, applied at most once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from apflow.referral import Request, RequestState
from apflow.store.statements import Row, Statement, Tx, among, insert_or, on_each
from apflow.store.tables import requests
from apflow.store.written import dump, load, moment, read_moment, read_moment_or_none

_c = requests.c
_LIMIT = sa.bindparam("limit", type_=sa.Integer)

_FOUND = sa.select(*requests.columns).where(_c.id == sa.bindparam("id"))
_GET = Statement(_FOUND)
_LOCK = Statement(_FOUND.with_for_update())
_ADD = Statement(*insert_or(requests))
_CLOSE = Statement(
    sa.update(requests).where(_c.id == sa.bindparam("of_id"), _c.state == "waiting"),
    columns=("state", "result", "closed_at"),
)
_CLOSE_WITH = Statement(
    sa.update(requests).where(_c.id == sa.bindparam("of_id"), _c.state == "waiting"),
    columns=("state", "result", "closed_at", "answers"),
)
_NOTE_RUN = Statement(
    sa.update(requests).where(_c.id == sa.bindparam("of_id"), _c.flow_run.is_(None)),
    columns=("flow_run",),
)
WAITING = Statement(
    sa.select(_c.id)
    .where(_c.state == sa.literal_column("'waiting'"), _c.asked_at < sa.bindparam("before"))
    .order_by(_c.asked_at, _c.id)
    .limit(_LIMIT)
)
UNRECORDED = Statement(
    sa.select(*requests.columns)
    .where(_c.flow_run.is_(None), _c.closed_at.is_not(None))
    .order_by(_c.closed_at, _c.id)
    .limit(_LIMIT)
)
_OF = Statement(
    sa.select(*requests.columns)
    .where(_c.reference == sa.bindparam("reference"))
    .order_by(_c.asked_at, _c.id)
)
#: What waits for several referrals: a test looks at how it is found.
WAITING_FOR = Statement(
    *on_each(
        lambda on: (
            sa.select(*requests.columns)
            .where(
                among(_c.reference, "references", on),
                _c.state == sa.literal_column("'waiting'"),
            )
            .order_by(_c.reference, _c.asked_at, _c.id)
        )
    )
)
_UNAPPLIED = sa.text("requests.state IN ('refused', 'stale', 'abandoned')")
PURGE = Statement(sa.delete(requests).where(_UNAPPLIED, _c.closed_at < sa.bindparam("before")))
_ERASE = Statement(
    sa.update(requests).where(_c.reference == sa.bindparam("of_reference"), _c.state != "waiting"),
    columns=("answers", "overrides", "reason", "result"),
)


def add(tx: Tx, request: Request) -> bool:
    """Write a Request; False, and nothing written, if there is one of that id already."""
    written = {
        "id": request.id,
        "reference": request.reference,
        "opens": request.opens,
        "pupil": request.pupil,
        "event": request.event,
        "answers": dump(dict(request.answers)),
        "overrides": dump(dict(request.overrides)),
        "happened_on": request.happened_on.isoformat(),
        "actor": request.actor,
        "role": request.role,
        "organisations": dump(list(request.organisations)),
        "seen": request.seen,
        "asked_at": moment(request.asked_at),
        "state": request.state,
        "closed_at": None if request.closed_at is None else moment(request.closed_at),
        "result": None if request.result is None else dump(dict(request.result)),
        "flow_run": request.flow_run,
        "reason": request.reason,
    }
    return _ADD.run(tx, written) == 1


def get(tx: Tx, request_id: str) -> Request | None:
    """Return the Request, or None."""
    row = _GET.row(tx, {"id": request_id})
    return None if row is None else _read(row)


def lock(tx: Tx, request_id: str) -> Request | None:
    """Return the Request, held against other writers until the transaction ends, or None."""
    row = (_LOCK if tx.dialect.name == "postgresql" else _GET).row(tx, {"id": request_id})
    return None if row is None else _read(row)


def close(
    tx: Tx,
    request_id: str,
    state: RequestState,
    result: Mapping[str, object],
    at: datetime,
    answers: Mapping[str, object] | None = None,
) -> bool:
    """Close a waiting Request; False if somebody closed it first.

    `answers`, if given, replace those that were asked: the answers of an applied Request stand
    with its step, and a second copy would outlive their erasure.
    """
    written = {"of_id": request_id, "state": state, "result": dump(result), "closed_at": moment(at)}
    if answers is None:
        return _CLOSE.run(tx, written) == 1
    return _CLOSE_WITH.run(tx, {**written, "answers": dump(dict(answers))}) == 1


def note_run(tx: Tx, request_id: str, flow_run: str) -> bool:
    """Note which flow run carried or recorded it; False if one is noted already."""
    return _NOTE_RUN.run(tx, {"of_id": request_id, "flow_run": flow_run}) == 1


def waiting(tx: Tx, asked_before: datetime, limit: int = 500) -> list[str]:
    """Return the ids of Requests left waiting since before that moment, oldest first."""
    asked = {"before": moment(asked_before), "limit": limit}
    return [row[0] for row in WAITING.rows(tx, asked)]


def unrecorded(tx: Tx, limit: int) -> list[Request]:
    """Return closed Requests that no flow run carried or recorded, oldest first."""
    return [_read(row) for row in UNRECORDED.rows(tx, {"limit": limit})]


def of(tx: Tx, reference: str) -> list[Request]:
    """Return every Request kept for a referral, in the order asked."""
    return [_read(row) for row in _OF.rows(tx, {"reference": reference})]


def waiting_for(tx: Tx, references: Sequence[str]) -> list[Request]:
    """Return the Requests waiting for these referrals, by reference, in the order asked."""
    asked = {"references": dump(list(references))}
    return [_read(row) for row in WAITING_FOR.rows(tx, asked)]


def purge(tx: Tx, before: datetime) -> int:
    """Delete what was closed before that moment without being applied; return how many."""
    return PURGE.run(tx, {"before": moment(before)})


def erase(tx: Tx, reference: str) -> int:
    """Empty what people wrote in the referral's closed Requests; return how many there are."""
    emptied = {"answers": "{}", "overrides": "{}", "reason": None, "result": "{}"}
    return _ERASE.run(tx, {"of_reference": reference, **emptied})


def _read(row: Row) -> Request:
    (
        request_id, reference, opens, pupil, event, answers, overrides, happened_on, actor, role,
        organisations, seen, asked_at, state, closed_at, result, flow_run, reason,
    ) = row  # fmt: skip
    return Request(
        id=request_id,
        reference=reference,
        opens=opens,
        pupil=pupil,
        event=event,
        answers=load(answers),
        overrides=load(overrides),
        happened_on=date.fromisoformat(happened_on),
        actor=actor,
        role=role,
        organisations=tuple(load(organisations)),
        seen=seen,
        asked_at=read_moment(asked_at),
        state=state,
        closed_at=read_moment_or_none(closed_at),
        result=None if result is None else load(result),
        flow_run=flow_run,
        reason=reason,
    )
