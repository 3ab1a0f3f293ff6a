"""What falls due: the deadlines that stand on all referrals that a person may see."""

from dataclasses import dataclass
from datetime import date, datetime

from apflow.casework.lists.rows import note_list
from apflow.casework.lists.scoping import sight_of
from apflow.casework.office import Office
from apflow.clock import london_day
from apflow.errors import BadInput
from apflow.store import falling_due
from apflow.store.engine import Tx
from apflow.store.falling_due import DueRow, Place


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline that stands on a referral; `owner` is the role that it falls to.

    `had_by` is the person who has the referral. `overdue` says that its moment is past.
    """

    reference: str
    policy: str
    name: str
    title: str
    occurrence: int
    due_at: datetime
    due_on: date
    owner: str
    force: str
    missed: bool
    overdue: bool
    had_by: str | None


@dataclass(frozen=True, slots=True)
class FallingDue:
    """Some of what falls due, the earliest first; `next` begins the next page (None: nowhere)."""

    rows: tuple[Due, ...]
    next: str | None


def falling(
    office: Office,
    person: str,
    now: datetime,
    before: datetime,
    *,
    mine: bool = False,
    policy: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> FallingDue:
    """Return what is due before a moment on the open referrals that `person` may see.

    With `mine` only on those that they have. It names no child; that it was listed is noted
    first. Raises Unknown for a person who is not there, BadInput for an `after` that no page gave.
    """
    place = _place(after)
    with office.store.reading() as tx:
        found = falling_due.due(
            tx,
            sight_of(office, tx, person).scope,
            before,
            policy=policy,
            owner=person if mine else None,
            after=place,
            limit=limit + 1,
        )
        rows = tuple(_due(office, tx, row, now) for row in found[:limit])
    note_list(office, dict.fromkeys(row.reference for row in rows), person, now)
    more = "~".join(map(str, found[limit - 1].place)) if len(found) > limit else None
    return FallingDue(rows, more)


def _place(after: str | None) -> Place | None:
    if after is None:
        return None
    due, reference, name, occurrence = (*after.split("~"), "", "", "", "")[:4]
    if after.count("~") != 3 or not (occurrence.isascii() and occurrence.isdigit()):
        raise BadInput("after", after, "is not where a page of this list ends")
    return due, reference, name, min(int(occurrence[:9]), 2**31 - 1)


def _due(office: Office, tx: Tx, row: DueRow, now: datetime) -> Due:
    lifecycle = office.machine(tx, row.digest).compiled.lifecycle
    return Due(
        reference=row.reference,
        policy=row.lifecycle,
        name=row.name,
        title=lifecycle.deadline_title(row.name),
        occurrence=row.occurrence,
        due_at=row.due_at,
        due_on=london_day(row.due_at),
        owner=row.owner,
        force=row.force,
        missed=row.state == "breached",
        overdue=row.due_at <= now,
        had_by=row.had_by,
    )
