"""Histories as files: CSV, JSON, XES (IEEE 1849) and XLSX, of one referral or of many.

What a person may not see is left out, and every history that is given is recorded as a look at
it before a byte of it leaves. CSV, JSON and XES are made as they are read, so that a file may be
longer than the memory. `docs/exports.md` says what stands in each, and how the JSON is verified.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apflow.casework import sheets
from apflow.casework.exports.as_csv import as_csv
from apflow.casework.exports.as_json import as_json
from apflow.casework.exports.as_xes import as_xes
from apflow.casework.exports.gathering import Holds, Only, Traced, histories
from apflow.casework.exports.rows import HEADINGS, rows
from apflow.casework.office import Office
from apflow.errors import BadInput
from apflow.nearest import nearest

__all__ = ["FORMATS", "Format", "Only", "Traced", "export", "histories"]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: what it is called, and what makes the bytes of one out of histories.

    What makes it is told whether these are whole, or hold only some steps, and says so where the
    kind of file has a place for it.
    """

    media_type: str
    title: str
    write: Callable[[Iterable[Traced], datetime, Holds], Iterator[bytes]]


def _as_xlsx(traced: Iterable[Traced], now: datetime, holds: Holds) -> Iterator[bytes]:
    """Give a spreadsheet with one row a step, in one piece: it is packed when it is whole."""
    name = "Steps" if holds == "whole histories" else "Steps that were found"
    steps = sheets.Sheet(name, HEADINGS, (row for one in traced for row in rows(one)))
    yield sheets.workbook([steps], now)


#: By the ending of the file's name.
FORMATS: Mapping[str, Format] = {
    "csv": Format("text/csv; charset=utf-8", "CSV, one row a step", as_csv),
    "json": Format("application/json", "JSON, with what proves it unaltered", as_json),
    "xes": Format("application/xml", "XES event log for process mining", as_xes),
    "xlsx": Format(sheets.MEDIA_TYPE, "spreadsheet, one row a step", _as_xlsx),
}


def export(
    office: Office,
    form: str,
    person: str,
    now: datetime,
    references: Sequence[str] | None = None,
    policy: str | None = None,
    only: Only | None = None,
) -> Iterator[bytes]:
    """Return a file of histories, piece by piece, as `person` may see them.

    `form` is one of FORMATS. Without `references` it is everything that the person may see, of
    one `policy` or of all, in the order of references; with `only` it is those steps of those
    referrals, and the file says that it holds no whole histories. Raises BadInput for another
    form, Unknown for a person or a referral that is not there for them, before anything is given.
    """
    known = FORMATS.get(form)
    if known is None:
        near = nearest(form, FORMATS)
        hint = f"did you mean {near}?" if near else f"it is one of {', '.join(FORMATS)}"
        raise BadInput("format", form, hint)
    found = histories(office, person, now, references, policy, only)
    holds: Holds = "whole histories" if only is None else "steps that were found"
    return known.write(found, now, holds)
