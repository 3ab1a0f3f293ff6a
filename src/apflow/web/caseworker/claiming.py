"""Taking a referral on oneself."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from apflow.casework.lists.working import ask_to_claim
from apflow.web.advancing import usable
from apflow.web.faults import problem
from apflow.web.posting import Posted, text_of
from apflow.web.site import Here
from apflow.web.visitors import Visiting

router = APIRouter(include_in_schema=False)

_THEIRS = "Somebody else has it. They, or a manager, can hand it over to you."
_YOURS = "You may have it already: look at it again."


@router.post("/referrals/{reference}/claim")
def claim(
    request: Request, reference: str, site: Here, visitor: Visiting, form: Posted
) -> Response:
    """Take a referral on, and go back to where that was asked; say why where it cannot be."""
    now = site.now()
    request_id = usable(text_of(form, "request"), visitor, site)
    asked = ask_to_claim(site.office, reference, visitor.person, now, request_id=request_id)
    closed = site.runs.advance(asked.id, now)
    if closed.state != "applied":
        found = (closed.result or {}).get("findings")
        others = isinstance(found, list) and any(one["guard"] == "role" for one in found)
        title = "You cannot take this referral on"
        return problem(request, 409, title, _THEIRS if others else _YOURS)
    where = "/" if text_of(form, "back") == "worklist" else f"/referrals/{closed.reference}"
    return RedirectResponse(f"{where}?done={closed.id}", 303)
