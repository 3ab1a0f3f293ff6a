"""What can happen next, laid out: what moves the referral on first, what others do last."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from apflow.casework.seeing import Seen
from apflow.casework.ways import Stands, Way
from apflow.policy.decision import Finding
from apflow.policy.lifecycle import Lifecycle
from apflow.referral.replay import last_reversible
from apflow.web.caseworker.reasons import Reason, Reasons
from apflow.web.facts import FactWords
from apflow.web.links import Link

#: A transition that names at most so many states belongs to them, and to no other.
_NEAR = 3
_GROUPS = ("forward", "waiting", "also", "shut", "theirs")
_TAGS: Final[dict[Stands, tuple[str, str]]] = {
    "open": ("Ready", "green"),
    "reason": ("Needs a reason", "yellow"),
    "unknown": ("Not known yet", "purple"),
    "blocked": ("Blocked", "orange"),
}


@dataclass(frozen=True, slots=True)
class NextWay:
    """One event as the page shows it.

    `tag` is (words, colour). `href` leads to its form, None where the person may not fill it in
    now. `leads` are the titles of the states it may lead to, `by` whose it is where it is not
    theirs, `asks` the questions of its form. `met` are guards that hold, `advice` what is only
    advised.
    """

    event: str
    title: str
    stands: Stands
    mine: bool
    tag: tuple[str, str]
    href: str | None
    leads: tuple[str, ...]
    by: str
    role: str
    asks: tuple[str, ...]
    met: tuple[str, ...]
    reasons: tuple[Reason, ...]
    advice: tuple[Reason, ...]

    @property
    def hurdles(self) -> int:
        """How many guards there are in all, met or not."""
        return len(self.met) + len(self.reasons)


@dataclass(frozen=True, slots=True)
class NextWays:
    """Every event that the state knows, in the order of the page.

    `forward` moves the referral on, or stands before what does; `waiting` would, and is for
    others; `also` may be done as well; `shut` may not now; `theirs` is for others. `right` are
    ways to put the record right.
    """

    forward: tuple[NextWay, ...]
    waiting: tuple[NextWay, ...]
    also: tuple[NextWay, ...]
    shut: tuple[NextWay, ...]
    theirs: tuple[NextWay, ...]
    right: tuple[Link, ...]


def next_ways(seen: Seen, words: FactWords) -> NextWays:
    """Lay out what can happen next to a referral, for the person who looks."""
    lifecycle, state = seen.lifecycle, seen.referral.state
    reasons = Reasons(seen, words)
    groups: dict[str, list[NextWay]] = {group: [] for group in _GROUPS}
    for way in _in_order(lifecycle, state, seen.ways):
        group = _group(lifecycle, state, way, looks=not seen.acting)
        groups[group].append(_shown(seen, words, reasons, way))
    return NextWays(**{name: tuple(found) for name, found in groups.items()}, right=_right(seen))


def _group(lifecycle: Lifecycle, state: str, way: Way, *, looks: bool) -> str:
    """Return where on the page a way stands; who only `looks` is shown what moves it on in full."""
    onward = _onward(lifecycle, state, way)
    if onward and (way.mine or looks):
        return "forward"
    if not way.mine:
        return "waiting" if onward else "theirs"
    if way.takeable:
        return "also"
    before = not way.leads and _near(lifecycle, state, way.event)
    return "forward" if before else "shut"


def _in_order(lifecycle: Lifecycle, state: str, ways: Iterable[Way]) -> list[Way]:
    """Return the ways, those that move the referral on first, and of them the open ones."""
    order: list[Stands] = ["open", "reason", "unknown", "blocked"]

    def place(way: Way) -> tuple[bool, int, bool]:
        onward = _onward(lifecycle, state, way)
        near = _near(lifecycle, state, way.event)
        return not onward, order.index(way.stands) if onward else 0, not near

    return sorted(ways, key=place)


def _onward(lifecycle: Lifecycle, state: str, way: Way) -> bool:
    """Whether a way may lead further along the road, or to a good end."""
    road = list(lifecycle.road)
    here = road.index(state) if state in road else -1
    return any(
        lifecycle.states[target].final == "good" or (target in road and road.index(target) > here)
        for target in way.leads
    )


def _near(lifecycle: Lifecycle, state: str, event: str) -> bool:
    return any(
        one.event == event and state in one.from_ and len(one.from_) <= _NEAR
        for one in lifecycle.transitions
    )


def _shown(seen: Seen, words: FactWords, reasons: Reasons, way: Way) -> NextWay:
    several = len(seen.acting) > 1
    return NextWay(
        event=way.event,
        title=way.title,
        stands=way.stands,
        mine=way.mine,
        tag=_TAGS[way.stands],
        href=reasons.event(way.event) if way.takeable else None,
        leads=tuple(words.state(name) for name in way.leads),
        by="" if way.mine else words.roles(way.by),
        role=words.role(way.role) if way.mine and several else "",
        asks=tuple(words.title(name) for name in way.asks),
        met=reasons.met(way),
        reasons=reasons.of(way, way.stopping),
        advice=reasons.of(way, _advice(way)),
    )


def _advice(way: Way) -> Iterable[Finding]:
    asked = {*way.asks, *way.may_ask}
    return (
        finding
        for finding in way.decision.advice
        if not (finding.missing and asked.issuperset(finding.missing))
    )


def _right(seen: Seen) -> tuple[Link, ...]:
    """Return the ways to put the record right that the person may take."""
    base = f"/referrals/{seen.referral.reference}"
    manages, closed = "manager" in seen.roles, seen.referral.closed_on is not None
    links = []
    if manages or seen.acting:
        links += [Link(f"{base}/correct", "Correct what is known")]
    if (manages or seen.acting) and last_reversible(seen.steps) is not None:
        links += [Link(f"{base}/reverse", "Take the last step back")]
    if manages:
        links += [] if closed else [Link(f"{base}/adopt", "Move to the policy's newest version")]
        links += [Link(f"{base}/erase", "Erase what people wrote")]
    return tuple(links)
