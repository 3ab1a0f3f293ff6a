"""Who may come in, as the store keeps it: moments, ends, and what can never be changed."""

import secrets
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from apflow.errors import StoreError
from apflow.store import Store, accounts, office_acts, register, sessions, triggers
from apflow.store.accounts import Password
from apflow.store.handles import ALPHABET, make_handle
from apflow.store.register import Membership, Person
from apflow.store.triggers import APPEND_ONLY
from apflow.store.verify import verify
from tests.databases import Fresh
from tests.store.building import NOW
from tests.store.entered import enter, make_session, make_token

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def peopled(store: Store) -> Store:
    with store.writing() as tx:
        register.add_person(tx, Person("ann", "Ann", "Ann@oak.example"))
        register.add_person(tx, Person("bob", "Bob", "bob@oak.example"))
        enter(tx, "ann")
    return store


def test_everybody_has_a_handle_of_their_own_that_says_nothing(peopled: Store) -> None:
    with peopled.reading() as tx:
        everybody = register.list_people(tx)
        assert len({one.handle for one in everybody}) == len(everybody) == 2
        for one in everybody:
            assert len(one.handle) == 12
            assert set(one.handle) <= set(ALPHABET)
            assert register.person_by_handle(tx, one.handle) == one
        assert register.person_by_handle(tx, "") is None
        assert register.person_by_handle(tx, make_handle()) is None
    with peopled.writing() as tx:
        before = register.get_person(tx, "ann")
        register.change_person(tx, Person("ann", "Anna"))
        after = register.get_person(tx, "ann")
    assert before is not None
    assert after is not None
    assert after.handle == before.handle


@pytest.mark.parametrize(
    ("typed", "person"),
    [
        ("ann", "ann"),
        ("Ann@oak.example", "ann"),
        ("bob@oak.example", "bob"),
        ("BOB@oak.example", "bob"),
        ("Bob", None),
        ("ann@oak.example", None),
        ("%", None),
        ("", None),
    ],
)
def test_an_account_is_found_by_id_or_address(
    peopled: Store, typed: str, person: str | None
) -> None:
    with peopled.reading() as tx:
        found = accounts.account_by_name(tx, typed)
    assert (found.person if found else None) == person


def test_a_password_is_rehashed_only_where_it_is_the_same_still(peopled: Store) -> None:
    with peopled.writing() as tx:
        assert accounts.rehash(tx, "ann", "a hash", "another")
        assert not accounts.rehash(tx, "ann", "a hash", "a third")
        assert not accounts.rehash(tx, "bob", "a hash", "a third")
        account = accounts.account(tx, "ann")
    assert account is not None
    assert account.password == Password("another", NOW, must_change=True)


def test_a_session_is_known_with_its_persons_roles_in_order(peopled: Store) -> None:
    with peopled.writing() as tx:
        for role, where in (("school", "oak"), ("auditor", None), ("la", "kent")):
            register.add_membership(tx, Membership("ann", role, where))
        sessions.add_session(tx, make_session("s2", "bob"))
        known = sessions.known_by_session(tx, "s1", LATER)
        other = sessions.known_by_session(tx, "s2", LATER)
    assert known is not None
    assert known.roles == (("auditor", None), ("la", "kent"), ("school", "oak"))
    assert known.must_change
    assert other is not None
    assert other.roles == ()
    assert not other.must_change


def test_a_session_is_unknown_once_it_ended_or_its_person_is_disabled(peopled: Store) -> None:
    with peopled.writing() as tx:
        for name in ("s2", "s3"):
            sessions.add_session(tx, make_session(name, "bob", hours=2))
        assert sessions.known_by_session(tx, "s2", NOW + timedelta(hours=2)) is None
        assert sessions.revoke(tx, "s2", LATER)
        assert not sessions.revoke(tx, "s2", LATER)
        assert sessions.known_by_session(tx, "s2", NOW) is None
        assert not sessions.see(tx, "s2", LATER)
        assert [one.id for one in sessions.sessions_of(tx, "bob", LATER)] == ["s3"]
        register.disable(tx, "bob", LATER)
        assert sessions.known_by_session(tx, "s3", NOW) is None
        assert sessions.known_by_session(tx, "s1", NOW) is not None


def test_being_seen_never_goes_back(peopled: Store) -> None:
    with peopled.writing() as tx:
        assert sessions.see(tx, "s1", LATER)
        assert not sessions.see(tx, "s1", NOW)
        assert sessions.sessions_of(tx, "ann", NOW)[0].seen_at == LATER


