"""Signing in and out."""

from math import ceil
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from apflow.casework.accounts import Refused
from apflow.web.keeping import visible
from apflow.web.navigation import front
from apflow.web.posting import Posted, text_of
from apflow.web.rendering import page
from apflow.web.site import Here, Site
from apflow.web.visitors import Perhaps, forget_session, keep_session, local, secret_of

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def ask(
    request: Request,
    site: Here,
    found: Perhaps,
    onward: Annotated[str, Query(alias="next")] = "/",
) -> Response:
    """Show the sign-in page; who is signed in already goes on."""
    if found is not None:
        return RedirectResponse(front(found), 303)
    return sign_in_page(request, site, onward)


@router.post("/sign-in")
def sign_in(request: Request, site: Here, form: Posted) -> Response:
    """Sign in, or say that it did not work without saying which part was wrong."""
    name, onward = text_of(form, "name"), local(text_of(form, "next"))
    password = form.get("password")
    address = request.client.host if request.client else ""
    now = site.now()
    answer = site.accounts.sign_in(
        name, password if isinstance(password, str) else "", address, now
    )
    if isinstance(answer, Refused):
        again = answer.again_at
        refused = sign_in_page(
            request, site, onward, visible(name), answer.says, 422 if again is None else 429
        )
        if again is not None:
            refused.headers["Retry-After"] = str(max(1, ceil((again - now).total_seconds())))
        return refused
    visitor = site.accounts.visitor(answer, now)
    where = front(visitor) if visitor is not None and onward == "/" else onward
    response = RedirectResponse(where, 303)
    old = secret_of(request, site)
    if old is not None:
        site.accounts.sign_out(old, now)
    keep_session(response, site, answer)
    return response


@router.post("/sign-out")
def sign_out(request: Request, site: Here) -> Response:
    """End the session."""
    secret = secret_of(request, site)
    if secret is not None:
        site.accounts.sign_out(secret, site.now())
    response = RedirectResponse("/sign-in?out=1", 303)
    forget_session(response, site)
    return response


def sign_in_page(
    request: Request,
    site: Site,
    onward: str,
    name: str = "",
    says: str = "",
    status: int = 200,
    at: str = "name",
) -> Response:
    """Return the sign-in page; `says` is what went wrong, at the field (or button) `at`."""
    return page(
        request,
        "sign_in.html",
        status,
        onward=local(onward),
        name=name,
        says=says,
        at=at,
        out=request.query_params.get("out") == "1",
        lost=request.query_params.get("lost") == "1",
        sso=site.settings.sso_title if site.settings.sso_issuer else None,
        demonstration=site.settings.demonstration,
    )
