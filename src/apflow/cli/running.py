"""Running everything on one machine: on this installation's database, or on an invented cohort.

What is heavy is loaded only when it is asked for: `--help` must be quick.
"""

import click

from apflow.cli import options

_PORT = click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Where Prefect listens on this machine; any free port if left out.",
)


_WEB_PORT = click.option(
    "--web-port",
    type=click.IntRange(1, 65535),
    help="Where the pages are on this machine; APFLOW_WEB_PORT, else 8000, if left out.",
)


@click.command("up")
@_PORT
@_WEB_PORT
def up(port: int | None, web_port: int | None) -> int:
    """Start everything on this machine, on this installation's database, until Ctrl-C.

    The pages, Prefect's server and the served flows: the sweep of the deadlines every few
    minutes, and the others at call.
    """
    from apflow.cli import asking  # noqa: PLC0415
    from apflow.cli.demonstrating import serve  # noqa: PLC0415
    from apflow.settings import Settings  # noqa: PLC0415

    settings = Settings.read()
    asking.casework(settings)
    serve(settings, click.echo, port, web_port)
    return 0


@click.command("demo")
@click.option("--seed", type=click.IntRange(0, 2**31), help="Chance; 2026 if left out.")
@click.option("--date", "day", metavar="DATE", help="The day on which the stories end; today.")
@click.option("--no-serve", is_flag=True, help="Prepare, say what is there, and end.")
@_PORT
@_WEB_PORT
@options.as_json
def demo(
    seed: int | None,
    day: str | None,
    no_serve: bool,
    port: int | None,
    web_port: int | None,
    as_json: bool,
) -> int:
    """Prepare a cohort of invented pupils in both policies, and start everything, until Ctrl-C.

    It is told through the same doors as real referrals, in a folder and a database of its own
    (`demo` in APFLOW_HOME, unless APFLOW_DATABASE_URL names an empty database). Typed again it
    goes on with what is there.
    """
    from apflow.cli.demonstrating import demonstrate  # noqa: PLC0415

    demonstrate(seed, day, (port, web_port), only_prepare=no_serve, as_json=as_json)
    return 0
