"""A browser for the tests of this room, a window whose faults fail the test, and the pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from apflow.store import accounts, register
from apflow.store.register import Membership, Person
from tests.browser.browsing import Window, running_chromium
from tests.invented_cohort import Invented, cohort
from tests.web_site import Served, copy_of, served, settings_for, shared_site, site

__all__ = ["cohort", "shared_site", "site"]

#: People beside the cohort's: one who administers and does nothing else, one without a role,
#: and one with a password from somebody else.
ADMINISTRATOR, ROLELESS, NEWCOMER = "adam", "rolf", "newcomer"


# Not for the whole session: while it runs, no other test could run an event loop of its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def window(chromium: Browser) -> Iterator[Window]:
    """`window.open("narrow", base_url=...)` gives a page; its faults fail the test."""
    window = Window(chromium)
    yield window
    window.close()


@pytest.fixture(scope="module")
def pages(cohort: Invented, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give the pages on a copy of the cohort for one file of tests, with some more people."""
    folder = tmp_path_factory.mktemp("pages")
    with copy_of(cohort, folder) as work, served(work, cohort, settings_for(work, folder)) as one:
        put_up(one)
        yield one


def put_up(site: Served) -> None:
    """Put the people beside the cohort's into the register."""
    now = site.moment()
    with site.work.store.writing() as tx:
        register.add_person(tx, Person(ADMINISTRATOR, "Adam Kell"))
        register.add_membership(tx, Membership(ADMINISTRATOR, "administrator", None))
        register.add_person(tx, Person(ROLELESS, "Rolf Ayre"))
        register.add_person(tx, Person(NEWCOMER, "Nell Wick"))
        given = accounts.Password("no hash at all", now, must_change=True)
        accounts.set_password(tx, NEWCOMER, given)
