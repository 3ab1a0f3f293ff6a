"""Whatever is altered in the stored history is found, and the first bad row is named."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg
import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apflow.errors import Altered
from apflow.referral import GENESIS, Referral, step_hash
from apflow.store import Store, history, lifecycles, referrals
from apflow.store.verify import Verified, verify, verify_heads
from tests.store.building import (
    NOW,
    TODAY,
    after,
    furnish,
    make_referral,
    make_step,
    opened,
    take_step,
)

TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


def tamper(store: Store, *statements: tuple[str, tuple[object, ...]]) -> int:
    """Do what somebody does who may write the database's file, or owns its tables."""
    changed = 0
    if store.path is not None:
        with closing(sqlite3.connect(store.path)) as connection:
            triggers = connection.execute(TRIGGERS).fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            for words, given_ in statements:
                changed += connection.execute(words.replace("%s", "?"), given_).rowcount
            for _, made in triggers:
                connection.execute(made)
            connection.commit()
        return changed
    with psycopg.connect(store.url) as connection:
        connection.execute("SET session_replication_role = replica")
        for words, given_ in statements:
            changed += connection.execute(words.encode(), given_).rowcount
    return changed


def attack(*statements: str) -> Callable[[Store], int]:
    return lambda store: tamper(store, *((words, ()) for words in statements))


def rehashed(store: Store, seq: int, **changes: object) -> None:
    """Change a step's body and give it the hash that fits."""
    with store.reading() as tx:
        step = history.steps(tx, "TR-2")[seq - 1]
    body: dict[str, Any] = {**_body(step.body), **changes}
    written = rfc8785.dumps(body)
    tamper(
        store,
        (
            "UPDATE steps SET body = %s, hash = %s WHERE reference = 'TR-2' AND seq = %s",
            (written.decode(), step_hash(written), seq),
        ),
    )


def _body(body: bytes) -> dict[str, Any]:
    import json  # noqa: PLC0415

    read: dict[str, Any] = json.loads(body)
    return read


@pytest.fixture
def kept(store: Store) -> Store:
    """Give a store with three referrals of 2, 5 and 3 steps."""
    furnish(store)
    for reference, steps in (("TR-1", 2), ("TR-2", 5), ("TR-3", 3)):
        opened(store, reference, steps=steps)
    return store


def found(store: Store) -> tuple[str, int, str]:
    with pytest.raises(Altered) as caught:
        verify(store)
    return caught.value.reference, caught.value.seq, caught.value.says


def test_an_unaltered_history_verifies_and_says_how_much_was_read(kept: Store) -> None:
    seen: list[int] = []
    assert verify(kept, progress=seen.append) == Verified(3, 10, 20, 0)
    assert verify(kept, "TR-2") == Verified(1, 5, 10, 0)
    assert verify(kept, "TR-9") == Verified(0, 0, 0, 0)


def test_verifying_tells_of_its_progress_and_sees_one_moment_while_others_write(
    store: Store,
) -> None:
    furnish(store)
    with store.writing() as tx:
        for number in range(501):
            last = take_step(tx, make_referral(f"TR-{number:04}"), "draft", {"said": "yes"})
    told: list[int] = []

    def write(steps: int) -> None:
        told.append(steps)
        with store.writing() as tx:
            take_step(tx, last, "agreed", {"said": "no"})

    assert verify(store, progress=write) == Verified(501, 501, 501, 0)
    assert told == [500]
    assert verify(store) == Verified(501, 502, 502, 0)


