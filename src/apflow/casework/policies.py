"""The policies there are, today and as they were kept: what anybody may read of them."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from apflow import catalogue
from apflow.casework.office import Office
from apflow.catalogue.policies import CLAUSES, LIFECYCLE
from apflow.errors import Fault, PolicyError, Unknown
from apflow.policy.clauses import Clauses
from apflow.policy.lifecycle import Lifecycle
from apflow.store import lifecycles, versions
from apflow.store.engine import Tx

_NAME = re.compile(r"[a-z][a-z0-9-]{0,59}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class PolicyToday:
    """A policy as new referrals are opened under it.

    `clauses` is None where none are written down, and `clauses_digest` then empty. With `faults`
    its file cannot be used, and this is the version that was kept last.
    """

    name: str
    lifecycle: Lifecycle
    text: str = field(repr=False)
    clauses: Clauses | None = field(default=None, repr=False)
    clauses_digest: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Version:
    """A version that was kept: since when it was the current one, and how many follow it now."""

    lifecycle: Lifecycle
    kept_at: datetime
    open: int
    ended: int


@dataclass(frozen=True)
class PolicyKnown:
    """A policy in a list: `referrals` counts all that were ever opened under it."""

    name: str
    today: PolicyToday | None
    versions: int
    referrals: int
    faults: tuple[Fault, ...] = ()


def policies(office: Office) -> tuple[PolicyKnown, ...]:
    """Return every policy that has a file, or that a referral was opened under, by name."""
    with office.store.reading() as tx:
        kept = lifecycles.listed(tx)
        referrals = versions.followers(tx)
        names = sorted({*catalogue.listed(office.folders), *(one.name for one in kept)})
        return tuple(
            _known(office, tx, name, sum(one.name == name for one in kept), referrals.get(name, 0))
            for name in names
        )


def _known(office: Office, tx: Tx, name: str, kept: int, referrals: int) -> PolicyKnown:
    try:
        today = _today(office, tx, name)
    except PolicyError as error:
        return PolicyKnown(name, None, kept, referrals, error.faults)
    return PolicyKnown(name, today, kept, referrals, today.faults)


def today(office: Office, name: str) -> PolicyToday:
    """Return a policy as it is today.

    Raises Unknown for one that is not there, PolicyError where its file cannot be used and no
    version of it was ever kept.
    """
    if not _NAME.fullmatch(name):
        raise Unknown("policy", name)
    with office.store.reading() as tx:
        return _today(office, tx, name)


def kept(office: Office, name: str) -> tuple[Version, ...]:
    """Return the versions of a policy that were kept, newest first."""
    with office.store.reading() as tx:
        numbers = versions.following(tx, name)
        return tuple(
            Version(
                office.machine(tx, one.digest).compiled.lifecycle,
                one.kept_at,
                *numbers.get(one.digest, (0, 0)),
            )
            for one in reversed(lifecycles.listed(tx))
            if one.name == name
        )


def kept_text(office: Office, name: str, digest: str) -> str:
    """Return the text of a version as it was kept. Raises Unknown."""
    if not _DIGEST.fullmatch(digest):
        raise Unknown("version", digest)
    with office.store.reading() as tx:
        found = lifecycles.get(tx, digest)
    if found is None or found[0] != name:
        raise Unknown("version", digest)
    return found[1]


def _today(office: Office, tx: Tx, name: str) -> PolicyToday:
    if name not in catalogue.listed(office.folders):
        return _kept_last(office, tx, name)
    try:
        lifecycle = office.newest(tx, name, lambda *_: None).compiled.lifecycle
        folder = office.policy_folder(name)
        text = (folder / LIFECYCLE).read_text(encoding="utf-8-sig")
        clauses = folder / CLAUSES
        if not clauses.is_file():
            return PolicyToday(name, lifecycle, text)
        written = clauses.read_bytes()
        return PolicyToday(name, lifecycle, text, _clauses(written), sha256(written).hexdigest())
    except PolicyError as error:
        return _kept_last(office, tx, name, error)


def _kept_last(office: Office, tx: Tx, name: str, error: PolicyError | None = None) -> PolicyToday:
    current = lifecycles.current(tx, name)
    if current is None:
        raise error or Unknown("policy", name)
    digest, text = current
    lifecycle = office.machine(tx, digest).compiled.lifecycle
    return PolicyToday(name, lifecycle, text, faults=error.faults if error else ())


@lru_cache(maxsize=32)
def _clauses(written: bytes) -> Clauses:
    return catalogue.record(catalogue.read_text(written, "clauses.yaml"), Clauses)
