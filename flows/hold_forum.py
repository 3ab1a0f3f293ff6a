"""Hold one sitting of a forum or panel: decide everything prepared for it, in one run.

The sitting is named `policy/meeting/2026-01-28`. Run again it decides only what is new.
"""

import asyncio

from prefect import flow, runtime
from prefect.client.schemas.objects import State

from apflow.runs import bulk, said


@flow(name="hold_forum", persist_result=False, log_prints=False)
async def hold_forum(sitting: str) -> State:
    """Decide the sitting's prepared Requests in the policy's order; a table shows the outcome."""
    return said.run_state(await asyncio.to_thread(bulk.held, sitting, runtime.flow_run.id))
