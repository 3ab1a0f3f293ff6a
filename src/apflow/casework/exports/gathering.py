"""Gathering histories as one person may see them, a batch of referrals at a time."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from apflow.casework.kept_back import kept_names, redacted
from apflow.casework.lists.scoping import sight_of
from apflow.casework.looking import log
from apflow.casework.office import OFFICE_ROLES, Office
from apflow.casework.seeing import takes_part
from apflow.errors import Unknown
from apflow.policy.lifecycle import Lifecycle
from apflow.referral import Referral, Step
from apflow.referral.reference import tidy_reference
from apflow.store import histories as stored
from apflow.store import history, naming, referrals, register
from apflow.store.engine import Tx

#: Referrals whose histories are held at a time.
_AT_ONCE = 100

#: What a file holds of its referrals.
Holds = Literal["whole histories", "steps that were found"]
#: Of which referrals which steps, by seq.
Only = Mapping[str, Collection[int]]
#: The roles that a person holds, and where (None: in the whole house).
_Held = Sequence[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Traced:
    """One referral's history as a person may see it.

    `steps` have the values without salt and value that were erased or may not be seen; the
    latter are in `kept_back`, as (seq, name). `lifecycles` are those that the steps name, by
    digest, and `people` the names by id of everybody who acted. `steps` are all of them, or those
    that were asked for.
    """

    referral: Referral
    steps: tuple[Step, ...]
    kept_back: frozenset[tuple[int, str]]
    lifecycles: Mapping[str, Lifecycle]
    people: Mapping[str, str]


def histories(
    office: Office,
    person: str,
    now: datetime,
    references: Sequence[str] | None = None,
    policy: str | None = None,
    only: Only | None = None,
) -> Iterator[Traced]:
    """Give the histories of `references`, or of everything that `person` may see.

    With `only` it is those steps of those referrals. Each referral is recorded as looked at before
    it is given. Raises Unknown, at once, for a person who is not there and for a reference that
    is not there for them.
    """
    with office.store.reading() as tx:
        held = register.actor_roles(tx, person)
        if held is None:
            raise Unknown("person", person)
    if only is not None:
        references = sorted(only)
    if references is None:
        return _traced(office, _everything(office, person, policy), person, held, now)
    wanted = list(dict.fromkeys(tidy_reference(one) or one for one in references))
    for some in _batches(wanted):
        with office.store.reading() as tx:
            seen = {one.reference for one, _ in _visible(office, tx, some, held)}
        for reference in some:
            if reference not in seen:
                raise Unknown("referral", reference)
    found = _traced(office, _batches(wanted), person, held, now)
    return found if only is None else (_narrowed(one, only) for one in found)


def _narrowed(traced: Traced, only: Only) -> Traced:
    wanted = only[traced.referral.reference]
    return replace(traced, steps=tuple(step for step in traced.steps if step.seq in wanted))


def _traced(
    office: Office,
    batches: Iterable[Sequence[str]],
    person: str,
    held: _Held,
    now: datetime,
) -> Iterator[Traced]:
    for some in batches:
        with office.store.reading() as tx:
            visible = {
                one.reference: (one, roles) for one, roles in _visible(office, tx, some, held)
            }
            steps = history.steps_of(tx, list(visible))
            people = naming.people_named(tx, {one.actor for each in steps.values() for one in each})
            lifecycles = {
                digest: office.machine(tx, digest).compiled.lifecycle
                for digest in {step.digest for each in steps.values() for step in each}
            }
        log(office, visible, person, "export", now)
        for reference in some:
            if reference in visible:
                referral, roles = visible[reference]
                yield _as_seen(referral, steps.get(reference, ()), roles, lifecycles, people)


def _everything(office: Office, person: str, policy: str | None) -> Iterator[Sequence[str]]:
    """Give the references of everything that a person may list, a batch at a time."""
    after = ""
    while True:
        with office.store.reading() as tx:
            sight = sight_of(office, tx, person)
            whole = None if sight.of_the_office else (sight.organisations, sight.policies)
            some = stored.references(tx, after, _AT_ONCE, policy, whole)
        if not some:
            return
        yield some
        after = some[-1]


def _batches(references: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(references), _AT_ONCE):
        yield references[first : first + _AT_ONCE]


def _visible(
    office: Office, tx: Tx, references: Sequence[str], held: _Held
) -> Iterator[tuple[Referral, frozenset[str]]]:
    """Give those of `references` that are there for a person, with the roles they have in each."""
    for referral in referrals.get_several(tx, references):
        lifecycle = office.machine(tx, referral.digest).compiled.lifecycle
        roles = frozenset(
            role
            for role, where in held
            if role in OFFICE_ROLES or takes_part(lifecycle, referral, role, where)
        )
        if roles:
            yield referral, roles


def _as_seen(
    referral: Referral,
    steps: tuple[Step, ...],
    roles: frozenset[str],
    lifecycles: Mapping[str, Lifecycle],
    people: Mapping[str, str],
) -> Traced:
    now = lifecycles.get(referral.digest)
    policies = {
        digest: [one for one in (then, now) if one is not None]
        for digest, then in lifecycles.items()
    }
    kept_back = frozenset[tuple[int, str]]().union(
        *(kept_names(step, policies[step.digest], roles) for step in steps)
    )
    shown = tuple(redacted(step, policies[step.digest], roles) for step in steps)
    return Traced(referral, shown, kept_back, lifecycles, people)
