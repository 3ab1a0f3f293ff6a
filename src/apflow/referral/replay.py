"""Replaying a history: what its steps say that must stand now, without asking any policy again."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from apflow.policy.situation import Tally
from apflow.referral import HOUSE_EVENTS, HOUSE_RECORDS, Step


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a history adds up to: the state, the facts not erased (written form), the tally."""

    state: str
    facts: dict[str, object]
    tally: Tally


def replay(steps: Iterable[Step], leaving_out: Collection[int] = ()) -> Replayed:
    """Return what `steps`, in order, add up to; steps taken back do not count.

    `leaving_out` are further steps to pass over, by seq: what stood had they not been taken.
    """
    known = tuple(steps)
    gone = taken_back(known) | set(leaving_out)
    facts: dict[str, object] = {}
    tally = Tally()
    state = known[0].source if known else ""
    for step in known:
        if step.seq in gone:
            continue
        state = step.target
        for value in step.values:
            if value.kind not in ("answer", "set"):
                continue
            if value.value is None:
                facts.pop(value.name, None)
            else:
                facts[value.name] = value.value
        if step.event not in HOUSE_EVENTS and step.event not in HOUSE_RECORDS:
            entered = step.about.get("entered")
            tally = tally.with_step(
                step.event, str(entered) if entered else None, step.happened_on, step.seq
            )
    return Replayed(state, facts, tally)


def taken_back(steps: Iterable[Step]) -> set[int]:
    """Return the seqs of the steps that later steps took back."""
    gone = set()
    for step in steps:
        reversed_seq = step.about.get("reverses")
        if step.event == "reverse_step" and isinstance(reversed_seq, int):
            gone.add(reversed_seq)
    return gone


def last_reversible(steps: Iterable[Step]) -> Step | None:
    """Return the step that can be taken back now: the latest event or correction still standing.

    None when that would be the opening, or lies behind the adoption of another lifecycle or an
    erasure: those are not undone.
    """
    known = tuple(steps)
    gone = taken_back(known)
    for step in reversed(known):
        if step.event in ("adopt_lifecycle", "erase") or step.seq == 1:
            return None
        if step.seq in gone or step.event in ("reverse_step", "hand_over", *HOUSE_RECORDS):
            continue
        return step
    return None
