"""The one form of a sitting: who sat, and for each referral what was decided and why.

Each referral's inputs begin with its reference (`MM-2026-PYR87Z-X-decision`, …-fact-note); who
sat is asked once and counts for every decision that asks for it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from apflow.casework.meetings.forum import Decided
from apflow.casework.meetings.sitting_day import Item, SittingSeen
from apflow.policy.decision import Finding
from apflow.referral.reference import tidy_reference
from apflow.web.caseworker.event_form import Entered, EventForm, event_form
from apflow.web.forms import building, particulars
from apflow.web.forms.depending import conditional
from apflow.web.forms.fields import Fault, Field, Option, fact_id
from apflow.web.forms.particulars import HAPPENED_ON
from apflow.web.forms.typed import Typed, day_parts, one, prefilled

#: The names of a referral's own inputs, behind its reference; and of the whole form's.
DECISION, SEEN, FORM = "decision", "seen", "form"
#: The answer that decides nothing.
LEAVE = "leave"
_OVERRIDE = "override-"


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something wrong with the form: where, and what to do."""

    href: str
    says: str


@dataclass(frozen=True)
class ItemForm:
    """What one referral of the agenda may be decided to, and what each decision asks."""

    item: Item
    sheet: str | None
    events: Mapping[str, EventForm]

    @property
    def reference(self) -> str:
        return self.item.agenda.reference

    @property
    def prefix(self) -> str:
        """What the names of this referral's inputs begin with."""
        return f"{self.reference}-"

    def own(self, typed: Typed) -> Typed:
        """Return what was typed about this referral, and who sat."""
        mine = {
            name.removeprefix(self.prefix): values
            for name, values in typed.items()
            if name.startswith(self.prefix)
        }
        return {**_sheet_of(typed, self.sheet), **mine}

    def decision(self, typed: Typed) -> str:
        """Return the event that was chosen; "" where it is left for another day."""
        chosen = one(typed, f"{self.prefix}{DECISION}")
        return chosen if chosen in self.events else ""

    def entered(self, event: str, typed: Typed, sitting: SittingSeen) -> Entered:
        """Return what was entered with a decision, as of the day of the sitting."""
        return self.events[event].entered(
            {**self.own(typed), **day_parts(HAPPENED_ON, sitting.sitting.on)}
        )

    def fields(self, typed: Typed, faults: Iterable[Fault] = ()) -> tuple[Field, ...]:
        """Return the questions: the decision, and behind it what each decision asks."""
        own, wrong = self.own(typed), tuple(faults)
        made = [self._decision(own, wrong)]
        made += [self._question(name, own, wrong) for name in self._asked]
        for guard, by in self._past(own, wrong).items():
            says = self.item.offer.lifecycle.guards[guard].otherwise
            field = particulars.override_field(guard, says, own, wrong)
            made.append(replace(field, shown_for={DECISION: by}))
        return tuple(self._prefixed(field) for field in made)

    def _decision(self, own: Typed, wrong: Sequence[Fault]) -> Field:
        chosen = one(own, DECISION)
        options = [
            Option(event, form.title, event == chosen) for event, form in self.events.items()
        ]
        options.append(Option(LEAVE, "Leave for another day", chosen == LEAVE))
        return Field(
            id=DECISION,
            kind="radios",
            question="What was decided?",
            options=tuple(options),
            error=next((fault.says for fault in wrong if fault.id == DECISION), ""),
        )

    @cached_property
    def _asked(self) -> Mapping[str, tuple[str, ...]]:
        """The facts asked, who sat aside, each with the decisions that ask it."""
        found: dict[str, list[str]] = {}
        for event, form in self.events.items():
            for name in form.questions.names:
                if name != self.sheet:
                    found.setdefault(name, []).append(event)
        return {name: tuple(events) for name, events in found.items()}

    def _question(self, name: str, own: Typed, wrong: Sequence[Fault]) -> Field:
        by = self._asked[name]
        form = self.events[by[0]]
        optional = not any(name in self.events[event].questions.asks for event in by)
        faults = [fault for fault in wrong if fault.id == fact_id(name)]
        made = building.field(form.ground, name, own, faults, optional=optional)
        (made,) = conditional(form.ground, (made,), form.questions)
        titles = " or ".join(f"“{self.events[event].title}”" for event in by)
        only = f"Only for {titles}." if len(by) < len(self.events) else ""
        return replace(
            made,
            shown_for={**made.shown_for, DECISION: by},
            only_if=f"{only} {made.only_if}".strip(),
        )

    def _past(self, own: Typed, wrong: Sequence[Fault]) -> dict[str, tuple[str, ...]]:
        """Return the guards for which a reason was typed or is wanted, with the decisions."""
        named = [fault.id for fault in wrong] + [name for name in own if one(own, name)]
        return {
            guard: tuple(self.events)
            for guard in self.item.offer.lifecycle.guards
            if f"{_OVERRIDE}{guard}" in named
        }

    def _prefixed(self, field: Field) -> Field:
        lines = tuple(replace(line, id=f"{self.prefix}{line.id}") for line in field.lines)
        shown_for = {f"{self.prefix}{name}": kept for name, kept in field.shown_for.items()}
        return replace(field, id=f"{self.prefix}{field.id}", lines=lines, shown_for=shown_for)

    def links(self, typed: Typed, faults: Sequence[Fault]) -> Iterator[Wrong]:
        """Give what is wrong with this referral, in the order of its questions."""
        who = self.item.row.pupil or self.reference
        for field in self.fields(typed, faults):
            for fault in faults:
                if field.id == f"{self.prefix}{fault.id}":
                    there = replace(fault, id=field.id)
                    yield Wrong(f"#{building.error_input(field, there)}", f"{who}: {fault.says}")


