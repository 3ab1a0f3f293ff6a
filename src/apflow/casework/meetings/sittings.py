"""Sittings in a list: those ahead and past of the meetings in a person's sight."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from apflow.casework.lists.scoping import Sight, in_sight, may_see, sight_of
from apflow.casework.meetings import forum
from apflow.casework.meetings.forum import Sitting
from apflow.casework.meetings.sitting_day import decides, papers_by
from apflow.casework.office import Office
from apflow.casework.situations import Surroundings
from apflow.clock import london_day
from apflow.policy.lifecycle import Lifecycle
from apflow.store import agendas, referrals
from apflow.store.engine import Tx

#: Sittings are listed as far back as this.
_BACK = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Listed:
    """A sitting in a list.

    `papers_by` is the last day for papers. `on_agenda` counts the referrals in sight that wait
    for a decision there, `decided` those that something was decided of.
    """

    sitting: Sitting
    papers_by: date | None
    on_agenda: int
    decided: int


@dataclass(frozen=True, slots=True)
class MeetingSeen:
    """A meeting of a policy with its sittings: ahead (soonest first) and past (latest first)."""

    policy: str
    policy_title: str
    meeting: str
    title: str
    ahead: tuple[Listed, ...]
    past: tuple[Listed, ...]


def meetings(office: Office, person: str, now: datetime) -> tuple[MeetingSeen, ...]:
    """Return the meetings of the policies in a person's sight. Raises Unknown for nobody."""
    with office.store.reading() as tx:
        sight, around = sight_of(office, tx, person), Surroundings(office, tx)
        return tuple(
            _meeting(office, around, sight, lifecycle, name, now)
            for _, lifecycle in office.known_lifecycles(tx)
            if in_sight(sight, lifecycle)
            for name in lifecycle.meetings
        )


def _meeting(
    office: Office,
    around: Surroundings,
    sight: Sight,
    lifecycle: Lifecycle,
    meeting: str,
    now: datetime,
) -> MeetingSeen:
    tx, today, policy = around.tx, london_day(now), lifecycle.lifecycle
    days = [on for on in around.sittings(lifecycle).get(meeting, ()) if on >= today - _BACK]
    last = Sitting(policy, meeting, max([today, *days]))
    put_down = _put_down(office, tx, sight, last, now)
    events = decides(lifecycle, meeting)
    decided = agendas.decided_since(tx, sight.scope, policy, events, today - _BACK)
    first_ahead = next((on for on in days if on >= today), None)
    listed = [
        Listed(
            Sitting(policy, meeting, on),
            papers_by(office, around, lifecycle, meeting, on, now),
            _on_agenda(put_down, on, first_ahead),
            decided.get(on, 0),
        )
        for on in days
    ]
    return MeetingSeen(
        policy=policy,
        policy_title=lifecycle.title,
        meeting=meeting,
        title=lifecycle.meeting_title(meeting),
        ahead=tuple(one for one in listed if one.sitting.on >= today),
        past=tuple(one for one in reversed(listed) if one.sitting.on < today),
    )


def _on_agenda(put_down: Mapping[date | None, int], on: date, first_ahead: date | None) -> int:
    """Return how many wait for a sitting: the next one has those left over from before, too."""
    if on != first_ahead:
        return put_down.get(on, 0)
    return sum(number for day, number in put_down.items() if day is None or day <= on)


def _put_down(
    office: Office, tx: Tx, sight: Sight, last: Sitting, now: datetime
) -> dict[date | None, int]:
    """Return how many referrals in sight wait for a decision, by the sitting they are down for."""
    waiting = {item.reference: item.put_down for item in forum.items(office, tx, last, now)}
    found: dict[date | None, int] = {}
    for referral in referrals.get_several(tx, tuple(waiting)):
        if may_see(office, tx, sight, referral):
            day = waiting[referral.reference]
            found[day] = found.get(day, 0) + 1
    return found
