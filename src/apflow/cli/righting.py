"""Putting a referral right: every act is a step with a reason, nothing is edited."""

from collections.abc import Mapping

import click

from apflow.casework import Asked
from apflow.cli import asking, saying
from apflow.cli.referring import said
from apflow.clock import utc_now

_REASON = click.option("--reason", required=True, help="Why; it is kept with the step.")


def _act(
    reference: str, event: str, person: str, role: str | None, reason: str, *,
    as_json: bool, answers: dict[str, object] | None = None,
) -> int:  # fmt: skip
    house = asking.casework()
    asked = Asked(event=event, person=person, role=role, answers=answers or {}, reason=reason)
    return said(house, house.ask(reference, asked, utc_now()), as_json=as_json)


@click.command("correct")
@click.argument("reference")
@click.argument("given", nargs=-1, metavar="FACT=VALUE...")
@click.option("--forget", multiple=True, metavar="FACT", help="A fact that is not known after all.")
@_REASON
@asking.acting
def correct(
    reference: str,
    given: tuple[str, ...],
    forget: tuple[str, ...],
    reason: str,
    person: str,
    role: str | None,
    as_json: bool,
) -> int:
    """Correct facts; deadlines that rest on them move, the earlier step stays as it was."""
    answers: dict[str, object] = {**asking.answers(given, None), **dict.fromkeys(forget)}
    return _act(reference, "correct_facts", person, role, reason, as_json=as_json, answers=answers)


@click.command("reverse")
@click.argument("reference")
@_REASON
@asking.acting
def reverse(
    reference: str,
    reason: str,
    person: str,
    role: str | None,
    as_json: bool,
) -> int:
    """Take the last step back, as if it had not been taken; both stay in the history."""
    return _act(reference, "reverse_step", person, role, reason, as_json=as_json)


@click.command("adopt")
@click.argument("reference")
@click.option("--state", help="Where it is to stand, if the new version has no state of that name.")
@click.option("--dry-run", is_flag=True, help="Only say what it would mean.")
@click.option("--reason", default="", help="Why; needed unless --dry-run.")
@asking.acting
def adopt(
    reference: str,
    state: str | None,
    dry_run: bool,
    reason: str,
    person: str,
    role: str | None,
    as_json: bool,
) -> int:
    """Move an open referral to the newest version of its policy."""
    if not dry_run:
        answers: dict[str, object] = {} if state is None else {"state": state}
        return _act(
            reference, "adopt_lifecycle", person, role, reason, as_json=as_json, answers=answers
        )
    plan = asking.casework().would_adopt(reference, person, utc_now(), state)
    if as_json:
        saying.put(plan)
    elif not plan["possible"]:
        click.echo(f"Cannot be done: {plan['says']}")
    else:
        _say_plan(plan)
    return 0 if plan["possible"] else 1


def _say_plan(plan: Mapping[str, object]) -> None:
    click.echo(f"From {plan['from_state']} to {plan['to_state']}; nothing is changed yet.")
    for name, heading in (("facts_lost", "Facts lost"), ("guards_newly_shut", "Guards newly shut")):
        found = plan[name]
        click.echo(f"{heading}: {'none' if not found else ''}")
        if isinstance(found, dict):
            for key, says in found.items():
                click.echo(f"  {key}: {says}")


@click.command("hand-over")
@click.argument("reference")
@click.argument("to")
@_REASON
@asking.acting
def hand_over(
    reference: str,
    to: str,
    reason: str,
    person: str,
    role: str | None,
    as_json: bool,
) -> int:
    """Hand the referral to another caseworker (for managers)."""
    return _act(
        reference, "hand_over", person, role, reason, as_json=as_json, answers={"owner": to}
    )


@click.command("erase")
@click.argument("reference")
@click.argument("facts", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything (closed referrals only).")
@_REASON
@asking.acting
def erase(
    reference: str,
    facts: tuple[str, ...],
    everything: bool,
    reason: str,
    person: str,
    role: str | None,
    as_json: bool,
) -> int:
    """Erase what stands under FACTS for ever (for managers); the history still verifies."""
    if everything == bool(facts):
        raise click.UsageError("Name the facts to erase, or say --all.")
    answers: dict[str, object] = {"facts": "all" if everything else list(facts)}
    return _act(reference, "erase", person, role, reason, as_json=as_json, answers=answers)
