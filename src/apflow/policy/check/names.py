"""Every name of the file: used once, allowed, and meaning something where it is referred to."""

import keyword
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from apflow.policy.check.remarks import Path, Remark, an, and_list, hint, remark
from apflow.policy.decision import BUILT_IN
from apflow.policy.lifecycle import UNITS, Lifecycle
from apflow.policy.machine import reserved_names
from apflow.policy.situation import START, SYSTEM

#: What the elements of each section are called; all but roles share one name space.
NOUNS = {
    "phases": "phase",
    "settings": "setting",
    "facts": "fact",
    "guards": "guard",
    "events": "event",
    "states": "state",
    "deadlines": "deadline",
    "meetings": "meeting",
    "places": "pool of places",
    "notices": "notice",
}
#: After so many unknown names no more are looked for: each asks which of all names was meant.
_MOST_UNKNOWN = 60
_CHARTED = ("states", "events")
#: Words that stand for something themselves wherever a state, an event or a role is named.
ANY, LEAVING = "any", "leaving"
#: Events and records of the house itself, which every lifecycle has beside its own.
HOUSE = frozenset(
    (
        *("correct_facts", "reverse_step", "adopt_lifecycle", "hand_over", "erase"),
        *("deadline_missed", "deadline_met_late", "guard_lapsed", "guard_restored"),
    )
)
#: Roles of the house itself.
OFFICE = frozenset((SYSTEM, "manager", "auditor", "administrator"))


class Reference(NamedTuple):
    """A name that stands at `path` and has to be one of these sections', or in `also`."""

    path: Path
    name: str
    sections: tuple[str, ...]
    also: tuple[str, ...] = ()


def check_names(lifecycle: Lifecycle) -> Iterator[Remark]:
    """Give every fault in the names of a lifecycle; what stands in conditions is not looked at."""
    yield from _used_once(lifecycle)
    yield from _reserved(lifecycle)
    yield from _listed_once(lifecycle)
    unknown = 0
    for reference in references(lifecycle):
        for fault in _known(lifecycle, reference):
            unknown += 1
            if unknown > _MOST_UNKNOWN:
                return
            yield fault


def references(lifecycle: Lifecycle) -> Iterator[Reference]:
    """Give every place of the file that refers to an element by its name.

    Not those in conditions, nor `sets` and a fact's `of`, which compiling checks.
    """
    yield from _several(("road",), lifecycle.road, "states")
    for name, role in lifecycle.roles.items():
        yield from _one(("roles", name, "of"), role.of, "facts")
    yield from _of_facts_and_guards(lifecycle)
    yield from _of_events_and_states(lifecycle)
    yield from _of_transitions(lifecycle)
    yield from _of_deadlines(lifecycle)
    for name, meeting in lifecycle.meetings.items():
        yield from _one(("meetings", name, "people"), meeting.people, "facts")
    for name, pool in lifecycle.places.items():
        yield from _several(("places", name, "held_in"), pool.held_in, "states")
        yield from _several(("places", name, "waiting_in"), pool.waiting_in, "states")
    for name, notice in lifecycle.notices.items():
        path = ("notices", name)
        yield from _several((*path, "after"), notice.after, "events", "states", "deadlines")
        yield from _several((*path, "to"), notice.to, "roles")


def _of_facts_and_guards(lifecycle: Lifecycle) -> Iterator[Reference]:
    for name, fact in lifecycle.facts.items():
        yield from _several(("facts", name, "seen_by"), fact.seen_by, "roles")
    for name, guard in lifecycle.guards.items():
        yield from _several(("guards", name, "override"), guard.override, "roles")


def _of_events_and_states(lifecycle: Lifecycle) -> Iterator[Reference]:
    for name, event in lifecycle.events.items():
        yield from _several(("events", name, "asks"), event.asks, "facts")
        yield from _several(("events", name, "may_ask"), event.may_ask, "facts")
        yield from _one(("events", name, "at"), event.at, "meetings")
    for name, state in lifecycle.states.items():
        yield from _one(("states", name, "phase"), state.phase, "phases")
        yield from _one(("states", name, "owner"), state.owner, "roles")
        yield from _several(("states", name, "keeps"), state.keeps, "guards")
        yield from _several(("states", name, "hands_over"), state.hands_over, "facts")


