"""What differs between two versions of a policy, in words."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from apflow.policy.lifecycle import Lifecycle
from apflow.web.manager.names import Named, listed, quoted

#: What the parts of each section are called, many of them.
_SECTIONS = {
    "phases": "Phases", "settings": "Settings", "roles": "Roles", "facts": "Facts",
    "guards": "Guards", "events": "Events", "states": "States", "deadlines": "Deadlines",
    "meetings": "Meetings", "places": "Places", "notices": "Notices", "labels": "Local words",
}  # fmt: skip
_PLAIN = {
    "title": "The title", "source": "The source", "in_force": "When it is in force",
    "road": "The main road", "transitions": "Steps",
}  # fmt: skip
#: More parts of a section than this are counted, not named.
_MOST_NAMED = 6
_KEPT = 64


def changes(before: Lifecycle, after: Lifecycle) -> tuple[str, ...]:
    """Return a sentence for each section that differs; two versions are compared once."""
    key = (before.digest, after.digest)
    found = _known.get(key)
    if found is None:
        while len(_known) >= _KEPT:
            _known.pop(next(iter(_known)), None)
        found = _known[key] = tuple(_told(before, after))
    return found


_known: dict[tuple[str, str], tuple[str, ...]] = {}


def _told(before: Lifecycle, after: Lifecycle) -> Iterator[str]:
    for section, words in _PLAIN.items():
        if getattr(before, section) != getattr(after, section):
            yield f"{words} changed."
    for section, words in _SECTIONS.items():
        said = list(_section(section, before, after))
        if said:
            yield f"{words}: {'; '.join(said)}."


def _section(section: str, before: Lifecycle, after: Lifecycle) -> Iterator[str]:
    old: Mapping[str, object] = getattr(before, section)
    new: Mapping[str, object] = getattr(after, section)
    changed = [name for name in new if name in old and old[name] != new[name]]
    if section == "settings":
        valued = [
            name for name in changed if before.settings[name].value != after.settings[name].value
        ]
        for name in valued:
            was, now = Named(before).setting(name), Named(after).setting(name)
            yield f"{quoted(Named(after).fact(name))} is {now}, it was {was}"
        changed = [name for name in changed if name not in valued]
    for verb, names, lifecycle in (
        ("new", [name for name in new if name not in old], after),
        ("gone", [name for name in old if name not in new], before),
        ("changed", changed, after),
    ):
        if len(names) > _MOST_NAMED:
            yield f"{len(names)} {verb}"
        elif names:
            yield f"{verb}: {listed([_title(lifecycle, section, name) for name in names], 'and')}"


def _title(lifecycle: Lifecycle, section: str, name: str) -> str:
    named = Named(lifecycle)
    if section in ("facts", "settings"):
        return quoted(named.fact(name))
    part = getattr(lifecycle, section)[name]
    title = part.title if isinstance(part, BaseModel) and hasattr(part, "title") else None
    return quoted(title or name.replace("_", " "))
