"""A sitting as people see it, with all that is decided there.

Whoever sees a whole policy sees the whole agenda; a school sees its own pupils on it, each at
the place that it has. Every look at an agenda is recorded before it is shown (I7).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from apflow.casework.kept_back import hides
from apflow.casework.lists.rows import Row, rows_of
from apflow.casework.lists.scoping import Sight, in_sight, may_see, roles_in, sight_of
from apflow.casework.looking import log
from apflow.casework.meetings import forum
from apflow.casework.meetings.forum import AgendaItem, Sitting
from apflow.casework.offering import Offer
from apflow.casework.office import OFFICE_ROLES, Office
from apflow.casework.school_days import SchoolDays
from apflow.casework.situations import Surroundings, situation_of
from apflow.clock import london_day
from apflow.errors import Unknown
from apflow.policy.calendar import BeyondCalendar
from apflow.policy.compiled import Compiled, View
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import START, Actor, Situation, Tally
from apflow.referral import Referral
from apflow.store import agendas, pools, referrals, register
from apflow.store.agendas import AskedFor
from apflow.store.engine import Tx


@dataclass(frozen=True, slots=True)
class PoolSeen:
    """A pool of places now: `capacity` is None where no limit is set."""

    name: str
    title: str
    held: int
    capacity: int | None
    waiting: int

    @property
    def left(self) -> int | None:
        """How many places are free; negative where more are held than there are."""
        return None if self.capacity is None else self.capacity - self.held


@dataclass(frozen=True, slots=True)
class Item:
    """One referral on an agenda before one person, who may see it."""

    agenda: AgendaItem
    offer: Offer
    row: Row


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a Request for a decision of the sitting; `row` is the referral as it is now.

    `lifecycle` is the one that the referral follows now.
    """

    asked: AskedFor
    row: Row
    lifecycle: Lifecycle


@dataclass(frozen=True, slots=True)
class SittingSeen:
    """One sitting before one person.

    `items` are the referrals on the agenda that they may see, `others` how many more there are.
    `outcomes` are the Requests of the sitting that are closed, the newest of each referral, and
    `sat` is who sat, in its written form, as one of its decisions that they may see says it.
    """

    sitting: Sitting
    lifecycle: Lifecycle
    title: str
    papers_by: date | None
    held_by: date
    places: tuple[PoolSeen, ...]
    items: tuple[Item, ...]
    others: int
    outcomes: tuple[Outcome, ...]
    sat: object = None

    @property
    def begun(self) -> bool:
        """Whether the day of the sitting has come: only then is anything decided."""
        return self.sitting.on <= self.held_by


def see(
    office: Office, sitting: Sitting, person: str, now: datetime, what: str = "agenda"
) -> SittingSeen:
    """Return one sitting before a person; `what` is how the look is recorded.

    Raises Unknown for a sitting that is not listed, and where nothing of it is in their sight.
    """
    with office.store.reading() as tx:
        forum.listed(office, tx, sitting)
        sight = sight_of(office, tx, person)
        lifecycle = office.newest(tx, sitting.lifecycle, lambda *_: None).compiled.lifecycle
        if not in_sight(sight, lifecycle):
            raise Unknown("sitting", str(sitting))
        found = _seen(office, tx, sight, sitting, lifecycle, now)
    shown = [item.row.reference for item in found.items]
    shown += [one.row.reference for one in found.outcomes]
    log(office, dict.fromkeys(shown), person, what, now)
    return found


def _seen(
    office: Office, tx: Tx, sight: Sight, sitting: Sitting, lifecycle: Lifecycle, now: datetime
) -> SittingSeen:
    around = Surroundings(office, tx)
    agenda = forum.items(office, tx, sitting, now)
    waiting = [item.reference for item in agenda]
    asked = _asked_for(tx, sitting, lifecycle, waiting)
    wanted = tuple(dict.fromkeys([*waiting, *(one.reference for one in asked)]))
    standing = {
        one.reference: one
        for one in referrals.get_several(tx, wanted)
        if may_see(office, tx, sight, one)
    }
    rows = rows_of(office, tx, sight, tuple(standing), now, SchoolDays(office, tx))
    items = _items(office, around, sight, agenda, standing, rows, now)
    newest = {one.reference: one for one in asked if one.reference in standing}
    decided = [standing[name] for name, one in newest.items() if one.state == "applied"]
    return SittingSeen(
        sitting=sitting,
        lifecycle=lifecycle,
        title=lifecycle.meeting_title(sitting.meeting),
        papers_by=papers_by(office, around, lifecycle, sitting.meeting, sitting.on, now),
        held_by=london_day(now),
        places=_places(office, around, lifecycle, now),
        items=items,
        others=len(agenda) - len(items),
        outcomes=tuple(
            Outcome(one, rows[name], lifecycle_of(office, tx, standing[name]))
            for name, one in newest.items()
        ),
        sat=_sat(office, tx, sight, sitting, decided),
    )


