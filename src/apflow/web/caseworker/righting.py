"""Correcting what is known, taking the last step back, handing a referral over."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from typing_extensions import override

from apflow.casework.acts import may_give
from apflow.casework.kept_back import hides
from apflow.casework.offering import Taker, takers
from apflow.casework.putting_right import Reversal, reversal, who_has
from apflow.errors import Unknown
from apflow.policy.facts import write_value
from apflow.web.caseworker.doors import add_doors
from apflow.web.caseworker.house import Righting
from apflow.web.forms import reading, saying
from apflow.web.forms.building import field
from apflow.web.forms.fields import Fault, Field, Option
from apflow.web.forms.summing import Row
from apflow.web.forms.typed import one, prefilled, shown
from apflow.web.site import Here
from apflow.web.visitors import Visiting
from apflow.web.wording import day, moment

router = APIRouter(include_in_schema=False)

FACT, FORGET, STEP, TAKER = "fact", "forget", "step", "taker"
#: More people than this are shown in a list that opens.
_MOST_RADIOS = 8


@router.get("/referrals/{reference}/correct")
def correct(
    request: Request,
    reference: str,
    site: Here,
    visitor: Visiting,
    fact: Annotated[str, Query()] = "",
) -> Response:
    """Show what is known, or the question about one fact, to be corrected."""
    typed = {FACT: [fact]} if fact else {}
    righting = Correcting(request, site, visitor, reference, typed)
    if not fact:
        return righting.every()
    return righting.show()


class Correcting(Righting):
    """One fact is corrected, or found not to be known after all."""

    event, path, title = "correct_facts", "correct", "Correct what is known"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The facts that the person may correct: asked or set, and theirs to see."""
        roles = frozenset(self.offer.roles)
        return tuple(
            name
            for name, fact in self.offer.lifecycle.facts.items()
            if (fact.asked or fact.set) and not hides(self.offer.lifecycle, name, roles)
        )

    @property
    def fact(self) -> str:
        """The fact that is to be corrected. Raises Unknown for none that may be."""
        name = one(self.typed, FACT)
        if name not in self.names:
            raise Unknown("fact", name)
        return name

    def every(self) -> Response:
        """Show every fact that can be corrected, those that are known first."""
        return self._page(
            "caseworker/righting_facts.html",
            200,
            why_not=self._why_not(),
            known=[
                (name, self.words.title(name), self._lines(name))
                for name in self.names
                if name in self.offer.facts
            ],
            unknown=[
                (name, self.words.title(name))
                for name in self.names
                if name not in self.offer.facts
            ],
        )

    def _lines(self, name: str) -> tuple[str, ...]:
        said = self.words.lines(name, self.offer.facts[name]) or ("nothing yet",)
        return tuple(shown(line) for one in said for line in one.split("\n"))

    @override
    def back(self) -> tuple[str, str]:
        base = f"/referrals/{self.reference}"
        return (f"{base}/correct", "Back") if one(self.typed, FACT) else (base, "Back")

    @override
    def impossible(self) -> str:
        return ""

    @override
    def means(self) -> Sequence[Row]:
        known = self.fact in self.offer.facts
        lines = self._lines(self.fact) if known else ("Not known",)
        return (Row(f"Known now: {self.words.title(self.fact)}", lines, ""),)

    @override
    def also_hidden(self) -> Sequence[tuple[str, str]]:
        return ((FACT, self.fact),)

    @override
    def questions(self, faults: Sequence[Fault]) -> Sequence[Field]:
        name, typed = self.fact, self.typed
        known = name in self.offer.facts
        if known and set(typed) == {FACT}:
            typed = {**typed, **prefilled(name, self.ground.fact(name), self.offer.facts[name])}
        made = field(self.ground, name, typed, list(faults), whole=True)
        if not known:
            return (made,)
        options = (Option("yes", "It is not known after all", one(typed, FORGET) == "yes"),)
        question = "Or was it never known?"
        return (made, Field(id=FORGET, kind="checkboxes", question=question, options=options))

    @override
    def answers(self) -> Mapping[str, object] | list[Fault]:
        name = self.fact
        if one(self.typed, FORGET) == "yes" and name in self.offer.facts:
            return {name: None}
        got = reading.read(self.ground, [name], [], self.typed, whole=True)
        if got.faults:
            return list(got.faults)
        if name not in got.taken:
            return [saying.missing(self.ground, name)]
        if write_value(got.taken[name]) == self.offer.facts.get(name):
            question = self.words.question(name)
            return [Fault(f"fact-{name}", saying.about(question, "this is what is known already"))]
        return got.answers


