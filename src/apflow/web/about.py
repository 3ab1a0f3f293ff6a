"""Pages about the site itself: help, accessibility, privacy. Nobody has to sign in for them."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apflow.web.rendering import page
from apflow.web.site import Here
from apflow.web.visitors import Perhaps

router = APIRouter(include_in_schema=False)

#: The controller's own words about privacy, in the home of the installation: plain text.
OWN_WORDS = "privacy.txt"
#: Most bytes of it that are shown.
_MOST_BYTES = 100_000


@router.get("/help")
def helping(request: Request, found: Perhaps) -> Response:
    """Say how the commonest things are done."""
    return page(request, "about/help.html", signed_in=found is not None)


@router.get("/accessibility")
def accessibility(request: Request, _: Perhaps) -> Response:
    """Say for whom the pages work, how that was tried, and where they fall short."""
    return page(request, "about/accessibility.html")


@router.get("/privacy")
def privacy(request: Request, site: Here, _: Perhaps) -> Response:
    """Say what is kept about whom, why, and who sees it."""
    return page(
        request,
        "about/privacy.html",
        own_words=paragraphs(site.settings.home / OWN_WORDS),
        keep_refused_days=site.settings.keep_refused_days,
        mails=bool(site.settings.smtp_host),
        demonstration=site.settings.demonstration,
    )


def paragraphs(file: Path) -> tuple[tuple[str, ...], ...]:
    """Return a text file's paragraphs, each as its lines; nothing where it cannot be read."""
    try:
        with file.open("rb") as opened:
            text = opened.read(_MOST_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return ()
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            found[-1].append(line.strip())
        elif found[-1]:
            found.append([])
    return tuple(tuple(lines) for lines in found if lines)
