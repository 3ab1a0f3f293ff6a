"""One condition of the file, from its text to a Condition that fits its place."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from apflow.policy.conditions import Condition, View
from apflow.policy.conditions.builder import LARGEST, build, is_option
from apflow.policy.conditions.parser import parse
from apflow.policy.conditions.places import LARGEST_WRITTEN, Place
from apflow.policy.conditions.reading import Built, Reading, fixed, hint
from apflow.policy.conditions.tokens import CannotRead, clipped
from apflow.policy.kinds import ANYTHING, NUMBER, YES_NO, Kind, Names, fact_kind
from apflow.policy.lifecycle import ConditionText


class Read(NamedTuple):
    """What came of a text: the condition, how deep it is nested, and its faults."""

    condition: Condition
    depth: int
    faults: tuple[CannotRead, ...]


def compile_condition(place: Place, names: Names, behind: Mapping[str, frozenset[str]]) -> Read:
    """Read the text at a place of the file.

    `behind` are, for each meeting, the names that its day for papers rests on.
    """
    reading = Reading(names)
    depth = 1
    try:
        built, depth = _built(place, reading)
        _check_fit(built, place, reading)
        if place.bounds is not None:
            built = _bounded(built, place.bounds, reading)
    except CannotRead as fault:
        reading.faults.append(fault)
        built = fixed(ANYTHING, None, fault.column)
    read = reading.read.union(*(behind.get(name, ()) for name in reading.meetings))
    condition = Condition(
        text=_text(place.text),
        kind=built.kind,
        ask=built.ask,
        names=frozenset(read),
        particulars=frozenset(reading.particulars),
        events=frozenset(reading.events),
        states=frozenset(reading.states),
        meetings=frozenset(reading.meetings),
    )
    return Read(condition, depth, tuple(sorted(reading.faults, key=lambda fault: fault.column)))


def _text(written: ConditionText) -> str:
    if isinstance(written, bool):
        return "true" if written else "false"
    if isinstance(written, int) and abs(written) > LARGEST:
        return "a number too large to count with"
    return str(written)


def _built(place: Place, reading: Reading) -> tuple[Built, int]:
    written = place.text
    if isinstance(written, bool):
        return fixed(YES_NO, written, 1), 1
    if isinstance(written, int):
        if abs(written) > LARGEST_WRITTEN:
            raise CannotRead(1, f"a number is at most {LARGEST_WRITTEN:,}")
        return fixed(NUMBER, written, 1), 1
    kind = _kind_of(place, reading.names)
    if kind is not None and kind.name in ("choice", "choices"):
        word = written.strip()
        if word in kind.options:
            value = word if kind.name == "choice" else (word,)
            return fixed(Kind(kind.name, (word,), kind.of), value, 1), 1
        if word.isidentifier() and word not in reading.names.kinds:
            says = f"there is no option, fact or setting '{clipped(word)}'"
            raise CannotRead(1, says + hint(word, kind.options, reading.names.kinds))
    tree, depth = parse(written)
    return build(tree, reading), depth


def _kind_of(place: Place, names: Names) -> Kind | None:
    """Return the kind of the fact whose value stands at the place, if there is such a fact."""
    if place.fact is None or place.fact not in names.lifecycle.facts:
        return None
    return fact_kind(place.fact, names.lifecycle.facts[place.fact])


def _check_fit(built: Built, place: Place, reading: Reading) -> None:
    if built.kind == ANYTHING:
        return
    if place.fact is not None:
        wanted = _kind_of(place, reading.names)
        if wanted is not None:
            _check_value(built, wanted, place.fact, reading)
    elif built.kind.name not in place.wants:
        wants = " or ".join(Kind(name).says for name in place.wants)
        reading.fault(1, f"{wants} is expected here, but this gives {built.says}")


def _bounded(built: Built, bounds: tuple[int, int], reading: Reading) -> Built:
    """Check a number that is known on loading; one worked out past its bounds is not known."""
    least, most = bounds
    if built.kind != NUMBER:
        return built
    if built.constant:
        if built.value is not None and not least <= built.value <= most:
            says = f"the number here is {least:,} to {most:,}, not {built.value:,}"
            reading.fault(built.column, says)
        return built
    ask = built.ask

    def within_bounds(view: View) -> Any:
        found = ask(view)
        return found if found is not None and least <= found <= most else None

    return replace(built, ask=within_bounds)


def _check_value(built: Built, wanted: Kind, fact: str, reading: Reading) -> None:
    """Check that what is given can be a value of the fact."""
    given = built.kind
    if wanted.is_checklist:
        reading.fault(1, f"'{fact}' is {wanted.says}: it is filled in, not worked out or set")
    elif given.name == wanted.name and wanted.name in ("choice", "choices"):
        strange = [option for option in given.options if option not in wanted.options]
        if strange:
            says = f"this may give '{strange[0]}', which is no option of {fact}"
            reading.fault(1, says + hint(strange[0], wanted.options))
    elif wanted.name == "choice" and given.name == "word":
        if built.value is not None:
            is_option(built, (built.value,), wanted, reading)
    elif wanted.meeting is not None and given.meeting != wanted.meeting:
        says = f"'{fact}' is a sitting of {wanted.meeting}, but this gives {built.says}"
        reading.fault(1, says)
    elif given.name != wanted.name and (wanted.name, given.name) != ("text", "word"):
        reading.fault(1, f"'{fact}' is {wanted.says}, but this gives {built.says}")
