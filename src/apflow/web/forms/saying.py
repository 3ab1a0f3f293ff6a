"""What is wrong with an answer, as a person reads it: what to do, and nothing of the machine."""

from collections.abc import Iterator

from apflow.errors import BadInput
from apflow.policy.lifecycle import CHECKLISTS, Fact
from apflow.web import wording
from apflow.web.forms.building import Ground
from apflow.web.forms.fields import Fault, fact_id
from apflow.web.forms.typed import shown

_REASONS = {
    "absent": "give the reason for the absence",
    "refused": "give the reason for the refusal",
    "not_applicable": "say why it is not needed",
    "equivalent": "say which equivalent there is",
}
#: How a fault begins as the policy's reader words it, and what a person is told.
_REWORDED = (
    ("not a date with a time", "enter a real date and time, such as 27 3 2027 and 9:30am"),
    ("not a date", "enter a real date, such as 27 3 2027"),
    ("there is no such day", "there is no such day"),
    ("there is no such time", "enter a time as on a clock, such as 9:30am or 14:05"),
    ("the clocks went forward", "the clocks went forward over that hour"),
    ("write the year in full", "enter the year with four digits"),
    ("the year must be", "enter a year from 1900 to 2100"),
    ("write it as a whole number", "enter a whole number, such as 85"),
    ("it must be from", "enter a number that can be right"),
    ("write it on one line", "write it on one line"),
    ("no sitting of", "choose one of the sittings shown"),
    ("only what is awaited", "only what is awaited has a day until when"),
)


def missing(ground: Ground, name: str) -> Fault:
    """Return what to do about a question that is not answered but has to be."""
    fact, question = ground.fact(name), ground.words.question(name)
    asked = "?" in question
    if fact.type == "yes_no":
        says = f"Choose yes or no: {question}"
    elif fact.type in CHECKLISTS:
        who = "who was there" if fact.type == "people" else "what was answered"
        says = f"Say {who}: {question}"
    elif fact.type in ("choice", "choices", "organisation", "meeting"):
        says = f"Choose an answer: {question}" if asked else f"Choose the {_lower(question)}"
    elif fact.type in ("date", "moment"):
        what = "a date" if fact.type == "date" else "a date and a time"
        says = f"Enter {what}: {question}" if asked else f"Enter the {_lower(question)}"
    else:
        says = f"Enter an answer: {question}" if asked else f"Enter the {_lower(question)}"
    return Fault(fact_id(name), says)


def needed(ground: Ground, name: str) -> Fault:
    """Return what to do about a question that may be left open but turns out to count."""
    said = missing(ground, name)
    return Fault(said.id, f"{said.says} (this is needed now, with the other answers given)")


def about(question: str, says: str) -> str:
    """Return what is wrong with the answer to a question."""
    if "?" in question:
        return f"{question} {wording.first_up(says)}"
    return f"{question}: {says}"


def part_missing(ground: Ground, name: str, parts: list[str]) -> Fault:
    """Return that a date lacks some of its parts."""
    listed = " and ".join(f"a {part}" for part in parts)
    says = about(ground.words.question(name), f"the date must include {listed}")
    return Fault(fact_id(name), says, parts[0])


def wrong(ground: Ground, name: str, given: object, bad: BadInput) -> Iterator[Fault]:
    """Give what is wrong with one answer; `given` is the whole answer, as it was typed."""
    fact = ground.fact(name)
    if fact.type not in CHECKLISTS:
        says = _says(fact, bad)
        part = "time" if fact.type == "moment" and " time" in says else ""
        yield Fault(fact_id(name), about(ground.words.question(name), says), part)
        return
    _, _, place = bad.field.partition(".")
    entry, _, part = place.partition(".")
    ticked = given.get(entry) if isinstance(given, dict) else None
    answer = str(ticked.get("answer", "")) if isinstance(ticked, dict) else ""
    title = ground.words.entry(fact, entry)
    if part:
        yield Fault(fact_id(name), f"{title}: {_says(fact, bad)}", f"{entry}.{part}")
    elif answer in _REASONS and bad.says.startswith("say "):
        yield Fault(fact_id(name), f"{title}: {_REASONS[answer]}", f"{entry}.detail")
    else:
        yield Fault(fact_id(name), f"{title}: choose an answer", entry)


def text_fault(says: str) -> str:
    """Return what is wrong with a text, from the words of the reader of texts."""
    if says.startswith("character "):
        return f"remove {says.partition(' (')[0]}: it cannot be seen and cannot be kept"
    if says.startswith("at most "):
        most, _, has = says.partition("; this has ")
        return f"use {most}; there are {has}"
    return says


def _says(fact: Fact, bad: BadInput) -> str:
    if fact.type == "number" and bad.says.startswith("it must be from"):
        limits = bad.says.removeprefix("it must be ")
        return f"enter a number {limits}"
    for begins, words in _REWORDED:
        if bad.says.startswith(begins):
            return words
    if fact.type == "yes_no":
        return "choose yes or no"
    if fact.type in ("choice", "choices", "organisation", "meeting"):
        return "choose one of the answers shown"
    return shown(text_fault(bad.says))


def _lower(question: str) -> str:
    """Return a label as it stands within a sentence; a word in capitals keeps them."""
    second = question[1:2]
    return question if second.isupper() else question[:1].lower() + question[1:]
