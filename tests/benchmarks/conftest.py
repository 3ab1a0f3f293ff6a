"""What the benchmarks share: databases of either kind, fresh or copied, and patience.

Other work on the machine makes a figure worse and never better. So a ratio that does not hold is
measured again, and is wrong when it never holds.
"""

from pathlib import Path

import pytest

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every benchmark three more tries."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=3))
