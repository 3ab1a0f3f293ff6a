"""Opening referrals from a spreadsheet, row by row, through the same door as every other.

The file is CSV (UTF-8). Its columns:

    key            the authority's own number or name for the referral; makes a second run safe
    pupil          the pupil's id in the register, which says nothing of them
    pupil_name     their name, and `pupil_born_on`: taken where the register does not know them
    happened_on    when the referral was made (today if empty)
    ...            one column for each fact that opening a referral asks or may ask

An empty cell is not answered. Several options are separated by commas, entries of a checklist
written `entry: answer` and separated by semicolons. `template` gives the header for a policy.

A row whose referral is there already is passed over, so the file can be run again after its
bad rows are mended, and nothing is doubled.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from apflow.casework.asking import Asked, ask_to_open, starts
from apflow.casework.office import Office
from apflow.clock import london_day
from apflow.errors import ApflowError, BadInput, BadInputs, Fault, FileError
from apflow.nearest import nearest
from apflow.policy.lifecycle import CHECKLISTS, Lifecycle
from apflow.policy.written import take_date
from apflow.referral import Request
from apflow.referral.reference import make_reference, prefix_of
from apflow.store import referrals, register
from apflow.store.register import Pupil

LARGEST_BYTES = 5_000_000
OWN_COLUMNS = ("key", "pupil", "pupil_name", "pupil_born_on", "happened_on")
#: Told how many rows are done.
Progress = Callable[[int], None]
#: Applies a stored Request and returns it closed.
Apply = Callable[[str], Request]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: its line, and its cells by column, empty ones left out."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one row; `faults` say for each bad cell its column and the way out."""

    line: int
    key: str
    outcome: Literal["opened", "there", "refused", "bad"]
    reference: str | None
    faults: tuple[tuple[str, str], ...] = ()


def template(lifecycle: Lifecycle) -> str:
    """Return the header of a spreadsheet of referrals for a policy, and a row that explains it."""
    event = lifecycle.events[starts(lifecycle)[0]]
    facts = (*event.asks, *event.may_ask)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((*OWN_COLUMNS, *facts))
    hints = ("your own number", "id in the register", "name", "date of birth", "date")
    writer.writerow((*hints, *(_hint(lifecycle, name) for name in facts)))
    return out.getvalue()


def _hint(lifecycle: Lifecycle, name: str) -> str:
    fact = lifecycle.facts[name]
    kinds = {"yes_no": "yes or no", "organisation": "id in the register", "date": "date"}
    return " or ".join(fact.options) if fact.options else kinds.get(fact.type, fact.type)


def import_referrals(
    office: Office,
    policy: str,
    content: bytes,
    file: str,
    person: str,
    role: str | None,
    now: datetime,
    apply: Apply,
    progress: Progress = lambda _: None,
) -> tuple[Imported, ...]:
    """Open a referral for each good row and say what became of every row.

    Raises FileError when the file itself cannot be read: no row is tried then.
    """
    with office.store.reading() as tx:
        lifecycle = office.newest(tx, policy, lambda *_: None).compiled.lifecycle
    rows = list(_rows(content, file, lifecycle))
    done = []
    for number, row in enumerate(rows, start=1):
        done.append(_import(office, lifecycle, row, person, role, now, apply))
        progress(number)
    return tuple(done)


def _import(
    office: Office,
    lifecycle: Lifecycle,
    row: Row,
    person: str,
    role: str | None,
    now: datetime,
    apply: Apply,
) -> Imported:
    key, pupil = row.cells.get("key", ""), row.cells.get("pupil", "")
    missing = [(name, "must not be empty") for name in ("key", "pupil") if name not in row.cells]
    if missing:
        return Imported(row.line, key, "bad", None, tuple(missing))
    reference, there = _reference(office, lifecycle, key, pupil, london_day(now).year)
    if there:
        return Imported(row.line, key, "there", reference)
    try:
        asked = _asked(lifecycle, row, person, role, london_day(now))
        newcomer = _newcomer(office, row, london_day(now))
        request = ask_to_open(
            office, lifecycle.lifecycle, pupil, asked, now, reference=reference, newcomer=newcomer
        )
    except BadInputs as wrong:
        faults = tuple((one.field, f"{one.given!r}: {one.says}") for one in wrong.inputs)
        return Imported(row.line, key, "bad", None, faults)
    except BadInput as wrong:
        return Imported(
            row.line, key, "bad", None, ((wrong.field, f"{wrong.given!r}: {wrong.says}"),)
        )
    except ApflowError as fault:
        return Imported(row.line, key, "bad", None, (("", str(fault)),))
    return _outcome(row, key, apply(request.id))


def _outcome(row: Row, key: str, request: Request) -> Imported:
    if request.state == "applied":
        return Imported(row.line, key, "opened", request.reference)
    findings = (request.result or {}).get("findings", ())
    faults = []
    for finding in findings if isinstance(findings, list | tuple) else ():
        if finding["verdict"] in ("met", "not_applicable") or finding["force"] == "should":
            continue
        missing = finding.get("missing", ())
        for fact in missing:
            faults.append((str(fact["fact"]), f"is needed: {fact['ask']}"))
        if not missing:
            faults.append((str(finding["guard"]), str(finding["says"])))
    return Imported(row.line, key, "refused", None, tuple(faults))


