"""What people answer, taken: every wrong answer is named, with the way out.

Taken are the written form of `policy.facts` and what people type: `yes` and `no`, `12/02/2026`,
`12 Feb 2026`, `today`, options with commas between them, and for a checklist the entries that are
satisfied (`caf, core_support`) or each entry with its answer (`{"pupil": "absent: ill"}`).

An answer left empty is no answer, and what was known stays; only papers may be answered empty,
which means that there is nothing new.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from apflow.errors import BadInput, BadInputs, Unknown
from apflow.nearest import nearest
from apflow.policy.checklists import blank, take_checklist
from apflow.policy.lifecycle import CHECKLISTS, Fact, Lifecycle
from apflow.policy.situation import Value
from apflow.policy.written import take_date, take_moment, take_text

_LONGEST_NAME = 200
_LARGEST_NUMBER = 999_999_999
_YES_NO = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}


def take_answers(
    lifecycle: Lifecycle,
    event: str,
    given: Mapping[str, object],
    today: date,
    sittings: Mapping[str, Sequence[date]] | None = None,
) -> dict[str, Value]:
    """Take what was answered with an event, by the name of the fact.

    With `sittings` (the listed dates of each meeting) a meeting must be one of them. Whether
    everything that must be answered is answered is decided with the event, not here.
    Raises Unknown for the event, BadInputs with every answer that cannot be taken.
    """
    asked = lifecycle.events.get(event)
    if asked is None:
        raise Unknown("event", event, nearest(event, lifecycle.events))
    names = (*asked.asks, *asked.may_ask)
    return take_values(lifecycle, names, given, today, sittings)


def take_values(
    lifecycle: Lifecycle,
    names: Iterable[str],
    given: Mapping[str, object],
    today: date,
    sittings: Mapping[str, Sequence[date]] | None = None,
) -> dict[str, Value]:
    """Take values for some of the facts `names`; raises BadInputs with every one that is wrong."""
    allowed = tuple(names)
    taken: dict[str, Value] = {}
    wrong: list[BadInput] = []
    for name, value in given.items():
        try:
            fact = _fact(lifecycle, allowed, name, value)
            if not _empty(fact, value):
                taken[name] = _take(fact, name, value, today)
                _check_sitting(lifecycle, fact, name, taken[name], today, sittings)
        except BadInput as one:
            wrong.append(one)
        except BadInputs as several:
            wrong.extend(several.inputs)
    if wrong:
        raise BadInputs(*wrong)
    return taken


def _fact(lifecycle: Lifecycle, allowed: tuple[str, ...], name: str, value: object) -> Fact:
    fact = lifecycle.facts.get(name)
    if fact is not None and name in allowed:
        return fact
    asked = f"asked here: {', '.join(allowed)}" if allowed else "nothing is asked here"
    if fact is not None:
        raise BadInput(name, value, f"not asked here; {asked}")
    near = nearest(name, allowed) or nearest(name, lifecycle.facts)
    hint = f"did you mean '{near}'?" if near else asked
    raise BadInput(name, value, f"there is no such fact; {hint}")


def _empty(fact: Fact, value: object) -> bool:
    """Whether an answer was left empty; an empty answer about papers says "nothing new"."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    if fact.type in CHECKLISTS and isinstance(value, Mapping):
        return fact.type != "papers" and all(map(blank, value.values()))
    return isinstance(value, (list, tuple)) and not value and fact.type != "papers"


def _take(fact: Fact, name: str, given: object, today: date) -> Value:
    if fact.type in ("date", "meeting"):
        return take_date(name, given, today)
    if fact.type == "moment":
        return take_moment(name, given, today)
    if fact.type in CHECKLISTS:
        return take_checklist(fact, name, given, today)
    return _PLAIN[fact.type](fact, name, given)


def _check_sitting(
    lifecycle: Lifecycle,
    fact: Fact,
    name: str,
    value: Value,
    today: date,
    sittings: Mapping[str, Sequence[date]] | None,
) -> None:
    if sittings is None or fact.type != "meeting" or fact.of is None:
        return
    listed = sittings.get(fact.of, ())
    if value in listed:
        return
    meeting = lifecycle.meetings.get(fact.of)
    title = meeting.title if meeting is not None and meeting.title else fact.of
    ahead = ", ".join(day.isoformat() for day in listed if day >= today)
    says = f"no sitting of {title} is listed on that day; listed: {ahead or 'none from today on'}"
    raise BadInput(name, str(value), says)


def _take_yes_no(_: Fact, name: str, given: object) -> bool:
    if isinstance(given, bool):
        return given
    answer = _YES_NO.get(given.strip().lower()) if isinstance(given, str) else None
    if answer is None:
        raise BadInput(name, given, "answer yes or no")
    return answer


def _take_number(fact: Fact, name: str, given: object) -> int:
    if isinstance(given, str) and re.fullmatch(r"\s*[+-]?\d{1,12}\s*", given, re.ASCII):
        number = int(given)
    elif isinstance(given, int) and not isinstance(given, bool):
        number = given
    else:
        raise BadInput(name, given, "write it as a whole number, such as 85")
    least = -_LARGEST_NUMBER if fact.min is None else fact.min
    most = _LARGEST_NUMBER if fact.max is None else fact.max
    if not least <= number <= most:
        raise BadInput(name, given, f"it must be from {least} to {most}")
    return number


def _take_text(_: Fact, name: str, given: object) -> str:
    return take_text(name, given)


def _take_name(_: Fact, name: str, given: object) -> str:
    text = take_text(name, given, _LONGEST_NAME)
    if "\n" in text:
        raise BadInput(name, given, "write it on one line")
    return text


def _take_choice(fact: Fact, name: str, given: object) -> str:
    option = _option(fact, given)
    if option is None:
        raise BadInput(name, given, _one_of(fact, given))
    return option


def _take_choices(fact: Fact, name: str, given: object) -> tuple[str, ...]:
    several = given.split(",") if isinstance(given, str) else given
    if not isinstance(several, (list, tuple)):
        raise BadInput(name, given, _one_of(fact, given))
    wrong = [one for one in several if _option(fact, one) is None]
    if wrong:
        raise BadInputs(*(BadInput(name, one, _one_of(fact, one)) for one in wrong))
    picked = {_option(fact, one) for one in several}
    return tuple(option for option in fact.options if option in picked)


def _option(fact: Fact, given: object) -> str | None:
    """Return the option meant: its id, or its id or title whatever the case, if only one fits."""
    if not isinstance(given, str):
        return None
    word = given.strip()
    if word in fact.options:
        return word
    folded = word.casefold()
    fits = [
        option
        for option, title in fact.options.items()
        if folded in (option.casefold(), title.casefold())
    ]
    return fits[0] if len(fits) == 1 else None


def _one_of(fact: Fact, given: object) -> str:
    near = nearest(given, fact.options) if isinstance(given, str) else None
    hint = f"; did you mean '{near}'?" if near else ""
    shown = ", ".join(f"{option} ({title})" for option, title in fact.options.items())
    return f"not one of the options{hint} They are: {shown}" if hint else f"choose from: {shown}"


_PLAIN: Mapping[str, Callable[[Fact, str, object], Value]] = {
    "yes_no": _take_yes_no,
    "number": _take_number,
    "text": _take_text,
    "person": _take_name,
    "organisation": _take_name,
    "choice": _take_choice,
    "choices": _take_choices,
}
