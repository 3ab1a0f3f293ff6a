"""A lifecycle's transitions as a table in words, with what its drawings leave out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from apflow.diagram.words import Words, clean
from apflow.policy.lifecycle import Lifecycle, Transition

STAYS = "stays"
_HEADINGS = ("From", "Event", "To", "Who", "Only if", "Guards")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~:@])")


@dataclass(frozen=True, slots=True)
class Row:
    """One transition in words; `target` is STAYS where the state does not change."""

    source: str
    event: str
    target: str
    who: tuple[str, ...]
    only_if: str
    guards: tuple[str, ...]


def in_words(lifecycle: Lifecycle) -> list[Row]:
    """Return every transition in words, in the order of the file."""
    words = Words(lifecycle)
    return [_row(words, transition) for transition in lifecycle.transitions]


def _row(words: Words, transition: Transition) -> Row:
    source = words.sources(transition)
    known = words.lifecycle.states
    target = STAYS if transition.to is None else transition.to
    return Row(
        source=source[:1].upper() + source[1:],
        event=words.event(transition.event),
        target=words.state(target) if target in known else target,
        who=tuple(words.role(name) for name in transition.by),
        only_if=words.condition(transition.when),
        guards=tuple(words.guard(name) for name in transition.guards),
    )


def markdown(lifecycle: Lifecycle) -> str:
    """Return the table as Markdown."""
    lines = [_line(_HEADINGS), _line("---" for _ in _HEADINGS)]
    for row in in_words(lifecycle):
        who, guards = ", ".join(row.who), ", ".join(row.guards)
        cells = (row.source, row.event, row.target, who, row.only_if, guards)
        lines.append(_line(escaped(cell) for cell in cells))
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return _MARKDOWN.sub(r"\\\1", clean(text))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
