"""Who and what there is: organisations, people and their roles, pupils, sittings of meetings."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa

from apflow.store import handles
from apflow.store.statements import Row, Statement, Tx, insert_or
from apflow.store.tables import memberships, organisations, people, pupils
from apflow.store.tables import sittings as sittings_table
from apflow.store.written import (
    day_or_none,
    dump,
    load,
    moment,
    read_day_or_none,
)

#: Keeps people, places and calendars for the whole house, and sees no referral.
ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A school, provider, team or authority; `particulars` are its facts by name, as written."""

    id: str
    name: str
    particulars: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may act. A disabled one may not, and stays named in the history.

    `handle` is an opaque word that may stand in an address; one is made for whoever has none.
    """

    id: str
    name: str
    email: str | None = None
    disabled: bool = False
    handle: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """A role that a person holds, in one organisation or (None) in the whole house."""

    person: str
    role: str
    organisation: str | None


@dataclass(frozen=True, slots=True)
class Pupil:
    """A child. `name` and `born_on` are None once erased."""

    id: str
    name: str | None
    born_on: date | None = None


_BY_ID: "sa.BindParameter[str]" = sa.bindparam("of_id")
_ADD_ORGANISATION = Statement(sa.insert(organisations))
_CHANGE_ORGANISATION = Statement(
    sa.update(organisations).where(organisations.c.id == _BY_ID),
    columns=("name", "particulars"),
)
_ORGANISATIONS = sa.select(*organisations.columns)
_ORGANISATION = Statement(_ORGANISATIONS.where(organisations.c.id == _BY_ID))
#: An id that begins so is a mark of the house's own, and no place that anybody could mean.
MARKS: Final = "apflow-"
_ALL_ORGANISATIONS = Statement(
    _ORGANISATIONS.where(sa.not_(organisations.c.id.startswith(MARKS))).order_by(
        organisations.c.name, organisations.c.id
    )
)
_PARTICULARS = Statement(sa.select(organisations.c.particulars).where(organisations.c.id == _BY_ID))

_ADD_PERSON = Statement(sa.insert(people))
_CHANGE_PERSON = Statement(
    sa.update(people).where(people.c.id == _BY_ID), columns=("name", "email")
)
_DISABLE = Statement(sa.update(people).where(people.c.id == _BY_ID), columns=("disabled_at",))
_PERSON = Statement(sa.select(*people.columns).where(people.c.id == _BY_ID))
_BY_EMAIL = Statement(sa.select(*people.columns).where(people.c.email == sa.bindparam("of_email")))
_BY_HANDLE = Statement(
    sa.select(*people.columns).where(people.c.handle == sa.bindparam("of_handle"))
)
_ALL_PEOPLE = Statement(sa.select(*people.columns).order_by(people.c.name, people.c.id))

_ADD_MEMBERSHIP = Statement(*insert_or(memberships))
_REMOVE_MEMBERSHIP = Statement(
    sa.delete(memberships).where(
        memberships.c.person == sa.bindparam("person"),
        memberships.c.role == sa.bindparam("role"),
        memberships.c.organisation == sa.bindparam("organisation"),
    )
)
_MEMBERSHIPS = Statement(
    sa.select(*memberships.columns).order_by(
        memberships.c.person, memberships.c.role, memberships.c.organisation
    )
)
# One row without a role tells somebody who holds none from nobody.
_ROLES = Statement(
    sa.select(memberships.c.role, memberships.c.organisation)
    .select_from(sa.outerjoin(people, memberships, memberships.c.person == people.c.id))
    .where(people.c.id == _BY_ID, people.c.disabled_at.is_(None))
    .order_by(memberships.c.role, memberships.c.organisation)
)

_ADD_PUPIL = Statement(sa.insert(pupils))
_CHANGE_PUPIL = Statement(
    sa.update(pupils).where(pupils.c.id == _BY_ID), columns=("name", "sought", "born_on")
)
_PUPIL = Statement(
    sa.select(pupils.c.id, pupils.c.name, pupils.c.born_on).where(pupils.c.id == _BY_ID)
)
_PUPILS = Statement(
    sa.select(pupils.c.id, pupils.c.name, pupils.c.born_on)
    .where(pupils.c.sought.like(sa.bindparam("like"), escape="!"))
    .order_by(pupils.c.sought, pupils.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)

_s = sittings_table.c
_ADD_SITTING = Statement(*insert_or(sittings_table))
_REMOVE_SITTING = Statement(
    sa.delete(sittings_table).where(
        _s.lifecycle == sa.bindparam("lifecycle"),
        _s.meeting == sa.bindparam("meeting"),
        _s.on_day == sa.bindparam("on_day"),
    )
)
_SITTINGS = Statement(
    sa.select(_s.meeting, _s.on_day)
    .where(_s.lifecycle == sa.bindparam("lifecycle"))
    .order_by(_s.meeting, _s.on_day)
)


def add_organisation(tx: Tx, organisation: Organisation) -> None:
    """Write a new organisation. Raises Taken if there is one of that id."""
    _ADD_ORGANISATION.run(tx, {"id": organisation.id, **_organisation(organisation)})


def change_organisation(tx: Tx, organisation: Organisation) -> bool:
    """Write name and particulars of one that is there; False if it is not."""
    changed = {"of_id": organisation.id, **_organisation(organisation)}
    return _CHANGE_ORGANISATION.run(tx, changed) == 1


def get_organisation(tx: Tx, organisation: str) -> Organisation | None:
    """Return the organisation, or None."""
    row = _ORGANISATION.row(tx, {"of_id": organisation})
    return None if row is None else Organisation(row[0], row[1], load(row[2]))


def list_organisations(tx: Tx) -> list[Organisation]:
    """Return every organisation, by name; what stands there as a mark is none."""
    return [Organisation(row[0], row[1], load(row[2])) for row in _ALL_ORGANISATIONS.rows(tx)]


def particulars(tx: Tx, organisations: Sequence[str]) -> dict[str, dict[str, object]]:
    """Return the particulars of those of `organisations` that are there, by id."""
    # One at a time: a referral asks for one or two, and `IN` would have to be worded anew.
    rows = ((one, _PARTICULARS.row(tx, {"of_id": one})) for one in organisations)
    return {organisation: load(row[0]) for organisation, row in rows if row is not None}


def add_person(tx: Tx, person: Person) -> None:
    """Write a new person. Raises Taken if the id or the e-mail address is taken."""
    _ADD_PERSON.run(
        tx,
        {
            "id": person.id,
            "name": person.name,
            "email": person.email,
            "disabled_at": None,
            "handle": person.handle or handles.make_handle(),
        },
    )


def change_person(tx: Tx, person: Person) -> bool:
    """Write name and e-mail address of one who is there; False if they are not."""
    changed = {"of_id": person.id, "name": person.name, "email": person.email}
    return _CHANGE_PERSON.run(tx, changed) == 1


def disable(tx: Tx, person: str, at: datetime) -> bool:
    """Take away that a person may act, from the next request on; False if nobody is called so."""
    return _DISABLE.run(tx, {"of_id": person, "disabled_at": moment(at)}) == 1


def enable(tx: Tx, person: str) -> bool:
    """Let a disabled person act again; False if nobody is called so."""
    return _DISABLE.run(tx, {"of_id": person, "disabled_at": None}) == 1


def get_person(tx: Tx, person: str) -> Person | None:
    """Return the person, disabled or not, or None."""
    row = _PERSON.row(tx, {"of_id": person})
    return None if row is None else _person(row)


def person_by_email(tx: Tx, email: str) -> Person | None:
    """Return the person of that e-mail address, as it was written down, or None."""
    row = _BY_EMAIL.row(tx, {"of_email": email})
    return None if row is None else _person(row)


def person_by_handle(tx: Tx, handle: str) -> Person | None:
    """Return the person of that handle, disabled or not, or None."""
    row = _BY_HANDLE.row(tx, {"of_handle": handle}) if handle else None
    return None if row is None else _person(row)


def list_people(tx: Tx) -> list[Person]:
    """Return everybody, disabled or not, by name."""
    return [_person(row) for row in _ALL_PEOPLE.rows(tx)]


def add_membership(tx: Tx, membership: Membership) -> bool:
    """Give a person a role; False if they hold it already. Raises Taken for nobody."""
    return _ADD_MEMBERSHIP.run(tx, _membership(membership)) == 1


def remove_membership(tx: Tx, membership: Membership) -> bool:
    """Take a role from a person; False if they do not hold it."""
    return _REMOVE_MEMBERSHIP.run(tx, _membership(membership)) == 1


def list_memberships(tx: Tx) -> list[Membership]:
    """Return every role that is held, by person."""
    return [
        Membership(person, role, organisation or None)
        for person, role, organisation in _MEMBERSHIPS.rows(tx)
    ]


def held_roles(tx: Tx, person: str) -> list[tuple[str, str | None]] | None:
    """Return the (role, organisation or None) that a person holds; None for nobody or disabled."""
    rows = _ROLES.rows(tx, {"of_id": person})
    if not rows:
        return None
    return [(role, organisation or None) for role, organisation in rows if role is not None]


def actor_roles(tx: Tx, person: str) -> list[tuple[str, str | None]] | None:
    """Return the roles that a person may act in, as `held_roles` does.

    The administrator's is not among them: nothing is done to a referral, or seen of one, in it,
    whatever a policy says.
    """
    held = held_roles(tx, person)
    return None if held is None else [one for one in held if one[0] != ADMINISTRATOR]


def add_pupil(tx: Tx, pupil: Pupil) -> None:
    """Write a new pupil. Raises Taken if there is one of that id."""
    _ADD_PUPIL.run(tx, {"id": pupil.id, **_pupil(pupil)})


def change_pupil(tx: Tx, pupil: Pupil) -> bool:
    """Write name and birthday of one who is there (None: erased); False if they are not."""
    return _CHANGE_PUPIL.run(tx, {"of_id": pupil.id, **_pupil(pupil)}) == 1


def get_pupil(tx: Tx, pupil: str) -> Pupil | None:
    """Return the pupil, or None."""
    row = _PUPIL.row(tx, {"of_id": pupil})
    return None if row is None else Pupil(row[0], row[1], read_day_or_none(row[2]))


def list_pupils(tx: Tx, called: str = "", limit: int = 50) -> list[Pupil]:
    """Return pupils whose name holds these words in this order, whatever case and accents."""
    rows = _PUPILS.rows(tx, {"like": like(called), "limit": limit})
    return [Pupil(row[0], row[1], read_day_or_none(row[2])) for row in rows]


def add_sitting(tx: Tx, lifecycle: str, meeting: str, on: date) -> bool:
    """Note when a meeting sits; False if that is noted already."""
    return _ADD_SITTING.run(tx, _sitting(lifecycle, meeting, on)) == 1


def remove_sitting(tx: Tx, lifecycle: str, meeting: str, on: date) -> bool:
    """Take a sitting away; False if it was not there."""
    return _REMOVE_SITTING.run(tx, _sitting(lifecycle, meeting, on)) == 1


def sittings(tx: Tx, lifecycle: str) -> dict[str, tuple[date, ...]]:
    """Return the dates on which each meeting of a lifecycle sits, sorted."""
    found: dict[str, list[date]] = {}
    for meeting, on_day in _SITTINGS.rows(tx, {"lifecycle": lifecycle}):
        found.setdefault(meeting, []).append(date.fromisoformat(on_day))
    return {meeting: tuple(days) for meeting, days in found.items()}


def sought(name: str) -> str:
    """Return a name as it is searched: without case, accents and doubled spaces."""
    split = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(one for one in split if not unicodedata.combining(one)).split())


def like(words: str) -> str:
    """Return the pattern that finds these words in this order in a sought name."""
    escaped = sought(words).replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped.replace(' ', '%')}%"


def _organisation(organisation: Organisation) -> dict[str, object]:
    return {"name": organisation.name, "particulars": dump(dict(organisation.particulars))}


def _person(row: Row) -> Person:
    person, name, email, disabled_at, handle = row
    return Person(person, name, email, disabled_at is not None, handle)


def _membership(membership: Membership) -> dict[str, object]:
    return {
        "person": membership.person,
        "role": membership.role,
        "organisation": membership.organisation or "",
    }


def _pupil(pupil: Pupil) -> dict[str, object]:
    return {
        "name": pupil.name,
        "sought": sought(pupil.name or ""),
        "born_on": day_or_none(pupil.born_on),
    }


def _sitting(lifecycle: str, meeting: str, on: date) -> dict[str, object]:
    return {"lifecycle": lifecycle, "meeting": meeting, "on_day": on.isoformat()}
