"""What administrators do about people: each in one transaction, with the record of who did it.

`doer` is the administrator, or COMMAND_LINE. Raises MayNot for anybody else, Unknown for somebody
who is not there, and BadInput with the form's field (id, name, email, role, organisation, person)
for what cannot be. Nobody takes away their own right to administer, and one administrator stays.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from apflow.casework.accounts.passwords import Hashing, one_time_word
from apflow.casework.accounts.rights import administering, require
from apflow.casework.accounts.roles import KnownRole, check_role, roles_known
from apflow.casework.accounts.signing_in import ONE_TIME
from apflow.casework.accounts.visiting import living
from apflow.casework.accounts.written import id_and_name
from apflow.casework.office import ADMINISTRATOR, Office
from apflow.errors import BadInput, BadInputs, Unknown
from apflow.policy.written import take_text
from apflow.store import accounts, office_acts, register, sessions
from apflow.store.accounts import Password
from apflow.store.engine import Tx
from apflow.store.handles import make_handle
from apflow.store.office_acts import OfficeAct
from apflow.store.register import Membership, Person

_LONGEST_NAME, _LONGEST_EMAIL = 120, 254
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

#: (role, organisation or None)
Role = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class OneTimeWord:
    """A password to be handed to a person, shown once: they have to choose their own with it."""

    word: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class PersonKept:
    """Somebody as administrators see them."""

    person: Person
    roles: tuple[Role, ...]
    has_password: bool
    must_change: bool


def kept_people(office: Office) -> tuple[PersonKept, ...]:
    """Return everybody, disabled or not, by name."""
    with office.store.reading() as tx:
        roles: dict[str, list[Role]] = {}
        for one in register.list_memberships(tx):
            roles.setdefault(one.person, []).append((one.role, one.organisation))
        passwords = {one.person: one.password for one in accounts.list_accounts(tx)}
        everybody = register.list_people(tx)
    return tuple(
        PersonKept(
            person,
            tuple(roles.get(person.id, ())),
            (password := passwords.get(person.id)) is not None,
            password is not None and password.must_change,
        )
        for person in everybody
    )


def add_person(
    office: Office,
    doer: str,
    name: str,
    email: str | None,
    now: datetime,
    *,
    identity: str | None = None,
    roles: Iterable[Role] = (),
) -> Person:
    """Add a person with their roles; without an id they are given one that says nothing."""
    known = roles_known(office)
    with administering(office.store, doer) as tx:
        person = identity or f"p-{make_handle(8)}"
        if register.get_person(tx, person) is not None:
            raise BadInput("id", identity, "somebody has it already; choose another")
        _add(tx, doer, _checked(tx, person, name, email), now)
        for role, organisation in roles:
            _give(known, tx, doer, Membership(person, role, organisation or None), now)
        return _there(tx, person)


def put_person(
    office: Office,
    doer: str,
    person: str,
    name: str,
    email: str | None,
    now: datetime,
    *,
    roles: Iterable[Role] = (),
    disabled: bool = False,
) -> Person:
    """Add a person or change who is there, give them roles, and disable them, all at once.

    Without an e-mail address who is there keeps theirs.
    """
    known = roles_known(office)
    with administering(office.store, doer) as tx:
        before = register.get_person(tx, person)
        if before is None:
            _add(tx, doer, _checked(tx, person, name, email), now)
        else:
            kept = before.email if email is None else email
            _change(tx, doer, before, _checked(tx, person, name, kept), now)
        for role, organisation in roles:
            _give(known, tx, doer, Membership(person, role, organisation or None), now)
        if disabled:
            _disable(tx, doer, person, now)
        return _there(tx, person)


def change_person(
    office: Office, doer: str, person: str, name: str, email: str | None, now: datetime
) -> Person:
    """Change a person's name and e-mail address; return them as they are now."""
    with administering(office.store, doer) as tx:
        _change(tx, doer, _there(tx, person), _checked(tx, person, name, email), now)
        return _there(tx, person)


def disable(office: Office, doer: str, person: str, now: datetime) -> bool:
    """Take away that a person may come in or act; their sessions and tokens end now.

    False if that was so already.
    """
    with administering(office.store, doer) as tx:
        _there(tx, person)
        return _disable(tx, doer, person, now)


def enable(office: Office, doer: str, person: str, now: datetime) -> bool:
    """Let a disabled person come in and act again; False if they could already."""
    with administering(office.store, doer) as tx:
        if not _there(tx, person).disabled:
            return False
        register.enable(tx, person)
        _note(tx, now, doer, "enable", person)
        return True


def give_role(
    office: Office, doer: str, person: str, role: str, organisation: str | None, now: datetime
) -> bool:
    """Give a person a role, from their next request on; False if they hold it already."""
    known = roles_known(office)
    with administering(office.store, doer) as tx:
        _there(tx, person)
        return _give(known, tx, doer, Membership(person, role, organisation or None), now)


