"""What a person may list: the same referrals that they may look at, and no others.

`looking.seen` answers for one referral, this for all of them at once. A role counts as the
referral's own lifecycle has it, so each kept lifecycle is asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apflow.casework.office import OFFICE_ROLES, Office
from apflow.errors import Unknown
from apflow.policy.lifecycle import Lifecycle
from apflow.referral import Referral
from apflow.store import lifecycles, register
from apflow.store.engine import Tx
from apflow.store.scope import Scope, Slot

#: The (role, organisation or None) that a person holds.
Held = Sequence[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Sight:
    """A person, the roles that they hold, and what these let them see.

    `policies` are those of which they see every referral, by name.
    """

    person: str
    held: Held
    scope: Scope
    policies: tuple[str, ...]

    @property
    def of_the_office(self) -> bool:
        """Whether they hold a role of the office: what they see is everything."""
        return self.scope.everything

    @property
    def organisations(self) -> tuple[str, ...]:
        """The organisations by whose slots they see referrals."""
        return tuple(sorted({where for _, _, where in self.scope.slots}))


def sight_of(office: Office, tx: Tx, person: str) -> Sight:
    """Return what a person may list. Raises Unknown when there is no such person."""
    held = register.actor_roles(tx, person)
    if held is None:
        raise Unknown("person", person)
    everything = any(role in OFFICE_ROLES for role, _ in held)
    whole: dict[str, str] = {}
    slots: list[Slot] = []
    turns: list[tuple[str, str]] = []
    slot_turns: list[tuple[Slot, str]] = []
    for kept in lifecycles.listed(tx) if held else ():
        digest, lifecycle = kept.digest, office.machine(tx, kept.digest).compiled.lifecycle
        unslotted = _unslotted(lifecycle, held)
        if unslotted:
            whole[digest] = kept.name
        if unslotted or everything:
            turns += [(digest, state) for state in _waiting_for(lifecycle, unslotted)]
        for (slot, where), roles in _slotted(lifecycle, held).items():
            key = (digest, slot, where)
            slots.append(key)
            slot_turns += [(key, state) for state in _waiting_for(lifecycle, roles)]
    scope = Scope(everything, tuple(whole), tuple(slots), tuple(turns), tuple(slot_turns))
    return Sight(person, tuple(held), scope, tuple(dict.fromkeys(whole.values())))


def in_sight(sight: Sight, lifecycle: Lifecycle) -> bool:
    """Whether a person takes part in a policy at all, in whichever referral."""
    if sight.of_the_office:
        return True
    return any(_acts(lifecycle, role) for role, _ in sight.held)


def may_see(office: Office, tx: Tx, sight: Sight, referral: Referral) -> bool:
    """Whether a person may see a referral, by the lifecycle that it follows."""
    if sight.of_the_office:
        return True
    lifecycle = office.machine(tx, referral.digest).compiled.lifecycle
    return bool(roles_in(lifecycle, sight.held, referral.parties))


def roles_in(lifecycle: Lifecycle, held: Held, parties: Mapping[str, str]) -> frozenset[str]:
    """Return the roles in which a person takes part in a referral with these parties, by slot."""
    slotted = _slotted(lifecycle, held).items()
    return frozenset(_unslotted(lifecycle, held)).union(
        *(roles for (slot, where), roles in slotted if parties.get(slot) == where)
    )


def _unslotted(lifecycle: Lifecycle, held: Held) -> set[str]:
    return {role for role, _ in held if _acts(lifecycle, role) and lifecycle.roles[role].of is None}


def _slotted(lifecycle: Lifecycle, held: Held) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for role, where in held:
        slot = lifecycle.roles[role].of if _acts(lifecycle, role) else None
        if slot is not None and where is not None:
            found.setdefault((slot, where), set()).add(role)
    return found


def _acts(lifecycle: Lifecycle, role: str) -> bool:
    return role in lifecycle.roles and lifecycle.roles[role].acts


def _waiting_for(lifecycle: Lifecycle, roles: Iterable[str]) -> list[str]:
    """Return the states that wait for one of the roles, or for nobody."""
    mine = {None, *roles}
    return [name for name, state in lifecycle.states.items() if state.owner in mine]