@dataclass(frozen=True)
class Taken:
    """What a posted form comes to: decisions to be prepared, and what is wrong with the rest.

    `faults` are by reference; those of who sat are under "". `gone` are the references of
    decisions that are on the agenda no more.
    """

    decisions: tuple[Decided, ...]
    faults: Mapping[str, tuple[Fault, ...]]
    gone: tuple[str, ...] = ()

    @property
    def wrong(self) -> bool:
        return bool(self.gone) or any(self.faults.values())


@dataclass(frozen=True)
class SittingForm:
    """The form of a sitting for one person; nothing is asked of those who may not decide."""

    sitting: SittingSeen
    person: str

    @cached_property
    def items(self) -> Mapping[str, ItemForm]:
        """The referrals that the person may decide on, by reference, in the agenda's order."""
        found = {}
        for item in self.sitting.items:
            forms = {event: event_form(item.offer, event) for event in item.agenda.events}
            mine = {event: form for event, form in forms.items() if form.able}
            if mine:
                found[item.agenda.reference] = ItemForm(item, self._sheet, mine)
        return found

    @property
    def open(self) -> bool:
        """Whether the person may record decisions now."""
        return self.sitting.begun and bool(self.items)

    @property
    def _sheet(self) -> str | None:
        return self.sitting.lifecycle.meetings[self.sitting.sitting.meeting].people

    def before(self) -> Typed:
        """Return what the form says before anything is typed: who sat, if it is known."""
        sheet, sat = self._sheet, self.sitting.sat
        if sheet is None or sat is None:
            return {}
        return prefilled(sheet, self.sitting.lifecycle.facts[sheet], sat)

    def people(self, typed: Typed, faults: Sequence[Fault] = ()) -> Field | None:
        """Return the question who sat, asked once; None where no decision asks it."""
        sheet = self._sheet
        for item in self.items.values():
            for form in item.events.values():
                if sheet is not None and sheet in form.questions.names:
                    return building.field(form.ground, sheet, typed, faults)
        return None

    def request_id(self, form_id: str, reference: str) -> str:
        """Return the id of the Request that a form makes for a referral: always the same one."""
        text = f"{form_id} {self.person} {reference}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def taken(self, typed: Typed, form_id: str) -> Taken:
        """Read a posted form. What the same form decided already is passed over."""
        done = {one.asked.request for one in self.sitting.outcomes}
        decisions, faults, gone = [], {}, []
        for reference in _decided_in(typed):
            request_id = self.request_id(form_id, reference)
            if request_id in done:
                continue
            item = self.items.get(reference)
            if item is None:
                gone.append(reference)
            elif event := item.decision(typed):
                entered = item.entered(event, typed, self.sitting)
                faults[reference] = self._faults(item, event, entered)
                decisions.append(_decided(item, event, entered, typed, request_id))
        together, own = self._once(faults)
        return Taken(tuple(decisions), {"": together, **own}, tuple(gone))

    def _faults(self, item: ItemForm, event: str, entered: Entered) -> tuple[Fault, ...]:
        """Return what is wrong with a decision: its answers, else what policy says to it."""
        if entered.faults:
            return entered.faults
        form = item.events[event]
        stopping = form.decided(entered).stopping
        needed = form.still_needed(stopping)
        if needed:
            return needed
        return tuple(_in_the_way(form, finding) for finding in stopping)

    def _once(
        self, faults: Mapping[str, tuple[Fault, ...]]
    ) -> tuple[tuple[Fault, ...], dict[str, tuple[Fault, ...]]]:
        """Tell what is wrong with who sat once, and the rest by referral."""
        sheet = fact_id(self._sheet or "")
        together = dict.fromkeys(
            fault for several in faults.values() for fault in several if fault.id == sheet
        )
        own = {
            reference: tuple(fault for fault in several if fault.id != sheet)
            for reference, several in faults.items()
        }
        return tuple(together), own

    def wrong(self, typed: Typed, taken: Taken) -> tuple[Wrong, ...]:
        """Return all that is wrong, in the order of the page."""
        together = taken.faults.get("", ())
        found = [
            Wrong("#decisions", f"{reference} is on this agenda no more: look at what became of it")
            for reference in taken.gone
        ]
        people = self.people(typed, together)
        if people is not None:
            found += [
                Wrong(f"#{building.error_input(people, fault)}", fault.says) for fault in together
            ]
        for reference, item in self.items.items():
            found += item.links(typed, taken.faults.get(reference, ()))
        return tuple(dict.fromkeys(found))


