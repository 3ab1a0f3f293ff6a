"""Referrals, for programs: the list, one of them, what can happen next, and its history."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from apflow.casework.accounts import Visitor
from apflow.casework.lists.searching import Search, find
from apflow.casework.seeing import see
from apflow.errors import Unknown
from apflow.web.api.callers import Calling, Reference, Seeing
from apflow.web.api.problems import ApiRoute, leads_to
from apflow.web.api.shape import IDENTITY, OF_REFERRALS, POLICY, Day, Name, Shape
from apflow.web.api.shown_history import History, WholeStep, history_shown, step_shown
from apflow.web.api.shown_referrals import (
    Choices,
    ReferralShown,
    choices_shown,
    referral_shown,
)
from apflow.web.api.shown_rows import Rows, row_shown
from apflow.web.site import Here

router = APIRouter(route_class=ApiRoute, tags=["Referrals"])
_CLOSED = {"open": False, "closed": True, "all": None}


class Filters(Shape):
    """Which referrals are listed; a filter that is not given filters nothing."""

    policy: str | None = Field(default=None, pattern=POLICY, description="Those of this policy.")
    state: Name | None = Field(default=None, description="Those that stand in this state.")
    school: str | None = Field(
        default=None,
        pattern=IDENTITY,
        description="Those in which this organisation takes part, in any way: its id.",
    )
    owner: Literal["me"] | None = Field(
        default=None, description="Those that the token's person has."
    )
    closed: Literal["open", "closed", "all"] = Field(
        default="all", description="Those that are open, those that have ended, or both."
    )
    opened_from: Day | None = Field(default=None, description="Those opened on this day or later.")
    opened_to: Day | None = Field(default=None, description="Those opened on this day or earlier.")
    limit: int = Field(default=50, ge=1, le=200, description="Most items to answer.")
    after: str | None = Field(
        default=None,
        pattern=OF_REFERRALS,
        description="Where to go on: `next` of the answer before.",
    )

    def search(self, caller: Visitor) -> Search:
        """Return what is asked for."""
        return Search(
            policy=self.policy,
            state=self.state,
            school=self.school,
            owner=caller.person if self.owner == "me" else None,
            opened_from=self.opened_from,
            opened_to=self.opened_to,
            closed=_CLOSED[self.closed],
        )


@router.get(
    "/referrals",
    responses=leads_to(
        "/items/0/reference",
        referral="reference",
        choices="reference",
        history="reference",
        ask="reference",
    ),
)
def referrals(site: Here, caller: Seeing, filters: Annotated[Filters, Query()]) -> Rows:
    """List the referrals that the person may see, what is due first at the top."""
    found = find(
        site.office,
        caller.person,
        site.now(),
        filters.search(caller),
        after=filters.after,
        limit=filters.limit,
    )
    return Rows(items=tuple(map(row_shown, found.rows)), next=found.next)


@router.get("/referrals/{reference}")
def referral(reference: Reference, site: Here, caller: Calling) -> ReferralShown:
    """Give one referral: where it stands, and what the person may see of what is known."""
    return referral_shown(see(site.office, reference, caller.person, site.now()))


@router.get("/referrals/{reference}/choices")
def choices(reference: Reference, site: Here, caller: Calling) -> Choices:
    """Say what can happen next, and why not: the same decision as on the referral's page."""
    return choices_shown(see(site.office, reference, caller.person, site.now(), "choices"))


@router.get("/referrals/{reference}/history")
def history(
    reference: Reference,
    site: Here,
    caller: Calling,
    limit: Annotated[int, Query(ge=1, le=200, description="Most steps to answer.")] = 50,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="The last step known.")] = 0,
) -> History:
    """Give a referral's steps in order, with the values that the person may see."""
    seen = see(site.office, reference, caller.person, site.now(), "history")
    return history_shown(seen, after, limit)


@router.get("/referrals/{reference}/history/{seq}")
def step(
    reference: Reference,
    seq: Annotated[int, Path(ge=1, le=2**31 - 1, description="The number of the step.")],
    site: Here,
    caller: Calling,
) -> WholeStep:
    """Give one step with the text that is hashed, so that anybody can prove it."""
    seen = see(site.office, reference, caller.person, site.now(), "step")
    if seq > len(seen.steps):
        raise Unknown("step", str(seq))
    return step_shown(seen, seq)
