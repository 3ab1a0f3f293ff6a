"""Holding a forum or panel on the command line."""

import json
from pathlib import Path
from typing import Any

import click

from apflow.casework.meetings import forum as forums
from apflow.casework.meetings.forum import Decided
from apflow.cli import asking, saying
from apflow.clock import utc_now
from apflow.errors import BadInput


@click.group("forum")
def forum() -> None:
    """Hold a forum or panel: its sittings, agenda and decisions.

    A SITTING is written policy/meeting/date: maidstone-and-malling/forum_meeting/2026-01-28.
    """


@forum.command("sitting")
@click.argument("sitting")
@asking.as_json
def sitting(sitting: str, as_json: bool) -> int:
    """Put a sitting in the register."""
    new = forums.list_sitting(asking.casework().office, forums.sitting_of(sitting), utc_now())
    words = f"{sitting}: {'listed' if new else 'was listed already'}"
    return saying.done(words, {"sitting": sitting, "new": new}, as_json=as_json)


@forum.command("agenda")
@click.argument("sitting")
@asking.acting
def agenda(sitting: str, person: str, role: str | None, as_json: bool) -> int:  # noqa: ARG001
    """Show what is to be decided at SITTING, in the policy's order, with its reason."""
    items = forums.agenda(asking.casework().office, forums.sitting_of(sitting), person, utc_now())
    if as_json:
        saying.put([{name: getattr(item, name) for name in item.__slots__} for item in items])
        return 0
    saying.table(
        [
            (str(item.number), item.reference, str(item.rank or ""), item.because,
             ", ".join(item.events), "yes" if item.carried_over else "",
             ", ".join(item.papers_missing))
            for item in items
        ],
        ("", "reference", "rank", "because", "may be decided", "carried over", "papers not in"),
    )  # fmt: skip
    return 0


@forum.command("decide")
@click.argument("sitting")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@asking.acting
def decide(sitting: str, file: Path, person: str, role: str | None, as_json: bool) -> int:
    """Decide SITTING as FILE says, in the order of its agenda; one flow run for the whole.

    FILE is JSON: {"people": {"la": "present", …}, "decisions": [{"reference": "…", "event":
    "forum_agrees", "answers": {…}, "because": {"guard": "reason"}}]}. `people` is asked once and
    copied into every decision that asks who sat.
    """
    from apflow import runs  # noqa: PLC0415
    from apflow.settings import Settings  # noqa: PLC0415

    house = asking.casework()
    at = forums.sitting_of(sitting)
    people, decisions = _read(file)
    forums.prepare(house.office, at, decisions, person, utc_now(), role=role, people=people)
    runs.opened(house, Settings.read(), carries=False)
    held = runs.hold_forum(house, str(at), utc_now())
    if as_json:
        saying.put(
            [{"reference": one.reference, "state": one.state, **(one.result or {})} for one in held]
        )
    else:
        for one in held:
            saying.outcome(one, house.titles(one), as_json=False)
    return max((saying.EXITS[one.state] for one in held), default=0)


def _read(file: Path) -> tuple[dict[str, object] | None, list[Decided]]:
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise BadInput("FILE", file.name, f"cannot be read as JSON: {fault}") from None
    if not isinstance(given, dict) or not isinstance(given.get("decisions"), list):
        raise BadInput("FILE", file.name, 'must hold {"decisions": [...]}')
    people = given.get("people")
    if people is not None and not isinstance(people, dict):
        raise BadInput("people", people, "says for each member: present, or absent with a reason")
    return people, [_decided(one, number) for number, one in enumerate(given["decisions"], 1)]


def _decided(one: Any, number: int) -> Decided:
    if not isinstance(one, dict) or not {"reference", "event"} <= set(one):
        raise BadInput(f"decision {number}", one, "needs a reference and an event")
    wrong = sorted(set(one) - {"reference", "event", "answers", "because"})
    answers, because = one.get("answers", {}), one.get("because", {})
    if wrong or not isinstance(answers, dict) or not isinstance(because, dict):
        raise BadInput(f"decision {number}", one, "holds reference, event, answers and because")
    reasons = {str(guard): str(reason) for guard, reason in because.items()}
    return Decided(str(one["reference"]), str(one["event"]), answers, reasons)
