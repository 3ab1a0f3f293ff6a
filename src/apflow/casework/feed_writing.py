"""Writing a calendar to subscribe to (RFC 5545, 7986).

By hand: the library that reads other people's files takes half a second for a feed's two
thousand entries, and programs ask for theirs all day long. A test holds both against each other.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from apflow.casework.feed_entries import FeedEntry

_DAY: Final = timedelta(days=1)
#: Most bytes in a line, and most letters of what an entry says.
_LONGEST_LINE, _LONGEST_WORDS = 75, 200
_SPECIAL: Final = re.compile(r"[\\;,\n\r]")
_ESCAPED: Final = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n", "\r": None})


def write_feed(name: str, entries: Iterable[FeedEntry], now: datetime) -> bytes:
    """Return a calendar to subscribe to, as it stands `now`; its entries leave the day free."""
    called = _text(" ".join(name.split()))
    stamp = _moment(now)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//apflow//feed 1//EN",
        "METHOD:PUBLISH",
        _folded(f"NAME:{called}"),
        _folded(f"X-WR-CALNAME:{called}"),
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        *(_event(entry, stamp) for entry in entries),
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines).encode()


def _event(entry: FeedEntry, stamp: str) -> str:
    summary = _text(" ".join(entry.summary.split())[:_LONGEST_WORDS])
    return (
        f"BEGIN:VEVENT\r\n{_folded(f'SUMMARY:{summary}')}\r\n{_at(entry.at)}\r\n"
        f"DTSTAMP:{stamp}\r\n{_folded(f'UID:{_text(entry.identity)}@apflow')}\r\n"
        f"SEQUENCE:{entry.sequence}\r\nCLASS:PRIVATE\r\n"
        f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}\r\n"
        f"TRANSP:TRANSPARENT\r\n{_folded(f'URL:{entry.url}')}\r\nEND:VEVENT"
    )


def _at(at: date | datetime) -> str:
    if isinstance(at, datetime):
        return f"DTSTART:{_moment(at)}"
    return f"DTSTART;VALUE=DATE:{_date(at)}\r\nDTEND;VALUE=DATE:{_date(at + _DAY)}"


def _date(day: date) -> str:
    return day.isoformat().replace("-", "")


def _moment(at: datetime) -> str:
    written = at.astimezone(UTC).isoformat(timespec="seconds")
    return written[:19].replace("-", "").replace(":", "") + "Z"


def _text(words: str) -> str:
    return words.translate(_ESCAPED) if _SPECIAL.search(words) else words


def _folded(line: str) -> str:
    """Return a line in pieces of 75 bytes, each but the first behind a space."""
    if len(line) <= _LONGEST_LINE and line.isascii():
        return line
    pieces, piece, room = [], "", _LONGEST_LINE
    for letter in line:
        size = len(letter.encode())
        if size > room:
            pieces.append(piece)
            piece, room = " ", _LONGEST_LINE - 1
        piece += letter
        room -= size
    return "\r\n".join((*pieces, piece))
