"""Following every link: each person begins at their front page and goes wherever pages lead.

A page is visited once for each kind of page: referrals are told apart by policy and state,
everything beneath a referral by policy. What is not a page is asked for and not read.
"""

import html
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx
from typing_extensions import override

from apflow.referral import Referral
from tests.browser.structure import Marked
from tests.web.routes import Route

_REFERRAL = re.compile(r"/referrals/([A-Z]{2}-\d{4}-\w{6}-\w)(.*)")
#: Parts of an address that stand for one of many things alike.
_ALIKE = (
    (re.compile(r"/history/\d+"), "/history/N"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "DAY"),
    (re.compile(r"/people/[a-z0-9]{8,}"), "/people/HANDLE"),
    (re.compile(r"/versions/[0-9a-f]{64}"), "/versions/DIGEST"),
    (re.compile(r"/organisations/(?!new)[a-z-]+"), "/organisations/ONE"),
    (re.compile(r"/calendars/[a-z-]+"), "/calendars/ONE"),
)
_LINK = re.compile(r'<a\b[^>]*?\shref="([^"]+)"')
_FORM = re.compile(r"<form\b[^>]*>")
_ID = re.compile(r'\sid="([^"]+)"')


@dataclass(frozen=True)
class Visit:
    """One page that was asked for: by whom, from where they were led there, what came."""

    who: str
    path: str
    led_by: str
    status: int
    faults: tuple[str, ...] = ()
    ids: frozenset[str] = frozenset()
    forms: tuple[Route, ...] = ()
    links: tuple[str, ...] = ()

    @override
    def __str__(self) -> str:
        return f"{self.who}: {self.path} ({self.status}), led there by {self.led_by}"


@dataclass
class Crawl:
    """Goes through an installation; `referrals` are all that it has, by reference."""

    referrals: Mapping[str, Referral]
    visits: list[Visit] = field(default_factory=list)
    _read: set[str] = field(default_factory=set)

    def go(self, who: str, browser: httpx.Client, most: int = 400) -> None:
        """Follow everything that `who` is shown, from the front page on."""
        waiting = deque([("/", "nothing")])
        seen: set[str] = set()
        while waiting:
            path, led_by = waiting.popleft()
            kind = self.kind(path)
            if kind in seen:
                continue
            seen.add(kind)
            assert len(seen) <= most, f"{who} found no end: {most} kinds of pages, last {path}"
            visit, onward = self._visit(who, browser, path, led_by, kind)
            self.visits.append(visit)
            waiting.extend((one, path) for one in onward)

    def kind(self, path: str) -> str:
        """Return what a page is one of."""
        parts = urlsplit(path)
        asked = ",".join(sorted(re.findall(r"(\w+)=", parts.query)))
        found = _REFERRAL.fullmatch(parts.path)
        place = parts.path
        if found is not None:
            one = self.referrals.get(found[1])
            policy, state = (one.lifecycle, one.state) if one is not None else ("?", "?")
            place = f"{policy} {found[2] or state}"
        for pattern, stands in _ALIKE:
            place = pattern.sub(stands, place)
        return f"{place}?{asked}" if asked else place

    def dead_ends(self) -> Iterator[str]:
        """Give every visit whose answer is none: not there, not allowed, or a fault."""
        return (str(one) for one in self.visits if one.status >= 400)

    def faults(self) -> Iterator[str]:
        """Give what is wrong with the markup of the pages."""
        return (f"{one.path}: {fault}" for one in self.visits for fault in one.faults)

    def lost(self) -> Iterator[str]:
        """Give the links to a place within another page that is not there."""
        known = {(one.who, one.path): one.ids for one in self.visits if one.ids}
        for one in self.visits:
            for href in one.links:
                path, _, place = href.partition("#")
                ids = known.get((one.who, path))
                if place and ids is not None and place not in ids:
                    yield f"{one.who}: {one.path} leads to {href}"

    def forms(self) -> dict[Route, str]:
        """Return every form's method and address, with a page on which it stands."""
        return {form: one.path for one in self.visits for form in one.forms}

    def _visit(
        self, who: str, browser: httpx.Client, path: str, led_by: str, kind: str
    ) -> tuple[Visit, list[str]]:
        answer = browser.get(path)
        if answer.is_redirect:
            onward = [answer.headers["location"].partition("#")[0]]
            return Visit(who, path, led_by, answer.status_code), onward
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return Visit(who, path, led_by, answer.status_code), []
        text = answer.text
        links = tuple(_here(path, html.unescape(href)) for href in _LINK.findall(text))
        within = tuple(href for href in links if href.startswith("/"))
        visit = Visit(
            who=who,
            path=path,
            led_by=led_by,
            status=answer.status_code,
            faults=() if kind in self._read else tuple(Marked(path, text).faults()),
            ids=frozenset(html.unescape(one) for one in _ID.findall(text)),
            forms=tuple(_form(path, one) for one in _FORM.findall(text)),
            links=within,
        )
        self._read.add(kind)
        return visit, [href.partition("#")[0] for href in within]


def _here(path: str, href: str) -> str:
    there = urljoin(f"http://here{path}", href)
    return there.removeprefix("http://here") if there.startswith("http://here") else there


def _form(path: str, written: str) -> Route:
    said = dict(re.findall(r'\b(method|action)="([^"]*)"', written))
    action = _here(path, html.unescape(said.get("action", path))).partition("?")[0]
    return said.get("method", "get").upper(), action
