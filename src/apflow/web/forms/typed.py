"""What was typed into a form, by the name of the input; and what a form says before that."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import cast

from apflow.clock import LONDON
from apflow.policy.lifecycle import CHECKLISTS, Fact
from apflow.web.forms.fields import LINE_PARTS, fact_id

#: Every value that was posted under a name.
Typed = Mapping[str, Sequence[str]]

#: Characters that HTML cannot hold, that have no width, or that turn the direction of writing.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def one(typed: Typed, name: str) -> str:
    """Return the first value posted under a name, without space around it; "" for none."""
    found = typed.get(name)
    return found[0].strip() if found else ""


def several(typed: Typed, name: str) -> tuple[str, ...]:
    """Return every value posted under a name."""
    return tuple(typed.get(name, ()))


def shown(text: str) -> str:
    """Return a text as a page can show it again: what cannot be seen stands as �."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub("\ufffd", plain)


def prefilled(name: str, fact: Fact, written: object) -> dict[str, list[str]]:
    """Return what a form says where a fact is known, from its written form."""
    if fact.type in CHECKLISTS:
        return _checklist(name, cast(Mapping[str, Mapping[str, object]], written))
    if fact.type in ("date", "moment"):
        return _day_and_time(name, str(written))
    if isinstance(written, bool):
        return {fact_id(name): ["yes" if written else "no"]}
    if isinstance(written, list | tuple):
        return {fact_id(name): [str(option) for option in written]}
    return {fact_id(name): [str(written)]}


def day_parts(prefix: str, day: date) -> dict[str, list[str]]:
    """Return the three inputs of a date filled in."""
    return {
        f"{prefix}-day": [str(day.day)],
        f"{prefix}-month": [str(day.month)],
        f"{prefix}-year": [str(day.year)],
    }


def _day_and_time(name: str, written: str) -> dict[str, list[str]]:
    if "T" not in written:
        return day_parts(fact_id(name), date.fromisoformat(written))
    local = datetime.fromisoformat(written).astimezone(LONDON)
    return {**day_parts(fact_id(name), local), fact_id(name, "time"): [f"{local:%H:%M}"]}


def _checklist(name: str, written: Mapping[str, Mapping[str, object]]) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for entry, ticked in written.items():
        said[fact_id(name, entry)] = [str(ticked["answer"])]
        for part in LINE_PARTS:
            if ticked.get(part):
                said[fact_id(name, entry, part)] = [_plain(part, str(ticked[part]))]
    return said


def _plain(part: str, written: str) -> str:
    if part == "detail":
        return written
    day = date.fromisoformat(written)
    return f"{day.day}/{day.month}/{day.year}"
