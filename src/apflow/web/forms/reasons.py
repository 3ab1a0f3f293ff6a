"""What stands in the way of an event, in words, and what puts it right."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apflow.casework.kept_back import hides
from apflow.casework.ways import Way, correctable, cures, may_cure
from apflow.policy.compiled import Compiled
from apflow.policy.decision import Finding
from apflow.policy.facts import write_value
from apflow.policy.lifecycle import Fact
from apflow.referral import DeadlineRow
from apflow.web.facts import FactWords
from apflow.web.forms.building import Ground, entries, field
from apflow.web.forms.typed import shown
from apflow.web.links import Link, clause_links

#: Findings that nothing but another role, another state or another referral puts right.
_FOR_GOOD = ("transition", "role", "when")
#: Most ways out that are named for one reason.
_MOST_WAYS = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding for a person; `id` is where it stands on the page.

    `known` is false where something is not known yet: `missing` are the questions still open.
    `read` are the facts looked at and their values, `ways` what puts it right, `by` who else
    can. `past` says whether the person may go past it with a written reason.
    """

    id: str
    guard: str
    known: bool
    says: str
    force: str
    clauses: tuple[Link, ...]
    missing: tuple[str, ...]
    read: tuple[tuple[str, str], ...]
    ways: tuple[Link, ...]
    by: str
    past: bool

    @property
    def advice(self) -> bool:
        """Whether it is only advised, and stops nobody."""
        return self.force == "should"


@dataclass(frozen=True, slots=True)
class Around:
    """What reasons are told from: the policy, and what the person may do about them.

    `ground` is what the form is made from and `event` what it does; `asked` are the facts that it
    asks for. `ways` gives what can happen by certain events of the referral, `roles` are those of
    the person, `role` the one in which they act. `reference` is None before the referral is opened.
    """

    ground: Ground
    event: str
    asked: tuple[str, ...]
    roles: frozenset[str]
    role: str
    ways: Callable[[Collection[str]], Iterable[Way]]
    deadlines: tuple[DeadlineRow, ...] = ()
    reference: str | None = None
    corrects: bool = False

    @property
    def compiled(self) -> Compiled:
        """The policy made ready."""
        return self.ground.machine.compiled

    @property
    def words(self) -> FactWords:
        """How its names are said."""
        return self.ground.words

    def demanded(self, guard: str) -> frozenset[str]:
        """Return the facts, and particulars of organisations, that a guard demands."""
        require = self.compiled.at("guards", guard, "require")
        if require is None:
            return frozenset()
        return self.compiled.reads(*require.names) | require.particulars


def findings_of(result: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return the findings of a closed Request, as they were told to who asked."""
    return tuple(
        Finding(
            guard=one["guard"],
            verdict=one["verdict"],
            says=one["says"],
            force=one["force"],
            clauses=tuple(one["clauses"]),
            read=one.get("read", {}),
            missing=tuple(missing["fact"] for missing in one.get("missing", ())),
            roles=tuple(one.get("roles", ())),
            override=tuple(one.get("override", ())),
        )
        for one in result.get("findings", ())
    )


def reasons(around: Around, findings: Iterable[Finding]) -> tuple[Reason, ...]:
    """Return what is not met, in words; what the form itself still asks is left out."""
    return tuple(
        _reason(around, finding)
        for finding in findings
        if finding.verdict == "unmet"
        or (finding.verdict == "unknown" and not _ours(around, finding))
    )


def _ours(around: Around, finding: Finding) -> bool:
    """Whether answering the form may settle what is not known yet."""
    return bool(finding.missing) and set(finding.missing) <= set(around.asked)


def _reason(around: Around, finding: Finding) -> Reason:
    words = around.words
    for_good = finding.guard in _FOR_GOOD or finding.force == "should"
    cured = [] if for_good else _cures(around, finding)
    ways = () if for_good else _links(around, finding, cured)
    return Reason(
        id=f"reason-{finding.guard}",
        guard=finding.guard,
        known=finding.verdict != "unknown" or not finding.missing,
        says=finding.says,
        force=finding.force,
        clauses=clause_links(words.lifecycle.lifecycle, finding.clauses),
        missing=tuple(words.question(name) for name in finding.missing),
        read=tuple(_read(around, finding, explains=not ways)),
        ways=ways,
        by="" if ways or for_good else _others(words, finding, cured),
        past=around.role in finding.override,
    )


def _cures(around: Around, finding: Finding) -> list[Way]:
    if around.reference is None:
        return []
    events = may_cure(around.compiled, finding, around.deadlines)
    found = cures(around.compiled, finding, around.ways(events), around.deadlines)
    return [way for way in found if way.event != around.event]


def _links(around: Around, finding: Finding, cured: Sequence[Way]) -> tuple[Link, ...]:
    """Return where to put a finding right: on the form itself, by an event, by a correction."""
    base = f"/referrals/{around.reference}"
    demanded = {*around.demanded(finding.guard), *finding.missing}
    here = [name for name in around.asked if name in demanded]
    links = [
        Link(f"#{_input(around, name)}", f"{around.words.title(name)} (below)") for name in here
    ]
    links += [Link(f"{base}/events/{way.event}", way.title) for way in cured if way.mine]
    if not links and not cured and finding.verdict == "unmet" and around.corrects:
        links = [
            Link(f"{base}/correct?fact={name}", f"Correct: {around.words.title(name)}")
            for name in correctable(around.compiled, finding)
            if not hides(around.words.lifecycle, name, around.roles)
        ]
    return tuple(links[:_MOST_WAYS])


def _input(around: Around, name: str) -> str:
    return field(around.ground, name, {}).first


def _others(words: FactWords, finding: Finding, cured: Sequence[Way]) -> str:
    """Return who else can put a finding right, and by what where that is open to them now."""
    if cured:
        return "; ".join(f"{way.title} ({words.roles(way.by)})" for way in cured[:_MOST_WAYS])
    return words.roles(finding.roles) if finding.roles else ""


def _read(around: Around, finding: Finding, *, explains: bool) -> Iterator[tuple[str, str]]:
    """Give what was read; what only says why a guard applies, where that `explains` it."""
    lifecycle = around.words.lifecycle
    seen = [
        name for name in finding.read if not hides(lifecycle, name.partition(".")[0], around.roles)
    ]
    demanded = around.demanded(finding.guard)
    for name in [name for name in seen if name in demanded] or (seen if explains else ()):
        value = finding.read[name]
        fact = lifecycle.facts.get(name)
        if fact is not None and fact.type == "papers" and isinstance(value, Mapping):
            yield around.words.title(name), _not_in(around, name, fact, value)
        else:
            said = around.words.value(name, _written(value))
            yield around.words.title(name), shown(said)


def _not_in(around: Around, name: str, fact: Fact, value: Mapping[str, Any]) -> str:
    """Return which papers are not in, which says more than those that are."""
    out = []
    for entry in entries(around.ground, name):
        ticked = value.get(entry)
        answer = (
            ticked.get("answer") if isinstance(ticked, Mapping) else getattr(ticked, "answer", "")
        )
        if fact.entries[entry].needed and answer in ("", None, "awaited"):
            awaited = " (awaited)" if answer == "awaited" else ""
            out.append(around.words.entry(fact, entry) + awaited)
    return f"not in yet: {', '.join(out)}" if out else "all in"


def _written(value: Any) -> object:
    """Return a value in its written form; what a Request tells is in it already."""
    if isinstance(value, str | int | list):
        return value
    if isinstance(value, Mapping) and all(isinstance(one, Mapping) for one in value.values()):
        return value
    return write_value(value)
