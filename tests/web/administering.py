"""Somebody who administers and does nothing else, for tests of the administrator's pages."""

import httpx

from apflow.store import office_acts, register
from apflow.store.office_acts import OfficeAct
from apflow.store.register import Membership, Person
from tests.web_site import Served

ADMINISTRATOR = "adam"


def administrator(site: Served) -> httpx.Client:
    """Return a browser in which an administrator without any other role is signed in."""
    with site.work.store.writing() as tx:
        if register.get_person(tx, ADMINISTRATOR) is None:
            register.add_person(tx, Person(ADMINISTRATOR, "Adam Kell"))
            register.add_membership(tx, Membership(ADMINISTRATOR, "administrator", None))
    return site.browse(ADMINISTRATOR)


def handle(site: Served, person: str) -> str:
    """Return the word by which a person stands in addresses."""
    with site.work.store.reading() as tx:
        found = register.get_person(tx, person)
    assert found is not None
    return found.handle


def acts(site: Served) -> list[OfficeAct]:
    """Return what the office did, newest first."""
    with site.work.store.reading() as tx:
        return office_acts.listed(tx, limit=500)


def done_by(site: Served) -> list[tuple[str, str, str]]:
    """Return who did what about whom or what, newest first."""
    return [(one.person, one.what, one.about) for one in acts(site)]
