"""The calls that a condition may make, each checked on loading and made ready to be asked."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from apflow.policy.calendar import CALENDAR_UNITS, DAY_UNITS, BeyondCalendar
from apflow.policy.conditions import Ask, EntryRow, View
from apflow.policy.conditions.reading import Built, Reading, fixed, hint, hint_or_list
from apflow.policy.conditions.tokens import clipped
from apflow.policy.kinds import ANYTHING, DATE, MOMENT, NUMBER, YES_NO, Kind
from apflow.policy.london import london_day

#: A call being built: what is read so far, its column, its arguments.
_Build = Callable[[Reading, int, Sequence[Built]], Built]


def as_day(part: Built) -> Ask:
    """Return how to ask a date or moment for its date in London."""
    ask = part.ask
    if part.kind.name != "moment":
        return ask

    def day(view: View) -> date | None:
        moment = ask(view)
        return None if moment is None else london_day(moment)

    return day


def _is(reading: Reading, part: Built, *names: str) -> bool:
    """Note a fault unless the part is of one of these kinds."""
    if part.kind.name in names and not part.quoted:
        return True
    if part.kind != ANYTHING:
        wanted = " or ".join(Kind(name).says for name in names)  # type: ignore[arg-type]
        reading.fault(part.column, f"{wanted} is expected here, not {part.says}")
    return False


def _known(reading: Reading, column: int, args: Sequence[Built]) -> Built:
    (part,) = args
    if part.quoted:
        return reading.fault(
            part.column, f"{part.says} is a word and always known; name it without quotes"
        )
    ask = part.ask
    if part.constant:
        return fixed(YES_NO, part.value is not None, column)
    return Built(YES_NO, lambda view: ask(view) is not None, column)


def _checklist(reading: Reading, part: Built) -> str | None:
    """Return the name of the checklist that is meant; else note the fault."""
    if part.kind == ANYTHING:
        return None
    if part.kind.is_checklist and part.name:
        return part.name
    reading.fault(
        part.column, f"a list of papers, people or agreements is expected here, not {part.says}"
    )
    return None


def _every(
    fact: str, ask: Ask, holds: Callable[[EntryRow, Any], bool], chosen: frozenset[str]
) -> Ask:
    """Ask whether `holds` is so for each chosen entry that applies.

    An entry that may apply and fails leaves the answer not known yet, as does a list that nobody
    has filled in while an entry of it may apply.
    """

    def every(view: View) -> bool | None:
        ticked = ask(view)
        answer: bool | None = True
        for row in view.compiled.entry_rows[fact]:
            if row.name not in chosen or (ticked is not None and holds(row, ticked.get(row.name))):
                continue
            applies = True if row.when is None else row.when.ask(view)
            if applies is True and ticked is not None:
                return False
            if applies is not False:
                answer = None
        return answer

    return every


def _satisfied(row: EntryRow, ticked: Any) -> bool:
    return ticked is not None and ticked.answer in row.satisfied_by


def _has_answer(row: EntryRow, ticked: Any) -> bool:  # noqa: ARG001
    return ticked is not None


def _of_needed(holds: Callable[[EntryRow, Any], bool]) -> _Build:
    def build(reading: Reading, column: int, args: Sequence[Built]) -> Built:
        fact = _checklist(reading, args[0])
        if fact is None:
            return fixed(ANYTHING, None, column)
        entries = reading.names.lifecycle.facts[fact].entries
        needed = frozenset(name for name, entry in entries.items() if entry.needed)
        return Built(YES_NO, _every(fact, args[0].ask, holds, needed), column)

    return build


def _has(reading: Reading, column: int, args: Sequence[Built]) -> Built:
    fact = _checklist(reading, args[0])
    if fact is None:
        return fixed(ANYTHING, None, column)
    entries = reading.names.lifecycle.facts[fact].entries
    chosen = [reading.word(part, entries, f"entry of {fact}") for part in args[1:]]
    wanted = frozenset(name for name in chosen if name is not None)
    return Built(YES_NO, _every(fact, args[0].ask, _satisfied, wanted), column)


def _how_many(reading: Reading, column: int, args: Sequence[Built]) -> Built:
    (part,) = args
    ask = part.ask
    if part.kind.name == "choices":

        def picked(view: View) -> int | None:
            found = ask(view)
            return None if found is None else len(found)

        return Built(NUMBER, picked, column)
    fact = _checklist(reading, part)
    if fact is None:
        return fixed(ANYTHING, None, column)

    def satisfied(view: View) -> int | None:
        ticked = ask(view)
        if ticked is None:
            return None
        number = 0
        for row in view.compiled.entry_rows[fact]:
            if _satisfied(row, ticked.get(row.name)):
                applies = True if row.when is None else row.when.ask(view)
                if applies is None:
                    return None
                number += applies
        return number

    return Built(NUMBER, satisfied, column)


def _event(reading: Reading, part: Built) -> str | None:
    event = reading.word(part, reading.names.lifecycle.events, "event")
    if event is not None:
        reading.events.add(event)
    return event


def _count(reading: Reading, column: int, args: Sequence[Built]) -> Built:
    event = _event(reading, args[0])
    if event is None:
        return fixed(ANYTHING, None, column)
    if len(args) == 1:
        return Built(NUMBER, lambda view: len(view.situation.tally.events.get(event, ())), column)
    if not _is(reading, args[1], "date", "moment"):
        return fixed(ANYTHING, None, column)
    since = as_day(args[1])

    def count(view: View) -> int | None:
        first: date | None = since(view)
        if first is None:
            return None
        happened = view.situation.tally.events.get(event, ())
        return sum(on >= first for on, _ in happened)

    return Built(NUMBER, count, column)


def _happened(pick: Callable[[Any], Any]) -> _Build:
    def build(reading: Reading, column: int, args: Sequence[Built]) -> Built:
        event = _event(reading, args[0])
        if event is None:
            return fixed(ANYTHING, None, column)

        def when(view: View) -> date | None:
            happened = view.situation.tally.events.get(event)
            return pick(happened)[0] if happened else None

        return Built(DATE, when, column)

    return build


def _entered(reading: Reading, column: int, args: Sequence[Built]) -> Built:
    state = reading.word(args[0], reading.names.lifecycle.states, "state")
    if state is None:
        return fixed(ANYTHING, None, column)
    reading.states.add(state)

    def when(view: View) -> date | None:
        entries = view.situation.tally.states.get(state)
        return max(entries)[0] if entries else None

    return Built(DATE, when, column)


def _extreme(pick: Callable[[Any], Any]) -> _Build:
    def build(reading: Reading, column: int, args: Sequence[Built]) -> Built:
        dates = [_is(reading, part, "date", "moment") for part in args]
        if not all(dates):
            return fixed(ANYTHING, None, column)
        moments = all(part.kind.name == "moment" for part in args)
        asks = [part.ask if moments else as_day(part) for part in args]

        def extreme(view: View) -> Any:
            known = [found for ask in asks if (found := ask(view)) is not None]
            return pick(known) if known else None

        return Built(MOMENT if moments else DATE, extreme, column)

    return build


def unit_fault(part_value: Any, allowed: Sequence[str]) -> str | None:
    """Say what is wrong with a unit, None if nothing is."""
    if part_value in allowed:
        return None
    return f"'{clipped(str(part_value))}' is no unit here{hint_or_list(str(part_value), allowed)}"


def _counted(reading: Reading, args: Sequence[Built], least: int, allowed: Sequence[str]) -> bool:
    """Check the number and the unit that end a call about the calendar."""
    number, unit = args[-2:]
    fine = _is(reading, number, "number")
    if fine and number.constant and number.value is not None and number.value < least:
        reading.fault(number.column, f"the number is at least {least}, not {number.value}")
    if unit.kind.name != "word" or not unit.constant:
        if unit.kind != ANYTHING:
            says = f"a unit is expected here, in quotes or as a setting, not {unit.says}"
            reading.fault(unit.column, says)
        return False
    if unit.value is not None and (wrong := unit_fault(unit.value, allowed)):
        reading.fault(unit.column, wrong)
    return fine


def _on_calendar(method: str, least: int, allowed: Sequence[str]) -> _Build:
    """Build nth, within or ago; ago counts from today."""

    def build(reading: Reading, column: int, args: Sequence[Built]) -> Built:
        from_today = len(args) == 2
        counted = _counted(reading, args, least, allowed)
        if not ((from_today or _is(reading, args[0], "date", "moment")) and counted):
            return fixed(ANYTHING, None, column)
        start: Ask = (lambda view: view.situation.today) if from_today else as_day(args[0])
        number, unit = args[-2].ask, args[-1].value
        if unit is None:
            return fixed(DATE, None, column)

        def day(view: View) -> date | None:
            first, n = start(view), number(view)
            if first is None or n is None:
                return None
            try:
                return getattr(view.situation.calendar, method)(first, n, unit)  # type: ignore[no-any-return]
            except BeyondCalendar:
                return None

        return Built(DATE, day, column)

    return build


def _next_meeting(reading: Reading, column: int, args: Sequence[Built]) -> Built:
    meeting = reading.word(args[0], reading.names.lifecycle.meetings, "meeting")
    if not _is(reading, args[1], "date", "moment") or meeting is None:
        return fixed(ANYTHING, None, column)
    reading.meetings.add(meeting)
    after = as_day(args[1])

    def sitting(view: View) -> date | None:
        day = after(view)
        if day is None:
            return None
        for listed in view.situation.sittings.get(meeting, ()):
            if listed > day:
                papers = view.papers_day(meeting, listed)
                if papers is None:
                    return None
                if papers >= day:
                    return listed
        return None

    return Built(Kind("date", meeting=meeting), sitting, column)


def _papers_by(reading: Reading, column: int, args: Sequence[Built]) -> Built:
    (part,) = args
    meeting = part.kind.meeting
    if meeting is None:
        if part.kind != ANYTHING:
            reading.fault(part.column, f"a sitting of a meeting is expected here, not {part.says}")
        return fixed(ANYTHING, None, column)
    reading.meetings.add(meeting)
    ask = part.ask

    def last_day(view: View) -> Any:
        sitting = ask(view)
        return None if sitting is None else view.papers_day(meeting, sitting)

    return Built(DATE, last_day, column)


#: name: (what a call looks like, fewest and most arguments, how it is built).
FUNCTIONS: Final[Mapping[str, tuple[str, int, int | None, _Build]]] = {
    "known": ("known(x)", 1, 1, _known),
    "complete": ("complete(list)", 1, 1, _of_needed(_satisfied)),
    "answered": ("answered(list)", 1, 1, _of_needed(_has_answer)),
    "has": ("has(list, 'entry', …)", 2, None, _has),
    "how_many": ("how_many(list)", 1, 1, _how_many),
    "count": ("count('event') or count('event', since)", 1, 2, _count),
    "first": ("first('event')", 1, 1, _happened(min)),
    "last": ("last('event')", 1, 1, _happened(max)),
    "entered": ("entered('state')", 1, 1, _entered),
    "latest": ("latest(a, b, …)", 1, None, _extreme(max)),
    "earliest": ("earliest(a, b, …)", 1, None, _extreme(min)),
    "nth": ("nth(start, n, unit)", 3, 3, _on_calendar("nth", 1, DAY_UNITS)),
    "within": ("within(start, n, unit)", 3, 3, _on_calendar("within", 0, CALENDAR_UNITS)),
    "ago": ("ago(n, unit)", 2, 2, _on_calendar("ago", 0, CALENDAR_UNITS)),
    "next_meeting": ("next_meeting('meeting', after)", 2, 2, _next_meeting),
    "papers_by": ("papers_by(sitting)", 1, 1, _papers_by),
}


def build_call(reading: Reading, column: int, name: str, args: Sequence[Built]) -> Built:
    """Return the call made ready; notes a fault if there is no such function or it does not fit."""
    if name not in FUNCTIONS:
        return reading.fault(
            column, f"there is no function '{clipped(name)}'{hint(name, FUNCTIONS)}"
        )
    looks, fewest, most, build = FUNCTIONS[name]
    if len(args) < fewest or (most is not None and len(args) > most):
        return reading.fault(column, f"it is written {looks}, with these parts and no others")
    return build(reading, column, args)
