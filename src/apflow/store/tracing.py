# ruff: noqa: S608 - words are put together from pieces of this house; what people ask is
# given beside them, as parameters.
"""Tracing: steps by who, what and when, and who looked at which child's record; newest first.

Steps are found in their index and shown from their own bodies.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from apflow.policy.deadlines import end_of_day
from apflow.store.scope import Scope, seen, worded
from apflow.store.statements import Statement, Tx
from apflow.store.written import load, moment, read_moment

#: Where a page ends: the moment, and what tells steps or looks of one moment apart.
Place = tuple[str, str, int]
#: Behind everything that is newer: where the first page begins.
_NEWEST: Place = ("~", "~", 2**31 - 1)

_CONDITIONS = {
    "actor": "t.actor = :actor",
    "event": "t.event = :event",
    "policy": "t.lifecycle = :policy",
    "reference": "t.reference = :reference",
    "flow_run": "t.reference IN (SELECT q.reference FROM requests AS q"
    " WHERE q.flow_run = :flow_run) AND t.request IN"
    " (SELECT q.id FROM requests AS q WHERE q.flow_run = :flow_run)",
    "recorded_from": "t.recorded_at > :recorded_from",
    "recorded_to": "t.recorded_at <= :recorded_to",
    "happened_from": "t.happened_on >= :happened_from",
    "happened_to": "t.happened_on <= :happened_to",
}


@dataclass(frozen=True, slots=True)
class Traces:
    """Which steps are asked for; None and empty words ask nothing.

    Days are London days, and both count. `actor` is a person's id or `system`, `flow_run` the id
    of a Prefect run.
    """

    actor: str | None = None
    event: str | None = None
    policy: str | None = None
    reference: str | None = None
    flow_run: str | None = None
    recorded_from: date | None = None
    recorded_to: date | None = None
    happened_from: date | None = None
    happened_to: date | None = None

    def asked(self) -> dict[str, object]:
        """Return the parameters, only those that are asked."""
        plain = {
            "actor": self.actor, "event": self.event, "policy": self.policy,
            "reference": self.reference, "flow_run": self.flow_run,
            "recorded_from": _day_before(self.recorded_from),
            "recorded_to": _end_of(self.recorded_to),
            "happened_from": self.happened_from and self.happened_from.isoformat(),
            "happened_to": self.happened_to and self.happened_to.isoformat(),
        }  # fmt: skip
        return {name: value for name, value in plain.items() if value}


class TraceRow(NamedTuple):
    """One step that was found: what its body says, who acted, and the run that carried it.

    `name` and `handle` are None where the actor is not in the register (the house itself).
    """

    reference: str
    seq: int
    policy: str
    body: dict[str, Any]
    hash: str
    name: str | None
    handle: str | None
    flow_run: str | None
    place: Place


def _found(ways: str, on: str, asked: frozenset[str]) -> str:
    where = [_CONDITIONS[name] for name in sorted(asked)]
    if "e" not in ways:
        both = (seen(ways, on, open_=one) for one in (True, False))
        scope = " UNION ALL ".join(f"SELECT s.reference FROM ({one}) AS s" for one in both)
        # Written so, or SQLite sorts the steps of all of these instead of reading the newest.
        where.append(f"(t.reference || '') IN ({scope})")
    where.append("(t.recorded_at, t.reference, t.seq) < (:at, :of, :number)")
    keys = (
        "SELECT t.reference, t.seq, t.recorded_at, t.actor, t.request, t.lifecycle"
        f" FROM step_index AS t WHERE {' AND '.join(where)}"
        " ORDER BY t.recorded_at DESC, t.reference DESC, t.seq DESC LIMIT :limit"
    )
    return (
        "SELECT k.reference, k.seq, k.lifecycle, b.body, b.hash, w.name, w.handle, q.flow_run,"
        f" k.recorded_at FROM ({keys}) AS k"
        " JOIN steps AS b ON b.reference = k.reference AND b.seq = k.seq"
        " LEFT JOIN people AS w ON w.id = k.actor LEFT JOIN requests AS q ON q.id = k.request"
        " ORDER BY k.recorded_at DESC, k.reference DESC, k.seq DESC"
    )


@lru_cache(maxsize=512)
def trace_statement(ways: str, asked: frozenset[str]) -> Statement:
    """Return the statement of `traced` for what is asked: a test looks at how it finds."""
    return worded(*(_found(ways, on, asked) for on in ("sqlite", "postgresql")))


def traced(
    tx: Tx, scope: Scope, traces: Traces, after: Place | None = None, limit: int = 50
) -> tuple[list[TraceRow], Place | None]:
    """Return the next steps in sight that are asked for, newest first, and where more begin."""
    if scope.nothing:
        return [], None
    at, of, number = after or _NEWEST
    asked = traces.asked()
    given = {"at": at, "of": of, "number": number, "limit": limit + 1, **asked}
    if not scope.everything:
        given |= scope.asked()
    statement = trace_statement("e" if scope.everything else scope.ways, frozenset(asked))
    found = [
        TraceRow(
            reference, seq, policy, load(body), hash_, name, handle, run,
            (recorded_at, reference, seq),
        )
        for reference, seq, policy, body, hash_, name, handle, run, recorded_at in statement.rows(
            tx, given
        )
    ]  # fmt: skip
    return found[:limit], found[limit - 1].place if len(found) > limit else None


class LookRow(NamedTuple):
    """One look at a child's record: whose, at what of which referral, when."""

    person: str
    name: str | None
    handle: str | None
    reference: str
    what: str
    at: datetime
    place: Place


