"""The sittings in a person's calendar feed.

Whoever decides at a meeting, or is to be at it, has its sittings. Whoever puts referrals down for
it, such as a school, has for each of theirs the sitting on whose agenda it is: one entry, which
moves with the referral and is cancelled when the referral is taken off before the day has come.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from apflow.casework.feeds.entries import KEPT, FeedEntry
from apflow.casework.meetings import forum
from apflow.casework.meetings.forum import Sitting
from apflow.casework.office import Office
from apflow.casework.situations import Surroundings
from apflow.policy.lifecycle import Lifecycle
from apflow.referral import Referral
from apflow.store import referrals, standing
from apflow.store.engine import Tx

_Held = Sequence[tuple[str, str | None]]
#: Leaves room to count, between two steps of a referral, how often it was left undecided.
_A_STEP = 100


def sittings(
    office: Office,
    tx: Tx,
    held: _Held,
    policies: Sequence[tuple[str, Lifecycle]],
    today: date,
    web_url: str,
) -> Iterator[FeedEntry]:
    """Give the sittings that are a person's by one of their roles; no child is named."""
    organisations = sorted({where for _, where in held if where})
    places = {
        (policy, slot, where)
        for where in organisations
        for policy, slot in standing.policies_of(tx, where)
    }
    around = Surroundings(office, tx)
    for name, lifecycle in policies:
        mine = {
            role
            for role, where in held
            if whole(lifecycle, role)
            or (role in lifecycle.roles and (name, lifecycle.roles[role].of, where) in places)
        }
        for meeting in lifecycle.meetings:
            days = around.sittings(lifecycle).get(meeting, ())
            if mine & _people(lifecycle, meeting):
                yield from _every(name, lifecycle, meeting, days, today, web_url)
            else:
                one = _Meeting(office, around, lifecycle, meeting, days, today)
                yield from one.of_own_referrals(held, web_url)


def whole(lifecycle: Lifecycle, role: str) -> bool:
    """Whether a role is held in no organisation of a referral, and so in all of them."""
    known = lifecycle.roles.get(role)
    return known is not None and known.acts and known.of is None


def _every(
    name: str,
    lifecycle: Lifecycle,
    meeting: str,
    days: Sequence[date],
    today: date,
    web_url: str,
) -> Iterator[FeedEntry]:
    for day in days:
        if day >= today - KEPT:
            place = f"{name}/{meeting}/{day}"
            yield FeedEntry(
                place, day, lifecycle.meeting_title(meeting), f"{web_url}/meetings/{place}"
            )


def _people(lifecycle: Lifecycle, meeting: str) -> set[str]:
    """Return the roles that decide at a meeting, and those that are to be at it."""
    roles = {
        role
        for transition in lifecycle.transitions
        if lifecycle.events[transition.event].at == meeting
        for role in transition.by
    }
    people = lifecycle.meetings[meeting].people
    return roles | set(lifecycle.facts[people].entries if people is not None else ())


@dataclass(frozen=True, slots=True)
class _Meeting:
    """One meeting of a policy before somebody whose referrals may be on its agenda."""

    office: Office
    around: Surroundings
    lifecycle: Lifecycle
    meeting: str
    days: Sequence[date]
    today: date

    def of_own_referrals(self, held: _Held, web_url: str) -> Iterator[FeedEntry]:
        """Give for each referral that a role of theirs put down the sitting that it is down for."""
        putting = self._who_puts_down()
        own = {
            reference
            for role, where in held
            if role in putting and where is not None
            for reference, slot in self._before_it(where)
            if slot == self.lifecycle.roles[role].of
        }
        for referral in referrals.get_several(self.around.tx, sorted(own)):
            if referral.lifecycle == self.lifecycle.lifecycle:
                yield from self._entry(referral, web_url)

    def _who_puts_down(self) -> set[str]:
        asked = {
            name
            for name, fact in self.lifecycle.facts.items()
            if fact.type == "meeting" and fact.of == self.meeting
        }
        events = self.lifecycle.events
        return {
            role
            for transition in self.lifecycle.transitions
            if asked & {*events[transition.event].asks, *events[transition.event].may_ask}
            for role in transition.by
            if role in self.lifecycle.roles
        }

    def _before_it(self, organisation: str) -> set[tuple[str, str]]:
        """Return (reference, slot) of what waits for a decision there, or did not long ago."""
        waiting = {
            state
            for transition in self.lifecycle.transitions
            if self.lifecycle.events[transition.event].at == self.meeting
            for state in self.lifecycle.sources(transition)
        }
        tx, name = self.around.tx, self.lifecycle.lifecycle
        others = set(self.lifecycle.states) - waiting
        return standing.in_states(tx, organisation, waiting) | standing.moved_lately(
            tx, organisation, [name], others, self.today - KEPT
        )

    def _entry(self, referral: Referral, web_url: str) -> Iterator[FeedEntry]:
        """Give the entry of one referral, if it is down for a sitting or was lately."""
        machine = self.office.machine(self.around.tx, referral.digest)
        down_for = forum.put_down(machine.compiled.lifecycle, referral, self.meeting)
        ahead = next((day for day in self.days if day >= max(self.today, down_for or day)), None)
        waits = self._waits(referral, ahead or self.today)
        day = (ahead if waits else None) or down_for
        if day is None or not (waits or self._still_shown(referral, day)):
            return
        missed = sum(1 for one in self.days if down_for is not None and down_for <= one < day)
        yield FeedEntry(
            identity=f"{referral.reference}/meeting/{self.meeting}",
            at=day,
            summary=f"{referral.reference}: {self.lifecycle.meeting_title(self.meeting)}",
            url=f"{web_url}/meetings/{referral.lifecycle}/{self.meeting}/{day}",
            sequence=referral.version * _A_STEP + min(missed + (ahead is None), _A_STEP - 1),
            cancelled=ahead is None if waits else not self._decided(referral, day),
        )

    def _waits(self, referral: Referral, on: date) -> bool:
        sitting = Sitting(referral.lifecycle, self.meeting, on)
        found = forum.item_of(self.office, self.around, sitting, referral, self.today)
        return found is not None

    def _still_shown(self, referral: Referral, day: date) -> bool:
        return day >= (self.today - KEPT if self._decided(referral, day) else self.today)

    def _decided(self, referral: Referral, day: date) -> bool:
        """Whether something was decided of it at the sitting of that day."""
        return any(
            on == day
            for name, times in referral.tally.events.items()
            if name in self.lifecycle.events and self.lifecycle.events[name].at == self.meeting
            for on, _ in times
        )
