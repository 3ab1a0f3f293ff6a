"""How each name of a lifecycle gets its value in a View: facts, settings, words, particulars."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from apflow.policy.calendar import BeyondCalendar
from apflow.policy.conditions import Ask, Condition, EntryRow, Path, View
from apflow.policy.lifecycle import WEEKDAYS, Fact, Lifecycle, Meeting

_ALWAYS_SATISFIES = {"papers": "present", "people": "present", "agreements": "agreed"}

Conditions = Mapping[Path, Condition]


def sources(lifecycle: Lifecycle, conditions: Conditions) -> dict[str, Ask]:
    """Return for every name how it gets its value."""
    found: dict[str, Ask] = {}
    for name, setting in lifecycle.settings.items():
        found[name] = _always(setting.value)
    for name, fact in lifecycle.facts.items():
        found[name] = _when_it_counts(
            conditions.get(("facts", name, "when")), _fact(name, fact, conditions)
        )
        for particular in fact.has:
            found[f"{name}.{particular}"] = _particular(name, particular)
    found["today"] = lambda view: view.situation.today
    found["happened_on"] = lambda view: view.situation.happened_on
    found["state"] = lambda view: view.situation.state
    found["role"] = lambda view: view.situation.role
    whens = {name: conditions.get(("places", name, "when")) for name in lifecycle.places}
    found["place_free"] = _in_every_pool(whens, lambda view, p: view.situation.free.get(p, 1) > 0)
    found["next_in_line"] = _in_every_pool(
        whens, lambda view, pool: view.situation.first.get(pool, True)
    )
    return found


def entry_rows(lifecycle: Lifecycle, conditions: Conditions) -> dict[str, tuple[EntryRow, ...]]:
    """Return the entries of each checklist with the answers that satisfy them."""
    return {
        name: tuple(
            EntryRow(
                entry_name,
                entry,
                frozenset((_ALWAYS_SATISFIES[fact.type], *entry.or_)),
                conditions.get(("facts", name, "entries", entry_name, "when")),
            )
            for entry_name, entry in fact.entries.items()
        )
        for name, fact in lifecycle.facts.items()
        if fact.type in _ALWAYS_SATISFIES
    }


def papers_days(
    lifecycle: Lifecycle, conditions: Conditions, units: Mapping[Path, str | None]
) -> dict[str, Callable[[View, date], date | None]]:
    """Return for each meeting how to find the last day for papers of a sitting."""
    return {
        name: _papers_day(
            meeting,
            conditions.get(("meetings", name, "papers_by", "before")),
            units.get(("meetings", name, "papers_by", "unit")),
        )
        for name, meeting in lifecycle.meetings.items()
    }


def _always(value: Any) -> Ask:
    return lambda _: value


def _when_it_counts(when: Condition | None, source: Ask) -> Ask:
    if when is None:
        return source
    ask = when.ask
    return lambda view: source(view) if ask(view) is True else None


def _fact(name: str, fact: Fact, conditions: Conditions) -> Ask:
    if fact.is_ is not None:
        return conditions[("facts", name, "is")].ask
    if not fact.choose:
        return lambda view: view.facts.get(name)
    rows: list[tuple[Ask | None, Ask]] = []
    for index in range(len(fact.choose)):
        when = conditions.get(("facts", name, "choose", index, "when"))
        value = conditions[("facts", name, "choose", index, "is")].ask
        rows.append((when.ask if when is not None else None, value))

    def chosen(view: View) -> Any:
        for when, value in rows:
            holds = True if when is None else when(view)
            if holds is None:
                return None
            if holds:
                return value(view)
        return None

    return chosen


def _particular(fact: str, name: str) -> Ask:
    def particular(view: View) -> Any:
        organisation = view.value(fact)
        register = view.situation.register
        return None if organisation is None else register.get(str(organisation), {}).get(name)

    return particular


def _in_every_pool(
    whens: Mapping[str, Condition | None], holds: Callable[[View, str], bool]
) -> Ask:
    """Ask whether `holds` is so in every pool of places that this referral counts against.

    Where it is not known whether it counts against a pool, nobody may have looked for room
    there: the answer is not known yet, unless another pool says no.
    """

    def in_every_pool(view: View) -> bool | None:
        answer: bool | None = True
        for pool, when in whens.items():
            counts = True if when is None else when.ask(view)
            if counts is None:
                answer = None
            elif counts and not holds(view, pool):
                return False
        return answer

    return in_every_pool


def _papers_day(
    meeting: Meeting, before: Condition | None, unit: str | None
) -> Callable[[View, date], date | None]:
    rule = meeting.papers_by
    if rule is None:
        return lambda _, sitting: sitting
    if rule.weekday is not None:
        day_of_week, weeks = WEEKDAYS.index(rule.weekday), rule.weeks_before or 0

        def named_day(_: View, sitting: date) -> date | None:
            monday = sitting - timedelta(days=sitting.weekday())
            return min(sitting, monday + timedelta(days=day_of_week, weeks=-weeks))

        return named_day

    def counted_day(view: View, sitting: date) -> date | None:
        number: Any = None if before is None else before.ask(view)
        if number is None or unit is None:
            return None
        try:
            return view.situation.calendar.before(sitting, number, unit)
        except BeyondCalendar:
            return None

    return counted_day
