"""CSV (RFC 4180) that a spreadsheet opens as it is: UTF-8 with a mark, one row a step.

A text that a spreadsheet would take for a formula is given a leading apostrophe, wherever it
came from. Moments are in London's time with their offset.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from apflow.casework.exports.gathering import Holds, Traced
from apflow.casework.exports.rows import HEADINGS, rows
from apflow.casework.sheets import Cell
from apflow.clock import LONDON

#: What begins a formula, or what some programs pass over before one. OWASP, CSV Injection.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: What no program can show, and some end a file at; lines and tabs stay.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def as_csv(traced: Iterable[Traced], _now: datetime, _holds: Holds) -> Iterator[bytes]:
    """Give the file, a piece for each referral."""
    yield b"\xef\xbb\xbf" + _lines([HEADINGS])
    for one in traced:
        yield _lines(rows(one))


def _lines(cells: Iterable[Iterable[Cell]]) -> bytes:
    made = io.StringIO(newline="")
    writer = csv.writer(made, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerows([_plain(cell) for cell in row] for row in cells)
    return made.getvalue().encode("utf-8", "replace")


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(LONDON).isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell
    text = _CONTROLS.sub("\ufffd", str(cell))
    return f"'{text}" if text.startswith(_FORMULAS) else text
