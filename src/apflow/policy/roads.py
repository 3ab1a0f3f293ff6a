"""Roads: a transition from one of its states, and how the whole of it is judged."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from apflow.policy.compiled import Compiled, View
from apflow.policy.deadlines import standing_law
from apflow.policy.deciding import GuardPlan, Question, RolePlan, fact_title
from apflow.policy.decision import Finding
from apflow.policy.findings import Form, Reading, Who
from apflow.policy.situation import Value

#: What one road answers: it is open; something is unmet; something is not known yet; it is no
#: road for this referral (its `when` is no).
Answer = Literal["open", "unmet", "unknown", "no_road"]
_FINE = frozenset(("met", "not_applicable", "overridden"))


class Road:
    """One transition from one of its states, made ready to be judged."""

    __slots__ = (
        "_answered", "_closes", "_compiled", "_guards", "_roles", "_when", "_when_met",
        "_when_reading", "_when_reads", "_who", "event", "index", "source", "target",
    )  # fmt: skip

    def __init__(
        self,
        compiled: Compiled,
        index: int,
        source: str,
        guards: Mapping[str, GuardPlan],
        who: Who,
    ) -> None:
        lifecycle = compiled.lifecycle
        transition = lifecycle.transitions[index]
        self.index = index
        self.source = source
        self.event = transition.event
        self.target = transition.to or source
        self._compiled = compiled
        self._who = who
        self._guards = tuple(guards[name] for name in transition.guards)
        self._roles = RolePlan(compiled, transition.by, source)
        asks = lifecycle.events[transition.event].asks
        self._answered = (
            Finding("answers", "met", "Everything asked is answered.") if asks else None
        )
        when = compiled.at("transitions", index, "when")
        self._when = None if when is None else when.ask
        self._when_reading = Reading(compiled, when)
        self._when_reads = frozenset(self._when_reading.names)
        says = f"{lifecycle.events[transition.event].title}: not known yet whether this applies."
        self._when_met = Form(
            Finding("when", "met", says, clauses=transition.clause), self._when_reading
        )
        entered = lifecycle.states[transition.to] if transition.to is not None else None
        self._closes = (
            entered is not None
            and entered.final is not None
            and not entered.hands_over
            and any(deadline.force == "law" for deadline in lifecycle.deadlines.values())
        )

    def judge(self, question: Question) -> tuple[Answer, tuple[Finding, ...]]:
        """Answer for this road with every finding, each asked once; no road has no findings."""
        answered, asked, who = question.known.answered, question.asked, self._who
        applies = True if self._when is None else self._when(answered)
        if applies is False:
            if self._when_reads.isdisjoint(question.known.missing):
                return "no_road", ()
            # `known(x)` is no while x is still to be answered.
            applies = None
        findings = [self._roles.ask(question)]
        if self._answered is not None:
            missing = question.known.missing
            findings.append(self._unanswered(question, missing) if missing else self._answered)
        if self._when is not None:
            findings.append(self._when_found(question, known=applies is True))
        for guard in self._guards:
            finding = asked.get(guard.name) if asked else None
            if finding is None:
                finding = guard.ask(question, who)
            findings.append(finding)
        if self._closes:
            findings.append(self._closing(question))
        return _answer(findings) if question.stops else "open", tuple(findings)

    def what_it_reads(self, view: View) -> dict[str, Value]:
        """Return the facts that decide whether this is a road for the referral."""
        return self._when_reading.read(view)

    def _unanswered(self, question: Question, missing: tuple[str, ...]) -> Finding:
        titles = (fact_title(self._compiled.lifecycle, name) for name in missing)
        says = f"Still to be answered: {'; '.join(titles)}."
        roles = self._who.can(missing)
        return question.stopped(Finding("answers", "unknown", says, missing=missing, roles=roles))

    def _when_found(self, question: Question, *, known: bool) -> Finding:
        view = question.known.answered
        met = self._when_met.found(view)
        if known:
            return met
        missing = self._when_reading.missing(view)
        roles = self._who.can(missing)
        unknown = replace(met, verdict="unknown", missing=missing, roles=roles)
        return question.stopped(unknown)

    def _closing(self, question: Question) -> Finding:
        after = question.situation.but(facts=question.view.facts)
        names = standing_law(self._compiled, after, self.event, self.target, after.happened_on)
        deadlines = [self._compiled.lifecycle.deadlines[name] for name in names]
        titles = "; ".join(deadline.title for deadline in deadlines)
        if not names:
            says = "Nothing that the law demands is left undone."
            return Finding("closing_rule", "met", says, force="law")
        return question.stopped(
            Finding(
                "closing_rule",
                "unmet",
                f"What the law demands is still to be done: {titles}.",
                force="law",
                clauses=tuple(clause for deadline in deadlines for clause in deadline.clause),
                roles=self._who.can(
                    tuple(name for deadline in deadlines for name in deadline.met_by)
                ),
            )
        )


def _answer(findings: Iterable[Finding]) -> Answer:
    answer: Answer = "open"
    for finding in findings:
        if finding.verdict in _FINE or finding.force == "should":
            continue
        if finding.verdict == "unmet":
            return "unmet"
        answer = "unknown"
    return answer
