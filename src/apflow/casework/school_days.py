"""School days between two days, by the calendar that counts for a referral."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from apflow.casework.office import Office
from apflow.clock import london_day
from apflow.policy.calendar import BeyondCalendar, Calendar
from apflow.policy.deadlines import end_of_day
from apflow.policy.lifecycle import Lifecycle
from apflow.store.engine import Tx
from apflow.store.worklists import Soon

#: What falls due within so many school days is due soon;
SOON = 5
#: where no calendar says how long that is, within so many days.
_SOON_WITHOUT = timedelta(days=7)


class SchoolDays:
    """The calendar of every area, read once for all that is asked; see `Office.calendar`."""

    def __init__(self, office: Office, tx: Tx) -> None:
        self.areas = office.every_calendar(tx)

    def calendar(self, lifecycle: Lifecycle, organisations: Iterable[str] = ()) -> Calendar | None:
        """Return the calendar of the first organisation that has its own, or the policy's."""
        areas = (*organisations, lifecycle.lifecycle)
        return next((self.areas[area] for area in areas if area in self.areas), None)

    def soon(self, lifecycles: Iterable[Lifecycle], now: datetime) -> Soon:
        """Return until when something falls due soon, wherever a referral belongs."""
        today = london_day(now)
        return Soon(
            else_=end_of_day(today + _SOON_WITHOUT),
            areas={area: _soon(calendar, today) for area, calendar in self.areas.items()},
            slots={one.digest: slots_in_order(one) for one in lifecycles},
        )


def school_days_until(calendar: Calendar | None, today: date, day: date) -> int | None:
    """Return how many school days come after `today` up to `day`; negative where it is past.

    None without a calendar, or where it does not reach.
    """
    if calendar is None or not all(calendar.first <= one <= calendar.last for one in (today, day)):
        return None
    days = calendar.school_days
    return bisect_right(days, day) - bisect_right(days, today)


def slots_in_order(lifecycle: Lifecycle) -> tuple[str, ...]:
    """Return the lifecycle's organisation slots, in the order of its file."""
    return tuple(name for name, fact in lifecycle.facts.items() if fact.type == "organisation")


def _soon(calendar: Calendar, today: date) -> datetime:
    try:
        return end_of_day(calendar.within(today, SOON, "school_day"))
    except BeyondCalendar:
        return end_of_day(today + _SOON_WITHOUT)
