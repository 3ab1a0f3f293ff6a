"""Lists of referrals: only those that a person may see, what is due first at the top."""

from dataclasses import dataclass
from datetime import datetime

from apflow.casework.office import OFFICE_ROLES, Office
from apflow.errors import Unknown
from apflow.policy.lifecycle import Lifecycle
from apflow.store import lists, register
from apflow.store.engine import Tx
from apflow.store.lists import WorklistRow


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may list: everything, the referrals of organisations, and of whole policies."""

    everything: bool
    organisations: tuple[str, ...]
    lifecycles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a worklist in words: `due` is overdue, due soon, waiting or no date."""

    reference: str
    lifecycle: str
    state: str
    state_title: str
    owner_role: str | None
    rank: int | None
    owner: str | None
    due: str
    next_due: datetime | None
    closed: bool

    def written(self) -> dict[str, object]:
        """Return the row as JSON-ready values; it names no child."""
        return {
            "reference": self.reference, "policy": self.lifecycle, "state": self.state,
            "state_title": self.state_title, "waits_on": self.owner_role, "rank": self.rank,
            "owner": self.owner, "due": self.due, "next_due": self.next_due,
            "closed": self.closed,
        }  # fmt: skip


def worklist(
    office: Office,
    person: str,
    now: datetime,
    *,
    lifecycle: str | None = None,
    closed: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> tuple[Listed, ...]:
    """Return the next `limit` referrals that `person` may see, first due first.

    `after` is the reference of the last row of the page before. Raises Unknown for a person or
    reference that is not there.
    """
    with office.store.reading() as tx:
        scope = scope_of(office, tx, person)
        place = _place(tx, after) or (lists.BEFORE_CLOSED if closed else None)
        rows = _rows(tx, scope, lifecycle, place, limit, closed=closed)
        return tuple(_listed(office, tx, row, now) for row in rows)


def counts(office: Office, person: str, lifecycle: str) -> dict[str, int]:
    """Return how many referrals of a policy stand in each state, of those `person` may see."""
    with office.store.reading() as tx:
        scope = scope_of(office, tx, person)
        whole = scope.everything or lifecycle in scope.lifecycles
        return lists.counts(tx, lifecycle, None if whole else scope.organisations)


def scope_of(office: Office, tx: Tx, person: str) -> Scope:
    """Return what a person may list. Raises Unknown when there is no such person."""
    held = register.actor_roles(tx, person)
    if held is None:
        raise Unknown("person", person)
    if any(role in OFFICE_ROLES for role, _ in held):
        return Scope(everything=True, organisations=(), lifecycles=())
    organisations = sorted({where for _, where in held if where})
    unslotted = {role for role, _ in held}
    whole = [
        name for name, known in office.known_lifecycles(tx)
        if any(_whole(known, role) for role in unslotted)
    ]  # fmt: skip
    return Scope(everything=False, organisations=tuple(organisations), lifecycles=tuple(whole))


def _whole(lifecycle: Lifecycle, role: str) -> bool:
    known = lifecycle.roles.get(role)
    return known is not None and known.acts and known.of is None


def _place(tx: Tx, after: str | None) -> lists.Place | None:
    if after is None:
        return None
    place = lists.place_of(tx, after)
    if place is None:
        raise Unknown("referral", after)
    return place


def _rows(
    tx: Tx, scope: Scope, lifecycle: str | None, place: lists.Place | None, limit: int,
    *, closed: bool,
) -> list[WorklistRow]:  # fmt: skip
    wanted = None if lifecycle is None else (lifecycle,)
    if scope.everything:
        found = lists.worklist(tx, None, wanted, place, limit, only_open=not closed)
    else:
        found = lists.worklist(tx, scope.organisations, wanted, place, limit, only_open=not closed)
        whole = tuple(name for name in scope.lifecycles if wanted is None or name in wanted)
        if whole:
            known = {row.reference for row in found}
            found += [
                row
                for row in lists.worklist(tx, None, whole, place, limit, only_open=not closed)
                if row.reference not in known
            ]
    return sorted(found, key=lambda row: row.place)[:limit]


def _listed(office: Office, tx: Tx, row: WorklistRow, now: datetime) -> Listed:
    lifecycle = office.machine(tx, row.digest).compiled.lifecycle
    state = lifecycle.states[row.state]
    return Listed(
        reference=row.reference,
        lifecycle=row.lifecycle,
        state=row.state,
        state_title=state.title,
        owner_role=state.owner,
        rank=row.rank,
        owner=row.owner,
        due=_due(row, now),
        next_due=row.next_due,
        closed=row.closed_on is not None,
    )


def _due(row: WorklistRow, now: datetime) -> str:
    if row.closed_on is not None:
        return "closed"
    if row.next_due is None:
        return "no date"
    if row.next_due < now:
        return "overdue"
    return "due soon" if (row.next_due - now).days < 7 else "waiting"
