"""The numbers of a policy as tables: the page and its spreadsheet are made of the same ones."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from apflow.casework.numbers import Numbers
from apflow.casework.sheets import Cell, Sheet
from apflow.web.wording import counted, day, moment

_FORCE: Final = {"law": "Law", "must": "Must", "should": "Advice"}
#: What stands where there is no number.
NOTHING: Final = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `links` lead on from the first cell of a row, by the number of the row.

    Cells are what they are: a number is a number, None where there is none.
    """

    name: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    links: Mapping[int, str] = field(default_factory=dict)

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers."""
        found = [row[column] for row in self.rows if row[column] is not None]
        return column > 0 and all(isinstance(cell, int | float) for cell in found)


def shown(cell: Cell) -> str:
    """Return a cell as the page shows it."""
    if cell is None:
        return NOTHING
    if isinstance(cell, float):
        return f"{cell:,.1f}".removesuffix(".0")
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def tables(numbers: Numbers, link: Callable[[str], str]) -> dict[str, Table]:
    """Return every table of the page, by name; `link` gives the address of a state's list."""
    return {table.name: table for table in _tables(numbers, link)}


def _tables(numbers: Numbers, link: Callable[[str], str]) -> Iterator[Table]:
    yield _states(numbers, link)
    if numbers.pools:
        yield _pools(numbers)
    if numbers.providers:
        yield _providers(numbers)
    yield _breaches(numbers)
    if numbers.sixth_days:
        yield _sixth_days(numbers)
    yield _outcomes(numbers)


def _states(numbers: Numbers, link: Callable[[str], str]) -> Table:
    return Table(
        "states",
        "Referrals by state",
        (
            "State", "Referrals", "Overdue", "Median school days here",
            "Longest school days here", "Left in the period", "Median school days stayed",
        ),
        tuple(
            (one.title, one.count, one.overdue, one.median_now, one.longest_now,
             None if one.final else one.left, one.median_left)
            for one in numbers.states
        ),
        {at: link(one.state) for at, one in enumerate(numbers.states)},
    )  # fmt: skip


def _pools(numbers: Numbers) -> Table:
    return Table(
        "pools",
        "Places",
        ("Places", "Held", "Places there are", "Free", "Waiting"),
        tuple((one.title, one.held, one.capacity, one.free, one.waiting) for one in numbers.pools),
    )


def _providers(numbers: Numbers) -> Table:
    return Table(
        "providers",
        "Pupils by provider",
        ("Provider", "Pupils with a place", "Waiting"),
        tuple((one.name, one.held, one.waiting) for one in numbers.providers),
    )


def _breaches(numbers: Numbers) -> Table:
    return Table(
        "breaches",
        "Missed deadlines",
        (
            "Deadline", "Force", "Missed", "Not met yet", "Met too late",
            "Ended otherwise", "In time, recorded late",
        ),
        tuple(
            (one.title, _FORCE.get(one.force, one.force), one.missed, one.open, one.late,
             one.cancelled, one.recorded_late)
            for one in numbers.breaches
        ),
    )  # fmt: skip


def _sixth_days(numbers: Numbers) -> Table:
    return Table(
        "sixth",
        "The sixth school day",
        (
            "Duty", "Kept in time", "Kept late", "Not kept yet", "Still to come",
            "Kept in time, per cent",
        ),
        tuple(
            (one.title, one.in_time, one.late, one.missed, one.not_yet,
             None if one.share is None else round(100 * one.share))
            for one in numbers.sixth_days
        ),
    )  # fmt: skip


def _outcomes(numbers: Numbers) -> Table:
    ended = sum(one.count for one in numbers.outcomes)
    return Table(
        "outcomes",
        "How referrals ended",
        ("Ended at", "A good end", "Referrals", "Of all that ended, per cent"),
        tuple(
            (one.title, "Yes" if one.good else "No", one.count,
             round(100 * one.count / ended) if ended else None)
            for one in numbers.outcomes
        ),
    )  # fmt: skip


def period(numbers: Numbers) -> str:
    """Return the period in words."""
    if numbers.from_ is None:
        return "all time" if numbers.to is None else f"until {day(numbers.to)}"
    until = "" if numbers.to is None else f" until {day(numbers.to)}"
    return f"from {day(numbers.from_)}{until}"


def sheets(numbers: Numbers, found: Mapping[str, Table]) -> Iterator[Sheet]:
    """Give the spreadsheet's sheets: what is counted, then each table of the page."""
    yield Sheet(
        "What is counted",
        ("", ""),
        (
            ("Policy", numbers.title),
            ("As at", moment(numbers.as_at)),
            ("School", numbers.school_name or "every school"),
            ("Period", period(numbers)),
            ("Open", numbers.open),
            ("Overdue", numbers.overdue),
        ),
    )
    for table in found.values():
        yield Sheet(table.title, table.headings, table.rows)


@dataclass(frozen=True, slots=True)
class Tile:
    """A number to be seen at a glance; `sort` is bad, good or plain."""

    number: str
    says: str
    sort: str = ""
    href: str = ""


def tiles(numbers: Numbers) -> Iterator[Tile]:
    """Give the numbers at the top of the page."""
    yield Tile(shown(numbers.open), "Open referrals" if numbers.open != 1 else "Open referral")
    yield Tile(shown(numbers.overdue), "Overdue", "bad" if numbers.overdue else "good", "#states")
    if numbers.sixth_days:
        missed = sum(one.missed for one in numbers.sixth_days)
        says = "Past the sixth school day without education"
        yield Tile(shown(missed), says, "bad" if missed else "good", "#sixth")
    limited = [one for one in numbers.pools if one.capacity is not None]
    if limited:
        held = sum(one.held for one in limited)
        there = sum(one.capacity or 0 for one in limited)
        over = any((one.free or 0) < 0 for one in limited)
        yield Tile(f"{held} of {there}", "Places filled", "bad" if over else "", "#places")
    ended = sum(one.count for one in numbers.outcomes)
    good = sum(one.count for one in numbers.outcomes if one.good)
    if ended:
        says = f"To a good end, of {counted(ended, 'referral')} ended"
        yield Tile(f"{round(100 * good / ended)}%", says, "", "#outcomes")


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: `part` of a hundred is filled; `over` says that more is held than there is."""

    title: str
    part: int
    says: str
    over: bool = False


def pool_bars(numbers: Numbers) -> Iterator[Bar]:
    """Give a bar for each pool of places: how full it is."""
    for one in numbers.pools:
        waiting = f", {one.waiting} waiting" if one.waiting else ""
        if one.capacity is None:
            yield Bar(one.title, 0, f"{one.held} held, no limit is set{waiting}")
            continue
        over = one.held > one.capacity
        part = min(100, round(100 * one.held / one.capacity)) if one.capacity else 100 * over
        says = f"{one.held} of {one.capacity}{' (over)' if over else ''}{waiting}"
        yield Bar(one.title, part, says, over)


def provider_bars(numbers: Numbers) -> Iterator[Bar]:
    """Give a bar for each provider, the longest for the one with the most pupils."""
    most = max((one.held for one in numbers.providers), default=0)
    for one in numbers.providers:
        waiting = f", {one.waiting} waiting" if one.waiting else ""
        part = round(100 * one.held / most) if most else 0
        yield Bar(one.name, part, f"{counted(one.held, 'pupil')}{waiting}")
