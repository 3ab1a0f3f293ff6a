"""The dashboard: where the referrals of a policy stand, what is late, and how they end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apflow import diagram
from apflow.casework.accounts import Visitor
from apflow.casework.lists.around import Around, around
from apflow.casework.numbers import Numbers, numbers
from apflow.casework.sheets import MEDIA_TYPE, workbook
from apflow.clock import london_day
from apflow.errors import BadInput, Unknown
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.written import take_date
from apflow.web.manager import notices
from apflow.web.manager.tables import (
    period,
    pool_bars,
    provider_bars,
    sheets,
    shown,
    tables,
    tiles,
)
from apflow.web.rendering import drawing, page
from apflow.web.site import Here, Site
from apflow.web.visitors import Managing

router = APIRouter(include_in_schema=False)

#: The filters of the page, which are those of its spreadsheet.
_NAMES = ("policy", "school", "from", "to")
_TITLES = {"from": "From", "to": "Until"}


@dataclass(frozen=True)
class Filters:
    """What is asked for: as it was chosen, the days that were read of it, and what is wrong."""

    chosen: Mapping[str, str]
    days: Mapping[str, date]
    faults: Mapping[str, str]

    def address(self, path: str, **but: str) -> str:
        """Return an address with these filters, some of them changed."""
        given = {name: value for name, value in {**self.chosen, **but}.items() if value}
        return f"{path}?{urlencode(given)}" if given else path


@router.get("/dashboard")
def dashboard(request: Request, site: Here, visitor: Managing) -> Response:
    """Show the numbers of one policy, of a school and a period if these are chosen."""
    beside = around(site.office, visitor.person, london_day(site.now()))
    filters = _filters(request.query_params, beside, london_day(site.now()))
    if not beside.policies:
        return page(request, "manager/no_dashboard.html")
    lifecycle = _lifecycle(beside, filters)
    try:
        found = _numbers(site, visitor, filters)
    except BadInput as wrong:
        filters = Filters(filters.chosen, {}, {**filters.faults, wrong.field: wrong.says})
        found = _numbers(site, visitor, filters)
    code = 422 if filters.faults else 200
    return page(
        request,
        "manager/dashboard.html",
        code,
        **_shown(found, filters, lifecycle, beside),
        unsent=notices.led_to(site),
    )


@router.get("/dashboard.xlsx")
def spreadsheet(request: Request, site: Here, visitor: Managing) -> Response:
    """Give the same numbers as a spreadsheet. Raises BadInput for a period that is none."""
    now = site.now()
    beside = around(site.office, visitor.person, london_day(now))
    filters = _filters(request.query_params, beside, london_day(now))
    for name, says in filters.faults.items():
        raise BadInput(name, filters.chosen[name], says)
    found = _numbers(site, visitor, filters)
    content = workbook(sheets(found, tables(found, _no_link)), now)
    name = f"{found.policy}-{london_day(now).isoformat()}.xlsx"
    return Response(
        content,
        media_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _shown(
    found: Numbers, filters: Filters, lifecycle: Lifecycle, beside: Around
) -> dict[str, object]:
    """Return everything that the page shows."""

    def link(state: str) -> str:
        asked = {"policy": found.policy, "state": state, "school": found.school or ""}
        return f"/referrals?{urlencode({name: one for name, one in asked.items() if one})}"

    counts = {one.state: one.count for one in found.states}
    overdue = {one.state: one.overdue for one in found.states if one.overdue}
    links = {name: link(name) for name in lifecycle.states}
    picture = diagram.overview(lifecycle, counts=counts, overdue=overdue, links=links, styled=False)
    began = _school_year(london_day(found.as_at))
    return {
        "numbers": found,
        "filters": filters,
        "policies": [(one.lifecycle, one.title) for one in beside.policies],
        "places": beside.places,
        "tables": tables(found, link),
        "shown": shown,
        "tiles": list(tiles(found)),
        "pools": list(pool_bars(found)),
        "providers": list(provider_bars(found)),
        "picture": drawing(picture),
        "period": period(found),
        "refresh": filters.address("/dashboard"),
        "download": filters.address("/dashboard.xlsx"),
        "this_year": filters.address("/dashboard", **{"from": began.isoformat(), "to": ""}),
        "all_time": filters.address("/dashboard", **{"from": "", "to": ""}),
        "errors": [
            {"text": f"{_TITLES.get(name, name)}: {says}", "href": f"#{name}"}
            for name, says in filters.faults.items()
        ],
    }


def _numbers(site: Site, visitor: Visitor, filters: Filters) -> Numbers:
    return numbers(
        site.office,
        visitor.person,
        filters.chosen["policy"],
        site.now(),
        school=filters.chosen["school"] or None,
        from_=filters.days.get("from"),
        to=filters.days.get("to"),
    )


def _filters(given: Mapping[str, str], beside: Around, today: date) -> Filters:
    chosen = {name: given.get(name, "").strip() for name in _NAMES}
    if not chosen["policy"] and beside.policies:
        chosen["policy"] = beside.policies[0].lifecycle
    days: dict[str, date] = {}
    faults: dict[str, str] = {}
    for name in ("from", "to"):
        try:
            if chosen[name]:
                days[name] = take_date(name, chosen[name], today)
        except BadInput as wrong:
            faults[name] = wrong.says
    return Filters(chosen, days, faults)


def _lifecycle(beside: Around, filters: Filters) -> Lifecycle:
    """Return the policy that is asked for. Raises Unknown."""
    for one in beside.policies:
        if one.lifecycle == filters.chosen["policy"]:
            return one
    raise Unknown("policy", filters.chosen["policy"])


def _school_year(today: date) -> date:
    """Return the day on which the school year began."""
    return date(today.year if today.month >= 9 else today.year - 1, 9, 1)


def _no_link(_: str) -> str:
    return ""
