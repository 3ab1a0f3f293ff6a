"""What the store costs against its driver doing the same, measured in turns in one run.

Times belong to a machine, ratios to the code: only ratios are claimed, of the best of many
rounds. The microseconds are printed (`pytest -s`).
"""

import hashlib
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from time import perf_counter, process_time
from typing import Any

import orjson
import psycopg
import pytest

from apflow.referral import NoticeRow, Referral
from apflow.store import Store, deadlines, history, lists, notices, referrals, requests
from apflow.store.statements import Statement
from apflow.store.verify import verify
from tests.databases import (
    Fresh,
    empty_url,
    fresh_database,
    own_url,
    postgres_server,
    postgres_template,
    sqlite_template,
    store,
    store_url,
)
from tests.store.building import (
    NOW,
    TODAY,
    after,
    crowd,
    furnish,
    make_deadline,
    make_referral,
    make_request,
    make_step,
    take_step,
)

__all__ = [
    "empty_url",
    "fresh_database",
    "own_url",
    "postgres_server",
    "postgres_template",
    "sqlite_template",
    "store",
    "store_url",
]

#: One statement as the driver was given it: its words, its parameters, whether they are many.
Sent = tuple[str, Any, bool]

FACTS: dict[str, object] = {
    f"fact_{number}": (True, "2026-02-12", 12, "some words that were typed")[number % 4]
    for number in range(30)
}


def advance(store: Store, referral: Referral) -> None:
    """Ask for one advance and apply it: every statement that it takes, in two commits."""
    reference = referral.reference
    with store.writing() as tx:
        requests.add(tx, make_request(f"r-{reference}", reference=reference))
    with store.writing() as tx:
        request = requests.lock(tx, f"r-{reference}")
        found = referrals.lock(tx, reference)
        assert request is not None
        assert found is not None
        deadlines.rows(tx, reference)
        values = [
            history.seal("answer" if number < 2 else "read", name, FACTS[name])
            for number, name in enumerate(list(FACTS)[:6])
        ]
        step = make_step(found, "agreed", values)
        moved = after(found, step, facts=FACTS, next_due=NOW)
        assert referrals.move(tx, moved, found.version, found)
        history.append(tx, step)
        met = make_deadline(reference, state="met", met_on=TODAY, met_by=2)
        deadlines.write(tx, [met, make_deadline(reference, name="a_review")])
        notices.add(
            tx, [NoticeRow(f"n-{reference}", reference, 2, "tell", "school", "It moved.", NOW)]
        )
        assert requests.close(tx, request.id, "applied", {"seq": step.seq}, NOW, answers={})


def opened(store: Store, number: int) -> Referral:
    """Write a referral that `advance` can move, with a deadline and three parties."""
    parties = {"home": "oak", "pru": "pru", "la": "la"}
    referral = make_referral(f"TR-{number:06}", facts=FACTS, parties=parties)
    with store.writing() as tx:
        moved = take_step(tx, referral, "draft", {"said": "yes"})
        deadlines.write(tx, [make_deadline(referral.reference)])
    return moved


def sent_by(store: Store, referral: Referral, patch: pytest.MonkeyPatch) -> list[list[Sent]]:
    """Advance a referral and return what the driver was given, by transaction."""
    sent: list[list[Sent]] = [[], []]
    run, many = Statement._run, Statement.many
    transactions = iter((0, 1))

    def recorded_run(self: Statement, tx: Any, params: Any) -> Any:
        written = {**self.constants, **(params or {})}
        sent[at[tx]].append((self.words(store.dialect), written, False))
        return run(self, tx, params)

    def recorded_many(self: Statement, tx: Any, params: Any) -> None:
        if len(params) == 1:
            many(self, tx, params)
        else:
            sent[at[tx]].append((self.words(store.dialect), list(params), True))
            with patch.context() as plain:
                plain.setattr(Statement, "_run", run)
                many(self, tx, params)

    class ByTransaction(dict[Any, int]):
        def __missing__(self, tx: Any) -> int:
            self[tx] = next(transactions)
            return self[tx]

    at = ByTransaction()
    with patch.context() as recording:
        recording.setattr(Statement, "_run", recorded_run)
        recording.setattr(Statement, "many", recorded_many)
        advance(store, referral)
    assert len(sent[0]) == 1
    assert len(sent[1]) >= 10
    return sent


