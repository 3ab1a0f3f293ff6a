"""Doing an event to a referral: its form, its check, and what policy says to it."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from typing_extensions import override

from apflow.casework.accounts import Visitor
from apflow.casework.offering import looked, moved_since, offer
from apflow.web.advancing import advance
from apflow.web.caseworker.answering import Answer, Place
from apflow.web.caseworker.changes import changes_since
from apflow.web.caseworker.event_form import Entered, event_form
from apflow.web.caseworker.sending import sent, typed_of
from apflow.web.forms import summing
from apflow.web.forms.typed import Typed
from apflow.web.posting import Posted
from apflow.web.site import Here, Site
from apflow.web.visitors import Visiting

router = APIRouter(include_in_schema=False)


@router.get("/referrals/{reference}/events/{event}")
def ask(request: Request, reference: str, event: str, site: Here, visitor: Visiting) -> Response:
    """Show an event's form, and what already stands in its way."""
    offered = offer(site.office, reference, visitor.person, site.now())
    of = event_form(offered, event)
    answer = OfReferral(request, site, visitor, of, of.before(of.ground.today))
    return answer.form((), of.in_the_way())


@router.post("/referrals/{reference}/events/{event}")
def act(
    request: Request, reference: str, event: str, site: Here, visitor: Visiting, posted: Posted
) -> Response:
    """Do an event, or have the answers checked first where it would end the referral."""
    return _answer(request, site, visitor, reference, event, typed_of(posted)).to(confirmed=False)


@router.get("/referrals/{reference}/events/{event}/check")
def begin_again(reference: str, event: str, site: Here, visitor: Visiting) -> Response:
    """Lead back to the form: an address holds no answers to be checked."""
    of = event_form(offer(site.office, reference, visitor.person, site.now()), event)
    address = f"/referrals/{of.offer.referral.reference}/events/{of.event}"
    return RedirectResponse(address, 303)


@router.post("/referrals/{reference}/events/{event}/check")
def confirm(
    request: Request, reference: str, event: str, site: Here, visitor: Visiting, posted: Posted
) -> Response:
    """Do an event whose answers were checked."""
    return _answer(request, site, visitor, reference, event, typed_of(posted)).to(confirmed=True)


def _answer(
    request: Request, site: Site, visitor: Visitor, reference: str, event: str, typed: Typed
) -> "OfReferral":
    offered = offer(site.office, reference, visitor.person, site.now())
    return OfReferral(request, site, visitor, event_form(offered, event, typed), typed)


class OfReferral(Answer):
    """What is answered to somebody who wants something done with a referral that is open."""

    @property
    def reference(self) -> str:
        """The referral's reference."""
        return self.of.offer.referral.reference

    @property
    @override
    def place(self) -> Place:
        base = f"/referrals/{self.reference}"
        pupil = self.of.offer.pupil or "Erased"
        return Place(
            f"{base}/events/{self.of.event}", f"{self.reference} · {pupil}", (base, "Back")
        )

    @override
    def looked(self) -> None:
        looked(self.site.office, self.reference, self.visitor.person, self.site.now())

    @override
    def asked(self, entered: Entered, request_id: str) -> Response:
        what = self.what(entered, self.of.actor.role)
        outcome = sent(lambda: advance(self.site, self.reference, what, request_id))
        if isinstance(outcome, tuple):
            return self.form(outcome, self.of.in_the_way(), 422, request_id)
        return self.closed(outcome, entered)

    @override
    def overtaken(self) -> Response | None:
        if self.seen >= self.of.offer.referral.seq:
            return None
        steps, _ = moved_since(self.site.office, self.reference, self.seen)
        moved = any(step.source != step.target for step in steps)
        return self.stale(None) if moved else None

    @override
    def stale(self, entered: Entered | None) -> Response:
        """Show what others did first, and what was typed, to be copied."""
        steps, names = moved_since(self.site.office, self.reference, self.seen)
        words, taken = self.of.words, {} if entered is None else entered.taken
        return self.page(
            "caseworker/event_stale.html",
            409,
            changes=changes_since(words, steps, names),
            rows=summing.rows(words, self.of.fields(self.typed), taken),
        )
