"""All referrals that a person may see: filtered by address, searched by reference or name.

A name is never part of an address: it is posted, and so are the further pages of what it found.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from apflow.casework.accounts import Visitor
from apflow.casework.lists.around import Around, around
from apflow.casework.lists.searching import Found, Search, find
from apflow.clock import london_day
from apflow.errors import BadInput
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.written import take_date
from apflow.referral.reference import tidy_reference
from apflow.web.caseworker.rows_shown import rows_shown
from apflow.web.forms.typed import shown
from apflow.web.posting import Posted, text_of
from apflow.web.rendering import page
from apflow.web.site import Here, Site
from apflow.web.visitors import NotForYou, Visiting

router = APIRouter(include_in_schema=False)

_EACH: Final = 25
_CLOSED: Final = {"": None, "open": False, "closed": True}
_DAYS: Final = ("opened_from", "opened_to")


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters as they were chosen, and what cannot be read of them, by field."""

    chosen: Mapping[str, str]
    days: Mapping[str, date]
    faults: Mapping[str, str]

    def search(self, visitor: Visitor) -> Search:
        """Return what is asked for."""
        return Search(
            policy=self.chosen["policy"] or None,
            state=self.chosen["state"] or None,
            school=self.chosen["school"] or None,
            owner=visitor.person if self.chosen["owner"] == "mine" else None,
            opened_from=self.days.get("opened_from"),
            opened_to=self.days.get("opened_to"),
            closed=_CLOSED[self.chosen["closed"]],
        )

    def address(self, after: str) -> str:
        """Return the address of the next page of what these filters find."""
        given = {name: value for name, value in self.chosen.items() if value}
        return f"/referrals?{urlencode({**given, 'after': after})}"


@router.get("/referrals")
def listed(request: Request, site: Here, visitor: Visiting, after: str = "") -> Response:
    """Show the referrals that fit the filters, what is due first at the top."""
    beside = _beside(site, visitor)
    filters = _filters(request.query_params, london_day(site.now()))
    if filters.faults:
        return _page(request, site, visitor, beside, filters, None, 422)
    found = find(
        site.office,
        visitor.person,
        site.now(),
        filters.search(visitor),
        after=after or None,
        limit=_EACH,
    )
    return _page(request, site, visitor, beside, filters, found)


@router.post("/referrals/search")
def search(request: Request, site: Here, visitor: Visiting, form: Posted) -> Response:
    """Find referrals by reference or by words of a pupil's name; one reference leads to itself."""
    beside = _beside(site, visitor)
    text, after = shown(text_of(form, "text")), text_of(form, "after")
    if not text:
        return RedirectResponse("/referrals", 303)
    found = find(
        site.office,
        visitor.person,
        site.now(),
        Search(text=text),
        after=after or None,
        limit=_EACH,
    )
    whole = tidy_reference(text)
    if whole is not None and [row.reference for row in found.rows] == [whole]:
        return RedirectResponse(f"/referrals/{whole}", 303)
    filters = _filters({}, london_day(site.now()))
    return _page(request, site, visitor, beside, filters, found, text=text)


def _beside(site: Site, visitor: Visitor) -> Around:
    if not (visitor.acts or visitor.manages or visitor.audits):
        raise NotForYou("people who work on referrals, managers and auditors")
    return around(site.office, visitor.person, london_day(site.now()))


def _filters(given: Mapping[str, str], today: date) -> Filters:
    names = ("policy", "state", "school", "owner", "closed", *_DAYS)
    chosen = {name: shown(given.get(name, "").strip()) for name in names}
    if chosen["closed"] not in _CLOSED:
        chosen["closed"] = ""
    days: dict[str, date] = {}
    faults: dict[str, str] = {}
    for name in _DAYS:
        try:
            if chosen[name]:
                days[name] = take_date(name, chosen[name], today)
        except BadInput as fault:
            faults[name] = fault.says
    return Filters(chosen, days, faults)


def _page(
    request: Request,
    site: Site,
    visitor: Visitor,
    beside: Around,
    filters: Filters,
    found: Found | None,
    status: int = 200,
    text: str = "",
) -> Response:
    policy = filters.chosen["policy"]
    chosen = [one for one in beside.policies if policy in ("", one.lifecycle)]
    more = None
    if found is not None and found.next is not None:
        more = found.next if text else filters.address(found.next)
    return page(
        request,
        "caseworker/search.html",
        status,
        filters=filters,
        filtered=any(filters.chosen.values()),
        policies={one.lifecycle: one.title for one in beside.policies},
        states=_states(chosen),
        places=beside.places,
        opens=beside.opens,
        found=found,
        rows=rows_shown(found.rows if found is not None else (), visitor.person, site.now()),
        more=more,
        text=text,
    )


def _states(policies: list[Lifecycle]) -> list[tuple[str, str]]:
    """Return (name, title) of the policies' states; of one name in several, every title."""
    titles: dict[str, dict[str, None]] = {}
    for lifecycle in policies:
        for name, state in lifecycle.states.items():
            titles.setdefault(name, {})[state.title] = None
    return [(name, " or ".join(found)) for name, found in titles.items()]
