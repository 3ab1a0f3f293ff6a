"""What administrators keep: people, organisations, places, calendars, meetings. No referral.

Nobody else sees these pages, and each of them that changes something goes through a function of
casework that writes down who did it.
"""

from fastapi import APIRouter

from apflow.web.administrator import (
    calendars,
    front,
    meetings,
    organisations,
    people,
    person,
    places,
)

router = APIRouter(include_in_schema=False)
for _room in (front, people, person, organisations, calendars, meetings, places):
    router.include_router(_room.router)
