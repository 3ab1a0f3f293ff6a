"""Serve the pages on the loopback until told to stop: `python -m apflow.web`."""

import logging

import uvicorn

from apflow import runs
from apflow.casework import opened
from apflow.settings import Settings
from apflow.web import rendering
from apflow.web.app import create


def main() -> None:
    """Serve what the environment says; see `Settings`."""
    settings = Settings.read()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    # One line for each call to Prefect would bury the rest.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    rendering.prepare()
    casework = opened(settings.database_url, settings.states_folders)
    app = create(casework, runs.opened(casework, settings), settings)
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


if __name__ == "__main__":
    main()
