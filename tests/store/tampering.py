"""What somebody does who may write the database's file, or owns its tables."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg
import pytest
import rfc8785

from apflow.errors import Altered
from apflow.referral import step_hash
from apflow.store import Store, history
from apflow.store.verify import verify
from tests.store.building import furnish, opened

WHERE = "WHERE reference = 'TR-2' AND seq"
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
    body: dict[str, Any] = {**json.loads(step.body), **changes}
    written = rfc8785.dumps(body)
    tamper(
        store,
        (
            "UPDATE steps SET body = %s, hash = %s WHERE reference = 'TR-2' AND seq = %s",
            (written.decode(), step_hash(written), seq),
        ),
    )


def three_referrals(store: Store) -> Store:
    """Write three referrals of 2, 5 and 3 steps."""
    furnish(store)
    for reference, steps in (("TR-1", 2), ("TR-2", 5), ("TR-3", 3)):
        opened(store, reference, steps=steps)
    return store


def found(store: Store) -> tuple[str, int, str]:
    with pytest.raises(Altered) as caught:
        verify(store)
    return caught.value.reference, caught.value.seq, caught.value.says