def test_a_token_is_known_by_its_hash_and_kind(peopled: Store) -> None:
    with peopled.writing() as tx:
        assert sessions.known_by_token(tx, "hash of t1", "api", LATER) is not None
        assert sessions.known_by_token(tx, "hash of t1", "feed", LATER) is None
        assert sessions.known_by_token(tx, "t1", "api", LATER) is None
        assert sessions.use_token(tx, "hash of t1", LATER)
        assert not sessions.use_token(tx, "hash of t1", NOW)
        [token] = sessions.tokens_of(tx, "ann")
        assert token.last_used_at == LATER
        sessions.add_token(tx, make_token("t2", "bob"), "hash of t2")
        assert sessions.revoke_tokens(tx, "ann", LATER) == 1
        assert sessions.known_by_token(tx, "hash of t1", "api", LATER) is None
        assert sessions.known_by_token(tx, "hash of t2", "api", LATER) is not None


def test_an_identity_is_one_persons_until_it_is_anothers(peopled: Store) -> None:
    issuer = "https://login.example"
    with peopled.writing() as tx:
        assert accounts.person_by_identity(tx, issuer, "s-1") == "ann"
        accounts.link_identity(tx, issuer, "s-1", "bob", LATER)
        assert accounts.person_by_identity(tx, issuer, "s-1") == "bob"
        assert accounts.unlink_identity(tx, issuer, "s-1")
        assert not accounts.unlink_identity(tx, issuer, "s-1")
        assert accounts.person_by_identity(tx, issuer, "s-1") is None


# What can only be added to

CHANGES = {
    "change": "UPDATE office_acts SET person = 'bob'",
    "take away": "DELETE FROM office_acts",
    "write over": "INSERT OR REPLACE INTO office_acts SELECT * FROM office_acts",
    "empty": "TRUNCATE office_acts",
}


@pytest.mark.parametrize("words", CHANGES.values(), ids=CHANGES)
def test_nothing_that_the_office_did_can_be_changed(peopled: Store, words: str) -> None:
    with peopled.reading() as tx:
        before = office_acts.listed(tx)
    with pytest.raises(StoreError), peopled.writing() as tx:
        tx.execute(sa.text(words))
    with peopled.reading() as tx:
        assert office_acts.listed(tx) == before
        assert len(before) == 1


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_every_trigger_that_was_taken_away_is_named(own_url: str, table: str) -> None:
    with closing(Store(own_url)) as store:
        for name in sorted(triggers.EXPECTED[store.dialect]):
            if not name.startswith(table):
                continue
            on = "" if store.dialect == "sqlite" else f" ON {table}"
            with store.writing() as tx:
                tx.execute(sa.text(f"DROP TRIGGER {name}{on}"))
            with pytest.raises(StoreError, match=name):
                verify(store)


def test_a_role_for_the_work_adds_to_what_the_office_did_and_no_more(
    fresh_database: Fresh,
) -> None:
    url = fresh_database("postgresql", True)
    role = f"apflow_test_{secrets.token_hex(4)}"
    quoted = sql.Identifier(role)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE ROLE {}").format(quoted))
        try:
            with closing(Store(url)) as store:
                with store.writing() as tx:
                    register.add_person(tx, Person("ann", "Ann"))
                    enter(tx, "ann")
                store.grant(role)
            owner.execute(sql.SQL("SET ROLE {}").format(quoted))
            for words in (CHANGES["change"], CHANGES["take away"], CHANGES["empty"]):
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission"):
                    owner.execute(words.encode())
            added = "INSERT INTO office_acts SELECT 'x', acted_at, person, what, about_kind, about,"
            assert owner.execute(f"{added} details FROM office_acts".encode()).rowcount == 1
            assert owner.execute(b"UPDATE sessions SET revoked_at = seen_at").rowcount == 1
            assert owner.execute(b"DELETE FROM sign_in_failures").rowcount == 2
        finally:
            owner.execute("RESET ROLE")
            owner.execute(sql.SQL("DROP OWNED BY {}").format(quoted))
            owner.execute(sql.SQL("DROP ROLE {}").format(quoted))


# In no file any more


def test_a_password_that_was_replaced_is_in_no_file_any_more(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.upgrade()
    marker = "Zebedee-Quillfeather-hash"
    with store.writing() as tx:
        register.add_person(tx, Person("ann", "Ann"))
        accounts.set_password(tx, "ann", Password(marker * 20, NOW, must_change=False))
    with store.writing() as tx:
        accounts.set_password(tx, "ann", Password("another", NOW, must_change=False))
    store.scrub()
    store.close()
    assert all(marker.encode() not in file.read_bytes() for file in tmp_path.iterdir())
