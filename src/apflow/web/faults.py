"""What people see when something cannot be done: what to do next, and a way on."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from apflow.casework.accounts import MayNot
from apflow.errors import ApflowError, BadInput, BadInputs, Stale, StoreError, Unknown
from apflow.web.rendering import page
from apflow.web.visitors import CHOOSING, ChooseFirst, NotForYou, SignInFirst, back_to

Handler = Callable[[Request, Any], Awaitable[Response]]


def add_handlers(app: FastAPI) -> None:
    """Have every error answered by a page (or, for programs, by a problem of RFC 9457)."""
    handlers: dict[Any, Handler] = {
        SignInFirst: _sign_in_first,
        ChooseFirst: _choose_first,
        NotForYou: _not_for_you,
        MayNot: _not_for_you,
        Unknown: _unknown,
        BadInput: _bad_input,
        BadInputs: _bad_input,
        RequestValidationError: _malformed,
        Stale: _stale,
        StoreError: _busy,
        ApflowError: _bad_input,
        HTTPException: _plain,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def problem(request: Request, code: int, title: str, *says: str) -> Response:
    """Return the answer for something that cannot be done: a page, or JSON for programs."""
    if request.url.path.startswith("/api/"):
        about = {"type": "about:blank", "title": title, "status": code, "detail": " ".join(says)}
        return JSONResponse(about, code, media_type="application/problem+json")
    return page(request, "fault.html", code, title=title, says=says)


def missing_page(request: Request) -> Response:
    """Return the same answer for what is not there and for what is not theirs to see."""
    return problem(
        request,
        404,
        "Page not found",
        "Check the address, or look for the referral by its reference.",
        "It may also belong to an organisation that you are not a member of.",
    )


async def _sign_in_first(request: Request, error: SignInFirst) -> Response:
    if request.url.path.startswith("/api/"):
        return problem(request, 401, "Sign in first", "Send a token: Authorization: Bearer …")
    return RedirectResponse(back_to(error.back, lost=error.lost), 303)


async def _choose_first(request: Request, _: ChooseFirst) -> Response:
    if request.url.path.startswith("/api/"):
        return problem(request, 403, "Choose your own password first", "Sign in to do so.")
    return RedirectResponse(CHOOSING, 303)


async def _not_for_you(request: Request, error: NotForYou | MayNot) -> Response:
    says = f"This page is for {error.whose}. Ask an administrator if you should be one of them."
    return problem(request, 403, "You cannot see this page", says)


async def _unknown(request: Request, _: Unknown) -> Response:
    return missing_page(request)


async def _malformed(request: Request, error: RequestValidationError) -> Response:
    if any(one["loc"][:1] == ("path",) for one in error.errors()):
        return missing_page(request)
    says = [_said(one) for one in error.errors()]
    return problem(request, 422, "That cannot be read", *says)


def _said(one: Any) -> str:
    return f"{'.'.join(str(part) for part in one['loc'][1:]) or 'request'}: {one['msg']}."


async def _bad_input(request: Request, error: ApflowError) -> Response:
    return problem(request, 422, "That cannot be done", *str(error).splitlines())


async def _stale(request: Request, error: Stale) -> Response:
    return problem(request, 409, "Someone moved it first", str(error))


async def _busy(request: Request, _: StoreError) -> Response:
    says = "Many people are writing at once. Nothing was lost: try again in a moment."
    return problem(request, 503, "Try again in a moment", says)


async def _plain(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        return missing_page(request)
    if error.status_code == 405:
        return problem(
            request, 405, "That cannot be done here", "Go back and choose from the page."
        )
    return problem(request, error.status_code, "That cannot be done", str(error.detail))
