"""Guards and transitions that can never hold, and two transitions that may both be open."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations

from apflow.policy.check.footing import Footing
from apflow.policy.check.formulas import Formulas
from apflow.policy.check.remarks import Path, Remark, remark
from apflow.policy.check.truth import (
    NO,
    UNKNOWN,
    YES,
    Assignment,
    Every,
    Formula,
    Opposite,
    Search,
    TooManyError,
)
from apflow.policy.check.variables import Variables
from apflow.policy.check.ways import Edge, Ways
from apflow.policy.check.wording import witness

_Make = Callable[[Formulas], Formula]


class Cases:
    """Looks for cases, and keeps where it had to give up."""

    def __init__(self, footing: Footing) -> None:
        self.footing = footing
        self.given_up: list[Path] = []

    def find(
        self,
        path: Path,
        make: _Make,
        wanted: int = YES,
        state: str | None = None,
        roles: tuple[str, ...] = (),
    ) -> tuple[bool, Assignment]:
        """Return whether a case exists, and it; where the search gave up, that one may."""
        variables = Variables(self.footing, state, roles)
        try:
            formula = make(Formulas(self.footing, variables))
            found = Search(variables.domains).find(formula, wanted)
        except TooManyError:
            self.given_up.append(path)
            return True, {}
        return found is not None, found or {}


def check_possible(ways: Ways, cases: Cases) -> Iterator[Remark]:
    """Give every guard, transition, deadline, pool and notice whose condition can never hold."""
    lifecycle = ways.lifecycle
    for name in lifecycle.guards:
        path: Path = ("guards", name)
        if not cases.find(path, partial(_applied, guard=name))[0]:
            yield remark("can never hold: no answers would satisfy it", *path, "require")
    for path in _whens(ways):
        if not cases.find(path, partial(_at, path=path))[0]:
            yield remark("can never be yes: no answers would make it so", *path)


def _applied(made: Formulas, guard: str) -> Formula:
    """Return when a guard applies and lets through."""
    return Every((made.at("guards", guard, "when"), made.at("guards", guard, "require")))


def _at(made: Formulas, path: Path) -> Formula:
    return made.at(*path)


def _whens(ways: Ways) -> Iterator[Path]:
    lifecycle = ways.lifecycle
    for index, transition in enumerate(lifecycle.transitions):
        if transition.when is not None:
            yield ("transitions", index, "when")
    for section in ("facts", "deadlines", "places", "notices"):
        for name, element in getattr(lifecycle, section).items():
            if element.when is not None:
                yield (section, name, "when")


def warn_of_useless(ways: Ways, cases: Cases) -> Iterator[Remark]:
    """Give every guard that never refuses, and every row of a table that is never reached."""
    for name in ways.lifecycle.guards:
        path: Path = ("guards", name, "require")
        if not cases.find(path, partial(Formulas.guard, name=name), NO | UNKNOWN)[0]:
            yield remark("always holds, so this guard refuses nobody", *path)
    for name, fact in ways.lifecycle.facts.items():
        for index in range(1, len(fact.choose)):
            path = ("facts", name, "choose", index)
            if not cases.find(path, partial(_reached, fact=name, row=index))[0]:
                yield remark("this row is never reached: the rows above it hold first", *path)


def _reached(made: Formulas, fact: str, row: int) -> Formula:
    places = [("facts", fact, "choose", index, "when") for index in range(row)]
    before = [Opposite(made.at(*place)) for place in places]
    return Every((*before, made.at("facts", fact, "choose", row, "when")))


def check_shadowed(ways: Ways, cases: Cases) -> Iterator[Remark]:
    """Give every transition that can never be taken, as one above it is always taken first."""
    shadows: dict[int, set[int]] = {}
    open_: set[int] = set()
    for later, earlier in _pairs(ways):
        shadow = next((edge for edge in earlier if _hides(ways, cases, edge, later)), None)
        if shadow is None:
            open_.add(later.transition)
        else:
            shadows.setdefault(later.transition, set()).add(shadow.transition)
    for index, hiding in shadows.items():
        if index not in open_:
            numbers = ", ".join(str(one + 1) for one in sorted(hiding))
            yield remark(
                f"can never be taken: transition {numbers} goes first", "transitions", index
            )


def _pairs(ways: Ways) -> Iterator[tuple[Edge, list[Edge]]]:
    """Give every edge with those of the same state and event that stand above it."""
    above: dict[tuple[str, str], list[Edge]] = {}
    for edge in ways.edges:
        before = above.setdefault((edge.source, edge.event), [])
        yield edge, list(before)
        before.append(edge)


def _hides(ways: Ways, cases: Cases, earlier: Edge, later: Edge) -> bool:
    """Whether the earlier transition is taken, or stops the search, whenever the later could be."""
    first, second = (ways.lifecycle.transitions[e.transition] for e in (earlier, later))
    refusing = [g for g in first.guards if _refuses(ways, g)]
    if refusing or not set(second.by) <= set(first.by):
        return False

    def alone(made: Formulas) -> Formula:
        no_first = Opposite(made.at("transitions", earlier.transition, "when"))
        return Every((no_first, made.at("transitions", later.transition, "when")))

    path: Path = ("transitions", later.transition)
    return not cases.find(path, alone, YES, later.source, second.by)[0]


def _refuses(ways: Ways, guard: str) -> bool:
    known = ways.lifecycle.guards.get(guard)
    return known is not None and known.force != "should"


def warn_of_overlaps(ways: Ways, cases: Cases) -> Iterator[Remark]:
    """Give two transitions of one event that may both be open to one role, with the case."""
    told: set[tuple[int, int]] = set()
    by_choice: dict[tuple[str, str], list[Edge]] = {}
    for edge in ways.edges:
        by_choice.setdefault((edge.source, edge.event), []).append(edge)
    for edges in by_choice.values():
        for first, second in combinations(edges, 2):
            pair = (first.transition, second.transition)
            if pair not in told and (says := _both_open(ways, cases, first, second)):
                told.add(pair)
                yield remark(says, "transitions", second.transition)


def _both_open(ways: Ways, cases: Cases, first: Edge, second: Edge) -> str | None:
    transitions = [ways.lifecycle.transitions[edge.transition] for edge in (first, second)]
    shared = tuple(role for role in transitions[0].by if role in transitions[1].by)
    if not shared:
        return None

    def both(made: Formulas) -> Formula:
        whens = [made.at("transitions", edge.transition, "when") for edge in (first, second)]
        names = {name for one in transitions for name in one.guards if _refuses(ways, name)}
        return Every((*whens, *(made.guard(name) for name in sorted(names))))

    path: Path = ("transitions", second.transition)
    found, case = cases.find(path, both, YES, first.source, shared)
    if not found or path in cases.given_up:
        return None
    return (
        f"may be open together with transition {first.transition + 1} in '{first.source}' "
        f"({witness(case)}); the first of them is taken"
    )


def warn_of_limits(cases: Cases) -> Iterator[Remark]:
    """Give every place where there were too many cases to try them all."""
    for path in dict.fromkeys(cases.given_up):
        yield remark("has too many cases to be proved: look at it by eye", *path)
