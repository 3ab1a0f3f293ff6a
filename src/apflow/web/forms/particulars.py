"""What every form asks besides the policy's facts: when, in which role, and why all the same."""

from collections.abc import Iterable, Sequence
from datetime import date

from apflow.errors import BadInput
from apflow.policy.written import take_date, take_text
from apflow.web.facts import FactWords
from apflow.web.forms.fields import DATE_PARTS, Fault, Field, Option
from apflow.web.forms.reading import day_of
from apflow.web.forms.saying import text_fault
from apflow.web.forms.typed import Typed, one, shown

#: The names of the inputs.
HAPPENED_ON, ROLE, REASON = "happened_on", "acting_as", "because"
_OVERRIDE = "override-"
#: The longest time ago that is taken; `casework.office` holds the same.
_MOST_YEARS = 30
#: The longest name of somebody.
LONGEST_NAME = 200
_THE_DAY = "The day on which this happened"


def happened_field(
    typed: Typed, faults: Sequence[Fault], question: str = "When did this happen?"
) -> Field:
    """Return the question when the event happened."""
    return day_field(
        HAPPENED_ON, question, "Today or earlier. For example, 27 3 2027.", typed, faults
    )


def read_happened(typed: Typed, today: date) -> date | Fault:
    """Return the day on which the event happened; today for a form that does not ask."""
    if not any(f"{HAPPENED_ON}-{part}" in typed for part in DATE_PARTS):
        return today
    if not day_of(typed, HAPPENED_ON):
        return Fault(HAPPENED_ON, "Enter the day on which this happened")
    day = _real_day(typed, HAPPENED_ON, _THE_DAY, today)
    if not isinstance(day, date):
        return day
    if day > today:
        return Fault(HAPPENED_ON, f"{_THE_DAY} must be today or earlier")
    if day.year < today.year - _MOST_YEARS:
        return Fault(HAPPENED_ON, f"{_THE_DAY} is too long ago")
    return day


def _real_day(typed: Typed, prefix: str, what: str, today: date) -> date | Fault:
    """Return the day typed into the inputs of `prefix`; `what` is how the fault begins."""
    try:
        return take_date(prefix, day_of(typed, prefix), today)
    except BadInput:
        lacking = [part for part in DATE_PARTS if not one(typed, f"{prefix}-{part}")]
    if lacking:
        listed = " and ".join(f"a {part}" for part in lacking)
        return Fault(prefix, f"{what} must include {listed}", lacking[0])
    return Fault(prefix, f"{what} must be a real date, such as 27 3 2027")


def read_birthday(typed: Typed, prefix: str, today: date) -> date | Fault:
    """Return a pupil's date of birth."""
    if not day_of(typed, prefix):
        return Fault(prefix, "Enter the pupil's date of birth")
    day = _real_day(typed, prefix, "Date of birth", today)
    if isinstance(day, date) and not today.year - _MOST_YEARS <= day.year <= today.year:
        return Fault(prefix, "Date of birth must be a pupil's: check the year")
    if isinstance(day, date) and day > today:
        return Fault(prefix, "Date of birth must be in the past")
    return day


def read_name(typed: Typed, name: str, missing: str) -> str | Fault:
    """Return somebody's name; `missing` is what to say where there is none."""
    try:
        text = " ".join(take_text(name, one(typed, name), LONGEST_NAME).split())
    except BadInput as bad:
        return Fault(name, f"Name: {text_fault(bad.says)}")
    return text or Fault(name, missing)


def day_field(
    prefix: str, question: str, hint: str, typed: Typed, faults: Sequence[Fault]
) -> Field:
    """Return a question for a day, in three inputs."""
    wrong = [fault for fault in faults if fault.id == prefix]
    return Field(
        id=prefix,
        kind="date",
        question=question,
        hint=hint,
        parts={part: shown(one(typed, f"{prefix}-{part}")) for part in DATE_PARTS},
        error=wrong[0].says if wrong else "",
        wrong=tuple(fault.part for fault in wrong if fault.part),
    )


def line_field(name: str, question: str, hint: str, typed: Typed, faults: Sequence[Fault]) -> Field:
    """Return a question that is answered on one line."""
    error = next((fault.says for fault in faults if fault.id == name), "")
    return Field(
        id=name, kind="line", question=question, hint=hint, value=shown(one(typed, name)),
        error=error,
    )  # fmt: skip


def role_field(words: FactWords, roles: Sequence[str], picked: str) -> Field:
    """Return the question in which of several roles somebody acts."""
    options = tuple(Option(role, words.role(role), role == picked) for role in roles)
    hint = "You have several roles on this referral that may do this."
    return Field(
        id=ROLE, kind="radios", question="In which role do you act?", hint=hint, options=options
    )


def reason_field(typed: Typed, faults: Sequence[Fault], hint: str = "") -> Field:
    """Return the question why something is put right: no step of the house is without a reason."""
    wrong = next((fault.says for fault in faults if fault.id == REASON), "")
    return Field(
        id=REASON,
        kind="text",
        question="Why?",
        hint=hint or "The reason is kept with the step and stands in the history.",
        value=shown(one(typed, REASON)),
        error=wrong,
    )


def read_reason(typed: Typed) -> str | Fault:
    """Return the reason given."""
    taken = _text(typed, REASON, "Reason")
    return taken or Fault(REASON, "Enter the reason")


def override_field(guard: str, says: str, typed: Typed, faults: Sequence[Fault]) -> Field:
    """Return the question why it is right to go past a guard; `says` is the guard's wording."""
    name = f"{_OVERRIDE}{guard}"
    return Field(
        id=name,
        kind="text",
        question="Why is it right to go on all the same?",
        hint=f"{says} Your role may go on with a written reason, which is kept with the step.",
        value=shown(one(typed, name)),
        error=next((fault.says for fault in faults if fault.id == name), ""),
    )


def gone_past(typed: Typed, guards: Iterable[str]) -> tuple[str, ...]:
    """Return the guards for which a reason to go past was typed, usable or not."""
    return tuple(guard for guard in guards if one(typed, f"{_OVERRIDE}{guard}").strip())


def is_override(field: Field) -> bool:
    """Return whether a question is the one why it is right to go past a guard."""
    return field.id.startswith(_OVERRIDE)


def read_overrides(typed: Typed, guards: Sequence[str]) -> tuple[dict[str, str], list[Fault]]:
    """Return the reasons given for going past guards, and what is wrong with them."""
    reasons: dict[str, str] = {}
    faults = []
    for guard in guards:
        taken = _text(typed, f"{_OVERRIDE}{guard}", "Reason for going on")
        if isinstance(taken, Fault):
            faults.append(taken)
        elif taken:
            reasons[guard] = taken
    return reasons, faults


def _text(typed: Typed, name: str, what: str) -> str | Fault:
    try:
        return take_text(name, one(typed, name))
    except BadInput as bad:
        return Fault(name, f"{what}: {text_fault(bad.says)}")
