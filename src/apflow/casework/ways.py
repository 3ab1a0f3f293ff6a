"""The ways on: what can happen next to a referral, and what would open what cannot yet."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from apflow.policy.compiled import Compiled, View
from apflow.policy.decision import Decision, Finding
from apflow.policy.machine import Machine
from apflow.policy.situation import Actor, Situation
from apflow.referral import DeadlineRow

#: `open`: its form may be filled in now; `reason`: with a written reason for going past a guard;
#: `unknown`: something is not known yet that its form does not ask; `blocked`: policy says no.
Stands = Literal["open", "reason", "unknown", "blocked"]
_ORDER: Sequence[Stands] = ("open", "reason", "unknown", "blocked")


@dataclass(frozen=True, slots=True)
class Way:
    """One event that the referral's state knows, in the role in which a person gets furthest.

    `mine` says whether they may do it at all; where not, it is what policy says to the first of
    the roles `by` that may. `asks` must be answered with it, `may_ask` may be. `leads` are the
    states to which it may lead from here, in the order of the file; none where the referral
    stays.
    """

    event: str
    title: str
    role: str
    mine: bool
    stands: Stands
    decision: Decision
    asks: tuple[str, ...]
    may_ask: tuple[str, ...]
    leads: tuple[str, ...]
    by: tuple[str, ...]

    @property
    def takeable(self) -> bool:
        """Whether the person may fill in its form now."""
        return self.mine and self.stands in ("open", "reason")

    @property
    def stopping(self) -> tuple[Finding, ...]:
        """What is in the way, the role and what its own form asks for aside."""
        asked = {*self.asks, *self.may_ask}
        return tuple(
            finding
            for finding in self.decision.stopping
            if finding.guard != "role" and not _settled(finding, asked)
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """How a deadline is counted: `n` of a `unit` from its start, which is day `first_is` (0, 1)."""

    n: int
    unit: str
    first_is: int


def ways(
    machine: Machine,
    situation: Situation,
    actors: Iterable[Actor],
    events: Collection[str] | None = None,
) -> tuple[Way, ...]:
    """Return every event that the state knows, each as the one of `actors` who gets furthest.

    What none of them may do is judged for those who may. With `events` only those are judged.
    """
    found: dict[str, Way] = {}
    for actor in actors:
        for way in _as(machine, situation, actor, events):
            known = found.get(way.event)
            if known is None or _further(way, known):
                found[way.event] = way
    others: dict[str, list[str]] = {}
    for way in found.values():
        if not way.mine:
            others.setdefault(way.by[0], []).append(way.event)
    for role, theirs in others.items():
        for way in _as(machine, situation, _somebody(machine, situation, role), theirs):
            found[way.event] = replace(way, mine=False)
    return tuple(found.values())


def cures(
    compiled: Compiled,
    finding: Finding,
    known: Iterable[Way],
    rows: Iterable[DeadlineRow] = (),
) -> tuple[Way, ...]:
    """Return the ways that are open now, to whomever, and that may put a finding right.

    Those that are an event, or lead to a state, that the guard demands; that ask for a fact that
    is missing or that it demands, or set it; for the closing rule those that meet a standing
    deadline of law among `rows`. What the person may do themselves comes first, and what helps
    most surely.
    """
    names, does = _demands(compiled, finding, rows)
    found: list[tuple[tuple[bool, int], Way]] = []
    for way in known:
        if way.stands in ("open", "reason"):
            helps = _helps(compiled, way, names, does)
            if helps is not None:
                found.append(((not way.mine, helps), way))
    return tuple(way for _, way in sorted(found, key=lambda one: one[0]))


def may_cure(
    compiled: Compiled, finding: Finding, rows: Iterable[DeadlineRow] = ()
) -> frozenset[str]:
    """Return the events among which are all that `cures` may name, whatever is known."""
    lifecycle = compiled.lifecycle
    names, does = _demands(compiled, finding, rows)
    leading = {one.event for one in lifecycle.transitions if one.to in does}
    return frozenset(
        name
        for name, event in lifecycle.events.items()
        if name in does
        or name in leading
        or not names.isdisjoint((*event.asks, *event.may_ask, *event.sets))
    )


def _helps(compiled: Compiled, way: Way, names: frozenset[str], does: frozenset[str]) -> int | None:
    """Return how surely a way puts right what turns on these facts, events and states; 0 first."""
    if way.event in does or not does.isdisjoint(way.leads):
        return 0
    sets = compiled.lifecycle.events[way.event].sets
    for sureness, touched in enumerate((way.asks, sets, way.may_ask), start=1):
        if not names.isdisjoint(touched):
            return sureness
    return None


def correctable(compiled: Compiled, finding: Finding) -> tuple[str, ...]:
    """Return the facts behind a finding that stand as known and that a correction could change."""
    facts = compiled.lifecycle.facts
    names, _ = _demands(compiled, finding, ())
    return tuple(
        name for name in finding.read if name in names and name in facts and facts[name].asked
    )


def counted(compiled: Compiled, view: View) -> dict[str, Counted]:
    """Return for each deadline that is counted how it is; numbers not set yet are left out."""
    found = {}
    for name, deadline in compiled.lifecycle.deadlines.items():
        form = "nth" if deadline.due.nth is not None else "within"
        path = ("deadlines", name, "due")
        n, unit = _number(compiled, view, *path, form), compiled.unit(*path, "unit")
        if n is None or unit is None:
            continue
        first_is = 0
        if form == "nth":
            given = _number(compiled, view, *path, "first_is")
            first_is = 1 if given is None else given
        found[name] = Counted(n, unit, first_is)
    return found


def _as(
    machine: Machine, situation: Situation, actor: Actor, events: Collection[str] | None = None
) -> Iterator[Way]:
    asked = situation.but(role=actor.role)
    for _, decision in machine.choices(asked, actor, events):
        yield _way(machine, asked, actor, decision)


def _further(way: Way, known: Way) -> bool:
    if way.mine != known.mine:
        return way.mine
    return _ORDER.index(way.stands) < _ORDER.index(known.stands)


def _somebody(machine: Machine, situation: Situation, role: str) -> Actor:
    """Return an actor in a role for whichever organisation is the referral's in that slot."""
    known = machine.compiled.lifecycle.roles.get(role)
    where = situation.facts.get(known.of or "") if known is not None else None
    return Actor("", role, frozenset((where,)) if isinstance(where, str) else frozenset())


