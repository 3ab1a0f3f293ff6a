"""Elements that nothing uses, and what is allowed but hardly meant."""

from collections.abc import Iterator
from itertools import pairwise

from apflow.policy.check.elements import open_to_system
from apflow.policy.check.footing import Footing
from apflow.policy.check.names import references
from apflow.policy.check.remarks import Remark, and_list, remark
from apflow.policy.check.ways import Ways
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import SYSTEM

_MILESTONES = (
    *("referred", "agreed", "decided", "admitted"),
    *("placed", "reviewed", "returning", "ending", "ended"),
)


def check_used(lifecycle: Lifecycle) -> Iterator[Remark]:
    """Give every guard, event and fact that can have no effect."""
    on_transitions = {name for one in lifecycle.transitions for name in one.guards}
    kept = {name for state in lifecycle.states.values() for name in state.keeps}
    for name in lifecycle.guards:
        if name not in on_transitions | kept:
            yield remark("no transition and no state uses this guard", "guards", name)
    taken = {one.event for one in lifecycle.transitions}
    for name in lifecycle.events:
        if name not in taken:
            yield remark("no transition takes this event", "events", name)
    events = lifecycle.events.values()
    asked = {name for event in events for name in (*event.asks, *event.may_ask)}
    set_ = {name for event in events for name in event.sets}
    attended = {meeting.people for meeting in lifecycle.meetings.values()}
    for name, fact in lifecycle.facts.items():
        if fact.asked and name not in asked | attended:
            yield remark("no event asks for this fact", "facts", name)
        elif fact.set and name not in set_:
            yield remark("no event sets this fact", "facts", name)


def warn_of_unused(lifecycle: Lifecycle, footing: Footing) -> Iterator[Remark]:
    """Give settings, roles, phases and meetings that nothing refers to."""
    compiled = footing.compiled
    read = {name for condition in compiled.conditions.values() for name in condition.names}
    units = set(_unit_names(lifecycle))
    for name in lifecycle.settings:
        if name not in read | units:
            yield remark("nothing reads this setting", "settings", name)
    referred = {(section, ref.name) for ref in references(lifecycle) for section in ref.sections}
    entries = {entry for fact in lifecycle.facts.values() for entry in fact.entries}
    options = {option for fact in lifecycle.facts.values() for option in fact.options}
    quoted = "\n".join(condition.text for condition in compiled.conditions.values())
    for name in lifecycle.roles:
        named = ("roles", name) in referred or name in entries | options or f"'{name}'" in quoted
        if not named:
            yield remark("nothing names this role", "roles", name)
    for name in lifecycle.phases:
        if ("phases", name) not in referred:
            yield remark("no state is in this phase", "phases", name)
    for name in lifecycle.meetings:
        dated = any(fact.of == name for fact in lifecycle.facts.values())
        if not dated and ("meetings", name) not in referred:
            yield remark("nothing is decided at this meeting", "meetings", name)


def _unit_names(lifecycle: Lifecycle) -> Iterator[str]:
    for deadline in lifecycle.deadlines.values():
        for part in (deadline.due, deadline.other_reading, deadline.warn):
            if part is not None and part.unit is not None:
                yield part.unit
    for meeting in lifecycle.meetings.values():
        if meeting.unit is not None:
            yield meeting.unit
        if meeting.papers_by is not None and meeting.papers_by.unit is not None:
            yield meeting.papers_by.unit


def warn_of_oddities(ways: Ways, footing: Footing) -> Iterator[Remark]:
    """Give what the format allows but is hardly meant."""
    yield from _odd_overrides(ways.lifecycle)
    yield from _odd_states(ways.lifecycle, footing)
    yield from _odd_milestones(ways.lifecycle)
    yield from _odd_meetings(ways.lifecycle)
    yield from _odd_system(ways.lifecycle)
    yield from _odd_pools(ways.lifecycle, footing)


