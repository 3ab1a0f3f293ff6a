"""Ways on which a fact is never asked although a guard or a `when` further on needs it.

Who comes such a way stands before an answer that stays "not known yet". A way counts only if its
own conditions can hold without the fact, and without what only the events left out would bring;
and only if no event on the spot asks for the fact. The same is said of settings without a value.
"""

from collections.abc import Iterator

from apflow.policy.check.askable import facts_of, lacking
from apflow.policy.check.footing import Footing
from apflow.policy.check.need import Knowledge, can_hold, left_unknown
from apflow.policy.check.remarks import Path, Remark, and_list, remark
from apflow.policy.check.truth import NO, NOT_KNOWN, YES
from apflow.policy.check.ways import Edge, Ways
from apflow.policy.check.wording import witness


class Gaps:
    """The ways through a lifecycle without one fact, found once for each fact."""

    def __init__(self, ways: Ways, footing: Footing) -> None:
        self._ways = ways
        self._footing = footing
        self._without: dict[str, Ways] = {}

    def without(self, fact: str) -> Ways:
        """Return the ways that somebody can go who is never asked the fact."""
        if fact not in self._without:
            self._without[fact] = self._found(fact)
        return self._without[fact]

    def _found(self, fact: str) -> Ways:
        edges = [edge for edge in self._ways.edges if fact not in self._ways.surely(edge.event)]
        while True:
            ways = Ways(self._ways.lifecycle, edges)
            footing = self._footing.on(ways)
            left = [edge for edge in edges if self._is_open(ways, footing, fact, edge)]
            if len(left) == len(edges):
                return ways
            edges = left

    def _is_open(self, ways: Ways, footing: Footing, fact: str, edge: Edge) -> bool:
        """Whether a transition can be taken by somebody who was never asked the fact."""
        if edge.source not in ways.reached:
            return False
        can_be = (ways.ever[edge.source] | ways.asked(edge.event)) - {fact}
        strange = frozenset(ways.lifecycle.facts) - can_be
        unheard = frozenset(ways.lifecycle.events) - ways.happened[edge.source]
        return all(
            can_hold(footing, path, _perhaps(can_be), edge.source)
            for path in stopping(ways, edge, overridable=False)
            if facts_of(footing, path) & strange or footing.at(*path).events & unheard
        )


def _perhaps(known: frozenset[str]) -> Knowledge:
    return lambda name: YES | NO if name in known or "." in name else NO


def warn_of_gaps(ways: Ways, footing: Footing) -> Iterator[Remark]:
    """Give every guard and `when` that stays not known on some way through."""
    told: set[Path] = set()
    gaps = Gaps(ways, footing)
    for edge in ways.edges:
        if edge.source not in ways.reached:
            continue
        open_facts = _unasked(ways, edge)
        for path in stopping(ways, edge):
            if path not in told and facts_of(footing, path) & open_facts:
                case = left_unknown(footing, path, _gappy(ways, edge, open_facts), edge.source)
                missing = [name for name, value in (case or {}).items() if value is NOT_KNOWN]
                said = (_gap(gaps, footing, edge, path, fact) for fact in sorted(missing))
                if says := next(filter(None, said), None):
                    told.add(path)
                    yield remark(says, *path)


def stopping(ways: Ways, edge: Edge, *, overridable: bool = True) -> Iterator[Path]:
    """Give the conditions that keep a referral from a transition unless they hold."""
    transition = ways.lifecycle.transitions[edge.transition]
    if transition.when is not None:
        yield ("transitions", edge.transition, "when")
    for name in transition.guards:
        guard = ways.lifecycle.guards[name]
        if guard.force != "should" and (overridable or not guard.override):
            yield ("guards", name, "require")


def _unasked(ways: Ways, edge: Edge) -> frozenset[str]:
    """Return the facts that may be missing here and that no event on the spot asks for."""
    settled = ways.always[edge.source] | ways.asked(edge.event)
    for other in ways.leaving([edge.source]):
        if other.target == edge.source:
            settled |= ways.asked(other.event)
    return frozenset(ways.lifecycle.facts) - settled


def _gappy(ways: Ways, edge: Edge, unasked: frozenset[str]) -> Knowledge:
    ever = ways.ever[edge.source]

    def knowledge(name: str) -> int:
        if name not in unasked:
            return YES
        return YES | NO if name in ever else NO

    return knowledge


def _gap(gaps: Gaps, footing: Footing, edge: Edge, path: Path, fact: str) -> str | None:
    """Return the sentence about a missing fact; None if no way without it leads to a case."""
    ways = gaps.without(fact)
    way = ways.way_to(edge.source)
    if way is None:
        return None
    unasked = _unasked(ways, edge) | {fact}
    knowledge = _gappy(ways, edge, unasked)
    case = left_unknown(
        footing.on(ways), path, lambda name: NO if name == fact else knowledge(name), edge.source
    )
    if case is None:
        return None
    rest = {name: value for name, value in case.items() if value is not NOT_KNOWN}
    example = f"; for instance {witness(rest)}" if rest else ""
    return (
        f"may stay not known when '{edge.event}' is taken in '{edge.source}': '{fact}' is not "
        f"asked there, nor on the way by {and_list([repr(event) for event in way])}{example}"
    )


def warn_of_unset(ways: Ways, footing: Footing) -> Iterator[Remark]:
    """Give every guard and `when` that stays not known until the authority has set a value."""
    told: set[Path] = set()
    settings = ways.lifecycle.settings
    unset = frozenset(name for name, setting in settings.items() if setting.value is None)
    for edge in ways.edges:
        for path in stopping(ways, edge) if edge.source in ways.reached else ():
            if path in told:
                continue
            missing = [
                name
                for name in sorted(_names(footing, path) & unset)
                if left_unknown(footing, path, lacking({name}), edge.source) is not None
            ]
            if missing:
                told.add(path)
                yield remark(f"may stay not known until {and_list(missing)} has a value", *path)


def _names(footing: Footing, path: Path) -> frozenset[str]:
    whole = [path, (*path[:2], "when")] if path[0] == "guards" else [path]
    conditions = [footing.compiled.at(*one) for one in whole]
    return frozenset[str]().union(*(one.names for one in conditions if one is not None))
