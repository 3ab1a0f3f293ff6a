"""Organisations: schools, providers, teams; what the policies read about them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from apflow.casework.accounts import organisations, people
from apflow.casework.accounts.done import acts
from apflow.casework.accounts.organisations import particulars_known
from apflow.casework.accounts.visiting import Visitor
from apflow.casework.administering import areas
from apflow.errors import BadInput, BadInputs, Unknown
from apflow.store import register
from apflow.store.office_acts import Wanted
from apflow.store.register import Organisation
from apflow.web import keeping
from apflow.web.acts import Speaker
from apflow.web.keeping import Wrong
from apflow.web.posting import Posted, text_of
from apflow.web.rendering import page
from apflow.web.roles import Titles
from apflow.web.site import Here, Site
from apflow.web.visitors import Administering
from apflow.web.wording import first_up, value

router = APIRouter(include_in_schema=False, prefix="/admin/organisations")

_ACTS_SHOWN: Final = 20
#: A field of the form that holds a particular begins so: its own names may be anything.
_OWN: Final = "of-"
_LABELS: Final = {"urn": "URN (unique reference number)"}
_LONG: Final = 60


@router.get("")
def every_organisation(request: Request, site: Here, _: Administering, has: str = "") -> Response:
    """List organisations; `has` leaves those of which the policies read something."""
    with site.office.store.reading() as tx:
        found = register.list_organisations(tx)
        members: dict[str, set[str]] = {}
        for one in register.list_memberships(tx):
            members.setdefault(one.organisation or "", set()).add(one.person)
    known = particulars_known(site.office)
    own = {one.area for one in areas.areas(site.office) if one.own}
    rows = [
        {
            "organisation": one,
            "people": len(members.get(one.id, ())),
            "read": [_label(name) for name in known if one.particulars.get(name) is not None],
            "own_days": one.id in own,
        }
        for one in found
    ]
    return page(
        request,
        "administrator/organisations.html",
        rows=[one for one in rows if one["read"]] if has == "particulars" else rows,
        narrowed=has == "particulars",
    )


@router.get("/new")
def ask(request: Request, site: Here, _: Administering) -> Response:
    """Ask for an organisation to be added."""
    return _form(request, site, None, {}, {})


@router.post("/new")
def add(request: Request, site: Here, visitor: Administering, form: Posted) -> Response:
    """Add an organisation."""
    name, given = text_of(form, "name"), _given(form)
    try:
        added = organisations.add_organisation(
            site.office, visitor.person, name, given, site.now(),
            identity=text_of(form, "id") or None,
        )  # fmt: skip
    except (BadInput, BadInputs) as error:
        return _form(request, site, None, _again(form), _wrong(error))
    return keeping.back(f"/admin/organisations/{added.id}", done="added")


@router.get("/{organisation}")
def one_organisation(
    request: Request, site: Here, visitor: Administering, organisation: str
) -> Response:
    """Show an organisation with what may be changed about it."""
    known = _known(site, organisation)
    return _form(request, site, known, _typed(known), {}, visitor)


@router.post("/{organisation}")
def change(
    request: Request, site: Here, visitor: Administering, form: Posted, organisation: str
) -> Response:
    """Change an organisation's name and what is known of it."""
    known = _known(site, organisation)
    if not _plain(known):
        raise BadInput("organisation", known.name, "is kept by apflow itself")
    name, given = text_of(form, "name"), _given(form)
    try:
        organisations.change_organisation(
            site.office, visitor.person, known.id, name, given, site.now()
        )
    except (BadInput, BadInputs) as error:
        return _form(request, site, known, _again(form), _wrong(error), visitor)
    return keeping.back(f"/admin/organisations/{known.id}", done="changed")


def _known(site: Site, organisation: str) -> Organisation:
    with site.office.store.reading() as tx:
        found = register.get_organisation(tx, organisation)
    if found is None:
        raise Unknown("organisation", organisation)
    return found


def _given(form: FormData) -> dict[str, object]:
    """Return the particulars that were typed, by name."""
    return {name.removeprefix(_OWN): text_of(form, name) for name in _given_names(form)}


