"""What one's programs and calendars show instead of oneself: tokens, and the address of a feed.

A secret is shown on the page that answers its making, and never again.
"""

from datetime import datetime, time, timedelta
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apflow.casework.accounts import Kind
from apflow.clock import LONDON
from apflow.errors import BadInput
from apflow.web import keeping
from apflow.web.keeping import Wrong, chosen
from apflow.web.posting import Posted, text_of
from apflow.web.rendering import page
from apflow.web.site import Here, Site
from apflow.web.visitors import Visiting

router = APIRouter(include_in_schema=False)

#: For how many days a program's token may last.
_DAYS: Final = {"30": "30 days", "90": "90 days", "180": "180 days", "365": "A year"}
_USUAL: Final = "90"
_PAGES: Final[dict[Kind, str]] = {"api": "/account/tokens", "feed": "/account/feed"}


@router.get("/account/tokens")
def tokens(request: Request, site: Here, visitor: Visiting) -> Response:
    """List one's tokens for programs, and ask for another."""
    return _page(request, site, visitor.person, "api")


@router.post("/account/tokens")
def make_token(request: Request, site: Here, visitor: Visiting, form: Posted) -> Response:
    """Make a token for a program and show its secret."""
    name, days = text_of(form, "name"), text_of(form, "days")
    if days not in _DAYS:
        wrong = {"days": "Choose for how long it is to last"}
        return _page(request, site, visitor.person, "api", wrong=wrong, name=name)
    last = (site.now() + timedelta(days=int(days))).astimezone(LONDON).date()
    ends_at = datetime.combine(last, time(23, 59), LONDON)
    return _made(request, site, visitor.person, "api", name, ends_at, days)


@router.get("/account/feed")
def feed(request: Request, site: Here, visitor: Visiting) -> Response:
    """Say what the calendar feed is, and list its addresses."""
    return _page(request, site, visitor.person, "feed")


@router.post("/account/feed")
def make_feed(request: Request, site: Here, visitor: Visiting, form: Posted) -> Response:
    """Make an address for a calendar and show it."""
    return _made(request, site, visitor.person, "feed", text_of(form, "name"), None)


@router.post("/account/tokens/revoke")
def revoke(site: Here, visitor: Visiting, form: Posted) -> Response:
    """Take back a token or the address of a feed."""
    kind: Kind = "feed" if text_of(form, "kind") == "feed" else "api"
    taken = site.accounts.revoke_token(visitor.person, text_of(form, "token"), site.now())
    return keeping.back(_PAGES[kind], done="taken" if taken else "known")


def _made(
    request: Request,
    site: Site,
    person: str,
    kind: Kind,
    name: str,
    ends_at: datetime | None,
    days: str = _USUAL,
) -> Response:
    try:
        secret = site.accounts.issue_token(person, kind, name, ends_at, site.now())
    except BadInput as error:
        called, field = ("What it is for", "name") if error.field == "name" else ("Lasts", "days")
        wrong = {field: keeping.sentence(called, error)}
        return _page(request, site, person, kind, wrong=wrong, name=name, days=days)
    return _page(request, site, person, kind, secret=secret)


def _page(
    request: Request,
    site: Site,
    person: str,
    kind: Kind,
    *,
    wrong: Wrong | None = None,
    secret: str = "",
    name: str = "",
    days: str = _USUAL,
) -> Response:
    found = [one for one in site.accounts.tokens_of(person, site.now()) if one.kind == kind]
    return page(
        request,
        f"account/{'tokens' if kind == 'api' else 'feed'}.html",
        422 if wrong else 200,
        tokens=found,
        secret=secret,
        address=f"{site.settings.web_url}/feeds/{secret}.ics" if secret else "",
        web_url=site.settings.web_url,
        name=keeping.visible(name),
        days=chosen(_DAYS, days),
        wrong=wrong or {},
        done=_DONE.get(request.query_params.get("done", ""), ""),
    )


_DONE: Final = {"taken": "It no longer works.", "known": "It was taken back already."}
