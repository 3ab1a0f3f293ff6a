"""How rows are found: every question of a page or a sweep goes by an index, however many there are.

Asked of both databases themselves, with enough rows and statistics for them to choose freely.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import NamedTuple

import psycopg
import pytest

from apflow.store import (
    Store,
    Tx,
    deadlines,
    histories,
    history,
    lists,
    notices,
    pools,
    referrals,
    requests,
    standing,
)
from apflow.store.statements import Statement
from tests.store.building import crowd, furnish

_TABLES = ("referrals", "referral_parties", "deadlines", "requests", "notices", "pool_waits")
_PAGE = {"after_due": "", "after_reference": "", "limit": 50}
_DUE = {"now": "2026-02-12T09:30:00.000000Z", "limit": 100}
_THEN = {**_DUE, "due_at": "2026", "reference": "TR-1", "name": "x", "occurrence": 1}
_SEVERAL = {"references": '["TR-0000001","TR-0000002","TR-0000005"]'}


class Question(NamedTuple):
    """A statement, the index that finds its rows on SQLite and on PostgreSQL, and its manner."""

    statement: Statement
    asked: Mapping[str, object]
    sqlite: str
    postgresql: str
    in_order: bool = False


def _by(statement: Statement, asked: Mapping[str, object], index: str, **more: bool) -> Question:
    return Question(statement, asked, index, index, **more)


def _by_key(statement: Statement, table: str) -> Question:
    return Question(statement, _SEVERAL, f"sqlite_autoindex_{table}_1", f"pk_{table}")


QUESTIONS = {
    "an organisation's page": _by(
        lists.ORGANISATIONS_PAGE, {**_PAGE, "organisation": "oak"}, "ix_referral_parties_open"
    ),
    "the whole house's page": _by(lists.WHOLE_PAGE, _PAGE, "ix_referrals_open"),
    "what stands": _by(
        deadlines.STANDING,
        {"until": "2026-02-13", "limit": 100},
        "ix_deadlines_standing",
        in_order=True,
    ),
    "what is due": _by(deadlines.DUE, _DUE, "ix_deadlines_armed", in_order=True),
    "what is due then": _by(deadlines.DUE_AFTER, _THEN, "ix_deadlines_armed", in_order=True),
    "what is to be asked again": _by(
        referrals.ASK_AGAIN,
        {"today": "2026-02-12", "limit": 500},
        "ix_referrals_ask_again",
        in_order=True,
    ),
    "what was left waiting": _by(
        requests.WAITING,
        {"before": "2026-02-12", "limit": 500},
        "ix_requests_waiting",
        in_order=True,
    ),
    "what is not recorded": _by(
        requests.UNRECORDED, {"limit": 100}, "ix_requests_unrecorded", in_order=True
    ),
    "what may be purged": _by(requests.PURGE, {"before": "2026-02-12"}, "ix_requests_unapplied"),
    "what is to be sent": _by(notices.PENDING, {"limit": 100}, "ix_notices_pending", in_order=True),
    "what did not arrive": _by(
        notices.UNSENT,
        {"before_try": "~", "before_created": "~", "before_id": "~", "limit": 50},
        "ix_notices_pending",
        in_order=True,
    ),
    "who is in front": _by(
        pools.FRONT, {"lifecycle": "trial", "name": "seats"}, "ix_pool_waits_order", in_order=True
    ),
    "where a meeting decides": _by(
        referrals.STANDING_IN,
        {"lifecycle": "trial", "state": "rare"},
        "ix_referrals_lifecycle_state",
    ),
    "what a school's days count for": _by(
        referrals.OPEN_OF_AREA, {"area": "pru"}, "ix_referral_parties_open"
    ),
    "several referrals": _by_key(referrals.GET_SEVERAL, "referrals"),
    "the deadlines of several": _by_key(deadlines.ROWS_OF, "deadlines"),
    "the histories of several": _by_key(history.STEPS_OF, "steps"),
    "the values of several": _by_key(history.VALUES_OF, "answers"),
    "what is taken to be sent": _by(
        notices.CLAIM,
        {"now": "2026-02-12", "until": "2026-02-13", "limit": 50},
        "ix_notices_pending",
    ),
    "what falls to a school": _by(
        standing.OF_ORGANISATION,
        {
            "organisation": "pru",
            "roles": '["school"]',
            "person": "ann",
            "since": "2026-02-12",
            "since_on": "2026-02-12",
            "limit": 100,
        },
        "ix_referral_parties_open",
    ),
    "what ended lately": _by(
        standing.ENDED_LATELY,
        {
            "lifecycles": '["trial"]',
            "states": '["rare"]',
            "organisations": '["pru"]',
            "roles": '["school"]',
            "person": "ann",
            "since_on": "2026-02-12",
            "limit": 100,
        },
        "ix_referrals_lifecycle_state",
    ),
    "what moved lately": _by(
        standing.MOVED_LATELY,
        {
            "lifecycles": '["trial"]',
            "states": '["rare"]',
            "organisation": "pru",
            "since_on": "2026-02-12",
        },
        "ix_referrals_lifecycle_state",
    ),
    "a school's before a meeting": _by(
        standing.IN_STATES,
        {"organisation": "pru", "states": '["rare"]'},
        "ix_referral_parties_open",
    ),
    "the next references": Question(
        histories.NEXT[False, False],
        {"after": "TR-0000100", "limit": 100},
        "sqlite_autoindex_referrals_1",
        "pk_referrals",
        in_order=True,
    ),
}


def plan(tx: Tx, question: Question) -> str:
    statement = question.statement
    explain = "EXPLAIN QUERY PLAN " if tx.dialect.name == "sqlite" else "EXPLAIN "
    cursor = tx.connection.cursor()
    cursor.execute(
        explain + statement.words(tx.dialect.name), {**statement.constants, **question.asked}
    )
    return "\n".join(str(row[-1]) for row in cursor.fetchall())


#: A few referrals stand elsewhere and a school has few; nearly all has been dealt with.
_UNEVEN = (
    "UPDATE referrals SET state = 'rare' WHERE reference < 'TR-0000030'",
    "UPDATE referral_parties SET organisation = 'pru' WHERE slot = 'home'"
    " AND reference < 'TR-0000030'",
    "UPDATE referral_parties SET organisation = 'oak' WHERE organisation = 'pru'"
    " AND reference >= 'TR-0000030'",
    "INSERT INTO requests (id, reference, event, answers, overrides, happened_on, actor, role,"
    " organisations, asked_at, state, closed_at, flow_run)"
    " SELECT reference, reference, 'log', '{}', '{}', opened_on, 'ann', 'school', '[]',"
    " opened_on, 'applied', opened_on, 'run' FROM referrals",
    "INSERT INTO notices (id, reference, seq, notice, to_role, text, created_at, sent_at)"
    " SELECT reference, reference, 1, 'tell', 'la', '', opened_on, opened_on FROM referrals",
    "INSERT INTO steps (reference, seq, body, hash) SELECT reference, 1, '{}', '' FROM referrals",
    "INSERT INTO answers (reference, seq, kind, name, salt, value)"
    " SELECT reference, 1, 'answer', 'said', NULL, NULL FROM referrals",
    "INSERT INTO pool_waits (lifecycle, name, reference, place_order)"
    " SELECT lifecycle, 'seats', reference, opened_on FROM referrals",
)


@pytest.fixture
def crowded(own_url: str) -> Iterator[Store]:
    with closing(furnish(Store(own_url))) as store:
        crowd(store, 10_000)
        with store.writing() as tx:
            for words in _UNEVEN:
                tx.connection.cursor().execute(words)
        if store.path is not None:
            with closing(sqlite3.connect(str(store.path))) as connection:
                connection.execute("ANALYZE")
        else:
            with psycopg.connect(own_url, autocommit=True) as bare:
                bare.execute("VACUUM ANALYZE")
        yield store


def test_every_question_of_a_page_or_a_sweep_is_found_by_its_index(crowded: Store) -> None:
    with crowded.reading() as tx:
        plans = {name: plan(tx, question) for name, question in QUESTIONS.items()}
    sorts = ("Sort", "TEMP B-TREE")
    wrong = {
        name: shown
        for name, shown in plans.items()
        if getattr(QUESTIONS[name], crowded.dialect) not in shown
        or any(f"Seq Scan on {table}" in shown for table in _TABLES)
        or any(f"SCAN {table}\n" in f"{shown}\n" for table in _TABLES)
        or (QUESTIONS[name].in_order and any(sort in shown for sort in sorts))
    }
    assert wrong == {}


def test_a_worklist_page_is_read_from_the_index_alone(crowded: Store) -> None:
    how = "COVERING INDEX {}" if crowded.path is not None else "Index Only Scan using {}"
    with crowded.reading() as tx:
        for name in ("an organisation's page", "the whole house's page"):
            question = QUESTIONS[name]
            assert how.format(getattr(question, crowded.dialect)) in plan(tx, question)
