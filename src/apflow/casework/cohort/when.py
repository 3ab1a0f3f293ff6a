"""When stories happen: in school days counted back from the cohort's last day.

Moves count school days, and a decision waits for the next sitting. A story begins as late as it
can for its last move to lie at least its `quiet` days back. What is then left over, because
sittings are rare, passes after its last decision: people take their time over the next move.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from apflow.casework.cohort.story import NEXT_SITTING, Days, Move, Story
from apflow.clock import LONDON
from apflow.errors import BadInput
from apflow.policy.calendar import Calendar

#: When a sitting decides, and for how long: the rest of that day comes before or after it.
SITS_AT, SITS_FOR = time(14, 0), timedelta(minutes=45)
#: When the clock's own work is done, on every day on which there is any.
SWEPT_AT = time(0, 5)
#: The place of a day that no calendar reaches.
_NEVER = 1_000_000
_OPENS_AT, _MINUTES_BEFORE_SITTING = time(9, 0), 270


@dataclass(frozen=True, slots=True)
class Timed:
    """A move with the moment at which it is asked, and its answers with their dates."""

    story: int
    number: int
    move: Move
    at: datetime
    happened_on: date
    answers: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Diary:
    """The school days of one policy, the days on which its panel sits, and the last day.

    Nothing is told of `until` itself: people go on from there.
    """

    calendar: Calendar
    sittings: tuple[date, ...]
    until: date

    def timed(self, number: int, story: Story, rng: Random) -> Iterator[Timed]:
        """Give the story's moves with their moments, in order."""
        places = self._places(story)
        before = datetime.combine(self.calendar.first, time(0, 0), LONDON)
        for index, (move, place) in enumerate(zip(story.moves, places, strict=True)):
            before = self._moment(move, self.calendar.school_days[place], before, rng)
            happened = place - move.said
            sitting = self._next_sitting(story.moves, places, index)
            yield Timed(
                number, index, move, before, self.calendar.school_days[happened],
                {
                    name: self._dated(given, happened, sitting)
                    for name, given in move.answers.items()
                },
            )  # fmt: skip

    def _places(self, story: Story) -> list[int]:
        """Return for each move the place of its day among the school days."""
        last = bisect_left(self.calendar.school_days, self.until) - 1 - story.quiet
        ends = _Ends(story.moves, self._sitting_places())
        start = bisect_left(range(max(last, 0) + 1), last + 1, key=ends.end) - 1
        if start < 0:
            says = f"the calendar begins on {self.calendar.first}, too late for the stories"
            raise BadInput("date", self.until.isoformat(), says)
        return _stretched(story.moves, ends.places(start), last)

    def _sitting_places(self) -> tuple[int, ...]:
        return tuple(bisect_left(self.calendar.school_days, day) for day in self.sittings)

    def _next_sitting(self, moves: Sequence[Move], places: Sequence[int], index: int) -> date:
        """Return the sitting that decides after a move; if none has yet, the next one to come."""
        for move, place in zip(moves[index + 1 :], places[index + 1 :], strict=True):
            if move.sitting:
                return self.calendar.school_days[place]
        return self.sittings[bisect_left(self.sittings, self.until)]

    def _dated(self, given: object, place: int, sitting: date) -> object:
        if given == NEXT_SITTING:
            return sitting.isoformat()
        if isinstance(given, Days):
            day = self.calendar.school_days[place + given.later].isoformat()
            return f"{day} {given.at}" if given.at else day
        if isinstance(given, Mapping):
            return {name: self._dated(one, place, sitting) for name, one in given.items()}
        return given

    def _moment(self, move: Move, day: date, before: datetime, rng: Random) -> datetime:
        if move.sitting:
            return datetime.combine(day, SITS_AT, LONDON)
        if before.date() == day:
            pause = SITS_FOR if before.time() == SITS_AT else timedelta()
            return before + pause + timedelta(minutes=rng.randint(4, 20))
        opens = datetime.combine(day, _OPENS_AT, LONDON)
        return opens + timedelta(minutes=rng.randrange(_MINUTES_BEFORE_SITTING))


def _stretched(moves: Sequence[Move], places: list[int], last: int) -> list[int]:
    """Return the places with what follows the last decision moved to end on `last`.

    Only a decision that moved the referral on may be left alone for a while: where it stays,
    its deadlines run.
    """
    decisions = [index for index, move in enumerate(moves) if move.sitting]
    if not decisions or moves[decisions[-1]].to is None:
        return places
    after = decisions[-1] + 1
    slack = last - places[-1]
    return [*places[:after], *(place + slack for place in places[after:])]


class _Ends:
    """Where a row of moves leads, by the place among the school days where it begins."""

    def __init__(self, moves: Sequence[Move], sittings: Sequence[int]) -> None:
        self._moves, self._sittings = moves, sittings

    def places(self, start: int) -> list[int]:
        """Return the place of each move."""
        found = []
        at = start
        for move in self._moves:
            at += move.after
            if move.sitting:
                next_one = bisect_left(self._sittings, at)
                at = self._sittings[next_one] if next_one < len(self._sittings) else _NEVER
            found.append(at)
        return found

    def end(self, start: int) -> int:
        """Return the place of the last move: it never falls as `start` rises."""
        return self.places(start)[-1]


def sweep_at(day: date) -> datetime:
    """Return the moment of a day's sweep."""
    return datetime.combine(day, SWEPT_AT, LONDON)


def fortnightly(calendar: Calendar, until: date) -> tuple[date, ...]:
    """Return every second Wednesday that is a school day, to half a year after `until`."""
    return tuple(
        day
        for day in calendar.school_days
        if day.weekday() == 2 and day.toordinal() // 7 % 2 == 0 and day < _half_a_year(until)
    )


def monthly(calendar: Calendar, until: date) -> tuple[date, ...]:
    """Return for each month its first school Tuesday from the 6th on, to half a year on."""
    first: dict[tuple[int, int], date] = {}
    for day in calendar.school_days:
        if day.weekday() == 1 and day.day >= 6 and day < _half_a_year(until):
            first.setdefault((day.year, day.month), day)
    return tuple(first.values())


def _half_a_year(until: date) -> date:
    return until + timedelta(days=183)
