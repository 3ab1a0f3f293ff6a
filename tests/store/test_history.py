"""Steps: written once and never changed; values beside them, erased without a trace."""

import hashlib
import secrets
import sqlite3
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from apflow.errors import BadInput, StoreError
from apflow.referral import GENESIS
from apflow.store import Store, history, referrals
from apflow.store.faults import Taken
from tests.databases import Fresh
from tests.store.building import (
    after,
    furnish,
    make_referral,
    make_step,
    opened,
    take_step,
)

WRITTEN: tuple[object, ...] = (
    True,
    False,
    None,
    0,
    -17,
    "2026-02-12",
    "“quoted” \\ \b\f\n\r\t \u0007 \u007f é 😀 \u2028",
    "",
    ["b", "a"],
    {"caf": {"answer": "absent", "detail": "ill", "on": "2026-02-12"}, "a": {"answer": "present"}},
)

written_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(name=st.text(st.characters(exclude_categories=["Cs"])), value=written_values)
def test_a_digest_is_that_of_the_canonical_json_of_name_and_value(name: str, value: object) -> None:
    one = history.seal("answer", name, value)
    assert one.salt is not None
    whole = one.salt + rfc8785.dumps([name, value])  # type: ignore[list-item]
    assert one.digest == hashlib.sha256(whole).hexdigest()
    assert one.digest == history.digest_of(one.salt, name, history.canonical(name, value))


def test_the_same_value_is_sealed_with_a_salt_of_its_own_every_time() -> None:
    sealed = [history.seal("read", "agrees", True) for _ in range(100)]
    assert len({one.salt for one in sealed}) == 100
    assert len({one.digest for one in sealed}) == 100
    assert all(one.salt is not None and len(one.salt) == 16 for one in sealed)


@pytest.mark.parametrize("value", [2**53, float("nan"), "half \ud800 a pair", {"x": [2**60]}])
def test_a_value_without_a_canonical_form_is_refused_by_name(value: object) -> None:
    with pytest.raises(BadInput) as caught:
        history.seal("answer", "how_many", value)
    assert "how_many" in str(caught.value)


def test_steps_are_read_as_they_were_written_with_every_kind_of_value(store: Store) -> None:
    furnish(store)
    referral = make_referral()
    kinds = ("answer", "set", "read", "reason", "detail")
    values = [
        history.seal(kinds[number % 5], f"fact_{number}", value)  # type: ignore[arg-type]
        for number, value in enumerate(WRITTEN)
    ]
    first = make_step(referral, "draft", values, about={"transition": 3, "owner": None})
    moved = after(referral, first)
    second = make_step(moved, "agreed", event="agree")
    with store.writing() as tx:
        referrals.add(tx, after(moved, second))
        history.append(tx, first)
        history.append(tx, second)
    with store.reading() as tx:
        assert history.steps(tx, "TR-1") == (first, second)
        assert history.since(tx, "TR-1", 1) == (second,)
        assert history.since(tx, "TR-1", 2) == ()
        assert history.steps(tx, "TR-2") == ()


def test_a_second_step_in_the_same_place_is_refused(store: Store) -> None:
    before = make_referral()
    opened(furnish(store))
    with pytest.raises(Taken), store.writing() as tx:
        history.append(tx, make_step(before, "elsewhere"))


def test_a_step_of_no_referral_is_refused(store: Store) -> None:
    furnish(store)
    with pytest.raises(StoreError), store.writing() as tx:
        history.append(tx, make_step(make_referral(), "draft"))


CHANGES = (
    "UPDATE steps SET body = '{}'",
    "UPDATE steps SET seq = seq + 10",
    "UPDATE steps SET hash = hash WHERE seq = 1",
    "DELETE FROM steps",
    "DELETE FROM steps WHERE seq = 2",
)
BY_SQLITE = (
    *CHANGES,
    "INSERT OR REPLACE INTO steps SELECT reference, seq, '{}', hash FROM steps WHERE seq = 1",
    "REPLACE INTO steps SELECT reference, seq, '{}', hash FROM steps WHERE seq = 1",
    "UPDATE OR REPLACE steps SET seq = 2 WHERE seq = 1",
    "INSERT INTO steps SELECT reference, seq, '{}', hash FROM steps WHERE seq = 1"
    " ON CONFLICT (reference, seq) DO UPDATE SET body = excluded.body",
)
BY_POSTGRESQL = (
    *CHANGES,
    "TRUNCATE steps CASCADE",
    "INSERT INTO steps SELECT reference, seq, '{}', hash FROM steps WHERE seq = 1"
    " ON CONFLICT (reference, seq) DO UPDATE SET body = excluded.body",
    "MERGE INTO steps s USING steps t ON s.seq = t.seq AND s.reference = t.reference"
    " WHEN MATCHED THEN DELETE",
)


def test_the_triggers_refuse_every_way_to_change_a_step(store: Store) -> None:
    opened(furnish(store), steps=2)
    with store.reading() as tx:
        before = history.steps(tx, "TR-1")
    refused = 0
    for words in BY_SQLITE if store.dialect == "sqlite" else BY_POSTGRESQL:
        with pytest.raises(StoreError), store.writing() as tx:
            tx.exec_driver_sql(words)
        refused += 1
    assert refused >= 8
    with store.reading() as tx:
        assert history.steps(tx, "TR-1") == before


