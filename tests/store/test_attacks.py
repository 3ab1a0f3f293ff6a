"""One alteration at a time: each is found, and the row named."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apflow.errors import Altered
from apflow.store import Store
from apflow.store.verify import verify
from tests.store.tampering import WHERE, attack, found, tamper, three_referrals


@pytest.fixture
def kept(store: Store) -> Store:
    """Give a store with three referrals of 2, 5 and 3 steps."""
    return three_referrals(store)


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