@dataclass(frozen=True, slots=True)
class Looks:
    """Which looks are asked for; None and empty words ask nothing. Both London days count."""

    person: str | None = None
    reference: str | None = None
    from_: date | None = None
    to: date | None = None

    def asked(self) -> dict[str, object]:
        """Return the parameters, only those that are asked."""
        plain = {
            "person": self.person,
            "reference": self.reference,
            "from": _day_before(self.from_),
            "to": _end_of(self.to),
        }
        return {name: value for name, value in plain.items() if value}


_LOOKS = {
    "person": "t.person = :person",
    "reference": "t.reference = :reference",
    "from": "t.read_at > :from",
    "to": "t.read_at <= :to",
}


@lru_cache(maxsize=32)
def looks_statement(asked: frozenset[str]) -> Statement:
    """Return the statement of `looked` for what is asked: a test looks at how it finds."""
    where = " AND ".join(
        (*(_LOOKS[name] for name in sorted(asked)), "(t.read_at, t.id) < (:at, :of)")
    )
    words = (
        "SELECT t.person, w.name, w.handle, t.reference, t.what, t.read_at, t.id FROM reads AS t"
        f" LEFT JOIN people AS w ON w.id = t.person WHERE {where}"
        " ORDER BY t.read_at DESC, t.id DESC LIMIT :limit"
    )
    return worded(words, words)


def looked(
    tx: Tx, looks: Looks, after: Place | None = None, limit: int = 50
) -> tuple[list[LookRow], Place | None]:
    """Return the next looks that are asked for, newest first, and where more begin."""
    at, of, _ = after or _NEWEST
    asked = looks.asked()
    rows: Iterable[Any] = looks_statement(frozenset(asked)).rows(
        tx, {"at": at, "of": of, "limit": limit + 1, **asked}
    )
    found = [
        LookRow(person, name, handle, reference, what, read_moment(read_at), (read_at, key, 0))
        for person, name, handle, reference, what, read_at, key in rows
    ]
    return found[:limit], found[limit - 1].place if len(found) > limit else None


def _end_of(day: date | None) -> str | None:
    return None if day is None else moment(end_of_day(day))


def _day_before(day: date | None) -> str | None:
    """Return the last moment before a London day."""
    if day is None:
        return None
    return moment(end_of_day(date.fromordinal(max(2, day.toordinal()) - 1)))
