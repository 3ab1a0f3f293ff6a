"""What there is to see of a cohort: its numbers, pictures that hold them, and where to look."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from apflow import diagram
from apflow.casework import Casework
from apflow.casework.cohort import (
    heronsgate_placing,
    maidstone_deciding,
    maidstone_excluded,
    maidstone_line,
    maidstone_placing,
)
from apflow.casework.cohort.people import (
    AUDITOR,
    CASEWORKER,
    FORUM_CHAIR,
    HEAD,
    MAIDSTONE,
    MANAGER,
    UNIT_WORKER,
)
from apflow.casework.cohort.preparing import Cohort
from apflow.casework.cohort.story import Story, named
from apflow.casework.cohort.when import sweep_at
from apflow.casework.lists.listing import Listed
from apflow.policy.lifecycle import Lifecycle
from apflow.store import deadlines, register, requests

#: More than any cohort holds.
_ALL = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How many referrals stand in one state, and how many of them are overdue."""

    state: str
    title: str
    referrals: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A cohort in numbers. `titles` and `states` are by policy, states in the file's order.

    `requests` are counted by how they ended, `recorded` those with a Prefect run. `missed` are
    the deadlines that the sweep found missed, `met_since` those of them met afterwards.
    """

    referrals: int
    titles: Mapping[str, str]
    states: Mapping[str, tuple[Standing, ...]]
    requests: Mapping[str, int]
    recorded: int
    missed: int
    met_since: int
    overdue: int
    due_soon: int

    def written(self) -> dict[str, object]:
        """Return the summary as JSON-ready values."""
        return {
            "referrals": self.referrals,
            "states": {
                policy: {
                    one.state: {"referrals": one.referrals, "overdue": one.overdue}
                    for one in standings
                }
                for policy, standings in self.states.items()
            },
            "requests": dict(self.requests),
            "runs_recorded": self.recorded,
            "deadlines_missed": self.missed,
            "met_since": self.met_since,
            "overdue_now": self.overdue,
            "due_soon": self.due_soon,
        }


@dataclass(frozen=True, slots=True)
class Look:
    """Something to look at: what it shows, and the words of the command that shows it."""

    shows: str
    command: tuple[str, ...]


def moment(cohort: Cohort, now: datetime) -> datetime:
    """Return the moment as of which a cohort is looked at: now, unless its stories end later."""
    return max(now, sweep_at(cohort.until).astimezone(UTC))


def summarise(casework: Casework, now: datetime) -> Summary:
    """Count what the database holds."""
    listed = (
        *casework.worklist(MANAGER, now, limit=_ALL),
        *casework.worklist(MANAGER, now, closed=True, limit=_ALL),
    )
    asked: Counter[str] = Counter()
    recorded = missed = met_since = 0
    with casework.store.reading() as tx:
        lifecycles = casework.office.known_lifecycles(tx)
        for one in listed:
            for request in requests.of(tx, one.reference):
                asked[request.state] += 1
                recorded += request.flow_run is not None
            rows = [row for row in deadlines.rows(tx, one.reference) if row.missed_at is not None]
            missed += len(rows)
            met_since += sum(row.state == "met" for row in rows)
    return Summary(
        referrals=len(listed),
        titles={name: lifecycle.title for name, lifecycle in lifecycles},
        states={name: _standings(lifecycle, listed) for name, lifecycle in lifecycles},
        requests=dict(sorted(asked.items())),
        recorded=recorded,
        missed=missed,
        met_since=met_since,
        overdue=sum(one.due == "overdue" for one in listed),
        due_soon=sum(one.due == "due soon" for one in listed),
    )


def _standings(lifecycle: Lifecycle, listed: tuple[Listed, ...]) -> tuple[Standing, ...]:
    mine = [one for one in listed if one.lifecycle == lifecycle.lifecycle]
    here = Counter(one.state for one in mine)
    late = Counter(one.state for one in mine if one.due == "overdue")
    return tuple(
        Standing(name, state.title, here[name], late[name])
        for name, state in lifecycle.states.items()
    )


def draw(casework: Casework, summary: Summary, folder: Path) -> tuple[Path, ...]:
    """Write each policy's overview and map with the numbers of the cohort in them."""
    folder.mkdir(parents=True, exist_ok=True)
    with casework.store.reading() as tx:
        lifecycles = casework.office.known_lifecycles(tx)
    written = []
    for name, lifecycle in lifecycles:
        standings = summary.states[name]
        counts = {one.state: one.referrals for one in standings}
        overdue = {one.state: one.overdue for one in standings if one.overdue}
        for kind, picture in (("overview", diagram.overview), ("map", diagram.map_)):
            file = folder / f"{name}-{kind}.svg"
            file.write_text(picture(lifecycle, counts=counts, overdue=overdue), encoding="utf-8")
            written.append(file)
    return tuple(written)


def looks(casework: Casework, cohort: Cohort) -> tuple[Look, ...]:
    """Return commands worth typing, each with a referral that has something to show."""
    known = {example.story: example for example in cohort.examples}

    def of(tell: Callable[..., Story], command: str, person: str) -> Look:
        example = known[named(tell)]
        return Look(example.shows, (command, example.reference, "--as", person))

    return (
        Look("What a caseworker has to do, first due first", ("worklist", "--as", CASEWORKER)),
        of(maidstone_excluded.sixth_day_missed, "show", CASEWORKER),
        of(maidstone_placing.no_onward_route, "choices", UNIT_WORKER),
        of(heronsgate_placing.no_start_without_assurance, "choices", HEAD),
        of(maidstone_line.waits_behind_another, "choices", FORUM_CHAIR),
        Look(
            "The agenda of the next forum",
            ("forum", "agenda", _next_forum(casework, cohort.until), "--as", FORUM_CHAIR),
        ),
        of(maidstone_excluded.in_time_but_recorded_late, "history", AUDITOR),
        of(maidstone_deciding.too_few_on_the_panel, "history", AUDITOR),
        of(maidstone_placing.erased_after_closing, "history", AUDITOR),
        Look("Every referral that has ended", ("worklist", "--closed", "--as", MANAGER)),
        Look("No history was altered", ("verify",)),
    )


def _next_forum(casework: Casework, until: date) -> str:
    with casework.store.reading() as tx:
        sittings = register.sittings(tx, MAIDSTONE)["forum_meeting"]
    day = next(day for day in sittings if day >= until)
    return f"{MAIDSTONE}/forum_meeting/{day.isoformat()}"
