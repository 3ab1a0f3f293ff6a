"""Gathering what a decision may look at: one referral's Situation, read from the store."""

from datetime import date
from typing import cast

from apflow.casework.office import Office, area_parties
from apflow.policy.compiled import Compiled, View
from apflow.policy.facts import read_facts
from apflow.policy.machine import Machine
from apflow.policy.pools import standing
from apflow.policy.situation import START, Actor, Situation, Value
from apflow.referral import Referral
from apflow.store import pools, register
from apflow.store.engine import Tx


def situation_of(
    office: Office,
    tx: Tx,
    machine: Machine,
    referral: Referral,
    actor: Actor,
    today: date,
    happened_on: date,
) -> Situation:
    """Return the referral's situation for `actor`, with the places as they are in `tx`."""
    lifecycle = machine.compiled.lifecycle
    bare = Situation(
        state=referral.state,
        facts=read_facts(lifecycle, referral.facts),
        tally=referral.tally,
        calendar=office.calendar(tx, lifecycle, area_parties(referral, lifecycle)),
        today=today,
        happened_on=happened_on,
        sittings=register.sittings(tx, lifecycle.lifecycle) if lifecycle.meetings else {},
        register=_particulars(tx, machine.compiled, referral),
        role=actor.role,
    )
    if not lifecycle.places:
        return bare
    return bare.but(
        free=free_places(tx, machine.compiled, referral, bare),
        first=_first(tx, machine.compiled, referral, bare),
    )


def _particulars(tx: Tx, compiled: Compiled, referral: Referral) -> dict[str, dict[str, Value]]:
    """Return what the register knows of the parties of which the policy asks something."""
    facts = compiled.lifecycle.facts
    asked = {slot: facts[slot].has for slot in referral.parties if facts[slot].has}
    found = register.particulars(tx, tuple({referral.parties[slot] for slot in asked}))
    typed: dict[str, dict[str, Value]] = {}
    for slot, has in asked.items():
        organisation = referral.parties[slot]
        values = found.get(organisation, {})
        for name, kind in has.items():
            value = values.get(name)
            if value is not None:
                typed.setdefault(organisation, {})[name] = (
                    date.fromisoformat(str(value)) if kind == "date" else cast("Value", value)
                )
    return typed


def free_places(
    tx: Tx, compiled: Compiled, referral: Referral, situation: Situation
) -> dict[str, int]:
    """Return for each pool with a limit the places that others leave free (may be negative)."""
    capacities = limits(compiled, situation)
    if not capacities:
        return {}
    held = pools.held(tx, compiled.lifecycle.lifecycle, tuple(capacities))
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


def _first(tx: Tx, compiled: Compiled, referral: Referral, situation: Situation) -> dict[str, bool]:
    """Return for each pool in which it has no place yet whether nobody waiting comes before it.

    One that does not wait itself, such as one the forum decides on now, takes no place either
    before those who do. Where no limit is set nobody new waits, and nobody is asked.
    """
    if referral.state == START:
        return {}
    name = compiled.lifecycle.lifecycle
    return {
        one.pool: pools.first(tx, name, one.pool, one.order, referral.reference)
        for one in standing(compiled, View(compiled, situation))
        if one.waits or (one.capacity is not None and not one.holds)
    }
