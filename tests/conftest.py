"""What every room's tests share."""

from datetime import date

import pytest
from hypothesis import HealthCheck, settings

from apflow.policy.calendar import Calendar, Span
from tests.prefect_server import prefect, prefect_database

# Here, and not in the rooms that use it, so that a session starts one server only.
__all__ = ["example_calendar", "prefect", "prefect_database"]

# How long an example takes says something about the machine, not about the code: the benchmarks
# measure ratios instead.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

_TERMS = (
    "2025-09-03 2025-12-19", "2026-01-05 2026-03-27", "2026-04-13 2026-07-21",
    "2026-09-01 2026-12-18", "2027-01-04 2027-03-26", "2027-04-12 2027-07-21",
)  # fmt: skip
_HALF_TERMS = (
    "2025-10-27 2025-10-31", "2026-02-16 2026-02-20", "2026-05-25 2026-05-29",
    "2026-10-26 2026-10-30", "2027-02-15 2027-02-19", "2027-05-31 2027-06-04",
)  # fmt: skip
_BANK_HOLIDAYS = (
    "2025-12-25", "2025-12-26", "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04",
    "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28", "2027-01-01", "2027-03-26",
    "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30",
)  # fmt: skip


def _days(written: str) -> tuple[date, date]:
    start, end = map(date.fromisoformat, written.split())
    return start, end


@pytest.fixture(scope="session")
def example_calendar() -> Calendar:
    """Return the invented calendar of 2025 to 2027 that all worked answers are given for."""
    terms = [Span(*_days(term)) for term in _TERMS]
    breaks = [Span(*_days(holiday), kind="half_term") for holiday in _HALF_TERMS]
    return Calendar.of("Example", terms, breaks, map(date.fromisoformat, _BANK_HOLIDAYS))
