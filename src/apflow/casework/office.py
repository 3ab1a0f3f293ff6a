"""What every piece of casework needs at hand: the store, the lifecycles and the calendars.

Lifecycles are compiled once per digest and calendars built once per version; both are values
that never change, so keeping them needs no care.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Lock

from apflow import catalogue
from apflow.casework.calendar_entries import calendar_from
from apflow.errors import BadInput, Unknown
from apflow.policy.calendar import Calendar
from apflow.policy.compiled import compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import SYSTEM, Actor
from apflow.referral import Referral
from apflow.store import Store, calendars, lifecycles, register
from apflow.store.engine import Tx

#: Roles that belong to the office and not to one policy: they look, and put mistakes right.
OFFICE_ROLES = ("manager", "auditor")
#: Keeps people, places and calendars, and sees no referral.
ADMINISTRATOR = register.ADMINISTRATOR


# What a text means depends on nothing else, so all offices of a process may share it.
@lru_cache(maxsize=32)
def _read(text: str, name: str) -> Machine:
    return Machine(compile_lifecycle(catalogue.read_lifecycle_text(text, name)))


class Office:
    """The store and what is known by heart. Safe to share between threads."""

    def __init__(self, store: Store, folders: Iterable[Path] = ()) -> None:
        self.store = store
        self.folders = tuple(folders)
        self._machines: dict[str, Machine] = {}
        self._newest: dict[Path, tuple[str, Machine]] = {}
        self._calendars: dict[tuple[str, int], Calendar] = {}
        self._lock = Lock()

    def machine(self, tx: Tx, digest: str) -> Machine:
        """Return the compiled lifecycle with that digest, as it was kept when first used."""
        known = self._machines.get(digest)
        if known is not None:
            return known
        kept = lifecycles.get(tx, digest)
        if kept is None:
            raise Unknown("lifecycle", digest)
        name, text = kept
        return self._learn(_read(text, f"{name} (kept)"))

    def _learn(self, machine: Machine) -> Machine:
        with self._lock:
            return self._machines.setdefault(machine.compiled.lifecycle.digest, machine)

    def newest(self, tx: Tx, name: str, keep: Callable[[str, str, str], None]) -> Machine:
        """Return the lifecycle that `name`'s file holds today, kept in the store if new.

        Raises Unknown when no such policy is there, PolicyError when its file cannot be used.
        """
        path = catalogue.find(name, self.folders)
        text = (path / "lifecycle.yaml").read_text(encoding="utf-8-sig")
        before, machine = self._newest.get(path, ("", None))
        if machine is None or text != before:
            # Half a second for a long policy; its file seldom changes.
            machine = self._read(name, path, text)
        digest = machine.compiled.lifecycle.digest
        if lifecycles.get(tx, digest) is None:
            keep(digest, name, text)
        return machine

    def _read(self, name: str, path: Path, text: str) -> Machine:
        machine = _read(text, f"{path.name}/lifecycle.yaml")
        called = machine.compiled.lifecycle.lifecycle
        if called != name:
            raise BadInput("lifecycle", name, f"its file calls itself '{called}'")
        machine = self._learn(machine)
        with self._lock:
            self._newest[path] = text, machine
        return machine

    def known_lifecycles(self, tx: Tx) -> list[tuple[str, Lifecycle]]:
        """Return every lifecycle that referrals were opened under, newest version of each."""
        names = dict.fromkeys(kept.name for kept in lifecycles.listed(tx))
        found = ((name, lifecycles.current(tx, name)) for name in names)
        return [
            (name, self.machine(tx, current[0]).compiled.lifecycle)
            for name, current in found
            if current is not None
        ]

    def policy_folder(self, name: str) -> Path:
        """Return the folder of a policy. Raises Unknown when there is none of that name."""
        return catalogue.find(name, self.folders)

    def forget_calendar(self, area: str, version: int) -> None:
        """Forget a version of a calendar that was tried and not kept."""
        with self._lock:
            self._calendars.pop((area, version), None)

    def calendar(
        self,
        tx: Tx,
        lifecycle: Lifecycle,
        parties: Iterable[str] = (),
        newest: Mapping[str, int] | None = None,
    ) -> Calendar:
        """Return the calendar that counts: that of the first party with its own, or the area's.

        A school's own days (INSET, closures) come first because the law counts the excluding
        school's days (A-01). Who asks for many gives the `newest` calendars.
        """
        areas = (*parties, lifecycle.lifecycle)
        versions = calendars.newest(tx, areas) if newest is None else newest
        for area in areas:
            version = versions.get(area)
            if version is None:
                continue
            return self._known_calendar(tx, area, version)
        raise BadInput(
            "calendar", lifecycle.lifecycle, "no calendar is there yet: apflow calendar import"
        )

    def every_calendar(self, tx: Tx) -> dict[str, Calendar]:
        """Return the calendar of every area that has one: policies and schools."""
        newest = self.newest_calendars(tx)
        return {area: self._known_calendar(tx, area, version) for area, version in newest.items()}

    def newest_calendars(self, tx: Tx) -> dict[str, int]:
        """Return the number of the newest calendar of every area that has one."""
        return calendars.newest(tx, calendars.areas(tx))

    def _known_calendar(self, tx: Tx, area: str, version: int) -> Calendar:
        known = self._calendars.get((area, version))
        if known is None:
            known = _calendar(tx, area)
            with self._lock:
                self._calendars[area, version] = known
        return known

    def actor(
        self, tx: Tx, person: str, role: str | None, lifecycle: Lifecycle, wanted: Iterable[str]
    ) -> Actor:
        """Return the person as an actor in `role`, or in the one role of `wanted` they hold.

        Raises Unknown for a person who is not there or disabled, BadInput for a role they do
        not hold or a choice that only they can make.
        """
        held = register.actor_roles(tx, person)
        if held is None:
            raise Unknown("person", person)
        names = {name for name, _ in held if name in lifecycle.roles or name in OFFICE_ROLES}
        if role is None:
            fitting = sorted(names & set(wanted)) or sorted(names)
            if len(fitting) != 1:
                shown = ", ".join(fitting) or "none in this policy"
                raise BadInput("role", role, f"{person} may act as: {shown}; say which")
            role = fitting[0]
        elif role not in names:
            shown = ", ".join(sorted(names)) or "none in this policy"
            raise BadInput("role", role, f"{person} does not hold it; their roles: {shown}")
        return Actor(
            person, role, frozenset(where for name, where in held if name == role and where)
        )

    def system(self) -> Actor:
        """Return the house itself as an actor."""
        return Actor(SYSTEM, SYSTEM)


def _calendar(tx: Tx, area: str) -> Calendar:
    stored = calendars.get(tx, area)
    if stored is None:
        raise Unknown("calendar", area)
    return calendar_from(stored)


def area_parties(referral: Referral, lifecycle: Lifecycle) -> tuple[str, ...]:
    """Return the referral's organisations in the order of the policy's slots."""
    return tuple(referral.parties[name] for name in lifecycle.facts if name in referral.parties)


def not_in_future(happened_on: date, today: date) -> None:
    """Raise BadInput when an event is said to have happened after today, or absurdly long ago."""
    if happened_on > today:
        raise BadInput("happened on", happened_on.isoformat(), "this date is in the future")
    if happened_on.year < today.year - 30:
        raise BadInput("happened on", happened_on.isoformat(), "this date is too long ago")
