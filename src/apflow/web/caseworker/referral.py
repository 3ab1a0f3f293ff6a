"""One referral: what can happen next and why not, its deadlines, its way so far, its history."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apflow.casework.accounts import Visitor
from apflow.casework.acts import may_give
from apflow.casework.lists.around import colleagues
from apflow.casework.seeing import Seen, see
from apflow.web.advancing import new_request_id
from apflow.web.caseworker.afterwards import done_words, verified_words
from apflow.web.caseworker.deadline_rows import deadline_rows, next_due
from apflow.web.caseworker.next_ways import next_ways
from apflow.web.caseworker.timeline import Timeline
from apflow.web.caseworker.way_so_far import in_words, picture
from apflow.web.facts import FactWords
from apflow.web.links import Link, clause_links
from apflow.web.rendering import page
from apflow.web.site import Here, Site
from apflow.web.visitors import Visiting

router = APIRouter(include_in_schema=False)

#: What is said of a pupil beside what can happen next; the rest stands further down.
_MOST_DETAILS = 7
_NOT_DETAILS = ("organisation", "text", "papers", "people", "agreements", "person")


@dataclass(frozen=True, slots=True)
class FactShown:
    """A fact that is known: its title, its value in lines, and the step that gave it."""

    title: str
    lines: tuple[str, ...]
    since: int | None


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A guard that the state keeps and that no longer holds."""

    says: str
    clauses: tuple[Link, ...]


@router.get("/referrals/{reference}")
def show(
    request: Request,
    reference: str,
    site: Here,
    visitor: Visiting,
    done: str = "",
    verified: str = "",
) -> Response:
    """Show one referral, once the look is recorded."""
    seen = see(site.office, reference, visitor.person, site.now())
    return page(
        request,
        "caseworker/referral.html",
        **shown(site, seen, visitor),
        done=done_words(site, seen, visitor, done) if done else None,
        verified=verified_words(site, seen) if verified else None,
    )


def shown(site: Site, seen: Seen, visitor: Visitor) -> Mapping[str, object]:
    """Return what the page of a referral says."""
    words = FactWords(seen.lifecycle, seen.places)
    deadlines = deadline_rows(seen, words, site.now())
    timeline = Timeline(seen, site.settings.prefect_pages)
    facts = _facts(seen, words)
    return {
        "referral": seen.referral,
        "policy": seen.lifecycle.title,
        "heading": seen.pupil or "Erased",
        "state": words.state(seen.referral.state),
        "visitor": visitor,
        "next": next_ways(seen, words),
        "looks": not seen.acting,
        "lapsed": tuple(_lapsed(seen)),
        "owner": timeline.who(seen.referral.owner) if seen.referral.owner else None,
        "mine": seen.referral.owner == visitor.person,
        "claimable": _claimable(site, seen, visitor),
        "givable": _givable(seen),
        "request_id": new_request_id(),
        "parties": _parties(seen, words),
        "details": _details(seen, words),
        "facts": facts,
        "hidden": [words.title(name) for name in seen.hidden],
        "deadlines": [row for row in deadlines if row.stands],
        "over": [row for row in deadlines if not row.stands],
        "next_due": next_due(deadlines),
        "picture": picture(seen),
        "places": in_words(seen, words),
        "ahead": [row for row in reversed(deadlines) if row.stands and row.due],
        "steps": timeline.steps(),
    }


def _claimable(site: Site, seen: Seen, visitor: Visitor) -> bool:
    """Whether it is the person's turn while nobody of their team has it, or nobody has it at all.

    What is asked is decided anew when they claim it.
    """
    referral = seen.referral
    if not seen.acting or referral.closed_on is not None or referral.owner == visitor.person:
        return False
    if referral.owner is None:
        return True
    turn = seen.lifecycle.states[referral.state].owner in seen.acting
    return turn and referral.owner not in colleagues(site.office, visitor.person)


def _givable(seen: Seen) -> bool:
    """Whether the person may hand the referral to somebody else."""
    here = bool(seen.acting) or "manager" in seen.roles
    return here and may_give(seen.roles, seen.person, seen.referral.owner)


def _lapsed(seen: Seen) -> Iterator[Lapsed]:
    for name in seen.referral.lapsed:
        guard = seen.lifecycle.guards.get(name)
        if guard is not None:
            yield Lapsed(guard.otherwise, clause_links(seen.referral.lifecycle, guard.clause))


def _parties(seen: Seen, words: FactWords) -> list[tuple[str, str]]:
    """Return who takes part, as (what they are here, name), in the order of the policy."""
    known = seen.referral.parties
    return [
        (words.title(name), words.place(known[name]))
        for name in seen.lifecycle.facts
        if name in known
    ]


def _details(seen: Seen, words: FactWords) -> list[tuple[str, str]]:
    """Return what the opening asked first, as (title, value)."""
    opening = seen.steps[0].event if seen.steps else ""
    event = seen.lifecycle.events.get(opening)
    facts = seen.lifecycle.facts
    names = [
        name
        for name in (event.asks if event is not None else ())
        if name in seen.facts and facts[name].type not in _NOT_DETAILS
    ]
    return [(words.title(name), words.value(name, seen.facts[name])) for name in names][
        :_MOST_DETAILS
    ]


def _facts(seen: Seen, words: FactWords) -> list[FactShown]:
    since: dict[str, int] = {}
    for step in seen.steps:
        for value in step.values:
            if value.kind in ("answer", "set"):
                since[value.name] = step.seq
    return [
        FactShown(words.title(name), words.lines(name, value), since.get(name))
        for name, value in seen.facts.items()
    ]
