"""A referral's history as its page shows it: what was done, when, by whom, and what is ahead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from apflow.casework.seeing import Seen
from apflow.clock import london_day
from apflow.diagram.words import Words
from apflow.policy.situation import START, SYSTEM
from apflow.referral import HOUSE_RECORDS, Recorded, Step
from apflow.referral.replay import taken_back
from apflow.web.facts import FactWords
from apflow.web.wording import first_up

#: Who is in no register any more.
NOBODY: Final = "somebody who is no longer listed"
_HOUSE: Final = {
    "correct_facts": "What was known was corrected",
    "reverse_step": "The last step was taken back",
    "adopt_lifecycle": "Moved to the policy's newer version",
    "hand_over": "Handed over",
    "erase": "What people wrote was erased",
    "deadline_missed": "Deadline missed",
    "deadline_met_late": "Missed deadline met",
    "guard_lapsed": "No longer holds",
    "guard_restored": "Holds again",
}


@dataclass(frozen=True, slots=True)
class Given:
    """One value of a step: what it is of, and the value, each option or entry by itself.

    `lines` is empty where `gone` says why there is nothing to show.
    """

    title: str
    lines: tuple[str, ...]
    gone: str = ""


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step in words. `run` is the address of its flow run, None where it has none.

    `moved` is where from (nothing for the opening) and where to. `back` says that a later step
    took it back; `missed` that it records a missed deadline.
    """

    seq: int
    title: str
    about: tuple[str, ...]
    by: str
    role: str
    happened_on: date
    recorded_at: datetime
    late: bool
    moved: tuple[str, str] | None
    reason: str
    hash: str
    href: str
    run: str | None
    back: bool
    missed: bool
    answers: tuple[Given, ...]

    @property
    def short(self) -> str:
        """The hash, so short that it can be read out."""
        return f"{self.hash[:6]}…{self.hash[-4:]}"


class Timeline:
    """How the steps of one referral are said to one person."""

    def __init__(self, seen: Seen, pages: str | None) -> None:
        self._seen = seen
        self._pages = pages
        self._words = {
            digest: FactWords(lifecycle, seen.places)
            for digest, lifecycle in seen.lifecycles.items()
        }

    def steps(self) -> tuple[StepShown, ...]:
        """Return every step, newest first."""
        gone = taken_back(self._seen.steps)
        return tuple(
            self._shown(step, back=step.seq in gone) for step in reversed(self._seen.steps)
        )

    def step(self, step: Step) -> StepShown:
        """Return one step."""
        return self._shown(step, back=step.seq in taken_back(self._seen.steps))

    def words(self, step: Step) -> FactWords:
        """Return the words of the lifecycle under which a step was taken."""
        return self._words[step.digest]

    def given(self, step: Step, value: Recorded) -> Given:
        """Return one value of a step, or why there is nothing to show."""
        words = self.words(step)
        title = words.title(value.name)
        if value.salt is not None:
            if value.value is None:
                return Given(title, (), "taken away")
            return Given(title, words.lines(value.name, value.value))
        kept = (step.seq, value.name) in self._seen.kept_back
        return Given(title, (), "kept from you" if kept else "erased")

    def who(self, person: str) -> str:
        """Return the name of whoever acted."""
        return "apflow itself" if person == SYSTEM else self._seen.people.get(person, NOBODY)

    def title(self, step: Step) -> str:
        """Return what was done, as people call it."""
        event = self._seen.lifecycles[step.digest].events.get(step.event)
        return event.title if event is not None else _HOUSE.get(step.event, step.event)

    def _shown(self, step: Step, *, back: bool) -> StepShown:
        words = self.words(step)
        run = self._seen.runs.get(step.request or "")
        moved = None
        if step.source != step.target:
            source = "" if step.source == START else words.state(step.source)
            moved = source, words.state(step.target)
        return StepShown(
            seq=step.seq,
            title=self.title(step),
            about=self._about(step),
            by=self.who(step.actor),
            role="" if step.role == SYSTEM else words.role(step.role),
            happened_on=step.happened_on,
            recorded_at=step.recorded_at,
            late=step.event not in HOUSE_RECORDS and _days_late(step) > 0,
            moved=moved,
            reason=_reason(step),
            hash=step.hash,
            href=f"/referrals/{step.reference}/history/{step.seq}",
            run=f"{self._pages}/runs/flow-run/{run}" if self._pages and run else None,
            back=back,
            missed=step.event == "deadline_missed",
            answers=tuple(
                self.given(step, value)
                for value in step.values
                if value.kind in ("answer", "detail")
            ),
        )

    def _about(self, step: Step) -> tuple[str, ...]:
        """Return what a step of the house is about, each part in words."""
        about, lifecycle = step.about, self._seen.lifecycles[step.digest]
        names = Words(lifecycle)
        said = []
        deadline = lifecycle.deadlines.get(str(about.get("deadline")))
        if deadline is not None:
            said.append(deadline.title)
        if step.event == "deadline_met_late":
            said.append("in time, recorded late" if about.get("in_time") else "late")
        for guard in _several(about, "guards"):
            known = lifecycle.guards.get(guard)
            said.append(known.otherwise if known is not None else first_up(names.name(guard)))
        if "reverses" in about:
            title = names.event(str(about.get("reversed_event")))
            said.append(f"step {about['reverses']}: {title}")
        if "owner_to" in about:
            said.append(f"to {self.who(str(about['owner_to']))}")
        if about.get("lost"):
            titles = (self.words(step).title(name) for name in _several(about, "lost"))
            said.append(f"no longer kept: {', '.join(titles)}")
        return tuple(said)


def _several(about: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = about.get(name)
    return tuple(map(str, found)) if isinstance(found, list | tuple) else ()


def _days_late(step: Step) -> int:
    return (london_day(step.recorded_at) - step.happened_on).days


def _reason(step: Step) -> str:
    """Return the written reason of a step of the house, "" where there is none to show."""
    for value in step.values:
        if value.kind == "reason" and value.name == step.event and value.value is not None:
            return str(value.value)
    return ""