def for_another(sent: list[list[Sent]], old: str, new: str) -> list[list[Sent]]:
    """Return the same statements for another referral."""

    def renamed(given: Any) -> Any:
        if isinstance(given, dict):
            return {name: renamed(value) for name, value in given.items()}
        if isinstance(given, list):
            return [renamed(one) for one in given]
        return given.replace(old, new) if isinstance(given, str) else given

    return [[(words, renamed(given), many) for words, given, many in one] for one in sent]


class Raw:
    """The driver alone, with the store's own settings of durability."""

    def __init__(self, store: Store) -> None:
        if store.path is None:
            self.connection: Any = psycopg.connect(store.url)
            self.connection.execute("SET synchronous_commit = on")
            self.connection.commit()
            self.begin = None
        else:
            self.connection = sqlite3.connect(store.path, isolation_level=None, timeout=20)
            for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
                self.connection.execute(f"PRAGMA {pragma}")
            self.connection.execute("PRAGMA secure_delete=ON")
            self.begin = "BEGIN IMMEDIATE"
        self.cursor = self.connection.cursor()

    def close(self) -> None:
        self.connection.close()

    def send(self, transactions: list[list[Sent]]) -> None:
        for statements in transactions:
            if self.begin:
                self.cursor.execute(self.begin)
            for words, given, many in statements:
                if many:
                    self.cursor.executemany(words, given)
                else:
                    self.cursor.execute(words, given)
                    if self.cursor.description:
                        self.cursor.fetchall()
            self.connection.commit()


def say(words: str) -> None:
    """Show the microseconds to whoever asks for them (`pytest -s`)."""
    sys.stdout.write(words + "\n")


def best_of(
    rounds: int,
    *contestants: Callable[[int], Callable[[], object]],
    clock: Callable[[], float] = perf_counter,
) -> list[float]:
    """Return the best time of each, taking turns; each is made ready before its turn."""
    best = [float("inf")] * len(contestants)
    for number in range(rounds):
        for index, contestant in enumerate(contestants):
            turn = contestant(number)
            began = clock()
            turn()
            best[index] = min(best[index], clock() - began)
    return best