def test_without_recursive_triggers_sqlite_would_let_a_step_be_replaced(
    fresh_database: Fresh,
) -> None:
    """Why the setting is made on every connection: this is the hole that it closes."""
    replace_all = "REPLACE INTO steps SELECT reference, seq, '{}', hash FROM steps"
    with closing(furnish(Store(fresh_database("sqlite", True)))) as store:
        opened(store)
        with closing(sqlite3.connect(str(store.path))) as connection:
            connection.execute("PRAGMA recursive_triggers = ON")
            with pytest.raises(sqlite3.IntegrityError, match="the history is append-only"):
                connection.execute(replace_all)
            connection.execute("PRAGMA recursive_triggers = OFF")
            assert connection.execute(replace_all).rowcount == 1


def test_a_role_that_was_granted_the_work_can_append_history_but_not_change_it(
    fresh_database: Fresh,
) -> None:
    url = fresh_database("postgresql", True)
    role = f'apflow "test" {secrets.token_hex(4)}%'
    quoted = sql.Identifier(role)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE ROLE {}").format(quoted))
        try:
            with closing(furnish(Store(url))) as store:
                opened(store)
                store.grant(role)
            owner.execute(sql.SQL("SET ROLE {}").format(quoted))
            refused = 0
            for words in (*BY_POSTGRESQL, "ALTER TABLE steps DISABLE TRIGGER ALL"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"permission|owner"):
                    owner.execute(words.encode())
                refused += 1
            assert refused >= 8
            copied = "INSERT INTO steps SELECT reference, 2, body, hash FROM steps WHERE seq = 1"
            assert owner.execute(copied).rowcount == 1
            assert owner.execute("UPDATE referrals SET owner = 'bob'").rowcount == 1
        finally:
            owner.execute("RESET ROLE")
            owner.execute(sql.SQL("DROP OWNED BY {}").format(quoted))
            owner.execute(sql.SQL("DROP ROLE {}").format(quoted))


def test_sqlite_knows_no_roles_and_says_so(fresh_database: Fresh) -> None:
    says = "who may open the file may do everything"
    store = Store(fresh_database("sqlite", True))
    with closing(store), pytest.raises(StoreError, match=says):
        store.grant("clerk")


def test_erasing_takes_the_values_named_and_leaves_the_steps(store: Store) -> None:
    furnish(store)
    referral = make_referral()
    with store.writing() as tx:
        referral = take_step(tx, referral, "draft", {"said": "secret", "agrees": True})
        referral = take_step(tx, referral, "agreed", {"said": "more", "when": "2026-02-12"})
        assert history.erasable(tx, "TR-1", ["said"]) == [
            {"seq": 1, "names": ["said"]},
            {"seq": 2, "names": ["said"]},
        ]
        assert history.erase(tx, "TR-1", ["said", "nothing"]) == 2
        assert history.erase(tx, "TR-1", ["said"]) == 0
        assert history.erasable(tx, "TR-1", ["said"]) == []
    with store.reading() as tx:
        first, second = history.steps(tx, "TR-1")
    assert [(one.name, one.value) for one in first.values] == [("said", None), ("agrees", True)]
    assert first.values[0].salt is None
    assert first.values[0].digest
    assert [one.value for one in second.values] == [None, "2026-02-12"]


def test_erasing_everything_takes_everything_of_one_referral_only(store: Store) -> None:
    furnish(store)
    opened(store, "TR-1", steps=2)
    opened(store, "TR-2")
    with store.writing() as tx:
        every = history.erasable(tx, "TR-1")
        assert every == [
            {"seq": 1, "names": ["agrees", "said"]},
            {"seq": 2, "names": ["agrees", "said"]},
        ]
        assert list(history.erasures(history.about_erasure(every))) == [
            (1, "agrees"),
            (1, "said"),
            (2, "agrees"),
            (2, "said"),
        ]
        assert history.erase(tx, "TR-1") == 4
    with store.reading() as tx:
        gone = [one for step in history.steps(tx, "TR-1") for one in step.values]
        kept = [one for step in history.steps(tx, "TR-2") for one in step.values]
    assert {one.salt for one in gone} == {None}
    assert None not in {one.salt for one in kept}


def test_a_value_that_was_taken_away_is_told_from_one_that_was_erased(store: Store) -> None:
    furnish(store)
    with store.writing() as tx:
        take_step(tx, make_referral(), "draft", {"said": None})
    with store.reading() as tx:
        (value,) = history.steps(tx, "TR-1")[0].values
    assert (value.value, value.salt is None) == (None, False)


def test_heads_are_paged_by_reference(store: Store) -> None:
    furnish(store)
    made = [opened(store, f"TR-{number}", steps=number) for number in (1, 2, 3)]
    with store.writing() as tx:
        referrals.add(tx, make_referral("TR-9"))
    with store.reading() as tx:
        first = history.heads(tx, limit=2)
        then = history.heads(tx, first[-1][0], 2)
    expected = [(one.reference, one.seq, one.head) for one in made]
    assert first + then == [*expected, ("TR-9", 0, GENESIS)]


def test_a_step_appended_beside_a_lost_race_is_not_kept(store: Store) -> None:
    before = opened(furnish(store))
    step = make_step(before, "agreed")
    moved = after(before, step)

    def lose() -> None:
        with store.writing() as tx:
            history.append(tx, step)
            if not referrals.move(tx, replace(moved), before.version + 5):
                raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        lose()
    with store.reading() as tx:
        assert len(history.steps(tx, "TR-1")) == 1
        assert referrals.get(tx, "TR-1") == before
