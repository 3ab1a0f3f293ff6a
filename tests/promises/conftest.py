"""What the promises' tests share: the small office on SQLite and on PostgreSQL."""

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