def test_a_step_costs_at_most_two_and_a_half_times_the_same_statements_on_the_bare_driver(
    own_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One step at a time, many times: a disk that is busy with somebody else's sync spoils a
    # turn, and the shorter the turns the more of them are not spoilt.
    rounds = 150
    with closing(furnish(Store(own_url))) as store, closing(Raw(store)) as raw:
        example = opened(store, 0)
        sent = sent_by(store, example, monkeypatch)
        waiting: Iterator[int] = iter(range(1, 1 + 2 * rounds))

        def through_the_store(_: int) -> Callable[[], object]:
            referral = opened(store, next(waiting))
            return lambda: advance(store, referral)

        def on_the_driver(_: int) -> Callable[[], object]:
            reference = opened(store, next(waiting)).reference
            ready = for_another(sent, example.reference, reference)
            return lambda: raw.send(ready)

        ours, bare = best_of(rounds, through_the_store, on_the_driver)
        with store.reading() as tx:
            assert referrals.get(tx, example.reference) is not None
            moved = history.heads(tx, limit=10_000)
        assert {seq for _, seq, _ in moved} == {2}
    say(f"\n{store.dialect}: a step {ours * 1e6:.0f} µs, bare {bare * 1e6:.0f} µs")
    assert bare / ours >= 0.40


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_sweep_with_nothing_due_costs_the_same_at_a_thousand_and_at_a_hundred_thousand(
    fresh_database: Fresh, kind: str
) -> None:
    stores = []
    for count in (1_334, 133_334):
        store = furnish(Store(fresh_database(kind, True)))
        crowd(store, count)
        if store.path is None:
            with psycopg.connect(store.url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
        stores.append(store)

    def sweep(store: Store) -> Callable[[int], Callable[[], object]]:
        def ask() -> None:
            with store.reading() as tx:
                assert [deadlines.due(tx, NOW, 500) for _ in range(5)] == [[]] * 5

        return lambda _: ask

    few, many = best_of(150, *(sweep(store) for store in stores))
    say(f"\n{kind}: a sweep of 1,000 {few / 5 * 1e6:.0f} µs, of 100,000 {many / 5 * 1e6:.0f} µs")
    for store in stores:
        with store.reading() as tx:
            assert len(deadlines.due(tx, NOW + timedelta(days=999), 500)) == 500
        store.close()
    assert many / few < 2


def test_a_worklist_page_of_many_costs_under_twice_its_bare_statement(own_url: str) -> None:
    with closing(furnish(Store(own_url))) as store:
        crowd(store, 40_000)
        words = lists.ORGANISATIONS_PAGE.words(store.dialect)
        paging = {"after_due": "", "after_reference": "", "limit": 50, "organisation": "oak"}
        asked = {**lists.ORGANISATIONS_PAGE.constants, **paging}
        with store.reading() as tx, closing(Raw(store)) as raw:

            def page() -> None:
                for _ in range(5):
                    assert len(lists.worklist(tx, ["oak"])) == 50

            def bare() -> None:
                for _ in range(5):
                    raw.cursor.execute(words, asked)
                    assert len(raw.cursor.fetchall()) == 50

            ours, bare_ = best_of(150, lambda _: page, lambda _: bare)
    say(f"\n{store.dialect}: a page {ours / 5 * 1e6:.0f} µs, bare {bare_ / 5 * 1e6:.0f} µs")
    assert ours / bare_ < 2


def test_verifying_costs_at_most_a_quarter_more_than_reading_and_hashing_the_same_rows(
    fresh_database: Fresh,
) -> None:
    with closing(furnish(Store(fresh_database("sqlite", True)))) as store:
        with store.writing() as tx:
            for number in range(30):
                referral = make_referral(f"TR-{number:04}")
                for _ in range(10):
                    referral = take_step(tx, referral, "draft", dict(list(FACTS.items())[:6]))
        with closing(sqlite3.connect(str(store.path))) as connection:
            ours, bare = best_of(
                100,
                lambda _: lambda: verify(store),
                lambda _: lambda: read_and_hash(connection),
                # Both only compute: what others do on the machine need not count.
                clock=process_time,
            )
        assert verify(store).values == 1_800
    say(f"\nverify {ours / 300 * 1e6:.0f} µs a step, bare {bare / 300 * 1e6:.0f} µs")
    assert bare / ours >= 0.80


def read_and_hash(connection: sqlite3.Connection) -> None:
    """Do what has to be done at the least: read every row, hash it, compare."""
    values = connection.execute(
        "SELECT reference, seq, kind, name, salt, value FROM answers ORDER BY reference, seq"
    )
    row = next(values, None)
    head = ""
    for reference, seq, text, stored in connection.execute(
        "SELECT reference, seq, body, hash FROM steps ORDER BY reference, seq"
    ):
        assert hashlib.sha256(b"apflow/step/1\0" + text.encode()).hexdigest() == stored
        body = orjson.loads(text)
        assert seq == 1 or body["previous"] == head
        head = stored
        listed = {(one["kind"], one["name"]): one["digest"] for one in body["values"]}
        while row is not None and row[0] == reference and row[1] == seq:
            _, _, kind, name, salt, value = row
            whole = salt + b'["' + name.encode() + b'",' + value.encode() + b"]"
            assert listed.pop((kind, name)) == hashlib.sha256(whole).hexdigest()
            row = next(values, None)
        assert not listed


def test_moving_with_the_referral_at_hand_asks_for_nothing_more(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    referral = opened(furnish(store), 1)
    moved = replace(referral, version=referral.version + 1)
    asked: list[str] = []
    run = Statement._run

    def counted(self: Statement, tx: Any, params: Any) -> Any:
        asked.append(self.words(store.dialect).split()[0])
        return run(self, tx, params)

    monkeypatch.setattr(Statement, "_run", counted)
    with store.writing() as tx:
        assert referrals.move(tx, moved, referral.version, referral)
    assert asked == ["UPDATE", "UPDATE"]
