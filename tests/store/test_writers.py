"""Writers of a SQLite file share a commit: nobody is told early, nobody undoes another's work."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import ClassVar

import pytest

from apflow.errors import StoreError
from apflow.store import Store, register, writers
from apflow.store.engine import Tx
from tests.databases import Fresh
from tests.prefect_server import until
from tests.promises.boundaries import told_before_each

MANY = 6


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Give every statement that connections opened from now on are told."""
    # However slow the machine, whoever waits is let in.
    monkeypatch.setattr(writers, "_LONGEST", 60.0)
    words: list[str] = []
    with told_before_each(words.append):
        yield words


@pytest.fixture
def store(fresh_database: Fresh, told: list[str]) -> Iterator[Store]:
    """Give a SQLite store whose every statement is heard."""
    opened = Store(fresh_database("sqlite", True))
    with opened.writing():
        pass
    told.clear()
    Writing.ended.clear()
    yield opened
    opened.close()


class Writing:
    """A writer in a thread of its own: what it wrote, and how that ended."""

    ended: ClassVar[list[str]] = []

    def __init__(self, store: Store, name: str, then: Callable[[Tx], object] | None = None) -> None:
        self.name = name
        self.fault: BaseException | None = None
        self._store = store
        self._then = then
        self._thread = Thread(target=self._write)
        self._thread.start()

    def _write(self) -> None:
        try:
            with self._store.writing() as tx:
                register.add_pupil(tx, register.Pupil(self.name, f"Invented {self.name}"))
                if self._then is not None:
                    self._then(tx)
        except BaseException as fault:  # noqa: BLE001 - the test looks at it
            self.fault = fault
        self.ended.append(self.name)

    def join(self) -> None:
        self._thread.join()


class Refused(Exception):
    """What a writer raises in the middle of its work."""


def _waiting(store: Store) -> int:
    assert store._writers is not None
    return store._writers._turns.waiting()


def _waits(store: Store, at_least: int) -> bool:
    return _waiting(store) >= at_least


def _in_line(
    store: Store, made: Sequence[Callable[[], Writing]], first: str = "first"
) -> list[Writing]:
    """Have the first writer write until all others wait for their turn, and then go on."""
    begun, go_on = Event(), Event()

    def until_all_wait(_: Tx) -> None:
        begun.set()
        assert go_on.wait(20)

    found = [Writing(store, first, until_all_wait)]
    assert begun.wait(20)
    for number, make in enumerate(made, start=1):
        found.append(make())
        until(partial(_waits, store, number), 20, "the next waits")
    go_on.set()
    for one in found:
        one.join()
    return found


def _names(path: Path | None) -> list[str]:
    assert path is not None
    with closing(sqlite3.connect(path)) as other:
        return [name for (name,) in other.execute("SELECT id FROM pupils ORDER BY id")]


def test_all_who_waited_for_their_turn_share_one_commit(store: Store, told: list[str]) -> None:
    made = [partial(Writing, store, f"w{n}") for n in range(MANY)]
    found = _in_line(store, made)
    assert [one.fault for one in found] == [None] * (MANY + 1)
    assert _names(store.path) == ["first", *(f"w{n}" for n in range(MANY))]
    assert told.count("COMMIT") == 1
    assert told.count("BEGIN IMMEDIATE") == 1


def test_nobody_is_told_that_it_is_done_before_it_is_on_the_disk(
    store: Store, told: list[str]
) -> None:
    seen: list[tuple[list[str], list[str]]] = []

    def looks(_: Tx) -> None:
        # The first has done all its work here, and nobody else sees any of it yet.
        seen.append((_names(store.path), list(Writing.ended)))

    _in_line(store, [lambda: Writing(store, "second", looks)])
    assert seen == [([], [])]
    assert sorted(Writing.ended) == ["first", "second"]
    assert _names(store.path) == ["first", "second"]


def test_one_whose_work_fails_is_undone_alone(store: Store, told: list[str]) -> None:
    def fails(_: Tx) -> None:
        raise Refused

    def taken(tx: Tx) -> None:
        register.add_pupil(tx, register.Pupil("first", "Twice"))

    made = [
        lambda: Writing(store, "a"),
        lambda: Writing(store, "b", fails),
        lambda: Writing(store, "c"),
        lambda: Writing(store, "d", taken),
    ]
    first, a, b, c, d = _in_line(store, made)
    assert [first.fault, a.fault, c.fault] == [None, None, None]
    assert isinstance(b.fault, Refused)
    assert isinstance(d.fault, StoreError)
    assert _names(store.path) == ["a", "c", "first"]
    assert told.count("COMMIT") == 1


def test_where_the_commit_fails_everybody_is_told_and_nothing_is_kept(store: Store) -> None:
    def against_the_rules_of_the_file(tx: Tx) -> None:
        cursor = tx.connection.cursor()
        cursor.execute("PRAGMA defer_foreign_keys=ON")
        cursor.execute("INSERT INTO memberships VALUES ('nobody', 'la', '')")

    made = [
        lambda: Writing(store, "a"),
        lambda: Writing(store, "b", against_the_rules_of_the_file),
    ]
    for one in _in_line(store, made):
        assert isinstance(one.fault, StoreError)
    assert _names(store.path) == []
    with store.writing() as tx:
        register.add_pupil(tx, register.Pupil("after", "Afterwards"))
    assert _names(store.path) == ["after"]


def test_where_everything_was_rolled_back_everybody_is_told(store: Store) -> None:
    def rolls_back(tx: Tx) -> None:
        # As SQLite does by itself when the disk is full.
        tx.connection.cursor().execute("ROLLBACK")
        raise Refused

    made = [lambda: Writing(store, "a"), lambda: Writing(store, "b", rolls_back)]
    first, a, b = _in_line(store, made)
    assert isinstance(first.fault, StoreError)
    assert isinstance(a.fault, StoreError)
    assert isinstance(b.fault, Refused)
    assert _names(store.path) == []


def test_work_that_is_done_alone_finds_no_transaction_open(store: Store, told: list[str]) -> None:
    begun, scrubbed = Event(), Event()

    def waits(_: Tx) -> None:
        begun.set()
        until(lambda: _waiting(store) == 1, 20, "the scrubbing waits")

    def scrub() -> None:
        store.scrub()
        scrubbed.set()

    first = Writing(store, "first", waits)
    assert begun.wait(20)
    scrubbing = Thread(target=scrub)
    scrubbing.start()
    first.join()
    scrubbing.join()
    assert first.fault is None
    assert scrubbed.is_set()
    assert _names(store.path) == ["first"]


def test_a_transaction_is_open_to_so_many_and_no_longer(
    store: Store, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "_MOST", 3)
    made = [partial(Writing, store, f"w{n}") for n in range(MANY - 1)]
    assert [one.fault for one in _in_line(store, made)] == [None] * MANY
    assert told.count("COMMIT") == MANY / 3
    monkeypatch.setattr(writers, "_LONGEST", 0.0)
    told.clear()
    made = [partial(Writing, store, f"x{n}") for n in range(2)]
    _in_line(store, made, "another")
    assert told.count("COMMIT") == 3
