"""Opening a referral and doing events to it."""

import click

from apflow.casework import Asked, Casework
from apflow.cli import asking, saying
from apflow.clock import utc_now
from apflow.errors import BadInput
from apflow.referral import HOUSE_EVENTS, Request

_ANSWERS = click.option(
    "--answers", "file", metavar="FILE", help="A JSON file with answers ('-': standard input)."
)
_ON = click.option(
    "--on", "happened_on", metavar="DATE", help="When it happened (today if left out)."
)


@click.command("open")
@click.argument("policy")
@click.argument("pupil")
@click.argument("given", nargs=-1, metavar="[FACT=VALUE]...")
@click.option("--event", help="The way in, where the policy has several.")
@_ANSWERS
@_ON
@asking.acting
def open_(
    policy: str,
    pupil: str,
    given: tuple[str, ...],
    event: str | None,
    file: str | None,
    happened_on: str | None,
    person: str,
    role: str | None,
    as_json: bool,
) -> int:
    """Open a referral of PUPIL (an id of the register) under POLICY.

    Answers are typed as fact=value; what is still missing is said, and nothing is opened.
    """
    house = asking.casework()
    asked = Asked(
        event=event or house.way_in(policy),
        person=person,
        role=role,
        answers=asking.answers(given, file),
        happened_on=asking.day(happened_on),
    )
    request = house.ask_to_open(policy, pupil, asked, utc_now())
    return said(house, request, as_json=as_json)


@click.command("advance")
@click.argument("reference")
@click.argument("event")
@click.argument("given", nargs=-1, metavar="[FACT=VALUE]...")
@click.option(
    "--because",
    "because",
    multiple=True,
    metavar="GUARD=REASON",
    help="Go past a guard that your role may go past, with a written reason.",
)
@click.option("--seen", type=int, help="The step you saw last; refuse if someone moved it since.")
@_ANSWERS
@_ON
@asking.acting
def advance(
    reference: str,
    event: str,
    given: tuple[str, ...],
    because: tuple[str, ...],
    seen: int | None,
    file: str | None,
    happened_on: str | None,
    person: str,
    role: str | None,
    as_json: bool,
) -> int:
    """Do EVENT to the referral REFERENCE, with its answers as fact=value or list.entry=value.

    A refusal prints every unmet guard with its wording, its clause and the value read.
    """
    if event in HOUSE_EVENTS:
        command = {
            "correct_facts": "correct",
            "reverse_step": "reverse",
            "adopt_lifecycle": "adopt",
        }
        raise BadInput("event", event, f"use: apflow {command.get(event, event.replace('_', '-'))}")
    house = asking.casework()
    asked = Asked(
        event=event,
        person=person,
        role=role,
        answers=asking.answers(given, file),
        overrides=asking.reasons(because),
        happened_on=asking.day(happened_on),
        seen=seen,
    )
    return said(house, house.ask(reference, asked, utc_now()), as_json=as_json)


def said(house: Casework, request: Request, *, as_json: bool) -> int:
    """Advance a Request (carried or recorded by a flow run), say how it ended, return the code."""
    from apflow import runs  # noqa: PLC0415
    from apflow.settings import Settings  # noqa: PLC0415

    runs.opened(house, Settings.read(), carries=False)
    closed = runs.advance(house, request.id, utc_now())
    return saying.outcome(closed, house.titles(closed), as_json=as_json)
