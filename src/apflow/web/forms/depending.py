"""Which questions count only with certain answers to others on the same form.

Found by asking policy itself: for each answer that may be chosen, which questions would it still
ask. What is found is only shown; what is asked in the end is decided with all the answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from apflow.policy.situation import Value
from apflow.web.forms.building import Ground
from apflow.web.forms.fields import Field, fact_id

#: For a question the answers to others, by fact, with which it counts.
Needs = Mapping[str, Mapping[str, tuple[str, ...]]]
_NOTHING: Mapping[str, Value] = {}


@dataclass(frozen=True, slots=True)
class Questions:
    """The facts that a form asks for: those that must be answered, those that may be.

    Some count only with certain answers to others: `needs` says with which.
    """

    asks: tuple[str, ...]
    may_ask: tuple[str, ...]
    needs: Needs

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.asks, *self.may_ask)


def questions(ground: Ground, event: str, taken: Mapping[str, Value] = _NOTHING) -> Questions:
    """Return what an event's form asks, now and once one of its own answers makes it count.

    `taken` are answers given already.
    """
    about = ground.words.lifecycle.events[event]
    names = (*about.asks, *about.may_ask)
    needed = _needs(ground, event, names)
    base = ground.machine.asks(ground.situation, event)
    again = ground.machine.asks(ground.situation, event, taken) if taken else base
    counts = {*base.asks, *base.may_ask, *again.asks, *again.may_ask, *needed}
    return Questions(
        tuple(name for name in about.asks if name in counts),
        tuple(name for name in about.may_ask if name in counts),
        needed,
    )


def _needs(ground: Ground, event: str, names: tuple[str, ...]) -> Needs:
    compiled = ground.machine.compiled
    rests_on: dict[str, frozenset[str]] = {}
    for name in names:
        when = compiled.at("facts", name, "when")
        if when is not None:
            rests_on[name] = compiled.reads(*when.names)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for control in names:
        touched = [name for name, reads in rests_on.items() if control in reads and name != control]
        answers = _answers(ground, control) if touched else {}
        asked = {said: _asked(ground, event, control, one) for said, one in answers.items()}
        for name in touched:
            kept = tuple(said for said, names in asked.items() if name in names)
            if 0 < len(kept) < len(answers):
                found.setdefault(name, {})[control] = kept
    return found


def _answers(ground: Ground, name: str) -> dict[str, Value]:
    """Return every answer that may be chosen to a question, as it is posted and as it is taken."""
    fact = ground.fact(name)
    if fact.type == "yes_no":
        return {"yes": True, "no": False}
    return {option: option for option in fact.options} if fact.type == "choice" else {}


def _asked(ground: Ground, event: str, control: str, answer: Value) -> frozenset[str]:
    asking = ground.machine.asks(ground.situation, event, {control: answer})
    return frozenset((*asking.asks, *asking.may_ask))


def conditional(ground: Ground, fields: Iterable[Field], asked: Questions) -> tuple[Field, ...]:
    """Return the fields, each saying when it counts; one with an error is always to be seen."""
    return tuple(_conditional(ground, field, asked) for field in fields)


def _conditional(ground: Ground, field: Field, asked: Questions) -> Field:
    needed = asked.needs.get(field.id.removeprefix("fact-"))
    if needed is None:
        return field
    shown_for = {
        fact_id(control): kept if control in asked.asks else ("", *kept)
        for control, kept in needed.items()
    }
    wrong = field.error or any(line.error for line in field.lines)
    words = " and ".join(_only_if(ground, *one) for one in needed.items())
    return replace(field, shown_for={} if wrong else shown_for, only_if=f"Only if {words}.")


def _only_if(ground: Ground, control: str, kept: Sequence[str]) -> str:
    fact = ground.fact(control)
    titles = {"yes": "Yes", "no": "No"} if fact.type == "yes_no" else fact.options
    answers = " or ".join(f"“{titles[one]}”" for one in kept)
    return f"the answer to “{ground.words.question(control)}” is {answers}"
