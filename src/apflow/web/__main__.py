"""Serve the pages on the loopback until told to stop: `python -m apflow.web`."""

import gc
import logging
from contextlib import suppress

import uvicorn

from apflow import runs
from apflow.casework import Casework, opened
from apflow.casework.policies import policies
from apflow.errors import ApflowError
from apflow.settings import Settings
from apflow.web import rendering
from apflow.web.app import create


def main() -> None:
    """Serve what the environment says; see `Settings`."""
    settings = Settings.read()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    # One line for each call to Prefect would bury the rest.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    casework = opened(settings.database_url, settings.states_folders)
    app = create(casework, runs.opened(casework, settings), settings)
    _warm(casework)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=settings.web_port,
        # Addresses hold references only, but who looked at what is in the store's own log.
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def _warm(casework: Casework) -> None:
    """Read templates and policies now: nobody's first page waits for them.

    They stay until the end, so the collector of garbage need not walk through them again: that
    took a tenth of a second and more, in the middle of somebody's click.
    """
    rendering.prepare()
    # What is wrong with the database is said by /readyz, and by every page.
    with suppress(ApflowError):
        policies(casework.office)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
