"""A lifecycle as Mermaid text (stateDiagram-v2), for the places that draw it themselves."""

import json
import re
from collections.abc import Iterator

from apflow.diagram.plan import stays
from apflow.diagram.words import Words, clean
from apflow.policy.lifecycle import Lifecycle, Transition
from apflow.policy.situation import START

#: Words of Mermaid's own that a state may be called.
_RESERVED = re.compile(
    "accdescr|acctitle|as|choice|class|classdef|click|default|direction|end|fork|hide|href|join|"
    "left|note|of|over|right|root|scale|state|style"
)
_PLAIN = re.compile(r"[^\w ,.'()/–’-]")
_COLOURS = {
    "good": "fill:#e1f3e6,stroke:#1f7a45,color:#17202b",
    "other": "fill:#fbeaea,stroke:#b0413e,color:#17202b",
}


def mermaid(lifecycle: Lifecycle) -> str:
    """Return the whole lifecycle; each arrow has its event and the roles that may take it."""
    return "\n".join(_lines(lifecycle, Words(lifecycle))) + "\n"


def _lines(lifecycle: Lifecycle, words: Words) -> Iterator[str]:
    title = json.dumps(clean(lifecycle.title), ensure_ascii=False)
    yield from ("---", f"title: {title}", "---", "stateDiagram-v2", "    direction TB")
    for name in lifecycle.states:
        yield f'    state "{plain(words.state(name))}" as {_id(name)}'
    for transition in lifecycle.transitions:
        for source in lifecycle.sources(transition):
            yield from _arrow(words, transition, source)
    for name, events in _recorded(lifecycle).items():
        said = ", ".join(plain(words.event(event)) for event in events)
        yield f"    note right of {_id(name)} : also {said}"
    for kind, colours in _COLOURS.items():
        ends = [_id(name) for name, state in lifecycle.states.items() if state.final == kind]
        yield from (f"    {name} --> [*]" for name in ends)
        if ends:
            yield from (f"    classDef {kind} {colours}", f"    class {','.join(ends)} {kind}")


def _arrow(words: Words, transition: Transition, source: str) -> Iterator[str]:
    known = words.lifecycle.states
    if transition.to in known and (source in known or source == START):
        start = _id(source) if source in known else "[*]"
        who = ", ".join(plain(words.role(role)) for role in transition.by)
        event = plain(words.event(transition.event))
        yield f"    {start} --> {_id(transition.to)} : {event} ({who})"


def _recorded(lifecycle: Lifecycle) -> dict[str, list[str]]:
    """Return, for each state, the events that are recorded there without moving."""
    found: dict[str, list[str]] = {}
    for event, names in stays(lifecycle).items():
        for name in names:
            found.setdefault(name, []).append(event)
    return {name: found[name] for name in lifecycle.states if name in found}


def plain(text: str) -> str:
    """Return a text in which nothing is left that Mermaid would read as its own."""
    return _PLAIN.sub(lambda found: f"#{ord(found[0])};", text).replace("--", "-#45;")


def _id(name: str) -> str:
    return f"{name}_" if _RESERVED.fullmatch(name) else name
