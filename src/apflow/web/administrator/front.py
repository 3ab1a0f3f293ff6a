"""The administrator's front page: what there is to keep, and what asks for attention."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apflow.casework.administering import areas, sittings
from apflow.casework.administering.places import pools_now
from apflow.casework.notices.unsent import unreachable
from apflow.clock import london_day
from apflow.store import register
from apflow.web.administrator.calendars import SHORT
from apflow.web.rendering import page
from apflow.web.site import Here, Site
from apflow.web.visitors import Administering
from apflow.web.wording import counted, first_up, short_day

router = APIRouter(include_in_schema=False)


@router.get("/admin")
def front(request: Request, site: Here, _: Administering) -> Response:
    """Show the parts of the administration, each with what it holds."""
    return page(request, "administrator/front.html", parts=_parts(site))


def _parts(site: Site) -> list[dict[str, object]]:
    """Return the parts: address, title, what there is, what asks for attention."""
    today = london_day(site.now())
    with site.office.store.reading() as tx:
        people = register.list_people(tx)
        organisations = len(register.list_organisations(tx))
    disabled = sum(1 for one in people if one.disabled)
    there = counted(len(people), "person", "people")
    return [
        _part(
            "people",
            "People",
            there + (f", {disabled} disabled" if disabled else ""),
            *_without_address(site),
        ),
        _part("organisations", "Organisations", counted(organisations, "organisation")),
        _part("calendars", "Calendars", "School days of each area", *_calendars(site, today)),
        _part("meetings", "Meetings", "When forums and panels sit", *_meetings(site, today)),
        _part("places", "Places", counted(len(pools_now(site.office)), "pool")),
    ]


def _part(name: str, title: str, holds: str, *attention: tuple[str, str]) -> dict[str, object]:
    return {"href": f"/admin/{name}", "title": title, "holds": holds, "attention": attention}


def _without_address(site: Site) -> list[tuple[str, str]]:
    """Return the roles to which messages could not go, since nobody there has an address."""
    return [
        ("No address", first_up(role) + (f", {place}" if place else ""))
        for role, place in unreachable(site.office)
    ]


def _calendars(site: Site, today: date) -> list[tuple[str, str]]:
    """Return what asks for attention in calendars: a word for it, and whose it is."""
    found = []
    for one in areas.areas(site.office):
        if one.calendar is None or one.stored is None:
            found.append(("None", one.title))
        elif one.days_left(today) < SHORT:
            found.append((f"Ends {short_day(one.calendar.last)}", one.title))
        elif one.stored.example:
            found.append(("Example", one.title))
    return found


def _meetings(site: Site, today: date) -> list[tuple[str, str]]:
    return [
        ("None listed", f"{one.title}, {one.policy_title}")
        for one in sittings.diaries(site.office)
        if not any(on >= today for on in one.sittings)
    ]
