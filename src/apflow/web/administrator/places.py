"""How many places there are in each pool, how many are held, and who waits: numbers only."""

from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apflow.casework.administering.places import pools_now
from apflow.web.rendering import page
from apflow.web.site import Here
from apflow.web.visitors import Administering

router = APIRouter(include_in_schema=False)


@router.get("/admin/places")
def every_pool(request: Request, site: Here, _: Administering) -> Response:
    """Show every pool of every policy as it stands."""
    pools = pools_now(site.office)
    policies = [
        (title, list(found)) for title, found in groupby(pools, key=lambda one: one.policy_title)
    ]
    return page(request, "administrator/places.html", policies=policies)
