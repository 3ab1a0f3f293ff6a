"""Open the referrals of one spreadsheet that `apflow.runs.imports.stage` left.

Run again with rows mended it passes over what is there already.
"""

import asyncio

from prefect import flow, runtime
from prefect.client.schemas.objects import State

from apflow.runs import bulk, said


@flow(name="import_referrals", persist_result=False, log_prints=False)
async def import_referrals(import_id: str) -> State:
    """Import the spreadsheet left under `import_id`; the message counts what became of rows."""
    return said.run_state(await asyncio.to_thread(bulk.imported, import_id, runtime.flow_run.id))
