"""The policies to be read: what apflow makes of each, clause by clause, and its versions."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from apflow.casework import policies as known
from apflow.casework.policies import Version
from apflow.policy.lifecycle import InForce, Lifecycle
from apflow.web.manager.changes import changes
from apflow.web.manager.readings import reading_of
from apflow.web.rendering import page
from apflow.web.site import Here
from apflow.web.visitors import Visiting
from apflow.web.wording import day

router = APIRouter(prefix="/policy", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A version in the list of them; `changes` is None for the first."""

    digest: str
    kept_at: datetime
    open: int
    ended: int
    changes: tuple[str, ...] | None


@router.get("")
def policies(request: Request, site: Here, visitor: Visiting) -> Response:  # noqa: ARG001
    """List the policies there are."""
    found = [
        {"known": one, "in_force": _in_force(one.today.lifecycle.in_force if one.today else None)}
        for one in known.policies(site.office)
    ]
    return page(request, "manager/policies.html", policies=found)


@router.get("/{name}")
def policy(name: str, request: Request, site: Here, visitor: Visiting) -> Response:  # noqa: ARG001
    """Show one policy as it is read."""
    today = known.today(site.office, name)
    return page(
        request,
        "manager/policy.html",
        policy=today,
        source=today.lifecycle.source,
        in_force=_in_force(today.lifecycle.in_force),
        reading=reading_of(today),
        versions=_versions(known.kept(site.office, name)),
    )


@router.get("/{name}/facts")
def facts(name: str, request: Request, site: Here, visitor: Visiting) -> Response:  # noqa: ARG001
    """Show what a policy asks and works out, and who is told."""
    today = known.today(site.office, name)
    return page(request, "manager/policy_facts.html", policy=today, reading=reading_of(today))


@router.get("/{name}/clauses")
def clauses(name: str) -> Response:
    """Lead on to the clause table; the browser keeps the clause that was asked for."""
    return RedirectResponse(f"/policy/{name}", 307)


@router.get("/{name}/lifecycle.yaml")
def file(name: str, site: Here, visitor: Visiting) -> Response:  # noqa: ARG001
    """Give the policy's file as it is today."""
    today = known.today(site.office, name)
    return PlainTextResponse(
        today.text,
        media_type="application/yaml",
        headers={"Content-Disposition": f'attachment; filename="{name}.lifecycle.yaml"'},
    )


@router.get("/{name}/versions/{digest}")
def version(name: str, digest: str, site: Here, visitor: Visiting) -> Response:  # noqa: ARG001
    """Give a version's text as it was kept."""
    return PlainTextResponse(known.kept_text(site.office, name, digest))


def _versions(kept: tuple[Version, ...]) -> list[_Kept]:
    before: list[Lifecycle | None] = [older.lifecycle for _, older in pairwise(kept)]
    return [
        _Kept(
            one.lifecycle.digest,
            one.kept_at,
            one.open,
            one.ended,
            None if older is None else changes(older, one.lifecycle),
        )
        for one, older in zip(kept, [*before, None], strict=False)
    ]


def _in_force(span: InForce | None) -> str:
    first, last = (span.from_, span.until) if span is not None else (None, None)
    if first is None:
        return f"until {day(last)}" if last is not None else "no dates are set"
    return f"from {day(first)}" + (f" until {day(last)}" if last is not None else "")
