"""What was typed into a form, read as answers: every fault is named, and nothing is lost."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from apflow.errors import BadInput, BadInputs
from apflow.policy.answers import take_values
from apflow.policy.facts import write_facts, write_value
from apflow.policy.lifecycle import CHECKLISTS, Fact
from apflow.policy.situation import Value
from apflow.policy.written import take_date
from apflow.web.forms import saying
from apflow.web.forms.building import LABELS, Ground, entries
from apflow.web.forms.fields import DATE_PARTS, Fault, fact_id
from apflow.web.forms.typed import Typed, one, several

_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))? ?([ap])\.?m\.?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Read:
    """What a form's answers come to: values by fact, and what cannot be taken."""

    taken: Mapping[str, Value] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    @property
    def answers(self) -> dict[str, object]:
        """The answers in their written form, as `casework.ask` takes them."""
        return write_facts(self.taken)


def read(
    ground: Ground,
    asks: Iterable[str],
    may_ask: Iterable[str],
    typed: Typed,
    *,
    whole: bool = False,
) -> Read:
    """Read the answers to some questions.

    What only may be answered and says what is known already is no answer. Of papers only what
    is new counts, unless the `whole` checklist is to be answered.
    """
    required = tuple(asks)
    taken: dict[str, Value] = {}
    faults: list[Fault] = []
    for name in (*required, *may_ask):
        given = _given(ground, name, typed, whole=whole)
        if isinstance(given, Fault):
            faults.append(given)
            continue
        if given is None:
            continue
        value, wrong = _taken(ground, name, given)
        faults += wrong
        if value is not None and (name in required or whole or _new(ground, name, value)):
            taken[name] = value
    return Read(taken, tuple(faults))


def _taken(ground: Ground, name: str, given: object) -> tuple[Value | None, list[Fault]]:
    lifecycle = ground.words.lifecycle
    if ground.fact(name).type == "organisation" and given not in ground.words.places:
        bad = BadInput(name, given, "choose from the register")
        return None, list(saying.wrong(ground, name, given, bad))
    try:
        taken = take_values(
            lifecycle, (name,), {name: given}, ground.today, ground.situation.sittings
        )
    except BadInputs as several_faults:
        found = (saying.wrong(ground, name, given, bad) for bad in several_faults.inputs)
        return None, _once(fault for faults in found for fault in faults)
    return taken.get(name), []


def _once(faults: Iterable[Fault]) -> list[Fault]:
    return list(dict.fromkeys(faults))


def _new(ground: Ground, name: str, value: Value) -> bool:
    """Whether an answer says anything that is not known already."""
    if isinstance(value, Mapping) and not value:
        return False
    known = ground.facts.get(name)
    written = write_value(value)
    if isinstance(known, Mapping) and isinstance(written, Mapping):
        return any(known.get(entry) != ticked for entry, ticked in written.items())
    return written != known


def _given(ground: Ground, name: str, typed: Typed, *, whole: bool) -> object:
    """Return an answer as `take_values` takes it, None for no answer, or what it lacks."""
    fact = ground.fact(name)
    if fact.type in CHECKLISTS:
        return _checklist(ground, name, fact, typed, whole=whole)
    if fact.type == "choices":
        return [option for option in several(typed, fact_id(name)) if option.strip()] or None
    if fact.type in ("date", "moment"):
        return _date(ground, name, fact, typed)
    return one(typed, fact_id(name)) or None


def _date(ground: Ground, name: str, fact: Fact, typed: Typed) -> object:
    """Put a date together from its inputs; the first may hold all of it."""
    parts = {part: one(typed, fact_id(name, part)) for part in DATE_PARTS}
    clock = one(typed, fact_id(name, "time")) if fact.type == "moment" else ""
    lacking = [part for part, text in parts.items() if not text]
    if len(lacking) == len(parts) and not clock:
        return one(typed, fact_id(name)) or None
    day = parts["day"]
    if lacking == ["month", "year"] and _is_day(ground, day):
        lacking = []
    elif not lacking:
        day = _joined(parts)
    if fact.type == "moment" and not clock:
        lacking.append("time")
    if lacking:
        return saying.part_missing(ground, name, lacking)
    return f"{day} {_on_a_clock(clock)}" if fact.type == "moment" else day


def _is_day(ground: Ground, text: str) -> bool:
    try:
        take_date("day", text, ground.today)
    except BadInput:
        return False
    return True


def _joined(parts: Mapping[str, str]) -> str:
    between = "/" if parts["month"].isdigit() else " "
    return between.join(parts[part] for part in DATE_PARTS)


def day_of(typed: Typed, prefix: str) -> str:
    """Return the day typed into the three inputs of `prefix`, as one text; "" for none."""
    parts = {part: one(typed, f"{prefix}-{part}") for part in DATE_PARTS}
    if parts["day"] and not parts["month"] and not parts["year"]:
        return parts["day"]
    return _joined(parts) if any(parts.values()) else ""


def _on_a_clock(text: str) -> str:
    """Return a time of day with 24 hours where it is said with am or pm."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= 12:
        return text
    hour = int(found[1]) % 12 + (12 if found[3].lower() == "p" else 0)
    return f"{hour}:{found[2] or '00'}"


def _checklist(
    ground: Ground, name: str, fact: Fact, typed: Typed, *, whole: bool
) -> dict[str, dict[str, str]] | None:
    known = ground.facts.get(name)
    before = known if isinstance(known, Mapping) else {}
    given = {}
    for entry in entries(ground, name):
        was = before.get(entry)
        known_entry = was if isinstance(was, Mapping) else {}
        ticked = _ticked(fact, name, entry, typed)
        if ticked["answer"] != "awaited" and known_entry.get("until"):
            ticked.pop("until", None)
        if not ticked["answer"] and ticked.get("detail") in (None, known_entry.get("detail")):
            continue
        if fact.type != "papers" or whole or not _same(ground, name, entry, ticked, known_entry):
            given[entry] = ticked
    return given if given or fact.type == "papers" else None


def _ticked(fact: Fact, name: str, entry: str, typed: Typed) -> dict[str, str]:
    ticked = {"answer": one(typed, fact_id(name, entry))}
    for part in LABELS[fact.type]:
        if text := one(typed, fact_id(name, entry, part)):
            ticked[part] = text
    return ticked


def _same(
    ground: Ground, name: str, entry: str, ticked: dict[str, str], known: Mapping[str, object]
) -> bool:
    """Whether an entry says what is known of it already."""
    if not known:
        return False
    value, faults = _taken(ground, name, {entry: ticked})
    written = None if value is None or faults else write_value(value)
    return isinstance(written, Mapping) and written.get(entry) == known
