"""Every step of every referral, found by who, what and when; and the files that hold them."""

from collections.abc import Iterator
from itertools import chain
from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import QueryParams

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
        found_in=_files(asked) if _some(wanted) else [],
        whole_in=_files(asked, whole="yes") if _some(wanted) else _files(asked),
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
    "json": "JSON, with the hashes that prove it",
    "xes": "XES event log, for process mining",
}


@router.get("/export.{form}")
def export(
    request: Request,
    site: Here,
    visitor: Auditing,
    form: Literal["csv", "xlsx", "json", "xes"],
) -> Response:
    """Give the steps that were found, or the whole histories of their referrals if asked for.

    Each referral is recorded as a look. Where nothing but a policy is asked for, all is whole.
    """
    wrong: Wrong = {}
    asked = request.query_params
    wanted = traces(asked, known(site), wrong, london_day(site.now()))
    if wrong:
        return steps(request, site, visitor)
    now, person = site.now(), visitor.person
    some = _some(wanted)
    only = _found(site, person, wanted) if some else None
    if only is not None and asked.get("whole"):
        pieces = exports.export(site.office, form, person, now, sorted(only))
        some = False
    else:
        pieces = exports.export(site.office, form, person, now, policy=wanted.policy, only=only)
    name = "steps-found" if some else "histories"
    return StreamingResponse(
        _begun(pieces),
        media_type=exports.FORMATS[form].media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )


def _some(wanted: Traces) -> bool:
    """Whether only some steps of a referral may be asked for, not all of a policy or of all."""
    return wanted != Traces(policy=wanted.policy)


def _files(asked: QueryParams, **more: str) -> list[tuple[str, str]]:
    return [
        (address(f"/audit/export.{form}", asked, STEP_FILTERS, **more), words)
        for form, words in _FILES.items()
    ]


def _found(site: Site, person: str, wanted: Traces) -> exports.Only:
    """Return the steps that were found, by referral."""
    found: dict[str, set[int]] = {}
    after: str | None = None
    while True:
        some = tracing.steps(site.office, person, wanted, after, _AT_ONCE)
        for one in some.rows:
            found.setdefault(one.reference, set()).add(one.seq)
        after = some.next
        if after is None:
            return found


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Return a file of which the beginning is made already."""
    ready: list[bytes] = []
    for piece in pieces:
        ready.append(piece)
        if sum(map(len, ready)) >= _BEGUN:
            break
    return chain([b"".join(ready)], pieces)
