"""What is said on a page after a Request was applied: what was done, and what was only advised."""

from dataclasses import dataclass

from apflow.casework.accounts import Visitor
from apflow.casework.seeing import Seen, prove
from apflow.diagram.words import Words
from apflow.errors import Altered, Unknown
from apflow.referral import HOUSE_EVENTS
from apflow.web.site import Site
from apflow.web.wording import counted, first_up

_HOUSE = {
    "correct_facts": "What was known is corrected",
    "reverse_step": "The last step is taken back",
    "adopt_lifecycle": "The referral follows the policy's newest version",
    "hand_over": "The referral is handed over",
    "erase": "What people wrote is erased",
}


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: the event, the state now, and the guards of advice that were not met."""

    title: str
    state: str
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """What reading a history anew found: `good` where every step is as it was written."""

    good: bool
    says: str


def verified_words(site: Site, seen: Seen) -> Verified:
    """Read a referral's history anew and say what was found."""
    try:
        found = prove(site.office, seen.referral.reference)
    except Altered as fault:
        says = f"Step {fault.seq} is not as it was written: {fault.says}"
        return Verified(good=False, says=says)
    erased = f"; {counted(found.erased, 'value')} erased" if found.erased else ""
    steps, values = counted(found.steps, "step"), counted(found.values, "value")
    says = f"Every step is as it was written: {steps}, {values}{erased}."
    return Verified(good=True, says=says)


def done_words(site: Site, seen: Seen, visitor: Visitor, request_id: str) -> Done | None:
    """Return what to say of a Request; None unless it is the visitor's own, applied here."""
    try:
        request = site.casework.request(request_id)
    except Unknown:
        return None
    mine = request.actor == visitor.person and request.reference == seen.referral.reference
    if not mine or request.state != "applied" or request.result is None:
        return None
    result, words = request.result, Words(seen.lifecycle)
    state = str(result.get("state", seen.referral.state))
    findings = result.get("findings")
    return Done(
        title=_title(seen, visitor, request.event, words),
        state=words.state(state) if state in seen.lifecycle.states else first_up(state),
        advice=tuple(
            str(one["says"])
            for one in (findings if isinstance(findings, list) else [])
            if one["verdict"] in ("unmet", "unknown") and one.get("force") == "should"
        ),
    )


def _title(seen: Seen, visitor: Visitor, event: str, words: Words) -> str:
    if event == "hand_over" and seen.referral.owner == visitor.person:
        return "You have taken this referral on"
    return _HOUSE[event] if event in HOUSE_EVENTS else words.event(event)
