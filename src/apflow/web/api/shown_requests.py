"""A request as programs see it: what was asked, what became of it, and every finding."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from apflow.referral import Request
from apflow.web.api.shape import Answered

Verdict = Literal["met", "unmet", "unknown", "not_applicable", "overridden"]


class Missing(Answered):
    """A fact that is not known yet."""

    fact: str = Field(description="The fact's name.")
    ask: str = Field(description="The question that asks for it.")


class FindingShown(Answered):
    """One guard that was asked."""

    guard: str = Field(
        description="The guard's name in the lifecycle, or one that belongs to all: `transition` "
        "(the state knows the event), `role`, `answers`, `when`, `closing_rule`."
    )
    verdict: Verdict = Field(
        description="`unmet` and `unknown` keep the referral from moving, unless `force` is "
        "`should`. `unknown`: a fact is missing. `not_applicable`: the guard does not apply. "
        "`overridden`: gone past, for a written reason."
    )
    says: str = Field(description="What a person reads when it is not met.")
    force: str = Field(
        default="must",
        description="`law`, `must` (the policy) or `should`, which is advice and never stops.",
    )
    clauses: tuple[str, ...] = Field(
        default=(), description="Numbers of the clauses that it rests on."
    )
    read: dict[str, Any] = Field(
        default={}, description="The facts looked at that the person may see, by name."
    )
    missing: tuple[Missing, ...] = Field(
        default=(), description="The facts that are not known yet."
    )
    roles: tuple[str, ...] = Field(default=(), description="The roles that can put it right.")
    override: tuple[str, ...] = Field(
        default=(), description="The roles that may go past it with a written reason (`overrides`)."
    )
    reason: str | None = Field(default=None, description="The written reason for going past it.")


class RequestShown(Answered):
    """An event that somebody asked for, and what became of it. It is applied at most once."""

    id: str = Field(description="The request's id: asked again by it, it is the same request.")
    reference: str = Field(description="The referral's reference.")
    event: str = Field(description="The event that was asked for.")
    role: str = Field(description="The role in which it was asked.")
    happened_on: date = Field(description="The day on which it happened, as the asker says.")
    state: Literal["waiting", "applied", "refused", "stale", "abandoned"] = Field(
        description="What became of it. `refused`: policy says no. `stale`: somebody moved the "
        "referral first. `abandoned`: left too long, never applied."
    )
    asked_at: datetime = Field(description="When it was stored.")
    closed_at: datetime | None = Field(default=None, description="When it was applied or refused.")
    seq: int | None = Field(
        default=None, description="The number of the step that it became, if applied."
    )
    stands_at: str | None = Field(
        default=None, description="The state in which the referral stands after it, if applied."
    )
    changed: str | None = Field(default=None, description="What somebody changed first, if stale.")
    findings: tuple[FindingShown, ...] = Field(
        default=(), description="Every guard that was asked, in the order of the lifecycle."
    )
    flow_run: str | None = Field(
        default=None,
        description="The id of the flow run that carried or recorded it, once there is one.",
    )


def shown(request: Request) -> RequestShown:
    """Return a Request as its own asker may see it."""
    told = request.result or {}
    applied = request.state == "applied"
    return RequestShown(
        id=request.id,
        reference=request.reference,
        event=request.event,
        role=request.role,
        happened_on=request.happened_on,
        state=request.state,
        asked_at=request.asked_at,
        closed_at=request.closed_at,
        seq=_number(told.get("seq")) if applied else None,
        stands_at=_text(told.get("state")) if applied else None,
        changed=_text(told.get("changed")) if request.state == "stale" else None,
        findings=findings_of(told),
        flow_run=request.flow_run,
    )


def findings_of(told: Mapping[str, object]) -> tuple[FindingShown, ...]:
    """Return the findings of an outcome as it is kept with a Request."""
    found = told.get("findings")
    every = found if isinstance(found, list | tuple) else ()
    return tuple(FindingShown.model_validate(one) for one in every)


def _text(given: object) -> str | None:
    return None if given is None else str(given)


def _number(given: object) -> int | None:
    return given if isinstance(given, int) else None