def _asked_for(
    tx: Tx, sitting: Sitting, lifecycle: Lifecycle, waiting: Sequence[str]
) -> list[AskedFor]:
    """Return what was asked for at a sitting: in vain of those that wait, then what was decided."""
    events = decides(lifecycle, sitting.meeting)
    in_vain = agendas.refusals(tx, waiting, events, sitting.on)
    return in_vain + agendas.decisions(tx, sitting.lifecycle, events, sitting.on)


def _items(
    office: Office,
    around: Surroundings,
    sight: Sight,
    agenda: Sequence[AgendaItem],
    standing: Mapping[str, Referral],
    rows: Mapping[str, Row],
    now: datetime,
) -> tuple[Item, ...]:
    places = {one.id: one.name for one in register.list_organisations(around.tx)}
    return tuple(
        Item(
            item, _offer(office, around, sight, standing[name], rows[name], places, now), rows[name]
        )
        for item in agenda
        for name in (item.reference,)
        if name in standing
    )


def _sat(
    office: Office, tx: Tx, sight: Sight, sitting: Sitting, decided: Sequence[Referral]
) -> object:
    """Return who sat, as the last decision that asked for it says; None where none did."""
    for referral in reversed(decided):
        lifecycle = lifecycle_of(office, tx, referral)
        meeting = lifecycle.meetings.get(sitting.meeting)
        sheet = meeting.people if meeting is not None else None
        roles = frozenset(actor.role for actor in _actors(lifecycle, sight, referral))
        if sheet is not None and sheet in referral.facts and not hides(lifecycle, sheet, roles):
            return referral.facts[sheet]
    return None


def _offer(
    office: Office,
    around: Surroundings,
    sight: Sight,
    referral: Referral,
    row: Row,
    places: Mapping[str, str],
    now: datetime,
) -> Offer:
    machine = office.machine(around.tx, referral.digest)
    lifecycle, today = machine.compiled.lifecycle, london_day(now)
    actors = _actors(lifecycle, sight, referral)
    roles = frozenset(actor.role for actor in actors)
    return Offer(
        referral=referral,
        machine=machine,
        situation=situation_of(
            office, around.tx, machine, referral, actors[0], today, today, around
        ),
        actors=actors,
        pupil=row.pupil,
        facts={
            name: value
            for name, value in referral.facts.items()
            if not hides(lifecycle, name, roles)
        },
        places=places,
    )


def _actors(lifecycle: Lifecycle, sight: Sight, referral: Referral) -> tuple[Actor, ...]:
    """Return the person in each role that they have on the referral, those of the policy first."""
    mine = roles_in(lifecycle, sight.held, referral.parties)
    own = [role for role in lifecycle.roles if role in mine]
    office = [role for role in OFFICE_ROLES if (role, None) in sight.held]
    return tuple(
        Actor(sight.person, role, frozenset(where for name, where in sight.held
                                            if name == role and where))
        for role in (*own, *office)
    )  # fmt: skip


def lifecycle_of(office: Office, tx: Tx, referral: Referral) -> Lifecycle:
    """Return the lifecycle that a referral follows."""
    return office.machine(tx, referral.digest).compiled.lifecycle


def decides(lifecycle: Lifecycle, meeting: str) -> set[str]:
    """Return the events that are decided at a meeting."""
    return {name for name, event in lifecycle.events.items() if event.at == meeting}


def _places(
    office: Office, around: Surroundings, lifecycle: Lifecycle, now: datetime
) -> tuple[PoolSeen, ...]:
    compiled = office.machine(around.tx, lifecycle.digest).compiled
    view = _bare(office, around, compiled, now)
    held = around.held(lifecycle)
    found = []
    for name, pool in lifecycle.places.items():
        condition = compiled.at("places", name, "capacity")
        capacity = view.ask(condition) if condition is not None else None
        waiting = len(pools.waiting(around.tx, lifecycle.lifecycle, name))
        limit = capacity if isinstance(capacity, int) else None
        title = pool.title or name.replace("_", " ")
        found.append(PoolSeen(name, title, held[name], limit, waiting))
    return tuple(found)


def papers_by(
    office: Office,
    around: Surroundings,
    lifecycle: Lifecycle,
    meeting: str,
    on: date,
    now: datetime,
) -> date | None:
    """Return the last day for papers of a sitting, where policy and calendar give one."""
    if lifecycle.meetings[meeting].papers_by is None:
        return None
    view = _bare(office, around, office.machine(around.tx, lifecycle.digest).compiled, now)
    try:
        return view.papers_day(meeting, on)
    except BeyondCalendar:
        return None


def _bare(office: Office, around: Surroundings, compiled: Compiled, now: datetime) -> View:
    """Return what policy says where no referral is concerned: its settings and its calendar."""
    today = london_day(now)
    calendar = office.calendar(around.tx, compiled.lifecycle)
    return View(compiled, Situation(START, {}, Tally(), calendar, today, today))