WHERE = "WHERE reference = 'TR-2' AND seq"
ATTACKS: dict[str, tuple[Callable[[Store], int], int, str]] = {
    "a body edited": (
        attack(f"UPDATE steps SET body = replace(body, 'met', 'unmet') {WHERE} = 3"),
        3,
        "its body is not the one that was hashed",
    ),
    "a hash edited": (
        attack(f"UPDATE steps SET hash = '{'0' * 64}' {WHERE} = 3"),
        3,
        "its body is not the one that was hashed",
    ),
    "the first step deleted": (attack(f"DELETE FROM steps {WHERE} = 1"), 1, "it is missing"),
    "a middle step deleted": (attack(f"DELETE FROM steps {WHERE} = 3"), 3, "it is missing"),
    "the last step deleted": (attack(f"DELETE FROM steps {WHERE} = 5"), 5, "it is missing"),
    "every step deleted": (attack(f"DELETE FROM steps {WHERE} > 0"), 1, "it is missing"),
    "a middle step deleted and the rest moved up": (
        attack(
            f"DELETE FROM steps {WHERE} = 3",
            f"UPDATE steps SET seq = 3 {WHERE} = 4",
            f"UPDATE steps SET seq = 4 {WHERE} = 5",
        ),
        3,
        "it does not follow the step before it",
    ),
    "two steps exchanged": (
        attack(
            f"UPDATE steps SET seq = 99 {WHERE} = 2",
            f"UPDATE steps SET seq = 2 {WHERE} = 4",
            f"UPDATE steps SET seq = 4 {WHERE} = 99",
        ),
        2,
        "it does not follow the step before it",
    ),
    "a step put before the first": (
        attack(f"UPDATE steps SET seq = 0 {WHERE} = 3"),
        0,
        "there is no such step",
    ),
    "a step of another referral put in its place": (
        attack(
            f"DELETE FROM steps {WHERE} = 1",
            "INSERT INTO steps SELECT 'TR-2', seq, body, hash FROM steps"
            " WHERE reference = 'TR-1' AND seq = 1",
        ),
        1,
        "its body is that of step 1 of TR-1",
    ),
    "a step added at the end": (
        attack(f"INSERT INTO steps SELECT reference, 6, body, hash FROM steps {WHERE} = 5"),
        6,
        "it does not follow the step before it",
    ),
    "the state edited": (
        attack("UPDATE referrals SET state = 'closed' WHERE reference = 'TR-2'"),
        5,
        "the referral stands in 'closed', the step ended in 'state_5'",
    ),
    "the head edited": (
        attack(f"UPDATE referrals SET head = '{'1' * 64}' WHERE reference = 'TR-2'"),
        5,
        "the referral keeps another hash of it",
    ),
    "the number of steps raised": (
        attack("UPDATE referrals SET seq = 6 WHERE reference = 'TR-2'"),
        6,
        "it is missing",
    ),
    "the number of steps lowered": (
        attack("UPDATE referrals SET seq = 4 WHERE reference = 'TR-2'"),
        5,
        "the referral does not know of it",
    ),
    "the version put back": (
        attack("UPDATE referrals SET version = 4 WHERE reference = 'TR-2'"),
        5,
        "the referral's version is older than its steps",
    ),
    "the law changed": (
        attack(
            "INSERT INTO lifecycles VALUES ('other', 'trial', '', '')",
            "UPDATE referrals SET digest = 'other' WHERE reference = 'TR-2'",
        ),
        5,
        "the referral is pinned to another lifecycle than the step names",
    ),
    "closed on a day on which nothing happened": (
        attack(
            "UPDATE referrals SET closed_on = '2026-02-13' WHERE reference = 'TR-2'",
            "UPDATE referral_parties SET open = (1 = 0) WHERE reference = 'TR-2'",
        ),
        5,
        "no step happened on 2026-02-13, when the referral says it closed",
    ),
    "an answer edited": (
        attack(f"UPDATE answers SET value = '\"other\"' {WHERE} = 4 AND name = 'said'"),
        4,
        "the value of 'said' is not the one that was recorded",
    ),
    "an answer written otherwise": (
        attack(f"UPDATE answers SET value = ' true' {WHERE} = 4 AND name = 'agrees'"),
        4,
        "the value of 'agrees' is not the one that was recorded",
    ),
    "an answer moved to another name": (
        attack(f"UPDATE answers SET name = 'thought' {WHERE} = 4 AND name = 'said'"),
        4,
        "the value of 'thought' is not one that the step recorded",
    ),
    "an answer made a value read": (
        attack(f"UPDATE answers SET kind = 'read' {WHERE} = 4 AND name = 'said'"),
        4,
        "the value of 'said' is not one that the step recorded",
    ),
    "an answer deleted": (
        attack(f"DELETE FROM answers {WHERE} = 4 AND name = 'said'"),
        4,
        "the value of 'said' was taken away, and no step says so",
    ),
    "an answer emptied": (
        attack(f"UPDATE answers SET salt = NULL, value = NULL {WHERE} = 2 AND name = 'agrees'"),
        2,
        "the value of 'agrees' was taken away, and no step says so",
    ),
    "the salt alone taken": (
        attack(f"UPDATE answers SET salt = NULL {WHERE} = 2 AND name = 'agrees'"),
        2,
        "half of the value of 'agrees' was taken away",
    ),
    "an answer added": (
        attack("INSERT INTO answers VALUES ('TR-2', 1, 'answer', 'more', NULL, NULL)"),
        1,
        "the value of 'more' is not one that the step recorded",
    ),
    "hidden from the worklist": (
        attack("UPDATE referral_parties SET open = (1 = 0) WHERE reference = 'TR-2'"),
        5,
        "the worklist does not say what the referral says",
    ),
    "put off in the worklist": (
        attack("UPDATE referral_parties SET next_due = '9999' WHERE reference = 'TR-2'"),
        5,
        "the worklist does not say what the referral says",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found_and_the_first_bad_row_named(kept: Store, name: str) -> None:
    do, seq, says = ATTACKS[name]
    assert do(kept) > 0
    assert found(kept) == ("TR-2", seq, says)
    with pytest.raises(Altered):
        verify(kept, "TR-2")
    assert verify(kept, "TR-1").steps == 2


def test_a_body_changed_with_a_hash_that_fits_breaks_the_next_link(kept: Store) -> None:
    rehashed(kept, 3, actor="mallory")
    assert found(kept) == ("TR-2", 4, "it does not follow the step before it")


def test_the_last_body_changed_with_a_hash_that_fits_is_not_the_one_the_referral_keeps(
    kept: Store,
) -> None:
    rehashed(kept, 5, actor="mallory")
    assert found(kept) == ("TR-2", 5, "the referral keeps another hash of it")


@pytest.mark.parametrize("body", ["{}", "[]", "null", "7", "not json", '{"values": 3}', ""])
def test_a_body_that_is_none_is_named_even_with_a_hash_that_fits(kept: Store, body: str) -> None:
    written = "UPDATE steps SET body = %s, hash = %s WHERE reference = 'TR-2' AND seq = 2"
    tamper(kept, (written, (body, step_hash(body.encode()))))
    assert found(kept) == ("TR-2", 2, "its body is not that of a step")


def test_a_step_that_begins_elsewhere_than_the_one_before_ended_is_named(kept: Store) -> None:
    rehashed(kept, 1, to="elsewhere")
    with kept.reading() as tx:
        first = history.steps(tx, "TR-2")[0]
    rehashed(kept, 2, previous=first.hash)
    says = "it begins in 'state_1', the step before it ended in 'elsewhere'"
    assert found(kept) == ("TR-2", 2, says)


@pytest.mark.parametrize("table", ["steps", "answers"])
def test_rows_of_a_referral_that_is_not_there_are_named(kept: Store, table: str) -> None:
    other = "answers" if table == "steps" else "steps"
    assert attack(
        "DELETE FROM referral_parties WHERE reference = 'TR-2'",
        "DELETE FROM referrals WHERE reference = 'TR-2'",
        f"DELETE FROM {other} WHERE reference = 'TR-2'",
    )(kept)
    assert found(kept) == ("TR-2", 1, "it belongs to a referral that is not there")


def test_of_several_bad_rows_the_first_in_order_of_reference_and_seq_is_named(
    kept: Store,
) -> None:
    attack(
        "UPDATE referrals SET state = 'x' WHERE reference = 'TR-3'",
        "UPDATE steps SET body = '{}' WHERE reference = 'TR-3' AND seq = 1",
        "UPDATE steps SET body = '{}' WHERE reference = 'TR-2' AND seq = 4",
        "UPDATE answers SET value = '0' WHERE reference = 'TR-2' AND seq = 3",
        "DELETE FROM steps WHERE reference = 'TR-2' AND seq = 5",
    )(kept)
    assert found(kept)[:2] == ("TR-2", 3)
    attack("UPDATE steps SET hash = 'x' WHERE reference = 'TR-1' AND seq = 2")(kept)
    assert found(kept)[:2] == ("TR-1", 2)


COLUMNS = (
    ("steps", "body"),
    ("steps", "hash"),
    ("answers", "value"),
    ("answers", "salt"),
    ("answers", "name"),
    ("answers", "kind"),
    ("referrals", "state"),
    ("referrals", "head"),
    ("referrals", "digest"),
)


@settings(
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(data=st.data())
def test_one_changed_byte_anywhere_is_found_and_its_row_named(
    kept: Store, data: st.DataObject
) -> None:
    table, column = data.draw(st.sampled_from(COLUMNS))
    rows = _rows(kept, table, column)
    *key, value = data.draw(st.sampled_from(rows))
    position = data.draw(st.integers(0, len(value) - 1))
    if isinstance(value, bytes):
        flipped: object = (
            value[:position]
            + bytes([value[position] ^ data.draw(st.integers(1, 255))])
            + value[position + 1 :]
        )
    else:
        letter = data.draw(st.characters(codec="utf-8", exclude_characters="\0"))
        flipped = value[:position] + letter + value[position + 1 :]
    where = " AND ".join(f"{name} = %s" for name in _key(table))
    change = f"UPDATE {table} SET {column} = %s WHERE {where}"
    changed_key = [
        flipped if name == column else part for name, part in zip(_key(table), key, strict=True)
    ]
    tamper(kept, (change, (flipped, *key)))
    try:
        if flipped == value:
            verify(kept)
        else:
            seq = key[1] if table != "referrals" else {"TR-1": 2, "TR-2": 5, "TR-3": 3}[key[0]]
            assert found(kept)[:2] == (key[0], seq)
    finally:
        tamper(kept, (change, (value, *changed_key)))


def _key(table: str) -> tuple[str, ...]:
    return {
        "steps": ("reference", "seq"),
        "answers": ("reference", "seq", "kind", "name"),
        "referrals": ("reference",),
    }[table]


def _rows(store: Store, table: str, column: str) -> list[Any]:
    key = ", ".join(_key(table))
    words = f"SELECT {key}, {column} FROM {table} ORDER BY {key}"
    with store.reading() as tx:
        return [tuple(row) for row in tx.exec_driver_sql(words)]


def _erase(store: Store, referral: Referral, *names: str) -> Referral:
    """Erase as casework does: the step that says so, and the values, in one transaction."""
    with store.writing() as tx:
        taken = history.erasable(tx, referral.reference, names)
        step = make_step(
            referral, referral.state, event="erase", about=history.about_erasure(taken)
        )
        moved = after(referral, step)
        assert referrals.move(tx, moved, referral.version)
        history.append(tx, step)
        assert history.erase(tx, referral.reference, names) == len(taken)
    return moved


def test_an_erased_history_verifies_and_says_how_much_is_gone(store: Store) -> None:
    referral = opened(furnish(store), steps=3)
    moved = _erase(store, referral, "said")
    assert verify(store) == Verified(1, 4, 6, 3)
    with store.writing() as tx:
        take_step(tx, moved, "draft", {"said": "said anew"})
    assert verify(store) == Verified(1, 5, 7, 3)


def test_more_taken_away_than_an_erase_step_says_is_found(store: Store) -> None:
    referral = opened(furnish(store), steps=3)
    _erase(store, referral, "said")
    attack("UPDATE answers SET salt = NULL, value = NULL WHERE name = 'agrees' AND seq = 2")(store)
    says = "the value of 'agrees' was taken away, and no step says so"
    assert found(store) == ("TR-1", 2, says)


def test_a_value_that_was_erased_and_came_back_is_found(store: Store) -> None:
    referral = opened(furnish(store), steps=2)
    with store.reading() as tx:
        said = history.steps(tx, "TR-1")[0].values[0]
    _erase(store, referral, "said")
    back = "UPDATE answers SET salt = %s, value = %s WHERE name = 'said' AND seq = 1"
    tamper(store, (back, (said.salt, history.canonical("said", said.value))))
    assert found(store) == ("TR-1", 1, "the value of 'said' was erased, and yet is there")


def test_an_altered_erase_step_is_named_and_not_the_values_that_it_took(store: Store) -> None:
    referral = opened(furnish(store), steps=2)
    _erase(store, referral, "said")
    attack("UPDATE steps SET body = replace(body, 'ann', 'bob') WHERE seq = 3")(store)
    assert found(store) == ("TR-1", 3, "its body is not the one that was hashed")


def test_a_step_that_only_calls_itself_an_erasure_of_others_covers_nothing_else(
    store: Store,
) -> None:
    opened(furnish(store), "TR-1", steps=1)
    other = opened(store, "TR-2", steps=1)
    _erase(store, other, "said")
    attack("UPDATE answers SET salt = NULL, value = NULL WHERE reference = 'TR-1'")(store)
    assert found(store)[:2] == ("TR-1", 1)


def test_a_referral_may_be_closed_on_the_day_of_any_of_its_steps(store: Store) -> None:
    opened(furnish(store), steps=2, closed_on=TODAY)
    assert verify(store).steps == 2


def test_a_history_under_a_newer_law_verifies_when_its_last_step_names_it(store: Store) -> None:
    referral = opened(furnish(store))
    with store.writing() as tx:
        lifecycles.keep(tx, "e" * 64, "trial", "text", NOW)
        tx.exec_driver_sql(f"UPDATE referrals SET digest = '{'e' * 64}'")
    assert found(store)[1] == referral.seq


def test_heads_kept_elsewhere_show_a_chain_that_was_rewritten_or_cut_short(kept: Store) -> None:
    with kept.reading() as tx:
        heads = history.heads(tx)
    assert verify_heads(kept, heads) == 3
    with kept.reading() as tx:
        fourth = history.steps(tx, "TR-2")[3]
    attack(
        f"DELETE FROM answers {WHERE} = 5",
        f"DELETE FROM steps {WHERE} = 5",
        f"UPDATE referrals SET seq = 4, head = '{fourth.hash}', state = 'state_4'"
        " WHERE reference = 'TR-2'",
        "UPDATE referral_parties SET state = 'state_4' WHERE reference = 'TR-2'",
    )(kept)
    assert verify(kept).steps == 9
    with pytest.raises(Altered, match="TR-2 step 5: it is missing, and was there"):
        verify_heads(kept, heads)
    rehashed(kept, 4, actor="mallory")
    with kept.reading() as tx:
        fourth = history.steps(tx, "TR-2")[3]
    tamper(kept, ("UPDATE referrals SET head = %s WHERE seq = 4", (fourth.hash,)))
    verify(kept)
    with pytest.raises(Altered, match="TR-2 step 4: it is another than when heads were kept"):
        verify_heads(kept, [("TR-1", 0, GENESIS), ("TR-2", 4, heads[1][2])])
