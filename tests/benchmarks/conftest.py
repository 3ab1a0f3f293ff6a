"""What the benchmarks share: databases of either kind, fresh or copied, and patience.

Other work on the machine makes a figure worse and never better. So a ratio that does not hold is
measured again, and is wrong when it never holds.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.filling import fill
from tests.databases import (
    copied,
    fresh_database,
    postgres_server,
    postgres_template,
    sqlite_template,
)
from tests.invented_cohort import NOW, Invented, cohort
from tests.web_site import copy_of

__all__ = [
    "cohort",
    "copied",
    "fresh_database",
    "postgres_server",
    "postgres_template",
    "sqlite_template",
]

#: How many referrals a county's office has.
COUNTY = 10_000


@pytest.fixture(scope="session")
def county(cohort: Invented, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a SQLite file with ten thousand referrals and their histories; nobody empties it."""
    folder = tmp_path_factory.mktemp("county")
    with copy_of(cohort, folder):
        path = folder / "apflow.db"
    fill(path, COUNTY, NOW)
    yield path
    path.unlink()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every benchmark three more tries."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=3))
