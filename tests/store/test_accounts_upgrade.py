"""A store from before there were accounts, with content: upgraded whole, or as it was."""

import multiprocessing
import os
import signal
from contextlib import closing

import pytest
import sqlalchemy as sa
from alembic import command

from apflow.store import Store, register, triggers
from apflow.store.migrating import configuration
from apflow.store.tables import REVISION
from apflow.store.verify import verify
from tests.databases import Fresh

_FORK = multiprocessing.get_context("fork")
PEOPLE = [(f"person{number}", f"Person {number}", None) for number in range(20)]


def first_tables(url: str) -> None:
    """Make the tables of the first revision, and put in what somebody kept there."""
    with closing(Store(url)) as store:
        store._make_file()
        with store._writer.begin() as tx:
            command.upgrade(configuration(tx), "0001")
            for person, name, email in PEOPLE:
                row = {"id": person, "name": name, "email": email}
                tx.execute(sa.text("INSERT INTO people VALUES (:id, :name, :email, NULL)"), row)
            tx.execute(sa.text("INSERT INTO memberships VALUES ('person1', 'manager', '')"))
            tx.execute(sa.text("INSERT INTO organisations VALUES ('oak', 'Oak', '{}')"))


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, fresh_database: Fresh) -> str:
    url = fresh_database(request.param, False)
    first_tables(url)
    return url


def test_everybody_is_given_a_handle_and_nothing_is_lost(old_url: str) -> None:
    with closing(Store(old_url)) as store:
        assert store.revision() == "0001"
        store.upgrade()
        assert store.revision() == REVISION
        with store.reading() as tx:
            found = register.list_people(tx)
            assert sorted((one.id, one.name, one.email) for one in found) == sorted(PEOPLE)
            assert len({one.handle for one in found}) == len(PEOPLE)
            assert all(len(one.handle) == 12 for one in found)
            assert register.held_roles(tx, "person1") == [("manager", None)]
            assert register.get_organisation(tx, "oak") is not None
            assert triggers.missing(tx) == ()
        verify(store)


def test_killed_midway_it_is_as_it_was_and_runs_again(old_url: str) -> None:
    def upgrade_until(url: str, statement: int) -> int:
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

    killed = 0
    for statement in range(1, 200, 9):
        if upgrade_until(old_url, statement) != -signal.SIGKILL:
            break
        killed += 1
        with closing(Store(old_url)) as store:
            assert store.revision() == "0001"
            assert "sessions" not in store.table_names()
    assert killed >= 4
    with closing(Store(old_url)) as store:
        assert store.revision() == REVISION
        with store.reading() as tx:
            assert len(register.list_people(tx)) == len(PEOPLE)
