"""What stands in the way of an event, in words, each with its clause and the way out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from apflow.casework.kept_back import hides
from apflow.casework.seeing import Seen
from apflow.casework.ways import Way, correctable, cures
from apflow.diagram.words import Words
from apflow.policy.decision import Finding
from apflow.web.facts import FactWords
from apflow.web.links import Link, clause_links
from apflow.web.wording import first_up

#: Most ways out that are named for one reason: more is no help.
_MOST_WAYS = 3
_FORCES: Final = {"law": "law", "should": "advice", "must": ""}


@dataclass(frozen=True, slots=True)
class Reason:
    """One guard that is not met or not known yet.

    `missing` are the questions still open, `read` the facts looked at as (title, value), `ways`
    what puts it right, `by` who else can. `past` says whether the person may go past it with a
    written reason, `past_by` which roles may.
    """

    known: bool
    says: str
    force: str
    clauses: tuple[Link, ...]
    missing: tuple[str, ...]
    read: tuple[tuple[str, str], ...]
    ways: tuple[Link, ...]
    by: str
    past: bool
    past_by: str


class Reasons:
    """How the findings of one referral are said to one person."""

    def __init__(self, seen: Seen, words: FactWords) -> None:
        self._seen = seen
        self._words = words
        self._names = Words(seen.lifecycle)
        self._roles = frozenset(seen.roles)
        self._base = f"/referrals/{seen.referral.reference}"

    def of(self, way: Way, findings: Iterable[Finding]) -> tuple[Reason, ...]:
        """Return the reasons that these findings of an event are."""
        return tuple(self._reason(way, finding) for finding in findings)

    def met(self, way: Way) -> tuple[str, ...]:
        """Return the guards of an event that are met, by what they demand."""
        guards = self._seen.lifecycle.guards
        return tuple(
            guards[finding.guard].title or first_up(self._names.name(finding.guard))
            for finding in way.decision.findings
            if finding.guard in guards and finding.verdict == "met"
        )

    def event(self, event: str) -> str:
        """Return the address of an event's form."""
        return f"{self._base}/events/{event}"

    def _reason(self, way: Way, finding: Finding) -> Reason:
        words, seen = self._words, self._seen
        open_ = [
            one
            for one in cures(seen.machine.compiled, finding, seen.ways, seen.deadlines)
            if one.event != way.event
        ]
        ways = self._links(finding, open_)
        past = way.mine and way.role in finding.override
        return Reason(
            known=finding.verdict != "unknown" or not finding.missing,
            says=finding.says,
            force=_FORCES.get(finding.force, ""),
            clauses=clause_links(seen.referral.lifecycle, finding.clauses),
            missing=tuple(words.question(name) for name in finding.missing),
            read=self._read(finding, explains=not open_),
            ways=ways,
            by="" if ways else self._others(finding, open_),
            past=past,
            past_by="" if past or not finding.override else words.roles(finding.override),
        )

    def _links(self, finding: Finding, open_: Sequence[Way]) -> tuple[Link, ...]:
        """Return where the person can put a finding right: the forms that do, or the correction."""
        seen = self._seen
        links = [Link(self.event(one.event), one.title) for one in open_ if one.mine]
        if not links and not open_ and (seen.acting or "manager" in seen.roles):
            links = [
                Link(f"{self._base}/correct?fact={name}", f"Correct: {self._words.title(name)}")
                for name in correctable(seen.machine.compiled, finding)
                if self._may_see(name)
            ]
        return tuple(links[:_MOST_WAYS])

    def _others(self, finding: Finding, open_: Sequence[Way]) -> str:
        """Return who else can put a finding right, and how where that is open to them now."""
        words = self._words
        if open_:
            return "; ".join(f"{words.roles(one.by)}: {one.title}" for one in open_[:_MOST_WAYS])
        return words.roles(finding.roles) if finding.roles else ""

    def _read(self, finding: Finding, *, explains: bool) -> tuple[tuple[str, str], ...]:
        """Return what was read; what only says why a guard applies, where that `explains` it."""
        compiled = self._seen.machine.compiled
        require = compiled.at("guards", finding.guard, "require")
        shown = [name for name in finding.read if self._may_see(name)]
        if require is not None:
            rests_on = compiled.reads(*require.names) | require.particulars
            demanded = [name for name in shown if name in rests_on]
            shown = demanded if demanded or not explains else shown
        words, read = self._words, finding.read
        return tuple((words.title(name), words.value(name, read[name])) for name in shown)

    def _may_see(self, name: str) -> bool:
        return not hides(self._seen.lifecycle, name.partition(".")[0], self._roles)
