"""What the benchmarks share: databases of either kind, fresh or copied."""

from tests.databases import (
    copied,
    fresh_database,
    postgres_server,
    postgres_template,
    sqlite_template,
)

__all__ = [
    "copied",
    "fresh_database",
    "postgres_server",
    "postgres_template",
    "sqlite_template",
]
