"""The small office's pages: a policy with one of everything, and people who act in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from apflow.settings import Settings
from apflow.store import Store
from tests.invented_cohort import Invented
from tests.small_office import START, Office, office
from tests.web_site import Moment, Served, served


@contextmanager
def small_site(folder: Path) -> Iterator[tuple[Served, Office]]:
    """Serve the pages of a small office whose files are in `folder`."""
    store = Store(f"sqlite:///{folder / 'apflow.db'}")
    store.upgrade()
    small = office(store, folder)
    settings = Settings.read(
        home=folder, database_url=store.url, states=small.work.office.folders, demonstration=True
    )
    try:
        with served(small.work, cast("Invented", None), settings, Moment(START)) as one:
            yield one, small
    finally:
        store.close()
