"""What is answered to somebody who wants an event's form, or sends it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from apflow import referral as records
from apflow.casework import Asked
from apflow.casework.accounts import Visitor
from apflow.web.advancing import new_request_id
from apflow.web.caseworker.event_form import Entered, EventForm, in_order
from apflow.web.caseworker.sending import CHANGE, kept, request_for, seen_of
from apflow.web.forms import summing
from apflow.web.forms.fields import Fault
from apflow.web.forms.particulars import HAPPENED_ON, is_override
from apflow.web.forms.reasons import Reason, findings_of, reasons
from apflow.web.forms.typed import Typed, shown
from apflow.web.rendering import page
from apflow.web.site import Site
from apflow.web.wording import day

#: What is said of a Request that waited too long.
LEFT = Fault("form", "This was left waiting too long and was not done. Send it again")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form stands: its address, what stands over its title, and the way back.

    `hidden` are (name, value) that go with the form and that nobody sees.
    """

    address: str
    caption: str
    back: tuple[str, str]
    when: str = "When did this happen?"
    hidden: tuple[tuple[str, str], ...] = field(default=(), repr=False)


class Answer(ABC):
    """One event's form before one person, with what they typed into it."""

    def __init__(
        self, request: Request, site: Site, visitor: Visitor, of: EventForm, typed: Typed
    ) -> None:
        self.of = of
        self.site = site
        self.visitor = visitor
        self.typed = typed
        self.seen = seen_of(typed, of.offer.referral.seq)
        self._request = request

    @property
    @abstractmethod
    def place(self) -> Place:
        """Where the form stands."""

    @abstractmethod
    def looked(self) -> None:
        """Record that the person is shown a child's record, if they are."""

    @abstractmethod
    def asked(self, entered: Entered, request_id: str) -> Response:
        """Do the event with what was entered, and answer how that ended."""

    def overtaken(self) -> Response | None:
        """Return the answer to somebody whose form others overtook, None where nobody did."""
        return None

    def to(self, *, confirmed: bool) -> Response:
        """Answer a form that was sent: done, to be checked, or what is wrong or in the way."""
        request_id, known = request_for(self.site, self.visitor, self.typed)
        if known is not None:
            return self.closed(self.site.runs.advance(known.id, self.site.now()), None)
        if CHANGE in self.typed:
            return self.form((), self.of.in_the_way(), request_id=request_id)
        if not self.of.able:
            return self.overtaken() or self.refused(self.of.in_the_way())
        entered = self.of.entered(self.typed)
        if entered.faults:
            return self.form(entered.faults, self.of.in_the_way(), 422, request_id)
        if not confirmed and self.of.ends(entered):
            return self.overtaken() or self._check(entered, request_id)
        return self.asked(entered, request_id)

    def what(self, entered: Entered, role: str) -> Asked:
        """Return what is asked for, as the door takes it."""
        return Asked(
            event=self.of.event,
            person=self.visitor.person,
            role=role,
            answers=entered.answers,
            overrides=entered.overrides,
            happened_on=entered.happened_on,
            seen=self.seen,
        )

    def closed(self, closed: records.Request, entered: Entered | None) -> Response:
        """Answer how a Request ended."""
        if closed.state == "applied":
            return RedirectResponse(f"/referrals/{closed.reference}?done={closed.id}", 303)
        if closed.state == "stale":
            return self.stale(entered)
        if closed.state == "refused":
            findings = findings_of(closed.result or {})
            faults = self.of.still_needed(findings)
            return self.refused(reasons(self.of.around, findings), faults)
        return self.form((LEFT,), (), 422)

    @abstractmethod
    def stale(self, entered: Entered | None) -> Response:
        """Answer that others did something first."""

    def refused(self, told: Sequence[Reason], faults: Sequence[Fault] = ()) -> Response:
        """Show the form with what stands in the way."""
        return self.form(faults, told, 422, refused=True)

    def form(
        self,
        faults: Sequence[Fault],
        told: Sequence[Reason],
        status: int = 200,
        request_id: str = "",
        *,
        refused: bool = False,
    ) -> Response:
        """Show the form with what was typed, what is wrong and what stands in the way."""
        place, of = self.place, self.of
        fields = of.fields(self.typed, faults, told, place.when) if of.able else ()
        wrong = [*in_order(fields, faults)]
        if refused:
            wrong = [(f"#{one.id}", _short(one)) for one in told if not one.advice] + wrong
        return self.page(
            "caseworker/event.html",
            status,
            request_id or new_request_id(),
            fields=fields,
            errors=[{"href": href, "text": text} for href, text in wrong],
            reasons=[reason for reason in told if not reason.advice],
            advice=[reason for reason in told if reason.advice],
            refused=refused,
            able=bool(of.able),
            ends=of.endings,
            hidden=place.hidden,
        )

    def _check(self, entered: Entered, request_id: str) -> Response:
        """Show the answers of an event that would end the referral."""
        of = self.of
        decision = of.decided(entered)
        guards = of.offer.lifecycle.guards
        # Why a guard is gone past stands below, with what the guard says.
        fields = (
            field
            for field in of.fields(self.typed, (), (), self.place.when)
            if not is_override(field)
        )
        return self.page(
            "caseworker/event_check.html",
            200,
            request_id,
            rows=summing.rows(
                of.words, fields, entered.taken, {HAPPENED_ON: day(entered.happened_on)}
            ),
            past=[(guards[name].otherwise, shown(why)) for name, why in entered.overrides.items()],
            advice=reasons(of.around, decision.advice),
            target=of.words.state(decision.target or of.offer.referral.state),
            hidden=kept(self.typed),
        )

    def page(
        self, template: str, status: int, request_id: str = "", /, **values: object
    ) -> Response:
        """Return a page about the form, once the look is recorded."""
        self.looked()
        return page(
            self._request,
            template,
            status,
            **{
                "place": self.place,
                "title": self.of.title,
                "seen": self.seen,
                "request_id": request_id,
                "errors": [],
                **values,
            },
        )


def _short(reason: Reason) -> str:
    """Return a reason on one line, as the summary at the top says it."""
    return reason.says if reason.known else f"Not known yet: {' '.join(reason.missing)}"
