"""Messages that did not arrive: to whom, about which referral, since when, and why."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apflow.casework.notices.unsent import Unreached, Unsent, unsent
from apflow.web.rendering import page
from apflow.web.site import Here, Site
from apflow.web.visitors import Managing
from apflow.web.wording import moment

router = APIRouter(include_in_schema=False)

PATH: Final = "/dashboard/notices"
SHOWN: Final = 50
#: Beyond this nobody counts on the dashboard.
_MOST: Final = 99
_FAULTS: Final = {
    "address": "the address cannot be one",
    "hung up": "the mail server broke off",
}


@router.get(PATH)
def undelivered(request: Request, site: Here, _: Managing, after: str = "") -> Response:
    """List the messages that were tried and did not reach everybody."""
    found = unsent(site.office, SHOWN, after or None)
    return page(
        request,
        "manager/notices.html",
        rows=[(one, _why(one)) for one in found.rows],
        newest=PATH if after else "",
        older=f"{PATH}?after={found.next}" if found.next else "",
        sends=bool(site.settings.smtp_host),
    )


def led_to(site: Site) -> tuple[str, str]:
    """Return the address of the page and the words that lead there, with how many there are."""
    many = len(unsent(site.office, _MOST + 1).rows)
    said = "" if not many else f" ({many})" if many <= _MOST else f" (more than {_MOST})"
    return PATH, f"Messages that did not arrive{said}"


def _why(one: Unsent) -> str:
    people = ", ".join(map(_unreached, one.unreached))
    if one.next_try_at is not None:
        return f"Tried again on {moment(one.next_try_at)}" + (f": {people}" if people else "")
    if one.why == "given up":
        return f"Given up: {people}"
    if not one.signs_in:
        return "Nobody signs in for this role: somebody has to tell them in another way"
    return "Nobody who holds this role there can be written to"


def _unreached(one: Unreached) -> str:
    return f"{one.name} – {_FAULTS.get(one.fault) or f'refused ({one.fault})'}"
