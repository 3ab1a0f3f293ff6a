"""Whether every state can be reached and left, the road is a road, and deadlines can be met."""

from collections.abc import Iterator
from itertools import pairwise

from apflow.policy.check.footing import Footing
from apflow.policy.check.names import LEAVING
from apflow.policy.check.remarks import Path, Remark, remark
from apflow.policy.check.ways import Ways
from apflow.policy.lifecycle import Deadline, Lifecycle
from apflow.policy.situation import START


def check_reach(ways: Ways) -> Iterator[Remark]:
    """Give every fault in the ways through the states, and every break in the road."""
    lifecycle = ways.lifecycle
    if not any(edge.source == START for edge in ways.edges):
        yield remark("no transition is from start: no referral could be opened", "transitions")
        return
    for name, state in lifecycle.states.items():
        if name not in ways.reached:
            yield remark("cannot be reached from the start", "states", name)
        elif state.final is None and name not in ways.can_end:
            yield remark("no final state can be reached from here", "states", name)
    yield from _road(ways)


def _road(ways: Ways) -> Iterator[Remark]:
    lifecycle = ways.lifecycle
    steps = {(edge.source, edge.target) for edge in ways.edges}
    road = [name for name in lifecycle.road if name in lifecycle.states]
    if not road:
        yield remark("needs the states of the main road", "road")
        return
    if (START, road[0]) not in steps:
        yield remark(f"no referral is opened in '{road[0]}', where the road begins", "road")
    for before, after in pairwise(road):
        if (before, after) not in steps:
            says = f"no transition leads from '{before}' to '{after}'"
            yield remark(says, "road", lifecycle.road.index(after))
    if lifecycle.states[road[-1]].final is None:
        yield remark(f"'{road[-1]}', where the road ends, is not final", "road", len(road) - 1)


def check_deadlines(ways: Ways, footing: Footing) -> Iterator[Remark]:
    """Give every deadline that nothing can meet, or whose start can never be known."""
    for name, deadline in ways.lifecycle.deadlines.items():
        path: Path = ("deadlines", name)
        states = reached_states(ways, deadline)
        if not states:
            continue  # every one of its states was already said to be out of reach
        if not any(meets(ways, footing, name, state) for state in states):
            what = "met_by" if deadline.met_by else "met_when"
            yield remark("nothing that can happen where it stands meets it", *path, what)
        if not any(footing.can_be_known(path, "start", at=state) for state in states):
            says = "can never be known: nothing asks for it before, or where, the deadline stands"
            yield remark(says, *path, "start")


def reached_states(ways: Ways, deadline: Deadline) -> list[str]:
    """Return the open states where a deadline may stand and which can be reached."""
    return [
        name
        for name in ways.lifecycle.deadline_states(deadline)
        if name in ways.reached and name in ways.lifecycle.open_states
    ]


def meets(ways: Ways, footing: Footing, name: str, state: str) -> bool:
    """Whether some transition from this state meets the deadline."""
    return any(meeting_edges(ways, footing, name, state))


def meeting_edges(ways: Ways, footing: Footing, name: str, state: str) -> Iterator[int]:
    """Give the transitions (by index) from this state that meet the deadline, or may."""
    deadline = ways.lifecycle.deadlines[name]
    for edge in ways.leaving([state]):
        transition = ways.lifecycle.transitions[edge.transition]
        if deadline.met_when is not None:
            if footing.moved_by(("deadlines", name), "met_when", edge.event, transition.to):
                yield edge.transition
        elif LEAVING in deadline.met_by:
            if edge.target not in _standing(ways.lifecycle, deadline):
                yield edge.transition
        elif edge.event in deadline.met_by or transition.to in deadline.met_by:
            yield edge.transition


def _standing(lifecycle: Lifecycle, deadline: Deadline) -> set[str]:
    return set(lifecycle.deadline_states(deadline))
