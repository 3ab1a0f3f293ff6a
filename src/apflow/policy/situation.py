"""Everything that a decision may look at, as values; no clock is read and nothing is fetched."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from apflow.policy.calendar import Calendar

#: The state of a referral that is not opened yet, as a transition's `from` says it.
START = "start"
#: The actor of the house itself: the sweep, and what follows from a missed deadline.
SYSTEM = "system"

Satisfaction = Literal[
    "present", "equivalent", "not_applicable", "awaited", "absent", "agreed", "refused", "withdrawn"
]


@dataclass(frozen=True, slots=True)
class Ticked:
    """The answer for one entry of a checklist.

    `detail` is who, which document, or the reason; `on` its date; `until` the date awaited.
    """

    answer: Satisfaction
    detail: str | None = None
    on: date | None = None
    until: date | None = None


Checklist = Mapping[str, Ticked]
#: The value of a fact: yes_no bool; number int; text, person, choice, organisation str;
#: choices a tuple in the options' order; date and meeting date; moment an aware datetime;
#: papers, people and agreements a Checklist. None is never stored: an absent fact is not known.
Value = bool | int | str | date | datetime | tuple[str, ...] | Checklist


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which role, as a member of which organisations."""

    person: str
    role: str
    organisations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tally:
    """When each event happened and each state was entered: (date it happened on, seq), by seq."""

    events: Mapping[str, tuple[tuple[date, int], ...]] = field(default_factory=dict)
    states: Mapping[str, tuple[tuple[date, int], ...]] = field(default_factory=dict)

    def with_step(self, event: str, entered: str | None, on: date, seq: int) -> "Tally":
        """Return the tally after one more step; `entered` is a state entered anew, if any."""
        events = {**self.events, event: (*self.events.get(event, ()), (on, seq))}
        states = self.states
        if entered is not None:
            states = {**states, entered: (*states.get(entered, ()), (on, seq))}
        return Tally(events, states)

    def standing_since(self, state: str) -> date | None:
        """Return since when it stands in `state` without a break.

        None where another was entered last. Entering a state anew from itself is no break.
        """
        entered = sorted(
            (seq, name, on) for name, times in self.states.items() for on, seq in times
        )
        since = None
        for _, name, on in reversed(entered):
            if name != state:
                break
            since = on
        return since


@dataclass(frozen=True, slots=True)
class Situation:
    """One referral on one day, as policy may see it.

    `facts` holds asked and set facts that are known. `free` is, for each pool of places, the
    capacity less the places held by *other* referrals (missing: the pool has no limit);
    `first` says for each pool whether nobody waiting for it comes before this referral
    (missing: nobody does). `sittings` are the listed dates of each meeting, sorted.
    `register` holds organisations' particulars by organisation and name.
    """

    state: str
    facts: Mapping[str, Value]
    tally: Tally
    calendar: Calendar
    today: date
    happened_on: date
    free: Mapping[str, int] = field(default_factory=dict)
    first: Mapping[str, bool] = field(default_factory=dict)
    sittings: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    register: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    role: str | None = None

    def but(self, **changes: object) -> "Situation":
        """Return a copy with some parts changed."""
        return replace(self, **changes)  # type: ignore[arg-type]
