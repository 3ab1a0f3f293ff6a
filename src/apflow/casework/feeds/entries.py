"""What stands in a calendar feed, before it is written as iCalendar."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

#: How long what is over stays in a feed: a sitting as it was, a deadline as cancelled, so that
#: calendars that keep what they once read drop it.
KEPT: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """Something in a person's calendar: all of a day (`at` is a date) or a moment (aware).

    `identity` stays the same when it moves, and `sequence` grows. It names no child.
    """

    identity: str
    at: date | datetime
    summary: str
    url: str
    sequence: int = 0
    cancelled: bool = False
