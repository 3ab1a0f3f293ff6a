"""The worklist: what is overdue, what is due soon, what waits for others, everything else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from apflow.casework.accounts import Visitor
from apflow.casework.lists.around import Around, around, owned
from apflow.casework.lists.working import Group, Work, work
from apflow.clock import london_day
from apflow.errors import Unknown
from apflow.web.caseworker.rows_shown import RowShown, rows_shown
from apflow.web.navigation import front
from apflow.web.rendering import page
from apflow.web.site import Here, Site
from apflow.web.visitors import Visiting

router = APIRouter(include_in_schema=False)

_EACH = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a worklist asks for."""

    mine: bool
    policy: str | None
    group: str | None
    after: str | None

    def address(self, **changes: str | None) -> str:
        """Return the address that asks for the same, but for the changes."""
        asked = {"show": "mine" if self.mine else None, "policy": self.policy, **changes}
        given = {name: value for name, value in asked.items() if value}
        return f"/?{urlencode(given)}" if given else "/"


@dataclass(frozen=True, slots=True)
class GroupShown:
    """One group: its rows on this page, how many there are in all, where more of them are."""

    name: str
    title: str
    rows: tuple[RowShown, ...]
    total: int
    more: str | None


@router.get("/")
def worklist(
    request: Request,
    site: Here,
    visitor: Visiting,
    show: str = "",
    policy: str = "",
    group: str = "",
    after: str = "",
    done: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Show what is to be done; who works on no referral goes to where they begin."""
    if not visitor.acts:
        return RedirectResponse(front(visitor), 303)
    now = site.now()
    beside = around(site.office, visitor.person, london_day(now))
    known = {one.lifecycle: one.title for one in beside.policies}
    asked = Asked(
        mine=show == "mine",
        policy=policy if policy in known else None,
        group=group or None,
        after=after or None,
    )
    found = _found(site, visitor, asked)
    values = {
        "asked": asked,
        "policies": known,
        "around": beside,
        "groups": [_shown(one, asked, visitor, beside, site) for one in found.groups],
        "total": found.total,
        "overdue": found.group("overdue").total,
        "soon": found.group("soon").total,
        "yours": _yours(site, visitor, asked, found),
        "done": _done(site, visitor, done) if done else None,
    }
    return page(request, "caseworker/worklist.html", **values)


def _found(site: Site, visitor: Visitor, asked: Asked) -> Work:
    given: Mapping[str, str | None] = {"group": asked.group, "after": asked.after}
    return work(
        site.office,
        visitor.person,
        site.now(),
        mine=asked.mine,
        policy=asked.policy,
        limit=_EACH,
        **given,  # type: ignore[arg-type]
    )


def _shown(group: Group, asked: Asked, visitor: Visitor, beside: Around, site: Site) -> GroupShown:
    more = asked.address(group=group.name, after=group.next) if group.next else None
    rows = rows_shown(group.rows, visitor.person, site.now(), beside.team)
    return GroupShown(group.name, group.title, rows, group.total, more)


def _yours(site: Site, visitor: Visitor, asked: Asked, found: Work) -> int:
    if asked.mine:
        return found.total
    return owned(site.office, visitor.person, asked.policy)


def _done(site: Site, visitor: Visitor, request_id: str) -> str | None:
    """Return the reference of a referral that the visitor has just taken on."""
    try:
        request = site.casework.request(request_id)
    except Unknown:
        return None
    mine = request.actor == visitor.person and request.state == "applied"
    return request.reference if mine and request.event == "hand_over" else None
