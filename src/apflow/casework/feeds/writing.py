"""Writing a calendar to subscribe to (RFC 5545, 7986).

Programs ask for theirs every hour, and the library takes half a second for two thousand entries.
So it writes each entry once: only the moment of writing is new every time.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from apflow.casework.feeds.entries import FeedEntry

if TYPE_CHECKING:
    import icalendar

_DAY: Final = timedelta(days=1)
#: Most letters of what an entry says.
_LONGEST_WORDS: Final = 200
#: How many entries are kept as they are written: about ten megabytes of them.
_KEPT: Final = 20_000
#: Stands for the moment of writing in an entry that is kept; no words can hold such a line.
_UNSTAMPED: Final = datetime(1970, 1, 1, tzinfo=UTC)
_END: Final = b"END:VCALENDAR\r\n"


def write_feed(name: str, entries: Iterable[FeedEntry], now: datetime) -> bytes:
    """Return a calendar to subscribe to, as it stands `now`; its entries leave the day free."""
    import icalendar  # noqa: PLC0415 - slow to load

    called = _line(name)
    made = icalendar.Calendar()
    for key, value in (
        ("prodid", "-//apflow//feed 1//EN"), ("version", "2.0"), ("method", "PUBLISH"),
        ("name", called), ("x-wr-calname", called), ("x-published-ttl", "PT1H"),
    ):  # fmt: skip
        made.add(key, value)
    made.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    events = b"".join(map(_written, map(_in_utc, entries))).replace(_stamp(_UNSTAMPED), _stamp(now))
    return bytes(made.to_ical()).removesuffix(_END) + events + _END


@lru_cache(maxsize=_KEPT)
def _written(entry: FeedEntry) -> bytes:
    """Return an entry as it is written, but for the moment of writing."""
    import icalendar  # noqa: PLC0415 - slow to load

    return bytes(_event(icalendar.Event(), entry).to_ical())


def _event(event: "icalendar.Event", entry: FeedEntry) -> "icalendar.Event":
    event.add("uid", f"{entry.identity}@apflow")
    event.add("dtstamp", _UNSTAMPED)
    event.add("dtstart", entry.at)
    if not isinstance(entry.at, datetime):
        event.add("dtend", entry.at + _DAY)
    event.add("summary", _line(entry.summary)[:_LONGEST_WORDS])
    event.add("url", entry.url)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def _stamp(moment: datetime) -> bytes:
    return f"\r\nDTSTAMP:{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\n".encode()


def _in_utc(entry: FeedEntry) -> FeedEntry:
    # In any other zone the hour that comes twice in October is one and the same to Python.
    if isinstance(entry.at, datetime) and entry.at.tzinfo is not UTC:
        return replace(entry, at=entry.at.astimezone(UTC))
    return entry


def _line(words: str) -> str:
    """Return words on one line: what a line says cannot begin another."""
    return " ".join(words.split())
