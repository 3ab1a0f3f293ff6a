"""Whose school days are kept: a year to look at, and a new calendar tried before it is taken."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from apflow.casework.administering import areas
from apflow.casework.administering.areas import Area
from apflow.casework.calendar_entries import KINDS, Entry
from apflow.casework.calendars import CalendarChange, change_calendar
from apflow.clock import london_day
from apflow.errors import BadInput, FileError, Unknown
from apflow.web import keeping
from apflow.web.administrator import months
from apflow.web.faults import problem
from apflow.web.keeping import Wrong, chosen, day_of, text_in, words_of
from apflow.web.posting import Posted, file_of, text_of
from apflow.web.rendering import page
from apflow.web.site import Here, Site
from apflow.web.visitors import Administering

router = APIRouter(include_in_schema=False, prefix="/admin/calendars")

#: Filled for fewer days than this, a calendar asks for more.
SHORT = 180
#: Most faults of a file that are listed.
_MOST_FAULTS = 30
_UNUSABLE = "These days cannot be used: see what is wrong with them below"
_COLUMNS = ("start", "end", "kind", "label")
_KINDS = {
    "term": "Term", "half_term": "Half-term holiday", "inset": "INSET days", "closure": "Closed",
    "bank_holiday": "Bank holiday",
}  # fmt: skip


@router.get("")
def every_area(request: Request, site: Here, _: Administering, area: str = "") -> Response:
    """List whose days are kept and until when; `area` leads on to one."""
    if area:
        found = areas.find_area(site.office, area)
        if found is not None:
            return keeping.back(f"/admin/calendars/{found.area}")
    today = london_day(site.now())
    return page(
        request,
        "administrator/calendars.html",
        areas=areas.areas(site.office),
        others=chosen(
            {one.id: one.name for one in areas.without_days(site.office)}, "", "Choose one"
        ),
        today=today,
        short=SHORT,
    )


@router.get("/{area}")
def one_area(request: Request, site: Here, _: Administering, area: str) -> Response:
    """Show an area's school year, and ask for another calendar."""
    return _area(request, site, _known(site, area))


@router.get("/{area}/days.csv")
def download(site: Here, _: Administering, area: str) -> Response:
    """Give the area's days as the file that may be changed and given back."""
    found = _known(site, area)
    if found.stored is None:
        raise Unknown("calendar", area)
    return Response(
        _csv([{**one, "label": _no_formula(one["label"])} for one in found.stored.entries]),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="school-days.csv"'},
    )


@router.post("/{area}/check")
def check(
    request: Request, site: Here, visitor: Administering, form: Posted, area: str
) -> Response:
    """Show what a file, or days added to those that are there, would move."""
    found = _known(site, area)
    wrong: Wrong = {}
    faults: tuple[str, ...] = ()
    given = _added(form, found, wrong, site.now()) if "add" in form else file_of(form, "file")
    if given is None and not wrong:
        wrong["file"] = "Choose a file with the school days"
    if given is not None and not wrong:
        name, content = keeping.visible(given[0])[:100], given[1]
        try:
            change = _tried(site, found, name, content, visitor.person)
        except (FileError, BadInput) as error:
            faults = _listed(error)
            wrong["start" if "add" in form else "file"] = _UNUSABLE
        else:
            return _checking(request, site, found, change, name, content)
    return _area(request, site, found, wrong, form, faults)


@router.post("/{area}")
def take(request: Request, site: Here, visitor: Administering, form: Posted, area: str) -> Response:
    """Take the calendar that was tried, if it still does what was shown."""
    found = _known(site, area)
    name, content = keeping.typed(form, "name")[:100] or "calendar", _content(form)
    try:
        change = _tried(site, found, name, content, visitor.person)
    except (FileError, BadInput) as error:
        return _area(request, site, found, {"file": _UNUSABLE}, faults=_listed(error))
    if text_of(form, "seen") != fingerprint(change):
        return _checking(request, site, found, change, name, content, status=409)
    meant = text_of(form, "confirmed") == "yes"
    if change.backwards and not meant:
        wrong = {
            "confirmed": "Tick that these deadlines are to be missed at once, or do not import"
        }
        return _checking(request, site, found, change, name, content, wrong, 422)
    done = change_calendar(
        site.office, area, content, name, site.now(), person=visitor.person, confirmed=meant
    )
    if not done.done:
        return problem(request, 409, "Nothing was imported", "Look at what it would move again.")
    return keeping.back(f"/admin/calendars/{found.area}", done="imported")


def fingerprint(change: CalendarChange) -> str:
    """Return what is the same for two changes that move the same deadlines in the same way."""
    told = [
        (one.reference, one.name, one.occurrence, str(one.before), str(one.after))
        for one in (*change.moved, *change.backwards)
    ]
    return sha256(repr((change.version, told)).encode()).hexdigest()


def _tried(site: Site, found: Area, name: str, content: bytes, person: str) -> CalendarChange:
    return change_calendar(
        site.office, found.area, content, name, site.now(), person=person, dry_run=True
    )


