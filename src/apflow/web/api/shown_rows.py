"""A referral in a list, as programs see it."""

from datetime import date, datetime

from pydantic import Field

from apflow.casework.lists import rows
from apflow.casework.lists.rows import Row
from apflow.web.api.shape import Answered, Named, Someone


class PartyShown(Answered):
    """An organisation that takes part in a referral."""

    slot: str = Field(description="As what it takes part: the name of the fact that names it.")
    slot_title: str = Field(description="What people call that.")
    organisation: str = Field(description="The organisation's id.")
    name: str = Field(description="The organisation's name.")


class NextDeadline(Answered):
    """What is due first on a referral."""

    title: str = Field(description="What is due.")
    due_at: datetime = Field(description="Its last moment.")
    due_on: date = Field(description="Its last day, in London.")
    school_days: int | None = Field(
        description="School days from today until then, negative once it is past; null where no "
        "calendar says."
    )
    overdue: bool = Field(description="Whether it is past.")


class RowShown(Answered):
    """A referral in a list. That it was listed is recorded, since it names a child."""

    reference: str = Field(description="The referral's reference.")
    pupil: str | None = Field(description="The child's name; null once erased.")
    policy: str = Field(description="The name of the policy that it follows.")
    policy_title: str = Field(description="What people call that policy.")
    state: str = Field(description="The state in which it stands.")
    state_title: str = Field(description="What people call that state.")
    parties: tuple[PartyShown, ...] = Field(description="The organisations that take part.")
    deadline: NextDeadline | None = Field(description="What is due first; null: nothing is.")
    rank: int | None = Field(description="Its order of admission, 1 first; null: not known yet.")
    owner: Someone | None = Field(description="Who has it.")
    waits_for: Named | None = Field(description="The role whose turn it is; null: nobody's.")
    yours: bool = Field(description="Whether it is the turn of the token's person, or nobody's.")
    opened_on: date = Field(description="The day on which it was opened.")
    closed_on: date | None = Field(description="The day on which it ended; null: it is open.")
    seq: int = Field(description="The number of its last step.")


class Rows(Answered):
    """Some of the referrals, what is due first at the top."""

    items: tuple[RowShown, ...] = Field(description="The referrals.")
    next: str | None = Field(description="Give it as `after` for more; null: there is no more.")


def row_shown(row: Row) -> RowShown:
    """Return a referral in a list."""
    owner = None if row.owner is None else Someone(person=row.owner, name=row.owner_name or "")
    turn = row.waits_on
    return RowShown(
        reference=row.reference,
        pupil=row.pupil,
        policy=row.policy,
        policy_title=row.policy_title,
        state=row.state,
        state_title=row.state_title,
        parties=tuple(map(_party, row.parties)),
        deadline=_deadline(row),
        rank=row.rank,
        owner=owner,
        waits_for=None if turn is None else Named(name=turn, title=row.waits_on_title or turn),
        yours=row.yours,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        seq=row.seq,
    )


def _party(party: rows.Party) -> PartyShown:
    return PartyShown(
        slot=party.slot,
        slot_title=party.slot_title,
        organisation=party.organisation,
        name=party.name,
    )


def _deadline(row: Row) -> NextDeadline | None:
    if row.deadline is None or row.due_at is None or row.due_on is None:
        return None
    return NextDeadline(
        title=row.deadline,
        due_at=row.due_at,
        due_on=row.due_on,
        school_days=row.school_days,
        overdue=row.overdue,
    )
