"""Do what time does: record every missed deadline, ask again, see to Requests left waiting.

Scheduled every few minutes. Level-triggered: running it twice, or twice at once, changes nothing.
"""

import asyncio

from prefect import flow
from prefect.client.schemas.objects import State

from apflow.runs import bodies, said


@flow(name="fire_deadlines", persist_result=False, log_prints=False)
async def fire_deadlines() -> State:
    """Sweep once; the run's message gives the numbers."""
    return said.run_state(await asyncio.to_thread(bodies.swept))
