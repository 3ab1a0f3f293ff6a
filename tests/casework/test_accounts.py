"""I14: who may come in: few tries at a time, and nobody learns what was wrong."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from statistics import median
from time import perf_counter

import pytest
from argon2 import PasswordHasher
from typing_extensions import override

from apflow.casework.accounts import Accounts, Hashing, Refused
from apflow.casework.accounts.signing_in import PER_ACCOUNT, PER_ADDRESS, WINDOW
from apflow.store import Store, account_tables, register
from apflow.store.register import Person
from tests.casework.signing import (
    CHEAP,
    HOME,
    NOW,
    OTHER,
    SECOND,
    SOON,
    WORD,
    accounts_on,
    furnished,
    refused,
    rows,
    signed_in,
)

_FORK = multiprocessing.get_context("fork")


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return furnished(store)


# Signing in


def test_whoever_has_name_and_password_comes_in_as_who_they_are(accounts: Accounts) -> None:
    secret = signed_in(accounts)
    visitor = accounts.visitor(secret, SOON)
    assert visitor is not None
    assert (visitor.person, visitor.name, visitor.roles) == ("ann", "Ann Lee", (("school", "oak"),))
    assert (visitor.manages, visitor.audits, visitor.administers, visitor.acts) == (
        *(False, False, False),
        True,
    )
    assert visitor.how == "password"
    assert not visitor.must_change
    with accounts.office.store.reading() as tx:
        found = register.person_by_handle(tx, visitor.handle)
    assert found is not None
    assert found.id == "ann"


def test_one_may_be_manager_and_administrator(accounts: Accounts) -> None:
    visitor = accounts.visitor(signed_in(accounts, "max"), SOON)
    assert visitor is not None
    assert (visitor.manages, visitor.audits, visitor.administers, visitor.acts) == (
        *(True, False),
        *(True, False),
    )


@pytest.mark.parametrize("name", ["ann", "ann@oak.example", "Ann@Oak.Example", "  ann "])
def test_one_signs_in_by_id_or_by_address_however_it_is_typed(
    accounts: Accounts, name: str
) -> None:
    assert accounts.visitor(signed_in(accounts, name), SOON) is not None


def test_a_password_is_the_same_from_every_keyboard(accounts: Accounts) -> None:
    accounts.set_password("ann", "caf\u00e9 au lait et \ufb01ne", NOW)
    assert isinstance(accounts.sign_in("ann", "cafe\u0301 au lait et fine", HOME, NOW), str)


def test_each_sign_in_gives_another_secret_and_none_is_taken_from_outside(
    accounts: Accounts,
) -> None:
    secrets = {signed_in(accounts) for _ in range(5)}
    assert len(secrets) == 5
    assert all(len(one) >= 43 for one in secrets)
    assert accounts.visitor("chosen-by-somebody-else", SOON) is None


@pytest.mark.parametrize("secret", [None, "", "x", "x" * 5000, "\udc80", "\0", "é" * 43, "%s"])
def test_what_is_no_secret_lets_nobody_in(accounts: Accounts, secret: str | None) -> None:
    assert accounts.visitor(secret, SOON) is None


def test_a_refusal_is_the_same_whichever_part_was_wrong(accounts: Accounts) -> None:
    with accounts.office.store.writing() as tx:
        register.add_person(tx, Person("gone", "Gone"))
    accounts.set_password("gone", WORD, NOW)
    with accounts.office.store.writing() as tx:
        register.disable(tx, "gone", NOW)
    tries = [
        ("ann", OTHER), ("nobody", WORD), ("new", WORD), ("gone", WORD), ("", ""), ("ann", ""),
        ("a\0b", WORD), ("\udc80", "\udc80"), ("x" * 9999, "x" * 99_999), ("' OR 1=1 --", WORD),
    ]  # fmt: skip
    said = {refused(accounts, name, word, HOME, NOW) for name, word in tries}
    assert len(said) == 1
    assert said.pop().again_at is None


def test_of_a_hundred_wrong_passwords_none_is_accepted_and_ten_are_looked_at(
    accounts: Accounts,
) -> None:
    answers = [
        refused(accounts, "ann", f"wrong password {n}", f"198.51.100.{n}", NOW + n * 2 * SECOND)
        for n in range(100)
    ]
    assert [one.again_at is None for one in answers] == [True] * 10 + [False] * 90
    assert {one.again_at for one in answers[10:]} == {NOW + WINDOW}
    assert "Try again at 09:15" in answers[10].says
    # The right one is not looked at either, until it is time again.
    refused(accounts, "ann", WORD, HOME, NOW + WINDOW - SECOND)
    assert isinstance(accounts.sign_in("ann", WORD, HOME, NOW + WINDOW), str)


def test_an_account_is_the_same_by_whatever_name_it_is_tried(accounts: Accounts) -> None:
    for n in range(PER_ACCOUNT):
        refused(accounts, ("ann", "ann@oak.example")[n % 2], OTHER, f"198.51.100.{n}", NOW)
    assert refused(accounts, "ANN@oak.example", WORD, HOME, NOW).again_at is not None
    assert isinstance(accounts.sign_in("max", WORD, HOME, NOW), str)


def test_somebody_who_is_not_there_is_locked_like_anybody(accounts: Accounts) -> None:
    for n in range(PER_ACCOUNT):
        refused(accounts, "nobody", OTHER, f"198.51.100.{n}", NOW)
    assert refused(accounts, "Nobody", OTHER, HOME, NOW).again_at == NOW + WINDOW


def test_one_address_tries_thirty_times_whomever_it_tries(accounts: Accounts) -> None:
    for n in range(PER_ADDRESS):
        assert refused(accounts, f"name{n}", OTHER, HOME, NOW).again_at is None
    assert refused(accounts, "max", WORD, HOME, NOW).again_at == NOW + WINDOW
    assert isinstance(accounts.sign_in("max", WORD, "192.0.2.8", NOW), str)
    assert isinstance(accounts.sign_in("max", WORD, HOME, NOW + WINDOW), str)


def test_who_has_many_addresses_of_one_network_tries_no_more_often(accounts: Accounts) -> None:
    for n in range(PER_ADDRESS):
        refused(accounts, f"name{n}", OTHER, f"2001:db8:0:1::{n:x}", NOW)
    assert refused(accounts, "max", WORD, "2001:db8:0:1:ffff::1", NOW).again_at is not None
    assert isinstance(accounts.sign_in("max", WORD, "2001:db8:0:2::1", NOW), str)


def test_who_succeeds_counts_as_no_failure_and_clears_none(accounts: Accounts) -> None:
    for _ in range(40):
        signed_in(accounts)
    for _ in range(9):
        refused(accounts, "ann", OTHER, HOME, NOW)
    signed_in(accounts)
    assert refused(accounts, "ann", OTHER, HOME, NOW).again_at is None
    assert refused(accounts, "ann", WORD, HOME, NOW).again_at is not None


def test_many_tries_at_once_are_no_way_round_the_limit(accounts: Accounts) -> None:
    with ThreadPoolExecutor(16) as pool:
        tries = [
            pool.submit(refused, accounts, "ann", f"wrong word {n}", f"198.51.100.{n}", NOW)
            for n in range(40)
        ]
        answers = [one.result() for one in tries]
    assert sum(one.again_at is None for one in answers) == PER_ACCOUNT


def test_the_failures_of_two_processes_add_up(accounts: Accounts) -> None:
    store = accounts.office.store
    url = store.url
    store.close()

    def child() -> None:
        with closing(Store(url)) as mine:
            for n in range(6):
                refused(accounts_on(mine), "ann", OTHER, f"198.51.100.{n}", NOW)

    both = [_FORK.Process(target=child) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert [one.exitcode for one in both] == [0, 0]
    assert len(rows(store, "sign_in_failures")) == 2 * PER_ACCOUNT
    assert refused(accounts, "ann", WORD, HOME, NOW).again_at == NOW + WINDOW


def test_failures_are_forgotten_once_they_no_longer_count(accounts: Accounts) -> None:
    for n in range(5):
        refused(accounts, f"name{n}", OTHER, HOME, NOW)
    assert len(rows(accounts.office.store, "sign_in_failures")) == 10
    signed_in(accounts, now=NOW + WINDOW)
    assert rows(accounts.office.store, "sign_in_failures") == []


def test_what_was_typed_stands_nowhere_in_the_store(accounts: Accounts) -> None:
    store = accounts.office.store
    refused(accounts, "MyPassword123 typed as a name", "S3cret typed as a word", HOME, NOW)
    secret = signed_in(accounts)
    everything = repr([rows(store, table.name) for table in account_tables.ACCOUNT_TABLES])
    for typed in ("MyPassword123", "S3cret", WORD, HOME, secret):
        assert typed not in everything


def test_a_stolen_table_of_sessions_is_no_session(accounts: Accounts) -> None:
    secret = signed_in(accounts)
    [kept] = rows(accounts.office.store, "sessions")
    assert kept["id"] == sha256(secret.encode()).hexdigest()
    for stolen in kept.values():
        assert accounts.visitor(str(stolen), SOON) is None


def test_a_hash_of_older_parameters_is_made_anew_when_its_person_comes(
    accounts: Accounts,
) -> None:
    dearer = Hashing(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    later = Accounts(accounts.office, dearer)
    assert isinstance(later.sign_in("ann", WORD, HOME, NOW), str)
    hashes = {one["person"]: str(one["hash"]) for one in rows(accounts.office.store, "passwords")}
    assert "m=16,t=2,p=1" in hashes["ann"]
    assert "m=8,t=1,p=1" in hashes["max"]
    assert isinstance(later.sign_in("ann", WORD, HOME, NOW), str)


def test_a_password_changed_while_it_was_looked_at_lets_nobody_in(accounts: Accounts) -> None:
    class Slow(Hashing):
        @override
        def matches(self, hashed: str | None, password: str) -> bool:
            accounts.set_password("ann", OTHER, SOON)
            return super().matches(hashed, password)

    slow = Accounts(accounts.office, Slow(CHEAP))
    assert isinstance(slow.sign_in("ann", WORD, HOME, NOW), Refused)


def test_nobody_takes_as_long_as_somebody(accounts: Accounts) -> None:
    slower = Accounts(
        accounts.office, Hashing(PasswordHasher(time_cost=2, memory_cost=8192, parallelism=1))
    )
    slower.set_password("ann", WORD, NOW)

    def taken(name: str) -> float:
        times = []
        for n in range(9):
            began = perf_counter()
            refused(slower, f"{name}{n}" if name == "nobody" else name, OTHER, HOME, NOW)
            times.append(perf_counter() - began)
        return median(times)

    ratio = taken("nobody") / taken("ann")
    assert 0.3 < ratio < 3, ratio
