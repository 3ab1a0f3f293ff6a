"""Send what waits in the outbox by e-mail: each message to its people, and each once.

Scheduled every few minutes where a mail server is named. Run twice, or twice at once, it sends
nothing twice.
"""

import asyncio

from prefect import flow
from prefect.client.schemas.objects import State

from apflow.runs import bodies, said


@flow(name="send_notices", persist_result=False, log_prints=False)
async def send_notices() -> State:
    """Send what is due; the run's message gives the numbers."""
    return said.run_state(await asyncio.to_thread(bodies.posted))
