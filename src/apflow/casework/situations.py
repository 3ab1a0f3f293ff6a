"""Gathering what a decision may look at: one referral's Situation, read from the store."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar, cast

from apflow.casework.office import Office, area_parties
from apflow.policy.calendar import Calendar
from apflow.policy.compiled import Compiled, View
from apflow.policy.facts import read_facts
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.pools import standing
from apflow.policy.situation import START, Actor, Situation, Value
from apflow.referral import Referral
from apflow.store import pools, register
from apflow.store.engine import Tx

_T = TypeVar("_T")


class Surroundings:
    """What stands around referrals in one transaction, asked of the store once for all of them."""

    def __init__(self, office: Office, tx: Tx) -> None:
        self.tx = tx
        self._office = office
        self._known: dict[tuple[object, ...], Any] = {}

    def calendar(self, lifecycle: Lifecycle, referral: Referral) -> Calendar:
        """Return the calendar that counts for a referral; see `Office.calendar`."""
        parties = area_parties(referral, lifecycle)
        areas = ("calendar", lifecycle.lifecycle, parties)
        if areas not in self._known:
            # For one referral its own parties are asked about, for several everybody at once.
            several = any(asked[0] == "calendar" for asked in self._known)
            newest = self._once(("newest",), self._newest) if several else None
            self._known[areas] = self._office.calendar(self.tx, lifecycle, parties, newest)
        return cast(Calendar, self._known[areas])

    def sittings(self, lifecycle: Lifecycle) -> dict[str, tuple[date, ...]]:
        """Return the listed dates of each of the policy's meetings."""
        name = lifecycle.lifecycle
        if not lifecycle.meetings:
            return {}
        return self._once(("sittings", name), lambda: register.sittings(self.tx, name))

    def particulars(self, organisation: str) -> dict[str, object]:
        """Return what the register knows of an organisation."""
        asked = ("particulars", organisation)
        found = self._once(asked, lambda: register.particulars(self.tx, (organisation,)))
        return found.get(organisation, {})

    def held(self, lifecycle: Lifecycle) -> dict[str, int]:
        """Return how many places of each of the policy's pools are held."""
        name, names = lifecycle.lifecycle, tuple(lifecycle.places)
        return self._once(("held", name, names), lambda: pools.held(self.tx, name, names))

    def front(self, lifecycle: str, pool: str) -> tuple[tuple[str, str], ...]:
        """Return who comes first of those who wait for a place in one of the policy's pools."""
        asked = ("front", lifecycle, pool)
        return self._once(asked, lambda: pools.front(self.tx, lifecycle, pool))

    def _newest(self) -> dict[str, int]:
        return self._office.newest_calendars(self.tx)

    def _once(self, asked: tuple[object, ...], ask: Callable[[], _T]) -> _T:
        if asked not in self._known:
            self._known[asked] = ask()
        return cast(_T, self._known[asked])


def situation_of(
    office: Office,
    tx: Tx,
    machine: Machine,
    referral: Referral,
    actor: Actor,
    today: date,
    happened_on: date,
    around: Surroundings | None = None,
) -> Situation:
    """Return the referral's situation for `actor`, with the places as they are in `tx`.

    Who asks for many referrals in one transaction gives what stands `around` all of them.
    """
    around = around or Surroundings(office, tx)
    lifecycle = machine.compiled.lifecycle
    bare = Situation(
        state=referral.state,
        facts=read_facts(lifecycle, referral.facts),
        tally=referral.tally,
        calendar=around.calendar(lifecycle, referral),
        today=today,
        happened_on=happened_on,
        sittings=around.sittings(lifecycle),
        register=_particulars(around, lifecycle, referral),
        role=actor.role,
    )
    if not lifecycle.places:
        return bare
    return bare.but(
        free=_free(around, machine.compiled, referral, bare),
        first=_first(around, machine.compiled, referral, bare),
    )


def _particulars(
    around: Surroundings, lifecycle: Lifecycle, referral: Referral
) -> dict[str, dict[str, Value]]:
    """Return what the register knows of the parties of which the policy asks something."""
    typed: dict[str, dict[str, Value]] = {}
    for slot, organisation in referral.parties.items():
        has = lifecycle.facts[slot].has
        values = around.particulars(organisation) if has else {}
        for name, kind in has.items():
            value = values.get(name)
            if value is not None:
                typed.setdefault(organisation, {})[name] = (
                    date.fromisoformat(str(value)) if kind == "date" else cast("Value", value)
                )
    return typed


def _free(
    around: Surroundings, compiled: Compiled, referral: Referral, situation: Situation
) -> dict[str, int]:
    """Return for each pool with a limit the places that others leave free (may be negative)."""
    capacities = limits(compiled, situation)
    if not capacities:
        return {}
    held = around.held(compiled.lifecycle)
    return {
        name: capacity - held[name] + (name in referral.holds)
        for name, capacity in capacities.items()
    }


def limits(compiled: Compiled, situation: Situation) -> dict[str, int]:
    """Return how many places there are in each pool that has a limit."""
    view = View(compiled, situation)
    capacities: dict[str, int] = {}
    for name in compiled.lifecycle.places:
        condition = compiled.at("places", name, "capacity")
        capacity = view.ask(condition) if condition is not None else None
        if isinstance(capacity, int):
            capacities[name] = capacity
    return capacities


def _first(
    around: Surroundings, compiled: Compiled, referral: Referral, situation: Situation
) -> dict[str, bool]:
    """Return for each pool in which it has no place yet whether nobody waiting comes before it.

    One that does not wait itself, such as one the forum decides on now, takes no place either
    before those who do. Where no limit is set nobody new waits, and nobody is asked.
    """
    if referral.state == START:
        return {}
    name = compiled.lifecycle.lifecycle
    return {
        one.pool: pools.first(around.front(name, one.pool), one.order, referral.reference)
        for one in standing(compiled, View(compiled, situation))
        if one.waits or (one.capacity is not None and not one.holds)
    }
