"""When meetings sit: listed, proposed by the policy's rhythm, taken away."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import QueryParams

from apflow.casework.administering import areas, sittings
from apflow.casework.administering.proposing import (
    MOST,
    UNITS,
    Rhythm,
    gaps,
    proposed,
    rhythm_of,
    weekday_of,
)
from apflow.casework.administering.sittings import Diary
from apflow.casework.meetings.forum import Sitting
from apflow.clock import london_day
from apflow.errors import BadInput
from apflow.policy.calendar import Calendar
from apflow.policy.lifecycle import WEEKDAYS
from apflow.web import keeping
from apflow.web.keeping import Wrong, chosen, day_of, text_in
from apflow.web.posting import Posted, texts_of
from apflow.web.rendering import page
from apflow.web.site import Here, Site
from apflow.web.visitors import Administering
from apflow.web.wording import counted, first_up

router = APIRouter(include_in_schema=False, prefix="/admin/meetings")

#: How far ahead days are proposed unless somebody says otherwise.
_AHEAD = timedelta(days=365)
#: How many sittings that are over are shown.
_PAST_SHOWN = 20
_MOST_OFTEN = 52


@router.get("")
def every_meeting(request: Request, site: Here, _: Administering) -> Response:
    """List every meeting of every policy with its next sitting."""
    today = london_day(site.now())
    found = sittings.diaries(site.office)
    calendars = {one.area: one.calendar for one in areas.areas(site.office)}
    rows = [_row(one, calendars.get(one.policy), today) for one in found]
    return page(request, "administrator/meetings.html", rows=rows)


@router.get("/{policy}/{meeting}")
def one_meeting(
    request: Request, site: Here, _: Administering, policy: str, meeting: str
) -> Response:
    """Show a meeting's sittings, and ask for more."""
    return _meeting(request, site, policy, meeting)


@router.post("/{policy}/{meeting}")
def add(
    request: Request, site: Here, visitor: Administering, form: Posted, policy: str, meeting: str
) -> Response:
    """List the days that were ticked, or the one that was typed."""
    wrong: Wrong = {}
    now = site.now()
    today = london_day(now)
    days = [found for one in texts_of(form, "ticked") if (found := _plain(one)) is not None]
    typed = day_of(form, "day", wrong, today, "Day of the sitting")
    if typed is not None:
        days.append(typed)
    if not days and not wrong:
        wrong["day"] = "Enter the day of the sitting"
    if not wrong:
        try:
            new = sittings.add_sittings(site.office, policy, meeting, days, visitor.person, now)
        except BadInput as error:
            wrong["day"] = keeping.sentence("Day of the sitting", error)
        else:
            path = f"/admin/meetings/{policy}/{meeting}"
            return keeping.back(path, done="listed" if new else "known", count=str(len(new)))
    return _meeting(request, site, policy, meeting, wrong, keeping.typed(form, "day"))


@router.get("/{policy}/{meeting}/proposal")
def propose(request: Request, site: Here, _: Administering, policy: str, meeting: str) -> Response:
    """Show on which days the meeting would sit, to be ticked."""
    found = sittings.diary(site.office, policy, meeting)
    asked, wrong = request.query_params, Wrong()
    today = london_day(site.now())
    calendar = _calendar(site, policy)
    rhythm = _rhythm(asked, found, wrong)
    first = day_of(asked, "first", wrong, today, "From") or today
    last = day_of(asked, "last", wrong, today, "To") or first + _AHEAD
    if not wrong and last < first:
        wrong["last"] = "To: this is before the first day"
    days: tuple[date, ...] = ()
    if not wrong and rhythm is not None and calendar is not None:
        days = proposed(rhythm, calendar, found.sittings, first, last)
    return page(
        request,
        "administrator/proposal.html",
        422 if wrong else 200,
        diary=found,
        called=first_up(found.title),
        days=days,
        most=MOST,
        filled_until=None if calendar is None else calendar.last,
        cut_short=calendar is not None and last > calendar.last,
        wrong=wrong,
        fields=_fields(asked, found, first, last),
    )


@router.get("/{policy}/{meeting}/{on}/remove")
def ask_to_remove(
    request: Request, site: Here, _: Administering, policy: str, meeting: str, on: date
) -> Response:
    """Say what taking a sitting away means, and ask whether it is meant."""
    found = sittings.diary(site.office, policy, meeting)
    sitting = Sitting(policy, meeting, on)
    decided = sittings.decided(site.office, sitting)
    return _removing(request, found, on, decided)


@router.post("/{policy}/{meeting}/{on}/remove")
def remove(
    request: Request, site: Here, visitor: Administering, policy: str, meeting: str, on: date
) -> Response:
    """Take a sitting away, unless something was decided there."""
    try:
        sittings.remove_sitting(
            site.office, Sitting(policy, meeting, on), visitor.person, site.now()
        )
    except BadInput:
        found = sittings.diary(site.office, policy, meeting)
        decided = sittings.decided(site.office, Sitting(policy, meeting, on))
        return _removing(request, found, on, decided, status=422)
    return keeping.back(f"/admin/meetings/{policy}/{meeting}", done="removed")


