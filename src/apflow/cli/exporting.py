"""Histories as files, on the command line."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

import click

from apflow.cli import asking, saying
from apflow.cli.progress import Progress, bar
from apflow.clock import utc_now
from apflow.errors import BadInput

#: Where a format's name is not given, the file's own ending says it.
_FORMATS = ("csv", "json", "xes", "xlsx")


@click.command("export")
@click.argument("references", nargs=-1, metavar="[REFERENCE]...")
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), help="Unless the file's ending says it."
)
@click.option(
    "--output", required=True, metavar="FILE", help="Where to write it; - writes it to the screen."
)
@click.option("--policy", help="Only this policy's referrals.")
@asking.acting
def export(
    references: tuple[str, ...],
    form: str | None,
    output: str,
    policy: str | None,
    person: str,
    role: str | None,  # noqa: ARG001
    as_json: bool,
) -> int:
    """Write histories to a file: those of REFERENCEs, or of all that you may see.

    csv and xlsx have one row a step; json can be proved unaltered by anybody; xes is an event log
    without facts, for process mining. What you may not see is not in it, and each referral is
    recorded as looked at.
    """
    from apflow.casework import exports  # noqa: PLC0415

    if references and policy is not None:
        raise BadInput("--policy", policy, "say either which referrals or which policy's")
    file = Path(output)
    if output != "-" and (not file.name or file.is_dir()):
        raise BadInput("--output", output, "is a folder; give the name of a file")
    form = form or file.suffix.removeprefix(".").lower()
    pieces = exports.export(
        asking.casework().office, form, person, utc_now(), references or None, policy
    )
    if output == "-":
        if as_json:
            raise BadInput("--json", output, "goes with a file, not with the screen")
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return 0
    with bar("Exporting", quiet=as_json) as progress:
        size = _written(file, pieces, progress)
    told = {"exported": output, "format": form, "bytes": size}
    return saying.done(f"Exported to {output} ({size:,} bytes).", told, as_json=as_json)


def _written(file: Path, pieces: Iterator[bytes], progress: Progress) -> int:
    """Write the file whole, for its owner's eyes only, or leave what was there as it was."""
    part = file.with_name(f".{file.name}.{token_hex(4)}")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as made:
            size = 0
            for done, piece in enumerate(pieces):
                size += made.write(piece)
                progress(done)
        part.replace(file)
    finally:
        with suppress(OSError):
            part.unlink()
    return size
