"""A referral's history: one step of it, the whole of it on paper and as files, and its proof."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from apflow.casework import exports
from apflow.casework.seeing import see
from apflow.errors import Unknown
from apflow.referral.reference import tidy_reference
from apflow.web.caseworker.deadline_rows import deadline_rows
from apflow.web.caseworker.step_shown import step_shown
from apflow.web.caseworker.timeline import Timeline
from apflow.web.caseworker.way_so_far import in_words, picture
from apflow.web.facts import FactWords
from apflow.web.rendering import page
from apflow.web.site import Here
from apflow.web.visitors import Visiting

router = APIRouter(include_in_schema=False)


@router.get("/referrals/{reference}/history/{seq}")
def step(request: Request, reference: str, seq: int, site: Here, visitor: Visiting) -> Response:
    """Show one step: who, when, on what facts, under which clauses, and its place in the chain."""
    seen = see(site.office, reference, visitor.person, site.now(), "step")
    if not 1 <= seq <= len(seen.steps):
        raise Unknown("step", str(seq))
    return page(
        request, "caseworker/step.html", **step_shown(seen, seq, site.settings.prefect_pages)
    )


@router.get("/referrals/{reference}/print")
def chronology(request: Request, reference: str, site: Here, visitor: Visiting) -> Response:
    """Show the whole of a referral for paper: what is known, its deadlines, every step in order."""
    now = site.now()
    seen = see(site.office, reference, visitor.person, now, "chronology")
    words = FactWords(seen.lifecycle, seen.places)
    steps = Timeline(seen, None).steps()
    return page(
        request,
        "caseworker/print.html",
        referral=seen.referral,
        policy=seen.lifecycle.title,
        heading=seen.pupil or "Erased",
        state=words.state(seen.referral.state),
        parties=[
            (words.title(name), words.place(seen.referral.parties[name]))
            for name in seen.lifecycle.facts
            if name in seen.referral.parties
        ],
        facts=[
            (words.title(name), words.lines(name, value))
            for name, value in seen.facts.items()
            if name not in seen.referral.parties
        ],
        hidden=[words.title(name) for name in seen.hidden],
        deadlines=deadline_rows(seen, words, now),
        picture=picture(seen),
        places=in_words(seen, words),
        steps=tuple(reversed(steps)),
        now=now,
    )


@router.get("/referrals/{reference}/history.{form}")
def file(
    reference: str, form: Literal["csv", "json", "xes"], site: Here, visitor: Visiting
) -> Response:
    """Give the history as a file, whole: what cannot be read is an error page, not half a file."""
    tidy = tidy_reference(reference)
    if tidy is None:
        raise Unknown("referral", reference)
    now = site.now()
    content = b"".join(exports.export(site.office, form, visitor.person, now, [tidy]))
    name = f'attachment; filename="{tidy}-history.{form}"'
    media = exports.FORMATS[form].media_type
    return Response(content, media_type=media, headers={"Content-Disposition": name})


@router.post("/referrals/{reference}/verify")
def verify(reference: str, site: Here, visitor: Visiting) -> Response:
    """Verify a history; the page that follows reads it anew, so that no address can claim it."""
    seen = see(site.office, reference, visitor.person, site.now(), "verify")
    return RedirectResponse(f"/referrals/{seen.referral.reference}?verified=1", 303)
