"""What programs are answered when something cannot be done: problems, as RFC 9457 has them."""

import json
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, ClassVar, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from apflow.errors import (
    ApflowError,
    BadInput,
    BadInputs,
    PolicyError,
    Stale,
    StoreError,
    Unknown,
)
from apflow.web.api.shape import Answered
from apflow.web.api.shown_requests import FindingShown
from apflow.web.shield import TooLarge

MEDIA_TYPE: Final = "application/problem+json"
_MISSING: Final = (
    "There is nothing at this address, or nothing that the token's person may see. "
    "Both are answered alike."
)
#: What is said where the usual words say little, by the type of the fault.
_SAID: Final = {
    "extra_forbidden": "there is nothing of that name here",
    "missing": "it is missing",
    "json_invalid": "it cannot be read as JSON",
}
_REASONS: Final = "Every reason is in `errors`. Nothing was changed."


class Wrong(Answered):
    """One thing that cannot be taken."""

    field: str = Field(
        description="Where it stands: a parameter, or the way to a member of what was sent.",
        examples=["answers.excluded_on"],
    )
    says: str = Field(description="Why it cannot be taken, and what would do.")


class Problem(Answered):
    """Why something was not done (RFC 9457)."""

    type: str = Field(
        default="about:blank",
        description="Which kind of problem: an address under /api/v1/problems that explains it, "
        "or `about:blank` where `status` says all there is to say.",
    )
    title: str = Field(description="The kind of problem in a few words.")
    status: int = Field(description="The code of HTTP with which this is answered.")
    detail: str = Field(default="", description="What happened this time, for people.")
    errors: tuple[Wrong, ...] | None = Field(
        default=None, description="Everything that cannot be taken of what was sent (422)."
    )
    findings: tuple[FindingShown, ...] | None = Field(
        default=None, description="Every guard that was asked, where policy says no (409)."
    )
    request: str | None = Field(
        default=None,
        description="The id of the request that was refused or overtaken (409): read it at "
        "/requests/{id}. Where no referral was opened nothing is kept, and there is none.",
    )


#: The kinds of problem that need more words than their code: title, and what it means.
KINDS: Final[Mapping[str, tuple[int, str, str]]] = {
    "refused": (
        409,
        "Policy says no",
        "What was asked for was understood, and policy does not allow it as things "
        "stand. `findings` says which guard is not met, why, by which clause, and who "
        "can put it right. Nothing else was changed. Ask anew, with a new id, when it is put "
        "right.",
    ),
    "stale": (
        409,
        "Someone moved it first",
        "Since the step given as `seen` somebody changed the state, or a fact that matters to "
        "what was asked. Nothing was changed. Read the referral anew, and ask anew with a new id.",
    ),
    "abandoned": (
        409,
        "It was left too long",
        "The request was stored and then not applied for over a quarter of an hour, so it never "
        "will be. Ask anew, with a new id.",
    ),
    "bad-input": (
        422,
        "That cannot be taken",
        "Something sent is not what is asked for there. `errors` names each place and the way "
        "out. Nothing was stored.",
    ),
}


class ApiFault(Exception):
    """Something cannot be done; it is answered as a problem."""

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.title)
        self.problem, self.headers = problem, headers


def of_kind(kind: str, detail: str, **more: Any) -> ApiFault:
    """Return a fault of one of KINDS."""
    status, title, _ = KINDS[kind]
    address = f"/api/v1/problems/{kind}"
    return ApiFault(Problem(type=address, title=title, status=status, detail=detail, **more))


def bad_input(*wrong: tuple[str, str]) -> ApiFault:
    """Return the fault for what cannot be taken: (field, why) for each."""
    return of_kind("bad-input", _REASONS, errors=tuple(Wrong(field=f, says=s) for f, s in wrong))


def forbidden(says: str) -> ApiFault:
    """Return the fault for what is there and is for other people."""
    return ApiFault(Problem(title="This is not for you", status=403, detail=says))


def nobody(*, given: bool) -> ApiFault:
    """Return the fault for a request without a token, or (`given`) with one that counts for none.

    Its header is that of RFC 6750.
    """
    says = (
        "The token is not known, has ended or was taken back."
        if given
        else "Send a token: `Authorization: Bearer apf_…`. Make one on your account page."
    )
    error = ', error="invalid_token"' if given else ""
    return ApiFault(
        Problem(title="Show a token", status=401, detail=says),
        {"WWW-Authenticate": f'Bearer realm="apflow"{error}'},
    )


