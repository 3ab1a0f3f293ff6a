# ruff: noqa: S608 - words are put together from pieces of this house; what people ask is
# given beside them, as parameters.
"""Deadlines that stand, over all referrals in sight, the earliest due first."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from apflow.store.scope import Scope, seen, worded
from apflow.store.statements import Row, Statement, Tx
from apflow.store.written import moment, read_moment

#: Where a page ends: (due, reference, name, occurrence), as they are written.
Place = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class DueRow:
    """A deadline that stands: armed, or missed and still to be met."""

    reference: str
    lifecycle: str
    digest: str
    had_by: str | None
    name: str
    occurrence: int
    due_at: datetime
    state: str
    owner: str
    force: str

    @property
    def place(self) -> Place:
        """Where it stands in the list."""
        return moment(self.due_at), self.reference, self.name, self.occurrence


def _due(ways: str, on: str) -> str:
    # A referral falls due by its first deadline, so whatever is due later is not looked at.
    return (
        f"SELECT s.reference, s.lifecycle, s.digest, s.owner, d.name, d.occurrence, d.due_at,"
        f" d.state, d.owner, d.force FROM ({seen(ways, on, open_=True)}) AS s"
        f" JOIN deadlines AS d ON d.reference = s.reference"
        f" WHERE s.next_due < :before AND d.state IN ('armed', 'breached') AND d.due_at < :before"
        f" AND (:policy = '' OR s.lifecycle = :policy) AND (:person = '' OR s.owner = :person)"
        f" AND (d.due_at, d.reference, d.name, d.occurrence)"
        f" > (:after_due, :after_reference, :after_name, :after_occurrence)"
        f" ORDER BY d.due_at, d.reference, d.name, d.occurrence LIMIT :limit"
    )


@lru_cache(maxsize=16)
def due_statement(ways: str) -> Statement:
    """Return the statement of `due` for a scope's `ways`."""
    return worded(*(_due(ways, on) for on in ("sqlite", "postgresql")))


def due(
    tx: Tx,
    scope: Scope,
    before: datetime,
    *,
    policy: str | None = None,
    owner: str | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> list[DueRow]:
    """Return the next deadlines in sight that are due before a moment, on open referrals.

    `owner` is the person who has the referral.
    """
    if scope.nothing:
        return []
    due_at, reference, name, occurrence = after or ("", "", "", 0)
    asked = scope.asked() | {
        "before": moment(before), "policy": policy or "", "person": owner or "",
        "after_due": due_at, "after_reference": reference, "after_name": name,
        "after_occurrence": occurrence, "limit": limit,
    }  # fmt: skip
    return [_read(row) for row in due_statement(scope.ways).rows(tx, asked)]


def _read(row: Row) -> DueRow:
    reference, lifecycle, digest, had_by, name, occurrence, due_at, state, owner, force = row
    return DueRow(
        reference=reference,
        lifecycle=lifecycle,
        digest=digest,
        had_by=had_by,
        name=name,
        occurrence=occurrence,
        due_at=read_moment(due_at),
        state=state,
        owner=owner,
        force=force,
    )
