"""Closing a Request: what an allowed decision does to the referral, and what the asker is told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from apflow.casework.recording import Contended
from apflow.casework.results import outcome_of
from apflow.policy.decision import Decision
from apflow.policy.machine import Machine
from apflow.referral import Referral, Request, RequestState
from apflow.referral.moving import Act
from apflow.store import requests
from apflow.store.engine import Tx


def act_of(
    machine: Machine,
    decision: Decision,
    request: Request,
    answered: frozenset[str],
    now: datetime,
) -> Act:
    """Return what an allowed decision does to the referral."""
    index = decision.transition
    transition = machine.compiled.lifecycle.transitions[index] if index is not None else None
    target = decision.target if decision.target is not None else decision.source
    entered = transition is not None and transition.to is not None
    return Act(
        event=decision.event,
        target=target,
        actor=request.actor,
        role=request.role,
        happened_on=request.happened_on,
        recorded_at=now,
        request=request.id,
        findings=decision.findings,
        changes=decision.changes,
        answered=answered,
        entered=target if entered else None,
        reason=request.reason,
        about=_about(index, target, entered=entered),
    )


def _about(index: int | None, target: str, *, entered: bool) -> dict[str, object]:
    about: dict[str, object] = {} if index is None else {"transition": index}
    return about | {"entered": target} if entered else about


def close_refused(
    tx: Tx,
    machine: Machine,
    request: Request,
    referral: Referral,
    decision: Decision,
    now: datetime,
) -> Request:
    """Close a Request that policy refused, with every finding; nothing else changes."""
    result = outcome_of(machine.compiled.lifecycle, decision, request.role)
    return close(tx, request, "refused", {**result, "seq": referral.seq}, now)


def close_applied(
    tx: Tx,
    machine: Machine,
    request: Request,
    before: Referral,
    moved: Referral,
    decision: Decision,
    now: datetime,
) -> Request:
    """Close a Request whose step is written: the next after `before`.

    The values read stand with the step and nowhere else.
    """
    lifecycle = machine.compiled.lifecycle
    result = outcome_of(lifecycle, decision, request.role, values=False)
    # What the house recorded behind it (a breach, a lapse) has numbers of its own.
    result |= {"seq": before.seq + 1, "state": moved.state}
    return close(tx, request, "applied", result, now)


def close(
    tx: Tx, request: Request, state: RequestState, result: Mapping[str, object], now: datetime
) -> Request:
    """Close a Request and return it. Raises Contended when somebody closed it first."""
    # The answers of an applied Request stand with its step; here they would be a second copy.
    answers: Mapping[str, object] | None = {} if state == "applied" else None
    if not requests.close(tx, request.id, state, result, now, answers=answers):
        raise Contended
    return replace(
        request,
        state=state,
        result=result,
        closed_at=now,
        answers=request.answers if answers is None else {},
    )
