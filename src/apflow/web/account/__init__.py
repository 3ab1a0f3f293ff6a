"""Everybody's own account: who they are here, password, where they are signed in, tokens, feed."""

from fastapi import APIRouter

from apflow.web.account import own, password, tokens

router = APIRouter(include_in_schema=False)
for _room in (own, password, tokens):
    router.include_router(_room.router)
