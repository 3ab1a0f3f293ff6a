"""A person's calendar feed, at an address that is all the secret there is.

A calendar program holds no session: whoever has the address reads the feed. It names no child,
it is taken back on its person's account page, and what is no such address (any more) is a plain
404. The address is never written to a log.
"""

import re
from hashlib import sha256
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from apflow.casework.feeds import feed
from apflow.errors import Unknown
from apflow.web.site import Here

router = APIRouter(include_in_schema=False)

#: When the feed was written, which says nothing of what is in it.
_WRITTEN_AT: Final = re.compile(rb"DTSTAMP:[^\r\n]*\r?\n")


@router.api_route("/feeds/{token}.ics", methods=["GET", "HEAD"])
def calendar(token: str, request: Request, site: Here) -> Response:
    """Give what falls to the person whose token this is, as iCalendar (RFC 5545)."""
    now = site.now()
    visitor = site.accounts.by_token(token, "feed", now)
    if visitor is None:
        return _missing()
    try:
        content = feed(site.office, visitor.person, now, site.settings.web_url)
    except Unknown:
        return _missing()
    # Weak (RFC 9110, 8.8.1): two of the same tag differ in the moment of their writing alone.
    tag = f'W/"{sha256(_WRITTEN_AT.sub(b"", content)).hexdigest()[:32]}"'
    if _known(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(
        content,
        media_type="text/calendar; charset=utf-8",
        headers={"ETag": tag, "Content-Disposition": 'inline; filename="apflow.ics"'},
    )


def _missing() -> Response:
    return PlainTextResponse("There is no calendar at this address.\n", 404)


def _known(given: str, tag: str) -> bool:
    """Return whether a reader has it already (If-None-Match, compared weakly)."""
    tags = (one.strip().removeprefix("W/") for one in given.split(","))
    return given.strip() == "*" or tag.removeprefix("W/") in tags
