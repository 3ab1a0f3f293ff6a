"""The outcome of a Request as JSON-ready values: what the person who asked is shown.

Facts that their role may not see are named but not shown.
"""

from collections.abc import Mapping

from apflow.policy.decision import Decision, Finding
from apflow.policy.facts import write_value
from apflow.policy.lifecycle import Lifecycle
from apflow.referral import Request


def outcome_of(
    lifecycle: Lifecycle, decision: Decision, role: str, *, values: bool = True
) -> dict[str, object]:
    """Return a decision as the person in `role` may see it.

    `values` False leaves out what was read and what was written: both stand with the step.
    """
    return {
        "outcome": decision.outcome,
        "event": decision.event,
        "from": decision.source,
        "to": decision.target,
        "findings": [
            finding_shown(lifecycle, finding, role, values=values) for finding in decision.findings
        ],
    }


def finding_shown(
    lifecycle: Lifecycle, finding: Finding, role: str, *, values: bool = True
) -> dict[str, object]:
    """Return a finding with its wording, clauses, the values read and who can put it right."""
    shown: dict[str, object] = {
        "guard": finding.guard,
        "verdict": finding.verdict,
        "says": finding.says,
        "force": finding.force,
        "clauses": list(finding.clauses),
    }
    read = {
        name: write_value(value)
        for name, value in (finding.read.items() if values else ())
        if may_see(lifecycle, name, role)
    }
    if read:
        shown["read"] = read
    if finding.missing:
        shown["missing"] = [
            {"fact": name, "ask": _question(lifecycle, name)} for name in finding.missing
        ]
    for name, many in (("roles", finding.roles), ("override", finding.override)):
        if many:
            shown[name] = list(many)
    if values and finding.reason is not None:
        shown["reason"] = finding.reason
    return shown


def may_see(lifecycle: Lifecycle, fact: str, role: str) -> bool:
    """Whether people in `role` may see a fact itself, and not only what follows from it."""
    known = lifecycle.facts.get(fact)
    return known is None or not known.seen_by or role in known.seen_by


def _question(lifecycle: Lifecycle, name: str) -> str:
    fact = lifecycle.facts.get(name)
    return (fact.ask or fact.title or name.replace("_", " ")) if fact else name.replace("_", " ")


def stale_result(request: Request, seq: int, changed: str) -> Mapping[str, object]:
    """Return the outcome of a Request that someone else's step overtook."""
    return {
        "outcome": "stale",
        "event": request.event,
        "seq": seq,
        "changed": changed,
        "seen": request.seen,
        "findings": [],
    }
