"""Making the tables: whole or not at all, as the code knows them, with the triggers standing."""

import multiprocessing
import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from apflow.errors import StoreError
from apflow.store import Store, triggers
from apflow.store.migrating import configuration
from apflow.store.tables import REVISION, metadata
from apflow.store.verify import verify
from tests.databases import Fresh
from tests.store.building import furnish, opened

_FORK = multiprocessing.get_context("fork")


def upgrade_until(url: str, statement: int) -> int:
    """Upgrade in a process of its own that is killed before that statement; return its end."""

    def child() -> None:
        left = iter(range(statement))

        def count(*_: object) -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        sa.event.listen(sa.Engine, "commit", count)
        Store(url).upgrade()

    process = _FORK.Process(target=child)
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def statements_of_an_upgrade(url: str) -> int:
    seen: list[str] = []
    with closing(Store(url)) as store:

        def count(_: object, __: object, statement: str, *___: object) -> None:
            seen.append(statement)

        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        try:
            store.upgrade()
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", count)
    return len(seen)


def test_the_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    with store.reading() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []


def test_both_databases_have_the_same_indexes_with_the_same_conditions(
    fresh_database: Fresh,
) -> None:
    found = []
    for kind in ("sqlite", "postgresql"):
        with closing(Store(fresh_database(kind, True))) as store, store.reading() as tx:
            if kind == "sqlite":
                rows = tx.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'index'")
            else:
                rows = tx.exec_driver_sql("SELECT indexdef FROM pg_indexes")
            made = [row[0] for row in rows if row[0] and " ix_" in row[0]]
            found.append({text.split(" ix_")[1].split()[0]: " WHERE " in text for text in made})
    assert found[0] == found[1]
    assert sum(found[0].values()) >= 10


def test_the_code_names_the_newest_revision(store: Store) -> None:
    with store.reading() as tx:
        heads = ScriptDirectory.from_config(configuration(tx)).get_heads()
    assert heads == [REVISION]


def test_upgrading_again_changes_nothing(store: Store) -> None:
    opened(furnish(store))
    store.upgrade()
    with closing(Store(store.url)) as again:
        again.upgrade()
    assert verify(store).steps == 1


def test_a_database_of_an_older_apflow_says_that_it_wants_upgrading(own_url: str) -> None:
    with closing(Store(own_url)) as store, store.writing() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    says = f"is at revision 0000, not {REVISION}; run: apflow upgrade"
    with closing(Store(own_url)) as store, pytest.raises(StoreError, match=says):
        store.check()


def test_killed_before_any_statement_an_upgrade_leaves_nothing_and_runs_again(
    fresh_database: Fresh,
) -> None:
    every = statements_of_an_upgrade(fresh_database("sqlite", False))
    assert every > 40
    url = fresh_database("sqlite", False)
    killed = 0
    for statement in (*range(0, every, 5), every):
        assert upgrade_until(url, statement) == -signal.SIGKILL
        killed += 1
        with closing(Store(url)) as store:
            assert store.revision() is None
            assert store.table_names() == []
    assert killed > 8
    with closing(Store(url)) as store:
        store.upgrade()
        assert store.revision() == REVISION


def test_killed_midway_on_postgresql_an_upgrade_leaves_nothing_and_runs_again(
    fresh_database: Fresh,
) -> None:
    url = fresh_database("postgresql", False)
    for statement in (3, 20, 40):
        assert upgrade_until(url, statement) == -signal.SIGKILL
        with closing(Store(url)) as store:
            assert store.revision() is None
            assert store.table_names() == []
    with closing(Store(url)) as store:
        store.upgrade()
        assert store.revision() == REVISION


def test_two_upgrades_at_once_make_the_tables_once(empty_url: str) -> None:
    stores = [Store(empty_url) for _ in range(3)]
    faults: list[Exception] = []
    ready = threading.Barrier(len(stores))

    def upgrade(store: Store) -> None:
        ready.wait()
        try:
            store.upgrade()
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is what is asked about
            faults.append(fault)

    threads = [threading.Thread(target=upgrade, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    for store in stores:
        assert store.revision() == REVISION
        store.close()


@pytest.fixture
def tampering(own_url: str) -> Iterator[tuple[Store, str]]:
    store = furnish(Store(own_url))
    opened(store)
    yield store, own_url
    store.close()


def test_a_trigger_that_was_taken_away_is_found(tampering: tuple[Store, str]) -> None:
    store, url = tampering
    if store.dialect == "sqlite":
        with closing(sqlite3.connect(str(store.path))) as connection:
            connection.execute("DROP TRIGGER steps_refuse_delete")
    else:
        with psycopg.connect(url) as connection:
            connection.execute("DROP TRIGGER steps_refuse_delete ON steps")
    with pytest.raises(StoreError, match="not protected: missing steps_refuse_delete"):
        verify(store)


def test_a_trigger_that_was_made_harmless_is_found(tampering: tuple[Store, str]) -> None:
    store, url = tampering
    if store.dialect == "sqlite":
        with closing(sqlite3.connect(str(store.path))) as connection:
            connection.execute("DROP TRIGGER steps_refuse_update")
            connection.execute(
                "CREATE TRIGGER steps_refuse_update BEFORE UPDATE ON steps BEGIN SELECT 1; END"
            )
    else:
        with psycopg.connect(url) as connection:
            connection.execute("ALTER TABLE steps DISABLE TRIGGER steps_refuse_update")
    with pytest.raises(StoreError, match="not protected: missing steps_refuse_update"):
        verify(store)


def test_every_migration_ends_with_the_triggers_standing(store: Store) -> None:
    with store.reading() as tx:
        assert triggers.missing(tx) == ()
