"""One person, by their handle: name and address, roles, password, whether they may come in."""

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from apflow.casework.accounts import OneTimeWord, people
from apflow.casework.accounts.done import acts
from apflow.casework.accounts.people import PersonKept
from apflow.casework.accounts.visiting import Visitor
from apflow.errors import BadInput, BadInputs, Unknown
from apflow.store.office_acts import Wanted
from apflow.web import keeping
from apflow.web.acts import Speaker
from apflow.web.administrator.people import organisation_items, role_items, wrong_of
from apflow.web.keeping import Wrong
from apflow.web.posting import Posted, text_of
from apflow.web.rendering import page
from apflow.web.roles import Titles
from apflow.web.site import Here, Site
from apflow.web.visitors import Administering

router = APIRouter(include_in_schema=False, prefix="/admin/people")

_ACTS_SHOWN: Final = 20


@router.get("/{handle}")
def person(request: Request, site: Here, visitor: Administering, handle: str) -> Response:
    """Show somebody with everything that can be changed about them."""
    return _person(request, site, visitor, _known(site, handle))


@router.post("/{handle}")
def change(
    request: Request, site: Here, visitor: Administering, form: Posted, handle: str
) -> Response:
    """Change somebody's name and e-mail address."""
    known = _known(site, handle)
    name, email = text_of(form, "name"), text_of(form, "email") or None
    return _tried(
        request,
        site,
        visitor,
        known,
        form,
        lambda: people.change_person(
            site.office, visitor.person, known.person.id, name, email, site.now()
        ),
        "changed",
    )


@router.post("/{handle}/roles")
def give(
    request: Request, site: Here, visitor: Administering, form: Posted, handle: str
) -> Response:
    """Give somebody a role."""
    known = _known(site, handle)
    role, where = text_of(form, "role"), text_of(form, "organisation") or None
    if not role:
        return _person(request, site, visitor, known, {"role": "Choose a role"}, form)
    return _tried(
        request,
        site,
        visitor,
        known,
        form,
        lambda: people.give_role(
            site.office, visitor.person, known.person.id, role, where, site.now()
        ),
        "given",
    )


@router.post("/{handle}/roles/take")
def take(
    request: Request, site: Here, visitor: Administering, form: Posted, handle: str
) -> Response:
    """Take a role from somebody."""
    known = _known(site, handle)
    role, where = text_of(form, "role"), text_of(form, "organisation") or None
    return _tried(
        request,
        site,
        visitor,
        known,
        FormData(),
        lambda: people.take_role(
            site.office, visitor.person, known.person.id, role, where, site.now()
        ),
        "taken",
    )


@router.post("/{handle}/password")
def hand_over(request: Request, site: Here, visitor: Administering, handle: str) -> Response:
    """Give somebody a password that lets them in to choose their own, and show it once."""
    known = _known(site, handle)
    word = site.accounts.set_password_for(visitor.person, known.person.id, site.now())
    return _person(request, site, visitor, _known(site, handle), word=word)


@router.post("/{handle}/disable")
def disable(request: Request, site: Here, visitor: Administering, handle: str) -> Response:
    """Take away that somebody may come in, from their next request on."""
    known = _known(site, handle)
    return _tried(
        request,
        site,
        visitor,
        known,
        FormData(),
        lambda: people.disable(site.office, visitor.person, known.person.id, site.now()),
        "disabled",
    )


@router.post("/{handle}/enable")
def enable(site: Here, visitor: Administering, handle: str) -> Response:
    """Let somebody come in again."""
    known = _known(site, handle)
    people.enable(site.office, visitor.person, known.person.id, site.now())
    return keeping.back(f"/admin/people/{handle}", done="enabled")


def _known(site: Site, handle: str) -> PersonKept:
    found = site.accounts.person_by_handle(handle)
    if found is None:
        raise Unknown("person", handle)
    return next(one for one in people.kept_people(site.office) if one.person.id == found.id)


def _tried(
    request: Request,
    site: Site,
    visitor: Visitor,
    known: PersonKept,
    form: FormData,
    act: Callable[[], object],
    done: str,
) -> Response:
    """Do it and lead back to the person's page, or show there what is wrong."""
    try:
        act()
    except (BadInput, BadInputs) as error:
        return _person(request, site, visitor, known, wrong_of(error), form)
    return keeping.back(f"/admin/people/{known.person.handle}", done=done)


def _person(
    request: Request,
    site: Site,
    visitor: Visitor,
    known: PersonKept,
    wrong: Wrong | None = None,
    form: FormData | None = None,
    word: OneTimeWord | None = None,
) -> Response:
    titles, typed = Titles(site), form or FormData()
    about = Wanted(about_kind="person", about=known.person.id)
    done = acts(site.office, visitor.person, about, limit=_ACTS_SHOWN)
    wrong = _with_fields(wrong or {}, typed)
    return page(
        request,
        "administrator/person.html",
        422 if wrong else 200,
        known=known,
        person=known.person,
        held=[(role, where, titles.held(role, where)) for role, where in known.roles],
        roles=role_items(titles, text_of(typed, "role")),
        organisations=organisation_items(titles, text_of(typed, "organisation")),
        name=keeping.typed(typed, "name") if "name" in typed else known.person.name,
        email=keeping.typed(typed, "email") if "name" in typed else known.person.email or "",
        myself=known.person.id == visitor.person,
        word=word,
        acts=Speaker(site).say(done),
        wrong=wrong,
        done=_DONE.get(request.query_params.get("done", ""), ""),
    )


def _with_fields(wrong: Wrong, typed: FormData) -> Wrong:
    """Return what is wrong; of a form without fields it is said of the page as a whole."""
    return wrong if typed or not wrong else {"": "; ".join(wrong.values())}


_DONE: Final = {
    "added": "They are added. Give them a password so that they can come in.",
    "changed": "Name and e-mail address are as they stand here.",
    "given": "They hold the role from their next click on.",
    "taken": "They no longer hold that role.",
    "disabled": "They can no longer come in. Everything they did stays in the history.",
    "enabled": "They can come in again.",
}
