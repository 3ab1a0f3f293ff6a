"""What a form is made of, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: How a question is drawn. `radios` and `select` take one option, `checkboxes` several.
Kind = Literal[
    "radios", "select", "checkboxes", "number", "text", "line", "date", "moment", "checklist",
]  # fmt: skip
#: The parts of a date and of a moment, each an input of its own.
DATE_PARTS = ("day", "month", "year")
MOMENT_PARTS = (*DATE_PARTS, "time")
#: What is typed beside the answer of an entry: who or which, its date, the date awaited.
LINE_PARTS = ("detail", "on", "until")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that may be chosen; `value` "" answers nothing."""

    value: str
    text: str
    chosen: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a checklist. `boxes` are what is typed beside the answer, by part.

    `error` says what is wrong with the part `wrong`: "answer" or one of the boxes.
    """

    id: str
    title: str
    options: tuple[Option, ...]
    boxes: Mapping[str, str]
    error: str = ""
    wrong: str = ""

    def shown_for(self, box: str) -> dict[str, list[str]]:
        """Return with which answers a box counts; a day awaited only with what is awaited."""
        answers = [option.value for option in self.options if option.value]
        return {self.id: ["awaited"] if box == "until" else answers}


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form.

    `parts` are the values of a date's inputs, `wrong` those of them that are wrong. `labels`
    name the boxes of a checklist's lines. `shown_for` says for other inputs with which of their
    values the question counts ("" for no answer yet), and `only_if` says the same in words.
    """

    id: str
    kind: Kind
    question: str
    hint: str = ""
    optional: bool = False
    value: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    lines: tuple[Line, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    wrong: tuple[str, ...] = ()
    shown_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only_if: str = ""

    @property
    def inline(self) -> bool:
        """Whether the options are few and short enough to stand side by side."""
        plain = not any(option.hint for option in self.options)
        return plain and sum(len(option.text) + 6 for option in self.options) < 50

    @property
    def items(self) -> list[dict[str, object]]:
        """The options as GOV.UK's radios, checkboxes and selects take them."""
        return items_of(self.options)

    @property
    def date_items(self) -> list[dict[str, object]]:
        """The inputs of a date or a moment as GOV.UK's date input takes them."""
        return [
            {
                "name": part,
                "value": value,
                "classes": _width(
                    part, wrong=bool(self.error) and part in (self.wrong or self.parts)
                ),
                "inputmode": "text" if part == "time" else "numeric",
            }
            for part, value in self.parts.items()
        ]

    @property
    def first(self) -> str:
        """The id of the input to which an error of the question leads."""
        if self.kind in ("date", "moment"):
            return f"{self.id}-{self.wrong[0] if self.wrong else 'day'}"
        if self.kind == "checklist" and self.lines:
            return next((line_input(line) for line in self.lines if line.error), self.lines[0].id)
        return self.id


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with what was typed: with the field `id`, in one of its parts.

    `part` is `day`, or `entry` or `entry.detail` of a checklist; "" for the whole question.
    """

    id: str
    says: str
    part: str = ""


def items_of(options: tuple[Option, ...]) -> list[dict[str, object]]:
    """Return options as GOV.UK's components take them."""
    return [
        {
            "value": option.value,
            "text": option.text,
            "checked": option.chosen,
            "selected": option.chosen,
            "hint": {"text": option.hint} if option.hint else None,
        }
        for option in options
    ]


def _width(part: str, *, wrong: bool) -> str:
    width = {"year": "4", "time": "5"}.get(part, "2")
    return f"govuk-input--width-{width}" + (" govuk-input--error" if wrong else "")


def line_input(line: Line) -> str:
    """Return the id of the input of a line to which its error leads."""
    return f"{line.id}-{line.wrong}" if line.wrong in LINE_PARTS else line.id


def fact_id(fact: str, *parts: str) -> str:
    """Return the id, which is also the name, of an input that asks for a fact or a part of it."""
    return "-".join(("fact", fact, *parts))
