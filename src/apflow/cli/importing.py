"""Opening referrals from a spreadsheet on the command line."""

from pathlib import Path

import click

from apflow import runs
from apflow.casework import imports
from apflow.cli import asking, saying
from apflow.cli.progress import bar
from apflow.clock import utc_now
from apflow.settings import Settings


@click.command("import")
@click.argument("policy")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False
)
@click.option("--template", is_flag=True, help="Print the header of a spreadsheet for POLICY.")
@asking.may_act
def import_(
    policy: str,
    file: Path | None,
    template: bool,
    person: str | None,
    role: str | None,
    as_json: bool,
) -> int:
    """Open a referral under POLICY for each good row of FILE (CSV); say what is wrong with others.

    Running it again opens only what is not there yet (column `key`).
    """
    house = asking.casework()
    if template:
        with house.store.reading() as tx:
            lifecycle = house.office.newest(tx, policy, lambda *_: None).compiled.lifecycle
        click.echo(imports.template(lifecycle), nl=False)
        return 0
    if file is None:
        raise click.UsageError("Name the FILE to import, or say --template.")
    if person is None:
        raise click.UsageError("Say who acts: --as PERSON, or set APFLOW_AS.")
    known = runs.opened(house, Settings.read(), carries=False)
    content = file.read_bytes()
    with bar("Importing", content.count(b"\n"), quiet=as_json) as progress:
        done = imports.import_referrals(
            house.office, policy, content, file.name, person, role, utc_now(),
            lambda request: known.advance(request, utc_now()), progress,
        )  # fmt: skip
    if as_json:
        saying.put([
            {"line": row.line, "key": row.key, "outcome": row.outcome, "reference": row.reference,
             "faults": [{"column": name, "says": says} for name, says in row.faults]}
            for row in done
        ])  # fmt: skip
    else:
        _say(file.name, done)
    return 2 if any(row.outcome in ("bad", "refused") for row in done) else 0


def _say(file: str, done: tuple[imports.Imported, ...]) -> None:
    for row in done:
        for column, says in row.faults:
            place = f"{column}: " if column else ""
            click.echo(f"{file}:{row.line}: {place}{says}", err=True)
    counts = {word: sum(row.outcome == word for row in done) for word in ("opened", "there")}
    bad = len(done) - sum(counts.values())
    click.echo(f"Opened {counts['opened']}; there already {counts['there']}; not opened {bad}.")
