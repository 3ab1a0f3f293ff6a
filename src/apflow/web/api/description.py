"""The interface as a whole, and the OpenAPI document that describes it."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, FastAPI, Path
from fastapi.openapi.utils import get_openapi
from pydantic import Field

from apflow.errors import Unknown
from apflow.web.api import lists, policies, referrals, requests
from apflow.web.api.problems import KINDS, MEDIA_TYPE, RESPONSES, ApiRoute
from apflow.web.api.shape import Answered

_ABOUT: Final = """\
Referrals of pupils to alternative provision, for programs. Every token is a person's: it sees and
may do what that person sees and may do, and nothing else. What cannot be seen is answered like
what is not there. What cannot be done is answered as a problem (RFC 9457).

That a child's record was looked at is recorded before the answer is sent. No name of a child, and
no name or id of a person, ever stands in an address.
"""
_TAGS: Final = [
    {"name": "Policies", "description": "What the policies say: the same for everybody."},
    {"name": "Referrals", "description": "Referrals, what can happen next, and their history."},
    {"name": "Requests", "description": "Having something done, and what became of it."},
    {"name": "Lists", "description": "What is to be done, what falls due, and how things stand."},
    {"name": "Problems", "description": "What the kinds of problem mean."},
]

_problems = APIRouter(route_class=ApiRoute, tags=["Problems"])


class Kind(Answered):
    """A kind of problem."""

    title: str = Field(description="The kind in a few words.")
    status: int = Field(description="The code of HTTP with which it is answered.")
    detail: str = Field(description="What it means, and what to do.")


@_problems.get(
    "/problems/{kind}",
    responses={code: RESPONSES[code] for code in (404, 413, 422)},
)
def problem(
    kind: Annotated[str, Path(pattern="^[a-z-]{1,40}$", description="The kind of problem.")],
) -> Kind:
    """Say what a kind of problem means: the address that a problem has as its `type`."""
    if kind not in KINDS:
        raise Unknown("problem", kind)
    status, title, detail = KINDS[kind]
    return Kind(title=title, status=status, detail=detail)


router = APIRouter(prefix="/api/v1", generate_unique_id_function=lambda route: route.name)
for _room in (policies.router, referrals.router, requests.router, lists.router):
    router.include_router(_room, responses=RESPONSES)
router.include_router(_problems)


def describe(app: FastAPI) -> None:
    """Have an application describe its interface for programs as it is."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title="apflow",
        version=app.version,
        summary="Referrals to alternative provision",
        description=_ABOUT,
        routes=app.routes,
        tags=_TAGS,
    )
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _given(parameter["schema"])
            for code, answered in operation["responses"].items():
                content = answered.get("content", {})
                if code >= "400" and "application/json" in content:
                    content[MEDIA_TYPE] = content.pop("application/json")
    return document


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a parameter is if it is given: an address can leave it out, and hold no null."""
    ways = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**ways[0], **rest} if len(ways) == 1 else schema
