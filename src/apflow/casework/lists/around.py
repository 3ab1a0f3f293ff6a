"""What stands around a person's referrals: their policies, their team, the next meeting."""

from dataclasses import dataclass
from datetime import date

from apflow.casework.asking import starts
from apflow.casework.lists.scoping import Held, sight_of
from apflow.casework.office import OFFICE_ROLES, Office
from apflow.errors import Unknown
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import START
from apflow.store import register, worklists
from apflow.store.engine import Tx


@dataclass(frozen=True, slots=True)
class NextMeeting:
    """The next sitting of a meeting of one of a person's policies."""

    policy: str
    meeting: str
    title: str
    on: date


@dataclass(frozen=True, slots=True)
class Around:
    """A person among others.

    `policies` are those in which they take part (all, for the office), newest version of each.
    `places` are the organisations of the register as (id, name), by name. `team` are the people
    who hold a role of theirs in the same organisation, them too. `opens` says whether they may
    open a referral in one of the policies.
    """

    policies: tuple[Lifecycle, ...]
    places: tuple[tuple[str, str], ...]
    team: frozenset[str]
    meeting: NextMeeting | None
    opens: bool


def around(office: Office, person: str, today: date) -> Around:
    """Return what stands around a person's referrals. Raises Unknown for nobody."""
    with office.store.reading() as tx:
        held = register.actor_roles(tx, person)
        if held is None:
            raise Unknown("person", person)
        whole = any(role in OFFICE_ROLES for role, _ in held)
        roles = {role for role, _ in held}
        policies = tuple(
            lifecycle
            for _, lifecycle in office.known_lifecycles(tx)
            if whole or roles & {name for name, role in lifecycle.roles.items() if role.acts}
        )
        return Around(
            policies=policies,
            places=tuple((one.id, one.name) for one in register.list_organisations(tx)),
            team=_team(tx, person, held),
            meeting=_next_meeting(tx, policies, today),
            opens=any(roles & _openers(lifecycle) for lifecycle in policies),
        )


def owned(office: Office, person: str, policy: str | None = None) -> int:
    """Return how many open referrals a person has, of one policy or of all; nothing is shown."""
    with office.store.reading() as tx:
        return worklists.owned(tx, sight_of(office, tx, person).scope, person, policy)


def colleagues(office: Office, person: str) -> frozenset[str]:
    """Return everybody who holds a role of the person's in the same organisation, them too."""
    with office.store.reading() as tx:
        return _team(tx, person, register.actor_roles(tx, person) or ())


def _team(tx: Tx, person: str, held: Held) -> frozenset[str]:
    mine = set(held)
    others = register.list_memberships(tx)
    return frozenset(one.person for one in others if (one.role, one.organisation) in mine) | {
        person
    }


def _openers(lifecycle: Lifecycle) -> set[str]:
    events = starts(lifecycle)
    return {
        role
        for one in lifecycle.transitions
        if START in one.from_ and one.event in events
        for role in one.by
    }


def _next_meeting(tx: Tx, policies: tuple[Lifecycle, ...], today: date) -> NextMeeting | None:
    found = [
        NextMeeting(lifecycle.lifecycle, name, lifecycle.meeting_title(name), day)
        for lifecycle in policies
        if lifecycle.meetings
        for name, days in register.sittings(tx, lifecycle.lifecycle).items()
        for day in days
        if day >= today and name in lifecycle.meetings
    ]
    return min(found, key=lambda one: (one.on, one.title), default=None)
