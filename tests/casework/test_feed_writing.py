"""A feed as it is written: whoever reads it finds what was said, and nothing besides."""

from datetime import UTC, date, datetime
from typing import Any

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from apflow.casework.feeds.entries import FeedEntry
from apflow.casework.feeds.writing import write_feed
from apflow.clock import LONDON

NOW = datetime(2027, 3, 10, 9, 0, 5, tzinfo=UTC)
#: "\N" is left out: to the library it is a line's end in whatever it is given.
_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=240).filter(
    lambda words: r"\N" not in words
)
_DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))
_MOMENTS = st.datetimes(
    datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.sampled_from([UTC, LONDON])
).map(lambda at: at.replace(microsecond=0))
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
def test_what_is_written_is_read_again_and_every_line_is_short_enough(
    entries: list[FeedEntry],
) -> None:
    written = write_feed("apflow deadlines", entries, NOW)
    lines = written.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    # No letter is torn by the fold.
    assert [line.decode() for line in lines]
    found = icalendar.Calendar.from_ical(written).walk("VEVENT")
    assert not any(event.errors for event in found)
    assert [_read(event) for event in found] == [_said(entry) for entry in entries]


def test_what_is_written_again_differs_in_its_moment_alone() -> None:
    entries = [FeedEntry(f"a/{day}", date(2027, 3, day), "A word", "https://x") for day in (1, 2)]
    first, later = (write_feed("apflow", entries, NOW.replace(hour=hour)) for hour in (9, 10))
    assert first.count(b"T090005Z") == later.count(b"T100005Z") == 2
    assert later.replace(b"T100005Z", b"T090005Z") == first


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    twice = datetime(2027, 10, 31, 1, 30, tzinfo=LONDON)
    hours: list[Any] = []
    for at in (twice, twice.replace(fold=1)):
        written = write_feed("apflow", [FeedEntry("a/1", at, "A word", "https://x")], NOW)
        hours += icalendar.Calendar.from_ical(written).walk("VEVENT")
    assert [event["dtstart"].dt.hour for event in hours] == [0, 1]


def _read(event: Any) -> tuple[object, ...]:
    return (
        str(event["uid"]),
        event["dtstart"].dt,
        str(event["summary"]),
        str(event["url"]),
        int(event["sequence"]),
        str(event["status"]),
        event["dtstamp"].dt,
    )


def _said(entry: FeedEntry) -> tuple[object, ...]:
    return (
        f"{entry.identity}@apflow",
        entry.at.astimezone(UTC) if isinstance(entry.at, datetime) else entry.at,
        " ".join(entry.summary.split())[:200],
        entry.url,
        entry.sequence,
        "CANCELLED" if entry.cancelled else "CONFIRMED",
        NOW,
    )