def _removing(
    request: Request, found: Diary, on: date, decided: int, status: int = 200
) -> Response:
    return page(
        request,
        "administrator/remove_sitting.html",
        status,
        diary=found,
        called=first_up(found.title),
        on=on,
        decided=decided,
        put_down=found.put_down.get(on, 0),
        following=next((one for one in found.sittings if one > on), None),
    )


def _meeting(
    request: Request,
    site: Site,
    policy: str,
    meeting: str,
    wrong: Wrong | None = None,
    typed: str = "",
) -> Response:
    found = sittings.diary(site.office, policy, meeting)
    today = london_day(site.now())
    calendar = _calendar(site, policy)
    past = [on for on in found.sittings if on < today]
    return page(
        request,
        "administrator/meeting.html",
        422 if wrong else 200,
        diary=found,
        called=first_up(found.title),
        often=_often(found),
        missing=_gaps(found, calendar, today),
        ahead=[on for on in found.sittings if on >= today],
        past=past[: -_PAST_SHOWN - 1 : -1],
        past_count=len(past),
        not_school=_not_school(found, calendar, today),
        wrong=wrong or {},
        typed=typed,
        fields=_fields(QueryParams(), found, today, today + _AHEAD),
        done=_done(request.query_params),
    )


def _row(found: Diary, calendar: Calendar | None, today: date) -> dict[str, object]:
    ahead = [on for on in found.sittings if on >= today]
    return {
        "diary": found,
        "called": first_up(found.title),
        "often": _often(found),
        "next": ahead[0] if ahead else None,
        "ahead": len(ahead),
        "last": ahead[-1] if ahead else None,
        "gaps": len(_gaps(found, calendar, today)),
    }


def _gaps(found: Diary, calendar: Calendar | None, today: date) -> tuple[tuple[date, date], ...]:
    rhythm = rhythm_of(found.meeting, found.sittings)
    if rhythm is None or calendar is None:
        return ()
    return gaps(rhythm, calendar, found.sittings, today)


def _not_school(found: Diary, calendar: Calendar | None, today: date) -> frozenset[date]:
    """Return the sittings to come that are no school days, where the policy sits in term time."""
    if calendar is None or not found.meeting.term_time:
        return frozenset()
    return frozenset(
        on
        for on in found.sittings
        if today <= on <= calendar.last and calendar.first <= on and not calendar.is_school_day(on)
    )


def _calendar(site: Site, policy: str) -> Calendar | None:
    found = areas.find_area(site.office, policy)
    return None if found is None else found.calendar


def _often(found: Diary) -> str:
    """Return in words how often the policy says that a meeting sits."""
    meeting = found.meeting
    if meeting.every is None or meeting.unit is None:
        return "The policy does not say how often"
    unit = UNITS.get(meeting.unit, meeting.unit.replace("_", " "))
    often = f"Every {unit}" if meeting.every == 1 else f"Every {meeting.every} {unit}s"
    on = f", on a {first_up(meeting.weekday)}" if meeting.weekday else ""
    return often + on + (", on school days" if meeting.term_time else "")


def _rhythm(asked: QueryParams, found: Diary, wrong: Wrong) -> Rhythm | None:
    """Return the rhythm that was asked for, else the policy's; None where there is neither."""
    if not asked.get("every"):
        return rhythm_of(found.meeting, found.sittings)
    every, unit, weekday = (text_in(asked, name) for name in ("every", "unit", "weekday"))
    if not (every.isascii() and every.isdigit() and 1 <= int(every) <= _MOST_OFTEN):
        wrong["every"] = f"Every: enter a number from 1 to {_MOST_OFTEN}"
    if unit not in UNITS:
        wrong["unit"] = "Choose weeks, months, half-terms or terms"
    if weekday not in WEEKDAYS:
        wrong["weekday"] = "Choose a day of the week"
    if wrong:
        return None
    in_term = asked.get("term_time") == "yes"
    return Rhythm(int(every), unit, WEEKDAYS.index(weekday), in_term)


def _fields(asked: QueryParams, found: Diary, first: date, last: date) -> dict[str, Any]:
    """Return what the form for proposals holds: what was asked, else what the policy says."""
    meeting = found.meeting
    fresh = not asked.get("every")
    every = str(meeting.every or 1) if fresh else keeping.typed(asked, "every")
    unit = (meeting.unit or "month") if fresh else text_in(asked, "unit")
    weekday = WEEKDAYS[weekday_of(meeting, found.sittings)] if fresh else text_in(asked, "weekday")
    return {
        "every": every,
        "units": chosen({name: f"{words}(s)" for name, words in UNITS.items()}, unit),
        "weekdays": chosen(_titles(WEEKDAYS), weekday),
        "term_time": meeting.term_time if fresh else asked.get("term_time") == "yes",
        "first": keeping.typed(asked, "first") or f"{first:%d/%m/%Y}",
        "last": keeping.typed(asked, "last") or f"{last:%d/%m/%Y}",
    }


def _titles(names: Sequence[str]) -> dict[str, str]:
    return {name: first_up(name) for name in names}


def _plain(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _done(asked: QueryParams) -> str:
    count = asked.get("count", "")
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    return {
        "listed": f"{counted(number, 'sitting')} listed.",
        "known": "It was listed already.",
        "removed": "The sitting is no longer listed.",
    }.get(asked.get("done", ""), "")
