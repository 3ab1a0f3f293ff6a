"""A policy laid out to be read: made once for each version of its files, because it is a value."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from apflow import diagram
from apflow.casework.policies import PolicyToday
from apflow.policy.clauses import Clauses, Trace, citations, trace
from apflow.policy.lifecycle import Lifecycle
from apflow.web.manager.conditions import Spoken
from apflow.web.manager.names import plain
from apflow.web.rendering import drawing, environment
from apflow.web.wording import first_up

#: What a part of each section is called.
_PARTS: Final = {
    "settings": "Setting", "roles": "Role", "facts": "Fact", "guards": "Guard",
    "events": "Event", "states": "State", "transitions": "Step", "deadlines": "Deadline",
    "meetings": "Meeting", "places": "Places", "notices": "Notice", "source": "Source",
    "in_force": "In force",
}  # fmt: skip
_LINK: Final = Markup('<a class="govuk-link ap-nowrap" href="{0}#clause-{1}">{1}</a>')
_DECISION: Final = re.compile(r"\bA-\d{2}[a-z]?\b")
#: Sections that stand on the page of what is asked and told.
_ELSEWHERE: Final = ("facts", "events", "notices")
#: So many versions are kept at hand.
_KEPT: Final = 16


@dataclass(frozen=True, slots=True)
class Carrier:
    """A part of a lifecycle as the clause table names it: its sort, title and address."""

    sort: str
    title: str
    href: str


@dataclass(frozen=True)
class Reading:
    """Everything that a policy's pages say of one version, as parts of the pages.

    `to_confirm` counts the settings that the authority has not confirmed, `unset` those of them
    that have no value.
    """

    body: Markup
    facts: Markup
    to_confirm: int
    unset: int
    contents: tuple[tuple[str, str], ...]


def reading_of(policy: PolicyToday) -> Reading:
    """Return a policy laid out; made anew only where its files changed."""
    key = (policy.lifecycle.digest, policy.clauses_digest)
    found = _made.get(key)
    if found is None:
        while len(_made) >= _KEPT:
            _made.pop(next(iter(_made)), None)
        found = _made[key] = _laid_out(policy.lifecycle, policy.clauses)
    return found


_made: dict[tuple[str, str], Reading] = {}


def _laid_out(lifecycle: Lifecycle, clauses: Clauses | None) -> Reading:
    says = Spoken(lifecycle)
    both_ways = trace(clauses, lifecycle) if clauses is not None else None
    to_confirm = {name: one for name, one in lifecycle.settings.items() if one.confirm}
    linked = {name: f"#states-{name}" for name in lifecycle.states}
    values = {
        "policy": lifecycle,
        "says": says,
        "named": says.named,
        "steps": list(zip(lifecycle.transitions, diagram.in_words(lifecycle), strict=True)),
        "first_of": _first_steps(lifecycle),
        "to_confirm": to_confirm,
        "settled": {name: one for name, one in lifecycle.settings.items() if not one.confirm},
        "trace": both_ways,
        "carriers": _carriers(lifecycle),
        "asked_by": _asked_by(lifecycle),
        "guarded": _guarded(lifecycle),
        "map": drawing(diagram.map_(lifecycle, id_prefix="map-", links=linked, styled=False)),
        "overview": drawing(
            diagram.overview(lifecycle, id_prefix="overview-", links=linked, styled=False)
        ),
    }
    return Reading(
        body=_rendered("manager/policy_body.html", values, facts_at=_facts_at(lifecycle)),
        facts=_rendered("manager/policy_facts_body.html", values, main_at=_main_at(lifecycle)),
        to_confirm=len(to_confirm),
        unset=sum(one.value is None for one in to_confirm.values()),
        contents=tuple(_contents(lifecycle, both_ways)),
    )


def _rendered(
    name: str, values: Mapping[str, object], main_at: str = "", facts_at: str = ""
) -> Markup:
    """Return a part of a page; `main_at` and `facts_at` are where the other page is."""
    cited = _Cited(values["trace"], main_at)  # type: ignore[arg-type]
    more = {"main_at": main_at, "facts_at": facts_at, "cited": cited}
    text = environment().get_template(name).render({**values, **more})
    return Markup(text)  # noqa: S704 - made by our own templates, which escape every text


def _main_at(lifecycle: Lifecycle) -> str:
    return f"/policy/{lifecycle.lifecycle}"


def _facts_at(lifecycle: Lifecycle) -> str:
    return f"{_main_at(lifecycle)}/facts"


def _contents(lifecycle: Lifecycle, both_ways: Trace | None) -> Iterator[tuple[str, str]]:
    """Give the parts of the page: where each is, and what it is called."""
    yield "#to-confirm", "Still to be confirmed by the authority"
    yield "#map", "The road as a map"
    yield "#steps", "Every step in words"
    yield "#guards", "Every guard in words"
    yield "#states", "States"
    yield "#deadlines", "Deadlines"
    yield "#roles", "Who takes part"
    if lifecycle.meetings or lifecycle.places:
        yield "#meetings", "Meetings and places"
    if both_ways is not None:
        yield "#clauses", "Clauses, and what carries each"
        yield "#carriers", "Parts, and the clauses each rests on"
    yield "#versions", "Versions"
    yield _facts_at(lifecycle), "What is asked and told"


class _Cited:
    """Numbers of clauses and decisions as links, where the policy's clauses are written down."""

    def __init__(self, both_ways: Trace | None, at: str) -> None:
        self._at = at
        rows = both_ways.statements if both_ways is not None else ()
        self._known = {row.number for row in rows}

    def numbers(self, given: Iterable[str]) -> Markup:
        """Return numbers one after another, each leading to its line of the table."""
        return Markup(", ").join(self._linked(number) for number in given)

    def note(self, text: str | None) -> Markup:
        """Return a note in which the decisions it names are links."""
        parts: list[Markup] = []
        end = 0
        for found in _DECISION.finditer(text or ""):
            parts += [Markup.escape((text or "")[end : found.start()]), self._linked(found[0])]
            end = found.end()
        return Markup("").join([*parts, Markup.escape((text or "")[end:])])

    def _linked(self, number: str) -> Markup:
        if number not in self._known:
            return Markup.escape(number)
        return _LINK.format(self._at, number)


