"""Writing a calendar to subscribe to (RFC 5545, 7986)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from apflow.casework.feed_entries import FeedEntry

if TYPE_CHECKING:
    import icalendar

_DAY: Final = timedelta(days=1)
#: Most letters of what an entry says.
_LONGEST_WORDS: Final = 200


def write_feed(name: str, entries: Iterable[FeedEntry], now: datetime) -> bytes:
    """Return a calendar to subscribe to, as it stands `now`; its entries leave the day free."""
    import icalendar  # noqa: PLC0415 - slow to load

    called, stamp = _line(name), now.astimezone(UTC)
    made = icalendar.Calendar()
    for key, value in (
        ("prodid", "-//apflow//feed 1//EN"), ("version", "2.0"), ("method", "PUBLISH"),
        ("name", called), ("x-wr-calname", called), ("x-published-ttl", "PT1H"),
    ):  # fmt: skip
        made.add(key, value)
    made.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for entry in entries:
        made.add_component(_event(icalendar.Event(), entry, stamp))
    written: bytes = made.to_ical()
    return written


def _event(event: "icalendar.Event", entry: FeedEntry, stamp: datetime) -> "icalendar.Event":
    event.add("uid", f"{entry.identity}@apflow")
    event.add("dtstamp", stamp)
    event.add("dtstart", _at(entry.at))
    if not isinstance(entry.at, datetime):
        event.add("dtend", entry.at + _DAY)
    event.add("summary", _line(entry.summary)[:_LONGEST_WORDS])
    event.add("url", entry.url)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def _at(at: date | datetime) -> date | datetime:
    return at.astimezone(UTC) if isinstance(at, datetime) else at


def _line(words: str) -> str:
    """Return words on one line: what a line says cannot begin another."""
    return " ".join(words.split())
