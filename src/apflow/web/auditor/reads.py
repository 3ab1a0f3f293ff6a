"""Who looked at which child's record, at what of it, and when; newest first."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apflow.casework import tracing
from apflow.clock import london_day
from apflow.web.auditor.filters import LOOK_FILTERS, address, by_handle, looks, shown
from apflow.web.keeping import Wrong, chosen
from apflow.web.rendering import page
from apflow.web.site import Here
from apflow.web.visitors import Auditing

router = APIRouter(include_in_schema=False)

SHOWN: Final = 100


@router.get("/audit/reads")
def reads(request: Request, site: Here, visitor: Auditing, after: str = "") -> Response:
    """List who looked, by person, referral and day."""
    asked, wrong = request.query_params, Wrong()
    people = by_handle(site)
    wanted = looks(asked, people, wrong, london_day(site.now()))
    found = (
        tracing.LooksFound((), more=False, next=None)
        if wrong
        else tracing.reads_of(site.office, visitor.person, wanted, after or None, SHOWN)
    )
    given = shown(asked, LOOK_FILTERS)
    return page(
        request,
        "auditor/reads.html",
        422 if wrong else 200,
        rows=found.rows,
        older=address("/audit/reads", asked, LOOK_FILTERS, after=found.next) if found.next else "",
        newest=address("/audit/reads", asked, LOOK_FILTERS) if after else "",
        people=chosen({handle: name for handle, (_, name) in people.items()}, given["who"],
                      "Anybody"),
        given=given,
        wrong=wrong,
    )  # fmt: skip
