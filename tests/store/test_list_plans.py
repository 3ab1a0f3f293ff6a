"""How lists, searches and numbers are found: by their indexes alone, in both databases.

Asked of the databases themselves, with enough rows and statistics for them to choose freely.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing

import psycopg
import pytest

from apflow.store import Store, Tx, agendas, list_rows, numbers, reads, tracing, worklists
from apflow.store.numbers import Picked
from apflow.store.scope import Scope
from apflow.store.statements import Statement
from apflow.store.worklists import Soon
from tests.databases import Fresh
from tests.store.building import DIGEST, NOW, crowd, furnish

SCHOOL = Scope(slots=((DIGEST, "home", "oak"),), slot_turns=(((DIGEST, "home", "oak"), "state_1"),))
COUNCIL = Scope(digests=(DIGEST,), turns=((DIGEST, "state_1"),))
HOUSE = Scope(everything=True)
_PAGE = {"after_due": "", "after_reference": "", "limit": 20, "owner": "", "policy": ""}
_NOW = {"now": "2026-02-12T09:30:00.000000Z"}
_DECIDED = {"lifecycle": "trial", "events": '["log1"]', "since": "", "on_day": ""}
_SEVERAL = {"references": '["TR-0000001","TR-0000002","TR-0000005"]'}
_WHOLE = Picked("trial")
_PICKED = Picked("trial", '["TR-0000001","TR-0000002"]')

_STEPS = (
    "INSERT INTO steps (reference, seq, body, hash) SELECT reference, 1, '{}', '' FROM referrals",
    "INSERT INTO step_index (reference, seq, recorded_at, happened_on, lifecycle, event, actor,"
    " source, stay_since, reverses, request) SELECT reference, 1,"
    " '2026-02-12T' || substr(reference, 4), '2026-02-' || substr(reference, 9), 'trial',"
    " 'log' || substr(reference, 9), 'p' || substr(reference, 8), 'draft', opened_on, NULL,"
    " reference FROM referrals",
    "UPDATE deadlines SET missed_at = due_at, state = 'met' WHERE reference > 'TR-0009900'",
    "UPDATE deadlines SET force = 'must', name = 'contact' WHERE reference < 'TR-0009800'",
    "INSERT INTO requests (id, reference, event, answers, overrides, happened_on, actor, role,"
    " organisations, asked_at, state, closed_at, flow_run)"
    " SELECT reference, reference, 'log', '{}', '{}', opened_on, 'ann', 'school', '[]',"
    " opened_on, 'applied', opened_on, 'run' || reference FROM referrals",
    "INSERT INTO reads (id, person, reference, what, read_at)"
    " SELECT reference, 'ann', reference, 'list', opened_on FROM referrals",
)


def plan(tx: Tx, statement: Statement, asked: Mapping[str, object]) -> str:
    explain = "EXPLAIN QUERY PLAN " if tx.dialect.name == "sqlite" else "EXPLAIN "
    cursor = tx.connection.cursor()
    cursor.execute(explain + statement.words(tx.dialect.name), {**statement.constants, **asked})
    return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.fixture
def crowded(own_url: str) -> Iterator[Store]:
    with closing(furnish(Store(own_url))) as store:
        fill(store)
        yield store


def fill(store: Store) -> None:
    crowd(store, 10_000)
    with store.writing() as tx:
        for words in _STEPS:
            tx.connection.cursor().execute(words)
    if store.path is not None:
        with closing(sqlite3.connect(str(store.path))) as connection:
            connection.execute("ANALYZE")
    else:
        with psycopg.connect(store.url, autocommit=True) as bare:
            bare.execute("VACUUM ANALYZE")


def reads_no_table(shown: str, *tables: str) -> bool:
    """Whether rows are found without going through a table."""
    whole = [f"SCAN {name}\n" for name in (*tables, "r", "p", "d", "q", "x")]
    whole += [f"Seq Scan on {name}" for name in tables]
    return not any(one in f"{shown}\n" for one in whole)


#: PostgreSQL hashes as much as the whole table for the others, and is right to.
_SELECTIVE = (
    "a page of a house", "what was taken back", "what was missed", "what the law demands",
    "what was noted", "the parties of a page", "the deadlines of a page",
    "somebody's steps", "steps of one event", "a referral's steps", "a run's steps", "every look",
    "a referral's looks",
)  # fmt: skip
_TABLES = ("referrals", "referral_parties", "deadlines", "step_index", "reads", "steps")


#: A statement, what it asks, and the index that finds it.
Asked = tuple[Statement, Mapping[str, object], str]


def of_lists() -> dict[str, Asked]:
    found: dict[str, Asked] = {
        "what was noted": (reads.NOTED, {"ids": '["a","b"]'}, "reads"),
        "the parties of a page": (list_rows.PARTIES_OF, _SEVERAL, "referral_parties"),
        "the deadlines of a page": (list_rows.DUE_OF, _SEVERAL, "deadlines"),
    }
    for name, scope, index in (
        ("house", HOUSE, "ix_referrals_open"),
        ("council", COUNCIL, "ix_referrals_open"),
        ("school", SCHOOL, "ix_referral_parties_open"),
    ):
        given = scope.asked() | Soon(NOW).asked() | _PAGE | _NOW
        statement = worklists.grouped_statement(scope.ways)
        found[f"the groups of a {name}"] = (statement, given, index)
        searched = worklists.search_statement(scope.ways, frozenset(), open_=True)
        found[f"a page of a {name}"] = (searched, given, index)
        had = worklists.owned_statement(scope.ways)
        found[f"what one has in a {name}"] = (had, given | {"owner": "ann"}, "ix_referrals_open")
        decided = agendas.decided_statement(scope.ways)
        found[f"what was decided in a {name}"] = (decided, given | _DECIDED, "ix_step_index_event")
    return found


def of_numbers() -> dict[str, Asked]:
    period = {**_PICKED.asked(), **numbers.moments_of(_PICKED), **_NOW}
    law = {**period, "names": '["sixth_day"]'}
    return {
        "where they stand": (numbers.STANDING.whole, period, "ix_referrals_lifecycle_state"),
        "where they ended": (numbers.ENDED.whole, period, "ix_referrals_lifecycle_state"),
        "how long they stayed": (numbers.LEFT.whole, period, "ix_step_index_stays"),
        "what was taken back": (numbers.TAKEN_BACK.whole, period, "ix_step_index_reverses"),
        "what was missed": (numbers.MISSED.whole, period, "ix_deadlines_missed"),
        "what picked ones missed": (numbers.MISSED.some, period, "ix_deadlines_missed"),
        "what the law demands": (numbers.LAW.whole, law, "ix_deadlines_law"),
        "who provides": (numbers.PROVIDERS.whole, {**period, "slot": "la"}, "ix_referral_parties"),
    }


def of_traces() -> dict[str, Asked]:
    newest = {"at": "~", "of": "~", "number": 1, "limit": 50}
    found: dict[str, Asked] = {}
    for name, words, index in (
        ("every step", {}, "ix_step_index_recorded"),
        ("somebody's steps", {"actor": "p1"}, "ix_step_index_actor"),
        ("steps of one event", {"event": "log1"}, "ix_step_index_event"),
        ("a referral's steps", {"reference": "TR-0000001"}, "step_index"),
        ("a run's steps", {"flow_run": "run"}, "ix_requests_flow_run"),
    ):
        statement = tracing.trace_statement("e", frozenset(words))
        found[name] = (statement, {**newest, **words}, index)
    for name, words, index in (
        ("every look", {}, "ix_reads_read_at"),
        ("somebody's looks", {"person": "ann"}, "ix_reads"),
        ("a referral's looks", {"reference": "TR-0000001"}, "ix_reads_reference"),
    ):
        found[name] = (tracing.looks_statement(frozenset(words)), {**newest, **words}, index)
    return found


def test_every_list_and_number_is_found_by_an_index(crowded: Store) -> None:
    questions = of_lists() | of_numbers() | of_traces()
    with crowded.reading() as tx:
        plans = {name: plan(tx, one[0], one[1]) for name, one in questions.items()}
    wrong = {
        name: shown
        for name, shown in plans.items()
        if crowded.path is not None or name in _SELECTIVE
        if questions[name][2] not in shown or not reads_no_table(shown, *_TABLES)
    }
    assert wrong == {}


def test_worklists_and_counts_are_read_from_indexes_alone(fresh_database: Fresh) -> None:
    covering = {
        "ix_referrals_open": (HOUSE, COUNCIL, SCHOOL), "ix_referral_parties_open": (SCHOOL,)
    }  # fmt: skip
    with closing(furnish(Store(fresh_database("sqlite", True)))) as store:
        fill(store)
        with store.reading() as tx:
            _covered(tx, covering)


def _covered(tx: Tx, covering: Mapping[str, tuple[Scope, ...]]) -> None:
    for index, scopes in covering.items():
        for scope in scopes:
            given = scope.asked() | Soon(NOW).asked() | _PAGE | _NOW
            shown = plan(tx, worklists.grouped_statement(scope.ways), given)
            assert f"USING COVERING INDEX {index}" in shown
    period = {**_WHOLE.asked(), **numbers.moments_of(_WHOLE), **_NOW}
    for question in (numbers.STANDING, numbers.ENDED, numbers.LEFT):
        assert "USING COVERING INDEX" in plan(tx, question.whole, period)
