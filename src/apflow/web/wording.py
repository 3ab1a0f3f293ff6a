"""Dates, moments, numbers and facts as people in England read them."""

from collections.abc import Mapping
from datetime import date, datetime

from apflow.clock import LONDON

_YES_NO = {True: "Yes", False: "No"}


def day(given: date | None) -> str:
    """Return `21 November 2026`; a moment is said by its day in London."""
    if given is None:
        return "no date"
    local = _day(given)
    return f"{local.day} {local:%B %Y}"


def short_day(given: date | None) -> str:
    """Return `Sat 21 Nov 2026`."""
    if given is None:
        return "no date"
    local = _day(given)
    return f"{local:%a} {local.day} {local:%b %Y}"


def clock(given: datetime) -> str:
    """Return the time of day, `3:42pm` or `11am`, in London."""
    local = given.astimezone(LONDON)
    hour = local.hour % 12 or 12
    half = "am" if local.hour < 12 else "pm"
    return f"{hour}{half}" if local.minute == 0 else f"{hour}:{local:%M}{half}"


def moment(given: datetime | None) -> str:
    """Return `21 November 2026, 3:42pm`; the end of a day is said by the day alone."""
    if given is None:
        return "no date"
    local = given.astimezone(LONDON)
    if (local.hour, local.minute) == (23, 59):
        return day(local)
    return f"{day(local)}, {clock(given)}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: `1 referral`, `2 referrals`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def first_up(text: str) -> str:
    """Return a text with its first letter in upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


def value(given: object) -> str:
    """Return a fact's written value in words; options and entries by their ids."""
    if given is None or isinstance(given, bool):
        return "not known" if given is None else _YES_NO[given]
    if isinstance(given, date):
        return moment(given) if isinstance(given, datetime) else day(given)
    if isinstance(given, Mapping):
        return "; ".join(f"{name}: {_ticked(one)}" for name, one in given.items()) or "nothing yet"
    if isinstance(given, list | tuple):
        return ", ".join(map(value, given)) or "none"
    return str(given)


def _ticked(one: object) -> str:
    if not isinstance(one, Mapping):
        return value(one)
    detail = f" ({one['detail']})" if one.get("detail") else ""
    return f"{str(one.get('answer')).replace('_', ' ')}{detail}"


def _day(given: date) -> date:
    return given.astimezone(LONDON).date() if isinstance(given, datetime) else given
