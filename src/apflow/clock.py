"""The only reader of the time. Everything else takes it as an argument."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

#: The zone in which people say "today" and in which a day ends.
LONDON = ZoneInfo("Europe/London")


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def london_day(moment: datetime) -> date:
    """Return the date that people in England say it is at `moment`."""
    return moment.astimezone(LONDON).date()
