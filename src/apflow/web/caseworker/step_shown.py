"""One step laid out: what was asked of policy, what was answered, what changed, and its proof."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from apflow.casework.seeing import Seen
from apflow.diagram.words import Words
from apflow.referral import Step, step_hash
from apflow.referral.replay import replay
from apflow.web.caseworker.timeline import Given, Timeline
from apflow.web.facts import FactWords
from apflow.web.links import Link, clause_links
from apflow.web.wording import first_up

_VERDICTS: Final = {
    "met": "Met",
    "unmet": "Not met",
    "unknown": "Not known yet",
    "not_applicable": "Did not apply",
    "overridden": "Gone past",
}
_BUILT_IN: Final = {
    "role": "Who may do it",
    "answers": "Everything asked is answered",
    "when": "Whether it applies",
    "transition": "Whether it is possible here",
    "closing_rule": "Nothing that the law demands is left undone",
    "house": "Whether it may be put right so",
}
_FORCES: Final = {"law": "law", "should": "advice"}


@dataclass(frozen=True, slots=True)
class FindingShown:
    """One guard as it was found when the step was taken; `read` are the values looked at."""

    title: str
    verdict: str
    sign: str
    says: str
    force: str
    clauses: tuple[Link, ...]
    read: tuple[Given, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """A fact before and after a step; no lines where it was not known."""

    title: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    changed: bool


def step_shown(seen: Seen, seq: int, pages: str | None) -> Mapping[str, object]:
    """Return what the page of the step with that seq says."""
    timeline, whole = Timeline(seen, pages), seen.steps[seq - 1]
    words = timeline.words(whole)
    return {
        "referral": seen.referral,
        "policy": seen.lifecycles[whole.digest].title,
        "heading": seen.pupil or "Erased",
        "step": timeline.step(whole),
        "whole": whole,
        "source": words.state(whole.source),
        "target": words.state(whole.target),
        "findings": tuple(_findings(seen, timeline, whole)),
        "changes": tuple(_changes(seen, words, seq)),
        "kept": any(at == seq for at, _ in seen.kept_back),
        "verifies": step_hash(whole.body) == whole.hash,
        "follows": whole.previous == (seen.steps[seq - 2].hash if seq > 1 else "0" * 64),
        "same_policy": whole.digest == seen.referral.digest,
        "last": len(seen.steps),
    }


def _findings(seen: Seen, timeline: Timeline, step: Step) -> Iterator[FindingShown]:
    lifecycle = seen.lifecycles[step.digest]
    names, values = Words(lifecycle), {(one.kind, one.name): one for one in step.values}
    written = {one.name: one for one in step.values if one.kind in ("answer", "set", "read")}
    for found in step.findings:
        guard, verdict = str(found["guard"]), str(found["verdict"])
        known = lifecycle.guards.get(guard)
        title = (known.title if known else None) or _BUILT_IN.get(guard)
        reason = values.get(("reason", guard))
        yield FindingShown(
            title=title or first_up(names.name(guard)),
            verdict=_VERDICTS.get(verdict, verdict),
            sign="met" if verdict in ("met", "not_applicable") else verdict,
            says=str(found.get("says", "")),
            force=_FORCES.get(str(found.get("force")), ""),
            clauses=clause_links(lifecycle.lifecycle, _texts(found.get("clause"))),
            read=tuple(
                timeline.given(step, written[name])
                for name in _texts(found.get("read"))
                if name in written
            ),
            reason=str(reason.value) if reason is not None and reason.value is not None else "",
        )


def _changes(seen: Seen, words: FactWords, seq: int) -> Iterator[Change]:
    """Give every fact known before or after a step; those that it changed come first."""
    before, after = (replay(seen.steps[:until]).facts for until in (seq - 1, seq))
    order = list(words.lifecycle.facts)
    names = sorted(
        {*before, *after}, key=lambda name: order.index(name) if name in order else len(order)
    )
    rows = [
        Change(
            words.title(name),
            words.lines(name, before[name]) if name in before else (),
            words.lines(name, after[name]) if name in after else (),
            before.get(name) != after.get(name),
        )
        for name in names
    ]
    yield from sorted(rows, key=lambda row: not row.changed)


def _texts(given: object) -> tuple[str, ...]:
    return tuple(map(str, given)) if isinstance(given, list | tuple) else ()
