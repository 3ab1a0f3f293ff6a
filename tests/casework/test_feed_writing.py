"""A feed as it is written: what the library that reads calendars would have written."""

from datetime import UTC, date, datetime, timedelta

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from apflow.casework.feed_entries import FeedEntry
from apflow.casework.feed_writing import write_feed
from apflow.clock import LONDON

NOW = datetime(2027, 3, 10, 9, 0, 5, tzinfo=UTC)
#: "\N" is left out: to the library it is a line's end in whatever it is given.
_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=240).filter(
    lambda words: r"\N" not in words
)
_DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))
_MOMENTS = st.datetimes(
    datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.sampled_from([UTC, LONDON])
)
_ENTRIES = st.builds(
    FeedEntry,
    identity=_WORDS.map(lambda words: " ".join(words.split())),
    at=_DAYS | _MOMENTS,
    summary=_WORDS,
    url=st.from_regex(r"https://[a-z.]{1,90}/[A-Z0-9/-]{0,90}", fullmatch=True),
    sequence=st.integers(0, 9_999),
    cancelled=st.booleans(),
)


@given(st.lists(_ENTRIES, max_size=3))
def test_a_feed_is_what_the_library_would_write_and_every_line_is_short_enough(
    entries: list[FeedEntry],
) -> None:
    written = write_feed("apflow deadlines", entries, NOW)
    assert unfolded(written) == unfolded(by_the_library("apflow deadlines", entries))
    lines = written.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    # No letter is torn by the fold.
    assert [line.decode() for line in lines]
    found = icalendar.Calendar.from_ical(written).walk("VEVENT")
    assert not any(event.errors for event in found)


def unfolded(content: bytes) -> str:
    return content.replace(b"\r\n ", b"").decode()


def by_the_library(name: str, entries: list[FeedEntry]) -> bytes:
    made = icalendar.Calendar()
    for key, value in (
        ("prodid", "-//apflow//feed 1//EN"), ("version", "2.0"), ("method", "PUBLISH"),
        ("name", name), ("x-wr-calname", name), ("x-published-ttl", "PT1H"),
    ):  # fmt: skip
        made.add(key, value)
    made.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for entry in entries:
        made.add_component(event_of(entry))
    written: bytes = made.to_ical()
    return written


def event_of(entry: FeedEntry) -> icalendar.Event:
    at = entry.at.astimezone(UTC) if isinstance(entry.at, datetime) else entry.at
    event = icalendar.Event()
    event.add("uid", f"{entry.identity}@apflow")
    event.add("dtstamp", NOW)
    event.add("dtstart", at)
    if not isinstance(at, datetime):
        event.add("dtend", at + timedelta(days=1))
    event.add("summary", " ".join(entry.summary.split())[:200])
    event.add("url", entry.url)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
