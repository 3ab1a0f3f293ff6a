"""What is to be done and what falls due, as programs see it: worklist, meetings, deadlines."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from apflow.casework.lists.falling_due import Due
from apflow.casework.lists.working import Group, Work
from apflow.casework.meetings.sittings import Listed as Sitting
from apflow.casework.meetings.sittings import MeetingSeen
from apflow.web.api.shape import Answered
from apflow.web.api.shown_rows import RowShown, row_shown

GroupName = Literal["overdue", "soon", "others", "rest"]


class GroupShown(Answered):
    """One group of a worklist. A referral stands in the first group that fits."""

    name: GroupName = Field(
        description="`overdue`; `soon`: due within 5 school days; `others`: its state waits for "
        "others; `rest`: everything else."
    )
    title: str = Field(description="What people call the group.")
    total: int = Field(description="How many referrals it has on all pages.")
    items: tuple[RowShown, ...] = Field(description="Its referrals, what is due first at the top.")
    next: str | None = Field(
        description="Give it as `after` for more of this group; null: there is no more."
    )


class Worklist(Answered):
    """A person's open referrals in four groups. That they were listed is recorded."""

    mine: bool = Field(description="Whether only those are listed that the person has.")
    total: int = Field(description="How many open referrals there are in all groups.")
    groups: tuple[GroupShown, ...] = Field(description="The four groups.")


class SittingShown(Answered):
    """One meeting day of a body that decides."""

    policy: str = Field(description="The policy's name.")
    policy_title: str = Field(description="What people call the policy.")
    meeting: str = Field(description="The body's name in the lifecycle.")
    title: str = Field(description="What people call it.")
    on: date = Field(description="The day on which it sits.")
    papers_by: date | None = Field(description="The last day for papers; null: none is set.")
    on_agenda: int = Field(
        description="How many referrals that the person may see wait for a decision there."
    )
    decided: int = Field(description="Of how many of those that they may see it decided something.")


class Sittings(Answered):
    """Some of the sittings of the last four months and of those ahead, by day."""

    items: tuple[SittingShown, ...] = Field(description="The sittings.")
    next: str | None = Field(description="Give it as `after` for more; null: there is no more.")


class DueShown(Answered):
    """A deadline that stands, on whichever referral. It names no child."""

    reference: str = Field(description="The referral's reference.")
    policy: str = Field(description="The name of the policy that it follows.")
    name: str = Field(description="The deadline's name in the lifecycle.")
    title: str = Field(description="What people call it.")
    occurrence: int = Field(description="1 for the first of that name on this referral.")
    due_at: datetime = Field(description="Its last moment.")
    due_on: date = Field(description="Its last day, in London.")
    owner: str = Field(description="The role that it falls to.")
    force: str = Field(description="`law`, `must` (the policy) or `should`, which is an aim.")
    overdue: bool = Field(description="Whether its moment is past.")
    missed: bool = Field(description="Whether that is recorded.")
    mine: bool = Field(description="Whether the token's person has the referral.")


class DueList(Answered):
    """Some of what falls due, the earliest first. That it was listed is recorded."""

    items: tuple[DueShown, ...] = Field(description="The deadlines.")
    next: str | None = Field(description="Give it as `after` for more; null: there is no more.")


def work_shown(work: Work) -> Worklist:
    """Return a worklist."""
    return Worklist(mine=work.mine, total=work.total, groups=tuple(map(_group, work.groups)))


def sitting_shown(meeting: MeetingSeen, sitting: Sitting) -> SittingShown:
    """Return one sitting of a meeting."""
    return SittingShown(
        policy=meeting.policy,
        policy_title=meeting.policy_title,
        meeting=meeting.meeting,
        title=meeting.title,
        on=sitting.sitting.on,
        papers_by=sitting.papers_by,
        on_agenda=sitting.on_agenda,
        decided=sitting.decided,
    )


def due_shown(due: Due, person: str) -> DueShown:
    """Return a deadline in the list of them."""
    return DueShown(
        reference=due.reference,
        policy=due.policy,
        name=due.name,
        title=due.title,
        occurrence=due.occurrence,
        due_at=due.due_at,
        due_on=due.due_on,
        owner=due.owner,
        force=due.force,
        overdue=due.overdue,
        missed=due.missed,
        mine=due.had_by == person,
    )


def _group(group: Group) -> GroupShown:
    return GroupShown(
        name=group.name,
        title=group.title,
        total=group.total,
        items=tuple(map(row_shown, group.rows)),
        next=None if group.next is None else f"{group.name}~{group.next}",
    )
