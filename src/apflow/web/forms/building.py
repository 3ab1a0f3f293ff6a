"""A lifecycle's facts as the questions of a form."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from apflow.policy.compiled import View
from apflow.policy.facts import ANSWERS
from apflow.policy.lifecycle import CHECKLISTS, Entry, Fact
from apflow.policy.machine import Machine
from apflow.policy.situation import Situation
from apflow.web import wording
from apflow.web.facts import FactWords
from apflow.web.forms.fields import (
    DATE_PARTS,
    LINE_PARTS,
    MOMENT_PARTS,
    Fault,
    Field,
    Kind,
    Line,
    Option,
    fact_id,
    line_input,
)
from apflow.web.forms.typed import Typed, one, prefilled, several, shown

#: More answers than this are shown in a list that opens.
_MOST_RADIOS = 8
#: What is answered anew each time, though something is known from before.
_ANEW = ("text", "people")
#: What is filled in although it has to be answered: it says who or which, and judges nothing.
_SAME_AGAIN = ("organisation", "person", "meeting", "papers", "agreements")

_ANSWER_WORDS = {
    "present": "Present",
    "equivalent": "There is an equivalent",
    "not_applicable": "Not needed",
    "awaited": "Awaited",
    "absent": "Absent",
    "agreed": "Agreed",
    "refused": "Refused",
    "withdrawn": "Withdrawn",
}
_NO_ANSWER = {"papers": "Nothing yet", "people": "Not recorded", "agreements": "Not asked yet"}
#: What is typed beside the answer of an entry, and what its boxes are called.
LABELS = {
    "papers": {
        "detail": "Which, where it is kept, or why not needed",
        "on": "Its date",
        "until": "Awaited until",
    },
    "people": {"detail": "Who it was, or why absent", "on": "Day, if another"},
    "agreements": {"detail": "Who, or why not", "on": "Day it was given"},
}
#: What has to be said of a paper with an answer that is not offered for every one.
_PAPER_HINTS = {
    "equivalent": "which equivalent there is",
    "not_applicable": "why something is not needed",
}
_CHECKLIST_HINTS = {
    "people": "Give a reason for everybody who was absent.",
    "agreements": "Give a reason for every refusal.",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What a form is made from: the policy, where the referral stands, and what is known of it.

    `facts` are those that the person may see, in their written form; `own` are the
    organisations that they are a member of.
    """

    machine: Machine
    situation: Situation
    words: FactWords
    facts: Mapping[str, object]
    own: frozenset[str] = frozenset()

    @property
    def today(self) -> date:
        """The day on which the form is filled in."""
        return self.situation.today

    def fact(self, name: str) -> Fact:
        """Return a fact of the policy."""
        return self.words.lifecycle.facts[name]

    def sittings(self, fact: Fact) -> tuple[date, ...]:
        """Return the listed sittings of a fact's meeting."""
        return self.situation.sittings.get(fact.of or "", ())


def filled_in(ground: Ground, asks: Iterable[str], may_ask: Iterable[str]) -> Typed:
    """Return what a form says before anything is typed into it.

    What must be answered is filled in only where it names somebody or something, or is kept
    entry by entry: a judgement from last time is not to be passed on unread.
    """
    said: dict[str, list[str]] = {}
    required = set(asks)
    for name in (*required, *may_ask):
        fact = ground.fact(name)
        fits = fact.type in _SAME_AGAIN if name in required else fact.type not in _ANEW
        if fits and name in ground.facts:
            said |= prefilled(name, fact, ground.facts[name])
    return said


def fields(
    ground: Ground,
    asks: Sequence[str],
    may_ask: Sequence[str],
    typed: Typed,
    faults: Iterable[Fault] = (),
    *,
    whole: bool = False,
) -> tuple[Field, ...]:
    """Return the questions about facts, with what was typed and what is wrong with it.

    With `whole` an entry of a checklist may be answered with nothing, whatever is known.
    """
    wrong: dict[str, list[Fault]] = {}
    for fault in faults:
        wrong.setdefault(fault.id, []).append(fault)
    return tuple(
        field(ground, name, typed, wrong.get(fact_id(name), ()), optional=optional, whole=whole)
        for names, optional in ((asks, False), (may_ask, True))
        for name in names
    )


