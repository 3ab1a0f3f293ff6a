"""The form of roles, guards, events, states, transitions, deadlines, meetings and pools."""

from collections.abc import Iterator, Sequence

from apflow.policy.check.names import ANY, LEAVING
from apflow.policy.check.remarks import Path, Remark, remark
from apflow.policy.lifecycle import Deadline, Lifecycle, Meeting, Transition
from apflow.policy.situation import START, SYSTEM


def check_elements(lifecycle: Lifecycle) -> Iterator[Remark]:
    """Give every fault in the form of the elements; names that are unknown are passed over."""
    yield from _in_force(lifecycle)
    for name, setting in lifecycle.settings.items():
        if setting.type is not None and setting.value is not None:
            yield remark("type goes with value: null only", "settings", name, "type")
    yield from _roles(lifecycle)
    yield from _guards(lifecycle)
    yield from _events(lifecycle)
    yield from _states(lifecycle)
    for index, transition in enumerate(lifecycle.transitions):
        yield from _transition(("transitions", index), transition, lifecycle)
    for name, deadline in lifecycle.deadlines.items():
        yield from _deadline(("deadlines", name), deadline, lifecycle)
    for name, meeting in lifecycle.meetings.items():
        yield from _meeting(("meetings", name), meeting, lifecycle)
    yield from _places(lifecycle)


def _in_force(lifecycle: Lifecycle) -> Iterator[Remark]:
    span = lifecycle.in_force
    if span and span.from_ and span.until and span.from_ > span.until:
        yield remark(f"from {span.from_} is after until {span.until}", "in_force", "from")


def _roles(lifecycle: Lifecycle) -> Iterator[Remark]:
    for name, role in lifecycle.roles.items():
        fact = lifecycle.facts.get(role.of or "")
        if fact is not None and (fact.type != "organisation" or not fact.asked):
            says = f"'{role.of}' is not an organisation that is asked for"
            yield remark(says, "roles", name, "of")


def _guards(lifecycle: Lifecycle) -> Iterator[Remark]:
    for name, guard in lifecycle.guards.items():
        path: Path = ("guards", name, "override")
        if guard.override and guard.force == "law":
            yield remark("nobody may override a guard whose force is law", *path)
        elif guard.override and guard.force == "should":
            yield remark("a guard whose force is should never refuses: no override", *path)
        yield from _acting(path, guard.override, lifecycle, "override")


def _acting(path: Path, names: Sequence[str], lifecycle: Lifecycle, does: str) -> Iterator[Remark]:
    for index, name in enumerate(names):
        if name in lifecycle.roles and not lifecycle.roles[name].acts:
            says = f"'{name}' never signs in (acts: false), so it cannot {does}"
            yield remark(says, *path, index)


def _events(lifecycle: Lifecycle) -> Iterator[Remark]:
    for name, event in lifecycle.events.items():
        for key in ("asks", "may_ask"):
            for index, fact_name in enumerate(getattr(event, key)):
                fact = lifecycle.facts.get(fact_name)
                if fact is not None and not fact.asked:
                    how = "worked out" if fact.worked_out else "set by an event"
                    yield remark(f"'{fact_name}' is {how}, never asked", "events", name, key, index)


def _states(lifecycle: Lifecycle) -> Iterator[Remark]:
    for name, state in lifecycle.states.items():
        if state.final and state.keeps:
            yield remark("a final state keeps no guards", "states", name, "keeps")


def _transition(path: Path, transition: Transition, lifecycle: Lifecycle) -> Iterator[Remark]:
    from_ = transition.from_
    for word in (ANY, START):
        if word in from_ and len(from_) > 1:
            yield remark(f"'{word}' stands alone", *path, "from")
    if transition.but_not and from_ != (ANY,):
        yield remark("but_not goes with 'from: any'", *path, "but_not")
    for index, name in enumerate(from_):
        if name in lifecycle.states and lifecycle.states[name].final:
            yield remark(f"'{name}' is final: nothing leaves it", *path, "from", index)
    for index, name in enumerate(transition.but_not):
        if name in lifecycle.states and lifecycle.states[name].final:
            yield remark(f"'{name}' is final, so 'any' leaves it out", *path, "but_not", index)
    if START in from_ and transition.to is None:
        yield remark("opening a referral needs 'to', the state it begins in", *path)
    yield from _acting((*path, "by"), transition.by, lifecycle, "take an event")


def _deadline(path: Path, deadline: Deadline, lifecycle: Lifecycle) -> Iterator[Remark]:
    if LEAVING in deadline.met_by and len(deadline.met_by) > 1:
        yield remark("'leaving' stands alone", *path, "met_by")
    for index, name in enumerate(deadline.in_):
        if name in lifecycle.states and lifecycle.states[name].final:
            yield remark(f"'{name}' is final: no deadline stands there", *path, "in", index)
    yield from _owner((*path, "owner"), deadline.owner, lifecycle)
    yield from _then((*path, "then"), deadline, lifecycle)


def _owner(path: Path, owner: str, lifecycle: Lifecycle) -> Iterator[Remark]:
    if owner in lifecycle.roles or owner not in lifecycle.facts:
        return
    fact = lifecycle.facts[owner]
    if fact.type != "choice":
        yield remark(f"'{owner}' is no role, and no choice whose options are roles", *path)
    for option in fact.options:
        if option not in lifecycle.roles:
            yield remark(f"the option '{option}' of '{owner}' is no role", *path)


def _then(path: Path, deadline: Deadline, lifecycle: Lifecycle) -> Iterator[Remark]:
    event = lifecycle.events.get(deadline.then or "")
    if event is None or deadline.then is None:
        return
    if event.asks:
        yield remark(f"'{deadline.then}' asks questions, which nobody would answer", *path)
    states = set(lifecycle.deadline_states(deadline))
    if not states & open_to_system(lifecycle, deadline.then):
        says = f"no transition of '{deadline.then}' from where the deadline stands is by system"
        yield remark(says, *path)


def open_to_system(lifecycle: Lifecycle, event: str) -> frozenset[str]:
    """Return the states in which the system may take an event."""
    return frozenset(
        state
        for transition in lifecycle.transitions
        if transition.event == event and SYSTEM in transition.by
        for state in lifecycle.sources(transition)
    )


def _meeting(path: Path, meeting: Meeting, lifecycle: Lifecycle) -> Iterator[Remark]:
    if (meeting.every is None) != (meeting.unit is None):
        yield remark("every and unit go together", *path)
    if meeting.every is not None and meeting.every < 1:
        yield remark("every must be at least 1", *path, "every")
    fact = lifecycle.facts.get(meeting.people or "")
    if fact is not None and fact.type != "people":
        yield remark(f"'{meeting.people}' is not a list of people", *path, "people")


def _places(lifecycle: Lifecycle) -> Iterator[Remark]:
    for name, pool in lifecycle.places.items():
        if not pool.held_in:
            yield remark("needs at least one state that holds a place", "places", name, "held_in")
        for state in set(pool.held_in) & set(pool.waiting_in):
            says = f"'{state}' cannot both hold a place and wait for one"
            yield remark(says, "places", name, "waiting_in")