def _way(machine: Machine, situation: Situation, actor: Actor, decision: Decision) -> Way:
    lifecycle, event = machine.compiled.lifecycle, decision.event
    roads = [
        one
        for one in lifecycle.transitions
        if one.event == event and situation.state in lifecycle.sources(one)
    ]
    asks, may_ask = machine.asks(situation, event)
    not_mine = any(one.guard == "role" and one.verdict == "unmet" for one in decision.findings)
    return Way(
        event=event,
        title=lifecycle.events[event].title,
        role=actor.role,
        mine=not not_mine,
        stands=_stands(decision, {*asks, *may_ask}, actor.role),
        decision=decision,
        asks=tuple(asks),
        may_ask=tuple(may_ask),
        leads=tuple(dict.fromkeys(one.to for one in roads if one.to is not None)),
        by=tuple(dict.fromkeys(role for one in roads for role in one.by)),
    )


def _stands(decision: Decision, asked: Collection[str], role: str) -> Stands:
    if decision.allowed:
        return "open"
    left = [one for one in decision.stopping if one.guard != "role" and not _settled(one, asked)]
    if not left:
        return "open"
    if all(role in one.override for one in left):
        return "reason"
    return "blocked" if any(one.verdict == "unmet" for one in left) else "unknown"


def _settled(finding: Finding, asked: Collection[str]) -> bool:
    """Whether answering a form that asks for `asked` may meet a finding.

    One of the missing facts is enough: a guard names all that it has not got, and some of them
    count only with certain answers to others.
    """
    return finding.verdict == "unknown" and any(one in asked for one in finding.missing)


def _demands(
    compiled: Compiled, finding: Finding, rows: Iterable[DeadlineRow]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the facts that a finding turns on, and the events and states."""
    if finding.guard == "closing_rule":
        deadlines = compiled.lifecycle.deadlines
        does = {
            name
            for row in rows
            if row.force == "law" and row.state in ("armed", "breached") and row.name in deadlines
            for name in deadlines[row.name].met_by
        }
        return frozenset(), frozenset(does)
    require = compiled.at("guards", finding.guard, "require")
    if require is None:
        return frozenset(finding.missing), frozenset()
    names = compiled.reads(*require.names) | frozenset(finding.missing)
    return names, require.events | require.states


def _number(compiled: Compiled, view: View, *path: str | int) -> int | None:
    condition = compiled.at(*path)
    number = None if condition is None else view.ask(condition)
    return number if isinstance(number, int) and not isinstance(number, bool) else None
