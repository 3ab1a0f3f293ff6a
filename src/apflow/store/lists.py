"""Lists of referrals: what an organisation has to do, how many stand where, who is called so.

An organisation's list is one range of one index, whatever the number of referrals. Asking for
several organisations in one go would make the database sort all of theirs first (41 ms against
0.02 at a million referrals), so each is asked for its first rows and those are merged here.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa

from apflow.store.statements import Row, Statement, Tx
from apflow.store.tables import pupils, referral_parties, referrals
from apflow.store.written import CLOSED, read_due

#: Where a row stands in a list: when it falls due, as written, and its reference.
Place = tuple[str, str]
#: Just before the first closed referral: closed ones stand last in every list.
BEFORE_CLOSED: Place = (CLOSED, "")


class WorklistRow(NamedTuple):
    """A referral in a list; a tuple, because a page makes many and shows them once.

    `name` is the pupil's, None once erased.
    `place` is what the next page is asked for `after`; it holds nothing of the child.
    """

    reference: str
    pupil: str
    name: str | None
    lifecycle: str
    digest: str
    state: str
    rank: int | None
    owner: str | None
    next_due: datetime | None
    opened_on: date
    closed_on: date | None
    place: Place


_r = referrals.c
_p = referral_parties.c
_LIMIT = sa.bindparam("limit", type_=sa.Integer)
_LIFECYCLES: "sa.BindParameter[str]" = sa.bindparam("lifecycles", expanding=True)
_ORGANISATIONS: "sa.BindParameter[str]" = sa.bindparam("organisations", expanding=True)
_COLUMNS = (
    _r.reference, _r.pupil, pupils.c.name, _r.lifecycle, _r.digest, _r.state, _r.rank, _r.owner,
    _r.next_due, _r.opened_on, _r.closed_on,
)  # fmt: skip
_NAMED = sa.join(referrals, pupils, pupils.c.id == _r.pupil)


def _behind(columns: Any) -> sa.ColumnElement[bool]:
    after = sa.tuple_(sa.bindparam("after_due"), sa.bindparam("after_reference"))
    return sa.tuple_(columns.next_due, columns.reference) > after


def _keys(columns: Any, *where: sa.ColumnElement[bool]) -> Any:
    # An organisation may fill two slots of one referral: one row all the same.
    return (
        sa.select(columns.next_due, columns.reference)
        .where(_behind(columns), *where)
        .distinct()
        .order_by(columns.next_due, columns.reference)
        .limit(_LIMIT)
    )


# The words `= 1` and `IS NULL` themselves: a partial index is not used for a parameter, nor
# for the `IS 1` that SQLAlchemy's `is_(True)` gives.
_MINE = _p.organisation == sa.bindparam("organisation")
_KEYS_OF = {
    True: _keys(_p, _MINE, _p.open == sa.true()),
    False: _keys(_p, _MINE, _p.open == sa.false()),
}
_KEYS_OF_ALL = {
    True: _keys(_r, _r.closed_on.is_(None)),
    False: _keys(_r, _r.closed_on.is_not(None)),
}


def _page(keys: Any) -> Statement:
    found = keys.subquery("keys")
    return Statement(
        sa.select(*_COLUMNS)
        .select_from(sa.join(found, _NAMED, found.c.reference == _r.reference))
        .order_by(found.c.next_due, found.c.reference)
    )


#: One organisation's page, and the whole house's: a test looks at how they are found.
ORGANISATIONS_PAGE = _page(_KEYS_OF[True])
WHOLE_PAGE = _page(_KEYS_OF_ALL[True])
_KEY_STATEMENTS = {open_: Statement(keys) for open_, keys in _KEYS_OF.items()}
_ALL_KEY_STATEMENTS = {open_: Statement(keys) for open_, keys in _KEYS_OF_ALL.items()}
_KEYS_IN = {open_: keys.where(_p.lifecycle.in_(_LIFECYCLES)) for open_, keys in _KEYS_OF.items()}
_ALL_KEYS_IN = {
    open_: keys.where(_r.lifecycle.in_(_LIFECYCLES)) for open_, keys in _KEYS_OF_ALL.items()
}
_NAMED_ROWS = (
    sa.select(*_COLUMNS)
    .select_from(_NAMED)
    .where(_r.reference.in_(sa.bindparam("references", expanding=True)))
    .order_by(_r.next_due, _r.reference)
)

_PLACE = Statement(
    sa.select(_r.next_due, _r.reference).where(_r.reference == sa.bindparam("of_reference"))
)


def worklist(
    tx: Tx,
    organisations: Sequence[str] | None,
    lifecycles: Sequence[str] | None = None,
    after: Place | None = None,
    limit: int = 50,
    *,
    only_open: bool = True,
) -> list[WorklistRow]:
    """Return the next referrals to which one of `organisations` is a party, first due first.

    `organisations` None means the whole house; an empty sequence means nothing. `lifecycles`
    None means any. Referrals without a deadline come after those with one, closed ones (if
    asked for) last. `after` is the `place` of the last row of the page before.
    """
    if organisations is not None and not organisations:
        return []
    due, reference = after or ("", "")
    paging = {"after_due": due, "after_reference": reference, "limit": limit}
    if only_open and lifecycles is None and (organisations is None or len(organisations) == 1):
        if organisations is None:
            return [_row(row) for row in WHOLE_PAGE.rows(tx, paging)]
        found = ORGANISATIONS_PAGE.rows(tx, {**paging, "organisation": organisations[0]})
        return [_row(row) for row in found]
    streams = [
        keys
        for open_ in ((True,) if only_open else (True, False))
        for keys in _streams(tx, organisations, lifecycles, paging, open_=open_)
    ]
    references = [reference for _, reference in islice(_once(heapq.merge(*streams)), limit)]
    if not references:
        return []
    return [_row(row) for row in tx.execute(_NAMED_ROWS, {"references": references})]


def place_of(tx: Tx, reference: str) -> Place | None:
    """Return where a referral stands in the lists now, or None if it is not there."""
    row = _PLACE.row(tx, {"of_reference": reference})
    return None if row is None else (row[0], row[1])


def _streams(
    tx: Tx,
    organisations: Sequence[str] | None,
    lifecycles: Sequence[str] | None,
    paging: dict[str, object],
    *,
    open_: bool,
) -> Iterator[list[Place]]:
    if lifecycles is not None:
        paging = {**paging, "lifecycles": list(lifecycles)}
    if organisations is None:
        if lifecycles is None:
            yield _places(_ALL_KEY_STATEMENTS[open_].rows(tx, paging))
        else:
            yield _places(tx.execute(_ALL_KEYS_IN[open_], paging))
        return
    for organisation in organisations:
        asked = {**paging, "organisation": organisation}
        if lifecycles is None:
            yield _places(_KEY_STATEMENTS[open_].rows(tx, asked))
        else:
            yield _places(tx.execute(_KEYS_IN[open_], asked))


def _places(rows: Iterable[Row]) -> list[Place]:
    return [(row[0], row[1]) for row in rows]


def _once(places: Iterable[Place]) -> Iterator[Place]:
    before = None
    for place in places:
        if place != before:
            yield place
        before = place


def _row(row: Row) -> WorklistRow:
    (
        reference, pupil, name, lifecycle, digest, state, rank, owner, next_due, opened_on,
        closed_on,
    ) = row  # fmt: skip
    return WorklistRow(
        reference,
        pupil,
        name,
        lifecycle,
        digest,
        state,
        rank,
        owner,
        read_due(next_due),
        date.fromisoformat(opened_on),
        None if closed_on is None else date.fromisoformat(closed_on),
        (next_due, reference),
    )
