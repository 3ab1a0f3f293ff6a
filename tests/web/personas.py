"""Who asks in the matrix, and whose records each of them may read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from apflow.casework import Casework
from apflow.referral import Referral
from apflow.store import register
from apflow.store.register import Membership, Person
from tests.web_site import Served

#: Somebody who keeps people and places and sees no referral, and somebody without any role.
ADMINISTRATOR, ROLELESS = "adam", "rolf"


@dataclass(frozen=True)
class Persona:
    """One who asks: `inside` when the referral of the matrix is theirs to read."""

    name: str
    person: str | None
    inside: bool = False
    reads_all: bool = False
    administers: bool = False
    acts: bool = False
    opens: bool = False
    browser: httpx.Client = field(repr=False, compare=False, default_factory=httpx.Client)
    #: A program of theirs, which shows a token and has no session.
    program: httpx.Client = field(repr=False, compare=False, default_factory=httpx.Client)
    #: Names of the pupils that they must never see.
    unseen: frozenset[str] = frozenset()

    @property
    def signed_in(self) -> bool:
        return self.person is not None


def put_up(site: Served) -> None:
    """Put two more people into the register: an administrator alone, and one without a role."""
    with site.work.store.writing() as tx:
        register.add_person(tx, Person(ADMINISTRATOR, "Adam Kell"))
        register.add_membership(tx, Membership(ADMINISTRATOR, "administrator", None))
        register.add_person(tx, Person(ROLELESS, "Rolf Ayre"))


def personas(site: Served, referral: Referral) -> Iterator[Persona]:
    """Give everybody who asks about `referral`: an open one of the cohort's secondaries."""
    school = referral.parties["referring_school"]
    theirs = {"ashmead": "gwen", "harrowfield": "hari", "kingsbarrow": "kofi", "saxon-park": "sian"}
    others = [person for place, person in theirs.items() if place not in referral.parties.values()]
    yield _one(site, "nobody", None)
    yield _one(site, "its school", theirs[school], inside=True, acts=True, opens=True)
    yield _one(site, "another school", others[0], acts=True, opens=True)
    yield _one(site, "a school of another policy", "olive", acts=True, opens=True)
    yield _one(site, "its unit", "imran", inside=True, acts=True)
    yield _one(site, "its council", "rosa", inside=True, acts=True, opens=True)
    yield _one(site, "the forum's chair", "helen", inside=True, acts=True)
    yield _one(site, "a provider of another policy", "hattie", acts=True)
    yield _one(
        site, "a manager", "morgan", inside=True, reads_all=True, administers=_administers(site)
    )
    yield _one(site, "an auditor", "audrey", inside=True, reads_all=True)
    yield _one(site, "an administrator", ADMINISTRATOR, administers=True)
    yield _one(site, "somebody without a role", ROLELESS)


def _administers(site: Served) -> bool:
    with site.work.store.reading() as tx:
        return ("administrator", None) in (register.held_roles(tx, "morgan") or ())


def _one(site: Served, name: str, person: str | None, **what: bool) -> Persona:
    return Persona(
        name,
        person,
        browser=site.browse(person),
        program=_program(site, person),
        unseen=_unseen(site, person),
        **what,
    )


def _program(site: Served, person: str | None) -> httpx.Client:
    if person is None:
        return site.browse()
    at = site.moment()
    token = site.accounts.issue_token(person, "api", "Matrix", at + timedelta(days=1), at)
    return site.browse(Authorization=f"Bearer {token}")


def _unseen(site: Served, person: str | None) -> frozenset[str]:
    """Return the pupils' names that a person must not see: those of no referral of theirs."""
    everything = site.invented.referrals
    seen = set() if person is None else _listed(site.work, person, site)
    with site.work.store.reading() as tx:
        hers = {everything[reference].pupil for reference in seen}
        names = (
            register.get_pupil(tx, pupil)
            for pupil in {one.pupil for one in everything.values()} - hers
        )
        return frozenset(pupil.name for pupil in names if pupil is not None and pupil.name)


def _listed(work: Casework, person: str, site: Served) -> set[str]:
    return {
        row.reference
        for closed in (False, True)
        for row in work.worklist(person, site.moment(), closed=closed, limit=10_000)
    }
