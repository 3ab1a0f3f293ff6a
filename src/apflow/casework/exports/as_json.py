"""JSON that proves itself: every step's body as it was hashed, and the values with their salts.

Whoever has the file can compute the chain anew without apflow; `docs/exports.md` has a recipe.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from apflow.casework.exports.gathering import Holds, Traced
from apflow.referral import Recorded, Step
from apflow.referral.canonical import canonical

#: What the file is called where it holds whole histories, and where it holds some steps.
HISTORY, STEPS = "apflow/history/1", "apflow/steps/1"
#: How the chain is computed, for whoever has nothing but the file.
PROOF = (
    "hash = hex(SHA-256('apflow/step/1' + a zero byte + body as UTF-8)). "
    "The body's `previous` is the hash of the step before it; that of step 1 is 64 zeros. "
    "`head` is the hash of the last step. The body names the digest of each value: "
    "digest = hex(SHA-256(salt as bytes + hashed as UTF-8)). "
    "`hashed` is [name, value] as RFC 8785 writes it. "
    "A value that was erased or is not shown has neither, and its digest stands."
)

#: The same where the chain has links missing.
PROOF_OF_STEPS = (
    "Of each referral the file holds some of its steps, so that nothing proves that none is "
    "missing: ask for the whole history to prove that. Of each step it holds all the same: "
    + PROOF.replace("`head` is the hash of the last step. ", "")
)


def as_json(traced: Iterable[Traced], now: datetime, holds: Holds) -> Iterator[bytes]:
    """Give the file, a piece for each referral."""
    whole = holds == "whole histories"
    head = {
        "format": HISTORY if whole else STEPS,
        "exported_at": now.isoformat(),
        "proof": PROOF if whole else PROOF_OF_STEPS,
    }
    yield (_text(head)[:-1] + ', "referrals": [').encode()
    before = "\n"
    for one in traced:
        yield (before + _text(_referral(one, "history" if whole else "steps"))).encode()
        before = ",\n"
    yield b"\n]}\n"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _referral(traced: Traced, steps: str) -> dict[str, object]:
    referral = traced.referral
    return {
        "reference": referral.reference,
        "policy": referral.lifecycle,
        "lifecycle": referral.digest,
        "state": referral.state,
        "opened_on": referral.opened_on.isoformat(),
        "closed_on": referral.closed_on.isoformat() if referral.closed_on else None,
        "head": referral.head,
        steps: [_step(traced, step) for step in traced.steps],
    }


def _step(traced: Traced, step: Step) -> dict[str, object]:
    return {
        "seq": step.seq,
        "hash": step.hash,
        "body": step.body.decode(),
        "values": [_value(traced, step, one) for one in step.values],
    }


def _value(traced: Traced, step: Step, one: Recorded) -> dict[str, object]:
    there = {"kind": one.kind, "name": one.name, "digest": one.digest}
    if one.salt is None:
        kept = (step.seq, one.name) in traced.kept_back
        return {**there, "is": "not shown" if kept else "erased"}
    return {
        **there,
        "is": "shown",
        "value": one.value,
        "salt": one.salt.hex(),
        "hashed": canonical([one.name, one.value]).decode(),
    }
