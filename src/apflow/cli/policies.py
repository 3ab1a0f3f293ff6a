"""Policies on the command line: what there is, whether it holds, what carries it, how it looks."""

from pathlib import Path
from typing import Any

import click

from apflow import catalogue
from apflow.catalogue import Policy
from apflow.cli import options, saying
from apflow.diagram import Row
from apflow.errors import BadInput, Fault, PolicyError
from apflow.places import place
from apflow.settings import Settings


@click.group("policy")
def policy() -> None:
    """List, check, trace and show policies."""


def _read(which: str) -> Policy:
    """Return the policy that is named, or whose lifecycle file or folder is given."""
    path = Path(which)
    folders = Settings.read().states_folders
    if which in catalogue.listed(folders):
        return catalogue.read_policy(which, folders)
    looks_like_a_file = path.exists() or path.suffix or len(path.parts) > 1
    return catalogue.read_policy(path if looks_like_a_file else which, folders)


@policy.command("list")
@options.as_json
def list_(as_json: bool) -> int:
    """List the policies that referrals can be opened under."""
    folders = Settings.read().states_folders
    rows = []
    for name in catalogue.listed(folders):
        try:
            lifecycle = catalogue.read_policy(name, folders).lifecycle
            rows.append((name, lifecycle.title, lifecycle.digest[:12]))
        except PolicyError as fault:
            rows.append((name, f"cannot be used: {len(fault.faults)} faults", ""))
    if as_json:
        saying.put(
            [{"policy": name, "title": title, "digest": digest} for name, title, digest in rows]
        )
    else:
        saying.table(rows, ("policy", "title", "digest"))
    return 0


@policy.command("check")
@click.argument("which", metavar="FILE")
@click.option("--lists/--no-lists", default=True, help="Also what the authority should look at.")
@options.as_json
def check(which: str, lists: bool, as_json: bool) -> int:
    """Prove FILE: a lifecycle file, its folder, or the name of a policy.

    Faults (exit code 2) make it unusable; each names file, line and place.
    """
    try:
        known = _read(which)
        faults, warnings, listed = catalogue.prove(known)
    except PolicyError as fault:
        known, faults, warnings, listed = None, fault.faults, (), ()
    if as_json:
        saying.put({
            "policy": known.lifecycle.lifecycle if known else None,
            "digest": known.lifecycle.digest if known else None,
            "faults": [_fault(one) for one in faults],
            "warnings": [_fault(one) for one in warnings],
            "lists": [one._asdict() for one in listed],
        })  # fmt: skip
    else:
        _say_check(known, faults, warnings, listed if lists else ())
    return 2 if faults else 0


def _fault(one: Fault) -> dict[str, Any]:
    return {"file": one.file, "line": one.line, "column": one.column, "place": one.place,
            "says": one.says}  # fmt: skip


def _say_check(
    known: Policy | None, faults: tuple[Fault, ...], warnings: tuple[Fault, ...], listed: Any
) -> None:
    for one in faults:
        click.echo(str(one), err=True)
    for one in warnings:
        click.echo(f"warning: {one}")
    heading = None
    for one in listed:
        if one.sort != heading:
            heading = one.sort
            click.echo(f"\n{heading.replace('_', ' ').capitalize()}:")
        click.echo(f"  {catalogue.place_words(one.path)}: {one.says}")
    if known is not None and not faults:
        lifecycle = known.lifecycle
        click.echo(
            f"\n{lifecycle.lifecycle}: {len(lifecycle.states)} states, "
            f"{len(lifecycle.transitions)} transitions, {len(lifecycle.guards)} guards, "
            f"{len(lifecycle.deadlines)} deadlines; no faults, {len(warnings)} warnings."
        )


@policy.command("trace")
@click.argument("which", metavar="POLICY")
@options.as_json
def trace(which: str, as_json: bool) -> int:
    """Print what carries each statement of POLICY, and what each part rests on."""
    from apflow.policy.clauses import trace as both_ways  # noqa: PLC0415

    known = _read(which)
    if known.clauses is None:
        raise BadInput("POLICY", which, "has no clauses.yaml to trace")
    found = both_ways(known.clauses, known.lifecycle)
    if as_json:
        saying.put({
            "statements": [row._asdict() for row in found.statements],
            "parts": [row._asdict() for row in found.parts],
        })  # fmt: skip
        return 0
    for row in found.statements:
        carried = ", ".join(row.carried_by) or f"information: {row.information}"
        click.echo(f"{row.number}  {row.says}\n        {carried}")
    click.echo()
    for part in found.parts:
        rests = ", ".join((*part.clauses, *part.decisions))
        click.echo(f"{part.part}  ({part.title})  {rests}")
    return 0


@policy.command("show")
@click.argument("which", metavar="POLICY")
@options.as_json
def show(which: str, as_json: bool) -> int:
    """Print POLICY in words: its states, and what may happen in each, by whom, under which guards.

    It is a reading of the policy, and calls itself so.
    """
    from apflow import diagram  # noqa: PLC0415

    lifecycle = _read(which).lifecycle
    rows = diagram.in_words(lifecycle)
    if as_json:
        saying.put(lifecycle.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        return 0
    click.echo(f"{lifecycle.title}: a reading of the policy (digest {lifecycle.digest[:12]})")
    click.echo(f"Main road: {' → '.join(lifecycle.states[one].title for one in lifecycle.road)}\n")
    click.echo(_words(rows))
    return 0


def _words(rows: list[Row]) -> str:
    lines: list[str] = []
    for row in rows:
        lines.append(f"{row.source}: {row.event} → {row.target}  ({', '.join(row.who)})")
        if row.only_if:
            lines.append(f"    only if {row.only_if}")
        lines += [f"    {guard}" for guard in row.guards]
    return "\n".join(lines)


def _drawn_in(settings: Settings) -> Path:
    """Return where drawings go: those of the shipped policies beside them, others in the home."""
    shipped = settings.states_folders == (place("states"),)
    return place("diagrams") if shipped else settings.home / "diagrams"


@click.command("draw")
@click.argument("which", metavar="[POLICY]...", nargs=-1)
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path),
              help="Where to write; `diagrams` in the home for policies of your own.")  # fmt: skip
@options.as_json
def draw(which: tuple[str, ...], folder: Path | None, as_json: bool) -> int:
    """Write the state diagrams of each POLICY (all if left out): SVG overview and map, Mermaid."""
    from apflow import diagram  # noqa: PLC0415

    settings = Settings.read()
    names = which or catalogue.listed(settings.states_folders)
    target = folder or _drawn_in(settings)
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name in names:
        for file, text in diagram.drawings(_read(name).lifecycle).items():
            (target / file).write_text(text, encoding="utf-8")
            written.append(str(target / file))
    if as_json:
        saying.put(written)
    else:
        click.echo("\n".join(written))
    return 0
