"""The form of each fact: where its value comes from, and keys that go with its type alone."""

from collections.abc import Iterator

from apflow.policy.check.remarks import Path, Remark, and_list, hint, remark
from apflow.policy.lifecycle import CHECKLISTS, Entry, Fact, Lifecycle

#: Which types each key goes with, and whether those types need it.
_GOES_WITH: dict[str, tuple[tuple[str, ...], bool]] = {
    "options": (("choice", "choices"), True),
    "entries": (CHECKLISTS, True),
    "of": (("meeting",), False),
    "has": (("organisation",), False),
    "min": (("number",), False),
    "max": (("number",), False),
}


def check_facts(lifecycle: Lifecycle) -> Iterator[Remark]:
    """Give every fault in the form of the facts."""
    for name, fact in lifecycle.facts.items():
        path: Path = ("facts", name)
        yield from _source(path, fact)
        yield from _type(path, fact)
        yield from _rows(path, fact)
        for entry_name, entry in fact.entries.items():
            yield from _entry((*path, "entries", entry_name), entry_name, entry, fact, lifecycle)


def _source(path: Path, fact: Fact) -> Iterator[Remark]:
    ways = {"ask": fact.asked, "is": fact.is_ is not None, "choose": bool(fact.choose)}
    given = [way for way, there in (ways | {"set": fact.set}).items() if there]
    if not given:
        yield remark("needs one of ask, is, choose and set: true", *path)
    elif len(given) > 1:
        yield remark(f"has {and_list(given)}; a fact has exactly one of them", *path, given[1])
    elif not fact.asked:
        for key in ("hint", "min", "max"):
            if getattr(fact, key) is not None:
                yield remark(f"{key} goes with ask; this fact is never asked", *path, key)
        if fact.type in CHECKLISTS and fact.set:
            yield remark(f"a list of {fact.type} is always asked", *path, "set")


def _type(path: Path, fact: Fact) -> Iterator[Remark]:
    for key, (types, needed) in _GOES_WITH.items():
        given = getattr(fact, key) not in (None, {}, ())
        if given and fact.type not in types:
            says = f"{key} goes with the type {and_list(types, 'or')}, not with {fact.type}"
            yield remark(says, *path, key)
        elif needed and not given and fact.type in types:
            yield remark(f"a fact of the type {fact.type} needs {key}", *path)
    if fact.min is not None and fact.max is not None and fact.min > fact.max:
        yield remark(f"min {fact.min} is more than max {fact.max}", *path, "min")


def _rows(path: Path, fact: Fact) -> Iterator[Remark]:
    for index, row in enumerate(fact.choose[:-1]):
        if row.when is None:
            says = "only the last row may be without when: the rows after it are never reached"
            yield remark(says, *path, "choose", index)


def _entry(
    path: Path, name: str, entry: Entry, fact: Fact, lifecycle: Lifecycle
) -> Iterator[Remark]:
    if entry.or_ and fact.type != "papers":
        yield remark("or goes with papers only", *path, "or")
    if entry.title is None and name not in lifecycle.roles:
        says = f"needs a title, as there is no role '{name}'{hint(name, lifecycle.roles)}"
        yield remark(says, *path)
