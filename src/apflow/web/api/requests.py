"""Requests, for programs: asking for an event, opening a referral, and what became of it.

Everything is asked through the same door as from the pages, and decided by the same decision.
"""

from collections.abc import Callable
from typing import Annotated, Final, TypeVar

from fastapi import APIRouter, Path, Response

from apflow.casework.accounts import Visitor
from apflow.casework.offering import Offer, looked, offer
from apflow.errors import BadInput, BadInputs, Unknown
from apflow.referral import Request
from apflow.web.advancing import advance, new_request_id, usable
from apflow.web.api.asked import IdempotencyKey, OpeningSent, RequestSent, Wanted
from apflow.web.api.callers import Calling, Doing, Reference, doer
from apflow.web.api.opening import opening
from apflow.web.api.problems import (
    APPLIED,
    REFUSED,
    ApiFault,
    ApiRoute,
    bad_input,
    missing,
    of_kind,
)
from apflow.web.api.shape import REQUEST
from apflow.web.api.shown_requests import FindingShown, RequestShown, findings_of, shown
from apflow.web.site import Here, Site

router = APIRouter(route_class=ApiRoute, tags=["Requests"])

Outcome = TypeVar("Outcome")
#: Members of what was sent that the door calls otherwise.
_CALLED: Final = {"happened on": "happened_on"}


@router.post("/referrals/{reference}/requests", status_code=201, responses={**APPLIED, **REFUSED})
def ask(
    reference: Reference,
    sent: RequestSent,
    response: Response,
    site: Here,
    caller: Calling,
    key: IdempotencyKey = None,
) -> RequestShown:
    """Ask for an event. A refusal (409) is an answer with every finding, and is kept."""
    offered = offer(site.office, reference, caller.person, site.now())
    doer(caller)
    looked(site.office, offered.referral.reference, caller.person, site.now())
    reference = offered.referral.reference
    request_id, known = _identified(site, caller, sent, key)
    if known is None:
        asked = sent.asked(caller.person, sent.role or _role(offered, sent.event))
        known = _taken(sent, lambda: advance(site, reference, asked, request_id))
    if (known.reference, known.event, known.opens) != (reference, sent.event, None):
        raise _used_otherwise()
    return _answered(known, response)


@router.post("/referrals", status_code=201, responses={**APPLIED, **REFUSED})
def open_referral(
    sent: OpeningSent, response: Response, site: Here, caller: Doing, key: IdempotencyKey = None
) -> RequestShown:
    """Open a referral. Where policy says no (409) nothing is kept of the child."""
    request_id, known = _identified(site, caller, sent, key)
    if known is not None:
        if known.opens is None:
            raise _used_otherwise()
        return _answered(known, response)
    wanted = opening(site, caller, sent)
    decision = _taken(sent, lambda: wanted.decision)
    if not decision.allowed:
        found = findings_of(wanted.told)
        raise of_kind("refused", _stopping(found), findings=found)
    return _answered(_taken(sent, lambda: wanted.opened(request_id)), response)


@router.get("/requests/{request_id}")
def request(
    request_id: Annotated[str, Path(pattern=REQUEST, description="The request's id.")],
    site: Here,
    caller: Calling,
) -> RequestShown:
    """Give a request of your own: what was asked, and what became of it."""
    known = site.casework.request(_tidy(request_id))
    if known.actor != caller.person:
        raise missing()
    if known.opens is None or known.state == "applied":
        # It tells of the referral, so whoever no longer sees that does not see this either.
        offer(site.office, known.reference, caller.person, site.now())
        looked(site.office, known.reference, caller.person, site.now())
    return shown(known)


def _identified(
    site: Site, caller: Visitor, sent: Wanted, key: str | None
) -> tuple[str, Request | None]:
    """Return the request's id, and the request if it was asked before."""
    given = _tidy(sent.id or "")
    from_header = _tidy((key or "").strip('"'))
    if given and from_header and given != from_header:
        raise bad_input(("id", "`Idempotency-Key` says another one"))
    if not (given or from_header):
        return new_request_id(), None
    wanted = usable(given or from_header, caller, site)
    if wanted is None:
        raise bad_input(("id", "it is taken; choose another, at random"))
    try:
        site.casework.request(wanted)
    except Unknown:
        return wanted, None
    # Sent twice at once, it may be stored and not applied yet: then it is applied now.
    return wanted, site.runs.advance(wanted, site.now())


def _tidy(request_id: str) -> str:
    return request_id.replace("-", "")


def _role(offered: Offer, event: str) -> str:
    """Return the role in which somebody gets furthest with an event; their first for one of ours.

    The door itself says what is wrong with an event that nobody knows.
    """
    way = offered.way(event) if event in offered.lifecycle.events else None
    return way.role if way is not None and way.mine else offered.roles[0]


def _taken(sent: Wanted, ask: Callable[[], Outcome]) -> Outcome:
    """Ask, and say of what cannot be taken where it stands in what was sent."""
    try:
        return ask()
    except BadInputs as several:
        raise bad_input(*(_placed(one, sent) for one in several.inputs)) from None
    except BadInput as one:
        raise bad_input(_placed(one, sent)) from None
    except Unknown as fault:
        places = {"event": "event", "guard": f"overrides.{fault.name}"}
        if fault.kind not in places:
            raise
        raise bad_input((places[fault.kind], str(fault))) from None


def _placed(error: BadInput, sent: Wanted) -> tuple[str, str]:
    field = _CALLED.get(error.field, error.field)
    if error.field.startswith("override of "):
        field = f"overrides.{error.field.removeprefix('override of ')}"
    elif error.field in sent.answers:
        field = f"answers.{error.field}"
    return field, error.says


def _used_otherwise() -> ApiFault:
    return bad_input(("id", "it was used for something else; choose another, at random"))


def _stopping(found: tuple[FindingShown, ...]) -> str:
    """Return in words what keeps the referral from moving."""
    return " ".join(
        one.says for one in found if one.verdict in ("unmet", "unknown") and one.force != "should"
    )


def _answered(known: Request, response: Response) -> RequestShown:
    """Return an applied request; raise what became of any other."""
    if known.state != "applied":
        told = known.result or {}
        found = findings_of(told)
        kind = known.state if known.state in ("refused", "stale") else "abandoned"
        detail = str(told.get("changed", "")) if kind == "stale" else _stopping(found)
        raise of_kind(kind, detail, findings=found, request=known.id)
    response.headers["Location"] = f"/api/v1/requests/{known.id}"
    return shown(known)
