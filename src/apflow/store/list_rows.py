"""What a list shows of each of its referrals, asked for all of a page at once."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from apflow.store.statements import Statement, Tx, among, on_each
from apflow.store.tables import (
    deadlines,
    organisations,
    people,
    pupils,
    referral_parties,
    referrals,
)
from apflow.store.written import dump, read_due


class Detail(NamedTuple):
    """A referral as a list shows it; `pupil` is the child's name, None once erased."""

    reference: str
    pupil: str | None
    lifecycle: str
    digest: str
    state: str
    rank: int | None
    owner: str | None
    owner_name: str | None
    next_due: datetime | None
    opened_on: date
    closed_on: date | None
    version: int
    seq: int


#: Who takes part in a referral: (slot, organisation, its name).
PartyRow = tuple[str, str, str]

_r = referrals.c
_p = referral_parties.c
_d = deadlines.c
_DETAILS = Statement(
    *on_each(
        lambda on: (
            sa.select(
                _r.reference, pupils.c.name, _r.lifecycle, _r.digest, _r.state, _r.rank, _r.owner,
                people.c.name, _r.next_due, _r.opened_on, _r.closed_on, _r.version, _r.seq,
            )
            .select_from(
                sa.join(referrals, pupils, pupils.c.id == _r.pupil).outerjoin(
                    people, people.c.id == _r.owner
                )
            )
            .where(among(_r.reference, "references", on))
        )
    )
)  # fmt: skip
#: How the parties and deadlines of a page are found: a test looks at it.
PARTIES_OF = Statement(
    *on_each(
        lambda on: (
            sa.select(_p.reference, _p.slot, _p.organisation, organisations.c.name)
            .select_from(
                sa.join(referral_parties, organisations, organisations.c.id == _p.organisation)
            )
            .where(among(_p.reference, "references", on))
        )
    )
)
DUE_OF = Statement(
    *on_each(
        lambda on: (
            sa.select(_d.reference, _d.name, _d.due_at)
            .where(
                among(_d.reference, "references", on),
                _d.state.in_((sa.literal_column("'armed'"), sa.literal_column("'breached'"))),
                _d.due_at.is_not(None),
            )
            .order_by(_d.reference, _d.name)
        )
    )
)


def details(tx: Tx, references: Sequence[str]) -> dict[str, Detail]:
    """Return the rows of a list, by reference."""
    found = {}
    for row in _DETAILS.rows(tx, {"references": dump(list(references))}):
        (
            reference, pupil, lifecycle, digest, state, rank, owner, owner_name, next_due,
            opened_on, closed_on, version, seq,
        ) = row  # fmt: skip
        found[reference] = Detail(
            reference, pupil, lifecycle, digest, state, rank, owner, owner_name,
            read_due(next_due), date.fromisoformat(opened_on),
            None if closed_on is None else date.fromisoformat(closed_on), version, seq,
        )  # fmt: skip
    return found


def parties_of(tx: Tx, references: Sequence[str]) -> dict[str, list[PartyRow]]:
    """Return who takes part in each of the referrals."""
    found: dict[str, list[PartyRow]] = {}
    for reference, slot, organisation, name in PARTIES_OF.rows(
        tx, {"references": dump(list(references))}
    ):
        found.setdefault(reference, []).append((slot, organisation, name))
    return found


def due_of(tx: Tx, references: Sequence[str]) -> dict[str, tuple[str, datetime]]:
    """Return the deadline of each referral that is due first, missed ones too: (name, when)."""
    found: dict[str, tuple[str, str]] = {}
    for reference, name, due_at in DUE_OF.rows(tx, {"references": dump(list(references))}):
        if reference not in found or due_at < found[reference][1]:
            found[reference] = (name, due_at)
    return {name: (what, datetime.fromisoformat(at)) for name, (what, at) in found.items()}
