"""Facts between their written form and their values.

The written form is what JSON can hold: it stands in the store, in requests and in steps.

| type | value | written |
|---|---|---|
| yes_no, number | bool, int | the same |
| text, person, choice, organisation | str | the same |
| choices | tuple of str | list of str |
| date, meeting | date | "2026-02-12" |
| moment | datetime in UTC | "2026-02-12T09:30:00+00:00" |
| papers, people, agreements | mapping of Ticked | {entry: {answer, detail, on, until}} |

Absent parts of a checklist's answer are left out. What people type is read by `policy.answers`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import cast

from apflow.errors import BadInput, Unknown
from apflow.nearest import nearest
from apflow.policy.lifecycle import Fact, Lifecycle
from apflow.policy.situation import Satisfaction, Ticked, Value

#: Every answer that an entry of a checklist may hold, by the checklist's type; the first satisfies.
ANSWERS: Mapping[str, tuple[Satisfaction, ...]] = {
    "papers": ("present", "equivalent", "not_applicable", "awaited"),
    "people": ("present", "absent"),
    "agreements": ("agreed", "refused", "withdrawn"),
}


def read_facts(lifecycle: Lifecycle, written: Mapping[str, object]) -> dict[str, Value]:
    """Read facts from their written form.

    Raises Unknown for a name that is no fact of the lifecycle and BadInput for a value that is
    not in the written form of its type: both mean that the stored text is not ours.
    """
    kinds = lifecycle.facts
    facts: dict[str, Value] = {}
    for name, value in written.items():
        fact = kinds.get(name)
        if fact is None:
            raise Unknown("fact", name, nearest(name, kinds))
        try:
            facts[name] = _READERS[fact.type](value)
        except (TypeError, ValueError, KeyError, AttributeError):
            raise BadInput(name, value, f"not the written form of a {fact.type} fact") from None
    return facts


def write_facts(facts: Mapping[str, Value]) -> dict[str, object]:
    """Write facts in the form that `read_facts` reads."""
    return {name: write_value(value) for name, value in facts.items()}


def write_value(value: Value) -> object:
    """Write one value; a moment is written in UTC, whatever its zone."""
    writer = _WRITERS.get(type(value))
    return writer(value) if writer is not None else _write_checklist(value)


def updated(fact: Fact, before: Value | None, answer: Value) -> Value:
    """Return what is known of `fact` once `answer` is given.

    Papers and agreements are kept and updated entry by entry; anything else is answered anew.
    """
    if fact.type in ("papers", "agreements") and isinstance(before, Mapping):
        return {**before, **cast(Mapping[str, Ticked], answer)}
    return answer


def _read_yes_no(value: object) -> bool:
    if value is True or value is False:
        return value
    raise TypeError


def _read_number(value: object) -> int:
    if type(value) is int:
        return value
    raise TypeError


def _read_text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError


def _read_date(value: object) -> date:
    return date.fromisoformat(cast(str, value))


def _read_moment(value: object) -> datetime:
    moment = datetime.fromisoformat(cast(str, value))
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def _read_choices(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise TypeError


def _read_checklist(value: object) -> Mapping[str, Ticked]:
    sheet = cast(Mapping[str, Mapping[str, object]], value)
    return {entry: _read_ticked(answer) for entry, answer in sheet.items()}


def _read_ticked(written: Mapping[str, object]) -> Ticked:
    answer = written["answer"]
    if answer not in _EVERY_ANSWER or written.keys() - _TICKED:
        raise ValueError
    detail = written.get("detail")
    return Ticked(
        answer,
        None if detail is None else _read_text(detail),
        _read_date(written["on"]) if "on" in written else None,
        _read_date(written["until"]) if "until" in written else None,
    )


_EVERY_ANSWER = frozenset(answer for answers in ANSWERS.values() for answer in answers)
_TICKED = frozenset(("answer", "detail", "on", "until"))
_READERS: Mapping[str, Callable[[object], Value]] = {
    "yes_no": _read_yes_no,
    "number": _read_number,
    "text": _read_text,
    "person": _read_text,
    "choice": _read_text,
    "organisation": _read_text,
    "date": _read_date,
    "meeting": _read_date,
    "moment": _read_moment,
    "choices": _read_choices,
    "papers": _read_checklist,
    "people": _read_checklist,
    "agreements": _read_checklist,
}


def _same(value: Value) -> object:
    return value


def _write_date(value: Value) -> object:
    return cast(date, value).isoformat()


def _write_moment(value: Value) -> object:
    return cast(datetime, value).astimezone(UTC).isoformat()


def _write_choices(value: Value) -> object:
    return list(cast(tuple[str, ...], value))


def _write_checklist(value: Value) -> object:
    return {
        entry: _write_ticked(ticked) for entry, ticked in cast(Mapping[str, Ticked], value).items()
    }


def _write_ticked(ticked: Ticked) -> dict[str, object]:
    written: dict[str, object] = {"answer": ticked.answer}
    if ticked.detail is not None:
        written["detail"] = ticked.detail
    if ticked.on is not None:
        written["on"] = ticked.on.isoformat()
    if ticked.until is not None:
        written["until"] = ticked.until.isoformat()
    return written


_WRITERS: Mapping[type, Callable[[Value], object]] = {
    bool: _same,
    int: _same,
    str: _same,
    date: _write_date,
    datetime: _write_moment,
    tuple: _write_choices,
}
