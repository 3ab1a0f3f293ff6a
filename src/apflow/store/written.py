"""How values are written in the database, alike on SQLite and PostgreSQL.

Moments are UTC text of one width, `2026-02-12T09:30:00.000000Z`, and dates are ISO text: they
sort as they stand, on both databases, and an auditor can read them in the file. JSON is compact
text with sorted keys, so that the same value is always the same text.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import orjson

from apflow.errors import StoreError
from apflow.policy.situation import Tally

#: Stands for "no moment" where rows are ordered by one, so that one index serves: an open
#: referral without a deadline comes after every deadline, and a closed one after that.
NEVER = "9999-12-30T00:00:00.000000Z"
CLOSED = "9999-12-31T00:00:00.000000Z"

# Only what JSON itself knows: a date that was not written first is a mistake to be told of.
_STRICT = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


def moment(value: datetime) -> str:
    """Write an aware moment as UTC text of one width."""
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(timespec="microseconds")[:26] + "Z"


def moment_or_none(value: datetime | None) -> str | None:
    """Write a moment, or nothing."""
    return None if value is None else moment(value)


def read_moment(text: str) -> datetime:
    """Read a moment that `moment` wrote."""
    return datetime.fromisoformat(text)


def read_moment_or_none(text: str | None) -> datetime | None:
    """Read a moment, or nothing."""
    return None if text is None else datetime.fromisoformat(text)


def due(value: datetime | None, *, open_: bool) -> str:
    """Write when something falls due next, in a form that sorts: see NEVER and CLOSED."""
    if value is not None:
        return moment(value)
    return NEVER if open_ else CLOSED


def read_due(text: str) -> datetime | None:
    """Read what `due` wrote."""
    return None if text in (NEVER, CLOSED) else datetime.fromisoformat(text)


def day_or_none(value: date | None) -> str | None:
    """Write a date, or nothing."""
    return None if value is None else value.isoformat()


def read_day_or_none(text: str | None) -> date | None:
    """Read a date, or nothing."""
    return None if text is None else date.fromisoformat(text)


def dump(value: object) -> str:
    """Write JSON-ready values as compact text with sorted keys.

    Raises StoreError for anything that JSON does not know, such as half of a surrogate pair.
    """
    try:
        return orjson.dumps(value, option=_STRICT).decode()
    except orjson.JSONEncodeError as error:
        raise StoreError(f"a value cannot be written down: {error}") from None


def load(text: str) -> Any:
    """Read JSON text."""
    return orjson.loads(text)


def dump_tally(tally: Tally) -> str:
    """Write a tally: {"events": {name: [[date, seq], ...]}, "states": {...}}."""
    return dump({"events": _dated(tally.events), "states": _dated(tally.states)})


def load_tally(text: str) -> Tally:
    """Read a tally that `dump_tally` wrote."""
    both = orjson.loads(text)
    return Tally(_read_dated(both["events"]), _read_dated(both["states"]))


def _dated(times: Mapping[str, tuple[tuple[date, int], ...]]) -> dict[str, list[list[object]]]:
    return {name: [[on.isoformat(), seq] for on, seq in when] for name, when in times.items()}


def _read_dated(times: dict[str, list[Any]]) -> dict[str, tuple[tuple[date, int], ...]]:
    day = date.fromisoformat
    return {name: tuple((day(on), seq) for on, seq in when) for name, when in times.items()}
