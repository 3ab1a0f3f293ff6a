"""Prefect's own engine, run in this process. Importing this module imports Prefect: over a second.

Only `carrier` and the processes that Prefect itself starts may import it.
"""

import importlib.util
import logging
import sys
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from prefect import Flow
from prefect import settings as named
from prefect.client.schemas.objects import FlowRun
from prefect.context import AsyncClientContext
from prefect.flow_engine import run_flow_async
from prefect.settings import temporary_settings

from apflow.places import place
from apflow.runs.api import Run
from apflow.settings import Settings

AnyFlow = Flow[..., Any]


def speaking_to(settings: Settings) -> AbstractContextManager[object]:
    """Let Prefect's client behave, in this context, as it must where a person waits.

    No retries (the defaults can hang for three minutes), no hidden server of its own (13 s), no
    heartbeats and no logs sent: each would be one more connection per run.
    """
    auth = settings.prefect_auth
    return temporary_settings(
        updates={
            named.PREFECT_API_URL: settings.prefect_api_url,
            named.PREFECT_API_AUTH_STRING: auth.get_secret_value() if auth else None,
            named.PREFECT_API_REQUEST_TIMEOUT: settings.prefect_timeout_seconds,
            named.PREFECT_CLIENT_MAX_RETRIES: 0,
            named.PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: False,
            named.PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False,
            named.PREFECT_LOGGING_TO_API_ENABLED: False,
            named.PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        }
    )


@cache
def load_flow(name: str) -> AnyFlow:
    """Return the flow `name` from the file of that name in `flows/`, loaded by path, once.

    Prefect's own loader would leave the folder on `sys.path`. The place for results is given
    though none is ever kept: otherwise Prefect asks its server for one, run after run.
    """
    module_name = f"apflow_flow_{name}"
    spec = importlib.util.spec_from_file_location(module_name, place("flows") / f"{name}.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
    flow: AnyFlow = getattr(module, name)
    return flow.with_options(result_storage=Path(gettempdir()))


def client() -> AsyncClientContext:
    """Return one client for every run in this context; entering it costs most of a second.

    Without it each run makes a client of its own, and leaves the closing of its connections to
    the garbage collector.
    """
    return AsyncClientContext()


async def carry_out(flow: AnyFlow, run: Run, parameters: dict[str, Any]) -> bool:
    """Run the flow as the run that the server already has; return whether it completed."""
    state: Any = await run_flow_async(
        flow,
        flow_run=FlowRun.model_validate(dict(run.body)),
        parameters=parameters,
        return_type="state",
    )
    return bool(state.is_completed())


def hush() -> None:
    """Keep Prefect's two lines per run, and its tracebacks, out of this process's log.

    What goes wrong with a carry is said by `carrier`, without the text of any exception.
    """
    for name in ("prefect.flow_runs", "prefect.engine"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
