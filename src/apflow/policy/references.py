"""What a lifecycle's events and transitions refer to, where it is not there.

`policy.check` tells a file's author all of it; this is what a Machine cannot be built on.
"""

from collections.abc import Iterable, Iterator

from apflow.nearest import nearest
from apflow.policy.compiled import ConditionFault, Path
from apflow.policy.decision import BUILT_IN
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import START


def lost_references(lifecycle: Lifecycle) -> Iterator[ConditionFault]:
    """Give every state, event, fact and guard that is referred to and not declared."""
    for name in lifecycle.guards:
        if name in BUILT_IN:
            yield ConditionFault(("guards", name), 0, "every lifecycle has a finding of this name")
    for name, event in lifecycle.events.items():
        for key, names in (("asks", event.asks), ("may_ask", event.may_ask), ("sets", event.sets)):
            yield from _lost(("events", name, key), "fact", names, lifecycle.facts)
    for name, role in lifecycle.roles.items():
        slot = () if role.of is None else (role.of,)
        yield from _lost(("roles", name, "of"), "fact", slot, lifecycle.facts)
    for index, transition in enumerate(lifecycle.transitions):
        path = ("transitions", index)
        whence = () if transition.from_ == ("any",) else transition.from_
        to = () if transition.to is None else (transition.to,)
        yield from _lost((*path, "from"), "state", whence, (START, *lifecycle.states))
        yield from _lost((*path, "event"), "event", (transition.event,), lifecycle.events)
        yield from _lost((*path, "to"), "state", to, lifecycle.states)
        yield from _lost((*path, "guards"), "guard", transition.guards, lifecycle.guards)


def _lost(
    path: Path, noun: str, names: Iterable[str], known: Iterable[str]
) -> Iterator[ConditionFault]:
    there = tuple(known)
    for name in names:
        if name not in there:
            near = nearest(name, there)
            hint = f"; did you mean '{near}'?" if near else ""
            yield ConditionFault(path, 0, f"there is no {noun} '{name}'{hint}")
