"""A policy as programs see it: its states, events and facts, its guards and deadlines in words."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal

from pydantic import Field

from apflow.policy.lifecycle import FactType, Force, Lifecycle
from apflow.web.api.shape import Answered, Named
from apflow.web.manager.conditions import Spoken


class InForceShown(Answered):
    """When new referrals may be opened under a policy; both days count."""

    first: date | None = Field(
        default=None, description="The first day; null: no beginning is set."
    )
    last: date | None = Field(default=None, description="The last day; null: no end is set.")


class PolicyListed(Answered):
    """A policy in a list."""

    name: str = Field(description="The policy's name, as it stands in addresses.")
    title: str | None = Field(description="What people call it; null where its file has faults.")
    digest: str | None = Field(
        description="The SHA-256 of the lifecycle that new referrals follow, as hex."
    )
    in_force: InForceShown = Field(description="When new referrals may be opened under it.")
    versions: int = Field(description="How many versions of it referrals were opened under.")
    referrals: int = Field(description="How many referrals were ever opened under it.")
    usable: bool = Field(description="False where its file has faults that an administrator sees.")


class Policies(Answered):
    """Some of the policies, by name."""

    items: tuple[PolicyListed, ...] = Field(description="The policies.")
    next: str | None = Field(description="Give it as `after` for more; null: there is no more.")


class RoleShown(Named):
    """Who acts under a policy."""

    of: str | None = Field(
        description="The fact that names the organisation whose people hold the role; null: it "
        "is held for the whole policy."
    )
    acts: bool = Field(description="False for somebody who is named and never signs in.")


class StateShown(Named):
    """Where a referral may stand."""

    phase: str = Field(description="The part of the road that it belongs to.")
    waits_for: str | None = Field(description="The role whose turn it is there.")
    final: Literal["good", "other"] | None = Field(
        description="Whether a referral ends there, well (`good`) or otherwise; null: it goes on."
    )


class EventShown(Named):
    """What may be done to a referral."""

    asks: tuple[str, ...] = Field(description="The facts that have to be known or answered.")
    may_ask: tuple[str, ...] = Field(description="The facts that may be answered besides.")
    by: tuple[str, ...] = Field(description="The roles that may do it somewhere on the road.")
    moves: tuple["MoveShown", ...] = Field(description="Between which states it moves a referral.")
    at: str | None = Field(description="The meeting at which it is decided.")


class MoveShown(Answered):
    """One transition: what may happen, if its guards allow it."""

    sources: tuple[str, ...] = Field(
        description="The states that it leaves; `start` opens a referral."
    )
    target: str | None = Field(description="The state that it leads to; null: it stays.")
    by: tuple[str, ...] = Field(description="The roles that may do it.")
    when: str = Field(description="When it applies, in words; empty: always.")
    guards: tuple[str, ...] = Field(description="The guards that have to be met, by name.")


class FactShown(Named):
    """Something that may be known about a referral."""

    type: FactType = Field(description="What kind of value it has; see `docs/api.md`.")
    question: str | None = Field(description="The question that asks for it; null: it is not.")
    hint: str | None = Field(description="What helps to answer it.")
    options: tuple[Named, ...] = Field(description="What may be chosen (choice, choices).")
    entries: tuple[Named, ...] = Field(description="What is ticked (papers, people, agreements).")
    meeting: str | None = Field(description="The meeting whose sittings may be chosen.")
    least: int | None = Field(description="The smallest number that may be answered.")
    most: int | None = Field(description="The largest number that may be answered.")
    worked_out: bool = Field(description="Whether apflow works it out from other facts.")
    seen_by: tuple[str, ...] = Field(description="The roles that may see it; empty: all.")


class GuardShown(Named):
    """A demand that is made before a referral moves."""

    requires: tuple[str, ...] = Field(description="What must hold, part by part, in words.")
    when: str = Field(description="When it applies, in words; empty: always.")
    otherwise: str = Field(description="What people read when it is not met.")
    force: Force = Field(description="`law`, `must` (the policy) or `should`, which is advice.")
    clauses: tuple[str, ...] = Field(description="The clauses that it rests on, by number.")
    override: tuple[str, ...] = Field(
        description="The roles that may go past it with a written reason."
    )


class DeadlineOfPolicy(Named):
    """Something that must be done by a certain moment."""

    due: str = Field(description="How its moment is counted, in words.")
    when: str = Field(description="When it applies, in words; empty: always.")
    states: tuple[str, ...] = Field(description="The states in which it may stand.")
    met_by: tuple[str, ...] = Field(description="The events that meet it.")
    met_when: str = Field(description="What else meets it, in words.")
    owner: str = Field(description="The role that it falls to.")
    force: Force = Field(description="`law`, `must` (the policy) or `should`, which is an aim.")
    clauses: tuple[str, ...] = Field(description="The clauses that it rests on, by number.")


class PolicyShown(Answered):
    """One version of a policy, as apflow reads it. What it says of a policy is a reading of it."""

    name: str = Field(description="The policy's name, as it stands in addresses.")
    title: str = Field(description="What people call it.")
    digest: str = Field(description="The SHA-256 of this version's canonical form, as hex.")
    kept_at: datetime | None = Field(
        description="Since when it was followed; null for a version that nothing follows yet."
    )
    in_force: InForceShown = Field(description="When new referrals may be opened under it.")
    roles: tuple[RoleShown, ...] = Field(description="Who takes part.")
    states: tuple[StateShown, ...] = Field(description="Where a referral may stand, in order.")
    events: tuple[EventShown, ...] = Field(description="What may be done.")
    facts: tuple[FactShown, ...] = Field(description="What may be known.")
    guards: tuple[GuardShown, ...] = Field(description="What is demanded before it moves.")
    deadlines: tuple[DeadlineOfPolicy, ...] = Field(description="What must be done by when.")
    meetings: tuple[Named, ...] = Field(description="The bodies that sit and decide.")


def shown(lifecycle: Lifecycle, kept_at: datetime | None) -> PolicyShown:
    """Return a version of a policy."""
    spoken = Spoken(lifecycle)
    return PolicyShown(
        name=lifecycle.lifecycle,
        title=lifecycle.title,
        digest=lifecycle.digest,
        kept_at=kept_at,
        in_force=in_force(lifecycle),
        roles=tuple(
            RoleShown(name=name, title=spoken.named.role(name), of=role.of, acts=role.acts)
            for name, role in lifecycle.roles.items()
        ),
        states=tuple(
            StateShown(
                name=name,
                title=state.title,
                phase=lifecycle.phases.get(state.phase, state.phase),
                waits_for=state.owner,
                final=state.final,
            )
            for name, state in lifecycle.states.items()
        ),
        events=tuple(_events(lifecycle, spoken)),
        facts=tuple(_facts(lifecycle, spoken)),
        guards=tuple(_guards(lifecycle, spoken)),
        deadlines=tuple(_deadlines(lifecycle, spoken)),
        meetings=tuple(
            Named(name=name, title=spoken.named.meeting(name)) for name in lifecycle.meetings
        ),
    )


def in_force(lifecycle: Lifecycle) -> InForceShown:
    """Return when new referrals may be opened under a policy."""
    span = lifecycle.in_force
    return InForceShown() if span is None else InForceShown(first=span.from_, last=span.until)


def _events(lifecycle: Lifecycle, spoken: Spoken) -> Iterator[EventShown]:
    for name, event in lifecycle.events.items():
        moves = tuple(
            MoveShown(
                sources=lifecycle.sources(one),
                target=one.to,
                by=one.by,
                when=spoken.condition(one.when),
                guards=one.guards,
            )
            for one in lifecycle.transitions
            if one.event == name
        )
        yield EventShown(
            name=name,
            title=event.title,
            asks=event.asks,
            may_ask=event.may_ask,
            by=tuple(dict.fromkeys(role for move in moves for role in move.by)),
            moves=moves,
            at=event.at,
        )


def _facts(lifecycle: Lifecycle, spoken: Spoken) -> Iterator[FactShown]:
    for name, fact in lifecycle.facts.items():
        yield FactShown(
            name=name,
            title=spoken.named.fact(name),
            type=fact.type,
            question=fact.ask,
            hint=fact.hint,
            options=tuple(Named(name=one, title=said) for one, said in fact.options.items()),
            entries=tuple(
                Named(name=entry, title=spoken.named.entry(name, entry)) for entry in fact.entries
            ),
            meeting=fact.of if fact.type == "meeting" else None,
            least=fact.min,
            most=fact.max,
            worked_out=fact.worked_out,
            seen_by=fact.seen_by,
        )


def _guards(lifecycle: Lifecycle, spoken: Spoken) -> Iterator[GuardShown]:
    for name, guard in lifecycle.guards.items():
        yield GuardShown(
            name=name,
            title=spoken.named.guard(name),
            requires=spoken.parts(guard.require),
            when=spoken.condition(guard.when),
            otherwise=guard.otherwise,
            force=guard.force,
            clauses=guard.clause,
            override=guard.override,
        )


def _deadlines(lifecycle: Lifecycle, spoken: Spoken) -> Iterator[DeadlineOfPolicy]:
    for name, deadline in lifecycle.deadlines.items():
        yield DeadlineOfPolicy(
            name=name,
            title=deadline.title,
            due=spoken.due(deadline.due, deadline.start),
            when=spoken.condition(deadline.when),
            states=lifecycle.deadline_states(deadline),
            met_by=deadline.met_by,
            met_when=spoken.condition(deadline.met_when),
            owner=deadline.owner,
            force=deadline.force,
            clauses=deadline.clause,
        )
