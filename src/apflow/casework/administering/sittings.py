"""When meetings sit: listed in the register, and taken away while nothing was decided there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from apflow import catalogue
from apflow.casework.accounts.rights import administering
from apflow.casework.calendars import work_out_anew
from apflow.casework.meetings.forum import Sitting
from apflow.casework.office import Office
from apflow.clock import london_day
from apflow.errors import BadInput, Unknown
from apflow.nearest import nearest
from apflow.policy.lifecycle import Lifecycle, Meeting
from apflow.store import happenings, office_acts, referrals, register
from apflow.store.engine import Tx
from apflow.store.office_acts import OfficeAct

#: How far ahead and back a sitting may be listed, in years.
_YEARS_AHEAD, _YEARS_BACK = 3, 5


@dataclass(frozen=True, slots=True)
class Diary:
    """A meeting of a policy with its listed sittings, sorted.

    `put_down` is how many open referrals are put down for each day, listed or not.
    """

    policy: str
    policy_title: str
    name: str
    meeting: Meeting
    sittings: tuple[date, ...]
    put_down: Mapping[date, int]

    @property
    def title(self) -> str:
        """What the meeting is called."""
        return self.meeting.title or self.name.replace("_", " ")


def diaries(office: Office) -> tuple[Diary, ...]:
    """Return every meeting of every policy, by policy."""
    with office.store.reading() as tx:
        found: list[Diary] = []
        for name in catalogue.listed(office.folders):
            lifecycle = _lifecycle(office, tx, name)
            listed = register.sittings(tx, name) if lifecycle.meetings else {}
            found += [
                Diary(name, lifecycle.title, meeting, about, listed.get(meeting, ()), {})
                for meeting, about in lifecycle.meetings.items()
            ]
    return tuple(found)


def diary(office: Office, policy: str, meeting: str) -> Diary:
    """Return one meeting of a policy with all its sittings. Raises Unknown."""
    with office.store.reading() as tx:
        lifecycle = _lifecycle(office, tx, policy)
        about = _meeting(lifecycle, meeting)
        listed = register.sittings(tx, policy).get(meeting, ())
        put_down = _put_down(tx, lifecycle, meeting)
    return Diary(policy, lifecycle.title, meeting, about, listed, put_down)


def add_sittings(
    office: Office, policy: str, meeting: str, days: Iterable[date], person: str, now: datetime
) -> tuple[date, ...]:
    """Put sittings in the register and return those that were not in it.

    Deadlines that wait for the next sitting get its date. Raises Unknown for a policy or meeting,
    BadInput for a day out of all reach, MayNot for somebody who is no administrator.
    """
    wanted = sorted(set(days))
    for day in wanted:
        _within_reach(day, london_day(now))
    with administering(office.store, person) as tx:
        _meeting(_lifecycle(office, tx, policy), meeting)
        new = tuple(day for day in wanted if register.add_sitting(tx, policy, meeting, day))
        for day in new:
            _note(tx, Sitting(policy, meeting, day), "list_sitting", person, now)
        if new:
            work_out_anew(office, tx, policy, now)
    return new


def remove_sitting(office: Office, sitting: Sitting, person: str, now: datetime) -> None:
    """Take a sitting out of the register; referrals put down for it come before the next one.

    Raises Unknown for one that is not listed, BadInput for one at which something was decided,
    MayNot for somebody who is no administrator.
    """
    with administering(office.store, person) as tx:
        _listed(office, tx, sitting)
        decided = _decided(office, tx, sitting)
        if decided:
            says = f"{decided} of its decisions are recorded; it stays listed"
            raise BadInput("sitting", str(sitting), says)
        register.remove_sitting(tx, sitting.lifecycle, sitting.meeting, sitting.on)
        _note(tx, sitting, "remove_sitting", person, now)
        work_out_anew(office, tx, sitting.lifecycle, now)


def decided(office: Office, sitting: Sitting) -> int:
    """Return how many decisions were recorded as taken at a sitting. Raises Unknown."""
    with office.store.reading() as tx:
        _listed(office, tx, sitting)
        return _decided(office, tx, sitting)


def _decided(office: Office, tx: Tx, sitting: Sitting) -> int:
    lifecycle = _lifecycle(office, tx, sitting.lifecycle)
    events = {name for name, event in lifecycle.events.items() if event.at == sitting.meeting}
    return happenings.count(tx, sitting.lifecycle, events, sitting.on)


def _put_down(tx: Tx, lifecycle: Lifecycle, meeting: str) -> dict[date, int]:
    """Return for how many open referrals a day is the sitting that they are put down for."""
    asked = [
        name for name, fact in lifecycle.facts.items()
        if fact.type == "meeting" and fact.of == meeting
    ]  # fmt: skip
    states = {
        state
        for transition in lifecycle.transitions
        if lifecycle.events[transition.event].at == meeting
        for state in lifecycle.sources(transition)
    }
    found: dict[date, int] = {}
    for referral in referrals.standing_in(tx, lifecycle.lifecycle, states):
        for name in asked:
            if name in referral.facts:
                day = date.fromisoformat(str(referral.facts[name]))
                found[day] = found.get(day, 0) + 1
    return found


def _listed(office: Office, tx: Tx, sitting: Sitting) -> None:
    _meeting(_lifecycle(office, tx, sitting.lifecycle), sitting.meeting)
    listed = register.sittings(tx, sitting.lifecycle).get(sitting.meeting, ())
    if sitting.on not in listed:
        raise Unknown("sitting", str(sitting))


def _lifecycle(office: Office, tx: Tx, policy: str) -> Lifecycle:
    return office.newest(tx, policy, lambda *_: None).compiled.lifecycle


def _meeting(lifecycle: Lifecycle, name: str) -> Meeting:
    found = lifecycle.meetings.get(name)
    if found is None:
        raise Unknown("meeting", name, nearest(name, lifecycle.meetings))
    return found


def _within_reach(day: date, today: date) -> None:
    if not today.year - _YEARS_BACK <= day.year <= today.year + _YEARS_AHEAD:
        first, last = today.year - _YEARS_BACK, today.year + _YEARS_AHEAD
        raise BadInput("sitting", day.isoformat(), f"choose a day from {first} to {last}")


def _note(tx: Tx, sitting: Sitting, what: str, person: str, now: datetime) -> None:
    office_acts.add(tx, OfficeAct(now, person, what, "sitting", str(sitting)))
