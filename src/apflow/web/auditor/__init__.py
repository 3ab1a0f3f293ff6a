"""The auditor's pages: every step, who looked, what the office did, and the proof of it all."""

from fastapi import APIRouter

from apflow.web.auditor import office, proving, reads, steps

router = APIRouter(include_in_schema=False)
for _room in (steps, reads, office, proving):
    router.include_router(_room.router)
