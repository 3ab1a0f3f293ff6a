"""What the store's tests share."""

from tests.databases import (
    empty_url,
    fresh_database,
    own_url,
    postgres_server,
    postgres_template,
    sqlite_template,
    store,
    store_url,
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
