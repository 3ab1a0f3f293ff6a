"""What a policy keeps from some roles: facts with `seen_by`, now and in the history.

A value stays kept back if either policy keeps it, the one under which its step was taken or the
one of now: a newer version opens nothing that was written down under the older.
"""

from collections.abc import Iterable
from dataclasses import replace

from apflow.policy.compiled import View
from apflow.policy.lifecycle import Lifecycle
from apflow.referral import Recorded, Referral, Step


def hides(lifecycle: Lifecycle, name: str, roles: frozenset[str]) -> bool:
    """Whether a fact is kept from people in these roles."""
    fact = lifecycle.facts.get(name)
    return fact is not None and bool(fact.seen_by) and roles.isdisjoint(fact.seen_by)


def facts_for(
    lifecycle: Lifecycle, referral: Referral, view: View, roles: frozenset[str]
) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the facts that people in these roles may see, and the names of those they may not."""
    shown: dict[str, object] = {}
    hidden = []
    for name, fact in lifecycle.facts.items():
        if hides(lifecycle, name, roles):
            hidden.append(name)
        elif name in referral.facts:
            shown[name] = referral.facts[name]
        elif fact.worked_out:
            value = view.value(name)
            if value is not None:
                shown[name] = value
    return shown, tuple(hidden)


def redacted(step: Step, policies: Iterable[Lifecycle], roles: frozenset[str]) -> Step:
    """Return the step without the values that any of `policies` keeps from these roles."""
    every = tuple(policies)
    values = tuple(
        replace(one, salt=None, value=None, text=None) if _kept(one, every, roles) else one
        for one in step.values
    )
    return replace(step, values=values)


def kept_names(
    step: Step, policies: Iterable[Lifecycle], roles: frozenset[str]
) -> frozenset[tuple[int, str]]:
    """Return (seq, name) of the values that `redacted` takes out, erased ones left aside."""
    every = tuple(policies)
    return frozenset((step.seq, one.name) for one in step.values if _kept(one, every, roles))


def _kept(one: Recorded, policies: tuple[Lifecycle, ...], roles: frozenset[str]) -> bool:
    return one.salt is not None and any(hides(policy, one.name, roles) for policy in policies)
