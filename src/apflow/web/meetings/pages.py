"""The pages of forum day: sittings, one sitting with its form, its print pack."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from apflow.casework.accounts import Visitor
from apflow.casework.meetings import forum, sitting_day, sittings
from apflow.casework.meetings.forum import Sitting
from apflow.casework.meetings.sitting_day import SittingSeen
from apflow.errors import BadInput, BadInputs
from apflow.web.advancing import new_request_id
from apflow.web.forms.typed import Typed, one
from apflow.web.meetings.deciding import FORM, SittingForm, Taken, Wrong
from apflow.web.meetings.shown import items_shown, outcomes_shown, sheets
from apflow.web.posting import Posted
from apflow.web.rendering import page
from apflow.web.site import Here, Site
from apflow.web.visitors import NotForYou, Visiting

router = APIRouter(prefix="/meetings", include_in_schema=False)


@router.get("")
def meetings(request: Request, site: Here, visitor: Visiting) -> Response:
    """List the sittings of every meeting in the visitor's sight, ahead and past."""
    _takes_part(visitor)
    found = sittings.meetings(site.office, visitor.person, site.now())
    return page(request, "meetings/meetings.html", meetings=found)


@router.get("/{policy}/{meeting}/{on}")
def sitting(
    request: Request, policy: str, meeting: str, on: date, site: Here, visitor: Visiting,
    held: str = "",
) -> Response:  # fmt: skip
    """Show a sitting: its agenda, what became of its decisions, and for its members the form.

    `held` names the form that was sent a moment ago.
    """
    seen = _seen(site, visitor, Sitting(policy, meeting, on))
    form = SittingForm(seen, visitor.person)
    return _sitting(request, form, form.before(), just_now=_of_form(form, held))


@router.post("/{policy}/{meeting}/{on}")
def decide(
    request: Request, policy: str, meeting: str, on: date, site: Here, visitor: Visiting,
    posted: Posted,
) -> Response:  # fmt: skip
    """Record the decisions of a sitting, all or none, and have them applied in its order."""
    seen = _seen(site, visitor, Sitting(policy, meeting, on))
    form, typed = SittingForm(seen, visitor.person), _typed(posted)
    if not form.open and not seen.outcomes:
        raise NotForYou("those who decide at this meeting, from its day on")
    form_id = _form_id(one(typed, FORM))
    taken = form.taken(typed, form_id)
    if taken.wrong:
        wrong = form.wrong(typed, taken)
        code = 409 if taken.gone else 422
        return _sitting(request, form, typed, taken, wrong, code, form_id)
    if not taken.decisions and not _of_form(form, form_id):
        nothing = Wrong("#decisions", "Choose a decision for at least one referral")
        return _sitting(request, form, typed, taken, (nothing,), 422, form_id)
    refused = _hold(site, visitor, seen.sitting, taken)
    if refused:
        return _sitting(request, form, typed, taken, refused, 422, form_id)
    return RedirectResponse(f"{_address(seen.sitting)}?held={form_id}", 303)


@router.get("/{policy}/{meeting}/{on}/print")
def print_pack(
    request: Request, policy: str, meeting: str, on: date, site: Here, visitor: Visiting
) -> Response:
    """Show the agenda and a page for each referral, to be printed."""
    seen = _seen(site, visitor, Sitting(policy, meeting, on), "print pack")
    items = items_shown(seen, frozenset())
    return page(
        request,
        "meetings/print.html",
        seen=seen,
        address=_address(seen.sitting),
        items=items,
        sheets=sheets(items),
        now=site.now(),
    )


def _seen(site: Site, visitor: Visitor, named: Sitting, what: str = "agenda") -> SittingSeen:
    _takes_part(visitor)
    return sitting_day.see(site.office, named, visitor.person, site.now(), what)


def _takes_part(visitor: Visitor) -> None:
    if not (visitor.acts or visitor.manages or visitor.audits):
        raise NotForYou("people who work on referrals")


def _hold(site: Site, visitor: Visitor, named: Sitting, taken: Taken) -> tuple[Wrong, ...]:
    """Store the decisions and apply them in one flow run; return what could not be taken."""
    now = site.now()
    try:
        if taken.decisions:
            forum.prepare(site.office, named, taken.decisions, visitor.person, now)
    except BadInputs as several:
        return tuple(Wrong("#decisions", str(bad)) for bad in several.inputs)
    except BadInput as bad:
        return (Wrong("#decisions", str(bad)),)
    site.runs.hold_forum(str(named), now)
    return ()


def _sitting(
    request: Request,
    form: SittingForm,
    typed: Typed,
    taken: Taken | None = None,
    wrong: tuple[Wrong, ...] = (),
    code: int = 200,
    form_id: str = "",
    just_now: frozenset[str] = frozenset(),
) -> Response:
    seen, faults = form.sitting, taken.faults if taken is not None else {}
    outcomes = outcomes_shown(seen, just_now)
    questions = {
        reference: item.fields(typed, faults.get(reference, ()))
        for reference, item in (form.items if form.open else {}).items()
    }
    return page(
        request,
        "meetings/sitting.html",
        code,
        seen=seen,
        address=_address(seen.sitting),
        items=items_shown(seen, just_now),
        decided=[one for one in outcomes if one.applied],
        just_now=[one for one in outcomes if one.just_now],
        open=form.open,
        may_decide=bool(form.items),
        questions=questions,
        people=form.people(typed, faults.get("", ())) if form.open else None,
        errors=[{"href": one.href, "text": one.says} for one in wrong],
        form_id=form_id or new_request_id(),
    )


def _of_form(form: SittingForm, form_id: str) -> frozenset[str]:
    """Return the closed Requests of a sitting that a form made."""
    return frozenset(
        one.asked.request
        for one in form.sitting.outcomes
        if one.asked.request == form.request_id(form_id, one.asked.reference)
    )


def _form_id(text: str) -> str:
    """Return a form's id if it can be one of ours; else another."""
    ours = len(text) == 32 and all(letter in "0123456789abcdef" for letter in text)
    return text if ours else new_request_id()


def _typed(posted: Posted) -> Typed:
    typed: dict[str, list[str]] = {}
    for name, value in posted.multi_items():
        if isinstance(value, str):
            typed.setdefault(name, []).append(value)
    return typed


def _address(named: Sitting) -> str:
    return f"/meetings/{named.lifecycle}/{named.meeting}/{named.on.isoformat()}"
