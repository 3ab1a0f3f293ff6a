"""Prefect's HTTP API, as far as apflow speaks it itself: no client library, 20 ms a call."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import httpx

from apflow.errors import ApflowError
from apflow.referral import Request
from apflow.settings import Settings

#: The flow whose runs carry and record advances.
FLOW = "advance_referral"
#: Stands on a run that was made, or brought to its end, after the advance was applied.
RECORDED = "recorded-afterwards"
#: How a closed Request's run ends; a refusal is no failure.
RUN_STATES = {
    "applied": "Completed",
    "refused": "Refused",
    "stale": "Stale",
    "abandoned": "Abandoned",
}


class PrefectAway(ApflowError):
    """Prefect's server did not answer, not in time, or not as Prefect does."""


class RunRefused(ApflowError):
    """Prefect's server will not take this one run, however often it is asked."""


@dataclass(frozen=True, slots=True)
class Run:
    """A flow run as the server knows it. `made` is true for whoever brought it into being."""

    id: str
    made: bool
    completed: bool
    body: Mapping[str, Any]


class PrefectApi:
    """One server's API. Safe to share between threads. Every method may raise PrefectAway.

    The server allows one flow run per flow and idempotency key, so the Request's id as the key
    is what keeps an advance to one run, whoever makes it and however often it is tried.
    """

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.prefect_timeout_seconds
        self._client = httpx.Client(
            base_url=settings.prefect_api_url or "",
            timeout=self._seconds,
            auth=_auth(settings),
        )
        self._flow_id: str | None = None

    def ready(self) -> bool:
        """Return whether Prefect's server takes work (`/health` says yes before it does)."""
        try:
            answer = self._client.get("/ready")
        except httpx.HTTPError:
            return False
        # Many a web server says 200 to everything, Prefect's own pages among them.
        kind = answer.headers.get("content-type", "")
        return answer.is_success and kind.startswith("application/json")

    def begin(self, request: Request) -> Run:
        """Make the pending run that is to carry `request`, or find the one there is."""
        return self._run(request, {"type": "PENDING"}, ())

    def record(self, request: Request) -> Run:
        """Make a finished run for a closed `request`, or find the one there is."""
        return self._run(request, _end(request), (RECORDED,))

    def finish(self, request: Request, run: Run) -> None:
        """Bring a run that its carrier left unfinished to the end that `request` came to."""
        self.tag(run.id, [*run.body.get("tags", ()), RECORDED])
        self._send(
            "POST", f"/flow_runs/{run.id}/set_state", {"state": _end(request), "force": True}
        )

    def name(self, run_id: str, request: Request) -> None:
        """Give a run that somebody started by hand the name and tag of its Request."""
        named = {"name": _name(request), "tags": [_tag(request)]}
        self._send("PATCH", f"/flow_runs/{run_id}", named)

    def tag(self, run_id: str, tags: Iterable[str]) -> None:
        """Give a run these tags in place of those it has."""
        self._send("PATCH", f"/flow_runs/{run_id}", {"tags": sorted(set(tags))})

    def show_table(self, run_id: str, key: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Put a table on a run's page; `key` is made of small letters, digits and dashes."""
        table = {"type": "table", "key": key, "data": json.dumps(rows), "flow_run_id": run_id}
        self._send("POST", "/artifacts/", table)

    def show_progress(self, run_id: str, percent: float, shown: str | None = None) -> str:
        """Put a bar on a run's page, or move the one that is `shown`; return its id."""
        if shown is not None:
            self._send("PATCH", f"/artifacts/{shown}", {"data": percent})
            return shown
        bar = {"type": "progress", "data": percent, "flow_run_id": run_id}
        return str(_object(self._send("POST", "/artifacts/", bar))["id"])

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, request: Request, state: Mapping[str, str], tags: tuple[str, ...]) -> Run:
        answer = self._send(
            "POST",
            "/flow_runs/",
            {
                "flow_id": self._flow(),
                "name": _name(request),
                "tags": [_tag(request), *tags],
                "parameters": {"request_id": request.id},
                "idempotency_key": request.id,
                "state": state,
            },
        )
        made = answer.status_code == httpx.codes.CREATED
        body = _object(answer)
        return Run(str(body["id"]), made, body.get("state_type") == "COMPLETED", body)

    def _flow(self) -> str:
        if self._flow_id is None:
            answer = self._send("POST", "/flows/", {"name": FLOW})
            self._flow_id = str(_object(answer)["id"])
        return self._flow_id

    def _send(self, method: str, path: str, body: Mapping[str, object]) -> httpx.Response:
        try:
            answer = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise PrefectAway(type(error).__name__) from None
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise RunRefused(path, answer.status_code)
        if not answer.is_success:
            # A server whose database was replaced no longer knows the flow: ask for it again.
            self._flow_id = None
            raise PrefectAway(path, answer.status_code)
        return answer


def _auth(settings: Settings) -> tuple[str, str] | None:
    if settings.prefect_auth is None:
        return None
    user, _, password = settings.prefect_auth.get_secret_value().partition(":")
    return user, password


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        raise PrefectAway("no JSON") from None
    if not isinstance(body, dict) or "id" not in body:
        raise PrefectAway("no id")
    return body


def _name(request: Request) -> str:
    return f"{request.reference} {request.event}"


def _tag(request: Request) -> str:
    return f"referral:{request.reference}"


def _end(request: Request) -> dict[str, str]:
    name = RUN_STATES[request.state]
    return {"type": "COMPLETED", "name": name, "message": f"{_name(request)}: {request.state}"}
