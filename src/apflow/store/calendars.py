"""Calendars as they were put: every version is kept, the newest counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from apflow.store.statements import Row, Statement, Tx, among, on_each
from apflow.store.tables import calendars
from apflow.store.written import dump, load, moment, read_moment


@dataclass(frozen=True, slots=True)
class StoredCalendar:
    """One version of an area's calendar.

    `entries` are {"start", "end", "kind", "label"} with ISO dates. `example` marks one that came
    with a policy and that nobody has put in its place yet.
    """

    area: str
    version: int
    entries: tuple[Mapping[str, str], ...]
    bank_holidays: tuple[date, ...]
    example: bool
    source: str
    put_at: datetime


_c = calendars.c
_other = calendars.alias("other").c
_PUT = Statement(sa.insert(calendars))
_OF_AREA = _c.area == sa.bindparam("of_area")
_VERSION = Statement(sa.select(sa.func.max(_c.version)).where(_OF_AREA))

_NEWEST = Statement(
    *on_each(
        lambda on: (
            sa.select(_c.area, sa.func.max(_c.version))
            .where(among(_c.area, "areas", on))
            .group_by(_c.area)
        )
    )
)
_GET = Statement(sa.select(*calendars.columns).where(_OF_AREA).order_by(_c.version.desc()).limit(1))
_VERSIONS = Statement(sa.select(*calendars.columns).where(_OF_AREA).order_by(_c.version))
_EVERY_NEWEST = Statement(
    sa.select(*calendars.columns)
    .where(
        _c.version
        == sa.select(sa.func.max(_other.version)).where(_other.area == _c.area).scalar_subquery()
    )
    .order_by(_c.area)
)
_AREAS = Statement(sa.select(_c.area).distinct().order_by(_c.area))


def put(
    tx: Tx,
    area: str,
    entries: Sequence[Mapping[str, str]],
    bank_holidays: Sequence[date],
    at: datetime,
    source: str,
    *,
    example: bool = False,
) -> int:
    """Write a new version of the area's calendar and return its number, from 1.

    Raises Taken if somebody put one at the same moment.
    """
    number = (version(tx, area) or 0) + 1
    _PUT.run(
        tx,
        {
            "area": area,
            "version": number,
            "entries": dump([dict(entry) for entry in entries]),
            "bank_holidays": dump([day.isoformat() for day in bank_holidays]),
            "example": example,
            "source": source,
            "put_at": moment(at),
        },
    )
    return number


def version(tx: Tx, area: str) -> int | None:
    """Return the number of the area's newest calendar, or None."""
    row = _VERSION.row(tx, {"of_area": area})
    return None if row is None else row[0]


def newest(tx: Tx, areas: Sequence[str]) -> dict[str, int]:
    """Return the number of the newest calendar of those of `areas` that have one."""
    return {row[0]: row[1] for row in _NEWEST.rows(tx, {"areas": dump(list(areas))})}


def get(tx: Tx, area: str) -> StoredCalendar | None:
    """Return the area's newest calendar, or None."""
    row = _GET.row(tx, {"of_area": area})
    return None if row is None else _read(row)


def versions(tx: Tx, area: str) -> list[StoredCalendar]:
    """Return every calendar that the area had, oldest first."""
    return [_read(row) for row in _VERSIONS.rows(tx, {"of_area": area})]


def areas(tx: Tx) -> list[str]:
    """Return the areas that have a calendar."""
    return [row[0] for row in _AREAS.rows(tx)]


def every_newest(tx: Tx) -> list[StoredCalendar]:
    """Return the newest calendar of every area that has one, by area."""
    return [_read(row) for row in _EVERY_NEWEST.rows(tx)]


def _read(row: Row) -> StoredCalendar:
    area, number, entries, bank_holidays, example, source, put_at = row
    return StoredCalendar(
        area=area,
        version=number,
        entries=tuple(load(entries)),
        bank_holidays=tuple(date.fromisoformat(day) for day in load(bank_holidays)),
        example=bool(example),
        source=source,
        put_at=read_moment(put_at),
    )
