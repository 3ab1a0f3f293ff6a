"""A referral's history as programs see it: every step, and what proves it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from apflow.casework.seeing import Seen
from apflow.policy.situation import SYSTEM
from apflow.referral import Recorded, Step
from apflow.web.api.shape import Answered, Someone
from apflow.web.api.shown_requests import Verdict


class ValueShown(Answered):
    """A value of a step, which stands beside the chain of hashes."""

    kind: Literal["answer", "set", "read", "reason", "detail"] = Field(
        description="`answer`: given with the event. `set`: worked out and kept. `read`: looked "
        "at by a guard. `reason`: written for going past a guard. `detail`: about the step."
    )
    name: str = Field(description="The fact's name, or the guard's.")
    shown: Literal["shown", "erased", "not shown"] = Field(
        description="`erased`: it is nowhere any more. `not shown`: not to this person."
    )
    value: Any = Field(default=None, description="The value in its written form; null: taken away.")
    digest: str = Field(description="hex(SHA-256(salt + [name, value] as RFC 8785 writes it)).")
    salt: str | None = Field(
        default=None, description="The salt of the digest as hex, where it is shown."
    )


class FoundShown(Answered):
    """A guard as it was found when a step was taken."""

    guard: str = Field(description="The guard's name in the lifecycle, or one that all have.")
    verdict: Verdict = Field(description="How it was found.")
    says: str = Field(description="Its wording, where it was not met.")
    force: str = Field(description="`law`, `must` (the policy) or `should`, which is advice.")
    clauses: tuple[str, ...] = Field(description="Numbers of the clauses that it rests on.")
    read: tuple[str, ...] = Field(description="The facts that were looked at, by name.")
    missing: tuple[str, ...] = Field(description="The facts that were not known, by name.")


class StepShown(Answered):
    """A recorded advance: what did happen. That the history was read is recorded."""

    seq: int = Field(description="Its number, from 1 without a gap.")
    event: str = Field(description="What was done.")
    title: str = Field(description="What people call that.")
    source: str = Field(description="The state before; `start` for the opening.")
    target: str = Field(description="The state after.")
    actor: Someone = Field(description="Who did it.")
    role: str = Field(description="In which role.")
    happened_on: date = Field(description="The day on which it happened, as the actor says.")
    recorded_at: datetime = Field(description="When it was recorded, by the clock.")
    findings: tuple[FoundShown, ...] = Field(description="The guards as they were found.")
    values: tuple[ValueShown, ...] = Field(description="What was answered, kept and looked at.")
    about: dict[str, Any] = Field(description="More about a step that apflow records of itself.")
    rank: int | None = Field(description="The order of admission after it.")
    lifecycle: str = Field(description="The digest of the version under which it was taken.")
    request: str | None = Field(description="The id of the request that it carries out.")
    flow_run: str | None = Field(description="The id of the flow run that carried or recorded it.")
    previous: str = Field(description="The hash of the step before; 64 zeros for the first.")
    hash: str = Field(description="hex(SHA-256('apflow/step/1' + a zero byte + `body` as UTF-8)).")


class WholeStep(StepShown):
    """A step with what proves it."""

    body: str = Field(description="What is hashed, to the byte: JSON as RFC 8785 writes it.")


class History(Answered):
    """Some of a referral's steps, in order."""

    reference: str = Field(description="The referral's reference.")
    items: tuple[StepShown, ...] = Field(description="The steps.")
    next: int | None = Field(description="Give it as `after` for more; null: there is no more.")


def history_shown(seen: Seen, after: int, limit: int) -> History:
    """Return a page of a referral's steps: those behind the step `after`."""
    page = seen.steps[after : after + limit]
    more = page[-1].seq if page and page[-1].seq < len(seen.steps) else None
    return History(
        reference=seen.referral.reference,
        items=tuple(StepShown(**_members(seen, step)) for step in page),
        next=more,
    )


def step_shown(seen: Seen, seq: int) -> WholeStep:
    """Return one step with what proves it."""
    step = seen.steps[seq - 1]
    return WholeStep(**_members(seen, step), body=step.body.decode())


def _members(seen: Seen, step: Step) -> dict[str, Any]:
    event = seen.lifecycles[step.digest].events.get(step.event)
    name = "apflow itself" if step.actor == SYSTEM else seen.people.get(step.actor, "")
    return {
        "seq": step.seq,
        "event": step.event,
        "title": event.title if event is not None else step.event.replace("_", " "),
        "source": step.source,
        "target": step.target,
        "actor": Someone(person=step.actor, name=name),
        "role": step.role,
        "happened_on": step.happened_on,
        "recorded_at": step.recorded_at,
        "findings": tuple(map(_found, step.findings)),
        "values": tuple(_value(seen, step, one) for one in step.values),
        "about": dict(step.about),
        "rank": step.rank,
        "lifecycle": step.digest,
        "request": step.request,
        "flow_run": seen.runs.get(step.request or ""),
        "previous": step.previous,
        "hash": step.hash,
    }


def _found(finding: Mapping[str, object]) -> FoundShown:
    return FoundShown.model_validate(
        {
            "guard": finding["guard"],
            "verdict": finding["verdict"],
            "says": finding.get("says", ""),
            "force": finding.get("force", "must"),
            "clauses": finding.get("clause", ()),
            "read": finding.get("read", ()),
            "missing": finding.get("missing", ()),
        }
    )


def _value(seen: Seen, step: Step, one: Recorded) -> ValueShown:
    if one.salt is None:
        kept = (step.seq, one.name) in seen.kept_back
        gone: Literal["not shown", "erased"] = "not shown" if kept else "erased"
        return ValueShown(kind=one.kind, name=one.name, shown=gone, digest=one.digest)
    return ValueShown(
        kind=one.kind,
        name=one.name,
        shown="shown",
        value=one.value,
        digest=one.digest,
        salt=one.salt.hex(),
    )
