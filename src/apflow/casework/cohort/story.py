"""What a story is: who does what, so many school days after the last, and what comes of it.

Stories are values. They say nothing of dates: a `Days` in an answer is counted from the day of
its own step, and where a story stands in the calendar is settled by `when`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from apflow.casework.cohort.people import Scene


@dataclass(frozen=True, slots=True)
class Days:
    """In an answer: so many school days after the day of its step (before it, if negative).

    `at` is a time of that day, `09:30`, where a moment is asked for.
    """

    later: int
    at: str = ""


#: In an answer: the sitting that decides next in this story.
NEXT_SITTING: Final = "the next sitting"

#: How a step of a story is expected to end.
Ending = Literal["applied", "refused", "stale"]


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that somebody asks for in a story, and how it is expected to end.

    `after` counts school days from the move before. `to` is the state that is then reached;
    None where the referral stays. A refusal names in `guards` exactly what stops it. `sitting`:
    decided at the first sitting at least `after` days later. `said`: put down that many school
    days after it happened. `because` are the reasons for guards that the role may go past.
    """

    after: int
    who: str
    event: str
    to: str | None = None
    answers: Mapping[str, object] = field(default_factory=dict)
    ending: Ending = "applied"
    guards: frozenset[str] = frozenset()
    sitting: bool = False
    said: int = 0
    because: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None

    def but_refused(self, *guards: str) -> "Move":
        """Return the move as one that policy refuses, stopped by exactly these guards."""
        return replace(self, to=None, ending="refused", guards=frozenset(guards))

    def recorded_late(self, days: int) -> "Move":
        """Return the move as put down `days` school days after it happened."""
        return replace(self, said=days)

    def overriding(self, **reasons: str) -> "Move":
        """Return the move as done with a written reason past some guards."""
        return replace(self, because=reasons)


@dataclass(frozen=True, slots=True)
class Story:
    """One pupil's referral, told from its opening to where it stands on the cohort's last day.

    `acts_for` says for which organisation people act in a role here. `quiet` is how many school
    days have passed since the last move. `misses` are deadlines that the sweep is expected to
    find missed. `name` is that of its function (see `named`), and `shows` what it is an example
    of: the function's first line.
    """

    policy: str
    age: int
    acts_for: Mapping[str, str]
    moves: tuple[Move, ...]
    quiet: int
    misses: frozenset[str] = frozenset()
    name: str = ""
    shows: str = ""


#: A story of a scene, with how often it is told, each time of another pupil.
Telling = tuple[Callable[[Scene], Story], int]


def named(tell: Callable[[Scene], Story]) -> str:
    """Return what a story is called: its file and function."""
    return f"{tell.__module__.rsplit('.', 1)[-1]}.{tell.__name__}"


def step(after: int, who: str, event: str, to: str | None = None, **answers: object) -> Move:
    """Return something that policy allows, leading to the state `to`, or staying."""
    return Move(after, who, event, to, answers)


def refused(after: int, who: str, event: str, *guards: str, **answers: object) -> Move:
    """Return something that policy refuses, stopped by exactly these guards."""
    return Move(after, who, event, None, answers, "refused", frozenset(guards))


def too_late(after: int, who: str, event: str, **answers: object) -> Move:
    """Return something asked by a person who did not see the move before: it is stale."""
    return Move(after, who, event, None, answers, "stale")


def decided(event: str, to: str | None = None, **answers: object) -> Move:
    """Return a decision of the next sitting."""
    return Move(1, "", event, to, answers, sitting=True)


def house(
    after: int, who: str, event: str, reason: str, to: str | None = None, **answers: object
) -> Move:
    """Return a house event (a correction, a hand-over, …) with its reason."""
    return Move(after, who, event, to, answers, reason=reason)
