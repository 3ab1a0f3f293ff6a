"""Every page on which something is done with a referral: opening it, its events, putting right."""

from fastapi import APIRouter

from apflow.web.caseworker import erasing, events, opening, righting

router = APIRouter(include_in_schema=False)
for room in (opening, events, righting, erasing):
    router.include_router(room.router)