def field(
    ground: Ground,
    name: str,
    typed: Typed,
    faults: Sequence[Fault] = (),
    *,
    optional: bool = False,
    whole: bool = False,
) -> Field:
    """Return one question about a fact."""
    fact = ground.fact(name)
    made = Field(
        id=fact_id(name),
        kind="line",
        question=ground.words.question(name),
        hint=_hint(ground, name, fact, optional=optional),
        optional=optional,
    )
    if fact.type in CHECKLISTS:
        made = _checklist(ground, name, made, typed, faults, whole=whole)
    else:
        made = _MAKERS[fact.type](ground, name, made, typed)
    return _with_errors(made, faults)


def _with_errors(made: Field, faults: Sequence[Fault]) -> Field:
    if not faults:
        return made
    first = faults[0]
    if made.kind == "checklist" and first.part:
        return made
    wrong = tuple(fault.part for fault in faults if fault.part)
    return replace(made, error=first.says, wrong=wrong)


def _hint(ground: Ground, name: str, fact: Fact, *, optional: bool) -> str:
    """Return what helps to answer: the policy's own hint, limits, and what was answered before."""
    said = [fact.hint.rstrip(".") + "."] if fact.hint else []
    if fact.type in _CHECKLIST_HINTS:
        said.append(_CHECKLIST_HINTS[fact.type])
    if fact.type == "papers":
        offered = {answer for entry in entries(ground, name) for answer in fact.entries[entry].or_}
        wanted = [words for answer, words in _PAPER_HINTS.items() if answer in offered]
        said += [f"Say {', and '.join(wanted)}."] if wanted else []
    if fact.type == "number" and fact.min is not None and fact.max is not None:
        said.append(f"A whole number from {fact.min} to {fact.max}.")
    filled = fact.type not in _ANEW if optional else fact.type in _SAME_AGAIN
    if name in ground.facts and not filled and fact.type not in _ANEW:
        said.append(f"Known so far: {shown(ground.words.value(name, ground.facts[name]))}.")
    return " ".join(said)


def _yes_no(ground: Ground, name: str, made: Field, typed: Typed) -> Field:
    answers = (("yes", "Yes"), ("no", "No"))
    return replace(made, kind="radios", options=_options(ground, answers, name, made, typed))


def _choice(ground: Ground, name: str, made: Field, typed: Typed) -> Field:
    answers = tuple(ground.fact(name).options.items())
    if len(answers) > _MOST_RADIOS:
        return replace(made, kind="select", options=_listed(answers, name, typed))
    return replace(made, kind="radios", options=_options(ground, answers, name, made, typed))


def _choices(ground: Ground, name: str, made: Field, typed: Typed) -> Field:
    ticked = several(typed, fact_id(name))
    options = tuple(
        Option(value, text, value in ticked) for value, text in ground.fact(name).options.items()
    )
    hint = made.hint or "Choose all that apply."
    return replace(made, kind="checkboxes", options=options, hint=hint)


def _organisation(ground: Ground, name: str, made: Field, typed: Typed) -> Field:
    places = ground.words.places
    first = [one for one in places if one in ground.own]
    order = [*first, *(one for one in places if one not in ground.own)]
    answers = tuple((place, places[place]) for place in order)
    return replace(made, kind="select", options=_listed(answers, name, typed))


def _meeting(ground: Ground, name: str, made: Field, typed: Typed) -> Field:
    """Return the sittings ahead, each with the last day for its papers."""
    fact = ground.fact(name)
    listed = ground.sittings(fact)
    picked = one(typed, fact_id(name))
    days = [day for day in listed if day >= ground.today or day.isoformat() == picked]
    if not days:
        hint = "No sitting is listed from today on; an administrator can list one."
        return replace(made, kind="radios", hint=f"{made.hint} {hint}".strip())
    view = View(ground.machine.compiled, ground.situation)
    options = tuple(
        Option(
            day.isoformat(),
            wording.short_day(day),
            day.isoformat() == picked,
            _papers_by(ground, fact, view, day),
        )
        for day in days
    )
    if len(options) <= _MOST_RADIOS:
        return replace(made, kind="radios", options=options)
    joined = tuple(replace(o, text=f"{o.text}. {o.hint}" if o.hint else o.text) for o in options)
    return replace(made, kind="select", options=(Option("", "Choose one"), *joined))


def _papers_by(ground: Ground, fact: Fact, view: View, sitting: date) -> str:
    meeting = ground.words.lifecycle.meetings.get(fact.of or "")
    if meeting is None or meeting.papers_by is None or fact.of is None:
        return ""
    last = view.papers_day(fact.of, sitting)
    return "" if last is None else f"Papers in by {wording.short_day(last)}"


