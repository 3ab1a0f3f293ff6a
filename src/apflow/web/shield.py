"""What protects every answer, whichever page made it.

Written against the ASGI protocol itself, so that it never reads a form and sees every answer.
"""

import logging
import secrets
import traceback
from urllib.parse import urlsplit

from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)

#: Nothing from elsewhere, nothing inline.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'none'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
_SAFE = ("GET", "HEAD", "OPTIONS")
#: The largest body that is read: a calendar or a spreadsheet fits.
LARGEST_BODY = 4 * 1024 * 1024


class TooLarge(Exception):
    """More was sent than is read."""


class Shield:
    """Refuses what another site's page sends, and gives every answer its headers.

    A request that changes something has to come from our own pages: the browser says so in
    `Sec-Fetch-Site`, older ones in `Origin` (OWASP, Cross-Site Request Forgery Prevention). A
    program without cookies carries nobody's session and may pass.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._dress(scope, MutableHeaders(scope=message))
            await send(message)

        headers = Headers(scope=scope)
        try:
            if not _ours(scope["method"], headers):
                await _page(scope, 403, _FOREIGN)(scope, receive, sent)
            elif _length(headers) > LARGEST_BODY:
                await _page(scope, 413, _LARGE)(scope, receive, sent)
            else:
                await self._app(scope, _counted(receive), sent)
        except TooLarge:
            await _page(scope, 413, _LARGE)(scope, receive, sent)
        except Exception as fault:  # noqa: BLE001 - the last resort: whoever asked gets an answer
            reference = _noted(fault)
            if begun:
                return
            words = (_BROKEN[0], f"{_BROKEN[1]} Quote {reference} if you ask for help.")
            await _page(scope, 500, words)(scope, receive, sent)

    def _dress(self, scope: Scope, headers: MutableHeaders) -> None:
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if self._https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if not scope["path"].startswith("/static/"):
            headers["Cache-Control"] = "no-store"


_FOREIGN = (
    "This did not come from our own pages",
    "Nothing was changed. Go back to the site and do it from there.",
)
_LARGE = ("That is too much to send", "Nothing was changed. Send at most four megabytes.")
_BROKEN = (
    "Sorry, there is a fault with the service",
    "Nothing more was changed. Try again in a minute.",
)


def _ours(method: str, headers: Headers) -> bool:
    """Whether a request may change something: it reads only, or comes from our own pages."""
    if method in _SAFE:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == headers.get("host", "")
    return "cookie" not in headers


def _length(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def _counted(receive: Receive) -> Receive:
    """Return `receive`, stopping at the largest body whatever length was announced."""
    so_far = 0

    async def counted() -> Message:
        nonlocal so_far
        message = await receive()
        so_far += len(message.get("body", b""))
        if so_far > LARGEST_BODY:
            raise TooLarge
        return message

    return counted


def _noted(fault: Exception) -> str:
    """Log where a fault came from, without its words: they may hold what a person typed."""
    reference = secrets.token_hex(4)
    frames = traceback.extract_tb(fault.__traceback__)[-8:]
    at = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    _log.error("fault %s: %s at %s", reference, type(fault).__name__, at)
    return reference


def _page(scope: Scope, code: int, words: tuple[str, str]) -> Response:
    """Return an answer that needs neither templates nor the store."""
    title, says = words
    if scope["path"].startswith("/api/"):
        problem = {"type": "about:blank", "title": title, "status": code, "detail": says}
        return JSONResponse(problem, code, media_type="application/problem+json")
    return HTMLResponse(
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/static/govuk/govuk-frontend.min.css">'
        '<link rel="stylesheet" href="/static/css/base.css"></head>'
        '<body class="govuk-template__body"><div class="govuk-width-container">'
        f'<main class="govuk-main-wrapper" id="main"><h1 class="govuk-heading-l">{title}</h1>'
        f'<p class="govuk-body">{says}</p>'
        '<p class="govuk-body"><a class="govuk-link" href="/">Go to the front page</a></p>'
        "</main></div></body></html>",
        code,
    )
