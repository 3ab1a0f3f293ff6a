"""Putting right, looked at before it is done: what would be taken back, erased or moved.

Nothing is changed here; the acts themselves are the house's events (`casework.acts`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from apflow.casework.acts import MANAGERS_ONLY
from apflow.casework.offering import Offer
from apflow.casework.office import OFFICE_ROLES, Office
from apflow.errors import ApflowError
from apflow.policy.lifecycle import Lifecycle
from apflow.referral import Step
from apflow.referral.adopting import Adoption, adoption
from apflow.referral.replay import last_reversible, replay
from apflow.store import history, naming

#: Facts that hold what people wrote: of an open referral only these can be erased.
_WRITTEN = ("text", "person")


@dataclass(frozen=True, slots=True)
class Reversal:
    """The step that would be taken back, who took it, and what would stand without it.

    `changed` are the facts that would be as they were before.
    """

    step: Step
    by: str
    state: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewerVersion:
    """What following the newest version of its policy would mean for a referral.

    `plan` is None where `says` says why it cannot be done at all.
    """

    lifecycle: Lifecycle | None
    plan: Adoption | None
    says: str = ""


def rights(offer: Offer, event: str) -> tuple[str, ...]:
    """Return the roles in which the person may do an event of the house to a referral."""
    manager = tuple(role for role in offer.roles if role == "manager")
    if event in MANAGERS_ONLY or (event == "hand_over" and manager):
        return manager
    return (*(role for role in offer.roles if role not in OFFICE_ROLES), *manager)


def who_has(office: Office, offer: Offer) -> str:
    """Return the name of whoever has a referral, "" for nobody."""
    owner = offer.referral.owner
    if owner is None:
        return ""
    with office.store.reading() as tx:
        return naming.people_named(tx, {owner}).get(owner, "")


def reversal(office: Office, reference: str) -> Reversal | None:
    """Return what taking the last step back would mean; None where there is none to take back.

    Only for who may see the referral, which is not asked here.
    """
    with office.store.reading() as tx:
        steps = history.steps(tx, reference)
        step = last_reversible(steps)
        if step is None:
            return None
        names = naming.people_named(tx, {step.actor})
    before, after = replay(steps).facts, replay(steps, leaving_out={step.seq}).facts
    changed = tuple(name for name in {**before, **after} if before.get(name) != after.get(name))
    return Reversal(step, names.get(step.actor, "somebody"), step.source, changed)


def erasable(office: Office, offer: Offer) -> tuple[str, ...]:
    """Return the facts of which something can be erased: while it is open, only what is written."""
    with office.store.reading() as tx:
        held = history.erasable(tx, offer.referral.reference)
    facts = offer.lifecycle.facts
    names = {name for one in held for name in _names(one)} | offer.referral.facts.keys()
    closed = offer.referral.closed_on is not None
    return tuple(
        name for name, fact in facts.items() if name in names and (closed or fact.type in _WRITTEN)
    )


def _names(one: Mapping[str, object]) -> tuple[str, ...]:
    names = one["names"]
    return tuple(map(str, names)) if isinstance(names, list) else ()


def newer_version(office: Office, offer: Offer, state: str | None) -> NewerVersion:
    """Return what moving a referral to its policy's newest version would mean.

    `state` is where it would then stand; None where it stands now.
    """
    referral = offer.referral
    if referral.closed_on is not None:
        return NewerVersion(None, None, "A closed referral keeps the version it ended under.")
    try:
        with office.store.reading() as tx:
            newest = office.newest(tx, referral.lifecycle, lambda *_: None)
    except ApflowError:
        return NewerVersion(None, None, "The policy's file cannot be used as it is now.")
    lifecycle = newest.compiled.lifecycle
    if lifecycle.digest == referral.digest:
        return NewerVersion(lifecycle, None, "The referral follows the newest version already.")
    old = offer.machine.compiled
    plan = adoption(old, newest.compiled, offer.situation, referral.facts, state)
    return NewerVersion(lifecycle, plan)
