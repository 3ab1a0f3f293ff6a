"""The application: every page and the interface for programs, put together."""

import logging
from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, FastAPI
from fastapi.responses import PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope
from typing_extensions import override

from apflow import diagram
from apflow.casework import Casework
from apflow.casework.accounts import Accounts
from apflow.clock import utc_now
from apflow.errors import StoreError
from apflow.runs import Runs
from apflow.settings import Settings
from apflow.web import (
    about,
    account,
    administrator,
    api,
    auditor,
    faults,
    feed,
    fingerprints,
    signing_in,
    signing_in_elsewhere,
)
from apflow.web.caseworker import claiming, doing, history, referral, searching, worklist
from apflow.web.manager import dashboard, notices, policies
from apflow.web.meetings import pages as meetings
from apflow.web.shield import Shield
from apflow.web.site import Here, Site

_FOR_A_YEAR = "public, max-age=31536000, immutable"

#: Every room's pages.
ROUTERS: tuple[APIRouter, ...] = (
    signing_in.router,
    signing_in_elsewhere.router,
    feed.router,
    api.router,
    about.router,
    account.router,
    administrator.router,
    auditor.router,
    doing.router,
    worklist.router,
    searching.router,
    history.router,
    claiming.router,
    referral.router,
    policies.router,
    dashboard.router,
    notices.router,
    meetings.router,
)

_health = APIRouter(include_in_schema=False)


def create(
    casework: Casework,
    runs: Runs,
    settings: Settings,
    now: Callable[[], datetime] = utc_now,
    accounts: Accounts | None = None,
) -> FastAPI:
    """Return the application on one casework; `now` gives the present moment (UTC)."""
    # Some addresses are secrets. The server's own option is undone when Prefect is loaded.
    logging.getLogger("uvicorn.access").disabled = True
    app = FastAPI(
        title="apflow",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.site = Site(casework, runs, accounts or Accounts(casework.office), settings, now)
    faults.add_handlers(app)
    for router in (*ROUTERS, _health):
        app.include_router(router)
    app.mount("/static", _Static(directory=fingerprints.FOLDER), name="static")
    api.describe(app)
    app.add_middleware(Shield, https=settings.web_url.startswith("https://"))
    return app


class _Static(StaticFiles):
    """Files that never change under one address, because the address has their fingerprint."""

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        fingerprinted = b"v=" in scope["query_string"]
        response.headers["Cache-Control"] = _FOR_A_YEAR if fingerprinted else "no-cache"
        return response


@_health.get("/diagram.css")
def diagram_style() -> Response:
    """Return the style sheet of the drawings, which a page carries once for all of them."""
    return Response(diagram.STYLE, media_type="text/css")


@_health.get("/healthz")
def alive() -> Response:
    """Say that the process answers."""
    return PlainTextResponse("alive")


@_health.get("/readyz")
def ready(site: Here) -> Response:
    """Say whether the database answers."""
    try:
        with site.casework.store.reading() as tx:
            tx.exec_driver_sql("SELECT 1")
    except StoreError:
        return PlainTextResponse("the database does not answer", 503)
    return PlainTextResponse("ready")