def _reference(
    office: Office, lifecycle: Lifecycle, key: str, pupil: str, year: int
) -> tuple[str, bool]:
    """Return the reference that a row's key leads to, and whether its referral is there."""
    seed = hashlib.sha256(f"{lifecycle.lifecycle}\0{key}".encode()).digest()
    prefix = prefix_of(lifecycle.lifecycle)
    with office.store.reading() as tx:
        for at in range(0, 32, 4):
            bits = int.from_bytes(seed[at : at + 4], "big") >> 2
            # The year is that of the import; a key imported last year is looked for too.
            for one in (year, year - 1):
                reference = make_reference(prefix, one, bits)
                known = referrals.get(tx, reference)
                if known is not None and known.pupil == pupil:
                    return reference, True
            reference = make_reference(prefix, year, bits)
            if referrals.get(tx, reference) is None:
                return reference, False
    raise BadInput("key", key, "too many referrals have a reference like its own; change the key")


def _asked(lifecycle: Lifecycle, row: Row, person: str, role: str | None, today: date) -> Asked:
    answers: dict[str, object] = {}
    for name, cell in row.cells.items():
        if name in OWN_COLUMNS:
            continue
        checklist = lifecycle.facts[name].type in CHECKLISTS
        answers[name] = _entries(name, cell) if checklist else cell
    typed = row.cells.get("happened_on")
    happened_on = None if typed is None else take_date("happened_on", typed, today)
    event = starts(lifecycle)[0]
    return Asked(event, person, role, answers, happened_on=happened_on)


def _entries(name: str, cell: str) -> dict[str, str]:
    entries = {}
    for part in cell.split(";"):
        if part.strip():
            entry, sign, answer = part.partition(":")
            if not sign:
                raise BadInput(name, part.strip(), "write entry: answer; entry: answer")
            entries[entry.strip()] = answer.strip()
    return entries


def _newcomer(office: Office, row: Row, today: date) -> Pupil | None:
    """Return the row's pupil if the register does not know them yet."""
    pupil, name = row.cells["pupil"], row.cells.get("pupil_name")
    typed = row.cells.get("pupil_born_on")
    born = None if typed is None else take_date("pupil_born_on", typed, today)
    if len(pupil) > 60 or not all(one.isalnum() or one in "-_." for one in pupil):
        raise BadInput("pupil", pupil, "an id is made of letters, digits, - _ and .")
    with office.store.reading() as tx:
        if register.get_pupil(tx, pupil) is not None:
            return None
    if name is None:
        raise BadInput("pupil_name", "", "the register does not know this pupil yet")
    return Pupil(pupil, name[:200], born)


def _rows(content: bytes, file: str, lifecycle: Lifecycle) -> Iterator[Row]:
    if len(content) > LARGEST_BYTES:
        raise FileError(Fault(file, 0, 0, "", f"is larger than {LARGEST_BYTES:,} bytes"))
    try:
        text = content.decode("utf-8-sig")
        if "\0" in text:
            raise FileError(Fault(file, 0, 0, "", "is not text: it holds a zero byte"))
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = _header(next(reader, []), file, lifecycle)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _row(header, cells, reader.line_num, file)
    except UnicodeDecodeError:
        says = "is not UTF-8 text; in Excel, save it as 'CSV UTF-8'"
        raise FileError(Fault(file, 0, 0, "", says)) from None
    except csv.Error as fault:
        raise FileError(Fault(file, 0, 0, "", f"is not CSV: {fault}")) from None


def _row(header: list[str], cells: list[str], line: int, file: str) -> Row:
    if len(cells) > len(header):
        says = f"has {len(cells)} cells, and there are {len(header)} columns"
        raise FileError(Fault(file, line, 0, "", says))
    filled = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
    return Row(line, filled)


def _header(cells: list[str], file: str, lifecycle: Lifecycle) -> list[str]:
    header = [cell.strip() for cell in cells]
    event = lifecycle.events[starts(lifecycle)[0]]
    known = (*OWN_COLUMNS, *event.asks, *event.may_ask)
    faults = []
    for column, name in enumerate(header, start=1):
        if name not in known:
            near = nearest(name, known)
            hint = f"; did you mean '{near}'?" if near else ""
            faults.append(
                Fault(file, 1, column, f"column {column}", f"'{name}' is not known{hint}")
            )
        elif header.index(name) < column - 1:
            faults.append(Fault(file, 1, column, f"column {column}", f"'{name}' is there twice"))
    for name in ("key", "pupil"):
        if name not in header:
            faults.append(Fault(file, 1, 0, "", f"there is no column '{name}'"))
    if faults:
        raise FileError(*faults)
    return header
