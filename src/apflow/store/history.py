"""Steps: what DID happen. Written once, never changed; the values beside them can be erased.

A value is recorded with a salt of its own; the step's body holds only the digest. Erasing salt
and value leaves a chain that verifies and a digest that tells nothing.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import rfc8785
import sqlalchemy as sa

from apflow.errors import BadInput
from apflow.referral import Recorded, RecordedKind, Step
from apflow.referral.canonical import canonical as canonical_bytes
from apflow.store import tables
from apflow.store.statements import Statement, Tx, among, on_each
from apflow.store.written import dump, load, moment

_SALT_BYTES = 16

_s = tables.steps.c
_a = tables.answers.c
_r = tables.referrals.c
_APPEND = Statement(sa.insert(tables.steps))
_INDEX = Statement(sa.insert(tables.step_index))
_APPEND_VALUE = Statement(sa.insert(tables.answers))
_SINCE = Statement(
    sa.select(_s.seq, _s.body, _s.hash)
    .where(_s.reference == sa.bindparam("reference"), _s.seq > sa.bindparam("seq"))
    .order_by(_s.seq)
)
_VALUES_SINCE = Statement(
    sa.select(_a.seq, _a.kind, _a.name, _a.salt, _a.value)
    .where(_a.reference == sa.bindparam("reference"), _a.seq > sa.bindparam("seq"))
    .order_by(_a.seq)
)
#: The same of many referrals: a test looks at how they are found.
STEPS_OF = Statement(
    *on_each(
        lambda on: (
            sa.select(_s.reference, _s.seq, _s.body, _s.hash)
            .where(among(_s.reference, "references", on))
            .order_by(_s.reference, _s.seq)
        )
    )
)
VALUES_OF = Statement(
    *on_each(
        lambda on: sa.select(_a.reference, _a.seq, _a.kind, _a.name, _a.salt, _a.value).where(
            among(_a.reference, "references", on), _a.salt.is_not(None)
        )
    )
)
_HELD = Statement(
    sa.select(_a.seq, _a.name)
    .where(_a.reference == sa.bindparam("reference"), _a.salt.is_not(None))
    .distinct()
    .order_by(_a.seq, _a.name)
)
_ERASE = Statement(
    sa.update(tables.answers).where(
        _a.reference == sa.bindparam("of_reference"),
        _a.seq == sa.bindparam("of_seq"),
        _a.name == sa.bindparam("of_name"),
    ),
    columns=("salt", "value"),
)
_HEADS = Statement(
    sa.select(_r.reference, _r.seq, _r.head)
    .where(_r.reference > sa.bindparam("after"))
    .order_by(_r.reference)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


def seal(kind: RecordedKind, name: str, value: object) -> Recorded:
    """Give a written value a salt of its own and its digest: SHA-256(salt + JCS([name, value])).

    Raises BadInput for a value that has no canonical form (RFC 8785), such as a number beyond
    2^53 or half of a surrogate pair.
    """
    salt, text = os.urandom(_SALT_BYTES), canonical(name, value)
    return Recorded(kind, name, digest_of(salt, name, text), salt, value, text)


def canonical(name: str, value: object) -> str:
    """Return a written value as the one JSON text that RFC 8785 gives it."""
    try:
        return canonical_bytes(value).decode()
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise BadInput(name, value, f"cannot be recorded: {error}") from None


def digest_of(salt: bytes, name: str, text: str) -> str:
    """Return the digest of a value whose canonical text is `text`.

    The canonical form of a list is the canonical forms of its members between brackets.
    """
    return hashlib.sha256(salt + _opening(name) + text.encode() + b"]").hexdigest()


def unaltered(recorded: Recorded) -> bool:
    """Whether a value is the one whose digest its step holds; one that was erased cannot tell."""
    if recorded.salt is None:
        return True
    text = recorded.text or canonical(recorded.name, recorded.value)
    return digest_of(recorded.salt, recorded.name, text) == recorded.digest


@lru_cache(maxsize=4096)
def _opening(name: str) -> bytes:
    return b"[" + rfc8785.dumps(name) + b","


def append(tx: Tx, step: Step, policy: str = "", stay_since: date | None = None) -> None:
    """Write a step and its values. Raises Taken if the referral has a step of that seq.

    `policy` is the name of its lifecycle, `stay_since` since when the referral had stood in the
    state that the step left (None if it left none): steps are searched and counted by them.
    """
    _APPEND.run(
        tx,
        {
            "reference": step.reference,
            "seq": step.seq,
            "body": step.body.decode(),
            "hash": step.hash,
        },
    )
    _INDEX.run(tx, _indexed(step, policy, stay_since))
    _APPEND_VALUE.many(
        tx,
        [
            {
                "reference": step.reference,
                "seq": step.seq,
                "kind": one.kind,
                "name": one.name,
                "salt": one.salt,
                "value": None if one.salt is None else one.text or canonical(one.name, one.value),
            }
            for one in step.values
        ],
    )


def _indexed(step: Step, policy: str, stay_since: date | None) -> dict[str, object]:
    reverses = step.about.get("reverses") if step.event == "reverse_step" else None
    return {
        "reference": step.reference,
        "seq": step.seq,
        "recorded_at": moment(step.recorded_at),
        "happened_on": step.happened_on.isoformat(),
        "lifecycle": policy,
        "event": step.event,
        "actor": step.actor,
        "source": step.source,
        "stay_since": None if stay_since is None else stay_since.isoformat(),
        "reverses": reverses,
        "request": step.request,
    }


def steps(tx: Tx, reference: str) -> tuple[Step, ...]:
    """Return the referral's history with its values, in order."""
    return since(tx, reference, 0)