def _plain(kind: Kind) -> Callable[[Ground, str, Field, Typed], Field]:
    def made_of(_: Ground, name: str, made: Field, typed: Typed) -> Field:
        value = shown(one(typed, fact_id(name)))
        return replace(made, kind=kind, value=value)

    return made_of


def _date(_: Ground, name: str, made: Field, typed: Typed) -> Field:
    return replace(made, kind="date", parts=_parts(name, DATE_PARTS, typed), hint=_dated(made))


def _moment(_: Ground, name: str, made: Field, typed: Typed) -> Field:
    hint = f"{_dated(made)} The time as on a clock, such as 9:30am or 14:05."
    return replace(made, kind="moment", parts=_parts(name, MOMENT_PARTS, typed), hint=hint)


def _dated(made: Field) -> str:
    return f"{made.hint} For example, 27 3 2027.".strip()


def _parts(name: str, parts: Iterable[str], typed: Typed) -> dict[str, str]:
    return {part: shown(one(typed, fact_id(name, part))) for part in parts}


_MAKERS: Mapping[str, Callable[[Ground, str, Field, Typed], Field]] = {
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "organisation": _organisation,
    "meeting": _meeting,
    "number": _plain("number"),
    "text": _plain("text"),
    "person": _plain("line"),
    "date": _date,
    "moment": _moment,
}


def _options(
    ground: Ground, answers: Sequence[tuple[str, str]], name: str, made: Field, typed: Typed
) -> tuple[Option, ...]:
    """Return the answers; what may be left open, and is, can also be taken back."""
    picked = one(typed, fact_id(name))
    options = tuple(Option(value, text, value == picked) for value, text in answers)
    open_ = made.optional and name not in ground.facts
    return (*options, Option("", "No answer")) if open_ else options


def _listed(answers: Sequence[tuple[str, str]], name: str, typed: Typed) -> tuple[Option, ...]:
    picked = one(typed, fact_id(name))
    options = tuple(Option(value, text, value == picked) for value, text in answers)
    return (Option("", "Choose one"), *options)


def _checklist(
    ground: Ground, name: str, made: Field, typed: Typed, faults: Sequence[Fault], *, whole: bool
) -> Field:
    fact = ground.fact(name)
    known = ground.facts.get(name)
    answered = known if isinstance(known, Mapping) and not whole else {}
    wrong = {fault.part.partition(".")[0]: fault for fault in reversed(faults) if fault.part}
    labels = LABELS[fact.type]
    lines = tuple(
        _line(ground, name, entry, typed, wrong.get(entry), may_wait=entry not in answered)
        for entry in entries(ground, name)
    )
    return replace(made, kind="checklist", lines=lines, labels=labels)


def entries(ground: Ground, name: str) -> tuple[str, ...]:
    """Return the entries of a checklist that apply, or of which that is not known yet."""
    compiled = ground.machine.compiled
    view = View(compiled, ground.situation)
    return tuple(
        entry
        for entry in ground.fact(name).entries
        if (when := compiled.at("facts", name, "entries", entry, "when")) is None
        or view.ask(when) is not False
    )


def _line(
    ground: Ground, name: str, entry: str, typed: Typed, fault: Fault | None, *, may_wait: bool
) -> Line:
    fact = ground.fact(name)
    about = fact.entries[entry]
    given = fact_id(name, entry)
    picked = one(typed, given)
    options = tuple(
        Option(answer, _ANSWER_WORDS[answer], answer == picked) for answer in allowed(fact, about)
    )
    if may_wait and (fact.type != "people" or not about.needed):
        options = (*options, Option("", _NO_ANSWER[fact.type], not picked))
    boxes = {
        part: shown(one(typed, fact_id(name, entry, part)))
        for part in LINE_PARTS
        if part in LABELS[fact.type]
    }
    part = fault.part.partition(".")[2] if fault is not None else ""
    return Line(
        given, ground.words.entry(fact, entry), options, boxes, fault.says if fault else "", part
    )


def allowed(fact: Fact, entry: Entry) -> tuple[str, ...]:
    """Return the answers that an entry of a checklist takes."""
    optional = ("equivalent", "not_applicable")
    possible = ANSWERS[fact.type]
    if fact.type != "papers":
        return possible
    return tuple(answer for answer in possible if answer not in optional or answer in entry.or_)


def error_input(made: Field, fault: Fault) -> str:
    """Return the id of the input to which a fault leads."""
    if made.kind == "checklist" and fault.part:
        entry = fault.part.partition(".")[0]
        for line in made.lines:
            if line.id == f"{made.id}-{entry}":
                return line_input(line)
    return made.first
