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


@dataclass(frozen=True, slots=True)
class Whole:
    """A run that carries many advances: its flow, its name, what it is of, and the one key."""

    flow: str
    name: str
    parameters: Mapping[str, str]
    key: str


class PrefectApi:
    """One server's API. Safe to share between threads. Every method may raise PrefectAway.

    The server allows one flow run per flow and idempotency key, so the Request's id as the key
    is what keeps an advance to one run, whoever makes it and however often it is tried.
    """

    def __init__(self, settings: Settings) -> None:
        url = settings.prefect_api_url or ""
        self._client = httpx.Client(
            base_url=url,
            # Without https there is no certificate to prove, and reading all of them takes time.
            verify=url.startswith("https:"),
            timeout=settings.prefect_timeout_seconds,
            auth=_auth(settings),
        )
        self._flow_ids: dict[str, str] = {}

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
        self.end(run.id, _end(request))

    def begin_whole(self, whole: Whole) -> Run:
        """Make the running run that is to carry many advances, or find the one there is."""
        return self._made(
            {
                "flow_id": self._flow(whole.flow),
                "name": whole.name,
                "parameters": whole.parameters,
                "idempotency_key": whole.key,
                "state": {"type": "RUNNING"},
            }
        )

    def find(self, key: str) -> str | None:
        """Return the id of the run made with an idempotency key, or None."""
        wanted = {"flow_runs": {"idempotency_key": {"any_": [key]}}, "limit": 1}
        found = self._send("POST", "/flow_runs/filter", wanted).json()
        return str(found[0]["id"]) if found else None

    def name(self, run_id: str, request: Request) -> None:
        """Give a run that somebody started by hand the name and tag of its Request."""
        named = {"name": _name(request), "tags": [_tag(request)]}
        self._send("PATCH", f"/flow_runs/{run_id}", named)

    def end(self, run_id: str, state: Mapping[str, str]) -> None:
        """Set a run to a state, whatever it is in now."""
        self._send("POST", f"/flow_runs/{run_id}/set_state", {"state": state, "force": True})

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
        return self._made(
            {
                "flow_id": self._flow(FLOW),
                "name": _name(request),
                "tags": [_tag(request), *tags],
                "parameters": {"request_id": request.id},
                "idempotency_key": request.id,
                "state": state,
            }
        )

    def _made(self, run: Mapping[str, object]) -> Run:
        answer = self._send("POST", "/flow_runs/", run)
        made = answer.status_code == httpx.codes.CREATED
        body = _object(answer)
        return Run(str(body["id"]), made, body.get("state_type") == "COMPLETED", body)

    def _flow(self, name: str) -> str:
        if name not in self._flow_ids:
            answer = self._send("POST", "/flows/", {"name": name})
            self._flow_ids[name] = str(_object(answer)["id"])
        return self._flow_ids[name]

    def _send(self, method: str, path: str, body: Mapping[str, object]) -> httpx.Response:
        try:
            answer = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise PrefectAway(type(error).__name__) from None
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise RunRefused(path, answer.status_code)
        if not answer.is_success:
            # A server whose database was replaced no longer knows the flow: ask for it again.
            self._flow_ids.clear()
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
