"""Every step of every referral, found by who, what and when; and the files that hold them."""

from collections.abc import Iterator
from itertools import chain
from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from apflow.casework import exports, tracing
from apflow.clock import london_day
from apflow.store.tracing import Traces
from apflow.web.auditor.filters import STEP_FILTERS, address, known, shown, traces
from apflow.web.keeping import Wrong, chosen
from apflow.web.rendering import page
from apflow.web.site import Here, Site
from apflow.web.visitors import Auditing

router = APIRouter(include_in_schema=False, prefix="/audit")

SHOWN: Final = 50
#: Steps read at a time where a file holds only what was found.
_AT_ONCE: Final = 1000
#: So much of a file is made before any of it is sent: a fault by then is a page that says so.
_BEGUN: Final = 256 * 1024


@router.get("")
def steps(request: Request, site: Here, visitor: Auditing, after: str = "") -> Response:
    """List the steps that are asked for, newest first."""
    asked, wrong = request.query_params, Wrong()
    may = known(site)
    wanted = traces(asked, may, wrong, london_day(site.now()))
    found = (
        tracing.Traced((), more=False, next=None)
        if wrong
        else tracing.steps(site.office, visitor.person, wanted, after or None, SHOWN)
    )
    given = shown(asked, STEP_FILTERS)
    return page(
        request,
        "auditor/steps.html",
        422 if wrong else 200,
        rows=found.rows,
        policies=may.policies,
        older=address("/audit", asked, STEP_FILTERS, after=found.next) if found.next else "",
        newest=address("/audit", asked, STEP_FILTERS) if after else "",
        files=[
            (address(f"/audit/export.{form}", asked, STEP_FILTERS), words)
            for form, words in _FILES.items()
        ],
        narrowed=wanted != Traces(),
        people=chosen(may.names, given["who"], "Anybody"),
        events=chosen(may.events, given["event"], "Anything"),
        policy_items=chosen(may.policies, given["policy"], "Any policy"),
        given=given,
        runs_at=site.settings.prefect_pages,
        wrong=wrong,
    )


_FILES: Final = {
    "csv": "CSV, one row a step",
    "xlsx": "Spreadsheet (XLSX)",
    "json": "JSON, with what proves it unaltered",
    "xes": "XES event log, for process mining",
}


@router.get("/export.{form}")
def export(
    request: Request,
    site: Here,
    visitor: Auditing,
    form: Literal["csv", "xlsx", "json", "xes"],
) -> Response:
    """Give the whole histories of the referrals that were found; each is recorded as a look."""
    wrong: Wrong = {}
    wanted = traces(request.query_params, known(site), wrong, london_day(site.now()))
    if wrong:
        return steps(request, site, visitor)
    references, policy = _referrals(site, visitor.person, wanted)
    pieces = exports.export(site.office, form, visitor.person, site.now(), references, policy)
    return StreamingResponse(
        _begun(pieces),
        media_type=exports.FORMATS[form].media_type,
        headers={"Content-Disposition": f'attachment; filename="histories.{form}"'},
    )


def _referrals(
    site: Site, person: str, wanted: Traces
) -> tuple[tuple[str, ...] | None, str | None]:
    """Return the referrals that a file holds: their references, or all of a policy or of all."""
    if wanted == Traces(policy=wanted.policy):
        return None, wanted.policy
    found: set[str] = set()
    after: str | None = None
    while True:
        some = tracing.steps(site.office, person, wanted, after, _AT_ONCE)
        found.update(one.reference for one in some.rows)
        after = some.next
        if after is None:
            return tuple(sorted(found)), None


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Return a file of which the beginning is made already."""
    ready: list[bytes] = []
    for piece in pieces:
        ready.append(piece)
        if sum(map(len, ready)) >= _BEGUN:
            break
    return chain([b"".join(ready)], pieces)
