"""Telling the stories: every step asked and applied like a real one, at its moment.

Days go by one after the other. On each, what has become due is swept up first, then people act
in the order of their moments, and panels sit. Nothing is written behind the store's back, and
how each step ends is held against what its story says.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from typing_extensions import override

from apflow.casework import Casework
from apflow.casework.asking import Asked, ask, ask_to_open
from apflow.casework.cohort.people import (
    FORUM_CHAIR,
    HERONSGATE,
    MAIDSTONE,
    MANAGER,
    PANEL_CHAIR,
    acting,
)
from apflow.casework.cohort.story import Story
from apflow.casework.cohort.when import SITS_FOR, Timed, sweep_at
from apflow.casework.meetings import forum
from apflow.errors import ApflowError
from apflow.referral import Request
from apflow.referral.reference import make_reference, prefix_of
from apflow.store import deadlines

#: Told how many of how many moves are told.
Progress = Callable[[int, int], None]
#: For each policy: its meeting, the role that decides there, who chairs, and who sits.
_PANELS: Final[Mapping[str, tuple[str, str, str, Mapping[str, str]]]] = {
    MAIDSTONE: (
        "forum_meeting", "forum", FORUM_CHAIR,
        {"chair": "present", "school": "present", "other_school": "present", "pru": "present",
         "la": "present", "other_agency": "absent: on call"},
    ),
    HERONSGATE: (
        "panel_meeting", "panel", PANEL_CHAIR,
        {"chair": "present", "school": "present", "other_school": "present"},
    ),
}  # fmt: skip


class StoryBroken(ApflowError):
    """A story did not go as it says: policy, or the story, has to be looked at."""

    exit_code = 1

    def __init__(self, story: Story, timed: Timed, says: str) -> None:
        super().__init__(story.shows, timed.number, timed.at, says)
        self.story, self.timed, self.says = story, timed, says

    @override
    def __str__(self) -> str:
        move = self.timed.move
        return (
            f"The story “{self.story.shows}” ({self.story.policy}) breaks at its move "
            f"{self.timed.number + 1}, {move.event} on {self.timed.at.date()}: {self.says}"
        )


@dataclass(slots=True)
class _Place:
    """How far one story is told: its referral, where that stands, and what was seen of it."""

    reference: str
    pupil: str
    state: str | None = None
    seen: list[int] = field(default_factory=list)


class Telling:
    """One cohort being told to one store."""

    def __init__(
        self, casework: Casework, stories: tuple[Story, ...], pupils: Iterable[str], rng: Random
    ) -> None:
        self._casework = casework
        self._stories = stories
        self._rng = rng
        self._pupils = tuple(pupils)
        self._places: dict[int, _Place] = {}

    @property
    def references(self) -> dict[int, str]:
        """The reference of each story told so far, by its number."""
        return {number: place.reference for number, place in self._places.items()}

    def tell(
        self,
        moves: Iterable[Timed],
        until: date,
        happenings: Mapping[date, Callable[[], None]],
        progress: Progress,
    ) -> None:
        """Tell all moves in the order of time, and sweep up to the beginning of `until`.

        `happenings` are done on their days before anybody acts. Raises StoryBroken.
        """
        days: dict[date, list[Timed]] = defaultdict(list)
        for timed in moves:
            days[timed.at.date()].append(timed)
        total, told = sum(map(len, days.values())), 0
        for day in _days(min((*days, *happenings)), until):
            self._sweep(day)
            happenings.get(day, lambda: None)()
            self._day(days.get(day, []))
            told += len(days.get(day, ()))
            progress(told, total)
        self._sweep(until)
        self._check_misses(moves_of=days)

    def _sweep(self, day: date) -> None:
        now = sweep_at(day).astimezone(UTC)
        with self._casework.store.reading() as tx:
            due = deadlines.due(tx, now, 1)
        if due:
            self._casework.fire_due(now)

    def _day(self, moves: list[Timed]) -> None:
        sittings: dict[tuple[datetime, str], list[Timed]] = defaultdict(list)
        alone: list[tuple[datetime, int, list[Timed]]] = []
        for timed in moves:
            if timed.move.sitting:
                sittings[timed.at, self._stories[timed.story].policy].append(timed)
            else:
                alone.append((timed.at, timed.story, [timed]))
        together = [(at, -1, decided) for (at, _), decided in sittings.items()]
        for _, _, turn in sorted((*alone, *together), key=lambda one: one[:2]):
            if turn[0].move.sitting:
                self._sit(turn)
            else:
                self._move(turn[0])

    def _move(self, timed: Timed) -> None:
        story = self._stories[timed.story]
        now = timed.at.astimezone(UTC)
        try:
            request = self._asked(story, timed, now)
            closed = self._casework.apply(request.id, now)
        except ApflowError as fault:
            raise StoryBroken(story, timed, str(fault)) from fault
        self._check(timed, closed)

    def _asked(self, story: Story, timed: Timed, now: datetime) -> Request:
        place = self._places.get(timed.story)
        asked = self._words(story, timed, place)
        if place is None:
            pupil = self._pupils[timed.story]
            reference = make_reference(
                prefix_of(story.policy), timed.at.year, self._rng.getrandbits(30)
            )
            place = self._places[timed.story] = _Place(reference, pupil)
        if place.state is None:
            return ask_to_open(
                self._casework.office, story.policy, place.pupil, asked, now, self._id(),
                place.reference,
            )  # fmt: skip
        return ask(self._casework.office, place.reference, asked, now, self._id())

    def _words(self, story: Story, timed: Timed, place: _Place | None) -> Asked:
        move = timed.move
        stale = move.ending == "stale"
        person = MANAGER
        if move.who != "manager":
            # Whoever did not see the move before is somebody else.
            person = acting(move.who, story.acts_for.get(move.who), timed.story + stale)
        seen = place.seen if place is not None else []
        return Asked(
            event=move.event,
            person=person,
            role=move.who,
            answers=timed.answers,
            overrides=move.because,
            happened_on=timed.happened_on,
            reason=move.reason,
            seen=seen[-2 if stale else -1] if seen else None,
        )

    def _sit(self, turn: list[Timed]) -> None:
        """Hold one sitting: all its decisions are stored, then applied in the policy's order."""
        first = turn[0]
        policy = self._stories[first.story].policy
        meeting, role, chair, sheet = _PANELS[policy]
        office = self._casework.office
        sitting = forum.Sitting(policy, meeting, first.at.date())
        by_reference = {self._places[timed.story].reference: timed for timed in turn}
        decisions = [
            forum.Decided(reference, timed.move.event, timed.answers, timed.move.because)
            for reference, timed in by_reference.items()
        ]
        now = first.at.astimezone(UTC)
        try:
            forum.prepare(
                office, sitting, decisions, chair, now, role=role, people=sheet, make_id=self._id
            )
            closed = forum.hold(office, sitting, now + SITS_FOR)
        except ApflowError as fault:
            raise StoryBroken(self._stories[first.story], first, str(fault)) from fault
        for request in closed:
            self._check(by_reference.pop(request.reference), request)
        for timed in by_reference.values():
            raise StoryBroken(self._stories[timed.story], timed, "it was not decided")

    def _check(self, timed: Timed, closed: Request) -> None:
        """Hold the end of a step against the story."""
        story, move, place = self._stories[timed.story], timed.move, self._places[timed.story]
        result = closed.result or {}
        stopped = _stopped_by(result)
        if closed.state != move.ending:
            says = f"it was {closed.state}, not {move.ending}; by {', '.join(stopped) or 'nothing'}"
            raise StoryBroken(story, timed, says)
        if stopped != move.guards:
            says = f"refused by {', '.join(sorted(stopped))}, not {', '.join(sorted(move.guards))}"
            raise StoryBroken(story, timed, says)
        if closed.state != "applied":
            return
        expected = move.to or place.state
        if result["state"] != expected:
            raise StoryBroken(story, timed, f"it leads to {result['state']}, not {expected}")
        place.state = expected
        place.seen.append(_seq(result))

    def _check_misses(self, moves_of: Mapping[date, list[Timed]]) -> None:
        last = {timed.story: timed for day in sorted(moves_of) for timed in moves_of[day]}
        with self._casework.store.reading() as tx:
            for number, timed in last.items():
                rows = deadlines.rows(tx, self._places[number].reference)
                missed = {row.name for row in rows if row.missed_at is not None}
                story = self._stories[number]
                if not story.misses <= missed:
                    says = f"missed were: {', '.join(sorted(missed)) or 'none'}"
                    raise StoryBroken(story, timed, says)

    def _id(self) -> str:
        return f"{self._rng.getrandbits(128):032x}"


def _days(first: date, until: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((until - first).days))


def _stopped_by(result: Mapping[str, object]) -> frozenset[str]:
    findings = result.get("findings")
    return frozenset(
        str(finding["guard"])
        for finding in (findings if isinstance(findings, list) else ())
        if finding["verdict"] in ("unmet", "unknown") and finding.get("force") != "should"
    )


def _seq(result: Mapping[str, object]) -> int:
    seq = result["seq"]
    if not isinstance(seq, int):
        raise TypeError("an applied request has the seq of its step")
    return seq
