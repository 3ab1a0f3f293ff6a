"""The options that commands share; apart, because not every command needs a database."""

from collections.abc import Callable
from typing import Any

import click

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
_AS = click.option(
    "--as", "person", envvar="APFLOW_AS", metavar="PERSON", required=True,
    help="Who acts (a person in the register); or set APFLOW_AS.",
)  # fmt: skip
_ROLE = click.option("--role", metavar="ROLE", help="In which role, where there is a choice.")
_MAY_AS = click.option("--as", "person", envvar="APFLOW_AS", metavar="PERSON", help="Who acts.")


def as_json(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --json."""
    return _AS_JSON(command)


def acting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --as, --role and --json."""
    return _AS(_ROLE(_AS_JSON(command)))


def may_act(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --as, --role and --json, where part of what it does needs nobody to act."""
    return _MAY_AS(_ROLE(_AS_JSON(command)))
