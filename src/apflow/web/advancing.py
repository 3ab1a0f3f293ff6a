"""The one way in which a page advances a referral: asked, stored, carried by a flow run."""

import secrets

from apflow.casework import Asked
from apflow.casework.accounts import Visitor
from apflow.errors import Unknown
from apflow.referral import Request
from apflow.web.site import Site


def new_request_id() -> str:
    """Return an id for a Request: a form carries it, so that sending it twice advances once."""
    return secrets.token_hex(16)


def advance(site: Site, reference: str, asked: Asked, request_id: str | None) -> Request:
    """Ask for an event and return the closed Request: applied, refused or stale.

    Raises what `casework.ask` raises for answers that cannot be taken: nothing is stored then.
    """
    now = site.now()
    request = site.casework.ask(reference, asked, now, request_id)
    return site.runs.advance(request.id, now)


def usable(request_id: str, visitor: Visitor, site: Site) -> str | None:
    """Return a form's request id if it may be used: ours in shape, and nobody else's Request."""
    if len(request_id) != 32 or not all(one in "0123456789abcdef" for one in request_id):
        return None
    try:
        known = site.casework.request(request_id)
    except Unknown:
        return request_id
    return request_id if known.actor == visitor.person else None
