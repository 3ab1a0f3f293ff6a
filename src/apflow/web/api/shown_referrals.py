"""One referral as programs see it: where it stands, what is known, what can happen next."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from apflow.casework.results import outcome_of
from apflow.casework.seeing import Seen
from apflow.casework.ways import Way
from apflow.policy.facts import write_value
from apflow.referral import DeadlineRow
from apflow.web.api.shape import Answered, Named, Someone
from apflow.web.api.shown_requests import FindingShown, findings_of
from apflow.web.api.shown_rows import PartyShown
from apflow.web.facts import FactWords


class DeadlineShown(Answered):
    """A due moment on a referral."""

    name: str = Field(description="The deadline's name in the lifecycle.")
    title: str = Field(description="What people call it.")
    occurrence: int = Field(description="1 for the first of that name on this referral.")
    state: Literal["armed", "met", "breached", "cancelled"] = Field(
        description="`armed`: still to be met. `breached`: missed, and still to be met. "
        "`cancelled`: it no longer applies."
    )
    due_at: datetime | None = Field(
        description="Its last moment; null: no limit is set, or no calendar reaches so far."
    )
    beyond_calendar: bool = Field(description="Whether no calendar reaches so far.")
    owner: str = Field(description="The role that it falls to.")
    force: str = Field(description="`law`, `must` (the policy) or `should`, which is an aim.")
    missed_at: datetime | None = Field(description="When it was recorded as missed.")
    met_on: date | None = Field(description="The day on which it was met.")
    late: bool = Field(description="Whether it was met late.")


class ReferralShown(Answered):
    """One referral as the token's person may see it. That they looked is recorded."""

    reference: str = Field(description="The referral's reference.")
    pupil: str | None = Field(description="The child's name; null once erased.")
    policy: str = Field(description="The name of the policy that it follows.")
    lifecycle: str = Field(
        description="The digest of the version that it follows: give it as `digest` to "
        "/policies/{name} to read what its states and facts are."
    )
    state: str = Field(description="The state in which it stands.")
    state_title: str = Field(description="What people call that state.")
    seq: int = Field(description="The number of its last step: give it as `seen` when you ask.")
    head: str = Field(description="The hash of its last step.")
    facts: dict[str, Any] = Field(
        description="What is known and may be seen, by the fact's name, in its written form."
    )
    hidden: tuple[str, ...] = Field(description="The facts that are kept from this person.")
    roles: tuple[str, ...] = Field(description="The roles that the person has on this referral.")
    parties: tuple[PartyShown, ...] = Field(description="The organisations that take part.")
    deadlines: tuple[DeadlineShown, ...] = Field(description="Its deadlines, done with or not.")
    lapsed: tuple[str, ...] = Field(
        description="Guards that have to go on holding where it stands, and do not."
    )
    rank: int | None = Field(description="Its order of admission, 1 first; null: not known yet.")
    owner: Someone | None = Field(description="Who has it.")
    waits_for: Named | None = Field(description="The role whose turn it is; null: nobody's.")
    opened_on: date = Field(description="The day on which it was opened.")
    closed_on: date | None = Field(description="The day on which it ended; null: it is open.")


class ChoiceShown(Answered):
    """One event that the referral's state knows: what policy says to it now, as the page does."""

    event: str = Field(description="The event's name: what you ask for.")
    title: str = Field(description="What people call it.")
    role: str = Field(description="The role for which the answer is given.")
    mine: bool = Field(
        description="Whether the token's person holds that role. If not, it is what policy says to "
        "one who does."
    )
    stands: Literal["open", "reason", "unknown", "blocked"] = Field(
        description="`open`: it can be asked for, with answers to `asks`. `reason`: only with a "
        "written reason for going past a guard. `unknown`: something is not known yet that it "
        "does not ask itself. `blocked`: policy says no."
    )
    outcome: Literal["allowed", "refused", "unknown"] = Field(
        description="What would come of it without any answer."
    )
    leads: tuple[str, ...] = Field(description="The states to which it may lead; empty: it stays.")
    asks: tuple[str, ...] = Field(description="The facts that have to be answered with it.")
    may_ask: tuple[str, ...] = Field(description="The facts that may be answered with it.")
    by: tuple[str, ...] = Field(description="The roles that may do it.")
    findings: tuple[FindingShown, ...] = Field(
        description="Every guard that was asked, in the order of the lifecycle."
    )


class Choices(Answered):
    """What can happen next to a referral, and why not."""

    reference: str = Field(description="The referral's reference.")
    seq: int = Field(description="The last step on which this rests: give it as `seen`.")
    items: tuple[ChoiceShown, ...] = Field(description="The events, in the order of the file.")


def referral_shown(seen: Seen) -> ReferralShown:
    """Return a referral as a person may see it."""
    referral, lifecycle = seen.referral, seen.lifecycle
    words = FactWords(lifecycle, seen.places)
    turn = lifecycle.states[referral.state].owner
    owner = referral.owner
    return ReferralShown(
        reference=referral.reference,
        pupil=seen.pupil,
        policy=referral.lifecycle,
        lifecycle=referral.digest,
        state=referral.state,
        state_title=words.state(referral.state),
        seq=referral.seq,
        head=referral.head,
        facts={
            # What is worked out is not stored, so not written yet.
            name: value if name in referral.facts else write_value(value)  # type: ignore[arg-type]
            for name, value in seen.facts.items()
        },
        hidden=seen.hidden,
        roles=seen.roles,
        parties=tuple(
            PartyShown(
                slot=slot,
                slot_title=words.title(slot),
                organisation=referral.parties[slot],
                name=words.place(referral.parties[slot]),
            )
            for slot in lifecycle.facts
            if slot in referral.parties
        ),
        deadlines=tuple(_deadline(seen, row) for row in seen.deadlines),
        lapsed=referral.lapsed,
        rank=referral.rank,
        owner=None if owner is None else Someone(person=owner, name=seen.people.get(owner, "")),
        waits_for=None if turn is None else Named(name=turn, title=words.role(turn)),
        opened_on=referral.opened_on,
        closed_on=referral.closed_on,
    )


def choices_shown(seen: Seen) -> Choices:
    """Return what can happen next, as the referral's page has it."""
    found = tuple(_choice(seen, way) for way in seen.ways)
    return Choices(reference=seen.referral.reference, seq=seen.referral.seq, items=found)


def _choice(seen: Seen, way: Way) -> ChoiceShown:
    told = outcome_of(seen.lifecycle, way.decision, way.role)
    return ChoiceShown(
        event=way.event,
        title=way.title,
        role=way.role,
        mine=way.mine,
        stands=way.stands,
        outcome=way.decision.outcome,
        leads=way.leads,
        asks=way.asks,
        may_ask=way.may_ask,
        by=way.by,
        findings=tuple(_without(one, seen.hidden) for one in findings_of(told)),
    )


def _without(finding: FindingShown, hidden: tuple[str, ...]) -> FindingShown:
    """Return a finding without what is kept from the person, whoever else may see it."""
    read = {name: value for name, value in finding.read.items() if name not in hidden}
    return finding.model_copy(update={"read": read})


def _deadline(seen: Seen, row: DeadlineRow) -> DeadlineShown:
    return DeadlineShown(
        name=row.name,
        title=seen.lifecycle.deadline_title(row.name),
        occurrence=row.occurrence,
        state=row.state,
        due_at=row.due_at,
        beyond_calendar=row.beyond,
        owner=row.owner,
        force=row.force,
        missed_at=row.missed_at,
        met_on=row.met_on,
        late=row.late,
    )
