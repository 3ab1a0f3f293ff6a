"""I14: for how long one is in, and that leaving holds from the next request."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import perf_counter

import pytest

from apflow.casework.accounts import Accounts, Refused, Visitor
from apflow.casework.accounts.signing_in import PER_ACCOUNT, WINDOW
from apflow.errors import BadInput, Unknown
from apflow.store import Store, register
from apflow.store.register import Membership, Person
from tests.casework.signing import (
    HOME,
    MINUTE,
    NOW,
    OTHER,
    SECOND,
    SOON,
    WORD,
    furnished,
    refused,
    rows,
    signed_in,
)


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return furnished(store)


# Sessions


def left(accounts: Accounts, _: str) -> None:
    with accounts.office.store.writing() as tx:
        register.disable(tx, "ann", SOON)


ENDS: dict[str, Callable[[Accounts, str], object]] = {
    "sign-out": lambda accounts, secret: accounts.sign_out(secret, SOON),
    "sign-out everywhere": lambda accounts, _: accounts.sign_out_everywhere("ann", SOON),
    "disabling": left,
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_an_old_secret_is_nobodys_from_the_next_request_on(
    accounts: Accounts, end: Callable[[Accounts, str], object]
) -> None:
    secret, maxs = signed_in(accounts), signed_in(accounts, "max")
    assert accounts.visitor(secret, SOON) is not None
    end(accounts, secret)
    assert accounts.visitor(secret, SOON) is None
    assert accounts.visitor(maxs, SOON) is not None


def test_a_role_given_or_taken_holds_from_the_next_request_and_ends_no_session(
    accounts: Accounts,
) -> None:
    secret = signed_in(accounts)

    def roles() -> tuple[tuple[str, str | None], ...]:
        visitor = accounts.visitor(secret, SOON)
        assert visitor is not None
        return visitor.roles

    with accounts.office.store.writing() as tx:
        register.add_membership(tx, Membership("ann", "auditor", None))
    assert roles() == (("auditor", None), ("school", "oak"))
    with accounts.office.store.writing() as tx:
        register.remove_membership(tx, Membership("ann", "auditor", None))
        register.remove_membership(tx, Membership("ann", "school", "oak"))
    assert roles() == ()


def test_a_new_password_ends_no_session_and_the_old_one_lets_nobody_in(
    accounts: Accounts,
) -> None:
    secret = signed_in(accounts)
    accounts.set_password("ann", OTHER, SOON)
    assert accounts.visitor(secret, SOON) is not None
    refused(accounts, "ann", WORD, HOME, SOON)
    assert isinstance(accounts.sign_in("ann", OTHER, HOME, SOON), str)


def test_a_session_ends_half_an_hour_after_it_was_last_used(accounts: Accounts) -> None:
    secret = signed_in(accounts)
    at = NOW
    for _ in range(4):
        at += 29 * MINUTE
        assert accounts.visitor(secret, at) is not None
    assert accounts.visitor(secret, at + 30 * MINUTE) is None
    assert accounts.visitor(secret, at + 29 * MINUTE) is not None


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(accounts: Accounts) -> None:
    secret = signed_in(accounts)
    for minute in range(0, 12 * 60, 20):
        assert accounts.visitor(secret, NOW + minute * MINUTE) is not None
    assert accounts.visitor(secret, NOW + timedelta(hours=12) - SECOND) is not None
    assert accounts.visitor(secret, NOW + timedelta(hours=12)) is None
    assert accounts.visitor(secret, NOW + timedelta(hours=13)) is None


def test_being_seen_is_written_down_at_most_once_a_minute(accounts: Accounts) -> None:
    secret = signed_in(accounts)

    def seen() -> object:
        return rows(accounts.office.store, "sessions")[0]["seen_at"]

    accounts.visitor(secret, NOW + timedelta(seconds=59))
    assert seen() == "2026-03-02T09:00:00.000000Z"
    accounts.visitor(secret, NOW + timedelta(seconds=61))
    accounts.visitor(secret, NOW + timedelta(seconds=90))
    assert seen() == "2026-03-02T09:01:01.000000Z"


def test_a_page_is_shown_while_somebody_else_is_writing(accounts: Accounts) -> None:
    secret = signed_in(accounts)
    store = accounts.office.store
    with ThreadPoolExecutor(1) as pool, store.writing():
        visitor = pool.submit(accounts.visitor, secret, SOON).result(timeout=10)
    assert isinstance(visitor, Visitor)


def test_one_sees_and_ends_ones_own_sessions_and_nobody_elses(accounts: Accounts) -> None:
    first, second = signed_in(accounts), signed_in(accounts, now=NOW + MINUTE)
    maxs = signed_in(accounts, "max")
    mine = accounts.sessions_of("ann", NOW + MINUTE)
    assert [one.created_at for one in mine] == [NOW + MINUTE, NOW]
    [his] = accounts.sessions_of("max", SOON)
    assert not accounts.end_session("ann", his.id, SOON)
    assert accounts.visitor(maxs, SOON) is not None
    assert accounts.end_session("ann", mine[1].id, SOON)
    assert not accounts.end_session("ann", mine[1].id, SOON)
    assert accounts.visitor(first, SOON) is None
    assert accounts.sign_out_everywhere("ann", SOON, but=mine[0].id) == 0
    assert accounts.visitor(second, NOW + MINUTE) is not None
    assert accounts.sessions_of("ann", NOW + timedelta(hours=1)) == ()


def test_signing_out_twice_or_with_what_is_no_secret_says_so(accounts: Accounts) -> None:
    secret = signed_in(accounts)
    assert accounts.sign_out(secret, SOON)
    assert not accounts.sign_out(secret, SOON)
    assert not accounts.sign_out("\0", SOON)


def test_ended_sessions_are_forgotten_after_a_month(accounts: Accounts) -> None:
    signed_in(accounts)
    signed_in(accounts, now=NOW + timedelta(days=29))
    assert len(rows(accounts.office.store, "sessions")) == 2
    signed_in(accounts, now=NOW + timedelta(days=31))
    assert len(rows(accounts.office.store, "sessions")) == 2


# Known from elsewhere


def test_somebody_known_from_elsewhere_comes_in_without_a_password(accounts: Accounts) -> None:
    accounts.link_identity("https://login.example", "s-1", "new", NOW, by="max")
    person = accounts.person_by_identity("https://login.example", "s-1")
    assert person == "new"
    visitor = accounts.visitor(accounts.sign_in_as_known(person, "sso", NOW), SOON)
    assert visitor is not None
    assert (visitor.person, visitor.how) == ("new", "sso")
    assert accounts.person_by_identity("https://other.example", "s-1") is None
    assert accounts.person_by_identity("https://login.example", "s-2") is None


def test_who_is_disabled_or_not_there_is_not_let_in_from_elsewhere(accounts: Accounts) -> None:
    left(accounts, "")
    for person in ("ann", "nobody"):
        with pytest.raises(Unknown):
            accounts.sign_in_as_known(person, "sso", NOW)
    with pytest.raises(Unknown):
        accounts.link_identity("https://login.example", "s-9", "nobody", NOW, by="max")


# Passwords


@pytest.mark.parametrize(
    "word",
    [
        "short", "elevenchars", "x" * 201, "aaaaaaaaaaaaaaaa", "abababababab", "Newcomer Smith",
        "new.comer@long.example", "newcomer-smith", "tab\tis not typed", "a bell\x07is not typed",
        "long-enough-id-of-new",
    ],
)  # fmt: skip
def test_what_cannot_be_a_password_is_refused_with_the_way_out(
    accounts: Accounts, word: str
) -> None:
    with accounts.office.store.writing() as tx:
        person = Person("long-enough-id-of-new", "Newcomer Smith", "new.comer@long.example")
        register.add_person(tx, person)
    with pytest.raises(BadInput) as caught:
        accounts.set_password("long-enough-id-of-new", word, NOW)
    assert caught.value.field == "password"
    assert word not in str(caught.value)


def test_ones_own_password_is_changed_by_who_knows_it(accounts: Accounts) -> None:
    assert isinstance(accounts.change_password("ann", OTHER, OTHER, NOW), Refused)
    with pytest.raises(BadInput):
        accounts.change_password("ann", WORD, WORD, NOW)
    assert accounts.change_password("ann", WORD, OTHER, NOW) is None
    assert isinstance(accounts.sign_in("ann", OTHER, HOME, NOW), str)
    with pytest.raises(Unknown):
        accounts.change_password("nobody", WORD, OTHER, NOW)


def test_a_session_left_open_is_no_way_to_guess_a_password(accounts: Accounts) -> None:
    for n in range(PER_ACCOUNT):
        assert isinstance(accounts.change_password("ann", f"guess {n}", OTHER, NOW), Refused)
    answer = accounts.change_password("ann", WORD, OTHER, NOW)
    assert isinstance(answer, Refused)
    assert answer.again_at == NOW + WINDOW
    assert refused(accounts, "ann", WORD, HOME, NOW).again_at is not None


def test_nobody_has_a_password_until_one_is_set(accounts: Accounts) -> None:
    for word in ("", "new", "Newcomer", "password", "changeme", "admin"):
        refused(accounts, "new", word, HOME, NOW)


# What it costs


def test_asking_who_is_there_costs_next_to_nothing(accounts: Accounts) -> None:
    secret = signed_in(accounts)

    def taken() -> float:
        began = perf_counter()
        accounts.visitor(secret, SOON)
        return perf_counter() - began

    # The best of many: a busy machine only makes it worse.
    assert min(taken() for _ in range(200)) < 0.001
