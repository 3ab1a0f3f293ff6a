"""A step's body: the canonical JSON (RFC 8785) that is hashed and chained."""

from dataclasses import replace
from typing import Any

from apflow.referral import Step, step_hash
from apflow.referral.canonical import canonical


def sealed(step: Step) -> Step:
    """Return a step with its body written and its hash taken; `previous` must be set."""
    body = body_of(step)
    return replace(step, body=body, hash=step_hash(body))


def body_of(step: Step) -> bytes:
    """Return what stands in the chain for a step: everything but the values themselves."""
    body: dict[str, Any] = {
        "reference": step.reference,
        "seq": step.seq,
        "event": step.event,
        "from": step.source,
        "to": step.target,
        "actor": step.actor,
        "role": step.role,
        "happened_on": step.happened_on.isoformat(),
        "recorded_at": step.recorded_at.isoformat(timespec="microseconds"),
        "findings": step.findings,
        "rank": step.rank,
        "lifecycle": step.digest,
        "request": step.request,
        "about": dict(step.about),
        "values": [
            {"kind": value.kind, "name": value.name, "digest": value.digest}
            for value in step.values
        ],
        "previous": step.previous,
    }
    return canonical(body)
