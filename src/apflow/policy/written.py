"""Texts, days and moments as people write them."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apflow.errors import BadInput

#: The longest text taken, in characters.
LONGEST_TEXT = 4000
#: Control characters, halves of characters, and marks that turn the direction of writing:
#: none can be seen, some break a store, some make a text read as something it is not.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: The zone in which people say what time it is.
_LONDON = ZoneInfo("Europe/London")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", re.ASCII)
_NUMBERS = re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{1,4})", re.ASCII)
_WORDS = re.compile(r"(?P<d>\d{1,2})(?:st|nd|rd|th)? (?P<m>[a-z]+)\.?,? (?P<y>\d{1,4})", re.ASCII)
_CLOCK = re.compile(r"(?P<day>.+?)(?:[T,]| at)? ?\b(?P<h>\d{1,2})[:.](?P<min>\d{2})", re.ASCII)
_FULL = re.compile(r"\d{4}-\d\d-\d\dT", re.ASCII)
_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_A_DATE = "not a date; write it as 2026-02-12, 12/02/2026 or 12 Feb 2026"
_A_MOMENT = "not a date with a time; write it as 2026-02-12 09:30 or 12 Feb 2026 09:30"


def take_text(field: str, given: object, longest: int = LONGEST_TEXT) -> str:
    """Take a text: trimmed, composed (NFC), line ends as line feeds. Raises BadInput."""
    if not isinstance(given, str):
        raise BadInput(field, given, "write it as text")
    text = given.replace("\r\n", "\n").replace("\r", "\n")
    unseen = _UNSEEN.search(text)
    if unseen is not None:
        says = f"character {unseen.start() + 1} (U+{ord(unseen[0]):04X}) cannot be kept; remove it"
        raise BadInput(field, given, says)
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > longest:
        says = f"at most {longest:,} characters; this has {len(text):,}"
        raise BadInput(field, given, says)
    return text


def take_date(field: str, given: object, today: date) -> date:
    """Take a day between 1900 and 2100; numbers are read day first. Raises BadInput."""
    if isinstance(given, date) and not isinstance(given, datetime):
        day = given
    elif isinstance(given, str) and len(given) <= 40:
        day = _written_day(field, given, today)
    else:
        raise BadInput(field, given, _A_DATE)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        says = f"the year must be between {_FIRST_YEAR} and {_LAST_YEAR}"
        raise BadInput(field, given, says)
    return day


def take_moment(field: str, given: object, today: date) -> datetime:
    """Take a moment and give it in UTC; without a zone it is meant as in London.

    Raises BadInput, also for a time that a change of the clocks left out.
    """
    if isinstance(given, str) and len(given) <= 60:
        moment = _written_moment(field, given.strip(), today)
    elif isinstance(given, datetime):
        moment = _in_london(field, given)
    else:
        raise BadInput(field, given, _A_MOMENT)
    if not _FIRST_YEAR < moment.year < _LAST_YEAR:
        says = f"the year must be between {_FIRST_YEAR + 1} and {_LAST_YEAR - 1}"
        raise BadInput(field, given, says)
    return moment.astimezone(UTC)


def _written_day(field: str, given: str, today: date) -> date:
    words = " ".join(given.lower().split())
    if words in _NEAR:
        return today + timedelta(days=_NEAR[words])
    found = _ISO.fullmatch(words) or _NUMBERS.fullmatch(words) or _WORDS.fullmatch(words)
    if found is None:
        raise BadInput(field, given, _A_DATE)
    if len(found["y"]) != 4:
        raise BadInput(field, given, "write the year in full, as in 12/02/2026")
    try:
        return date(int(found["y"]), _month(found["m"]), int(found["d"]))
    except ValueError:
        raise BadInput(field, given, "there is no such day") from None


def _month(written: str) -> int:
    """Give the number of a month; 0, which no date has, for a word that is no month."""
    if written.isdigit():
        return int(written)
    fits = [month for month in _MONTHS if len(written) >= 3 and month.startswith(written)]
    return _MONTHS.index(fits[0]) + 1 if fits else 0


def _written_moment(field: str, given: str, today: date) -> datetime:
    if _FULL.match(given):
        try:
            moment = datetime.fromisoformat(given)
        except ValueError:
            raise BadInput(field, given, _A_MOMENT) from None
        return _in_london(field, moment)
    found = _CLOCK.fullmatch(given)
    if found is None:
        raise BadInput(field, given, _A_MOMENT)
    day = _written_day(field, found["day"], today)
    try:
        at = time(int(found["h"]), int(found["min"]))
    except ValueError:
        raise BadInput(field, given, "there is no such time of day") from None
    return _in_london(field, datetime.combine(day, at))


def _in_london(field: str, moment: datetime) -> datetime:
    """Give a moment without a zone that of London."""
    if moment.tzinfo is not None:
        return moment
    there = moment.replace(tzinfo=_LONDON)
    if there.astimezone(UTC).astimezone(_LONDON).replace(tzinfo=None) != moment:
        raise BadInput(field, str(moment), "the clocks went forward over that hour")
    return there
