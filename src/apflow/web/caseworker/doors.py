"""The ways into the pages that put a referral right: the same for each of them."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from apflow.web.caseworker.house import Righting
from apflow.web.caseworker.sending import typed_of
from apflow.web.posting import Posted
from apflow.web.site import Here
from apflow.web.visitors import Visiting


def add_doors(router: APIRouter, room: type[Righting], *, shown: bool = True) -> None:
    """Add what shows a room's form and what takes it, to be checked first where the room says so.

    With `shown` false the router shows the form itself.
    """
    path = f"/referrals/{{reference}}/{room.path}"

    def show(request: Request, reference: str, site: Here, visitor: Visiting) -> Response:
        return room(request, site, visitor, reference, {}).show()

    def take(
        request: Request, reference: str, site: Here, visitor: Visiting, posted: Posted
    ) -> Response:
        return room(request, site, visitor, reference, typed_of(posted)).to()

    def confirm(
        request: Request, reference: str, site: Here, visitor: Visiting, posted: Posted
    ) -> Response:
        return room(request, site, visitor, reference, typed_of(posted)).to(confirmed=True)

    def begin_again(request: Request, reference: str, site: Here, visitor: Visiting) -> Response:
        # An address holds no answers to be checked.
        made = room(request, site, visitor, reference, {})
        return RedirectResponse(f"/referrals/{made.reference}/{room.path}", 303)

    if shown:
        router.get(path)(show)
    router.post(path)(take)
    if room.checked:
        router.post(f"{path}/check")(confirm)
        router.get(f"{path}/check")(begin_again)