def _of_transitions(lifecycle: Lifecycle) -> Iterator[Reference]:
    for index, transition in enumerate(lifecycle.transitions):
        path: Path = ("transitions", index)
        yield from _several((*path, "from"), transition.from_, "states", also=(START, ANY))
        yield from _several((*path, "but_not"), transition.but_not, "states")
        yield from _one((*path, "event"), transition.event, "events")
        yield from _one((*path, "to"), transition.to, "states")
        yield from _several((*path, "by"), transition.by, "roles", also=(SYSTEM,))
        yield from _several((*path, "guards"), transition.guards, "guards")


def _of_deadlines(lifecycle: Lifecycle) -> Iterator[Reference]:
    for name, deadline in lifecycle.deadlines.items():
        path: Path = ("deadlines", name)
        yield from _several((*path, "in"), deadline.in_, "states")
        yield from _several((*path, "met_by"), deadline.met_by, "events", "states", also=(LEAVING,))
        yield from _one((*path, "owner"), deadline.owner, "roles", "facts")
        yield from _one((*path, "then"), deadline.then, "events")


def _one(path: Path, name: str | None, *sections: str) -> Iterator[Reference]:
    if name is not None:
        yield Reference(path, name, sections)


def _several(
    path: Path, names: Iterable[str], *sections: str, also: tuple[str, ...] = ()
) -> Iterator[Reference]:
    for index, name in enumerate(names):
        yield Reference((*path, index), name, sections, also)


def _known(lifecycle: Lifecycle, reference: Reference) -> Iterator[Remark]:
    path, name, sections, also = reference
    if name in also or any(name in getattr(lifecycle, section) for section in sections):
        return
    nouns = and_list([_noun(section) for section in sections], "or")
    known = [*also, *(one for section in sections for one in getattr(lifecycle, section))]
    if near := hint(name, known):
        yield remark(f"there is no {nouns} '{name}'{near}", *path)
        return
    taken = [section for section in (*NOUNS, "roles") if name in getattr(lifecycle, section)]
    is_another = f"; it is {an(_noun(taken[0]))}" if taken else ""
    yield remark(f"there is no {nouns} '{name}'{is_another}", *path)


def _noun(section: str) -> str:
    return NOUNS.get(section, section.removesuffix("s"))


def _used_once(lifecycle: Lifecycle) -> Iterator[Remark]:
    taken: dict[str, str] = {}
    for section, noun in NOUNS.items():
        for name in getattr(lifecycle, section):
            if name in taken:
                says = f"'{name}' is also {an(taken[name])}; every name is used once in the file"
                yield remark(says, section, name)
            taken.setdefault(name, noun)


def _reserved(lifecycle: Lifecycle) -> Iterator[Remark]:
    of_the_chart = reserved_names()
    for section, noun in NOUNS.items():
        for name in getattr(lifecycle, section):
            if why := _why_reserved(section, name, of_the_chart):
                yield remark(f"'{name}' cannot name {an(noun)}: {why}", section, name)
    for name in lifecycle.roles:
        if name in OFFICE:
            yield remark(f"'{name}' is a role of the house and cannot be declared", "roles", name)


def _why_reserved(section: str, name: str, of_the_chart: frozenset[str]) -> str | None:
    whys = (
        (keyword.iskeyword(name), "it is a word of Python"),
        (name in (START, ANY, LEAVING, SYSTEM), "the format gives it a meaning of its own"),
        (section == "settings" and name in UNITS, "it is a unit"),
        (section == "events" and name in HOUSE, "it is an event of the house"),
        (section == "guards" and name in BUILT_IN, "it is a finding of the house"),
        (section in _CHARTED and name in of_the_chart, "the state machine uses it"),
    )
    return next((why for holds, why in whys if holds), None)


def _listed_once(lifecycle: Lifecycle) -> Iterator[Remark]:
    seen: set[tuple[Path, str]] = set()
    for path, name, _, _ in references(lifecycle):
        place = (path[:-1], name)
        if isinstance(path[-1], int) and place in seen:
            yield remark(f"'{name}' is listed twice", *path)
        seen.add(place)
    for name, event in lifecycle.events.items():
        for fact in event.may_ask:
            if fact in event.asks:
                yield remark(f"'{fact}' is in asks and in may_ask", "events", name, "may_ask")
        for fact in event.sets:
            if fact in (*event.asks, *event.may_ask):
                says = f"'{fact}' is both asked and set; the answer would hide what is set"
                yield remark(says, "events", name, "sets", fact)