def since(tx: Tx, reference: str, seq: int) -> tuple[Step, ...]:
    """Return the steps after `seq`, with their values, in order."""
    asked = {"reference": reference, "seq": seq}
    held: dict[int, dict[tuple[str, str], tuple[bytes, str]]] = {}
    for at, kind, name, salt, value in _VALUES_SINCE.rows(tx, asked):
        if salt is not None:
            held.setdefault(at, {})[kind, name] = (bytes(salt), value)
    return tuple(
        _step(reference, body, hash_, held.get(at, {}))
        for at, body, hash_ in _SINCE.rows(tx, asked)
    )


def steps_of(tx: Tx, references: Sequence[str]) -> dict[str, tuple[Step, ...]]:
    """Return the histories of those of `references` that have one, with their values, in order."""
    asked = {"references": dump(list(references))}
    held: dict[tuple[str, int], dict[tuple[str, str], tuple[bytes, str]]] = {}
    for reference, seq, kind, name, salt, value in VALUES_OF.rows(tx, asked):
        held.setdefault((reference, seq), {})[kind, name] = (bytes(salt), value)
    found: dict[str, list[Step]] = {}
    for reference, seq, body, hash_ in STEPS_OF.rows(tx, asked):
        values = held.get((reference, seq), {})
        found.setdefault(reference, []).append(_step(reference, body, hash_, values))
    return {reference: tuple(steps) for reference, steps in found.items()}


def _step(
    reference: str, text: str, hash_: str, held: Mapping[tuple[str, str], tuple[bytes, str]]
) -> Step:
    body: dict[str, Any] = load(text)
    return Step(
        reference=reference,
        seq=body["seq"],
        event=body["event"],
        source=body["from"],
        target=body["to"],
        actor=body["actor"],
        role=body["role"],
        happened_on=date.fromisoformat(body["happened_on"]),
        recorded_at=datetime.fromisoformat(body["recorded_at"]),
        findings=tuple(body["findings"]),
        rank=body["rank"],
        digest=body["lifecycle"],
        request=body["request"],
        about=body["about"],
        previous=body["previous"],
        body=text.encode(),
        hash=hash_,
        values=tuple(_recorded(one, held) for one in body["values"]),
    )


def _recorded(
    one: Mapping[str, Any], held: Mapping[tuple[str, str], tuple[bytes, str]]
) -> Recorded:
    found = held.get((one["kind"], one["name"]))
    if found is None:
        return Recorded(one["kind"], one["name"], one["digest"], None, None)
    salt, text = found
    return Recorded(one["kind"], one["name"], one["digest"], salt, load(text))


def erasable(tx: Tx, reference: str, names: Iterable[str] | None = None) -> list[dict[str, object]]:
    """Return what erasing would take: [{"seq": 3, "names": ["home_address"]}], in order.

    This list, under the key `erased`, is what the `about` of an `erase` step has to say: see
    `about_erasure`. `names` None means every value that the referral has.
    """
    wanted = None if names is None else frozenset(names)
    taken: dict[int, list[str]] = {}
    for seq, name in _HELD.rows(tx, {"reference": reference}):
        if wanted is None or name in wanted:
            taken.setdefault(seq, []).append(name)
    return [{"seq": seq, "names": found} for seq, found in taken.items()]


def about_erasure(erased: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Return the `about` of an `erase` step: {"erased": [{"seq": n, "names": [...]}]}."""
    return {"erased": [dict(one) for one in erased]}


def erasures(about: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Give (seq, name) of every value that an `erase` step says it took."""
    for one in about.get("erased", ()):
        for name in one["names"]:
            yield one["seq"], name


def erase(tx: Tx, reference: str, names: Iterable[str] | None = None) -> int:
    """Take the values called `names` (None: all) out of the referral's history for ever.

    Returns how many steps' values were taken. The chain still verifies if an `erase` step in
    the same transaction says what was taken (`about_erasure(erasable(...))`, asked first).
    """
    taken = 0
    for one in erasable(tx, reference, names):
        for name in one["names"]:  # type: ignore[attr-defined]
            taken += _ERASE.run(
                tx,
                {
                    "of_reference": reference,
                    "of_seq": one["seq"],
                    "of_name": name,
                    "salt": None,
                    "value": None,
                },
            )
    return taken


def heads(tx: Tx, after: str | None = None, limit: int = 500) -> list[tuple[str, int, str]]:
    """Return (reference, seq, hash of the last step) of the next referrals, in order."""
    found = _HEADS.rows(tx, {"after": after or "", "limit": limit})
    return [(reference, seq, head) for reference, seq, head in found]
