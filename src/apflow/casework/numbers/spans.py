"""How long something took, in the school days of one calendar, counted over very many."""

from bisect import bisect_right
from datetime import date

from apflow.policy.calendar import Calendar


class Spans:
    """School days between days in ISO form, each looked up once. Without a calendar: none."""

    def __init__(self, calendar: Calendar | None, today: date) -> None:
        self._calendar, self._today = calendar, today.isoformat()
        self._known: dict[str, int | None] = {}

    def so_far(self, since: str) -> int | None:
        """Return how many school days have passed since a day; None if that is not known."""
        return self.between(since, self._today)

    def between(self, since: str, until: str) -> int | None:
        """Return how many school days come after one day up to another, if that is known.

        What was recorded as left before it was entered took no day.
        """
        first, last = self._at(since), self._at(until)
        return None if first is None or last is None else max(0, last - first)

    def _at(self, day: str) -> int | None:
        if day not in self._known:
            self._known[day] = self._looked_up(date.fromisoformat(day))
        return self._known[day]

    def _looked_up(self, day: date) -> int | None:
        calendar = self._calendar
        if calendar is None or not calendar.first <= day <= calendar.last:
            return None
        return bisect_right(calendar.school_days, day)


class Durations:
    """How many took how many school days; what is not known is left out."""

    def __init__(self) -> None:
        self._many: dict[int, int] = {}

    def add(self, days: int | None, many: int) -> None:
        """Count `many` more that took as long; fewer, where `many` is below zero."""
        if days is not None:
            self._many[days] = self._many.get(days, 0) + many

    def median(self) -> float | None:
        """Return the median; None where nothing was counted."""
        total = sum(self._many.values())
        if total <= 0:
            return None
        ordered = sorted(self._many.items())
        return (_nth(ordered, (total - 1) // 2) + _nth(ordered, total // 2)) / 2

    def longest(self) -> int | None:
        """Return the longest; None where nothing was counted."""
        return max((days for days, many in self._many.items() if many > 0), default=None)


def _nth(ordered: list[tuple[int, int]], place: int) -> int:
    for days, many in ordered:
        place -= many
        if place < 0:
            return days
    raise IndexError(place)
