"""Policies, for programs: which there are, and all that one of them says."""

from typing import Annotated

from fastapi import APIRouter, Query

from apflow.casework import policies as known
from apflow.casework.policies import PolicyKnown
from apflow.errors import Unknown
from apflow.web.api.callers import Calling, Limit, PolicyName
from apflow.web.api.problems import ApiRoute, leads_to
from apflow.web.api.shape import POLICY
from apflow.web.api.shown_policies import (
    InForceShown,
    Policies,
    PolicyListed,
    PolicyShown,
    in_force,
    shown,
)
from apflow.web.site import Here

router = APIRouter(route_class=ApiRoute, tags=["Policies"])


@router.get("/policies", responses=leads_to("/items/0/name", policy="name"))
def policies(
    site: Here,
    caller: Calling,  # noqa: ARG001
    limit: Limit = 50,
    after: Annotated[
        str | None,
        Query(pattern=POLICY, description="Where to go on: `next` of the answer before."),
    ] = None,
) -> Policies:
    """List the policies that there are, by name."""
    found = [one for one in known.policies(site.office) if after is None or one.name > after]
    page = found[:limit]
    more = page[-1].name if len(found) > limit else None
    return Policies(items=tuple(map(_listed, page)), next=more)


@router.get("/policies/{name}")
def policy(
    name: PolicyName,
    site: Here,
    caller: Calling,  # noqa: ARG001
    digest: Annotated[
        str | None,
        Query(
            pattern="^[0-9a-f]{64}$",
            description="An older version, as a referral names it (`lifecycle`). Unless given, "
            "the one that new referrals follow.",
        ),
    ] = None,
) -> PolicyShown:
    """Give a policy: its states, events and facts, its guards and deadlines in words."""
    kept = {one.lifecycle.digest: one for one in known.kept(site.office, name)}
    if digest is None:
        lifecycle = known.today(site.office, name).lifecycle
    elif digest in kept:
        lifecycle = kept[digest].lifecycle
    else:
        raise Unknown("version", digest)
    version = kept.get(lifecycle.digest)
    return shown(lifecycle, None if version is None else version.kept_at)


def _listed(one: PolicyKnown) -> PolicyListed:
    today = one.today
    return PolicyListed(
        name=one.name,
        title=None if today is None else today.lifecycle.title,
        digest=None if today is None else today.lifecycle.digest,
        in_force=InForceShown() if today is None else in_force(today.lifecycle),
        versions=one.versions,
        referrals=one.referrals,
        usable=not one.faults,
    )
