"""The demonstration: an invented cohort, what is said of it, and everything kept running."""

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import click

from apflow.casework import Casework
from apflow.casework.cohort import accounts as cohort_accounts
from apflow.casework.cohort import holding, preparing, summary
from apflow.casework.cohort.accounts import SignIn
from apflow.casework.cohort.preparing import Cohort
from apflow.casework.cohort.summary import Look, Summary
from apflow.cli import asking, saying
from apflow.cli.progress import bar
from apflow.clock import london_day, utc_now
from apflow.settings import Settings

#: What the cohort is told with unless another seed is given.
_SEED = 2026
#: Refused requests of the cohort's earlier months are to be seen, too.
_KEEP_REFUSED_DAYS = 3650


def demonstrate(
    seed: int | None,
    day: str | None,
    ports: tuple[int | None, int | None],
    *,
    only_prepare: bool,
    as_json: bool,
) -> None:
    """Prepare the cohort unless it is there, say what there is to see, and keep it running.

    `ports` are Prefect's and the pages'.
    """
    settings = _settings()
    began = monotonic()
    cohort, new = _cohort(settings, seed, day)
    house = asking.casework(settings)
    now = summary.moment(cohort, utc_now())
    shown = _Shown(settings, house, cohort, now)
    if as_json:
        saying.put({"prepared_now": new, **shown.written()})
    else:
        seconds = round(monotonic() - began)
        click.echo(f"Prepared in {seconds} seconds." if new else _goes_on(cohort))
        click.echo("\n".join(shown.lines()))
    if not only_prepare:
        signing_in = _signing_in(cohort_accounts.sign_ins(house.store, settings.home, utc_now()))
        serve(settings, _to_screen(as_json=as_json), *ports, signing_in)


def _settings() -> Settings:
    """Return the settings of the demonstration: a home and policies of its own."""
    plain = Settings.read()
    home = plain.home.absolute() / "demo"
    home.mkdir(parents=True, exist_ok=True)
    given: dict[str, object] = {
        "home": home,
        "states": (home / "states",),
        "demonstration": True,
    }
    if "keep_refused_days" not in plain.model_fields_set:
        given["keep_refused_days"] = _KEEP_REFUSED_DAYS
    return Settings.read(**given)


def _cohort(settings: Settings, seed: int | None, day: str | None) -> tuple[Cohort, bool]:
    """Return the cohort, and whether it was prepared just now."""
    states = settings.home / "states"
    until = asking.day(day, "--date")
    known = holding.known(settings.database_url, states, seed, until)
    if known is not None:
        return known, False
    seed = _SEED if seed is None else seed
    until = until or london_day(utc_now())
    told = preparing.stories(seed)
    total = sum(len(story.moves) for story in told)
    click.echo(
        f"Preparing {len(told)} referrals of invented pupils, up to {until} (seed {seed}) …",
        err=True,
    )
    with bar("Telling their stories", total) as progress:
        cohort = holding.told(
            settings.database_url, states, seed, until, lambda done, _: progress(done)
        )
    return cohort, True


def _goes_on(cohort: Cohort) -> str:
    return f"Going on with the cohort that is there: seed {cohort.seed}, told up to {cohort.until}."


class _Shown:
    """What is said of a cohort once it is there."""

    def __init__(self, settings: Settings, house: Casework, cohort: Cohort, now: datetime) -> None:
        self._settings = settings
        self._cohort = cohort
        self._summary: Summary = summary.summarise(house, now)
        self._looks: tuple[Look, ...] = summary.looks(house, cohort)
        self._pictures = summary.draw(house, self._summary, settings.home / "diagrams")
        self._ahead = cohort.until > london_day(utc_now())

    def written(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return {
            "seed": self._cohort.seed,
            "until": self._cohort.until,
            **self._summary.written(),
            "environment": self._environment(),
            "look": [{"shows": one.shows, "command": _typed(one)} for one in self._looks],
            "pictures": [str(picture) for picture in self._pictures],
            "examples": [
                {"reference": one.reference, "shows": one.shows} for one in self._cohort.examples
            ],
        }

    def lines(self) -> Iterable[str]:
        """Give it in words."""
        found = self._summary
        for policy, standings in found.states.items():
            yield f"\n{found.titles[policy]}"
            for one in standings:
                late = f", {one.overdue} overdue" if one.overdue else ""
                yield f"  {one.title:<32}{one.referrals:>4}{late}"
        ended = ", ".join(f"{count} {state}" for state, count in found.requests.items())
        as_of = f" (as of {self._cohort.until}, which is still to come)" if self._ahead else ""
        yield f"\n{found.referrals} referrals; requests: {ended}."
        yield f"Deadlines: {found.missed} missed, {found.met_since} of them met since."
        yield f"Now{as_of}: {found.overdue} referrals overdue, {found.due_soon} due within a week."
        yield f"Recorded as Prefect runs: {found.recorded} of {sum(found.requests.values())}."
        yield "\nWhere to look, from another terminal:\n"
        for name, value in self._environment().items():
            yield f"  export {name}={shlex.quote(value)}"
        for look in self._looks:
            yield f"\n  # {look.shows}\n  {_typed(look)}"
        yield f"\nDiagrams with these numbers: {self._pictures[0].parent}"

    def _environment(self) -> dict[str, str]:
        home = self._settings.home
        return {"APFLOW_HOME": str(home), "APFLOW_STATES": str(home / "states")}


def _signing_in(given: Sequence[SignIn]) -> list[str]:
    """Return how to sign in to the pages, a line each, in columns."""
    widths = [max(len(getattr(one, part)) for one in given) for part in ("roles", "person")]
    lines = [
        f"  {one.roles:<{widths[0]}}  {one.person:<{widths[1]}}  {one.password}" for one in given
    ]
    return ["Sign in there as one of:", *lines]


def _typed(look: Look) -> str:
    return shlex.join((*_myself(), *look.command))


def _myself() -> tuple[str, ...]:
    """Return how this program is called from where the person is."""
    called = Path(sys.argv[0])
    if called.name != "apflow" or not called.is_file():
        return (sys.executable, "-m", "apflow.cli")
    found = shutil.which("apflow")
    if found is not None and Path(found).resolve() == called.resolve():
        return ("apflow",)
    return (os.path.relpath(called.absolute()),)


def _to_screen(*, as_json: bool) -> Callable[[str], None]:
    return lambda words: click.echo(words, err=as_json)


def serve(
    settings: Settings,
    say: Callable[[str], None],
    port: int | None,
    web_port: int | None,
    welcome: Sequence[str] = (),
) -> None:
    """Keep everything running until Ctrl-C: the pages, Prefect's server, the served flows."""
    from apflow.runs.up import up as keep_up  # noqa: PLC0415

    keep_up(_reached(settings, web_port), say, port, ("apflow.web",), welcome)


def _reached(settings: Settings, web_port: int | None) -> Settings:
    """Return the settings with the port that was asked for, and the address that follows."""
    given: dict[str, object] = {} if web_port is None else {"web_port": web_port}
    if "web_url" not in settings.model_fields_set:
        given["web_url"] = f"http://127.0.0.1:{web_port or settings.web_port}"
    return settings.model_copy(update=given)