def _odd_overrides(lifecycle: Lifecycle) -> Iterator[Remark]:
    for name, guard in lifecycle.guards.items():
        takers = {
            role: one.event
            for one in lifecycle.transitions
            if name in one.guards
            for role in one.by
        }
        events = list(
            dict.fromkeys(one.event for one in lifecycle.transitions if name in one.guards)
        )
        for index, role in enumerate(guard.override):
            if events and role not in takers:
                which = and_list([f"'{event}'" for event in events], "or")
                says = f"'{role}' can never use this: no {which} behind the guard is by {role}"
                yield remark(says, "guards", name, "override", index)


def _odd_states(lifecycle: Lifecycle, footing: Footing) -> Iterator[Remark]:
    for name, state in lifecycle.states.items():
        role = lifecycle.roles.get(state.owner or "")
        if state.final is None and state.owner is None:
            yield remark("has no owner: it would be nobody's turn", "states", name)
        elif role is not None and not role.acts:
            says = f"'{state.owner}' never signs in, so nobody would see whose turn it is"
            yield remark(says, "states", name, "owner")
        for guard in state.keeps:
            if "role" in footing.at("guards", guard, "require").words:
                says = f"'{guard}' asks who acts, but here nobody does"
                yield remark(says, "states", name, "keeps")
    for name, deadline in lifecycle.deadlines.items():
        role = lifecycle.roles.get(deadline.owner)
        if role is not None and not role.acts:
            says = f"'{deadline.owner}' never signs in, so nobody would be told"
            yield remark(says, "deadlines", name, "owner")


def _odd_milestones(lifecycle: Lifecycle) -> Iterator[Remark]:
    for name, state in lifecycle.states.items():
        if state.milestone == "ended" and state.final is None:
            yield remark(
                "the milestone is 'ended', but the state is open", "states", name, "milestone"
            )
        elif state.final and state.milestone not in (None, "ended"):
            says = f"the state is final, but its milestone is '{state.milestone}'"
            yield remark(says, "states", name, "milestone")
    road = [name for name in lifecycle.road if name in lifecycle.states]
    marked = [(name, lifecycle.states[name].milestone) for name in road]
    for (one, before), (other, after) in pairwise((n, m) for n, m in marked if m is not None):
        if _MILESTONES.index(after) < _MILESTONES.index(before):
            says = f"'{after}' comes after '{before}' ('{one}') on the road"
            yield remark(says, "states", other, "milestone")


def _odd_meetings(lifecycle: Lifecycle) -> Iterator[Remark]:
    for name, event in lifecycle.events.items():
        dated = any(fact.of == event.at for fact in lifecycle.facts.values())
        if event.at is not None and not dated:
            says = f"no fact says at which sitting of '{event.at}' a referral is decided"
            yield remark(says, "events", name, "at")


def _odd_system(lifecycle: Lifecycle) -> Iterator[Remark]:
    follows = {deadline.then for deadline in lifecycle.deadlines.values()}
    for index, transition in enumerate(lifecycle.transitions):
        if SYSTEM in transition.by and transition.event not in follows:
            says = f"the system takes '{transition.event}' only if a deadline says so with then"
            yield remark(says, "transitions", index, "by")
    for name, deadline in lifecycle.deadlines.items():
        if deadline.then is None:
            continue
        open_in = open_to_system(lifecycle, deadline.then)
        shut = [state for state in lifecycle.deadline_states(deadline) if state not in open_in]
        if shut and open_in:
            says = f"nothing follows in {and_list(shut)}: there '{deadline.then}' is not by system"
            yield remark(says, "deadlines", name, "then")


def _odd_pools(lifecycle: Lifecycle, footing: Footing) -> Iterator[Remark]:
    words = {
        word: path
        for path, condition in footing.compiled.conditions.items()
        for word in ("place_free", "next_in_line")
        if word in condition.names
    }
    for word, path in words.items():
        if not lifecycle.places:
            yield remark(f"{word} is always yes: the file has no places", *path)
    if lifecycle.places and "place_free" not in words:
        for name in lifecycle.places:
            yield remark("is counted, but nothing asks place_free", "places", name)
