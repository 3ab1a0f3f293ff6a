"""An area's school days: storing a calendar, and what that does to every open deadline.

A change is worked out whole before it is made: which deadlines move, from when to when. It never
makes a deadline missed backwards in time unless a person says that this is meant.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from apflow.casework.accounts import rights
from apflow.casework.calendar_entries import calendar_of
from apflow.casework.calendars_files import bank_holidays, read_calendar
from apflow.casework.office import Office
from apflow.casework.situations import Surroundings, situation_of
from apflow.clock import london_day
from apflow.errors import Unknown
from apflow.policy.calendar import Calendar
from apflow.policy.deadlines import due
from apflow.referral import DeadlineRow, Referral
from apflow.referral.deadlines import StepContext, reconcile
from apflow.referral.moving import next_due
from apflow.store import calendars, deadlines, office_acts, openings, referrals, register
from apflow.store.calendars import StoredCalendar
from apflow.store.engine import Tx
from apflow.store.office_acts import OfficeAct


@dataclass(frozen=True, slots=True)
class MovedDeadline:
    """One deadline that a calendar change moves; None is "no date" or beyond the calendar."""

    reference: str
    name: str
    occurrence: int
    before: datetime | None
    after: datetime | None

    def backwards(self, now: datetime) -> bool:
        """Whether the change would make the deadline missed already."""
        return self.after is not None and self.after < now


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """What a new calendar does: `done` False means that nothing was changed yet.

    `backwards` are the deadlines that it would make missed already; they need a person's word.
    """

    area: str
    version: int
    first: date
    last: date
    done: bool
    moved: tuple[MovedDeadline, ...]
    backwards: tuple[MovedDeadline, ...]


#: A referral, its deadlines as they stand, and those that are new or changed.
_Change = tuple[Referral, tuple[DeadlineRow, ...], tuple[DeadlineRow, ...]]
#: How many referrals are read at a time.
_AT_ONCE = 500


class _NotDone(Exception):
    """Gives up the transaction in which a change was only looked at."""

    def __init__(self, change: CalendarChange) -> None:
        super().__init__(change)
        self.change = change


def change_calendar(
    office: Office,
    area: str,
    content: bytes,
    file: str,
    now: datetime,
    *,
    person: str = office_acts.COMMAND_LINE,
    example: bool = False,
    dry_run: bool = False,
    confirmed: bool = False,
) -> CalendarChange:
    """Store the calendar in a CSV or iCalendar file as an area's and move its open deadlines.

    `area` is a policy's id, or an organisation's for a school with days of its own. Nothing is
    changed on a dry run, nor when a deadline would be missed already and `confirmed` is false.
    What is changed is written down as `person`'s act.
    Raises FileError for a file that cannot be used, Unknown for an area that nobody knows, MayNot
    for somebody who is no administrator.
    """
    calendar, written, off = _days_in(area, content, file)
    try:
        with office.store.writing() as tx:
            rights.require(tx, person)
            _known_area(office, tx, area)
            openings.none_opening(tx)
            version = calendars.put(tx, area, written, off, now, file, example=example)
            changes = _all_changes(office, tx, area, version, now)
            moved = tuple(one for _, rows, changed in changes for one in _moved(rows, changed))
            backwards = tuple(one for one in moved if one.backwards(now))
            done = not dry_run and (confirmed or not backwards)
            change = CalendarChange(
                area, version, calendar.first, calendar.last, done, moved, backwards
            )
            _carry_out(tx, change, changes)
            _note(tx, change, file, person, now)
    except _NotDone as looked_at:
        return looked_at.change
    return change


def _days_in(
    area: str, content: bytes, file: str
) -> tuple[Calendar, list[dict[str, str]], tuple[date, ...]]:
    """Return the calendar in a file, its entries as they are stored, and the bank holidays."""
    entries = read_calendar(content, file)
    years = [entry.start for entry in entries] + [entry.end for entry in entries]
    off = bank_holidays(min(years), max(years))
    written = [entry.written() for entry in entries]
    return calendar_of(area, written, off), written, off


def _carry_out(tx: Tx, change: CalendarChange, changes: tuple[_Change, ...]) -> None:
    """Write what moves, or give everything up if the change is not to be made."""
    if not change.done:
        raise _NotDone(change)
    _write(tx, changes)


def _note(tx: Tx, change: CalendarChange, file: str, person: str, now: datetime) -> None:
    details = {
        "version": change.version,
        "file": file[:100],
        "first": change.first.isoformat(),
        "last": change.last.isoformat(),
        "moved": len(change.moved),
        "missed": len(change.backwards),
    }
    office_acts.add(tx, OfficeAct(now, person, "change_calendar", "calendar", change.area, details))


def work_out_anew(office: Office, tx: Tx, policy: str, now: datetime) -> None:
    """Bring the deadlines of a policy's open referrals in line with a sitting that is listed.

    None is made missed already: what would be is left as it is until the next step.
    """
    openings.none_opening(tx)
    _write(
        tx,
        (
            (referral, rows, tuple(row for row in changed if not _over(row, now)))
            for referral, rows, changed in _changes(office, tx, policy, now)
        ),
    )


def _over(row: DeadlineRow, now: datetime) -> bool:
    return row.due_at is not None and row.due_at < now


def _write(tx: Tx, changes: Iterable[_Change]) -> None:
    for referral, rows, changed in changes:
        if not changed:
            continue
        deadlines.write(tx, changed)
        earliest = next_due(_merged(rows, changed))
        after = replace(referral, version=referral.version + 1, next_due=earliest)
        referrals.move(tx, after, referral.version, before=referral)


def start_calendar(office: Office, tx: Tx, policy: str, now: datetime) -> None:
    """Give a policy that has no calendar yet the one that travels with it.

    It is marked as an example until the area imports its own. Raises FileError when it cannot
    be used.
    """
    file = office.policy_folder(policy) / "calendar.csv"
    if calendars.version(tx, policy) is not None or not file.is_file():
        return
    entries = read_calendar(file.read_bytes(), f"{policy}/calendar.csv")
    first = min(entry.start for entry in entries)
    last = max(entry.end for entry in entries)
    written = [entry.written() for entry in entries]
    calendars.put(tx, policy, written, bank_holidays(first, last), now, file.name, example=True)


def stored(office: Office, area: str) -> StoredCalendar:
    """Return an area's newest calendar. Raises Unknown when there is none."""
    with office.store.reading() as tx:
        found = calendars.get(tx, area)
    if found is None:
        raise Unknown("calendar", area)
    return found


