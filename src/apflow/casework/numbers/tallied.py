"""What numbers are made of beside the states: breaches, outcomes, places, the sixth school day."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from apflow.policy.compiled import Compiled
from apflow.policy.lifecycle import Lifecycle
from apflow.store import numbers as counted
from apflow.store import pools
from apflow.store.engine import Tx
from apflow.store.numbers import Missed, Picked

#: A policy that counts no places says with these milestones who is at a provider.
_PLACED = ("placed", "reviewed", "returning")
_SIXTH = "6"
#: The slot of the organisation that provides, as policies call it.
PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Breach:
    """One deadline that fell due in the period, missed so often.

    `force` is law, must or should (an aim, whose miss is no breach). Of those `missed`, `open` are
    not met yet, `late` were met too late, and for `cancelled` the duty ended otherwise. Those
    `recorded_late` were met in time and written down too late: they are not among the missed.
    """

    name: str
    title: str
    force: str
    missed: int
    open: int
    late: int
    cancelled: int
    recorded_late: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A final state and how many referrals ended there in the period; `good` as policy says."""

    state: str
    title: str
    good: bool
    milestone: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Places:
    """A pool of places: `capacity` is None where no number is set or it differs by referral."""

    name: str
    title: str
    capacity: int | None
    held: int
    waiting: int

    @property
    def free(self) -> int | None:
        """How many are free, negative where more are held than there are; None without a limit."""
        return None if self.capacity is None else self.capacity - self.held


@dataclass(frozen=True, slots=True)
class Provider:
    """An organisation that provides: how many pupils have a place with it now, and how many wait.

    Counted are the states in which the policy's pools hold a place; where it has no pools, those
    between placed and ended.
    """

    organisation: str
    name: str
    held: int
    waiting: int


@dataclass(frozen=True, slots=True)
class SixthDay:
    """Full-time education from the sixth school day: how often the law was kept in the period.

    Of the permanent exclusions whose sixth school day lies in the period, `in_time` were met by
    it, `late` after it, and `missed` not yet though it is past; for `not_yet` it is still to come.
    """

    name: str
    title: str
    in_time: int
    late: int
    missed: int
    not_yet: int

    @property
    def due(self) -> int:
        """How many it has fallen due for, or was met for before it did."""
        return self.in_time + self.late + self.missed

    @property
    def share(self) -> float | None:
        """The part of those due that was met in time, from 0 to 1; None where none was due."""
        return self.in_time / self.due if self.due else None


def breaches(tx: Tx, lifecycle: Lifecycle, picked: Picked, now: datetime) -> tuple[Breach, ...]:
    """Return what was missed in the period, in the order of the policy's file, law first."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in counted.missed(tx, picked, now):
        found[one.name, one.force][_fate(one)] += one.many
    order = {name: at for at, name in enumerate(lifecycle.deadlines)}
    forces = ("law", "must", "should")
    return tuple(
        Breach(
            name=name,
            title=_title(lifecycle, name),
            force=force,
            missed=fates["open"] + fates["late"] + fates["cancelled"],
            open=fates["open"],
            late=fates["late"],
            cancelled=fates["cancelled"],
            recorded_late=fates["recorded_late"],
        )
        for (name, force), fates in sorted(
            found.items(),
            key=lambda one: (forces.index(one[0][1]), order.get(one[0][0], len(order)), one[0]),
        )
    )


def _fate(one: Missed) -> str:
    if one.state == "met":
        return "late" if one.late else "recorded_late"
    return "cancelled" if one.state == "cancelled" else "open"


def _title(lifecycle: Lifecycle, name: str) -> str:
    deadline = lifecycle.deadlines.get(name)
    return deadline.title if deadline is not None else name


def outcomes(lifecycle: Lifecycle, counts: Mapping[str, int]) -> tuple[Outcome, ...]:
    """Return how many ended in each final state, in the order of the policy's file."""
    return tuple(
        Outcome(name, state.title, state.final == "good", state.milestone, counts.get(name, 0))
        for name, state in lifecycle.states.items()
        if state.final is not None
    )


def places(tx: Tx, lifecycle: Lifecycle) -> tuple[Places, ...]:
    """Return the policy's pools of places as they stand now."""
    standing = pools.standing(tx)
    return tuple(
        Places(
            name,
            pool.title or name.replace("_", " ").capitalize(),
            _capacity(lifecycle, pool.capacity),
            *standing.get((lifecycle.lifecycle, name), (0, 0)),
        )
        for name, pool in lifecycle.places.items()
    )


def _capacity(lifecycle: Lifecycle, written: int | str) -> int | None:
    if isinstance(written, int) or re.fullmatch(r"\d+", written.strip()):
        return int(written)
    setting = lifecycle.settings.get(written.strip())
    value = setting.value if setting is not None else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def providers(tx: Tx, lifecycle: Lifecycle, picked: Picked) -> tuple[Provider, ...]:
    """Return how many pupils each provider has now, and how many wait for it, by name."""
    held, waiting = _holding(lifecycle)
    found: dict[tuple[str, str], list[int]] = {}
    for one in counted.at_providers(tx, picked, PROVIDER):
        both = found.setdefault((one.name, one.organisation), [0, 0])
        both[0] += one.many if one.state in held else 0
        both[1] += one.many if one.state in waiting else 0
    return tuple(
        Provider(organisation, name, *both) for (name, organisation), both in sorted(found.items())
    )


def _holding(lifecycle: Lifecycle) -> tuple[frozenset[str], frozenset[str]]:
    """Return the states in which a place is held, and those in which one is waited for."""
    if not lifecycle.places:
        placed = (name for name, one in lifecycle.states.items() if one.milestone in _PLACED)
        return frozenset(placed), frozenset()
    pools_ = lifecycle.places.values()
    held = frozenset(state for pool in pools_ for state in pool.held_in)
    return held, frozenset(state for pool in pools_ for state in pool.waiting_in)


def sixth_days(tx: Tx, compiled: Compiled, picked: Picked, now: datetime) -> tuple[SixthDay, ...]:
    """Return how the duty from the sixth school day was kept, for each deadline that holds it."""
    lifecycle = compiled.lifecycle
    names = [name for name in lifecycle.deadlines if _is_sixth_day(compiled, name)]
    if not names:
        return ()
    fates: dict[str, dict[str, int]] = {name: defaultdict(int) for name in names}
    for one in counted.by_law(tx, picked, names, now):
        if one.state == "met":
            fates[one.name]["late" if one.late else "in_time"] += one.many
        elif one.state != "cancelled":
            fates[one.name]["missed" if one.missed else "not_yet"] += one.many
    return tuple(
        SixthDay(
            name,
            _title(lifecycle, name),
            *(found[fate] for fate in ("in_time", "late", "missed", "not_yet")),
        )
        for name, found in fates.items()
    )


def _is_sixth_day(compiled: Compiled, name: str) -> bool:
    deadline = compiled.lifecycle.deadlines[name]
    unit = compiled.unit("deadlines", name, "due", "unit")
    return deadline.force == "law" and unit == "school_day" and str(deadline.due.nth) == _SIXTH
