"""What administrators do about organisations; see `people` for who may and what is raised."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from apflow.casework.accounts.rights import administering
from apflow.casework.accounts.roles import lifecycles_known
from apflow.casework.accounts.written import id_and_name
from apflow.casework.office import Office
from apflow.clock import london_day
from apflow.errors import BadInput, BadInputs, Unknown
from apflow.policy.written import take_date, take_text
from apflow.store import office_acts, register
from apflow.store.office_acts import OfficeAct
from apflow.store.register import Organisation

_LONGEST_NAME = 200
_MOST_PARTICULARS = 60
_PARTICULAR = re.compile(r"[a-z][a-z0-9_]{0,59}")
_NUMBER = re.compile(r"-?\d{1,12}", re.ASCII)
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def particulars_known(office: Office) -> dict[str, tuple[str, ...]]:
    """Return every particular that a policy reads, with its types: yes_no, number, text, date.

    More than one type where policies differ; a value of either is taken.
    """
    found: dict[str, tuple[str, ...]] = {}
    for lifecycle in lifecycles_known(office):
        for fact in lifecycle.facts.values():
            for name, kind in fact.has.items():
                before = found.get(name, ())
                found[name] = before if kind in before else (*before, kind)
    return found


def add_organisation(
    office: Office,
    doer: str,
    name: str,
    particulars: Mapping[str, object],
    now: datetime,
    *,
    identity: str | None = None,
) -> Organisation:
    """Add an organisation; without an id it is given one made of its name."""
    known = particulars_known(office)
    with administering(office.store, doer) as tx:
        there = {one.id for one in register.list_organisations(tx)}
        added = _checked(known, identity or _id_of(name, there), name, particulars, now)
        if added.id in there:
            raise BadInput("id", identity, "an organisation has it already; choose another")
        register.add_organisation(tx, added)
        said = {"name": added.name, "particulars": dict(added.particulars)}
        office_acts.add(
            tx, OfficeAct(now, doer, "add_organisation", "organisation", added.id, said)
        )
        return added


def put_organisation(
    office: Office,
    doer: str,
    organisation: str,
    name: str,
    particulars: Mapping[str, object],
    now: datetime,
) -> Organisation:
    """Add an organisation, or change the one of that id; see `change_organisation`."""
    with office.store.reading() as tx:
        there = register.get_organisation(tx, organisation) is not None
    if there:
        return change_organisation(office, doer, organisation, name, particulars, now)
    return add_organisation(office, doer, name, particulars, now, identity=organisation)


def change_organisation(
    office: Office,
    doer: str,
    organisation: str,
    name: str,
    particulars: Mapping[str, object],
    now: datetime,
) -> Organisation:
    """Write an organisation's name and all its particulars; what is left out or empty goes."""
    known = particulars_known(office)
    with administering(office.store, doer) as tx:
        before = register.get_organisation(tx, organisation)
        if before is None:
            raise Unknown("organisation", organisation)
        after = _checked(known, organisation, name, particulars, now)
        changed = _changes(before, after)
        if changed:
            register.change_organisation(tx, after)
            act = OfficeAct(now, doer, "change_organisation", "organisation", after.id, changed)
            office_acts.add(tx, act)
        return after


def _checked(
    known: Mapping[str, tuple[str, ...]],
    identity: str,
    name: str,
    particulars: Mapping[str, object],
    now: datetime,
) -> Organisation:
    """Return an organisation as it may be written down. Raises BadInputs with everything wrong."""
    name, wrong = id_and_name(identity, name, _LONGEST_NAME, "say what it is called")
    if len(particulars) > _MOST_PARTICULARS:
        says = f"no more than {_MOST_PARTICULARS} can be kept"
        wrong.append(BadInput("particulars", len(particulars), says))
        particulars = {}
    kept: dict[str, object] = {}
    for field, given in particulars.items():
        try:
            kept[field] = _typed(known.get(field), field, given, london_day(now))
        except BadInput as error:
            wrong.append(error)
    if wrong:
        raise wrong[0] if len(wrong) == 1 else BadInputs(*wrong)
    return Organisation(identity, name, {key: value for key, value in kept.items() if value != ""})


def _typed(kinds: tuple[str, ...] | None, name: str, given: object, today: date) -> object:
    """Return a particular as its policies read it, or "" for none. Raises BadInput.

    One that no policy reads becomes what it looks like: a number, a day, yes or no, or text.
    """
    if not _PARTICULAR.fullmatch(name):
        raise BadInput(name, given, "call it by small letters, digits and _, beginning with one")
    if isinstance(given, bool | int):
        given = {True: "yes", False: "no"}[given] if isinstance(given, bool) else str(given)
    text = take_text(name, "" if given is None else given)
    if not text:
        return ""
    refused: BadInput | None = None
    for kind in kinds or ("number", "iso_date", "yes_no", "text"):
        try:
            return _TAKE[kind](name, text, today)
        except BadInput as error:
            refused = refused or error
    raise refused or BadInput(name, given, "cannot be kept")


def _take_number(name: str, text: str, _: date) -> object:
    if not _NUMBER.fullmatch(text):
        raise BadInput(name, text, "write it as a whole number, such as 134310")
    return int(text)


def _take_yes_no(name: str, text: str, _: date) -> object:
    if text.lower() not in _YES_NO:
        raise BadInput(name, text, "answer yes or no")
    return _YES_NO[text.lower()]


def _take_iso_date(name: str, text: str, _: date) -> object:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadInput(name, text, "write it as 2026-02-12") from None


_TAKE: Mapping[str, Callable[[str, str, date], object]] = {
    "number": _take_number,
    "yes_no": _take_yes_no,
    "text": lambda _, text, __: text,
    "date": lambda name, text, today: take_date(name, text, today).isoformat(),
    "iso_date": _take_iso_date,
}


def _changes(before: Organisation, after: Organisation) -> dict[str, object]:
    changed: dict[str, object] = {}
    if before.name != after.name:
        changed["name"] = [before.name, after.name]
    old, new = before.particulars, after.particulars
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            changed[name] = [old.get(name), new.get(name)]
    return changed


def _id_of(name: str, there: Iterable[str]) -> str:
    """Return an id made of a name's words, with a number where it is taken."""
    plain = register.sought(name)
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50] or "organisation"
    taken, found, number = set(there), made, 1
    while found in taken:
        number += 1
        found = f"{made}-{number}"
    return found
