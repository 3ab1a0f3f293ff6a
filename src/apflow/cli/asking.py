"""What the commands share: who acts, on which database, and answers typed as fact=value."""

import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from apflow.casework import Casework
from apflow.cli.options import acting, as_json, may_act
from apflow.clock import london_day, utc_now
from apflow.errors import BadInput
from apflow.policy.written import take_date
from apflow.settings import Settings

__all__ = ["acting", "answers", "as_json", "casework", "day", "may_act", "reasons"]


def casework(settings: Settings | None = None) -> Casework:
    """Return the casework on the settings' database, brought up to date if it is our own file."""
    from apflow.casework import opened  # noqa: PLC0415

    settings = settings or Settings.read()
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        says = f"the folder cannot be made: {fault.strerror}"
        raise BadInput("APFLOW_HOME", str(settings.home), says) from None
    return opened(settings.database_url, settings.states_folders)


def day(typed: str | None, name: str = "--on") -> date | None:
    """Return a date as people type it, or None. Raises BadInput."""
    return None if typed is None else take_date(name, typed, london_day(utc_now()))


def answers(pairs: tuple[str, ...], file: str | None) -> dict[str, object]:
    """Return answers from `fact=value` and `list.entry=value` words and from a JSON file.

    What is typed goes before what the file says. Raises BadInput for a word without `=`.
    """
    given: dict[str, Any] = dict(_from_file(file)) if file is not None else {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            raise BadInput("answer", pair, "write fact=value, or list.entry=value")
        fact, dot, entry = name.partition(".")
        if not dot:
            given[name] = _plain(value)
        else:
            known = given.get(fact)
            given[fact] = {**(known if isinstance(known, dict) else {}), entry: value}
    return given


def _plain(value: str) -> object:
    return {} if value == "{}" else value


def reasons(pairs: tuple[str, ...]) -> dict[str, str]:
    """Return `guard=reason` words. Raises BadInput for a word without a reason."""
    given = {}
    for pair in pairs:
        guard, sign, reason = pair.partition("=")
        if not sign or not reason.strip():
            raise BadInput("--because", pair, 'write guard="the reason"')
        given[guard] = reason
    return given


def _from_file(file: str) -> Mapping[str, object]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        loaded = json.loads(text)
    except (OSError, ValueError, RecursionError) as fault:
        raise BadInput("--answers", file, f"cannot be read as JSON: {fault}") from None
    if not isinstance(loaded, dict):
        raise BadInput("--answers", file, "must hold one JSON object: fact to value")
    return loaded
