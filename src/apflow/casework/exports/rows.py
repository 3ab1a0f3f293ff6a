"""One row a step: what stands in the columns of a CSV file and of a spreadsheet."""

from collections.abc import Iterator, Mapping
from datetime import date

from apflow.casework.exports.gathering import Traced
from apflow.casework.sheets import Cell
from apflow.policy.situation import SYSTEM
from apflow.referral import RecordedKind, Step

#: The columns, in their order; `docs/exports.md` says what each holds.
HEADINGS = (
    "reference", "policy", "step", "event", "event_title", "from", "to", "to_title", "happened_on",
    "recorded_at", "actor", "actor_name", "role", "answers", "worked_out", "read", "reasons",
    "findings", "about", "rank", "lifecycle", "request", "hash", "previous",
)  # fmt: skip

#: Said of a value that is not there, and why.
ERASED, NOT_SHOWN = "(erased)", "(not shown to you)"

#: Members of a step's `about` that other columns say already.
_SAID_ELSEWHERE = ("transition", "entered")


def rows(traced: Traced) -> Iterator[tuple[Cell, ...]]:
    """Give a row for each step of a history, under HEADINGS."""
    for step in traced.steps:
        yield _row(traced, step)


def _row(traced: Traced, step: Step) -> tuple[Cell, ...]:
    lifecycle = traced.lifecycles[step.digest]
    state = lifecycle.states.get(step.target)
    return (
        step.reference,
        lifecycle.lifecycle,
        step.seq,
        step.event,
        event_title(traced, step),
        step.source,
        step.target,
        state.title if state is not None else step.target,
        step.happened_on,
        step.recorded_at,
        step.actor,
        "apflow" if step.actor == SYSTEM else traced.people.get(step.actor, ""),
        step.role,
        _values(traced, step, "answer", "detail"),
        _values(traced, step, "set"),
        _values(traced, step, "read"),
        _values(traced, step, "reason"),
        "\n".join(map(_finding, step.findings)),
        "\n".join(
            f"{name}: {in_words(value)}"
            for name, value in step.about.items()
            if name not in _SAID_ELSEWHERE
        ),
        step.rank,
        step.digest,
        step.request,
        step.hash,
        step.previous,
    )


def event_title(traced: Traced, step: Step) -> str:
    """Return what an event is called for people, what the house does itself too."""
    event = traced.lifecycles[step.digest].events.get(step.event)
    return event.title if event is not None else step.event.replace("_", " ").capitalize()


def _values(traced: Traced, step: Step, *kinds: RecordedKind) -> str:
    said = []
    for one in step.values:
        if one.kind not in kinds:
            continue
        if one.salt is not None:
            shown = in_words(one.value)
        else:
            shown = NOT_SHOWN if (step.seq, one.name) in traced.kept_back else ERASED
        said.append(f"{one.name}: {shown}")
    return "\n".join(said)


def _finding(finding: Mapping[str, object]) -> str:
    clause = finding.get("clause")
    cited = f" [{', '.join(map(str, clause))}]" if isinstance(clause, list) else ""
    says = f": {finding['says']}" if finding.get("says") else ""
    return f"{finding['guard']}: {finding['verdict']}{cited}{says}"


def in_words(value: object) -> str:
    """Return a written value as people read it; entries of lists and sheets one after another."""
    if value is None or isinstance(value, bool):
        return {None: "taken away", True: "yes", False: "no"}[value]
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_ticked(one)}" for name, one in value.items()) or "nothing yet"
    if isinstance(value, list | tuple):
        return ", ".join(map(in_words, value)) or "none"
    return value.isoformat() if isinstance(value, date) else str(value)


def _ticked(one: object) -> str:
    if not isinstance(one, Mapping) or "answer" not in one:
        return in_words(one)
    more = [f"{name} {one[name]}" for name in ("on", "until") if one.get(name)]
    if one.get("detail"):
        more.insert(0, str(one["detail"]))
    said = str(one["answer"]).replace("_", " ")
    return f"{said} ({', '.join(more)})" if more else said
