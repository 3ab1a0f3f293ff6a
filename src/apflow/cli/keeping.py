"""Keeping the store: the sweep, the proof, backups, upgrades."""

from datetime import timedelta
from pathlib import Path

import click

from apflow.cli import asking, saying
from apflow.cli.progress import bar
from apflow.clock import utc_now
from apflow.errors import Altered
from apflow.settings import Settings


@click.command("sweep")
@asking.as_json
def sweep(as_json: bool) -> int:
    """Record every missed deadline, ask again what states keep, apply what was left waiting.

    Running it twice, or twice at once, changes nothing. The served flow does the same.
    """
    settings = Settings.read()
    swept = asking.casework(settings).fire_due(
        utc_now(), settings.sweep_limit, timedelta(days=settings.keep_refused_days)
    )
    if as_json:
        saying.put({name: getattr(swept, name) for name in swept.__slots__})
        return 0
    click.echo(
        f"Missed deadlines recorded: {swept.missed}; guards that lapsed or hold again: "
        f"{swept.lapsed}; left waiting: {swept.applied_waiting} applied, "
        f"{swept.abandoned} abandoned; old refused requests purged: {swept.purged}."
    )
    return 0


@click.command("verify")
@click.argument("reference", required=False)
@asking.as_json
def verify(reference: str | None, as_json: bool) -> int:
    """Prove that no history was altered; name the first bad row if one was (exit code 1)."""
    from apflow.store.verify import verify as prove  # noqa: PLC0415

    store = asking.casework().store
    try:
        with bar("Verifying", quiet=as_json) as progress:
            found = prove(store, reference, progress)
    except Altered as altered:
        if as_json:
            saying.put(
                {"verified": False, "reference": altered.reference, "seq": altered.seq,
                 "says": altered.says}
            )  # fmt: skip
        else:
            click.echo(f"ALTERED. {altered}", err=True)
        return 1
    if as_json:
        saying.put({"verified": True, "referrals": found.referrals, "steps": found.steps})
    else:
        click.echo(f"Verified: {found.referrals} referrals, {found.steps} steps, nothing altered.")
    return 0


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@asking.as_json
def backup(file: Path, as_json: bool) -> int:
    """Write a backup of the whole store to FILE, while others go on working; verifies it."""
    from apflow.store.backup import backup as copy  # noqa: PLC0415

    store = asking.casework().store
    with bar("Backing up", quiet=as_json):
        copy(store, file)
    if as_json:
        saying.put({"backup": str(file), "bytes": file.stat().st_size})
    else:
        click.echo(f"Backup written to {file} ({file.stat().st_size:,} bytes).")
    return 0


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@asking.as_json
def restore(file: Path, as_json: bool) -> int:
    """Restore the backup FILE into the (empty) database of the settings; verifies it."""
    from apflow.store.backup import restore as bring_back  # noqa: PLC0415

    settings = Settings.read()
    settings.home.mkdir(parents=True, exist_ok=True)
    with bar("Restoring", quiet=as_json):
        found = bring_back(file, settings.database_url)
    if as_json:
        saying.put({"restored": True, "referrals": found.referrals, "steps": found.steps})
    else:
        click.echo(f"Restored and verified: {found.referrals} referrals, {found.steps} steps.")
    return 0


@click.command("upgrade")
@asking.as_json
def upgrade(as_json: bool) -> int:
    """Make the database's tables, or bring them up to date; safe to run again."""
    store = asking.casework().store
    told = {"database": store.name, "revision": store.revision()}
    return saying.done(f"{store.name} is up to date.", told, as_json=as_json)
