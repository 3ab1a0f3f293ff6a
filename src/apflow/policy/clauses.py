"""A policy's numbered statements and our decisions about it, and the parts that carry each.

`clauses.yaml` beside a lifecycle says each statement in one line and names what carries it, or
why nothing has to. The lifecycle cites the same numbers from its side: `clause` on its parts, and
the number of a decision (A-01) in their `note`. Both sides have to agree, so that the authority
can ask "where is this sentence?" and the caseworker "where does this rule come from?".
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    StringConstraints,
    model_validator,
)

from apflow.nearest import nearest
from apflow.policy.lifecycle import Lifecycle, LifecycleName

#: The sections whose parts may carry a clause; `source` and `in_force` are parts themselves.
SECTIONS = (
    "settings", "roles", "facts", "guards", "events", "states", "transitions", "deadlines",
    "meetings", "places", "notices",
)  # fmt: skip
_DECISION = re.compile(r"\bA-\d{2}[a-z]?\b")
_Line = Annotated[StrictStr, StringConstraints(min_length=3, max_length=300)]
_Places = Annotated[
    tuple[StrictStr, ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
]


class Statement(BaseModel):
    """One numbered statement of the policy, or one decision of ours, in our words.

    `carried_by` names parts of the lifecycle: `guards.parent_agrees`, `transitions.forum_agrees`
    (all transitions of that event), `source`. `information` is the reason why none is needed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: _Line
    carried_by: _Places = ()
    information: _Line | None = None

    @model_validator(mode="after")
    def _carried_or_information(self) -> "Statement":
        if bool(self.carried_by) == (self.information is not None):
            raise ValueError("a statement has exactly one of carried_by and information")
        return self


class Clauses(BaseModel):
    """A policy's statements, numbered without a gap from 1 to `count`, and our decisions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: LifecycleName
    prefix: Annotated[StrictStr, StringConstraints(pattern=r"^[A-Z]{2,6}$")]
    count: Annotated[StrictInt, Field(ge=1, le=999)]
    clauses: dict[StrictStr, Statement]
    decisions: dict[StrictStr, Statement] = {}

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Every number that the policy has, in order; "MM-01" comes first."""
        return tuple(f"{self.prefix}-{number:02}" for number in range(1, self.count + 1))


class ClauseFault(NamedTuple):
    """One thing wrong: in which of the two files, at which path, and what."""

    file: Literal["clauses", "lifecycle"]
    path: tuple[str | int, ...]
    says: str


class Citation(NamedTuple):
    """What one part of a lifecycle cites; `path` is where it first stands in the file."""

    path: tuple[str | int, ...]
    title: str
    clauses: tuple[str, ...]
    decisions: tuple[str, ...]


class StatementRow(NamedTuple):
    """One line of the trace from the policy's side."""

    number: str
    says: str
    carried_by: tuple[str, ...]
    information: str | None


class PartRow(NamedTuple):
    """One line of the trace from the lifecycle's side."""

    part: str
    title: str
    clauses: tuple[str, ...]
    decisions: tuple[str, ...]


class Trace(NamedTuple):
    """The trace both ways: statement to parts (decisions last), part to statements."""

    statements: tuple[StatementRow, ...]
    parts: tuple[PartRow, ...]


def citations(lifecycle: Lifecycle) -> dict[str, Citation]:
    """Return every part that may carry a clause and what it cites, in the order of the file.

    A part cites what stands on it or on its rows and entries. The transitions of one event count
    as one part, `transitions.<event>`.
    """
    found: dict[str, Citation] = {}
    for name in ("source", "in_force"):
        part = getattr(lifecycle, name)
        if part is not None:
            found[name] = _cited((name,), name, part.model_dump())
    for section in SECTIONS:
        if section != "transitions":
            for name, part in getattr(lifecycle, section).items():
                title = part.title or getattr(part, "ask", None) or name
                found[f"{section}.{name}"] = _cited((section, name), title, part.model_dump())
    for index, transition in enumerate(lifecycle.transitions):
        name = f"transitions.{transition.event}"
        event = lifecycle.events.get(transition.event)
        title = event.title if event is not None else transition.event
        cited = _cited(("transitions", index), title, transition.model_dump())
        found[name] = _together(found.get(name), cited)
    return found


