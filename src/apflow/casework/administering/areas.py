"""Whose school days are kept: each policy's, and those of schools with days of their own."""

from dataclasses import dataclass
from datetime import date

from apflow import catalogue
from apflow.casework.calendar_entries import calendar_from
from apflow.casework.office import Office
from apflow.policy.calendar import Calendar
from apflow.store import calendars, register
from apflow.store.calendars import StoredCalendar
from apflow.store.engine import Tx
from apflow.store.register import Organisation


@dataclass(frozen=True, slots=True)
class Area:
    """Somebody whose days count: a policy's area, or (`own`) a school with days of its own.

    `stored` and `calendar` are None until a calendar is there.
    """

    area: str
    title: str
    own: bool
    stored: StoredCalendar | None
    calendar: Calendar | None

    def days_left(self, today: date) -> int:
        """Return for how many days to come the calendar is filled; 0 without one."""
        return 0 if self.calendar is None else max(0, (self.calendar.last - today).days)


def areas(office: Office) -> tuple[Area, ...]:
    """Return every policy's area, and every school that has days of its own, by name."""
    with office.store.reading() as tx:
        newest = {one.area: one for one in calendars.every_newest(tx)}
        policies = _policies(office, tx)
        schools = {one.id: one.name for one in register.list_organisations(tx)}
    found = [_area(area, title, newest, own=False) for area, title in policies.items()]
    found += [
        _area(area, schools.get(area, area), newest, own=True)
        for area in newest
        if area not in policies
    ]
    return tuple(sorted(found, key=lambda one: (one.own, one.title, one.area)))


def without_days(office: Office) -> tuple[Organisation, ...]:
    """Return the organisations that have no days of their own, by name."""
    with office.store.reading() as tx:
        taken = set(calendars.areas(tx)) | set(catalogue.listed(office.folders))
        return tuple(one for one in register.list_organisations(tx) if one.id not in taken)


def find_area(office: Office, area: str) -> Area | None:
    """Return an area, one without a calendar too; None where there is nobody of that name."""
    with office.store.reading() as tx:
        stored = calendars.get(tx, area)
        title = _policies(office, tx).get(area)
        school = None if title is not None else register.get_organisation(tx, area)
    if title is None and school is None and stored is None:
        return None
    called = title or (school.name if school is not None else area)
    known = {area: stored} if stored is not None else {}
    return _area(area, called, known, own=title is None)


def _area(area: str, title: str, newest: dict[str, StoredCalendar], *, own: bool) -> Area:
    stored = newest.get(area)
    return Area(area, title, own, stored, None if stored is None else calendar_from(stored))


def _policies(office: Office, tx: Tx) -> dict[str, str]:
    """Return the titles of the policies that are there, by their ids."""
    return {
        name: office.newest(tx, name, lambda *_: None).compiled.lifecycle.title
        for name in catalogue.listed(office.folders)
    }
