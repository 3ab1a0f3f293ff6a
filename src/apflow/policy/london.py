"""The zone in which people say "today", and which day it is there."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

#: The zone in which people say "today" and in which a day ends.
LONDON: Final = ZoneInfo("Europe/London")


def london_day(moment: datetime) -> date:
    """Return the date that people in England say it is at `moment`."""
    return moment.astimezone(LONDON).date()
