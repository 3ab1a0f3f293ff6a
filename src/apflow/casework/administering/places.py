"""The pools of places of every policy: how many there are, how many are held, who waits.

How many there are is written in the policy's file: a number, a setting, or a condition. It is
changed there, by a new version of the policy, and nowhere else.
"""

import re
from dataclasses import dataclass

from apflow import catalogue
from apflow.casework.office import Office
from apflow.policy.lifecycle import Lifecycle, Pool
from apflow.store import pools
from apflow.store.engine import Tx

#: Where the number of places comes from.
WRITTEN, SETTING, UNSET, WORKED_OUT = "written", "setting", "unset", "worked out"


@dataclass(frozen=True, slots=True)
class PoolNow:
    """One pool as it stands.

    `capacity` is None where no limit is set or it is worked out for each referral; `source` is
    WRITTEN, SETTING, UNSET or WORKED_OUT; `setting` names the setting that holds it, if one does.
    """

    policy: str
    policy_title: str
    name: str
    title: str
    capacity: int | None
    source: str
    setting: str | None
    setting_title: str
    confirm: bool
    held: int
    waiting: int

    @property
    def free(self) -> int | None:
        """How many are free (negative: more are held than there are), None without a limit."""
        return None if self.capacity is None else self.capacity - self.held


def pools_now(office: Office) -> tuple[PoolNow, ...]:
    """Return every pool of every policy, by policy, in the order of its file."""
    with office.store.reading() as tx:
        standing = pools.standing(tx)
        found: list[PoolNow] = []
        for policy in catalogue.listed(office.folders):
            lifecycle = _lifecycle(office, tx, policy)
            found += [
                _now(lifecycle, name, pool, standing.get((policy, name), (0, 0)))
                for name, pool in lifecycle.places.items()
            ]
    return tuple(found)


def _now(lifecycle: Lifecycle, name: str, pool: Pool, standing: tuple[int, int]) -> PoolNow:
    held, waiting = standing
    capacity, source, setting = _capacity(lifecycle, pool.capacity)
    about = lifecycle.settings[setting] if setting is not None else None
    return PoolNow(
        policy=lifecycle.lifecycle,
        policy_title=lifecycle.title,
        name=name,
        title=pool.title or name.replace("_", " "),
        capacity=capacity,
        source=source,
        setting=setting,
        setting_title=(about.title if about is not None else None) or "",
        confirm=about is not None and about.confirm,
        held=held,
        waiting=waiting,
    )


def _capacity(lifecycle: Lifecycle, written: int | str) -> tuple[int | None, str, str | None]:
    if isinstance(written, int):
        return written, WRITTEN, None
    if re.fullmatch(r"\d+", written.strip()):
        return int(written), WRITTEN, None
    setting = written.strip()
    if setting not in lifecycle.settings:
        return None, WORKED_OUT, None
    value = lifecycle.settings[setting].value
    return (value, SETTING, setting) if isinstance(value, int) else (None, UNSET, setting)


def _lifecycle(office: Office, tx: Tx, policy: str) -> Lifecycle:
    return office.newest(tx, policy, lambda *_: None).compiled.lifecycle
