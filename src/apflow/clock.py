"""The only reader of the time. Everything else takes it as an argument."""

from datetime import UTC, datetime

from apflow.policy.london import LONDON, london_day

__all__ = ["LONDON", "london_day", "utc_now"]


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
