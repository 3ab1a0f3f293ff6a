"""Answers in words: to be checked before they count, or copied when they did not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apflow.policy.facts import write_value
from apflow.policy.situation import Value
from apflow.web.facts import FactWords
from apflow.web.forms.fields import Field
from apflow.web.forms.typed import shown

_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Row:
    """One answer: the question, the lines that answer it, and the id of its input."""

    question: str
    lines: tuple[str, ...]
    input: str


def rows(
    words: FactWords,
    fields: Iterable[Field],
    taken: Mapping[str, Value],
    said: Mapping[str, str] = _NOTHING,
) -> tuple[Row, ...]:
    """Return the answers to the questions of a form, those left open aside.

    `said` are words for answers that are no facts, by the id of the field.
    """
    found = []
    for field in fields:
        lines = (said[field.id],) if field.id in said else _lines(words, field, taken)
        if lines:
            found.append(Row(field.question, lines, field.first))
    return tuple(found)


def _lines(words: FactWords, field: Field, taken: Mapping[str, Value]) -> tuple[str, ...]:
    """Return an answer in words: as it was taken, or else as it was typed."""
    name = field.id.removeprefix("fact-")
    if field.id.startswith("fact-") and name in taken:
        said = words.lines(name, write_value(taken[name])) or ("Nothing new",)
        return tuple(shown(line) for one in said for line in one.split("\n"))
    if field.kind == "checklist":
        return tuple(_entry(field, at) for at in range(len(field.lines)) if _entry(field, at))
    if field.options:
        return tuple(option.text for option in field.options if option.chosen and option.value)
    if field.parts:
        said_parts = [part for part in field.parts.values() if part]
        return (" ".join(said_parts),) if said_parts else ()
    return tuple(field.value.split("\n")) if field.value else ()


def _entry(field: Field, at: int) -> str:
    line = field.lines[at]
    picked = next((one.text for one in line.options if one.chosen and one.value), "")
    boxes = ", ".join(text for text in line.boxes.values() if text)
    said = f"{picked} ({boxes})" if picked and boxes else picked or boxes
    return f"{line.title}: {said}" if said else ""
