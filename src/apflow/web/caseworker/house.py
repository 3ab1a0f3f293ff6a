"""Putting a referral right: what all pages of the house's own events have in common.

Nothing is edited: each is a step with a reason, which policy has no say in.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import ClassVar, Final

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from apflow import referral as records
from apflow.casework import Asked
from apflow.casework.accounts import Visitor
from apflow.casework.acts import MANAGERS_ONLY
from apflow.casework.offering import Offer, looked, moved_since, offer
from apflow.casework.putting_right import rights
from apflow.web.advancing import advance, new_request_id
from apflow.web.caseworker.answering import LEFT, Place
from apflow.web.caseworker.changes import changes_since
from apflow.web.caseworker.event_form import in_order
from apflow.web.caseworker.sending import CHANGE, kept, request_for, seen_of, sent
from apflow.web.facts import FactWords
from apflow.web.forms import particulars, summing
from apflow.web.forms.building import Ground
from apflow.web.forms.fields import Fault, Field
from apflow.web.forms.reasons import findings_of
from apflow.web.forms.summing import Row
from apflow.web.forms.typed import Typed, one
from apflow.web.rendering import page
from apflow.web.site import Site

_FOR: Final = {
    True: "Only a manager may do this.",
    False: "Only people who act on this referral, and managers, may do this.",
}


class Righting(ABC):
    """One event of the house, before one person, with what they typed into its form.

    `checked` says that the answers are shown to be checked before they count, `warning` what is
    then said beside the button.
    """

    event: ClassVar[str]
    path: ClassVar[str]
    title: ClassVar[str]
    button: ClassVar[str] = "Record this"
    checked: ClassVar[bool] = False
    warning: ClassVar[str] = ""

    def __init__(
        self, request: Request, site: Site, visitor: Visitor, reference: str, typed: Typed
    ) -> None:
        self.request = request
        self.site = site
        self.visitor = visitor
        self.typed = typed
        self.offer: Offer = offer(site.office, reference, visitor.person, site.now())
        self.reference = self.offer.referral.reference
        self.roles = rights(self.offer, self.event)
        wanted = one(typed, particulars.ROLE)
        self.role = wanted if wanted in self.roles else next(iter(self.roles), "")
        self.seen = seen_of(typed, self.offer.referral.seq)

    @cached_property
    def words(self) -> FactWords:
        """How the policy's names are said."""
        return FactWords(self.offer.lifecycle, self.offer.places)

    @cached_property
    def ground(self) -> Ground:
        """What questions about facts are made from."""
        own = frozenset(place for actor in self.offer.actors for place in actor.organisations)
        offered = self.offer
        return Ground(offered.machine, offered.situation, self.words, offered.facts, own)

    @abstractmethod
    def impossible(self) -> str:
        """Return why there is nothing to do here, "" where there is."""

    @abstractmethod
    def means(self) -> Sequence[Row]:
        """Return what stands now, or what would, to be read before the form."""

    @abstractmethod
    def questions(self, faults: Sequence[Fault]) -> Sequence[Field]:
        """Return what the event asks, besides the reason."""

    @abstractmethod
    def answers(self) -> Mapping[str, object] | list[Fault]:
        """Return what was answered, as the door takes it, or what is wrong with it."""

    def also_hidden(self) -> Sequence[tuple[str, str]]:
        """Return what goes with the form that nobody sees."""
        return ()

    def overtaken(self) -> Response | None:
        """Return the answer where what was shown is not what would be done any more."""
        return None

    def back(self) -> tuple[str, str]:
        """Return the way back."""
        return f"/referrals/{self.reference}", "Back"

    def show(self) -> Response:
        """Show the form."""
        return self.form(())

    def to(self, *, confirmed: bool = False) -> Response:
        """Answer a form that was sent."""
        request_id, known = request_for(self.site, self.visitor, self.typed)
        if known is not None:
            return self.closed(self.site.runs.advance(known.id, self.site.now()))
        answer = self.overtaken()
        if answer is None and CHANGE in self.typed:
            answer = self.form((), request_id=request_id)
        if answer is None and (not self.roles or self.impossible()):
            answer = self.form((), 422)
        return self._sent(request_id, confirmed=confirmed) if answer is None else answer

    def _sent(self, request_id: str, *, confirmed: bool) -> Response:
        answers, reason = self.answers(), particulars.read_reason(self.typed)
        faults = list(answers) if isinstance(answers, list) else []
        faults += [reason] if isinstance(reason, Fault) else []
        if isinstance(answers, list) or isinstance(reason, Fault):
            return self.form(faults, 422, request_id)
        if self.checked and not confirmed:
            return self._check(request_id)
        return self._asked(answers, reason, request_id)

    def _asked(self, answers: Mapping[str, object], reason: str, request_id: str) -> Response:
        what = Asked(
            event=self.event,
            person=self.visitor.person,
            role=self.role,
            answers=answers,
            reason=reason,
            seen=self.seen,
        )
        outcome = sent(lambda: advance(self.site, self.reference, what, request_id))
        if isinstance(outcome, tuple):
            return self.form(outcome, 422, request_id)
        return self.closed(outcome)

    def closed(self, closed: records.Request) -> Response:
        """Answer how a Request ended."""
        if closed.state == "applied":
            return RedirectResponse(f"/referrals/{closed.reference}?done={closed.id}", 303)
        if closed.state == "stale":
            return self.stale()
        if closed.state == "refused":
            findings = findings_of(closed.result or {})
            said = [self._plain(one.says) for one in findings if one.verdict == "unmet"]
            return self.form([Fault("form", says) for says in said], 422, refused=True)
        return self.form((LEFT,), 422)

    def _plain(self, says: str) -> str:
        """Return what the house says with the names of facts as people know them."""
        for name in sorted(self.offer.lifecycle.facts, key=len, reverse=True):
            if "_" in name:
                says = says.replace(name, self.words.title(name))
        return says

    def stale(self) -> Response:
        """Show what others did first, and what was typed, to be copied."""
        steps, names = moved_since(self.site.office, self.reference, self.seen)
        fields = [*self.questions(()), particulars.reason_field(self.typed, ())]
        return self._page(
            "caseworker/event_stale.html",
            409,
            changes=changes_since(self.words, steps, names),
            rows=summing.rows(self.words, fields, {}),
        )

    def form(
        self,
        faults: Sequence[Fault],
        status: int = 200,
        request_id: str = "",
        *,
        refused: bool = False,
    ) -> Response:
        """Show the form with what was typed and what is wrong with it."""
        why_not = self._why_not()
        fields: list[Field] = []
        if not why_not:
            fields += self.questions(faults)
            if len(self.roles) > 1:
                fields.append(particulars.role_field(self.words, self.roles, self.role))
            fields.append(particulars.reason_field(self.typed, faults))
        errors = [{"href": href, "text": text} for href, text in in_order(fields, faults)]
        if why_not and status != 200:
            errors = [{"href": "#why-not", "text": why_not}]
        return self._page(
            "caseworker/righting.html",
            status,
            fields=fields,
            errors=errors,
            problem="This cannot be done" if refused or why_not else "There is a problem",
            why_not=why_not,
            means=() if why_not else self.means(),
            hidden=self.also_hidden(),
            button="Continue" if self.checked else self.button,
            request_id=request_id or new_request_id(),
        )

    def _why_not(self) -> str:
        return self.impossible() if self.roles else _FOR[self.event in MANAGERS_ONLY]

    def _check(self, request_id: str) -> Response:
        fields = [*self.questions(()), particulars.reason_field(self.typed, ())]
        return self._page(
            "caseworker/righting_check.html",
            200,
            means=self.means(),
            rows=summing.rows(self.words, fields, {}),
            hidden=kept(self.typed),
            button=self.button,
            warning=self.warning,
            request_id=request_id,
        )

    def _page(self, template: str, status: int, /, **values: object) -> Response:
        """Return a page, once the look is recorded."""
        looked(self.site.office, self.reference, self.visitor.person, self.site.now())
        pupil = self.offer.pupil or "Erased"
        address = f"/referrals/{self.reference}/{self.path}"
        return page(
            self.request,
            template,
            status,
            **{
                "place": Place(address, f"{self.reference} · {pupil}", self.back()),
                "title": self.title,
                "reference": self.reference,
                "seen": self.seen,
                "errors": [],
                **values,
            },
        )
