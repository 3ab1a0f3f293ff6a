"""Spreadsheets: the one door to XlsxWriter.

Every cell is written as what it is. A string is never taken for a formula, a link or a number,
whatever it begins with. The same sheets and the same moment give the same bytes.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain, islice
from tempfile import TemporaryDirectory
from typing import Any, Final

from apflow.clock import LONDON

#: What stands in a cell. A moment is aware and is shown as the clocks of London show it, since a
#: spreadsheet knows no zones.
Cell = str | bool | int | float | date | datetime | None

#: A sheet's rows with its headings; what is more goes on in a further sheet.
MOST_ROWS: Final = 1_048_576
#: The longest text that a cell holds, in UTF-16 units.
LONGEST_TEXT: Final = 32_767
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_LONGEST_TITLE = 31
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]|[^\x20-\uffff]")
_WIDEST, _NARROWEST = 60, 8
#: Rows that are looked at to find how wide a column is.
_LOOKED_AT = 100
#: Whole numbers beyond it are not kept to the last digit.
_LARGEST = 2**53
#: The first day that a spreadsheet counts rightly.
_FIRST_DAY = date(1900, 3, 1)
_FORMATS = {date: "dd/mm/yyyy", datetime: "dd/mm/yyyy hh:mm"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its title, a heading for each column, and rows that may be made as they are read."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def workbook(sheets: Iterable[Sheet], made_at: datetime) -> bytes:
    """Return the sheets as a spreadsheet (XLSX); rows are held no longer than it takes.

    `made_at` stands in it as the moment when it was made.
    """
    import xlsxwriter  # noqa: PLC0415 - slow to load, and only exports need it

    written = io.BytesIO()
    # Rows wait in files until they are packed: in a folder that nobody else may look into.
    with TemporaryDirectory(prefix="apflow-") as folder:
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_urls": False}
        with xlsxwriter.Workbook(written, options) as book:
            book.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None)})
            made = _Book(book)
            for sheet in sheets:
                made.add(sheet)
            made.end()
    return written.getvalue()


class _Book:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.titles: set[str] = set()
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.formats = {
            kind: book.add_format({"num_format": shown, "align": "left", "valign": "top"})
            for kind, shown in _FORMATS.items()
        }
        self.plain = book.add_format({"valign": "top"})

    def add(self, sheet: Sheet) -> None:
        """Write a sheet, and further ones where it has more rows than one can hold."""
        rows = iter(sheet.rows)
        first: list[Sequence[Cell]] = []
        while True:
            self._one(sheet, chain(first, islice(rows, MOST_ROWS - 1 - len(first))))
            first = list(islice(rows, 1))
            if not first:
                return

    def end(self) -> None:
        """Give a book without sheets an empty one: a spreadsheet has to have one."""
        if not self.titles:
            self.book.add_worksheet(self._title("Empty"))

    def _one(self, sheet: Sheet, rows: Iterator[Sequence[Cell]]) -> None:
        page = self.book.add_worksheet(self._title(sheet.title))
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        seen = list(islice(rows, _LOOKED_AT))
        for column, heading in enumerate(sheet.headings):
            width = max(_width(cell) for cell in (heading, *(_at(row, column) for row in seen)))
            page.set_column(column, column, min(max(width, _NARROWEST), _WIDEST))
            page.write_string(0, column, _text(heading), self.heading)
        last = 0
        for last, row in enumerate(chain(seen, rows), start=1):
            for column, cell in enumerate(row):
                self._write(page, last, column, cell)
        if sheet.headings:
            page.autofilter(0, 0, last, len(sheet.headings) - 1)

    def _write(self, page: Any, row: int, column: int, cell: Cell) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, bool):
            page.write_boolean(row, column, cell, self.plain)
        elif isinstance(cell, date) and _day(cell) >= _FIRST_DAY:
            page.write_datetime(row, column, _local(cell), self.formats[type(cell)])
        elif isinstance(cell, int | float) and abs(cell) <= _LARGEST:
            page.write_number(row, column, cell, self.plain)
        else:
            page.write_string(row, column, _text(str(cell)), self.plain)

    def _title(self, wanted: str) -> str:
        """Return a title that a spreadsheet takes, and that no other sheet has."""
        seen = "".join(one if one.isprintable() else " " for one in wanted)
        plain = _NOT_IN_TITLES.sub(" ", seen).strip("' ")[:_LONGEST_TITLE].rstrip("' ")
        # Excel keeps this one for itself.
        plain = plain if plain and plain.casefold() != "history" else f"{plain or 'Sheet'}_"
        title, number = plain, 1
        while title.casefold() in self.titles:
            number += 1
            more = f" ({number})"
            title = plain[: _LONGEST_TITLE - len(more)] + more
        self.titles.add(title.casefold())
        return title


def _at(row: Sequence[Cell], column: int) -> Cell:
    return row[column] if column < len(row) else None


def _width(cell: Cell) -> int:
    if isinstance(cell, date):
        return len(_FORMATS[type(cell)]) + 1
    return max(map(len, str(cell).splitlines()), default=0) + 1 if cell is not None else 0


def _local(cell: date) -> date:
    return cell.astimezone(LONDON).replace(tzinfo=None) if isinstance(cell, datetime) else cell


def _day(cell: date) -> date:
    return cell.date() if isinstance(cell, datetime) else cell


def _text(text: str) -> str:
    """Return a text as a cell can hold it: not too long, and never taken for rich text."""
    if not text.isascii() or len(text) > LONGEST_TEXT:
        text = _cut(text)
    # XlsxWriter would write this as it stands, for text that it made itself.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def _cut(text: str) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * LONGEST_TEXT:
        return units.decode("utf-16-le", "replace")
    # Two are left for what says that it was cut, and half of a pair is not kept.
    return units[: 2 * (LONGEST_TEXT - 2)].decode("utf-16-le", "ignore") + "…"
