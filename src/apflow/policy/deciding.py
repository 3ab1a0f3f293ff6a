"""How what stands before an event is asked: the role, the answers and each guard, made ready.

Each is asked once in a decision and gives one Finding, met or not.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from apflow.policy.compiled import Compiled, View
from apflow.policy.decision import Finding, Verdict
from apflow.policy.findings import Form, Reading, Who, fresh
from apflow.policy.intake import Known
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import START, SYSTEM, Actor, Situation, Value


class Question(NamedTuple):
    """One event asked by one actor: what every road from the state is judged by.

    `view` sees what is known with the answers. `askable` are the facts that the person can still
    be asked. `asked` keeps the finding of each guard, so that roads which share guards ask once;
    `stops` those that are neither met nor without application.
    """

    situation: Situation
    event: str
    answers: Mapping[str, Value]
    known: Known
    view: View
    askable: frozenset[str]
    actor: Actor
    overrides: Mapping[str, str]
    asked: dict[str, Finding]
    stops: list[Finding]

    def stopped(self, finding: Finding) -> Finding:
        """Note a finding that is not met; most decisions have none, and need not look for any."""
        self.stops.append(finding)
        return finding


class GuardPlan:
    """One guard, made ready to be asked."""

    __slots__ = (
        "_events", "_met", "_not_applicable", "_override", "_reading", "_require",
        "_required", "_when", "name",
    )  # fmt: skip

    def __init__(self, compiled: Compiled, name: str) -> None:
        guard = compiled.lifecycle.guards[name]
        when = compiled.at("guards", name, "when")
        require = compiled.conditions["guards", name, "require"]
        self.name = name
        self._when = None if when is None else when.ask
        self._require = require.ask
        self._reading = Reading(compiled, when, require)
        self._required = Reading(compiled, require)
        self._events = (*require.events, *require.states)
        self._override = guard.override if guard.force == "must" else ()
        met = Finding(
            name, "met", guard.otherwise, guard.force, guard.clause, override=self._override
        )
        not_applicable = replace(met, verdict="not_applicable")
        self._met = Form(met, self._reading)
        self._not_applicable = Form(not_applicable, self._reading)

    def ask(self, question: Question, who: Who) -> Finding:
        """Ask the guard; not known in its `when` is not known yet, unless it holds anyway."""
        view = question.view
        applies = True if self._when is None else self._when(view)
        if applies is False:
            return self._not_applicable.found(view)
        holds = self._require(view)
        if holds is True:
            return self._met.found(view)
        return self._stopped(question, who, unmet=applies is True and holds is False)

    def _stopped(self, question: Question, who: Who, *, unmet: bool) -> Finding:
        view, actor = question.view, question.actor
        missing = () if unmet else self._reading.missing(view)
        if unmet and question.askable:
            # What will still be answered may meet it: `known(x)` is no before x is asked.
            missing = tuple(name for name in self._reading.names if name in question.askable)
        reason = question.overrides.get(self.name, "").strip()
        overridden = bool(reason) and actor.role in self._override
        verdict: Verdict = "unmet" if unmet and not missing else "unknown"
        finding = self._met.but(
            verdict="overridden" if overridden else verdict,
            read=self._reading.read(view),
            missing=missing,
            roles=who.can((*(missing or self._required.names), *self._events)),
            reason=reason if overridden else None,
        )
        return question.stopped(finding)


class RolePlan:
    """Who may take a road: the roles named, acting for the organisations of this referral.

    The organisation is the one known before the step: nobody lets themselves in by the answers
    they give. Only opening goes by the answers, since nothing is known before.
    """

    __slots__ = ("_by", "_compiled", "_not_for", "_opening", "_plain")

    def __init__(self, compiled: Compiled, by: tuple[str, ...], source: str) -> None:
        lifecycle = compiled.lifecycle
        self._compiled = compiled
        self._opening = source == START
        says = f"This is for: {', '.join(role_title(lifecycle, role) for role in by)}."
        self._not_for = Finding("role", "unmet", says, roles=by)
        self._plain: dict[str, Finding] = {}
        self._by: dict[str, tuple[str, Finding]] = {}
        for role in by:
            finding = Finding("role", "met", says)
            slot = lifecycle.roles[role].of if role in lifecycle.roles else None
            if slot is None:
                self._plain[role] = finding
            else:
                self._by[role] = (slot, finding)

    def ask(self, question: Question) -> Finding:
        """Say whether the actor may take the road on this referral."""
        actor = question.actor
        plain = self._plain.get(actor.role)
        if plain is not None:
            return plain
        if actor.role not in self._by:
            return question.stopped(self._not_for)
        slot, met = self._by[actor.role]
        view = question.view if self._opening else View(self._compiled, question.situation)
        organisation = view.value(slot)
        if isinstance(organisation, str) and organisation in actor.organisations:
            return fresh(Finding, {**vars(met), "read": {slot: organisation}})
        unknown = organisation is None and self._opening
        return question.stopped(self._outside(actor.role, slot, unknown=unknown))

    def _outside(self, role: str, slot: str, *, unknown: bool) -> Finding:
        lifecycle = self._compiled.lifecycle
        title = fact_title(lifecycle, slot)
        if unknown:
            return Finding("role", "unknown", f"Not known yet: {title}.", missing=(slot,))
        says = f"{role_title(lifecycle, role)}: only for people of the organisation named: {title}."
        return replace(self._not_for, says=says)


def role_title(lifecycle: Lifecycle, role: str) -> str:
    """Return a role as a person reads it."""
    if role == SYSTEM:
        return "apflow itself"
    known = lifecycle.roles.get(role)
    return known.title if known is not None and known.title else role.replace("_", " ")


def fact_title(lifecycle: Lifecycle, name: str) -> str:
    """Return a fact as a person reads it: its title, its question or its name."""
    fact = lifecycle.facts.get(name)
    title = None if fact is None else fact.title or fact.ask
    return (title or name.replace("_", " ")).rstrip("?")