def check_clauses(clauses: Clauses, lifecycle: Lifecycle) -> tuple[ClauseFault, ...]:
    """Return everything in which the statements and the lifecycle do not agree.

    A number missing from 1 to `count` or beyond it; a part that is not there; a part named as
    carrying a statement that it does not cite, and one that cites it without being named; a
    number cited that no statement has.
    """
    cited = citations(lifecycle)
    faults = [*_names(clauses, lifecycle), *_numbers(clauses)]
    for section in ("clauses", "decisions"):
        statements: Mapping[str, Statement] = getattr(clauses, section)
        for number, statement in statements.items():
            faults += _carried(section, number, statement, cited)
        for part, citation in cited.items():
            faults += _known(section, part, citation, statements)
    return tuple(faults)


def trace(clauses: Clauses, lifecycle: Lifecycle) -> Trace:
    """Return the trace both ways; parts that cite nothing are left out."""
    statements = {**clauses.clauses, **clauses.decisions}
    return Trace(
        tuple(
            StatementRow(number, one.says, one.carried_by, one.information)
            for number, one in statements.items()
        ),
        tuple(
            PartRow(part, citation.title, citation.clauses, citation.decisions)
            for part, citation in citations(lifecycle).items()
            if citation.clauses or citation.decisions
        ),
    )


def _cited(path: tuple[str | int, ...], title: str, part: Mapping[str, Any]) -> Citation:
    clauses: dict[str, None] = {}
    decisions: dict[str, None] = {}
    for one in _nested(part):
        clauses |= dict.fromkeys(one.get("clause") or ())
        decisions |= dict.fromkeys(_DECISION.findall(one.get("note") or ""))
    return Citation(path, title, tuple(clauses), tuple(decisions))


def _nested(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give a part, then its rows and entries, which cite for it."""
    yield part
    yield from part.get("choose") or ()
    yield from (part.get("entries") or {}).values()


def _together(first: Citation | None, second: Citation) -> Citation:
    if first is None:
        return second
    clauses = dict.fromkeys((*first.clauses, *second.clauses))
    decisions = dict.fromkeys((*first.decisions, *second.decisions))
    return Citation(first.path, first.title, tuple(clauses), tuple(decisions))


def _names(clauses: Clauses, lifecycle: Lifecycle) -> Iterator[ClauseFault]:
    if clauses.policy != lifecycle.lifecycle:
        says = f"these are the clauses of '{clauses.policy}', not of '{lifecycle.lifecycle}'"
        yield ClauseFault("clauses", ("policy",), says)


def _numbers(clauses: Clauses) -> Iterator[ClauseFault]:
    """Give the numbers that are missing, and those that the policy does not have."""
    for number in clauses.numbers:
        if number not in clauses.clauses:
            yield ClauseFault("clauses", ("clauses",), f"{number} is missing")
    known = set(clauses.numbers)
    for number in clauses.clauses:
        if number not in known:
            says = f"the policy has {clauses.numbers[0]} to {clauses.numbers[-1]}, not '{number}'"
            yield ClauseFault("clauses", ("clauses", number), says)
    for number in clauses.decisions:
        if not _DECISION.fullmatch(number):
            says = f"'{number}' is no number of a decision; they are written A-01 or A-01a"
            yield ClauseFault("clauses", ("decisions", number), says)


def _carried(
    section: str, number: str, statement: Statement, cited: Mapping[str, Citation]
) -> Iterator[ClauseFault]:
    """Give the parts that are said to carry a statement and are not there or do not cite it."""
    for index, part in enumerate(statement.carried_by):
        path = (section, number, "carried_by", index)
        if part not in cited:
            near = nearest(part, cited)
            hint = f"; did you mean '{near}'?" if near else ""
            yield ClauseFault("clauses", path, f"the lifecycle has no '{part}'{hint}")
        elif number not in getattr(cited[part], section):
            where = "clause" if section == "clauses" else "note"
            yield ClauseFault("clauses", path, f"'{part}' does not name {number} in its {where}")


def _known(
    section: str, part: str, citation: Citation, statements: Mapping[str, Statement]
) -> Iterator[ClauseFault]:
    """Give what a part cites though no statement has that number, or none names the part."""
    numbers: tuple[str, ...] = getattr(citation, section)
    for number in numbers:
        statement = statements.get(number)
        if statement is None:
            near = nearest(number, statements)
            hint = f"; did you mean '{near}'?" if near else ""
            says = f"'{part}' cites {number}, which clauses.yaml does not have{hint}"
            yield ClauseFault("lifecycle", citation.path, says)
        elif part not in statement.carried_by:
            says = f"'{part}' cites {number}, but {number} does not name it in carried_by"
            yield ClauseFault("clauses", (section, number), says)
