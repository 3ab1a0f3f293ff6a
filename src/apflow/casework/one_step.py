"""One step whole: what was asked, found and read, what was known before and after, and its proof.

Values that the person may not see are kept back as everywhere else; see `kept_back`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from apflow.casework.kept_back import redacted
from apflow.casework.lists.rows import role_title
from apflow.casework.lists.scoping import roles_in
from apflow.casework.looking import log, seen
from apflow.casework.office import OFFICE_ROLES, Office
from apflow.casework.tracing import actor_name, event_title, state_title
from apflow.errors import Unknown
from apflow.policy.lifecycle import Lifecycle
from apflow.referral import GENESIS, Recorded, Referral, Request, Step, step_hash
from apflow.referral.replay import replay, taken_back
from apflow.store import history, register, requests
from apflow.store.engine import Tx

#: What every lifecycle asks beside the guards of its file, in words.
BUILT_IN_TITLES = {
    "transition": "There is a way on from this state",
    "role": "Who may do it",
    "answers": "Everything asked is answered",
    "when": "It applies to this referral",
    "closing_rule": "No duty of law is left open",
    "house": "What the house asks",
}


@dataclass(frozen=True, slots=True)
class ValueSeen:
    """One value of a step: `kind` is answer, set, read, reason or detail.

    `value` is in its written form; None where it was erased or is kept back, and `gone` then says
    which: "erased" or "kept back".
    """

    kind: str
    name: str
    title: str
    value: object
    gone: str | None


@dataclass(frozen=True, slots=True)
class FindingSeen:
    """One guard as it was asked then: the verdict, the wording, the clauses, the values read.

    `says` is what somebody reads for whom it does not hold. `reason` is that of an override.
    """

    guard: str
    title: str
    verdict: str
    says: str | None
    force: str
    clauses: tuple[str, ...]
    read: tuple[ValueSeen, ...]
    missing: tuple[str, ...]
    reason: ValueSeen | None


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that the step changed, in its written form; None: not known."""

    name: str
    title: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the step is as it was written: each part by itself.

    `body`: its body has its hash. `follows`: it holds the hash of the step before it. `values`:
    what stands beside it has the digests that its body holds.
    """

    hash: str
    previous: str
    body: bool
    follows: bool
    values: bool

    @property
    def holds(self) -> bool:
        """Whether all of it is as it was written."""
        return self.body and self.follows and self.values


@dataclass(frozen=True, slots=True)
class OneStep:
    """One step as a person may see it.

    `steps` is how many there are. `before` and `after` are the facts known then, without those
    kept back; `reversed_by` the seq of the step that took this one back. `request` is what was
    asked, without its answers; its `flow_run` carried or recorded it.
    """

    referral: Referral
    lifecycle: Lifecycle
    step: Step
    steps: int
    event_title: str
    source_title: str
    target_title: str
    actor_name: str
    actor_handle: str | None
    role_title: str
    values: tuple[ValueSeen, ...]
    findings: tuple[FindingSeen, ...]
    before: Mapping[str, object]
    after: Mapping[str, object]
    changes: tuple[Change, ...]
    reversed_by: int | None
    request: Request | None
    proof: Proof


def one_step(office: Office, reference: str, seq: int, person: str, now: datetime) -> OneStep:
    """Return one step of a referral as `person` may see it. Raises Unknown where they may not."""
    with office.store.reading() as tx:
        referral, machine, _ = seen(office, tx, reference, person, None)
        every = history.steps(tx, referral.reference)
        if not 0 < seq <= len(every) or every[seq - 1].seq != seq:
            raise Unknown("step", f"{referral.reference}/{seq}")
        then = office.machine(tx, every[seq - 1].digest).compiled.lifecycle
        policies = (then, machine.compiled.lifecycle)
        roles = _roles(tx, policies[1], referral, person)
        found = _seen(tx, referral, every, seq, policies, roles)
    log(office, [referral.reference], person, "step", now)
    return found


def _roles(tx: Tx, lifecycle: Lifecycle, referral: Referral, person: str) -> frozenset[str]:
    held = register.actor_roles(tx, person) or ()
    office = {role for role, _ in held if role in OFFICE_ROLES}
    return roles_in(lifecycle, held, referral.parties) | office


def _seen(
    tx: Tx,
    referral: Referral,
    every: tuple[Step, ...],
    seq: int,
    policies: tuple[Lifecycle, Lifecycle],
    roles: frozenset[str],
) -> OneStep:
    lifecycle, whole = policies[0], every[seq - 1]
    shown = tuple(redacted(step, policies, roles) for step in every[:seq])
    step = shown[-1]
    values = tuple(_value(lifecycle, one, whole) for one in step.values)
    before, after = replay(shown[:-1]).facts, replay(shown).facts
    request = requests.get(tx, step.request) if step.request is not None else None
    who = register.get_person(tx, step.actor)
    return OneStep(
        referral=referral,
        lifecycle=lifecycle,
        step=step,
        steps=len(every),
        event_title=event_title(lifecycle, step.event),
        source_title=state_title(lifecycle, step.source),
        target_title=state_title(lifecycle, step.target),
        actor_name=actor_name(step.actor, who.name if who is not None else None),
        actor_handle=who.handle if who is not None else None,
        role_title=role_title(lifecycle, step.role) or step.role,
        values=values,
        findings=tuple(_finding(lifecycle, one, values) for one in step.findings),
        before=before,
        after=after,
        changes=_changes(lifecycle, before, after),
        reversed_by=_reversed_by(every, seq),
        request=None if request is None else replace(request, answers={}, result=None),
        proof=_proof(every, seq),
    )


def _value(lifecycle: Lifecycle, shown: Recorded, whole: Step) -> ValueSeen:
    kept = next(one for one in whole.values if (one.kind, one.name) == (shown.kind, shown.name))
    gone = None if shown.salt is not None else "erased" if kept.salt is None else "kept back"
    return ValueSeen(shown.kind, shown.name, _title(lifecycle, shown), shown.value, gone)


def _title(lifecycle: Lifecycle, one: Recorded) -> str:
    if one.kind == "reason":
        return "Reason"
    return fact_title(lifecycle, one.name)


def fact_title(lifecycle: Lifecycle, name: str) -> str:
    """Return what people call a fact: its title, or the question that asks for it."""
    fact = lifecycle.facts.get(name)
    return (fact and (fact.title or fact.ask)) or name.replace("_", " ").capitalize()


def _finding(
    lifecycle: Lifecycle, written: Mapping[str, Any], values: tuple[ValueSeen, ...]
) -> FindingSeen:
    name = str(written["guard"])
    guard = lifecycle.guards.get(name)
    otherwise = guard.otherwise if guard is not None else None
    title = guard.title if guard is not None else BUILT_IN_TITLES.get(name)
    read = tuple(written.get("read", ()))
    return FindingSeen(
        guard=name,
        title=title or otherwise or name.replace("_", " ").capitalize(),
        verdict=str(written["verdict"]),
        says=written.get("says") or otherwise,
        force=str(written.get("force", "must")),
        clauses=tuple(written.get("clause", ())),
        read=tuple(one for one in values if one.name in read and one.kind != "reason"),
        missing=tuple(fact_title(lifecycle, one) for one in written.get("missing", ())),
        reason=next((one for one in values if (one.kind, one.name) == ("reason", name)), None),
    )


def _changes(
    lifecycle: Lifecycle, before: Mapping[str, object], after: Mapping[str, object]
) -> tuple[Change, ...]:
    names = dict.fromkeys((*lifecycle.facts, *before, *after))
    return tuple(
        Change(name, fact_title(lifecycle, name), before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def _reversed_by(every: tuple[Step, ...], seq: int) -> int | None:
    if seq not in taken_back(every):
        return None
    return next(step.seq for step in every if step.about.get("reverses") == seq)


def _proof(every: tuple[Step, ...], seq: int) -> Proof:
    step, before = every[seq - 1], every[seq - 2] if seq > 1 else None
    return Proof(
        hash=step.hash,
        previous=step.previous,
        body=step_hash(step.body) == step.hash,
        follows=step.previous == (before.hash if before is not None else GENESIS),
        values=all(history.unaltered(one) for one in step.values),
    )
