"""Whether what others did since somebody looked is in the way of what that person asks."""

from collections.abc import Collection, Iterable

from apflow.policy.compiled import Compiled
from apflow.referral import HOUSE_RECORDS, Step


def overtaken(
    compiled: Compiled, state: str, event: str, answered: Collection[str], since: Iterable[Step]
) -> tuple[Step, frozenset[str]] | None:
    """Return the first step since then that is in the way, with the facts that it changed, or None.

    `answered` are the facts that are given with the event, `state` is where the referral stands.
    In the way is a step that moved the referral, or changed a fact that is answered or that the
    event's guards read; a logged contact does not void an open form, and what the house records
    by itself never does. A text is written anew each time and stands in its own step: what
    others wrote in the same place is no more in the way than had it been read first. It is where
    the event enters its state anew, such as a review, or two people would record one thing twice.
    """
    read = _read_by(compiled, event)
    facts = compiled.lifecycle.facts
    again = _enters_anew(compiled, state, event)
    matters = read | {
        name for name in answered if again or name not in facts or facts[name].type != "text"
    }
    for step in since:
        if step.event in HOUSE_RECORDS:
            continue
        changed = {value.name for value in step.values if value.kind in ("answer", "set")}
        if step.source != step.target or changed & matters:
            return step, frozenset(changed & matters)
    return None


def _enters_anew(compiled: Compiled, state: str, event: str) -> bool:
    """Whether the event leads back into the state, or is none of the policy's: a correction."""
    lifecycle = compiled.lifecycle
    return event not in lifecycle.events or any(
        one.event == event and one.to == state and state in lifecycle.sources(one)
        for one in lifecycle.transitions
    )


def _read_by(compiled: Compiled, event: str) -> frozenset[str]:
    """Return the facts on which an event's roads and guards finally rest."""
    names: set[str] = set()
    for index, transition in enumerate(compiled.lifecycle.transitions):
        if transition.event != event:
            continue
        places: list[tuple[str | int, ...]] = [("transitions", index, "when")]
        places += [
            ("guards", guard, key) for guard in transition.guards for key in ("when", "require")
        ]
        for place in places:
            condition = compiled.at(*place)
            names |= condition.names if condition is not None else frozenset()
    return compiled.reads(*names)
