"""The outbox on the command line: sending what is due, and seeing what did not arrive."""

import click

from apflow.casework.notices import posting, unsent
from apflow.cli import asking, saying
from apflow.clock import utc_now
from apflow.settings import BadSettings, Settings


@click.group("notices")
def notices() -> None:
    """Send what waits in the outbox by e-mail, and see what did not arrive."""


@notices.command("send")
@click.option("--again", is_flag=True, help="Also what was given up, or had nobody to go to.")
@asking.as_json
def send(again: bool, as_json: bool) -> int:
    """Send every message that is due; the served flow does the same every few minutes.

    The exit code is 1 when the mail server cannot be used; nothing is lost then.
    """
    settings = Settings.read()
    mailer = posting.Mailer.of(settings)
    if mailer is None:
        raise BadSettings("APFLOW_SMTP_HOST: no mail server is named; messages stay where they are")
    office = asking.casework(settings).office
    if again:
        unsent.try_again(office)
    done = posting.send_due(office, mailer, utc_now(), settings.sweep_limit)
    told = {
        "sent": done.sent, "failed": done.failed, "nobody": done.nobody, "away": done.away,
    }  # fmt: skip
    words = f"Sent: {done.sent}; failed: {done.failed}; with nobody to go to: {done.nobody}."
    if done.away:
        words += " The mail server cannot be used; what is left is sent when it can."
    saying.done(words, told, as_json=as_json)
    return 1 if done.away else 0


@notices.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@asking.as_json
def list_(limit: int, as_json: bool) -> int:
    """List the messages that were tried and did not reach everybody, and why."""
    found = unsent.unsent(asking.casework().office, limit).rows
    if as_json:
        saying.put(
            [
                {"id": one.notice.id, "reference": one.notice.reference, "to": one.notice.to,
                 "text": one.notice.text, "created_at": one.notice.created_at, "why": one.why,
                 "next_try_at": one.next_try_at,
                 "unreached": [
                     {"person": each.person, "tries": each.tries, "fault": each.fault}
                     for each in one.unreached
                 ]}
                for one in found
            ]
        )  # fmt: skip
        return 0
    saying.table(
        [
            (one.notice.reference, one.notice.to, saying.when(one.notice.created_at),
             _why(one), one.notice.text)
            for one in found
        ],
        ("reference", "to", "since", "why it is here", "message"),
    )  # fmt: skip
    return 0


def _why(one: unsent.Unsent) -> str:
    if one.why == "nobody":
        return "nobody can be written to"
    people = ", ".join(f"{each.name} ({each.fault})" for each in one.unreached)
    if one.next_try_at is None:
        return f"given up: {people}"
    return f"again {saying.when(one.next_try_at)}" + (f": {people}" if people else "")
