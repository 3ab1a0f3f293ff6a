"""Who somebody is that proved elsewhere who they are: linked once, never added."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from apflow.casework.accounts import Accounts
from apflow.casework.accounts.elsewhere import known_elsewhere
from apflow.store import Store, identities, office_acts, register
from apflow.store.register import Person
from tests.casework.signing import NOW, SOON, furnished

ISSUER = "https://sign-in.oak.example"


@pytest.fixture
def accounts(store: Store) -> Accounts:
    made = furnished(store)
    with store.writing() as tx:
        register.add_person(tx, Person("bea", "Bea", "bea@oak.example"))
        register.add_person(tx, Person("cyn", "Cyn", "Cyn@Oak.example"))
    return made


def who(accounts: Accounts, subject: str, email: str | None, issuer: str = ISSUER) -> str | None:
    return known_elsewhere(accounts.office.store, issuer, subject, email, NOW)


def test_the_first_time_an_address_links_and_then_the_identity_counts(accounts: Accounts) -> None:
    assert who(accounts, "1", None) is None
    assert who(accounts, "1", "bea@oak.example") == "bea"
    assert who(accounts, "1", None) == "bea"
    assert who(accounts, "1", "cyn@oak.example") == "bea"
    with accounts.office.store.reading() as tx:
        assert identities.issuers_of(tx, "bea") == (ISSUER,)
        (act,) = office_acts.listed(tx, office_acts.Wanted(what="link_identity"))
    assert (act.person, act.about, act.at) == ("bea", "bea", NOW)


def test_an_address_links_one_identity_only(accounts: Accounts) -> None:
    assert who(accounts, "1", "bea@oak.example") == "bea"
    assert who(accounts, "2", "bea@oak.example") is None
    assert who(accounts, "1", "bea@oak.example", "https://another.example") is None


@pytest.mark.parametrize("email", ["BEA@OAK.EXAMPLE", "bea@oak.example"])
def test_capital_letters_make_no_difference(accounts: Accounts, email: str) -> None:
    assert who(accounts, "1", email) == "bea"


def test_an_address_as_it_was_typed_long_ago_is_known(accounts: Accounts) -> None:
    assert who(accounts, "1", "Cyn@Oak.example") == "cyn"


def test_an_address_of_two_people_is_nobodys(accounts: Accounts) -> None:
    with accounts.office.store.writing() as tx:
        register.add_person(tx, Person("dot", "Dot", "cyn@oak.example"))
    assert who(accounts, "1", "Cyn@Oak.example") is None


@pytest.mark.parametrize("email", ["ann", "bea", "nobody@oak.example", "%", ""])
def test_what_is_nobodys_address_is_nobody_even_if_it_is_an_id(
    accounts: Accounts, email: str
) -> None:
    with accounts.office.store.reading() as tx:
        before = register.list_people(tx)
    assert who(accounts, "1", email) is None
    with accounts.office.store.reading() as tx:
        assert register.list_people(tx) == before


def test_the_disabled_are_not_linked(accounts: Accounts) -> None:
    with accounts.office.store.writing() as tx:
        register.disable(tx, "bea", SOON)
    assert who(accounts, "1", "bea@oak.example") is None


def test_two_identities_with_one_address_at_once_link_one(accounts: Accounts) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda one: who(accounts, str(one), "bea@oak.example"), range(6)))
    assert sorted(found, key=str) == [*([None] * 5), "bea"]
