"""The roles that a person may be given: those of every policy, and those of the house."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from apflow import catalogue
from apflow.casework.office import ADMINISTRATOR, OFFICE_ROLES, Office
from apflow.errors import ApflowError, BadInput
from apflow.nearest import nearest
from apflow.policy.lifecycle import Lifecycle, Role
from apflow.store import register
from apflow.store.engine import Tx

_OF_THE_HOUSE: Mapping[str, str] = {
    OFFICE_ROLES[0]: "Manager: sees every referral, and puts mistakes right",
    OFFICE_ROLES[1]: "Auditor: sees every referral, and changes nothing",
    ADMINISTRATOR: "Administrator: keeps people, organisations and calendars, and sees no referral",
}


#: A role's name of so few letters is an abbreviation.
_ABBREVIATED = 3


@dataclass(frozen=True, slots=True)
class KnownRole:
    """A role: what it is called, and where it can be held.

    `title` is the policies' own where they agree, else the role's name: a policy's title for it
    belongs where that policy is at hand. `titles` are all of them, the house's none. `inside`
    tells that it is held in an organisation, `outside` that it is held in the whole house; both,
    where policies differ. `policies` names those that know it, none for the house.
    """

    name: str
    title: str
    inside: bool
    outside: bool
    policies: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


def roles_known(office: Office) -> dict[str, KnownRole]:
    """Return every role that can be given, by name: the house's first, then by title.

    A policy whose file cannot be used today is left out; the versions that referrals were opened
    under count all the same.
    """
    held: dict[str, list[tuple[str, Role]]] = {}
    for lifecycle in lifecycles_known(office):
        for name, role in lifecycle.roles.items():
            if role.acts:
                held.setdefault(name, []).append((lifecycle.lifecycle, role))
    house = {
        name: KnownRole(name, title, inside=False, outside=True)
        for name, title in _OF_THE_HOUSE.items()
    }
    found = {name: _known(name, roles) for name, roles in held.items()}
    return house | dict(sorted(found.items(), key=lambda one: one[1].title))


def _known(name: str, roles: Sequence[tuple[str, Role]]) -> KnownRole:
    """Return a role as the policies have it, the newest version of each first."""
    called: dict[str, str] = {}
    for policy, role in roles:
        called.setdefault(policy, role.title or in_words(name))
    titles = tuple(dict.fromkeys(called.values()))
    return KnownRole(
        name,
        titles[0] if len(titles) == 1 else in_words(name),
        inside=any(role.of is not None for _, role in roles),
        outside=any(role.of is None for _, role in roles),
        policies=tuple(called),
        titles=titles,
    )


def in_words(name: str) -> str:
    """Return a role's name as people read it: `Virtual school`, `LA`."""
    return name.upper() if len(name) <= _ABBREVIATED else name.replace("_", " ").capitalize()


def check_role(known: Mapping[str, KnownRole], tx: Tx, role: str, organisation: str | None) -> None:
    """Raise BadInput for a role that nobody can hold, or not there; `known` are `roles_known`."""
    if role not in known:
        near = nearest(role, known)
        hint = f"; did you mean '{near}'?" if near else "; choose one that a policy knows"
        raise BadInput("role", role, f"no policy knows this role{hint}")
    if organisation is None and not known[role].outside:
        raise BadInput("organisation", "", f"say in which organisation they are '{role}'")
    if organisation is not None and not known[role].inside:
        says = f"'{role}' is held in the whole house; leave the organisation out"
        raise BadInput("organisation", organisation, says)
    if organisation is not None and register.get_organisation(tx, organisation) is None:
        ids = [one.id for one in register.list_organisations(tx)]
        near = nearest(organisation, ids)
        hint = f"; did you mean '{near}'?" if near else "; add it first"
        raise BadInput("organisation", organisation, f"there is no such organisation{hint}")


def lifecycles_known(office: Office) -> list[Lifecycle]:
    """Return every policy as its file is today, and as it was last kept where that differs.

    To be asked outside of a transaction that writes: it may have to read whole policies.
    """
    found: dict[str, Lifecycle] = {}
    with office.store.reading() as tx:
        for name in catalogue.listed(office.folders):
            with suppress(ApflowError, OSError):
                lifecycle = office.newest(tx, name, lambda *_: None).compiled.lifecycle
                found[lifecycle.digest] = lifecycle
        for _, lifecycle in office.known_lifecycles(tx):
            found.setdefault(lifecycle.digest, lifecycle)
    return list(found.values())
