"""That a duty of law can always be met: its owner has an open door, and its facts are asked.

Section 11.4 and 11.5 of the format, for every deadline whose force is law.
"""

from collections.abc import Iterator
from functools import partial

from apflow.policy.check.footing import Footing
from apflow.policy.check.formulas import Formulas
from apflow.policy.check.need import left_unknown
from apflow.policy.check.reach import meeting_edges, reached_states
from apflow.policy.check.remarks import Path, Remark, and_list, remark
from apflow.policy.check.truth import NO, YES, Search, TooManyError
from apflow.policy.check.variables import Variables
from apflow.policy.check.ways import Ways
from apflow.policy.check.wording import shown
from apflow.policy.conditions.parser import Literal, Node
from apflow.policy.lifecycle import Deadline, Lifecycle


def check_law(ways: Ways, footing: Footing) -> Iterator[Remark]:
    """Give every deadline of law that its owner may be unable to meet, or that may go unseen."""
    for name, deadline in ways.lifecycle.deadlines.items():
        if deadline.force == "law":
            for owner in owners(ways.lifecycle, deadline):
                yield from _doors(ways, footing, name, owner)
            yield from _asked(ways, footing, name)


def owners(lifecycle: Lifecycle, deadline: Deadline) -> tuple[str, ...]:
    """Return the roles that may own a deadline: its role, or the options of its choice."""
    fact = lifecycle.facts.get(deadline.owner)
    if deadline.owner in lifecycle.roles or fact is None:
        return (deadline.owner,)
    return tuple(fact.options)


def _doors(ways: Ways, footing: Footing, name: str, owner: str) -> Iterator[Remark]:
    """Give the states in which no transition that meets the deadline is open to its owner."""
    path: Path = ("deadlines", name)
    for state in reached_states(ways, ways.lifecycle.deadlines[name]):
        meeting = list(meeting_edges(ways, footing, name, state))
        shut = [_shut(ways.lifecycle, footing, name, owner, index) for index in meeting]
        if not meeting:
            says = f"in '{state}' nothing can be done that meets this duty of law"
            yield remark(says, *path)
        elif all(shut):
            whys = and_list(list(dict.fromkeys(filter(None, shut))))
            yield remark(f"in '{state}' {owner} may be unable to meet this duty: {whys}", *path)


def _shut(lifecycle: Lifecycle, footing: Footing, name: str, owner: str, index: int) -> str | None:
    """Return why a transition is no open door for the owner; None if it is one."""
    transition = lifecycle.transitions[index]
    event = f"'{transition.event}'"
    if owner not in transition.by:
        return f"{event} is not by {owner}"
    for guard_name in transition.guards:
        guard = lifecycle.guards.get(guard_name)
        if guard is not None and guard.force == "must" and owner not in guard.override:
            return f"{event} is behind '{guard_name}', which {owner} cannot override"
    if transition.when is not None and not _own_when(footing, name, index):
        return f"{event} has a 'when' that is not the deadline's own"
    return None


def _own_when(footing: Footing, name: str, index: int) -> bool:
    own = footing.tree("deadlines", name, "when")
    other = footing.tree("transitions", index, "when")
    always = isinstance(other, Literal) and other.value is True
    return always or (own is not None and other is not None and shown(own) == shown(other))


def _asked(ways: Ways, footing: Footing, name: str) -> Iterator[Remark]:
    """Give the facts of `when` and `start` that may not have been asked when the duty begins.

    A fact is safe if it is always asked before the deadline can stand, or if every event that can
    make `when` hold asks for it. One with a `when` of its own is only safe by the second.
    """
    deadline = ways.lifecycle.deadlines[name]
    beginning = _beginning(ways, footing, name)
    states = reached_states(ways, deadline)
    for key in ("when", "start"):
        for fact_name in sorted(_needed(footing, ("deadlines", name, key))):
            fact = ways.lifecycle.facts[fact_name]
            always = all(fact_name in ways.always[state] for state in states)
            if always and fact.when is None:
                continue
            forgetful = [event for event in beginning if fact_name not in ways.surely(event)]
            if forgetful or not beginning:
                yield remark(_unasked(fact_name, forgetful), "deadlines", name, key)


def _needed(footing: Footing, path: Path) -> Iterator[str]:
    """Give the facts each of which leaves the condition not known when it alone is missing."""
    for fact in footing.at(*path).facts:
        if left_unknown(footing, path, partial(_but, fact)) is not None:
            yield fact


def _but(missing: str, name: str) -> int:
    return NO if name == missing else YES


def _unasked(fact: str, events: list[str]) -> str:
    by = f"by {and_list([repr(event) for event in events])}" if events else "by every opening event"
    return f"'{fact}' must be asked {by}, or the duty could begin unseen"


def _beginning(ways: Ways, footing: Footing, name: str) -> list[str]:
    """Return the events that can make the deadline's `when` hold, as far as can be told."""
    rest = footing.at("deadlines", name, "when")
    events = dict.fromkeys(edge.event for edge in ways.edges if edge.source in ways.reached)
    return [
        event
        for event in events
        if (event in rest.events or rest.facts & ways.asked(event))
        and not _ends_it(footing, name, event)
    ]


def _ends_it(footing: Footing, name: str, event: str) -> bool:
    """Whether an event sets its facts so that `when` cannot be yes after it."""
    rest = footing.at("deadlines", name, "when")
    instead = _put_in_place(footing, event)
    if event in rest.events or not rest.facts & instead.keys():
        return False
    variables = Variables(footing)
    try:
        formula = Formulas(footing, variables, instead).at("deadlines", name, "when")
        return Search(variables.domains).find(formula, YES) is None
    except TooManyError:
        return False


def _put_in_place(footing: Footing, event: str) -> dict[str, Node]:
    """Return what an event sets its facts to; nothing if that rests on what it sets."""
    sets = footing.ways.lifecycle.events[event].sets
    found: dict[str, Node] = {}
    for name, written in sets.items():
        tree = footing.tree("events", event, "sets", name)
        found[name] = Literal(1, str(written)) if tree is None else tree
        if footing.at("events", event, "sets", name).facts & sets.keys():
            return {}
    return found
