"""What is to be done, what falls due and how things stand, for programs."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Query
from pydantic import Field

from apflow.casework.lists.falling_due import falling
from apflow.casework.lists.working import work
from apflow.casework.meetings import sittings
from apflow.casework.numbers import numbers
from apflow.clock import LONDON
from apflow.errors import Unknown
from apflow.web.api.callers import Managing, Seeing
from apflow.web.api.problems import ApiRoute, missing
from apflow.web.api.shape import (
    IDENTITY,
    OF_DEADLINES,
    OF_GROUPS,
    OF_SITTINGS,
    POLICY,
    Day,
    Shape,
)
from apflow.web.api.shown_lists import (
    DueList,
    GroupName,
    Sittings,
    Worklist,
    due_shown,
    sitting_shown,
    work_shown,
)
from apflow.web.api.shown_numbers import NumbersShown
from apflow.web.site import Here

router = APIRouter(route_class=ApiRoute, tags=["Lists"])
_ON: Final = "Where to go on: `next` of the answer before."
_GROUPS: Final[dict[str, GroupName]] = {name: name for name in get_args(GroupName)}
_FAR: Final = datetime(9999, 1, 1, tzinfo=UTC)


class OfPolicy(Shape):
    """What every list here can be limited to."""

    policy: str | None = Field(default=None, pattern=POLICY, description="Those of this policy.")
    limit: int = Field(default=50, ge=1, le=200, description="Most items to answer.")


class OfWork(OfPolicy):
    """Which referrals a worklist has."""

    mine: bool = Field(default=False, description="Only those that the token's person has.")
    group: GroupName | None = Field(
        default=None, description="Only this group has items; the totals are always those of all."
    )
    after: str | None = Field(
        default=None,
        pattern=OF_GROUPS,
        description="Where one group goes on: its `next` of the answer before.",
    )


class OfDeadlines(OfPolicy):
    """Which deadlines are listed."""

    due_before: Day | None = Field(
        default=None, description="Those due before this day begins in London; unless given, all."
    )
    mine: bool = Field(default=False, description="Only on referrals that the token's person has.")
    after: str | None = Field(default=None, pattern=OF_DEADLINES, description=_ON)


class OfMeetings(OfPolicy):
    """Which sittings are listed."""

    after: str | None = Field(default=None, pattern=OF_SITTINGS, description=_ON)


class OfNumbers(Shape):
    """What is counted."""

    policy: str = Field(pattern=POLICY, description="The policy whose numbers they are.")
    school: str | None = Field(
        default=None,
        pattern=IDENTITY,
        description="Only where this organisation takes part: its id.",
    )
    first: Day | None = Field(default=None, description="The first day of the period.")
    last: Day | None = Field(default=None, description="The last day of the period.")


@router.get("/worklist")
def worklist(site: Here, caller: Seeing, of: Annotated[OfWork, Query()]) -> Worklist:
    """List the person's open referrals in four groups, in each what is due first at the top."""
    group, _, after = (of.after or "").partition("~")
    return work_shown(
        work(
            site.office,
            caller.person,
            site.now(),
            mine=of.mine,
            policy=of.policy,
            group=_GROUPS.get(group, of.group),
            after=after or None,
            limit=of.limit,
        )
    )


@router.get("/meetings")
def meetings(site: Here, caller: Seeing, of: Annotated[OfMeetings, Query()]) -> Sittings:
    """List the sittings of the last four months and those ahead, by day."""
    every = sorted(
        (
            sitting_shown(meeting, one)
            for meeting in sittings.meetings(site.office, caller.person, site.now())
            for one in (*meeting.past, *meeting.ahead)
            if of.policy in (None, meeting.policy)
        ),
        key=lambda one: _place(one.on, one.policy, one.meeting),
    )
    left = [one for one in every if _place(one.on, one.policy, one.meeting) > (of.after or "")]
    page = left[: of.limit]
    last = page[-1] if len(left) > of.limit else None
    more = None if last is None else _place(last.on, last.policy, last.meeting)
    return Sittings(items=tuple(page), next=more)


@router.get("/deadlines")
def deadlines(site: Here, caller: Seeing, of: Annotated[OfDeadlines, Query()]) -> DueList:
    """List what falls due on the open referrals that the person may see, the earliest first."""
    found = falling(
        site.office,
        caller.person,
        site.now(),
        _FAR if of.due_before is None else datetime.combine(of.due_before, time(), LONDON),
        mine=of.mine,
        policy=of.policy,
        after=of.after,
        limit=of.limit,
    )
    return DueList(
        items=tuple(due_shown(one, caller.person) for one in found.rows), next=found.next
    )


@router.get("/numbers", name="numbers")
def counted(site: Here, caller: Managing, of: Annotated[OfNumbers, Query()]) -> NumbersShown:
    """Count where a policy's referrals stand, what was missed and how they ended (managers)."""
    now = site.now()
    try:
        found = numbers(
            site.office,
            caller.person,
            of.policy,
            now,
            school=of.school,
            from_=of.first,
            to=of.last,
        )
    except Unknown as fault:
        raise missing(str(fault)) from None
    return NumbersShown.model_validate(found)


def _place(on: date, policy: str, meeting: str) -> str:
    return f"{on}~{policy}~{meeting}"
