"""The way in: addresses, clear words when it is shut, transactions, and who may write."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from apflow.errors import BadInput, StoreError
from apflow.store import Store, register
from apflow.store.faults import Busy, Taken
from apflow.store.tables import REVISION
from apflow.store.turns import Turns
from tests.databases import Fresh


def settings_of(store: Store, *names: str) -> list[object]:
    how = "PRAGMA {}" if store.dialect == "sqlite" else "SHOW {}"
    with store.writing() as tx:
        return [tx.scalar(sa.text(how.format(name))) for name in names]


@pytest.mark.parametrize(
    "url",
    [
        "mysql://root@localhost/db",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://host",
        "what",
        "postgresql://host:port/db",
        "postgresql://u:hunter2@[::1/db",
    ],
)
def test_an_address_that_is_neither_a_sqlite_file_nor_postgresql_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match=r"sqlite:///path/to/file or postgresql://user@host"):
        Store(url)


def test_a_password_in_an_address_is_never_shown() -> None:
    store = Store("postgresql://ann:hunter2@127.0.0.1:1/records")
    assert store.url == "postgresql://ann:hunter2@127.0.0.1:1/records"
    assert "hunter2" not in store.name + repr(store)
    with pytest.raises(StoreError, match="cannot be reached: is PostgreSQL running") as caught:
        store.check()
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_database_that_is_not_set_up_says_how_to_set_it_up(empty_url: str) -> None:
    store = Store(empty_url)
    with pytest.raises(StoreError, match="not set up yet; run: apflow upgrade"), store.reading():
        pass
    with pytest.raises(StoreError, match="not set up yet; run: apflow upgrade"), store.writing():
        pass
    store.close()


def test_asking_for_a_sqlite_file_that_is_not_there_does_not_make_one(tmp_path: Path) -> None:
    path = tmp_path / "nothing.db"
    with pytest.raises(StoreError):
        Store(f"sqlite:///{path}").check()
    assert not path.exists()


def test_upgrading_in_a_folder_that_is_not_there_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=f"there is no folder {tmp_path / 'gone'}"):
        Store(f"sqlite:///{tmp_path / 'gone' / 'apflow.db'}").upgrade()


def test_a_new_sqlite_file_is_readable_by_its_owner_alone(fresh_database: Fresh) -> None:
    store = Store(fresh_database("sqlite", False))
    store.upgrade()
    assert store.path is not None
    assert store.path.stat().st_mode & 0o777 == 0o600
    store.close()


def test_a_file_that_is_no_database_is_an_error_and_not_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam, " * 300)
    with pytest.raises(StoreError, match="check the path and who may read it"):
        Store(f"sqlite:///{path}").check()


def test_a_database_made_by_a_newer_apflow_is_left_alone(own_url: str) -> None:
    with closing(Store(own_url)) as store, store.writing() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with closing(Store(own_url)) as store:
        with pytest.raises(StoreError, match="it was made by a newer apflow"):
            store.check()
        with pytest.raises(StoreError, match="it was made by a newer apflow"):
            store.upgrade()


def test_a_transaction_that_fails_changes_nothing(store: Store) -> None:
    def fail() -> None:
        with store.writing() as tx:
            register.add_pupil(tx, register.Pupil("p1", "Ada"))
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        fail()
    with store.reading() as tx:
        assert register.get_pupil(tx, "p1") is None


def test_a_reading_transaction_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="refused it"), store.reading() as tx:
        register.add_pupil(tx, register.Pupil("p1", "Ada"))
    with store.reading() as tx:
        assert register.get_pupil(tx, "p1") is None


def test_a_reading_transaction_sees_one_moment(store: Store) -> None:
    with store.reading() as tx:
        assert register.list_pupils(tx) == []
        with store.writing() as other:
            register.add_pupil(other, register.Pupil("p1", "Ada"))
        assert register.list_pupils(tx) == []
    with store.reading() as tx:
        assert len(register.list_pupils(tx)) == 1


def test_a_key_that_is_taken_is_said_without_any_value(store: Store) -> None:
    with store.writing() as tx:
        register.add_pupil(tx, register.Pupil("secret-child", "Ada"))
    with pytest.raises(Taken) as caught, store.writing() as tx:
        register.add_pupil(tx, register.Pupil("secret-child", "Ada"))
    assert "pupils" in str(caught.value)
    assert "secret-child" not in str(caught.value)


def test_a_text_that_the_database_cannot_hold_is_refused_without_repeating_it(
    store: Store,
) -> None:
    refused = None
    try:
        with store.writing() as tx:
            register.add_pupil(tx, register.Pupil("p1", "Ada\0Lovelace"))
    except BadInput as error:
        refused = str(error)
    assert (refused is None) == (store.dialect == "sqlite")
    assert "Lovelace" not in (refused or "")


def test_sqlite_is_durable_and_strict_on_every_connection(fresh_database: Fresh) -> None:
    store = Store(fresh_database("sqlite", True))
    names = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
    assert settings_of(store, *names) == ["wal", 2, 1, 1]
    assert settings_of(store, "trusted_schema", "secure_delete", "busy_timeout") == [0, 1, 20_000]
    with store.reading() as tx:
        assert tx.scalar(sa.text("PRAGMA query_only")) == 1
    store.close()


def test_postgresql_is_durable_even_where_its_default_is_not(fresh_database: Fresh) -> None:
    url = fresh_database("postgresql", True)
    with psycopg.connect(url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off'.encode())
    store = Store(url)
    assert settings_of(store, "synchronous_commit") == ["on"]
    assert settings_of(store, "transaction_isolation") == ["read committed"]
    store.close()


def test_a_lost_postgresql_connection_is_an_error_once_and_then_mended(
    fresh_database: Fresh,
) -> None:
    store = Store(fresh_database("postgresql", True))
    killing = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = :pid")

    def lose() -> None:
        with store.writing() as tx:
            pid = tx.scalar(sa.text("SELECT pg_backend_pid()"))
            with store.reading() as other:
                assert other.scalar(killing, {"pid": pid})
            register.add_pupil(tx, register.Pupil("p1", "Ada"))

    with pytest.raises(StoreError, match="ask again with the same request"):
        lose()
    with store.writing() as tx:
        register.add_pupil(tx, register.Pupil("p1", "Ada"))
    store.close()


def test_a_second_transaction_in_the_same_thread_is_refused_rather_than_waited_for(
    fresh_database: Fresh,
) -> None:
    store = Store(fresh_database("sqlite", True))
    says = "a transaction is open in this thread already"
    with store.writing(), pytest.raises(StoreError, match=says), store.writing():
        pass
    store.close()


def test_a_writer_that_another_process_keeps_waiting_is_told_so(fresh_database: Fresh) -> None:
    store = Store(fresh_database("sqlite", True) + "?timeout=0.05")
    assert store.path is not None
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy, match="nothing was changed, try again"), store.writing():
        pass
    other.execute("ROLLBACK")
    other.close()
    with store.writing() as tx:
        register.add_pupil(tx, register.Pupil("p1", "Ada"))
    store.close()


def test_turns_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    turns, order, waiting = Turns(), [], threading.Semaphore(0)

    def wait(number: int) -> None:
        assert turns.take(30)
        order.append(number)
        turns.give_back()
        waiting.release()

    assert turns.take(1)
    threads = []
    for number in range(20):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while turns.waiting() <= number:
            pass
    turns.give_back()
    for thread in threads:
        thread.join()
    assert order == list(range(20))


def test_a_turn_that_does_not_come_in_time_is_given_up_and_does_not_stop_the_others() -> None:
    turns = Turns()
    assert turns.take(1)
    given: list[bool] = []
    impatient = threading.Thread(target=lambda: given.append(turns.take(0.01)))
    impatient.start()
    impatient.join()
    assert given == [False]
    turns.give_back()
    assert turns.take(0)
    assert turns.mine()
    turns.give_back()
    assert not turns.mine()


def test_the_store_is_at_the_revision_that_the_code_expects(store: Store) -> None:
    assert store.revision() == REVISION
