"""Lists of referrals: only those that a person may see, what is due first at the top."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from apflow.casework.lists.scoping import Sight, roles_in, sight_of
from apflow.casework.office import Office
from apflow.errors import Unknown
from apflow.store import list_rows, lists
from apflow.store.engine import Tx
from apflow.store.lists import WorklistRow


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
        sight = sight_of(office, tx, person)
        place = _place(tx, after) or (lists.BEFORE_CLOSED if closed else None)
        rows = _rows(office, tx, sight, lifecycle, place, limit, closed=closed)
        return tuple(_listed(office, tx, row, now) for row in rows)


def _place(tx: Tx, after: str | None) -> lists.Place | None:
    if after is None:
        return None
    place = lists.place_of(tx, after)
    if place is None:
        raise Unknown("referral", after)
    return place


def _rows(
    office: Office, tx: Tx, sight: Sight, lifecycle: str | None, place: lists.Place | None,
    limit: int, *, closed: bool,
) -> list[WorklistRow]:  # fmt: skip
    """Return the next rows: those of the person's organisations, less what they may not look at."""
    found: list[WorklistRow] = []
    while len(found) < limit:
        page = _page(tx, sight, lifecycle, place, limit, closed=closed)
        found += _in_sight(office, tx, sight, page)
        if len(page) < limit:
            break
        place = page[-1].place
    return found[:limit]


def _page(
    tx: Tx, sight: Sight, lifecycle: str | None, place: lists.Place | None, limit: int,
    *, closed: bool,
) -> list[WorklistRow]:  # fmt: skip
    wanted = None if lifecycle is None else (lifecycle,)
    if sight.of_the_office:
        return lists.worklist(tx, None, wanted, place, limit, only_open=not closed)
    found = lists.worklist(tx, sight.organisations, wanted, place, limit, only_open=not closed)
    whole = tuple(name for name in sight.policies if wanted is None or name in wanted)
    if whole:
        known = {row.reference for row in found}
        found += [
            row
            for row in lists.worklist(tx, None, whole, place, limit, only_open=not closed)
            if row.reference not in known
        ]
    return sorted(found, key=lambda row: row.place)[:limit]


def _in_sight(
    office: Office, tx: Tx, sight: Sight, page: list[WorklistRow]
) -> Iterator[WorklistRow]:
    if sight.of_the_office or not page:
        yield from page
        return
    parties = list_rows.parties_of(tx, [row.reference for row in page])
    for row in page:
        lifecycle = office.machine(tx, row.digest).compiled.lifecycle
        by_slot = {slot: where for slot, where, _ in parties.get(row.reference, ())}
        if roles_in(lifecycle, sight.held, by_slot):
            yield row


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
