"""Progress for commands that take a while, on standard error so that output stays clean."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

#: Told how much is done so far.
Progress = Callable[[int], None]


@contextmanager
def bar(what: str, total: int | None = None, *, quiet: bool = False) -> Iterator[Progress]:
    """Show progress of `what`; nothing where nobody looks (`quiet`, or no terminal)."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.progress import Progress as Bars  # noqa: PLC0415

    with Bars(transient=True) as bars:
        task = bars.add_task(what, total=total)
        yield lambda done: bars.update(task, completed=done)
    click.echo(f"{what}: done.", err=True)
