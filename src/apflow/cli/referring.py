"""Opening a referral and doing events to it."""

from threading import Event

import click

from apflow.casework import Asked, Casework
from apflow.cli import asking, saying
from apflow.clock import utc_now
from apflow.errors import BadInput
from apflow.referral import HOUSE_EVENTS, Request

_ANSWERS = click.option(
    "--answers", "file", metavar="FILE", help="A JSON file with answers ('-': standard input)."
)
_CARRIED = click.option(
    "--carried", is_flag=True,
    help="Wait for a flow run to carry it (else one records it; needs APFLOW_PREFECT_API_URL).",
)  # fmt: skip
#: How long `--carried` waits for Prefect to be loaded and ready before it does without.
_LOADING_SECONDS = 15.0
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
@_CARRIED
@asking.acting
def open_(
    policy: str,
    pupil: str,
    given: tuple[str, ...],
    event: str | None,
    file: str | None,
    happened_on: str | None,
    carried: bool,
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
    return said(house, request, as_json=as_json, carried=carried)


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
@_CARRIED
@asking.acting
def advance(
    reference: str,
    event: str,
    given: tuple[str, ...],
    because: tuple[str, ...],
    seen: int | None,
    file: str | None,
    happened_on: str | None,
    carried: bool,
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
    request = house.ask(reference, asked, utc_now())
    return said(house, request, as_json=as_json, carried=carried)


def said(house: Casework, request: Request, *, as_json: bool, carried: bool = False) -> int:
    """Advance a Request, say how it ended, return the exit code.

    Its flow run records it afterwards, unless the person waits for one that carries it
    (`carried`): this process would otherwise spend longer loading Prefect than on the advance.
    """
    from apflow import runs  # noqa: PLC0415
    from apflow.settings import Settings  # noqa: PLC0415

    settings = Settings.read()
    if carried and settings.prefect_api_url is None:
        raise BadInput("--carried", None, "needs APFLOW_PREFECT_API_URL (`apflow up` prints it)")
    known = runs.opened(house, settings, carries=carried)
    pause, waited = Event(), 0.0
    while carried and not known.carrying and waited < _LOADING_SECONDS:
        pause.wait(0.05)
        waited += 0.05
    closed = known.advance(request.id, utc_now())
    return saying.outcome(closed, house.titles(closed), as_json=as_json)
