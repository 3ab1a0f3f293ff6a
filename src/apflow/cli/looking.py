"""Looking at referrals: one, what can happen next, the worklist, the history."""

from typing import Any, cast

import click

from apflow.casework import Choice, Looked
from apflow.cli import asking, saying
from apflow.clock import utc_now
from apflow.policy.lifecycle import Lifecycle
from apflow.referral import Step


@click.command("show")
@click.argument("reference")
@asking.acting
def show(reference: str, person: str, role: str | None, as_json: bool) -> int:
    """Show where a referral stands, its facts and its deadlines."""
    looked = asking.casework().look(reference, person, utc_now(), role)
    if as_json:
        saying.put(_written(looked))
        return 0
    referral, lifecycle = looked.referral, looked.lifecycle
    state = lifecycle.states[referral.state]
    click.echo(f"{referral.reference}  {looked.pupil or '(erased)'}  {lifecycle.title}")
    click.echo(f"{state.title}; owner {referral.owner or 'nobody'}; step {referral.seq}")
    if referral.lapsed:
        click.echo(f"No longer holds: {', '.join(referral.lapsed)}")
    click.echo("\nDeadlines")
    rows = [
        (row.state, saying.when(row.due_at) if not row.beyond else "beyond the calendar",
         lifecycle.deadlines[row.name].title, row.owner)
        for row in looked.deadlines
        if row.name in lifecycle.deadlines
    ]  # fmt: skip
    saying.table(rows, ("is", "due", "deadline", "owner"))
    click.echo("\nFacts")
    for name, value in looked.facts.items():
        click.echo(f"  {_called(lifecycle, name)}: {saying.value_shown(value)}")
    if looked.hidden:
        click.echo(f"  ({len(looked.hidden)} kept to those who need to know)")
    return 0


def _called(lifecycle: Lifecycle, name: str) -> str:
    fact = lifecycle.facts[name]
    return f"{fact.title or fact.ask or name.replace('_', ' ')} ({name})"


def _written(looked: Looked) -> dict[str, Any]:
    referral = looked.referral
    return {
        "reference": referral.reference, "pupil": looked.pupil, "policy": referral.lifecycle,
        "digest": referral.digest, "state": referral.state, "seq": referral.seq,
        "rank": referral.rank, "owner": referral.owner, "opened_on": referral.opened_on,
        "closed_on": referral.closed_on, "lapsed": referral.lapsed, "facts": looked.facts,
        "hidden": looked.hidden, "parties": referral.parties,
        "deadlines": [
            {"name": row.name, "occurrence": row.occurrence, "state": row.state,
             "due": row.due_at, "warn": row.warn_at, "other_reading": row.other_at,
             "owner": row.owner, "force": row.force, "missed": row.missed_at,
             "met_on": row.met_on, "late": row.late, "beyond_calendar": row.beyond}
            for row in looked.deadlines
        ],
    }  # fmt: skip


@click.command("choices")
@click.argument("reference")
@asking.acting
def choices(reference: str, person: str, role: str | None, as_json: bool) -> int:
    """Show every event that the referral's state knows: open, or each reason why not."""
    found = asking.casework().choices(reference, person, utc_now(), role)
    if as_json:
        saying.put(
            [
                {**choice.shown, "title": choice.title, "asks": choice.asks, "may": choice.may_ask}
                for choice in found
            ]
        )
        return 0
    for choice in found:
        _say_choice(choice)
    return 0


def _say_choice(choice: Choice) -> None:
    word = {"allowed": "open", "refused": "shut", "unknown": "needs answers"}
    click.echo(f"{choice.event}: {choice.title} ({word[choice.decision.outcome]})")
    if choice.asks:
        click.echo(f"      asks: {', '.join(choice.asks)}")
    if choice.may_ask:
        click.echo(f"      may be given: {', '.join(choice.may_ask)}")
    for finding in cast("list[dict[str, Any]]", choice.shown["findings"]):
        if finding["verdict"] not in ("met", "not_applicable") and finding["guard"] != "answers":
            for line in saying.finding_lines(finding):
                click.echo(line)


@click.command("worklist")
@click.option("--policy", help="Only this policy's referrals.")
@click.option("--closed", is_flag=True, help="The closed ones instead.")
@click.option("--after", metavar="REFERENCE", help="Go on after this referral.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@asking.acting
def worklist(
    policy: str | None,
    closed: bool,
    after: str | None,
    limit: int,
    person: str,
    role: str | None,  # noqa: ARG001
    as_json: bool,
) -> int:
    """List the referrals that you may see, what is due first at the top."""
    rows = asking.casework().worklist(
        person, utc_now(), lifecycle=policy, closed=closed, after=after, limit=limit
    )
    if as_json:
        saying.put([row.written() for row in rows])
        return 0
    saying.table(
        [
            (
                row.reference,
                row.state_title,
                row.due,
                saying.when(row.next_due),
                str(row.rank or ""),
            )
            for row in rows
        ],
        ("reference", "stands at", "is", "next due", "rank"),
    )
    return 0


@click.command("history")
@click.argument("reference")
@click.option("--full", is_flag=True, help="Every guard that was asked and every value read.")
@asking.acting
def history(
    reference: str,
    full: bool,
    person: str,
    role: str | None,  # noqa: ARG001
    as_json: bool,
) -> int:
    """Trace every step: who, when, on what facts, under which clause, and its hash."""
    house = asking.casework()
    steps = house.history(reference, person, utc_now())
    if as_json:
        saying.put([_step_written(step) for step in steps])
        return 0
    for step in steps:
        _say_step(step, full=full)
    return 0


def _say_step(step: Step, *, full: bool) -> None:
    moved = f"{step.source} → {step.target}" if step.source != step.target else step.target
    who = f"by {step.actor} as {step.role}"
    click.echo(f"{step.seq:>3}  {step.happened_on}  {step.event}  ({moved})  {who}")
    click.echo(f"     recorded {saying.when(step.recorded_at)}; {step.hash[:16]}…")
    for name, about in step.about.items():
        if name not in ("transition", "entered"):
            click.echo(f"     {name.replace('_', ' ')}: {about}")
    for value in step.values:
        if value.kind in ("answer", "set", "reason") or full:
            erased = value.salt is None
            shown = "(erased or not shown)" if erased else saying.value_shown(value.value)
            click.echo(f"     {value.kind} {value.name}: {shown}")
    for finding in step.findings:
        if full or finding["verdict"] not in ("met", "not_applicable"):
            clause = finding.get("clause")
            cited = f" [{', '.join(clause)}]" if isinstance(clause, list) else ""
            click.echo(f"     {finding['verdict']}: {finding['guard']}{cited}")


def _step_written(step: Step) -> dict[str, Any]:
    return {
        "reference": step.reference, "seq": step.seq, "event": step.event, "from": step.source,
        "to": step.target, "actor": step.actor, "role": step.role,
        "happened_on": step.happened_on, "recorded_at": step.recorded_at,
        "findings": list(step.findings), "rank": step.rank, "lifecycle": step.digest,
        "request": step.request, "about": step.about, "previous": step.previous,
        "hash": step.hash, "body": step.body.decode(),
        "values": [
            {"kind": value.kind, "name": value.name, "value": value.value, "digest": value.digest,
             "salt": value.salt.hex() if value.salt is not None else None}
            for value in step.values
        ],
    }  # fmt: skip
