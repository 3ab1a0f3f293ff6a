"""Pools of places: which of them a referral counts against, and how it stands in their lines."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from apflow.policy.compiled import Compiled, View

_WIDEST = 10**18 - 1
#: Comes after every number and date, in any collation.
_NOT_KNOWN = "z"


@dataclass(frozen=True, slots=True)
class PoolStanding:
    """How a referral stands towards one pool (FORMAT §10).

    `holds`: it has a place; `waits`: it is on the waiting list. `capacity` is None where no
    limit is set. `order` sorts as text, smallest first, in the pool's order.
    """

    pool: str
    holds: bool
    waits: bool
    capacity: int | None
    order: str


def standing(compiled: Compiled, view: View) -> tuple[PoolStanding, ...]:
    """Return the referral's standing in every pool that it counts against: whose `when` is yes."""
    state = view.situation.state
    return tuple(
        PoolStanding(
            pool=name,
            holds=state in pool.held_in,
            waits=state in pool.waiting_in,
            capacity=_capacity(compiled, view, name),
            order=_order(compiled, view, ("places", name, "order"), len(pool.order)),
        )
        for name, pool in compiled.lifecycle.places.items()
        if _counts(compiled, view, name)
    )


def order_text(value: object) -> str:
    """Return a value as text that sorts as the value does; what is not known comes last.

    Numbers come as a sign digit and 18 digits, dates and moments in ISO form (moments in UTC).
    Values of different types do not meet in one order.
    """
    if value is None:
        return _NOT_KNOWN
    if isinstance(value, int):
        number = max(-_WIDEST, min(int(value), _WIDEST))
        return f"1{number:018d}" if number >= 0 else f"0{number + _WIDEST:018d}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else str(value)


def _counts(compiled: Compiled, view: View, pool: str) -> bool:
    when = compiled.at("places", pool, "when")
    return when is None or view.ask(when) is True


def _capacity(compiled: Compiled, view: View, pool: str) -> int | None:
    condition = compiled.at("places", pool, "capacity")
    capacity = None if condition is None else view.ask(condition)
    return capacity if isinstance(capacity, int) else None


def _order(compiled: Compiled, view: View, path: tuple[str, str, str], length: int) -> str:
    conditions = [compiled.at(*path, number) for number in range(length)]
    return " ".join(
        order_text(None if condition is None else view.ask(condition)) for condition in conditions
    )
