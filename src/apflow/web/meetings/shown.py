"""A sitting as its page and its print pack show it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from apflow.casework.meetings.sitting_day import Item, Outcome, SittingSeen
from apflow.policy.lifecycle import Lifecycle
from apflow.web.caseworker.event_form import event_form
from apflow.web.facts import FactWords
from apflow.web.forms.reasons import reasons
from apflow.web.links import Link

_PAPERS = "papers"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something in the way of a decision, or not known yet.

    `before` are the titles of the decisions it stands before; `ways` lead to what puts it right,
    and `by` says who else can.
    """

    says: str
    known: bool
    law: bool
    missing: tuple[str, ...]
    clauses: tuple[Link, ...]
    before: tuple[str, ...]
    ways: tuple[Link, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Known:
    """A fact in words: its title, and what is known of it, line by line."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemShown:
    """One referral on the agenda: what is known of its readiness, and what was asked in vain.

    `onward` is the title of the first decision by which the referral goes on; "" where it can
    only end, as for one that waits for a place.
    """

    item: Item
    state: str
    gaps: tuple[Gap, ...]
    decisions: tuple[str, ...]
    onward: str
    refused: "OutcomeShown | None"

    @property
    def reference(self) -> str:
        return self.item.agenda.reference

    @property
    def pupil(self) -> str:
        """The pupil's name, or what stands for one that was erased."""
        return self.item.row.pupil or "Name erased"

    @property
    def school(self) -> str:
        return self.item.row.school or "no school"

    @property
    def readiness(self) -> str:
        """Whether it can go on as far as is known: ready, papers (some are not in), not, or ""."""
        if not self.onward:
            return ""
        if any(self.onward in gap.before for gap in self.gaps):
            return "not"
        return "papers" if self.item.agenda.papers_missing else "ready"


@dataclass(frozen=True, slots=True)
class OutcomeShown:
    """What became of a decision: where the referral came to, or why it did not move.

    `now` is where it stands today, where that is somewhere else since.
    """

    reference: str
    pupil: str
    school: str
    title: str
    applied: bool
    to: str
    now: str
    waits: bool
    why: tuple[str, ...]
    by: str
    at: object
    just_now: bool


def items_shown(sitting: SittingSeen, just_now: frozenset[str]) -> tuple[ItemShown, ...]:
    """Return the agenda; `just_now` are the Requests of the form that was sent a moment ago."""
    refused = {one.reference: one for one in outcomes_shown(sitting, just_now) if not one.applied}
    return tuple(_item(item, refused.get(item.agenda.reference)) for item in sitting.items)


def outcomes_shown(sitting: SittingSeen, just_now: frozenset[str]) -> tuple[OutcomeShown, ...]:
    """Return what became of the decisions of a sitting, in the order in which they were taken."""
    return tuple(_outcome(one, just_now) for one in sitting.outcomes)


def _item(item: Item, refused: OutcomeShown | None) -> ItemShown:
    lifecycle = item.offer.lifecycle
    return ItemShown(
        item=item,
        state=lifecycle.states[item.agenda.state].title,
        gaps=tuple(_gaps(item)),
        decisions=tuple(lifecycle.events[name].title for name in item.agenda.events),
        onward=next((lifecycle.events[name].title for name in _onward(item)), ""),
        refused=refused,
    )


def _onward(item: Item) -> Iterator[str]:
    """Give the decisions after which the referral is still open."""
    lifecycle, state = item.offer.lifecycle, item.agenda.state
    for name in item.agenda.events:
        leads = [
            one.to or state
            for one in lifecycle.transitions
            if one.event == name and state in lifecycle.sources(one)
        ]
        if any(lifecycle.states[one].final is None for one in leads):
            yield name


def _gaps(item: Item) -> Iterator[Gap]:
    """Give what stands in the way, each guard once with all the decisions it stands before."""
    found: dict[str, tuple[Gap, list[str]]] = {}
    for event in item.agenda.events:
        form = event_form(item.offer, event)
        way = form.way
        stopping = way.stopping if way is not None else ()
        for reason in reasons(form.around, stopping):
            gap = Gap(
                reason.says, reason.known, reason.force == "law", reason.missing,
                reason.clauses, (), reason.ways, reason.by,
            )  # fmt: skip
            found.setdefault(reason.guard, (gap, []))[1].append(form.title)
    for gap, titles in found.values():
        yield Gap(
            gap.says, gap.known, gap.law, gap.missing, gap.clauses, tuple(titles), gap.ways, gap.by
        )


def _outcome(one: Outcome, just_now: frozenset[str]) -> OutcomeShown:
    asked, lifecycle = one.asked, one.lifecycle
    event = lifecycle.events.get(asked.event)
    target = asked.result.get("to")
    to = str(target) if asked.state == "applied" and target else ""
    return OutcomeShown(
        reference=asked.reference,
        pupil=one.row.pupil or "Name erased",
        school=one.row.school or "no school",
        title=event.title if event is not None else asked.event.replace("_", " "),
        applied=asked.state == "applied",
        to=_state(lifecycle, to),
        now=one.row.state_title if to and one.row.state != to else "",
        waits=any(to in pool.waiting_in for pool in lifecycle.places.values()),
        why=() if asked.state == "applied" else tuple(_why(one)),
        by=asked.by or "",
        at=asked.closed_at,
        just_now=asked.request in just_now,
    )


def _why(one: Outcome) -> Iterator[str]:
    """Give why a Request came to nothing: each finding that stopped it."""
    if one.asked.state == "stale":
        yield f"Someone moved it first: {one.asked.result.get('changed', '')}."
        return
    if one.asked.state == "abandoned":
        yield "It was left for too long to be applied."
        return
    findings = one.asked.result.get("findings")
    for finding in findings if isinstance(findings, list) else []:
        if finding["verdict"] in ("unmet", "unknown") and finding["force"] != "should":
            missing = " ".join(each["ask"] for each in finding.get("missing", ()))
            yield f"{finding['says']} Not known yet: {missing}" if missing else str(finding["says"])


def _state(lifecycle: Lifecycle, name: str) -> str:
    state = lifecycle.states.get(name)
    return state.title if state is not None else name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One referral in the print pack: its papers, and everything else that the reader may see."""

    shown: ItemShown
    papers: tuple[tuple[str, Known], ...]
    facts: tuple[Known, ...]
    opened_on: date


def sheets(items: tuple[ItemShown, ...]) -> tuple[Sheet, ...]:
    """Return a sheet for each referral on the agenda."""
    return tuple(_sheet(one) for one in items)


def _sheet(shown: ItemShown) -> Sheet:
    offer = shown.item.offer
    words, facts = FactWords(offer.lifecycle, offer.places), offer.lifecycle.facts
    known = {
        name: Known(words.title(name), words.lines(name, offer.facts[name]))
        for name in facts
        if name in offer.facts
    }
    papers = tuple((name, one) for name, one in known.items() if facts[name].type == _PAPERS)
    named = {name for name, _ in papers}
    return Sheet(
        shown=shown,
        papers=papers,
        facts=tuple(one for name, one in known.items() if name not in named),
        opened_on=offer.referral.opened_on,
    )
