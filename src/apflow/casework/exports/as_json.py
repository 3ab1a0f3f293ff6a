"""JSON that proves itself: every step's body as it was hashed, and the values with their salts.

Whoever has the file can compute the chain anew without apflow; `docs/exports.md` has a recipe.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from apflow.casework.exports.gathering import Traced
from apflow.referral import Recorded, Step
from apflow.referral.canonical import canonical

FORMAT = "apflow/history/1"
#: How the chain is computed, for whoever has nothing but the file.
PROOF = (
    "hash = hex(SHA-256('apflow/step/1' + a zero byte + body as UTF-8)). "
    "The body's `previous` is the hash of the step before it; that of step 1 is 64 zeros. "
    "`head` is the hash of the last step. The body names the digest of each value: "
    "digest = hex(SHA-256(salt as bytes + hashed as UTF-8)). "
    "`hashed` is [name, value] as RFC 8785 writes it. "
    "A value that was erased or is not shown has neither, and its digest stands."
)


def as_json(traced: Iterable[Traced], now: datetime) -> Iterator[bytes]:
    """Give the file, a piece for each referral."""
    head = {"format": FORMAT, "exported_at": now.isoformat(), "proof": PROOF}
    yield (_text(head)[:-1] + ', "referrals": [').encode()
    before = "\n"
    for one in traced:
        yield (before + _text(_referral(one))).encode()
        before = ",\n"
    yield b"\n]}\n"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _referral(traced: Traced) -> dict[str, object]:
    referral = traced.referral
    return {
        "reference": referral.reference,
        "policy": referral.lifecycle,
        "lifecycle": referral.digest,
        "state": referral.state,
        "opened_on": referral.opened_on.isoformat(),
        "closed_on": referral.closed_on.isoformat() if referral.closed_on else None,
        "head": referral.head,
        "history": [_step(traced, step) for step in traced.steps],
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