def take_role(
    office: Office, doer: str, person: str, role: str, organisation: str | None, now: datetime
) -> bool:
    """Take a role from a person, from their next request on; False if they do not hold it."""
    with administering(office.store, doer) as tx:
        _there(tx, person)
        if role == ADMINISTRATOR:
            if person == doer:
                says = "you cannot take this from yourself; ask another administrator"
                raise BadInput("role", role, says)
            _another_stays(tx, person, "role", role)
        held = Membership(person, role, organisation or None)
        if not register.remove_membership(tx, held):
            return False
        _note(tx, now, doer, "take_role", person, _said(held))
        return True


def sign_out_for(office: Office, doer: str, person: str, now: datetime) -> int:
    """End every session of a person, such as one on a lost laptop; return how many."""
    with administering(office.store, doer) as tx:
        _there(tx, person)
        ended = len(living(tx, person, now))
        sessions.revoke_all(tx, person, now)
        _note(tx, now, doer, "sign_out_for", person, {"sessions": ended})
        return ended


def set_password_for(
    office: Office, hashing: Hashing, doer: str, person: str, now: datetime
) -> OneTimeWord:
    """Give a person a password that lets them in to choose their own; it is shown this once."""
    with office.store.reading() as tx:
        require(tx, doer)
        _there(tx, person)
    word = one_time_word()
    hashed = hashing.hashed(word)
    with administering(office.store, doer) as tx:
        accounts.set_password(tx, person, Password(hashed, now, must_change=True))
        _note(tx, now, doer, "set_password_for", person)
    return OneTimeWord(word, now + ONE_TIME)


def _add(tx: Tx, doer: str, person: Person, now: datetime) -> None:
    register.add_person(tx, person)
    said = {"name": person.name, "email": person.email}
    _note(tx, now, doer, "add_person", person.id, said)


def _change(tx: Tx, doer: str, before: Person, after: Person, now: datetime) -> None:
    changed = {
        field: [old, new]
        for field, old, new in (
            ("name", before.name, after.name),
            ("email", before.email, after.email),
        )
        if old != new
    }
    if changed:
        register.change_person(tx, after)
        _note(tx, now, doer, "change_person", after.id, changed)


def _disable(tx: Tx, doer: str, person: str, now: datetime) -> bool:
    if _there(tx, person).disabled:
        return False
    if person == doer:
        raise BadInput("person", person, "you cannot disable yourself; ask another administrator")
    _another_stays(tx, person, "person", person)
    register.disable(tx, person, now)
    sessions.revoke_all(tx, person, now)
    sessions.revoke_tokens(tx, person, now)
    _note(tx, now, doer, "disable", person)
    return True


def _give(
    known: Mapping[str, KnownRole], tx: Tx, doer: str, given: Membership, now: datetime
) -> bool:
    check_role(known, tx, given.role, given.organisation)
    if not register.add_membership(tx, given):
        return False
    _note(tx, now, doer, "give_role", given.person, _said(given))
    return True


def _checked(tx: Tx, identity: str, name: str, email: str | None) -> Person:
    """Return a person as they may be written down. Raises BadInputs with everything wrong."""
    name, wrong = id_and_name(identity, name, _LONGEST_NAME, "say what they are called")
    try:
        email = _email(tx, identity, email)
    except BadInput as error:
        wrong.append(error)
    if wrong:
        raise wrong[0] if len(wrong) == 1 else BadInputs(*wrong)
    return Person(identity, name, email)


def _email(tx: Tx, person: str, given: str | None) -> str | None:
    written = take_text("email", given or "", _LONGEST_EMAIL).lower()
    if not written:
        return None
    if not _EMAIL.fullmatch(written):
        raise BadInput("email", given, "write it as name@school.example")
    whose = register.person_by_email(tx, written)
    if whose is not None and whose.id != person:
        raise BadInput("email", given, "somebody has it already; everybody has their own")
    return written


def _another_stays(tx: Tx, person: str, field: str, given: str) -> None:
    disabled = {one.id for one in register.list_people(tx) if one.disabled}
    others = {
        one.person
        for one in register.list_memberships(tx)
        if one.role == ADMINISTRATOR and one.organisation is None and one.person not in disabled
    }
    if others == {person}:
        raise BadInput(field, given, "they are the last administrator; make another one first")


def _there(tx: Tx, person: str) -> Person:
    found = register.get_person(tx, person)
    if found is None:
        raise Unknown("person", person)
    return found


def _said(membership: Membership) -> dict[str, object]:
    return {"role": membership.role, "organisation": membership.organisation}


def _note(
    tx: Tx,
    now: datetime,
    doer: str,
    what: str,
    person: str,
    details: Mapping[str, object] | None = None,
) -> None:
    office_acts.add(tx, OfficeAct(now, doer, what, "person", person, details or {}))
