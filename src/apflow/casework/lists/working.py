"""What is to be done: a person's referrals in four groups, and taking one of them on.

A referral stands in the first group that fits: something is overdue, something is due within
five school days, its state waits for others, everything else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from apflow.casework.asking import Asked, ask
from apflow.casework.lists.cursors import cursor, place_at
from apflow.casework.lists.next_step import with_next
from apflow.casework.lists.rows import Row, note_list, rows_of
from apflow.casework.lists.scoping import Held, roles_in, sight_of
from apflow.casework.looking import seen
from apflow.casework.office import Office
from apflow.casework.school_days import SchoolDays
from apflow.errors import Unknown
from apflow.nearest import nearest
from apflow.policy.lifecycle import Lifecycle
from apflow.referral import Referral, Request
from apflow.store import lifecycles, register, worklists
from apflow.store.engine import Tx
from apflow.store.worklists import Grouped, GroupName

#: What each group is called where people read it.
GROUP_TITLES: dict[GroupName, str] = {
    "overdue": "Overdue",
    "soon": "Due within 5 school days",
    "others": "Waiting for others",
    "rest": "Everything else",
}


#: The reason that stands with every claim.
CLAIMED = "Claimed"


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a worklist: the rows of this page, how many there are in all, what is next.

    `next` is the word that `work` takes as `after` for the group's next page; None: no more.
    """

    name: GroupName
    title: str
    rows: tuple[Row, ...]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class Work:
    """A person's worklist: `mine` is what they own, otherwise all that they take part in."""

    mine: bool
    groups: tuple[Group, ...]

    @property
    def total(self) -> int:
        """How many open referrals there are in all groups."""
        return sum(group.total for group in self.groups)

    def group(self, name: GroupName) -> Group:
        """Return the group of that name."""
        return next(group for group in self.groups if group.name == name)


def work(
    office: Office,
    person: str,
    now: datetime,
    *,
    mine: bool,
    policy: str | None = None,
    group: GroupName | None = None,
    after: str | None = None,
    limit: int = 20,
) -> Work:
    """Return a person's open referrals in four groups, in each what is due first.

    `limit` is for each group. With `group` only that one has rows: the next behind `after`, as
    its last page gave it; the totals are always those of all pages. The rows name children: that
    they were shown is noted first. Raises Unknown for a person or group that is not there.
    """
    if group is not None and group not in worklists.GROUPS:
        raise Unknown("group", group, nearest(group, get_args(GroupName)))
    with office.store.reading() as tx:
        sight = sight_of(office, tx, person)
        days = SchoolDays(office, tx)
        found = worklists.grouped(
            tx,
            sight.scope,
            now,
            days.soon(_lifecycles(office, tx), now),
            owner=person if mine else None,
            policy=policy,
            after=place_at(after) if group is not None else None,
            limit=limit,
        )
        shown = {name: one for name, one in found.items() if group in (None, name)}
        references = [reference for one in shown.values() for reference in one.references]
        rows = rows_of(office, tx, sight, references, now, days)
        rows = with_next(office, tx, sight, rows, now)
    note_list(office, rows, person, now)
    return Work(mine, tuple(_group(name, found[name], shown, rows) for name in worklists.GROUPS))


def ask_to_claim(
    office: Office,
    reference: str,
    person: str,
    now: datetime,
    role: str | None = None,
    request_id: str | None = None,
) -> Request:
    """Store a Request by which `person` takes a referral on themselves, and return it.

    It is the house event `hand_over` to oneself; when it is applied, `acts` says whether it is
    theirs to take: nobody has it, who has it has left or is a colleague, or its state waits for
    their role. Raises Unknown for a referral that the person does not see.
    """
    with office.store.reading() as tx:
        referral, machine, actor = seen(office, tx, reference, person, role)
        held = register.actor_roles(tx, person) or ()
        chosen = _claims_as(machine.compiled.lifecycle, referral, held, actor.role)
    answers = {"owner": person}
    asked = Asked("hand_over", person, role or chosen, answers, reason=CLAIMED)
    return ask(office, referral.reference, asked, now, request_id)


def _claims_as(lifecycle: Lifecycle, referral: Referral, held: Held, otherwise: str) -> str:
    """Return the role in which somebody claims: as manager, whose turn it is, or another."""
    roles = roles_in(lifecycle, held, referral.parties)
    turn = lifecycle.states[referral.state].owner
    if any(role == "manager" for role, _ in held):
        return "manager"
    return turn if turn in roles else min(roles, default=otherwise)


def _group(
    name: GroupName, found: Grouped, shown: dict[GroupName, Grouped], rows: dict[str, Row]
) -> Group:
    references: Sequence[str] = found.references if name in shown else ()
    more = cursor(found.next_place) if name in shown else None
    here = tuple(rows[reference] for reference in references)
    return Group(name, GROUP_TITLES[name], here, found.total, more)


def _lifecycles(office: Office, tx: Tx) -> list[Lifecycle]:
    kept = lifecycles.listed(tx)
    return [office.machine(tx, one.digest).compiled.lifecycle for one in kept]
