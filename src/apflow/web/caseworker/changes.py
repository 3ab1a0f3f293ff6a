"""What others did to a referral while somebody had a form of it open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from apflow.referral import Step
from apflow.web.facts import FactWords

_HOUSE: Final = {
    "correct_facts": "What was known was corrected",
    "reverse_step": "The last step was taken back",
    "hand_over": "Handed over",
    "adopt_lifecycle": "Moved to the policy's newer version",
    "erase": "What people wrote was erased",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that somebody did, and the state to which it led, "" where it stayed."""

    did: str
    who: str
    on: datetime
    to: str


def changes_since(
    words: FactWords, steps: Iterable[Step], names: Mapping[str, str]
) -> tuple[Change, ...]:
    """Return what was done, in words; `names` are people's by their ids."""
    events = words.lifecycle.events
    return tuple(
        Change(
            events[step.event].title if step.event in events else _HOUSE.get(step.event, "A step"),
            names.get(step.actor, "somebody"),
            step.recorded_at,
            words.state(step.target) if step.source != step.target else "",
        )
        for step in steps
    )
