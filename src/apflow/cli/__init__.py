"""The command line: `apflow COMMAND`. What every command means is said by `apflow COMMAND --help`.

Exit codes: 0 done, 1 refused (or something does not verify), 2 bad input, 3 someone moved it
first. A command's module is imported only when it is used: `apflow --help` must be quick.
"""

import importlib
import os
import sys
from typing import Any

import click
from typing_extensions import override

import apflow

#: Where each command is: name -> (module, function, group it is listed under).
COMMANDS = {
    "open": ("referring", "open_"),
    "show": ("looking", "show"),
    "choices": ("looking", "choices"),
    "advance": ("referring", "advance"),
    "correct": ("righting", "correct"),
    "reverse": ("righting", "reverse"),
    "adopt": ("righting", "adopt"),
    "hand-over": ("righting", "hand_over"),
    "erase": ("righting", "erase"),
    "worklist": ("looking", "worklist"),
    "history": ("looking", "history"),
    "export": ("exporting", "export"),
    "forum": ("forums", "forum"),
    "calendar": ("calendars", "calendar"),
    "register": ("registers", "register"),
    "account": ("accounts", "account"),
    "import": ("importing", "import_"),
    "policy": ("policies", "policy"),
    "draw": ("policies", "draw"),
    "sweep": ("keeping", "sweep"),
    "notices": ("posting", "notices"),
    "verify": ("keeping", "verify"),
    "backup": ("keeping", "backup"),
    "restore": ("keeping", "restore"),
    "upgrade": ("keeping", "upgrade"),
    "up": ("running", "up"),
    "demo": ("running", "demo"),
}

#: What each command does, for `apflow --help`: kept here so that help imports nothing.
SUMMARIES = {
    "open": "Open a referral of a pupil.",
    "show": "Show a referral: where it stands, its facts and its deadlines.",
    "choices": "Show what can happen next, and why not.",
    "advance": "Do an event to a referral.",
    "correct": "Correct facts of a referral, with a reason.",
    "reverse": "Take the last step of a referral back, with a reason.",
    "adopt": "Move a referral to its policy's newest version (dry run first).",
    "hand-over": "Hand a referral to another caseworker.",
    "erase": "Erase what people wrote; the history still verifies.",
    "worklist": "List referrals, what is due first at the top.",
    "history": "Trace every step of a referral.",
    "export": "Write histories to a file: CSV, JSON, XES or a spreadsheet.",
    "forum": "Hold a forum or panel: its sittings, agenda and decisions.",
    "calendar": "Show or import an area's school days.",
    "register": "Organisations, people and their roles, pupils.",
    "account": "Passwords and sessions of those who sign in to the pages.",
    "import": "Open referrals from a spreadsheet.",
    "policy": "List, check, trace and show policies.",
    "draw": "Draw the state diagrams.",
    "sweep": "Record missed deadlines and see to what was left waiting.",
    "notices": "Send what waits in the outbox, and see what did not arrive.",
    "verify": "Prove that no history was altered.",
    "backup": "Make a backup.",
    "restore": "Restore a backup into an empty database; verifies it.",
    "upgrade": "Make or bring up to date the database.",
    "up": "Start everything on this machine.",
    "demo": "Prepare a cohort of invented pupils and start everything.",
}


class _House(click.Group):
    """The commands, each imported when it is used."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"apflow.cli.{module}"), name)
        return command

    @override
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from apflow.nearest import nearest  # noqa: PLC0415

            near = nearest(args[0], COMMANDS)
            hint = f" Did you mean '{near}'?" if near else ""
            ctx.fail(f"There is no command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES[name]) for name in COMMANDS])


@click.group(cls=_House, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(apflow.__version__, prog_name="apflow")
def house() -> None:
    """The referral of a child to alternative provision, from draft to reintegration."""


def main(arguments: list[str] | None = None) -> None:
    """Run one command and end the process with its exit code."""
    sys.exit(run(arguments))


def _is_text(word: str) -> bool:
    """Whether a word can be written: bytes that are no UTF-8 reach us as halves of characters."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; never raises for anything it was given."""
    from apflow.errors import ApflowError  # noqa: PLC0415

    typed = sys.argv[1:] if arguments is None else arguments
    unreadable = [word for word in typed if "\0" in word or not _is_text(word)]
    if unreadable:
        click.echo(f"{unreadable[0][:60]!a} is not text: it holds what is no UTF-8", err=True)
        return 2
    try:
        done: Any = house.main(arguments, prog_name="apflow", standalone_mode=False)
    except BrokenPipeError:
        # Whoever read us has seen enough; Python would complain once more on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (click.ClickException, click.exceptions.Abort, ApflowError, OSError) as fault:
        return _said(fault)
    return done if isinstance(done, int) else 0


def _said(fault: Exception) -> int:
    """Say on one line or a few what is wrong, and return the exit code."""
    if isinstance(fault, click.exceptions.Abort):
        click.echo("Stopped.", err=True)
        return 130
    if isinstance(fault, click.ClickException):
        fault.show()
        return 2
    if isinstance(fault, OSError):
        # A file that cannot be read or written after all, a name that no file can have.
        file = f"{fault.filename!s:.200}: " if fault.filename is not None else ""
        click.echo(f"{file}{fault.strerror or fault}", err=True)
        return 2
    click.echo(str(fault), err=True)
    return int(getattr(fault, "exit_code", 2))