def _carriers(lifecycle: Lifecycle) -> dict[str, Carrier]:
    named = Spoken(lifecycle).named
    titles = {
        "guards": named.guard,
        "facts": named.fact,
        "settings": named.fact,
        "roles": named.role,
        "events": named.event,
        "transitions": named.event,
        "states": named.state,
        "meetings": named.meeting,
    }
    found = {}
    for part, citation in citations(lifecycle).items():
        section, _, name = part.partition(".")
        titled = titles.get(section)
        title = titled(name) if titled is not None else plain(citation.title)
        href = f"#{section}-{name}" if name else f"#{section}"
        if section in _ELSEWHERE or (
            section == "settings" and not lifecycle.settings[name].confirm
        ):
            href = _facts_at(lifecycle) + href
        found[part] = Carrier(_PARTS[section], first_up(title), href)
    return found


def _first_steps(lifecycle: Lifecycle) -> dict[str, int]:
    """Return which transition is the first of each event: the anchor of them all."""
    found: dict[str, int] = {}
    for index, transition in enumerate(lifecycle.transitions):
        found.setdefault(transition.event, index)
    return found


def _asked_by(lifecycle: Lifecycle) -> Mapping[str, tuple[str, ...]]:
    """Return for each fact the events that ask for it, or set it."""
    found: dict[str, dict[str, None]] = {}
    for name, event in lifecycle.events.items():
        for fact in (*event.asks, *event.may_ask, *event.sets):
            found.setdefault(fact, {})[name] = None
    return {fact: tuple(events) for fact, events in found.items()}


def _guarded(lifecycle: Lifecycle) -> Mapping[str, tuple[str, ...]]:
    """Return for each guard the events that it stands before."""
    found: dict[str, dict[str, None]] = {}
    for transition in lifecycle.transitions:
        for guard in transition.guards:
            found.setdefault(guard, {})[transition.event] = None
    return {guard: tuple(events) for guard, events in found.items()}