def _in_the_way(form: EventForm, finding: Finding) -> Fault:
    """Return a finding as something to be put right: by a reason, or by another decision."""
    if form.actor.role in finding.override:
        return Fault(
            f"{_OVERRIDE}{finding.guard}",
            f"{finding.says} Give the reason for going on all the same",
        )
    return Fault(DECISION, f"“{form.title}” cannot be recorded: {finding.says}")


def _decided(
    item: ItemForm, event: str, entered: Entered, typed: Typed, request_id: str
) -> Decided:
    seen = one(typed, f"{item.prefix}{SEEN}")
    plain = seen.isascii() and seen.isdigit() and len(seen) < 10
    return Decided(
        reference=item.reference,
        event=event,
        answers=entered.answers,
        overrides=entered.overrides,
        seen=int(seen) if plain else item.item.offer.referral.seq,
        role=item.events[event].actor.role,
        request_id=request_id,
    )


def _decided_in(typed: Typed) -> Iterator[str]:
    """Give the references of which a form says that something was decided."""
    for name in typed:
        reference = name.removesuffix(f"-{DECISION}")
        ours = reference != name and tidy_reference(reference) == reference
        if ours and one(typed, name) not in ("", LEAVE):
            yield reference


def _sheet_of(typed: Typed, sheet: str | None) -> Typed:
    if sheet is None:
        return {}
    begin = fact_id(sheet)
    return {
        name: values
        for name, values in typed.items()
        if name == begin or name.startswith(f"{begin}-")
    }
