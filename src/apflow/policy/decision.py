"""The answer to an asked event: allowed or not, and every reason why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import typing_extensions

from apflow.policy.situation import Value

#: `met` and `unmet`; `unknown`: a fact is missing; `not_applicable`: its `when` is no;
#: `overridden`: unmet or unknown, and a named role went on with a written reason.
Verdict = Literal["met", "unmet", "unknown", "not_applicable", "overridden"]

#: Findings that belong to every lifecycle, beside the guards that its file names.
BUILT_IN = ("transition", "role", "answers", "when", "closing_rule")


@dataclass(frozen=True)
class Finding:
    """One guard asked.

    `guard` is the guard's name or one of BUILT_IN. `says` is what a person reads when it is not
    met. `read` holds the facts that were looked at, as they stood (missing ones left out);
    `missing` the facts that are not known yet; `roles` who can put it right (or, for an
    overridable guard, see `override`). `reason` is the written reason of an override.
    """

    guard: str
    verdict: Verdict
    says: str
    force: str = "must"
    clauses: tuple[str, ...] = ()
    read: Mapping[str, Value] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    override: tuple[str, ...] = ()
    reason: str | None = None

    if not TYPE_CHECKING:  # else a mistyped attribute of a finding would pass unseen

        def __getattr__(self, name: str) -> Any:
            """Read the facts when they are first looked at: most findings are never shown.

            The machine leaves out `read` and tells instead what reads it and from where; the
            facts of a decision never change afterwards.
            """
            parts = vars(self)
            if name != "read" or "_reading" not in parts:
                raise AttributeError(name)
            read = parts["read"] = parts["_reading"].read(parts["_view"])
            return read

    @typing_extensions.override
    def __getstate__(self) -> dict[str, object]:
        """Give what a copy or a pickle holds: the facts read, not how they are read."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @property
    def stops(self) -> bool:
        """Whether this finding keeps the referral from moving."""
        return self.verdict in ("unmet", "unknown") and self.force != "should"


@dataclass(frozen=True)
class Decision:
    """What policy answered when an actor asked for an event.

    `outcome` is `allowed`, `refused`, or `unknown` (nothing unmet, something not known yet).
    `target` is the state after the step, when allowed (the same state for a step that stays).
    `transition` is the index of the transition taken, in file order. `changes` are the facts
    that the step writes: what the event sets and what was answered (None takes a fact away).
    """

    event: str
    source: str
    outcome: Literal["allowed", "refused", "unknown"]
    target: str | None
    findings: tuple[Finding, ...]
    transition: int | None = None
    changes: Mapping[str, Value | None] = field(default_factory=dict)

    @property
    def allowed(self) -> bool:
        return self.outcome == "allowed"

    @property
    def stopping(self) -> tuple[Finding, ...]:
        """The findings that keep the referral from moving."""
        return tuple(finding for finding in self.findings if finding.stops)

    @property
    def advice(self) -> tuple[Finding, ...]:
        """The `should` findings that are not met: shown and recorded, never a refusal."""
        return tuple(
            finding
            for finding in self.findings
            if finding.force == "should" and finding.verdict in ("unmet", "unknown")
        )