def _checking(
    request: Request,
    site: Site,
    found: Area,
    change: CalendarChange,
    name: str,
    content: bytes,
    wrong: Wrong | None = None,
    status: int = 200,
) -> Response:
    with site.office.store.reading() as tx:
        titles = {
            deadline: about.title
            for _, lifecycle in site.office.known_lifecycles(tx)
            for deadline, about in lifecycle.deadlines.items()
        }
    missed = set(change.backwards)
    return page(
        request,
        "administrator/check_calendar.html",
        status,
        area=found,
        change=change,
        rows=[
            {
                "moved": one,
                "title": titles.get(one.name, one.name.replace("_", " ")),
                "missed": one in missed,
            }
            for one in change.moved
        ],
        name=name,
        content=content.decode("utf-8-sig"),
        seen=fingerprint(change),
        changed_since=status == 409,
        wrong=wrong or {},
    )


def _area(
    request: Request,
    site: Site,
    found: Area,
    wrong: Wrong | None = None,
    form: FormData | None = None,
    faults: tuple[str, ...] = (),
) -> Response:
    today = london_day(site.now())
    year, years = 0, range(0)
    shown: tuple[months.Month, ...] = ()
    if found.stored is not None and found.calendar is not None:
        years = months.school_years(found.calendar)
        year = _year(request.query_params.get("year", ""), years, months.school_year(today))
        shown = months.year_of(found.stored, found.calendar, year)
    typed = form or FormData()
    return page(
        request,
        "administrator/calendar.html",
        422 if wrong else 200,
        area=found,
        year=year,
        years=years,
        months=shown,
        kinds=months.KINDS,
        called=_KINDS,
        entries=_entries(found, year),
        today=today,
        short=SHORT,
        wrong=wrong or {},
        faults=faults,
        typed={name: keeping.typed(typed, name) for name in ("start", "end", "label")},
        kind_items=chosen(_KINDS, text_of(typed, "kind") or "inset"),
        done=_DONE.get(request.query_params.get("done", ""), ""),
    )


_DONE: Mapping[str, str] = {"imported": "The calendar is in use. Open deadlines count by it now."}


def _year(asked: str, years: range, now: int) -> int:
    """Return the school year that is shown: the one asked for, else the nearest to now."""
    if asked.isascii() and asked.isdigit() and len(asked) == 4 and int(asked) in years:
        return int(asked)
    return min(years, key=lambda year: abs(year - now))


def _entries(found: Area, year: int) -> list[Entry]:
    """Return the entries that touch the school year shown."""
    if found.stored is None:
        return []
    entries = [_entry(one) for one in found.stored.entries]
    return sorted(
        one
        for one in entries
        if months.school_year(one.start) <= year <= months.school_year(one.end)
    )


def _entry(written: Mapping[str, str]) -> Entry:
    start, end = (datetime.fromisoformat(written[name]).date() for name in ("start", "end"))
    return Entry(start, end, written["kind"], written["label"])  # type: ignore[arg-type]


def _added(form: FormData, found: Area, wrong: Wrong, now: datetime) -> tuple[str, bytes] | None:
    """Return the area's days with what was typed added to them, as a file."""
    today = london_day(now)
    start = day_of(form, "start", wrong, today, "First day")
    end = day_of(form, "end", wrong, today, "Last day")
    label = words_of(form, "label", wrong, "Called", 200)
    kind = text_in(form, "kind")
    if start is None and "start" not in wrong:
        wrong["start"] = "Enter the first day"
    if kind not in KINDS:
        wrong["kind"] = "Choose what these days are"
    if wrong or start is None:
        return None
    new = {"start": str(start), "end": str(end or start), "kind": kind, "label": label}
    before = found.stored.entries if found.stored is not None else ()
    return f"{found.area}, with days added", _csv((*before, new))


def _csv(entries: Iterable[Mapping[str, str]]) -> bytes:
    written = io.StringIO()
    rows = csv.DictWriter(written, _COLUMNS, lineterminator="\r\n")
    rows.writeheader()
    rows.writerows(entries)
    return written.getvalue().encode()


def _no_formula(label: str) -> str:
    """Return a label as a spreadsheet shows it and does not work it out."""
    return f"'{label}" if label.startswith(("=", "+", "-", "@")) else label


def _listed(error: FileError | BadInput) -> tuple[str, ...]:
    """Return what is wrong with a file, fault by fault."""
    if isinstance(error, BadInput):
        return (keeping.said(error),)
    told = tuple(keeping.visible(str(one))[:300] for one in error.faults)
    more = len(told) - _MOST_FAULTS
    return (*told[:_MOST_FAULTS], f"and {more} more") if more > 0 else told


def _content(form: FormData) -> bytes:
    given = form.get("content")
    return given.encode("utf-8", "replace") if isinstance(given, str) else b""


def _known(site: Site, area: str) -> Area:
    found = areas.find_area(site.office, area)
    if found is None:
        raise Unknown("area", area)
    return found