class Reversing(Righting):
    """The last step is taken back, as if it had not been taken."""

    event, path, title = "reverse_step", "reverse", "Take the last step back"
    button = "Take this step back"

    @cached_property
    def found(self) -> Reversal | None:
        """What would be taken back."""
        return reversal(self.site.office, self.reference)

    @override
    def impossible(self) -> str:
        if self.found is not None:
            return ""
        return (
            "There is no step that can be taken back. Correct what is known, or withdraw instead."
        )

    @override
    def means(self) -> Sequence[Row]:
        found = self.found
        if found is None:
            return ()
        step, roles = found.step, frozenset(self.offer.roles)
        seen = [name for name in found.changed if not hides(self.offer.lifecycle, name, roles)]
        events = self.offer.lifecycle.events
        title = events[step.event].title if step.event in events else "Correction of what is known"
        rows = [
            Row("Step to be taken back", (f"{step.seq}: {title}",), ""),
            Row("Recorded", (f"by {found.by}, {moment(step.recorded_at)}",), ""),
            Row("Happened on", (day(step.happened_on),), ""),
            Row("The referral would stand as", (self.words.state(found.state),), ""),
        ]
        facts = tuple(self.words.title(name) for name in seen)
        return (*rows, Row("Known again as before", facts, "")) if facts else tuple(rows)

    @override
    def also_hidden(self) -> Sequence[tuple[str, str]]:
        return ((STEP, str(self.found.step.seq)),) if self.found is not None else ()

    @override
    def questions(self, faults: Sequence[Fault]) -> Sequence[Field]:
        return ()

    @override
    def overtaken(self) -> Response | None:
        """Take back the step that was shown, and no other that came since."""
        wanted, found = one(self.typed, STEP), self.found
        moved = found is not None and wanted != "" and wanted != str(found.step.seq)
        return self.stale() if moved else None

    @override
    def answers(self) -> Mapping[str, object] | list[Fault]:
        return {}


class HandingOver(Righting):
    """The referral is handed to somebody else who acts on it."""

    event, path, title = "hand_over", "hand-over", "Hand over to somebody else"
    button = "Hand over"

    @cached_property
    def people(self) -> tuple[Taker, ...]:
        """Those to whom it can be handed."""
        return takers(self.site.office, self.offer.referral, self.offer.lifecycle)

    @override
    def impossible(self) -> str:
        if not may_give(self.roles, self.visitor.person, self.offer.referral.owner):
            return "Somebody else has this referral. They, or a manager, may do this."
        return "" if self.people else "Nobody else acts on this referral."

    @override
    def means(self) -> Sequence[Row]:
        owner = who_has(self.site.office, self.offer) or "Nobody"
        return (Row("Has it now", (owner,), ""),)

    @override
    def questions(self, faults: Sequence[Fault]) -> Sequence[Field]:
        picked = one(self.typed, TAKER)
        options = tuple(
            Option(
                taker.handle,
                f"{taker.name}, {self.words.roles(taker.roles)}",
                taker.handle == picked,
            )
            for taker in self.people
        )
        error = next((fault.says for fault in faults if fault.id == TAKER), "")
        many = len(options) > _MOST_RADIOS
        return (
            Field(
                id=TAKER,
                kind="select" if many else "radios",
                question="Who takes it over?",
                options=(Option("", "Choose one"), *options) if many else options,
                error=error,
            ),
        )

    @override
    def answers(self) -> Mapping[str, object] | list[Fault]:
        picked = one(self.typed, TAKER)
        taker = next((one for one in self.people if one.handle == picked), None)
        return (
            [Fault(TAKER, "Choose who takes it over")] if taker is None else {"owner": taker.person}
        )


add_doors(router, Correcting, shown=False)
for _room in (Reversing, HandingOver):
    add_doors(router, _room)
