"""Opening a referral: by which way in, for which pupil, and then the form of the event.

No pupil's name ever stands in an address, so that everything after the first page is posted.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from typing_extensions import override

from apflow.casework.accounts import Visitor
from apflow.casework.beginning import (
    Known,
    WayIn,
    known_pupil,
    new_pupil_id,
    offer_to_open,
    open_for,
    pupil_of,
    pupils_called,
    ways_in,
)
from apflow.clock import london_day
from apflow.policy.facts import write_value
from apflow.store.register import Pupil
from apflow.web.caseworker.answering import LEFT, Answer, Place
from apflow.web.caseworker.event_form import Entered, EventForm, event_form, in_order
from apflow.web.caseworker.sending import sent, typed_of
from apflow.web.forms.fields import DATE_PARTS, Fault, Field, Option, fact_id
from apflow.web.forms.particulars import day_field, line_field, read_birthday, read_name
from apflow.web.forms.reasons import reasons
from apflow.web.forms.typed import Typed, one, shown
from apflow.web.posting import Posted
from apflow.web.rendering import page
from apflow.web.site import Here, Site
from apflow.web.visitors import NotForYou, Visiting
from apflow.web.wording import day

router = APIRouter(include_in_schema=False)

WAY, CALLED, PUPIL, NEWCOMER, FOUND = "way", "called", "pupil", "newcomer", "found"
NAME, BORN = "pupil_name", "born"
#: The answer that the pupil is none of those found.
ANOTHER = "another"
_FRONT, _BACK = ("/referrals", "Back"), ("/referrals/new", "Back")
_ID = re.compile(r"pupil-[0-9a-f]{16}")


@router.get("/referrals/new")
def begin(request: Request, site: Here, visitor: Visiting) -> Response:
    """Ask what is to be opened, and for whom."""
    return _first(request, _ways(site, visitor), {})


@router.get("/referrals/new/{_rest:path}")
def begin_again(_rest: str) -> Response:
    """Lead back to the first page: an address holds no pupil."""
    return RedirectResponse("/referrals/new", 303)


@router.post("/referrals/new/pupil")
def look_up(request: Request, site: Here, visitor: Visiting, posted: Posted) -> Response:
    """Show who of that name is known, and ask which of them it is."""
    typed, ways = typed_of(posted), _ways(site, visitor)
    name = read_name(typed, CALLED, "Enter what the pupil is called")
    faults = [] if _way(ways, typed) else [Fault(WAY, "Choose what you want to open")]
    faults += [name] if isinstance(name, Fault) else []
    if faults or isinstance(name, Fault):
        return _first(request, ways, typed, faults)
    return _second(request, site, visitor, typed)


@router.post("/referrals/new/form")
def choose(request: Request, site: Here, visitor: Visiting, posted: Posted) -> Response:
    """Show the form by which a referral of the chosen pupil is opened."""
    typed = typed_of(posted)
    answer = _answer(request, site, visitor, typed)
    if not isinstance(answer, Opening):
        return answer
    return answer.form((), answer.of.in_the_way())


@router.post("/referrals/new/open")
def open_it(request: Request, site: Here, visitor: Visiting, posted: Posted) -> Response:
    """Open the referral, or say what is wrong or in the way."""
    answer = _answer(request, site, visitor, typed_of(posted))
    return answer.to(confirmed=False) if isinstance(answer, Opening) else answer


@router.post("/referrals/new/open/check")
def confirm(request: Request, site: Here, visitor: Visiting, posted: Posted) -> Response:
    """Open a referral whose answers were checked."""
    answer = _answer(request, site, visitor, typed_of(posted))
    return answer.to(confirmed=True) if isinstance(answer, Opening) else answer


def _ways(site: Site, visitor: Visitor) -> tuple[WayIn, ...]:
    found = ways_in(site.office, visitor.person, site.now())
    if not found:
        raise NotForYou("people whose role opens referrals")
    return found


def _way(ways: tuple[WayIn, ...], typed: Typed) -> WayIn | None:
    """Return the way in that was chosen; where there is only one, it is that."""
    if len(ways) == 1:
        return ways[0]
    return next((way for way in ways if way.name == one(typed, WAY)), None)


def _answer(request: Request, site: Site, visitor: Visitor, typed: Typed) -> "Opening | Response":
    """Return what is answered with a form for the pupil chosen, or ask again who it is."""
    ways = _ways(site, visitor)
    way = _way(ways, typed)
    if way is None:
        return _first(request, ways, typed, [Fault(WAY, "Choose what you want to open")])
    pupil = _chosen(site, visitor, typed)
    if not isinstance(pupil, Pupil):
        return _second(request, site, visitor, typed, pupil)
    offered = offer_to_open(site.office, way.policy, visitor.person, site.now())
    of = event_form(offered, way.event, typed)
    asked = any(name.startswith("fact-") or name == "request_id" for name in typed)
    said = typed if asked else {**typed, **of.before(of.ground.today), **_own(of)}
    return Opening(request, site, visitor, of, said, way, pupil)


def _own(of: EventForm) -> Typed:
    """Return the organisation for which the person acts, where it can only be one."""
    slot = of.offer.lifecycle.roles[of.actor.role].of
    if slot is None or len(of.actor.organisations) != 1:
        return {}
    return {fact_id(slot): [*of.actor.organisations]}


def _chosen(site: Site, visitor: Visitor, typed: Typed) -> Pupil | list[Fault]:
    """Return the pupil that was chosen or described, or what is wrong with that."""
    picked = one(typed, PUPIL)
    if not picked and FOUND in typed:
        return [Fault(PUPIL, "Choose the pupil, or say that it is another")]
    if picked not in ("", ANOTHER):
        known = known_pupil(site.office, visitor.person, picked)
        return known or [Fault(PUPIL, "Choose the pupil")]
    name = read_name(typed, NAME, "Enter the pupil's name")
    born = read_birthday(typed, BORN, london_day(site.now()))
    if isinstance(name, Fault) or isinstance(born, Fault):
        return [fault for fault in (name, born) if isinstance(fault, Fault)]
    newcomer = one(typed, NEWCOMER)
    return pupil_of(
        site.office, name, born, newcomer if _ID.fullmatch(newcomer) else new_pupil_id()
    )


def _first(
    request: Request, ways: tuple[WayIn, ...], typed: Typed, faults: Sequence[Fault] = ()
) -> Response:
    """Show the first page: what is to be opened, and what the pupil is called."""
    fields = [_ways_field(ways, typed, faults)] if len(ways) > 1 else []
    hint = "First name and last name. You will see whether the pupil is known here already."
    fields.append(line_field(CALLED, "What is the pupil called?", hint, typed, faults))
    return _asking(request, fields, faults, Place("/referrals/new/pupil", "", _FRONT), ())


def _ways_field(ways: tuple[WayIn, ...], typed: Typed, faults: Sequence[Fault]) -> Field:
    several = len({way.policy for way in ways}) > 1
    options = tuple(
        Option(
            way.name, way.title, way.name == one(typed, WAY), way.policy_title if several else ""
        )
        for way in ways
    )
    error = next((fault.says for fault in faults if fault.id == WAY), "")
    question = "What do you want to open?"
    return Field(id=WAY, kind="radios", question=question, options=options, error=error)


def _second(
    request: Request,
    site: Site,
    visitor: Visitor,
    typed: Typed,
    faults: Sequence[Fault] = (),
) -> Response:
    """Show who of that name is known, and ask which of them it is, or for the new pupil."""
    found = pupils_called(site.office, visitor.person, one(typed, CALLED), site.now())
    fields = [_found_field(found, typed, faults)] if found else []
    typed = {**typed, NAME: [one(typed, NAME) or one(typed, CALLED)]}
    new = [
        line_field(NAME, "Pupil's name", "First name and last name.", typed, faults),
        day_field(BORN, "Date of birth", "For example, 27 3 2014.", typed, faults),
    ]
    if found and not any(fault.id in (NAME, BORN) for fault in faults):
        new = [replace(field, shown_for={PUPIL: (ANOTHER,)}) for field in new]
    newcomer = one(typed, NEWCOMER)
    hidden = [
        (WAY, one(typed, WAY)),
        (CALLED, one(typed, CALLED)),
        (NEWCOMER, newcomer if _ID.fullmatch(newcomer) else new_pupil_id()),
        *([(FOUND, "yes")] if found else []),
    ]
    place = Place("/referrals/new/form", "", _BACK)
    return _asking(request, [*fields, *new], faults, place, hidden)


def _found_field(found: tuple[Known, ...], typed: Typed, faults: Sequence[Fault]) -> Field:
    picked = one(typed, PUPIL)
    options = [
        Option(
            known.pupil.id,
            f"{known.pupil.name}, {_born(known.pupil)}",
            known.pupil.id == picked,
            ", ".join(known.referrals),
        )
        for known in found
    ]
    options.append(Option(ANOTHER, "Another pupil, who is not listed here", picked == ANOTHER))
    error = next((fault.says for fault in faults if fault.id == PUPIL), "")
    question = "Is it one of these?"
    return Field(id=PUPIL, kind="radios", question=question, options=tuple(options), error=error)


def _born(pupil: Pupil) -> str:
    return "date of birth not known" if pupil.born_on is None else f"born {day(pupil.born_on)}"


def _asking(
    request: Request,
    fields: Sequence[Field],
    faults: Sequence[Fault],
    place: Place,
    hidden: Sequence[tuple[str, str]],
) -> Response:
    errors = [{"href": href, "text": text} for href, text in in_order(fields, faults)]
    return page(
        request,
        "caseworker/open_pupil.html",
        422 if faults else 200,
        title="Open a referral",
        place=place,
        fields=fields,
        errors=errors,
        hidden=[(name, shown(value)) for name, value in hidden],
    )


class Opening(Answer):
    """What is answered to somebody who opens a referral of one pupil by one way in."""

    def __init__(
        self,
        request: Request,
        site: Site,
        visitor: Visitor,
        of: EventForm,
        typed: Typed,
        way: WayIn,
        pupil: Pupil,
    ) -> None:
        super().__init__(request, site, visitor, of, typed)
        self._way = way
        self._pupil = pupil

    @property
    @override
    def place(self) -> Place:
        pupil = self._pupil
        who = (pupil.name or "Erased") + (f", {_born(pupil)}" if pupil.born_on else "")
        return Place(
            "/referrals/new/open",
            f"{self._way.policy_title} · {who}",
            _BACK,
            "When was the referral made?",
            tuple(_hidden(self.typed)),
        )

    @override
    def looked(self) -> None:
        """Whom of the pupils known the person was shown is noted where they were found."""

    @override
    def stale(self, entered: Entered | None) -> Response:
        return self.form((LEFT,), (), 409)

    @override
    def asked(self, entered: Entered, request_id: str) -> Response:
        """Open the referral; where policy does not allow it no record of a child is begun."""
        office, now = self.site.office, self.site.now()
        parties = {
            name: str(write_value(value))
            for name, value in entered.taken.items()
            if self.of.ground.fact(name).type == "organisation"
        }
        person, policy = self.visitor.person, self._way.policy
        with_them = replace(self.of, offer=offer_to_open(office, policy, person, now, parties))
        decision = with_them.decided(entered)
        if not decision.allowed:
            faults = self.of.still_needed(decision.findings)
            return self.refused(reasons(self.of.around, decision.findings), faults)
        what = replace(self.what(entered, self.of.actor.role), seen=None)
        outcome = sent(
            lambda: self.site.runs.advance(
                open_for(office, policy, self._pupil, what, now, request_id).id, now
            )
        )
        if isinstance(outcome, tuple):
            return self.form(outcome, self.of.in_the_way(), 422, request_id)
        return self.closed(outcome, entered)


def _hidden(typed: Typed) -> Iterator[tuple[str, str]]:
    """Give what says for whom and by which way in, to go with the form."""
    names = (WAY, CALLED, PUPIL, NEWCOMER, NAME, *(f"{BORN}-{part}" for part in DATE_PARTS))
    return ((name, shown(one(typed, name))) for name in names if name in typed)
