"""Choosing one's own password: when one likes, or at once where somebody else gave the last one."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apflow.casework.accounts.passwords import SHORTEST
from apflow.errors import BadInput
from apflow.web import keeping
from apflow.web.keeping import Wrong
from apflow.web.navigation import front
from apflow.web.posting import Posted
from apflow.web.rendering import page
from apflow.web.site import Here
from apflow.web.visitors import CHOOSING, Visiting

router = APIRouter(include_in_schema=False)


@router.get(CHOOSING)
def ask(request: Request, visitor: Visiting) -> Response:
    """Ask for the old and the new password."""
    return _form(request, visitor.must_change, {})


@router.post(CHOOSING)
def change(request: Request, site: Here, visitor: Visiting, form: Posted) -> Response:
    """Take the new password, and end every other session of its owner."""
    current, new = form.get("current"), form.get("new")
    wrong: Wrong = {}
    if not isinstance(current, str) or not current:
        wrong["current"] = "Enter the password that you have now"
    if not isinstance(new, str) or not new:
        wrong["new"] = "Enter the password that you want"
    if wrong or not isinstance(current, str) or not isinstance(new, str):
        return _form(request, visitor.must_change, wrong)
    now = site.now()
    try:
        refused = site.accounts.change_password(visitor.person, current, new, now)
    except BadInput as error:
        return _form(request, visitor.must_change, {"new": keeping.sentence("New password", error)})
    if refused is not None:
        return _form(request, visitor.must_change, {"current": refused.says})
    ended = site.accounts.sign_out_everywhere(visitor.person, now, visitor.session)
    if visitor.must_change:
        return keeping.back(front(visitor))
    return keeping.back("/account", done="password", count=str(ended))


def _form(request: Request, must_change: bool, wrong: Wrong) -> Response:  # noqa: FBT001
    return page(
        request,
        "account/password.html",
        422 if wrong else 200,
        must_change=must_change,
        shortest=SHORTEST,
        wrong=wrong,
    )
