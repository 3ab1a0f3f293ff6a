"""What the promises' tests share: the small office on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from apflow.store import Store
from tests.databases import (
    empty_url,
    fresh_database,
    postgres_server,
    postgres_template,
    sqlite_template,
    store,
    store_url,
)
from tests.promises.dying import Nursery, nursery
from tests.small_office import Office
from tests.small_office import office as small_office

__all__ = [
    "empty_url",
    "fresh_database",
    "office",
    "postgres_server",
    "postgres_template",
    "sqlite_template",
    "store",
    "store_url",
]


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    """Give the small office on a database of the test's own."""
    return small_office(store, tmp_path)


@pytest.fixture(scope="session")
def born() -> Iterator[Nursery]:
    """Give a process that bears children to be killed."""
    with nursery() as begun:
        yield begun
