"""The numbers of one policy, for a page and for its spreadsheet alike.

All of them are of the referrals that the person may see, or of those of one school among them.
Where referrals stand is as it is now; what was missed, left or ended is that of the period.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from apflow.casework.lists.scoping import Sight, sight_of
from apflow.casework.numbers.spans import Durations, Spans
from apflow.casework.numbers.tallied import (
    Breach,
    Outcome,
    Places,
    Provider,
    SixthDay,
    breaches,
    outcomes,
    places,
    providers,
    sixth_days,
)
from apflow.casework.office import Office
from apflow.casework.school_days import SchoolDays
from apflow.clock import london_day
from apflow.errors import ApflowError, BadInput, Unknown
from apflow.policy.compiled import Compiled
from apflow.policy.lifecycle import Lifecycle
from apflow.store import lifecycles, register
from apflow.store import numbers as counted
from apflow.store.engine import Tx
from apflow.store.numbers import Picked


@dataclass(frozen=True, slots=True)
class StateNumbers:
    """One state: how many stand there, how many of them are overdue, and how long they stay.

    `count` is of now; in a final state, of those that ended there in the period. `median_now` and
    `longest_now` are the school days that those who stand there now have stood there; `left` is
    how many left it in the period and `median_left` the school days that they had stayed.
    None where nobody did, where the calendar does not reach, and in final states.
    """

    state: str
    title: str
    phase: str
    final: bool
    count: int
    overdue: int
    median_now: float | None
    longest_now: int | None
    left: int
    median_left: float | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one policy as at one moment; both days of the period count.

    `school` is the organisation whose referrals are counted (None: every one), `open` and
    `overdue` how many of them stand open and are overdue now. `pools` and `providers` are empty
    for who sees only part of the policy: places are counted for all of it.
    """

    policy: str
    title: str
    as_at: datetime
    from_: date | None
    to: date | None
    school: str | None
    school_name: str | None
    open: int
    overdue: int
    states: tuple[StateNumbers, ...]
    breaches: tuple[Breach, ...]
    outcomes: tuple[Outcome, ...]
    pools: tuple[Places, ...]
    providers: tuple[Provider, ...]
    sixth_days: tuple[SixthDay, ...]


def numbers(
    office: Office,
    person: str,
    policy: str,
    now: datetime,
    *,
    school: str | None = None,
    from_: date | None = None,
    to: date | None = None,
) -> Numbers:
    """Return the numbers of a policy, of what `person` may see.

    `school` is an organisation that takes part in any way. Raises Unknown for a person, policy or
    organisation that is not there, BadInput for a period that ends before it begins.
    """
    _period(from_, to)
    with office.store.reading() as tx:
        sight = sight_of(office, tx, person)
        compiled = _compiled(office, tx, policy)
        name = _school_name(tx, school or None)
        picked = counted.pick(tx, sight.scope, policy, school or None, from_, to)
        states = _states(office, tx, compiled.lifecycle, picked, now)
        whole = _sees_whole(tx, sight, policy)
        return Numbers(
            policy=policy,
            title=compiled.lifecycle.title,
            as_at=now,
            from_=from_,
            to=to,
            school=school or None,
            school_name=name,
            open=sum(one.count for one in states if not one.final),
            overdue=sum(one.overdue for one in states),
            states=states,
            breaches=breaches(tx, compiled.lifecycle, picked, now),
            outcomes=outcomes(compiled.lifecycle, {one.state: one.count for one in states}),
            pools=places(tx, compiled.lifecycle) if whole else (),
            providers=providers(tx, compiled.lifecycle, picked) if whole else (),
            sixth_days=sixth_days(tx, compiled, picked, now),
        )


def _period(from_: date | None, to: date | None) -> None:
    if from_ is not None and to is not None and to < from_:
        raise BadInput("to", to.isoformat(), "the period would end before it begins")


def _compiled(office: Office, tx: Tx, policy: str) -> Compiled:
    """Return the policy as its file has it today, or as it was kept where that cannot be used."""
    try:
        return office.newest(tx, policy, lambda *_: None).compiled
    except ApflowError:
        kept = lifecycles.current(tx, policy)
        if kept is None:
            raise
        return office.machine(tx, kept[0]).compiled


def _school_name(tx: Tx, school: str | None) -> str | None:
    if school is None:
        return None
    found = register.get_organisation(tx, school)
    if found is None:
        raise Unknown("organisation", school)
    return found.name


def _sees_whole(tx: Tx, sight: Sight, policy: str) -> bool:
    versions = {one.digest for one in lifecycles.listed(tx) if one.name == policy}
    return sight.scope.everything or versions <= set(sight.scope.digests)


def _states(
    office: Office, tx: Tx, lifecycle: Lifecycle, picked: Picked, now: datetime
) -> tuple[StateNumbers, ...]:
    spans = Spans(SchoolDays(office, tx).calendar(lifecycle), london_day(now))
    here, gone = defaultdict[str, Durations](Durations), defaultdict[str, Durations](Durations)
    count, overdue = defaultdict[str, int](int), defaultdict[str, int](int)
    left = defaultdict[str, int](int)
    for state, since, many, late in counted.standing(tx, picked, now):
        count[state] += many
        overdue[state] += late
        here[state].add(spans.so_far(since), many)
    for state, since, until, many in counted.left(tx, picked):
        left[state] += many
        gone[state].add(spans.between(since, until), many)
    count |= counted.ended(tx, picked)
    return tuple(
        StateNumbers(
            state=name,
            title=lifecycle.states[name].title if name in lifecycle.states else name,
            phase=lifecycle.states[name].phase if name in lifecycle.states else "",
            final=_is_final(lifecycle, name),
            count=count[name],
            overdue=overdue[name],
            median_now=here[name].median(),
            longest_now=here[name].longest(),
            left=left[name],
            median_left=gone[name].median(),
        )
        for name in _every_state(lifecycle, count, left)
    )


def _every_state(lifecycle: Lifecycle, *found: Mapping[str, int]) -> Iterable[str]:
    """Give the lifecycle's states in its order, then those that only older versions have."""
    return dict.fromkeys((*lifecycle.states, *(name for one in found for name in sorted(one))))


def _is_final(lifecycle: Lifecycle, state: str) -> bool:
    return state in lifecycle.states and lifecycle.states[state].final is not None
