"""An area's school days on the command line."""

from pathlib import Path

import click

from apflow.casework import calendars
from apflow.casework.calendars import CalendarChange
from apflow.cli import asking, saying
from apflow.clock import utc_now


@click.group("calendar")
def calendar() -> None:
    """Show or import an area's school days."""


@calendar.command("show")
@click.argument("area")
@asking.as_json
def show(area: str, as_json: bool) -> int:
    """Show the calendar of AREA: a policy's id, or a school's with days of its own."""
    found = calendars.stored(asking.casework().office, area)
    if as_json:
        saying.put(
            {"area": found.area, "version": found.version, "example": found.example,
             "source": found.source, "entries": found.entries,
             "bank_holidays": found.bank_holidays}
        )  # fmt: skip
        return 0
    marked = "  EXAMPLE: import the area's own" if found.example else ""
    click.echo(f"{found.area}, version {found.version}, from {found.source}{marked}")
    saying.table(
        [(one["start"], one["end"], one["kind"].replace("_", " "), one["label"])
         for one in found.entries],
        ("from", "to", "is", "called"),
    )  # fmt: skip
    click.echo(f"Bank holidays: {', '.join(day.isoformat() for day in found.bank_holidays)}")
    return 0


@calendar.command("import")
@click.argument("area")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only list what would move.")
@click.option("--confirm", is_flag=True, help="Also where a deadline would be missed already.")
@asking.as_json
def import_(area: str, file: Path, dry_run: bool, confirm: bool, as_json: bool) -> int:
    """Import FILE (CSV or iCalendar) as the school days of AREA and list what moves.

    CSV: columns start,end,kind,label; kind is term, half_term, inset, closure or bank_holiday.
    Every open deadline is worked out anew. One that would be missed already needs --confirm.
    """
    change = calendars.change_calendar(
        asking.casework().office, area, file.read_bytes(), file.name, utc_now(),
        dry_run=dry_run, confirmed=confirm,
    )  # fmt: skip
    if as_json:
        saying.put(_written(change))
    else:
        _say(change)
    return 0 if change.done or dry_run else 1


def _written(change: CalendarChange) -> dict[str, object]:
    moved = [
        {"reference": one.reference, "deadline": one.name, "occurrence": one.occurrence,
         "before": one.before, "after": one.after}
        for one in change.moved
    ]  # fmt: skip
    return {
        "area": change.area, "version": change.version, "done": change.done,
        "first": change.first, "last": change.last, "moved": moved,
        "missed_already": [(one.reference, one.name) for one in change.backwards],
    }  # fmt: skip


def _say(change: CalendarChange) -> None:
    saying.table(
        [(one.reference, one.name, saying.when(one.before), saying.when(one.after))
         for one in change.moved],
        ("reference", "deadline", "before", "after"),
    )  # fmt: skip
    if change.done:
        click.echo(
            f"{change.area}: version {change.version}, {change.first} to {change.last}; "
            f"{len(change.moved)} deadlines moved."
        )
    elif change.backwards:
        click.echo(
            f"Not imported: {len(change.backwards)} deadlines would be missed already "
            f"({', '.join(sorted({one.reference for one in change.backwards}))}). "
            "If that is right, say --confirm."
        )
    else:
        click.echo("Dry run: nothing was changed.")
