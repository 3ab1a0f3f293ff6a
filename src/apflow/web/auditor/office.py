"""What the office did: people, roles, calendars, meetings; newest first."""

from datetime import datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apflow.casework.accounts.done import acts
from apflow.clock import LONDON, london_day
from apflow.store.office_acts import Wanted
from apflow.web import keeping
from apflow.web.acts import WHAT, Speaker
from apflow.web.auditor.filters import by_handle
from apflow.web.keeping import Wrong, chosen, day_of
from apflow.web.rendering import page
from apflow.web.site import Here
from apflow.web.visitors import Auditing

router = APIRouter(include_in_schema=False)

SHOWN: Final = 50


@router.get("/audit/acts")
def office_acts(request: Request, site: Here, visitor: Auditing) -> Response:
    """List what the office did, by who did it, what it was and when."""
    asked, wrong = request.query_params, Wrong()
    today = london_day(site.now())
    first = day_of(asked, "first", wrong, today, "From")
    last = day_of(asked, "last", wrong, today, "To")
    who, what = asked.get("who", ""), asked.get("what", "")
    people = by_handle(site)
    person = people.get(who)
    if who and person is None:
        wrong["who"] = "Choose somebody from the list"
    wanted = Wanted(
        person=person[0] if person is not None else "",
        what=what if what in WHAT else "",
        since=None if first is None else start_of(first),
        until=None if last is None else start_of(last + timedelta(days=1)),
    )
    found = () if wrong else acts(site.office, visitor.person, wanted, _after(asked), SHOWN + 1)
    rows = Speaker(site).say(found[:SHOWN])
    return page(
        request,
        "auditor/acts.html",
        422 if wrong else 200,
        acts=rows,
        older=_older(asked, rows[-1].id) if len(found) > SHOWN else "",
        people=chosen({handle: name for handle, (_, name) in people.items()}, who, "Anybody"),
        whats=chosen(WHAT, what, "Anything"),
        first=keeping.typed(asked, "first"),
        last=keeping.typed(asked, "last"),
        links=visitor.administers,
        wrong=wrong,
    )


def start_of(day: Any) -> datetime:
    """Return the moment at which a day begins in London."""
    return datetime.combine(day, time(), LONDON)


def _after(asked: Any) -> str | None:
    return asked.get("after") or None


def _older(asked: Any, last: str) -> str:
    kept = {name: value for name, value in asked.items() if value and name != "after"}
    return f"/audit/acts?{urlencode({**kept, 'after': last})}"
