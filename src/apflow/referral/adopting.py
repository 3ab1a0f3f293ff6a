"""Moving an open referral to a newer lifecycle: what it would mean, before it is done."""

from collections.abc import Mapping
from dataclasses import dataclass

from apflow.errors import ApflowError
from apflow.nearest import nearest
from apflow.policy.compiled import Compiled, View
from apflow.policy.facts import read_facts
from apflow.policy.situation import Situation


@dataclass(frozen=True, slots=True)
class Adoption:
    """What adopting a lifecycle would mean for one referral.

    `state` is where it would stand; `lost` the facts that the new lifecycle does not know or
    cannot take, by name with the reason; `shut` the guards on the ways out of the state that
    would no longer be met, with their wording. `problem` says why it cannot be done.
    """

    state: str
    lost: Mapping[str, str]
    shut: Mapping[str, str]
    problem: str | None = None


def adoption(
    old: Compiled,
    new: Compiled,
    situation: Situation,
    written: Mapping[str, object],
    state: str | None = None,
) -> Adoption:
    """Return what moving from `old` to `new` would mean; `state` where the old one has no image."""
    target = state or situation.state
    known = new.lifecycle.states.get(target)
    if known is None:
        near = nearest(target, new.lifecycle.states) or ", ".join(new.lifecycle.open_states)
        return Adoption(
            target, {}, {}, f"The newer lifecycle has no state '{target}'; say which: {near}."
        )
    if known.final is not None:
        return Adoption(target, {}, {}, f"'{target}' is final; a referral is not ended this way.")
    lost = _lost(new, written)
    kept = {name: value for name, value in written.items() if name not in lost}
    after = situation.but(state=target, facts=read_facts(new.lifecycle, kept))
    before_open = {guard for guard, met in _guards(old, situation).items() if met}
    shut = {
        guard: new.lifecycle.guards[guard].otherwise
        for guard, met in _guards(new, after).items()
        if not met and (guard in before_open or guard not in old.lifecycle.guards)
    }
    return Adoption(target, lost, shut)


def _lost(new: Compiled, written: Mapping[str, object]) -> dict[str, str]:
    lost = {}
    for name, value in written.items():
        fact = new.lifecycle.facts.get(name)
        if fact is None:
            lost[name] = "not a fact of the newer lifecycle"
        elif fact.worked_out:
            lost[name] = "worked out in the newer lifecycle"
        elif fact.options and not _options_fit(value, fact.options):
            lost[name] = "an answer that the newer lifecycle does not offer"
        else:
            try:
                read_facts(new.lifecycle, {name: value})
            except (ApflowError, ValueError, TypeError, AttributeError, KeyError):
                lost[name] = "of another type in the newer lifecycle"
    return lost


def _options_fit(value: object, options: Mapping[str, str]) -> bool:
    chosen = value if isinstance(value, list | tuple) else [value]
    return all(one in options for one in chosen)


def _guards(compiled: Compiled, situation: Situation) -> dict[str, bool]:
    """Return every guard on the ways out of the situation's state, and whether it is met."""
    lifecycle = compiled.lifecycle
    view = View(compiled, situation)
    met = {}
    for transition in lifecycle.transitions:
        if situation.state not in lifecycle.sources(transition):
            continue
        for guard in transition.guards:
            when = compiled.at("guards", guard, "when")
            require = compiled.at("guards", guard, "require")
            idle = when is not None and view.ask(when) is False
            met[guard] = idle or (require is not None and view.ask(require) is True)
    return met
