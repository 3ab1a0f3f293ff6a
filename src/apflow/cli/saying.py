"""How outcomes are said on a terminal: every unmet guard with its wording, clause and values."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import click

from apflow.clock import LONDON
from apflow.referral import Request

#: The exit code of each way a Request can end.
EXITS = {"applied": 0, "refused": 1, "abandoned": 1, "stale": 3}
_SIGNS = {
    "met": "✓",
    "unmet": "✗",
    "unknown": "?",
    "overridden": "!",
    "not_applicable": "·",
}


def put(value: object) -> None:
    """Print a value as JSON; dates and moments in ISO form."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_json))


def done(words: str, value: Mapping[str, object], *, as_json: bool) -> int:
    """Say that something was done, in words or as JSON; return the exit code."""
    if as_json:
        put(value)
    else:
        click.echo(words)
    return 0


def _json(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | frozenset | set):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def outcome(request: Request, titles: Mapping[str, str], *, as_json: bool) -> int:
    """Say how a Request ended; return the exit code."""
    result = dict(request.result or {})
    if as_json:
        put(
            {
                "reference": request.reference,
                "request": request.id,
                "state": request.state,
                **result,
            }
        )
        return EXITS[request.state]
    event = titles.get(request.event, request.event.replace("_", " "))
    if request.state == "applied":
        state = str(result.get("state", result.get("to")))
        click.echo(f"{request.reference}: {event}: done. Now: {titles.get(state, state)}")
        findings(result, only_advice=True, reasons=request.overrides)
    elif request.state == "stale":
        click.echo(
            f"{request.reference}: {event}: not done. Someone moved it first: "
            f"{result.get('changed')}. Look again, then ask again."
        )
    elif request.state == "abandoned":
        click.echo(
            f"{request.reference}: {event}: not done. It was left waiting too long; ask again."
        )
    else:
        unknown = result.get("outcome") == "unknown"
        why = "something is not known yet" if unknown else "policy does not allow it"
        click.echo(f"{request.reference}: {event}: not done; {why}.")
        findings(result)
    return EXITS[request.state]


def findings(
    result: Mapping[str, Any],
    *,
    only_advice: bool = False,
    reasons: Mapping[str, str] | None = None,
) -> None:
    """Print the findings that are not met, with wording, clause, values read and the way out.

    `reasons` were given for going past guards; what is stored of an applied Request has none.
    """
    for finding in result.get("findings", ()):
        quiet = finding["verdict"] in ("met", "not_applicable")
        advice = finding.get("force") == "should" or finding["verdict"] == "overridden"
        if not quiet and (advice or not only_advice):
            reason = (reasons or {}).get(finding["guard"])
            for line in finding_lines({**finding, "reason": reason} if reason else finding):
                click.echo(line)


def finding_lines(finding: Mapping[str, Any]) -> Iterable[str]:
    """Return a finding in words, indented lines below the first."""
    clause = f" [{', '.join(finding['clauses'])}]" if finding.get("clauses") else ""
    advice = " (advice)" if finding.get("force") == "should" else ""
    asked = [f"{one['ask']} ({one['fact']})" for one in finding.get("missing", ())]
    unknown = finding["verdict"] == "unknown" and asked
    says = "Not known yet: " + "; ".join(asked) if unknown else finding["says"]
    yield f"  {_SIGNS[finding['verdict']]} {says}{clause}{advice}  ({finding['guard']})"
    if unknown and finding["guard"] != "answers":
        yield f"      it may refuse: {finding['says']}"
    read = finding.get("read")
    if read:
        shown = ", ".join(f"{name} = {value_shown(value)}" for name, value in sorted(read.items()))
        yield f"      read: {shown}"
    if finding.get("roles"):
        yield f"      can be put right by: {', '.join(finding['roles'])}"
    if finding.get("override"):
        names = ", ".join(finding["override"])
        yield f'      may go on with a reason: {names} (--because {finding["guard"]}="…")'
    if finding.get("reason"):
        yield f"      reason given: {finding['reason']}"


def value_shown(value: object) -> str:
    """Return a fact's value in words: yes and no, dates, checklists entry by entry."""
    if value is True or value is False:
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_ticked(one)}" for name, one in value.items()) or "nothing yet"
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value) or "none"
    return str(value)


def _ticked(one: object) -> str:
    if not isinstance(one, Mapping):
        return str(one)
    detail = f" ({one['detail']})" if one.get("detail") else ""
    return f"{str(one.get('answer')).replace('_', ' ')}{detail}"


def when(moment: datetime | None) -> str:
    """Return a moment as people in England say it."""
    if moment is None:
        return "no date"
    local = moment.astimezone(LONDON)
    end = (local.hour, local.minute) == (23, 59)
    return f"{local:%a} {local.day} {local:%b %Y}" + ("" if end else f", {local:%H:%M}")


def table(rows: Sequence[Sequence[str]], headings: Sequence[str]) -> None:
    """Print rows under headings, columns as wide as they need."""
    if not rows:
        click.echo("Nothing.")
        return
    widths = [
        max(len(str(cell)) for cell in column) for column in zip(headings, *rows, strict=True)
    ]
    for row in (headings, ["-" * width for width in widths], *rows):
        click.echo(
            "  ".join(
                str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)
            ).rstrip()
        )
