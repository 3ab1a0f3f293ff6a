"""Advance one referral: apply one stored Request, by its id.

Started by `apflow.runs` for every advance that can be carried; from Prefect's pages by hand,
for a Request that was left waiting.
"""

import asyncio

from prefect import flow, runtime
from prefect.client.schemas.objects import State

from apflow.runs import bodies, said


@flow(name="advance_referral", persist_result=False, log_prints=False)
async def advance_referral(request_id: str) -> State:
    """Apply the Request `request_id`; a refusal ends the run as Refused, which is no failure."""
    return said.run_state(await asyncio.to_thread(bodies.carried, request_id, runtime.flow_run.id))
