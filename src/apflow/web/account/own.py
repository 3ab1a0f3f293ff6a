"""Who one is here, and where one is signed in."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apflow.store import register
from apflow.web import keeping
from apflow.web.posting import Posted, text_of
from apflow.web.rendering import page
from apflow.web.roles import Titles
from apflow.web.site import Here
from apflow.web.visitors import Visiting
from apflow.web.wording import counted

router = APIRouter(include_in_schema=False)

_HOW: Mapping[str, str] = {
    "password": "With a password",
    "sso": "Through your organisation",
    "demo": "In the demonstration",
}


@router.get("/account")
def account(request: Request, site: Here, visitor: Visiting) -> Response:
    """Show who one is, in which roles, and where one is signed in."""
    now = site.now()
    with site.office.store.reading() as tx:
        person = register.get_person(tx, visitor.person)
    sessions = [
        {
            "id": one.id,
            "how": _HOW.get(one.how, one.how),
            "created_at": one.created_at,
            "seen_at": one.seen_at,
            "mine": one.id == visitor.session,
        }
        for one in site.accounts.sessions_of(visitor.person, now)
    ]
    return page(
        request,
        "account/own.html",
        email=person.email if person is not None else None,
        signs_in_as=visitor.person,
        roles=Titles(site).all_held(visitor.roles),
        sessions=sessions,
        tokens=site.accounts.tokens_of(visitor.person, now),
        done=_done(request),
    )


@router.post("/account/sessions/end")
def end(site: Here, visitor: Visiting, form: Posted) -> Response:
    """End one of one's other sessions, or all of them but this one."""
    now, session = site.now(), text_of(form, "session")
    if not session:
        ended = site.accounts.sign_out_everywhere(visitor.person, now, visitor.session)
    else:
        mine = session != visitor.session
        ended = int(mine and site.accounts.end_session(visitor.person, session, now))
    return keeping.back("/account", done="ended", count=str(ended))


def _done(request: Request) -> str:
    asked = request.query_params
    count = asked.get("count", "")
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    ended = f"You are signed out in {counted(number, 'other place')}." if number else ""
    return {
        "ended": ended or "That was ended already.",
        "password": f"Your password is changed. {ended}".strip(),
    }.get(asked.get("done", ""), "")
