"""Who asks: the session's cookie, and what may not be seen without one."""

from typing import Annotated, Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Depends, Request
from fastapi.responses import Response

from apflow.casework.accounts import Visitor
from apflow.web.site import Here, Site

#: The one page for somebody whose password was given to them by somebody else.
CHOOSING = "/account/password"
#: Twelve hours, the longest that a session lasts; the store decides.
_SECONDS = 12 * 3600


class SignInFirst(Exception):
    """Nobody is signed in; `back` is where they wanted to go.

    `lost` says whether they sent something, of which nothing is recorded.
    """

    def __init__(self, back: str, *, lost: bool = False) -> None:
        super().__init__(back)
        self.back = back
        self.lost = lost


class ChooseFirst(Exception):
    """Whoever is signed in has a password from somebody else, and has to choose their own."""


class NotForYou(Exception):
    """The page is for people in another role: `whose` says for whom."""

    def __init__(self, whose: str) -> None:
        super().__init__(whose)
        self.whose = whose


def cookie_name(site: Site) -> str:
    """Return the session cookie's name; a browser ties a `__Host-` one to this host and https."""
    return "__Host-apflow" if site.secure else "apflow"


def secret_of(request: Request, site: Site) -> str | None:
    """Return the session's secret that came with a request."""
    return request.cookies.get(cookie_name(site))


def someone(request: Request, site: Here) -> Visitor | None:
    """Return who is signed in, or None."""
    secret = secret_of(request, site)
    found = None if secret is None else site.accounts.visitor(secret, site.now())
    request.state.visitor = found
    return found


def visitor(request: Request, found: Annotated[Visitor | None, Depends(someone)]) -> Visitor:
    """Return who is signed in. Raises SignInFirst, and ChooseFirst on every page but one."""
    if found is None:
        if request.method == "GET":
            raise SignInFirst(_wanted(request.url.path, request.url.query))
        raise SignInFirst(_came_from(request), lost=True)
    if found.must_change and request.url.path != CHOOSING:
        raise ChooseFirst
    return found


#: A handler's parameter: whoever is signed in.
Visiting = Annotated[Visitor, Depends(visitor)]
#: The same, None for nobody.
Perhaps = Annotated[Visitor | None, Depends(someone)]


def _managing(found: Visiting) -> Visitor:
    if not (found.manages or found.audits):
        raise NotForYou("managers and auditors")
    return found


def _auditing(found: Visiting) -> Visitor:
    if not (found.manages or found.audits):
        raise NotForYou("auditors and managers")
    return found


def _administering(found: Visiting) -> Visitor:
    if not found.administers:
        raise NotForYou("administrators")
    return found


#: Handlers' parameters: a manager (or an auditor, who may read all); an auditor; an administrator.
Managing = Annotated[Visitor, Depends(_managing)]
Auditing = Annotated[Visitor, Depends(_auditing)]
Administering = Annotated[Visitor, Depends(_administering)]


def keep_session(response: Response, site: Site, secret: str) -> None:
    """Give the browser the secret of a new session."""
    response.set_cookie(cookie_name(site), secret, max_age=_SECONDS, **_cookie(site))


def forget_session(response: Response, site: Site) -> None:
    """Have the browser forget its session, and everything it kept of these pages."""
    response.delete_cookie(cookie_name(site), **_cookie(site))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _cookie(site: Site) -> dict[str, Any]:
    return {"httponly": True, "samesite": "lax", "secure": site.secure, "path": "/"}


def _wanted(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _came_from(request: Request) -> str:
    """Return the page of ours from which something was sent, "/" where that is not known."""
    try:
        page = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    ours = page.netloc == request.headers.get("host")
    return local(_wanted(page.path, page.query)) if ours else "/"


def back_to(path: str, *, lost: bool = False) -> str:
    """Return the address of the sign-in page that leads on to `path`.

    With `lost` it says that nothing of what was sent is recorded.
    """
    asked = {"lost": "1"} if lost else {}
    if path not in ("", "/"):
        asked["next"] = path
    return f"/sign-in?{urlencode(asked, safe='/', quote_via=quote)}" if asked else "/sign-in"


def local(path: str) -> str:
    """Return `path` if it leads to one of our own pages, else the front page."""
    plain = path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()
    return path if plain else "/"
