"""Whether every fact can have been asked before it is needed.

A fault: a condition needs a fact that nobody can have been asked on any way to where it is read.
It needs the fact if without it the answer can stay "not known yet" though all else is known, or
if a guard can never hold without it. So `known(x)` needs no x, but a guard requiring it does.
A fact asked where its own `when` holds counts as asked.
"""

from collections.abc import Iterable, Iterator

from apflow.policy.check.footing import Footing
from apflow.policy.check.need import Knowledge, can_hold, left_unknown
from apflow.policy.check.remarks import Path, Remark, and_list, remark
from apflow.policy.check.truth import NO, YES
from apflow.policy.check.ways import Edge, Ways
from apflow.policy.situation import START


def check_asked(ways: Ways, footing: Footing) -> Iterator[Remark]:
    """Give every fact that cannot have been asked where a condition needs it."""
    told: set[tuple[Path, frozenset[str]]] = set()
    for edge in ways.edges:
        if edge.source not in ways.reached:
            continue
        can_be = ways.ever[edge.source] | ways.asked(edge.event)
        for path in _deciding(ways, edge):
            missing = facts_of(footing, path) - can_be
            needed = _needed(footing, path, missing, edge.source) if missing else missing
            if needed and (path, needed) not in told:
                told.add((path, needed))
                yield remark(_never(needed, edge), *path)
    for path, states in _standing(ways):
        reached = [state for state in states if state in ways.reached]
        missing = facts_of(footing, path).difference(*(ways.ever[state] for state in reached))
        needed = _needed(footing, path, missing, None) if missing and reached else frozenset()
        if needed and (path, needed) not in told:
            yield remark(f"nobody can have been asked {quoted(needed)} by then", *path)


def _deciding(ways: Ways, edge: Edge) -> Iterator[Path]:
    """Give the conditions that are asked when a transition is tried, and when it is taken."""
    lifecycle = ways.lifecycle
    event = lifecycle.events[edge.event]
    yield ("transitions", edge.transition, "when")
    for guard in lifecycle.transitions[edge.transition].guards:
        yield ("guards", guard, "require")
    for fact in event.sets:
        yield ("events", edge.event, "sets", fact)
    for fact in (*event.asks, *event.may_ask):
        yield ("facts", fact, "when")
        for entry in lifecycle.facts[fact].entries:
            yield ("facts", fact, "entries", entry, "when")
    for name, notice in lifecycle.notices.items():
        if edge.event in notice.after or edge.target in notice.after:
            yield ("notices", name, "when")


def _standing(ways: Ways) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Give the conditions that are looked at while a referral stands somewhere, and where."""
    lifecycle = ways.lifecycle
    for name, state in lifecycle.states.items():
        for guard in state.keeps:
            yield ("guards", guard, "require"), (name,)
    for name, deadline in lifecycle.deadlines.items():
        states = lifecycle.deadline_states(deadline)
        for key in ("when", "met_when"):
            yield ("deadlines", name, key), states
        for due in ("due", "other_reading"):
            for key in ("date", "within", "nth", "first_is"):
                yield ("deadlines", name, due, key), states
    for name, pool in lifecycle.places.items():
        yield ("places", name, "when"), (*pool.held_in, *pool.waiting_in)


def facts_of(footing: Footing, path: Path) -> frozenset[str]:
    """Return the asked and set facts of a condition; those of a guard as a whole."""
    if path[0] == "guards":
        return footing.at(*path[:2], "when").facts | footing.at(*path).facts
    return footing.at(*path).facts


def _needed(
    footing: Footing, path: Path, missing: frozenset[str], state: str | None
) -> frozenset[str]:
    """Return the missing facts without which the condition stays not known or never lets by."""
    needed = frozenset(
        name for name in missing if left_unknown(footing, path, lacking({name}), state) is not None
    )
    if needed or path[0] != "guards" or can_hold(footing, path, lacking(missing), state):
        return needed
    return missing


def lacking(missing: Iterable[str]) -> Knowledge:
    """Return the knowledge of somebody who knows everything but these."""
    return lambda name: NO if name in missing else YES


def _never(missing: frozenset[str], edge: Edge) -> str:
    where = "opens a referral" if edge.source == START else f"is taken in '{edge.source}'"
    return f"nobody can have been asked {quoted(missing)} when '{edge.event}' {where}"


def quoted(names: Iterable[str], joined: str = "or") -> str:
    """Return names in quotes, as a sentence lists them."""
    return and_list([f"'{name}'" for name in sorted(names)], joined)
