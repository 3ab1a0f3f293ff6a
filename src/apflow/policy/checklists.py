"""A checklist as people fill it in: which papers, who came, who agreed."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import cast

from apflow.errors import BadInput, BadInputs
from apflow.nearest import nearest
from apflow.policy.facts import ANSWERS
from apflow.policy.lifecycle import Entry, Fact
from apflow.policy.situation import Satisfaction, Ticked
from apflow.policy.written import take_date, take_text

_PARTS = ("answer", "detail", "on", "until")
_REASONED = {
    "absent": "say why, such as 'absent: ill'",
    "refused": "say why, such as 'refused: wants to wait'",
    "not_applicable": "say why, such as 'not_applicable: too young'",
    "equivalent": "say which, such as 'equivalent: the social worker's assessment'",
}


def blank(given: object) -> bool:
    """Whether an entry was left empty."""
    if isinstance(given, Mapping):
        return all(map(blank, given.values()))
    return given is None or (isinstance(given, str) and not given.strip())


def take_checklist(fact: Fact, name: str, given: object, today: date) -> Mapping[str, Ticked]:
    """Take the answers for some entries, in the order of the file.

    Given is the written form, or for each entry `present`, `absent: ill`, `awaited: 2026-03-01`;
    or only the entries that are satisfied, as a list or with commas; or as one text,
    `pupil=present; parent=absent: ill`. Raises BadInputs, each naming its entry.
    """
    taken: dict[str, Ticked] = {}
    wrong: list[BadInput] = []
    for entry, answer in _entries(fact, name, given):
        try:
            about = _entry(fact, name, entry, answer)
            if not blank(answer):
                taken[entry] = _take_entry(fact, about, f"{name}.{entry}", answer, today)
        except BadInput as one:
            wrong.append(one)
    if wrong:
        raise BadInputs(*wrong)
    return {entry: taken[entry] for entry in fact.entries if entry in taken}


def _entries(fact: Fact, name: str, given: object) -> Iterator[tuple[str, object]]:
    satisfied = ANSWERS[fact.type][0]
    if isinstance(given, Mapping):
        yield from ((str(entry), answer) for entry, answer in given.items())
        return
    if isinstance(given, str):
        parted = given.split(";") if ";" in given or "=" in given else given.split(",")
        given = [part for part in parted if part.strip()]
    if not isinstance(given, (list, tuple)) or not all(isinstance(one, str) for one in given):
        says = f"name the entries that are {satisfied}, or give each its answer"
        raise BadInput(name, given, says)
    for part in cast(list[str], given):
        entry, told, answer = part.partition("=")
        yield entry.strip(), answer if told else satisfied


def _entry(fact: Fact, name: str, entry: str, answer: object) -> Entry:
    about = fact.entries.get(entry)
    if about is not None:
        return about
    near = nearest(entry, fact.entries)
    hint = f"did you mean '{near}'?" if near else f"the entries are: {', '.join(fact.entries)}"
    raise BadInput(f"{name}.{entry}", answer, f"there is no such entry; {hint}")


def _take_entry(fact: Fact, about: Entry, field: str, given: object, today: date) -> Ticked:
    parts = _parts(fact, field, given)
    answer = str(parts["answer"] or "").strip().lower().replace(" ", "_")
    allowed = _allowed(fact, about)
    if answer not in allowed:
        raise BadInput(field, parts["answer"], f"answer one of: {', '.join(allowed)}")
    detail, until = parts["detail"], parts["until"]
    if answer == "awaited" and isinstance(detail, str) and blank(until) and _is_date(detail, today):
        detail, until = None, detail
    text = None if blank(detail) else take_text(f"{field}.detail", detail)
    if text is None and answer in _REASONED:
        raise BadInput(field, given, _REASONED[answer])
    if answer != "awaited" and not blank(until):
        raise BadInput(f"{field}.until", until, "only what is awaited has a day until which")
    return Ticked(
        answer,
        text,
        None if blank(parts["on"]) else take_date(f"{field}.on", parts["on"], today),
        None if blank(until) else take_date(f"{field}.until", until, today),
    )


def _parts(fact: Fact, field: str, given: object) -> dict[str, object]:
    """Give an entry's answer its parts: answer, detail, on, until."""
    parts: dict[str, object] = dict.fromkeys(_PARTS)
    if given is True:
        parts["answer"] = ANSWERS[fact.type][0]
    elif isinstance(given, str):
        answer, _, detail = given.partition(":")
        parts.update(answer=answer, detail=detail)
    elif isinstance(given, Mapping):
        strange = [str(part) for part in given if part not in _PARTS]
        if strange:
            says = f"there is no part '{strange[0][:40]}'; the parts are: {', '.join(_PARTS)}"
            raise BadInput(field, given, says)
        parts.update(given)
    else:
        raise BadInput(field, given, f"answer with a word, such as {ANSWERS[fact.type][0]}")
    return parts


def _allowed(fact: Fact, entry: Entry) -> tuple[Satisfaction, ...]:
    possible = ANSWERS[fact.type]
    if fact.type != "papers":
        return possible
    needless = {"equivalent", "not_applicable"} - set(entry.or_)
    return tuple(answer for answer in possible if answer not in needless)


def _is_date(given: str, today: date) -> bool:
    try:
        take_date("until", given, today)
    except BadInput:
        return False
    return True
