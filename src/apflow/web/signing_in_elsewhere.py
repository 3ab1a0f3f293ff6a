"""Signing in at the organisation's own provider: there and back again."""

import logging
from hmac import compare_digest
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from apflow.casework.accounts.elsewhere import known_elsewhere
from apflow.errors import Unknown
from apflow.web.handshake import Handshake, NotSignedIn
from apflow.web.navigation import front
from apflow.web.signing_in import sign_in_page
from apflow.web.site import Here, Site
from apflow.web.visitors import keep_session, local, secret_of

router = APIRouter(prefix="/sign-in/sso", include_in_schema=False)
_log = logging.getLogger(__name__)

#: What brings what is needed for it.
EXTRA: Final = "pip install apflow[sso]"
#: How long somebody may take at the provider.
_SECONDS: Final = 600
_AGAIN: Final = "You were not signed in. Start again from this page."
_NOBODY: Final = (
    "Your organisation knows you, but apflow does not know which person you are here. "
    "Ask the person who looks after apflow in your organisation."
)


@router.get("")
def begin(request: Request, site: Here) -> Response:
    """Send somebody to the provider."""
    onward = local(request.query_params.get("next", "/"))
    handshake = Handshake.begun(onward)
    try:
        address = _provider(site).address(handshake, site.now())
    except NotSignedIn as refused:
        return _refused(request, site, refused, onward)
    response = RedirectResponse(address, 303)
    response.set_cookie(_cookie(site), handshake.written(), max_age=_SECONDS, **_kept(site))
    return response


@router.get("/back")
def back(request: Request, site: Here) -> Response:
    """Let in whoever comes back from the provider, if all is as it has to be."""
    handshake = Handshake.read(request.cookies.get(_cookie(site)))
    onward = "/" if handshake is None else local(handshake.onward)
    try:
        response = _let_in(request, site, handshake, onward)
    except NotSignedIn as refused:
        response = _refused(request, site, refused, onward)
    # One try, one cookie: what came back once does not come back again.
    response.delete_cookie(_cookie(site), **_kept(site))
    return response


def _let_in(request: Request, site: Site, handshake: Handshake | None, onward: str) -> Response:
    provider, now = _provider(site), site.now()
    if handshake is None:
        says = "You took too long, or your browser keeps no cookies. Start again from this page."
        raise NotSignedIn(says, "no handshake was begun in this browser")
    who = provider.identity(_code(request, provider.issuer, handshake), handshake, now)
    person = known_elsewhere(site.office.store, who.issuer, who.subject, who.email, now)
    try:
        secret = site.accounts.sign_in_as_known(person or "", "sso", now)
    except Unknown:
        raise NotSignedIn(_NOBODY, "the identity is nobody's here", 403) from None
    visitor = site.accounts.visitor(secret, now)
    where = front(visitor) if visitor is not None and onward == "/" else onward
    response = RedirectResponse(where, 303)
    old = secret_of(request, site)
    if old is not None:
        site.accounts.sign_out(old, now)
    keep_session(response, site, secret)
    return response


def _code(request: Request, issuer: str, handshake: Handshake) -> str:
    """Return the code that came back for this handshake. Raises NotSignedIn."""
    given = request.query_params
    if not compare_digest(given.get("state", "").encode(), handshake.state.encode()):
        raise NotSignedIn(_AGAIN, "the state is another one")
    if given.get("iss", issuer) != issuer:  # RFC 9207
        raise NotSignedIn(_AGAIN, "another provider answered")
    if "error" in given:
        why = _door().known(given["error"])
        denied = "Your organisation did not let you sign in. Ask there, or use a password."
        raise NotSignedIn(denied if why == "access_denied" else _AGAIN, f"the provider says {why}")
    code = given.get("code", "")
    if not code or not code.isascii():
        raise NotSignedIn(_AGAIN, "no code came back")
    return code


def _refused(request: Request, site: Site, refused: NotSignedIn, onward: str) -> Response:
    _log.warning("nobody was signed in by the provider: %s", refused.why)
    return sign_in_page(request, site, onward, says=refused.says, status=refused.code, at="sso")


def _provider(site: Site) -> Any:
    """Return the provider of the settings; without one there is no such page."""
    settings = site.settings
    if settings.sso_issuer is None:
        raise Unknown("page", "sso")
    secret = settings.sso_client_secret
    return _door().provider(
        settings.sso_issuer,
        settings.sso_client_id,
        None if secret is None else secret.get_secret_value(),
        f"{settings.web_url}/sign-in/sso/back",
    )


def _door() -> Any:
    try:
        from apflow.web import single_sign_on  # noqa: PLC0415 - slow to load, and an extra
    except ImportError:
        says = "Signing in this way is not set up here. Use your name and password."
        raise NotSignedIn(says, f"the extra is missing: {EXTRA}", 503) from None
    return single_sign_on


def _cookie(site: Site) -> str:
    return "__Host-apflow-sso" if site.secure else "apflow-sso"


def _kept(site: Site) -> dict[str, Any]:
    # Lax, because it has to come along when the provider sends the browser back.
    return {"httponly": True, "samesite": "lax", "secure": site.secure, "path": "/"}
