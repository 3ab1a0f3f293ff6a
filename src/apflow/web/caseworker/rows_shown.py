"""Referrals in lists as pages show them: what is due with how far off, and whose turn it is."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from apflow.casework.lists.rows import Row
from apflow.clock import london_day
from apflow.web.advancing import new_request_id
from apflow.web.caseworker.school_days import Near, how_near


@dataclass(frozen=True, slots=True)
class RowShown:
    """One referral of a list in words.

    `next_title` is what is to be done next where that is theirs, `next_form` its address unless
    it is `blocked`, in words, by something. `who` is who has it, "You" for the person, "" for
    nobody. `claim` is the id of the Request by which the person may take it on, None where that
    is not offered.
    """

    reference: str
    heading: str
    school: str
    policy: str
    state: str
    closed_on: date | None
    opened_on: date
    deadline: str
    due: date | None
    tag: Near | None
    turn: str
    yours: bool
    next_title: str
    next_form: str | None
    blocked: str
    who: str
    claim: str | None


def rows_shown(
    rows: Iterable[Row], person: str, now: datetime, team: Collection[str] | None = None
) -> tuple[RowShown, ...]:
    """Return rows in words; with the person's `team` those are offered that nobody of it has."""
    return tuple(_shown(row, person, now, team) for row in rows)


def _shown(row: Row, person: str, now: datetime, team: Collection[str] | None) -> RowShown:
    tag = None
    if row.due_on is not None:
        tag = how_near(row.due_on, london_day(now), row.school_days, missed=row.overdue)
    offered = team is not None and row.closed_on is None and _free(row, team)
    return RowShown(
        reference=row.reference,
        heading=row.pupil or "Erased",
        school=row.school or "",
        policy=row.policy_title,
        state=row.state_title,
        closed_on=row.closed_on,
        opened_on=row.opened_on,
        deadline=row.deadline or "",
        due=row.due_on,
        tag=tag,
        turn=row.waits_on_title or "",
        yours=row.yours,
        next_title=row.next_title or "",
        next_form=_form(row),
        blocked=row.blocked or "",
        who="You" if row.owner == person else row.owner_name or "",
        claim=new_request_id() if offered else None,
    )


def _form(row: Row) -> str | None:
    if row.next_event is None or row.blocked:
        return None
    return f"/referrals/{row.reference}/events/{row.next_event}"


def _free(row: Row, team: Collection[str]) -> bool:
    return row.owner is None or (row.yours and row.owner not in team)
