"""The kinds of values that conditions work with."""

from dataclasses import dataclass
from typing import Literal

#: `word` is a quoted word or a setting that holds one; `list` a list of words or numbers;
#: `anything` stands where a fault was found already, so that one fault is told once.
KindName = Literal[
    "yes_no", "number", "text", "word", "choice", "choices", "list", "date", "moment",
    "organisation", "person", "papers", "people", "agreements", "anything",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of value something gives.

    `options`: the options of a choice or choices, the words of a word or list where they are
    known on loading. `of` names whose options they are. `meeting`: the date is one of this
    meeting's sittings.
    """

    name: KindName
    options: tuple[str, ...] = ()
    of: str = ""
    meeting: str | None = None