def _known_area(office: Office, tx: Tx, area: str) -> None:
    if calendars.version(tx, area) is not None or register.get_organisation(tx, area) is not None:
        return
    office.policy_folder(area)


def _all_changes(
    office: Office, tx: Tx, area: str, version: int, now: datetime
) -> tuple[_Change, ...]:
    try:
        return tuple(_changes(office, tx, area, now))
    finally:
        # Nothing is committed yet, and the number may become another calendar's.
        office.forget_calendar(area, version)


def _changes(office: Office, tx: Tx, area: str, now: datetime) -> Iterator[_Change]:
    """Work out anew the deadlines of every open referral that counts by this area's days."""
    today, around = london_day(now), Surroundings(office, tx)
    for referral, rows in _open(tx, area):
        machine = office.machine(tx, referral.digest)
        situation = situation_of(
            office, tx, machine, referral, office.system(), today, today, around
        )
        context = StepContext(machine.compiled, situation, referral.reference, referral.seq, today)
        changed = reconcile(rows, due(machine.compiled, situation), context)
        if changed:
            yield referral, rows, changed


def _open(tx: Tx, area: str) -> Iterator[tuple[Referral, tuple[DeadlineRow, ...]]]:
    """Hold every open referral that may count by this area's days; give it with its deadlines."""
    references = referrals.open_of_area(tx, area)
    for first in range(0, len(references), _AT_ONCE):
        some = references[first : first + _AT_ONCE]
        held = referrals.lock_several(tx, some)
        rows = deadlines.rows_of(tx, some)
        for referral in held:
            if referral.closed_on is None:
                yield referral, rows.get(referral.reference, ())


def _merged(rows: Iterable[DeadlineRow], changed: Iterable[DeadlineRow]) -> tuple[DeadlineRow, ...]:
    merged = {(row.name, row.occurrence): row for row in rows}
    return tuple((merged | {(row.name, row.occurrence): row for row in changed}).values())


def _moved(rows: Iterable[DeadlineRow], changed: Iterable[DeadlineRow]) -> Iterator[MovedDeadline]:
    before: Mapping[tuple[str, int], DeadlineRow] = {
        (row.name, row.occurrence): row for row in rows
    }
    for row in changed:
        old = before.get((row.name, row.occurrence))
        stood = old.due_at if old is not None else None
        if stood != row.due_at:
            yield MovedDeadline(row.reference, row.name, row.occurrence, stood, row.due_at)