def _given_names(form: FormData) -> list[str]:
    return [name for name in form if name.startswith(_OWN)]


def _again(form: FormData) -> dict[str, object]:
    """Return what a form that was posted holds, to be shown once more."""
    given = {name.removeprefix(_OWN): keeping.typed(form, name) for name in _given_names(form)}
    return {**given, "": keeping.typed(form, "name"), "id": keeping.typed(form, "id")}


def _typed(known: Organisation) -> dict[str, object]:
    """Return what an organisation's form holds before anybody changes it."""
    return {"": known.name, **{name: _written(one) for name, one in known.particulars.items()}}


def _written(one: object) -> str:
    if isinstance(one, bool):
        return "yes" if one else "no"
    return str(one)


def _plain(known: Organisation) -> bool:
    """Whether every particular is one that a person could have typed."""
    return all(isinstance(one, str | int) for one in known.particulars.values())


def _wrong(error: BadInput | BadInputs) -> Wrong:
    wrong: Wrong = {}
    for one in error.inputs if isinstance(error, BadInputs) else (error,):
        if one.field in ("name", "id"):
            called = "Name" if one.field == "name" else "Short name"
            wrong[one.field] = keeping.sentence(called, one)
        else:
            wrong[_OWN + one.field] = keeping.sentence(_label(one.field), one)
    return wrong


def _form(
    request: Request,
    site: Site,
    known: Organisation | None,
    typed: Mapping[str, object],
    wrong: Wrong,
    visitor: Visitor | None = None,
) -> Response:
    around: dict[str, Any] = {"members": [], "acts": [], "own_days": False, "plain": True}
    if known is not None and visitor is not None:
        around = _around(site, known, visitor)
    return page(
        request,
        "administrator/organisation.html",
        422 if wrong else 200,
        known=known,
        name=typed.get("", ""),
        identity=typed.get("id", ""),
        fields=_fields(particulars_known(site.office), typed),
        kept=[] if known is None else [(_label(n), value(v)) for n, v in known.particulars.items()],
        wrong=wrong,
        done=_DONE.get(request.query_params.get("done", ""), ""),
        **around,
    )


def _around(site: Site, known: Organisation, visitor: Visitor) -> dict[str, Any]:
    """Return who belongs to an organisation, and what was done about it."""
    titles = Titles(site)
    about = Wanted(about_kind="organisation", about=known.id)
    return {
        "members": [
            (one.person, [titles.role(role) for role, where in one.roles if where == known.id])
            for one in people.kept_people(site.office)
            if any(where == known.id for _, where in one.roles)
        ],
        "acts": Speaker(site).say(acts(site.office, visitor.person, about, limit=_ACTS_SHOWN)),
        "own_days": any(one.area == known.id and one.own for one in areas.areas(site.office)),
        "plain": _plain(known),
    }


def _fields(
    known: Mapping[str, tuple[str, ...]], typed: Mapping[str, object]
) -> list[dict[str, object]]:
    """Return the fields of the form: what policies read, then what else is kept."""
    names = [*known, *(name for name in typed if name and name != "id" and name not in known)]
    fields = []
    for name in names:
        given = str(typed.get(name, ""))
        kinds = known.get(name, ())
        kind = kinds[0] if len(kinds) == 1 else "text"
        long = kind == "text" and (len(given) > _LONG or "\n" in given)
        fields.append(
            {
                "id": _OWN + name,
                "label": _label(name),
                "kind": "long" if long else kind,
                "given": _as_typed(given) if kind == "date" else given,
                "read": name in known,
            }
        )
    return fields


def _as_typed(day: str) -> str:
    """Return a stored day as people type it; what is none stays as it was typed."""
    try:
        return f"{date.fromisoformat(day):%d/%m/%Y}"
    except ValueError:
        return day


def _label(name: str) -> str:
    return _LABELS.get(name, first_up(name.replace("_", " ")))


_DONE: Final = {"added": "The organisation is added.", "changed": "It is as it stands here."}
