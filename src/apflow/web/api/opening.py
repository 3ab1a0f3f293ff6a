"""Opening a referral for a program: by which event, for whom, and what policy says to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from apflow.casework import Asked
from apflow.casework.accounts import Visitor
from apflow.casework.beginning import (
    known_pupil,
    new_pupil_id,
    offer_to_open,
    open_for,
    pupil_of,
    ways_in,
)
from apflow.casework.offering import Offer, looked, offer
from apflow.casework.results import outcome_of
from apflow.clock import london_day
from apflow.errors import BadInput, Unknown
from apflow.nearest import nearest
from apflow.policy.answers import take_answers
from apflow.policy.decision import Decision
from apflow.policy.facts import write_value
from apflow.policy.situation import Actor
from apflow.policy.written import take_text
from apflow.referral import Request
from apflow.store.register import Pupil
from apflow.web.api.asked import OpeningSent, PupilKnown
from apflow.web.api.problems import bad_input
from apflow.web.site import Site

#: A child is not older than this.
_MOST_YEARS = 30


@dataclass(frozen=True)
class Opening:
    """A referral that somebody wants to open, of one pupil by one event."""

    site: Site
    sent: OpeningSent
    event: str
    offered: Offer
    actor: Actor
    pupil: Pupil

    @cached_property
    def decision(self) -> Decision:
        """What policy says to it; nothing is done.

        Raises BadInput or BadInputs for answers that cannot be taken.
        """
        site, sent, now = self.site, self.sent, self.site.now()
        lifecycle, today = self.offered.lifecycle, london_day(now)
        answers = take_answers(lifecycle, self.event, sent.answers, today)
        parties = {
            name: str(write_value(value))
            for name, value in answers.items()
            if lifecycle.facts[name].type == "organisation"
        }
        _registered(parties, self.offered.places)
        # The days and what is known of the organisations count as soon as they are named.
        with_them = offer_to_open(site.office, sent.policy, self.actor.person, now, parties)
        return with_them.decided(
            self.event, self.actor, answers, sent.overrides, sent.happened_on or today
        )

    @property
    def told(self) -> Mapping[str, object]:
        """The decision as the person may see it."""
        return outcome_of(self.offered.lifecycle, self.decision, self.actor.role)

    def opened(self, request_id: str) -> Request:
        """Ask for it and return the closed Request."""
        asked: Asked = self.sent.asked(self.actor.person, self.actor.role, self.event)
        site, now = self.site, self.site.now()
        request = open_for(site.office, self.sent.policy, self.pupil, asked, now, request_id)
        return site.runs.advance(request.id, now)


def _registered(parties: Mapping[str, str], places: Mapping[str, str]) -> None:
    """Raise BadInput for an organisation that nobody knows: else policy says it is not yours."""
    for name, given in parties.items():
        if given not in places:
            near = nearest(given, places)
            hint = f"; did you mean '{near}'?" if near else ""
            raise BadInput(name, given, f"is not in the register of organisations{hint}")


def opening(site: Site, caller: Visitor, sent: OpeningSent) -> Opening:
    """Return what somebody wants to open. Raises ApiFault for what cannot be."""
    event = _event(site, caller, sent)
    offered = offer_to_open(site.office, sent.policy, caller.person, site.now())
    actor = _actor(offered, sent, event)
    return Opening(site, sent, event, offered, actor, _pupil(site, caller, sent))


def _event(site: Site, caller: Visitor, sent: OpeningSent) -> str:
    """Return the event by which it is opened."""
    ways = ways_in(site.office, caller.person, site.now())
    events = [way.event for way in ways if way.policy == sent.policy]
    if not events:
        yours = ", ".join(dict.fromkeys(way.policy for way in ways)) or "none"
        says = f"you open no referrals under it, or there is no such policy; yours: {yours}"
        raise bad_input(("policy", says))
    if sent.event is None and len(events) == 1:
        return events[0]
    if sent.event not in events:
        raise bad_input(("event", f"say which of these opens it: {', '.join(events)}"))
    return sent.event


def _actor(offered: Offer, sent: OpeningSent, event: str) -> Actor:
    """Return the person in the role that was given, or in the one that gets furthest."""
    best = offered.way(event)
    role = sent.role or (best.role if best is not None and best.mine else offered.roles[0])
    actor = offered.actor(role)
    if actor is None:
        raise bad_input(("role", f"you hold: {', '.join(offered.roles)}"))
    return actor


def _pupil(site: Site, caller: Visitor, sent: OpeningSent) -> Pupil:
    pupil = sent.pupil
    if isinstance(pupil, PupilKnown):
        return _pupil_of_referral(site, caller, pupil.of_referral)
    today = london_day(site.now())
    try:
        name = " ".join(take_text("pupil.name", pupil.name, 200).split())
    except BadInput as error:
        raise bad_input((error.field, error.says)) from None
    if not name:
        raise bad_input(("pupil.name", "say what the child is called"))
    if not today.year - _MOST_YEARS <= pupil.born_on.year or pupil.born_on > today:
        raise bad_input(("pupil.born_on", "it is no child's date of birth today"))
    return pupil_of(site.office, name, pupil.born_on, new_pupil_id())


def _pupil_of_referral(site: Site, caller: Visitor, reference: str) -> Pupil:
    try:
        referral = offer(site.office, reference, caller.person, site.now()).referral
    except Unknown:
        raise bad_input(("pupil.of_referral", "you see no referral of that reference")) from None
    looked(site.office, referral.reference, caller.person, site.now())
    pupil = known_pupil(site.office, caller.person, referral.pupil)
    if pupil is None:
        raise bad_input(("pupil.of_referral", "who the child is was erased"))
    return pupil