#: The answers that every operation may give.
RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    401: {"model": Problem, "description": "No token, or none that counts."},
    403: {"model": Problem, "description": "It is for people in another role."},
    404: {"model": Problem, "description": _MISSING},
    413: {"model": Problem, "description": "More was sent than four megabytes."},
    422: {"model": Problem, "description": "Something sent is not what is asked for there."},
    503: {"model": Problem, "description": "Too much at once. Try again: nothing was done twice."},
}
#: The answer of what was applied.
APPLIED: Final[dict[int | str, dict[str, Any]]] = {
    201: {
        "description": "It is applied.",
        "headers": {
            "Location": {
                "description": "Where the request can be read.",
                "schema": {"type": "string"},
            }
        },
        "links": {
            "request": {
                "operationId": "request",
                "parameters": {"request_id": "$response.body#/id"},
                "description": "The request can be read again by its id.",
            },
            "referral": {
                "operationId": "referral",
                "parameters": {"reference": "$response.body#/reference"},
                "description": "The referral as it stands after it.",
            },
        },
    }
}
REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    409: {
        "model": Problem,
        "description": "Policy says no, or somebody moved the referral first. A refusal is an "
        "answer: it is kept, with every finding.",
    }
}


def leads_to(way: str, **operations: str) -> dict[int | str, dict[str, Any]]:
    """Return that a member of the answer is a parameter of other operations.

    `way` points at the member (RFC 6901), each operation has the name of its parameter.
    """
    links = {
        name: {
            "operationId": name,
            "parameters": {parameter: f"$response.body#{way}"},
        }
        for name, parameter in operations.items()
    }
    return {200: {"links": links}}


class ApiRoute(APIRoute):
    """A route whose every fault is a problem."""

    _methods: ClassVar[dict[str, set[str]]] = {}

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, endpoint, **more)
        self._methods.setdefault(path, set()).update(self.methods or ())

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = self._methods[self.path]
        if scope["method"] in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        problem = Problem(title="That cannot be done here", status=405)
        headers = {"Allow": ", ".join(sorted(allowed))}
        await answer(problem, headers)(scope, receive, send)

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except (ApiFault, ApflowError, RequestValidationError, HTTPException) as error:
                if isinstance(error.__cause__, TooLarge):
                    raise error.__cause__ from None
                fault = _fault(error)
            return answer(fault.problem, fault.headers)

        return handled


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem as it is sent."""
    # In ASCII: what was sent may hold halves of characters, which nothing else could carry.
    content = json.dumps(problem.model_dump(mode="json", exclude_none=True)).encode("ascii")
    return Response(content, problem.status, dict(headers or {}), MEDIA_TYPE)


def _fault(error: Exception) -> ApiFault:
    if isinstance(error, ApiFault):
        return error
    if isinstance(error, RequestValidationError):
        return _malformed(error)
    if isinstance(error, HTTPException):
        return bad_input(("body", "it cannot be read as JSON"))
    return _of_ours(error)


def _of_ours(error: Exception) -> ApiFault:
    for kind, made in _MADE.items():
        if isinstance(error, kind):
            return made(error)
    return bad_input(("request", str(error)))


def _busy(_: Any) -> ApiFault:
    says = "Many are writing at once. Ask again in a moment, a request by the same id."
    problem = Problem(title="Try again in a moment", status=503, detail=says)
    return ApiFault(problem, {"Retry-After": "2"})


def _unusable(_: Any) -> ApiFault:
    says = "The policy's file has faults. Ask whoever looks after apflow."
    return ApiFault(Problem(title="The policy cannot be used", status=503, detail=says))


def missing(says: str = _MISSING) -> ApiFault:
    """Return the same fault for what is not there and for what is not theirs to see."""
    return ApiFault(Problem(title="Not found", status=404, detail=says))


def _malformed(error: RequestValidationError) -> ApiFault:
    wrong = list(error.errors())
    if any(one["loc"][:1] == ("path",) for one in wrong):
        return missing()
    return bad_input(*((_place(one["loc"]), _why(one)) for one in wrong))


def _place(loc: Iterable[object]) -> str:
    where, *way = loc
    return ".".join(str(part) for part in way) or str(where)


def _why(error: Mapping[str, Any]) -> str:
    said = str(error["msg"]).removeprefix("Value error, ")
    return _SAID.get(str(error["type"]), said)


_MADE: Final[Mapping[type[Exception], Callable[[Any], ApiFault]]] = {
    Unknown: lambda _: missing(),
    BadInputs: lambda error: bad_input(*((one.field, one.says) for one in error.inputs)),
    BadInput: lambda error: bad_input((error.field, error.says)),
    Stale: lambda error: of_kind("stale", error.changed),
    PolicyError: _unusable,
    StoreError: _busy,
}
