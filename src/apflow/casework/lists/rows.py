"""A referral as every list shows it, and the note that the list was looked at.

A list names children, so it is a look at their records: it is noted before it is shown (I7), at
most once a day for each person and referral.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from apflow.casework.lists.scoping import Sight, roles_in
from apflow.casework.office import Office
from apflow.casework.school_days import SchoolDays, school_days_until, slots_in_order
from apflow.clock import london_day
from apflow.policy.calendar import Calendar
from apflow.policy.lifecycle import Lifecycle
from apflow.store import list_rows, reads
from apflow.store.engine import Tx
from apflow.store.list_rows import Detail, PartyRow


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation that takes part in a referral, and as what."""

    slot: str
    slot_title: str
    organisation: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """A referral in a list.

    `pupil` is the child's name, None once erased. `deadline` is the title of what is due first,
    at `due_at`, on the London day `due_on`; `school_days` are those from now until then, negative
    once it is past, and None where the calendar does not reach. `waits_on` is the role whose turn
    it is, `yours` whether that is the person's (or nobody's). In worklists, where it is theirs,
    `next_title` is the event that leads on and `blocked` what stands in its way, if something does.
    """

    reference: str
    pupil: str | None
    policy: str
    policy_title: str
    state: str
    state_title: str
    parties: tuple[Party, ...]
    deadline: str | None
    due_at: datetime | None
    due_on: date | None
    school_days: int | None
    overdue: bool
    rank: int | None
    owner: str | None
    owner_name: str | None
    waits_on: str | None
    waits_on_title: str | None
    yours: bool
    opened_on: date
    closed_on: date | None
    version: int
    seq: int
    next_event: str | None = None
    next_title: str | None = None
    blocked: str | None = None

    @property
    def school(self) -> str | None:
        """The name of the first organisation in the order of the policy: the child's school."""
        return self.parties[0].name if self.parties else None


def rows_of(
    office: Office,
    tx: Tx,
    sight: Sight,
    references: Sequence[str],
    now: datetime,
    days: SchoolDays,
) -> dict[str, Row]:
    """Return the rows of these referrals, by reference: four questions, however many there are."""
    if not references:
        return {}
    details = list_rows.details(tx, references)
    parties = list_rows.parties_of(tx, references)
    due = list_rows.due_of(tx, references)
    return {
        name: _row(office, tx, sight, detail, parties.get(name, []), due.get(name), now, days)
        for name, detail in details.items()
    }


def _row(
    office: Office,
    tx: Tx,
    sight: Sight,
    detail: Detail,
    parties: list[PartyRow],
    due: tuple[str, datetime] | None,
    now: datetime,
    days: SchoolDays,
) -> Row:
    lifecycle = office.machine(tx, detail.digest).compiled.lifecycle
    state, shown = lifecycle.states[detail.state], _parties(lifecycle, parties)
    by_slot = {one.slot: one.organisation for one in shown}
    name, due_at = due if due is not None and detail.closed_on is None else (None, None)
    due_on = None if due_at is None else london_day(due_at)
    calendar = days.calendar(lifecycle, by_slot.values())
    return Row(
        reference=detail.reference,
        pupil=detail.pupil,
        policy=detail.lifecycle,
        policy_title=lifecycle.title,
        state=detail.state,
        state_title=state.title,
        parties=shown,
        deadline=None if name is None else lifecycle.deadline_title(name),
        due_at=due_at,
        due_on=due_on,
        school_days=_until(calendar, now, due_on),
        overdue=due_at is not None and due_at <= now,
        rank=detail.rank,
        owner=detail.owner,
        owner_name=detail.owner_name,
        waits_on=state.owner,
        waits_on_title=role_title(lifecycle, state.owner),
        yours=state.owner is None or state.owner in roles_in(lifecycle, sight.held, by_slot),
        opened_on=detail.opened_on,
        closed_on=detail.closed_on,
        version=detail.version,
        seq=detail.seq,
    )


def role_title(lifecycle: Lifecycle, role: str | None) -> str | None:
    """Return what people call a role: its title, or its name where it has none."""
    known = lifecycle.roles.get(role) if role is not None else None
    return known.title if known is not None and known.title else role


def _until(calendar: Calendar | None, now: datetime, day: date | None) -> int | None:
    return None if day is None else school_days_until(calendar, london_day(now), day)


def _parties(lifecycle: Lifecycle, parties: Iterable[PartyRow]) -> tuple[Party, ...]:
    order: Mapping[str, int] = {slot: at for at, slot in enumerate(slots_in_order(lifecycle))}
    return tuple(
        Party(slot, _slot_title(lifecycle, slot), organisation, name)
        for slot, organisation, name in sorted(
            parties, key=lambda one: (order.get(one[0], len(order)), one[0])
        )
    )


def _slot_title(lifecycle: Lifecycle, slot: str) -> str:
    fact = lifecycle.facts.get(slot)
    return (fact.title if fact else None) or slot.replace("_", " ").capitalize()


def note_list(office: Office, references: Iterable[str], person: str, now: datetime) -> None:
    """Note that a person was shown these referrals in a list: once a day for each.

    Nothing is written, and no writer waits, where all of it was noted that day already.
    """
    looks = reads.once_a_day(person, tuple(references), "list", now)
    if not looks:
        return
    with office.store.reading() as tx:
        new = reads.not_noted(tx, looks)
    if new:
        with office.store.writing() as tx:
            reads.note(tx, new)
