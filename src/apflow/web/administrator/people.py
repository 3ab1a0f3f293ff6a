"""People: who there is, added and changed; their roles; a password to be handed to them."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from apflow.casework.accounts import people
from apflow.casework.accounts.people import PersonKept, Role
from apflow.errors import BadInput, BadInputs
from apflow.store import register
from apflow.web import keeping
from apflow.web.keeping import Wrong, chosen
from apflow.web.posting import Posted, text_of
from apflow.web.rendering import page
from apflow.web.roles import Titles
from apflow.web.site import Here, Site
from apflow.web.visitors import Administering

router = APIRouter(include_in_schema=False, prefix="/admin/people")

#: Most people that are listed at once; the rest is found by looking for them.
MOST_SHOWN: Final = 200
#: The fields of the forms as people know them, by the name that errors give them.
CALLED: Final = {
    "id": "User name", "name": "Name", "email": "E-mail address", "role": "Role",
    "organisation": "Organisation", "person": "Person",
}  # fmt: skip
_SHOWN: Final = {"": "Everybody", "enabled": "Who may come in", "disabled": "Who is disabled",
                 "never": "Who has no password"}  # fmt: skip


@router.get("")
def everybody(
    request: Request,
    site: Here,
    _: Administering,
    role: str = "",
    organisation: str = "",
    who: str = "",
) -> Response:
    """List people, by role, organisation and whether they may come in."""
    return _listing(request, site, role, organisation, who)


@router.post("")
def look_for(request: Request, site: Here, _: Administering, form: Posted) -> Response:
    """List people by a part of their name or address, which is in no address of a page."""
    return _listing(request, site, "", "", "", keeping.typed(form, "called"))


@router.get("/new")
def ask(request: Request, site: Here, _: Administering) -> Response:
    """Ask who is to be added."""
    return _new(request, site, FormData(), {})


@router.post("/new")
def add(request: Request, site: Here, visitor: Administering, form: Posted) -> Response:
    """Add a person, with a first role if one was chosen."""
    role, where = text_of(form, "role"), text_of(form, "organisation") or None
    roles: tuple[Role, ...] = ((role, where),) if role else ()
    try:
        added = people.add_person(
            site.office,
            visitor.person,
            text_of(form, "name"),
            text_of(form, "email") or None,
            site.now(),
            identity=text_of(form, "id") or None,
            roles=roles,
        )
    except (BadInput, BadInputs) as error:
        return _new(request, site, form, wrong_of(error))
    return keeping.back(f"/admin/people/{added.handle}", done="added")


def wrong_of(error: BadInput | BadInputs, default: str = "") -> Wrong:
    """Return what is wrong with a form, by its fields; `default` takes what no field has."""
    inputs = error.inputs if isinstance(error, BadInputs) else (error,)
    wrong: Wrong = {}
    for one in inputs:
        field = one.field if one.field in CALLED else default
        wrong.setdefault(field, keeping.sentence(CALLED.get(one.field, one.field), one))
    return wrong


def role_items(titles: Titles, role: str) -> list[dict[str, object]]:
    """Return the roles that can be given, for a select."""
    known = {name: titles.offered(name) for name in titles.known}
    return chosen(known, role, "Choose a role")


def organisation_items(titles: Titles, organisation: str) -> list[dict[str, object]]:
    """Return where a role can be held, for a select."""
    return chosen(titles.organisations, organisation, "Everywhere: in no organisation")


def _new(request: Request, site: Site, form: FormData, wrong: Wrong) -> Response:
    titles = Titles(site)
    return page(
        request,
        "administrator/new_person.html",
        422 if wrong else 200,
        typed={name: keeping.typed(form, name) for name in ("id", "name", "email")},
        roles=role_items(titles, text_of(form, "role")),
        organisations=organisation_items(titles, text_of(form, "organisation")),
        wrong=wrong,
    )


def _listing(
    request: Request, site: Site, role: str, organisation: str, who: str, called: str = ""
) -> Response:
    titles = Titles(site)
    words = register.sought(called).split()
    found = [
        one
        for one in people.kept_people(site.office)
        if _fits(one, role, organisation) and _is(one, who) and _is_called(one, words)
    ]
    return page(
        request,
        "administrator/people.html",
        rows=[(one, titles.all_held(one.roles)) for one in found[:MOST_SHOWN]],
        count=len(found),
        most=MOST_SHOWN,
        called=called,
        narrowed=bool(role or organisation or who or called),
        roles=chosen({name: titles.role(name) for name in titles.known}, role, "Any role"),
        organisations=chosen(titles.organisations, organisation, "Any organisation"),
        who=chosen(_SHOWN, who),
    )


def _fits(one: PersonKept, role: str, organisation: str) -> bool:
    """Whether somebody holds the role asked for, in the organisation asked for, as one."""
    if not role and not organisation:
        return True
    return any(
        (not role or held == role) and (not organisation or where == organisation)
        for held, where in one.roles
    )


def _is(one: PersonKept, who: str) -> bool:
    return {
        "enabled": not one.person.disabled,
        "disabled": one.person.disabled,
        "never": not one.has_password and not one.person.disabled,
    }.get(who, True)


def _is_called(one: PersonKept, words: list[str]) -> bool:
    sought = register.sought(f"{one.person.name} {one.person.email or ''} {one.person.id}")
    return all(word in sought for word in words)
