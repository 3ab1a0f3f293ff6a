"""The house events: putting a referral right by a truthful step, never by editing.

They belong to every lifecycle, are no transitions, are open in final states too, and each is
recorded with a reason.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apflow.casework.lists.scoping import roles_in
from apflow.casework.looking import seen
from apflow.casework.office import Office
from apflow.casework.situations import situation_of
from apflow.clock import london_day
from apflow.errors import ApflowError
from apflow.policy.deadlines import due
from apflow.policy.decision import Finding
from apflow.policy.facts import read_facts
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import Actor, Situation, Value
from apflow.referral import Referral, Request, Step
from apflow.referral.adopting import Adoption, adoption
from apflow.referral.moving import Act
from apflow.referral.replay import last_reversible, replay
from apflow.store import history, lifecycles, packs, referrals, register, requests
from apflow.store.engine import Tx

#: House events that only a manager may do; the others are open to whoever acts on the referral,
#: handing over only where it is theirs to take or to give: see `_gives_or_takes`.
MANAGERS_ONLY = ("adopt_lifecycle", "erase")


@dataclass(frozen=True, slots=True)
class HouseAct:
    """What a house event does, and the lifecycle that holds afterwards."""

    act: Act
    machine: Machine


@dataclass(frozen=True, slots=True)
class _Asked:
    """A house event with everything that its handler may need."""

    office: Office
    tx: Tx
    machine: Machine
    request: Request
    referral: Referral
    situation: Situation
    now: datetime

    @property
    def lifecycle(self) -> Lifecycle:
        return self.machine.compiled.lifecycle

    def act(self, target: str | None = None, **more: object) -> Act:
        """Return a step of the house for this request."""
        request = self.request
        return Act(
            event=request.event,
            target=target or self.referral.state,
            actor=request.actor,
            role=request.role,
            happened_on=request.happened_on,
            recorded_at=self.now,
            request=request.id,
            reason=request.reason,
            counts=False,
            **more,  # type: ignore[arg-type]
        )


def house_act(
    office: Office,
    tx: Tx,
    machine: Machine,
    request: Request,
    referral: Referral,
    situation: Situation,
    actor: Actor,
    now: datetime,
) -> HouseAct | Finding:
    """Return what a house event does to the referral, or the finding that refuses it."""
    refusal = _may(machine.compiled.lifecycle, referral, request.event, actor)
    if refusal is not None:
        return refusal
    asked = _Asked(office, tx, machine, request, referral, situation, now)
    answer = _HANDLERS[request.event](asked)
    return HouseAct(answer, machine) if isinstance(answer, Act) else answer


def _no(says: str, guard: str = "house", roles: tuple[str, ...] = ()) -> Finding:
    return Finding(guard=guard, verdict="unmet", says=says, roles=roles)


def _may(lifecycle: Lifecycle, referral: Referral, event: str, actor: Actor) -> Finding | None:
    if actor.role == "manager":
        return None
    title = event.replace("_", " ")
    if event in MANAGERS_ONLY:
        return _no(f"Only a manager may {title}.", "role", ("manager",))
    role = lifecycle.roles.get(actor.role)
    if role is None or not role.acts:
        return _no(f"{actor.role} may not {title}.", "role", ("manager",))
    if role.of is not None and referral.parties.get(role.of) not in actor.organisations:
        return _no(
            f"{actor.person} does not act on this referral as {role.title or actor.role}.",
            "role",
            ("manager",),
        )
    return None


def _correct_facts(asked: _Asked) -> Act | Finding:
    wrong = [
        name
        for name in asked.request.answers
        if not (asked.lifecycle.facts[name].asked or asked.lifecycle.facts[name].set)
    ]
    if wrong:
        return _no(f"{', '.join(wrong)}: worked out from other facts; correct those instead.")
    given = {name: value for name, value in asked.request.answers.items() if value is not None}
    changes: dict[str, Value | None] = dict(read_facts(asked.lifecycle, given))
    changes |= {name: None for name in asked.request.answers if name not in given}
    kept = {**asked.situation.facts, **changes}
    facts = {name: value for name, value in kept.items() if value is not None}
    refusal = _restricted(asked, changes) or _ends_duty(asked, asked.situation.but(facts=facts))
    return refusal or asked.act(changes=changes, answered=frozenset(changes))


def _restricted(asked: _Asked, changes: Mapping[str, Value | None]) -> Finding | None:
    """Return why a fact is not this role's to correct: nobody corrects what they may not see."""
    for name in changes:
        seen_by = asked.lifecycle.facts[name].seen_by
        if seen_by and asked.request.role not in (*seen_by, "manager"):
            return _no(f"{name}: restricted; who may see it may correct it.", "role", seen_by)
    return None


def _ends_duty(asked: _Asked, after: Situation) -> Finding | None:
    """Return why the situation `after` would shut out a duty of law that stands unmet.

    Such a duty is put right only by the role that owes it, or by a manager.
    """
    role, compiled = asked.request.role, asked.machine.compiled
    stands = {one.name: one for one in due(compiled, after)}
    for one in due(compiled, asked.situation):
        owed = one.force == "law" and one.met is None and one.due_at is not None
        if not owed or role in (one.owner, "manager"):
            continue
        then = stands.get(one.name)
        if then is None or then.due_at is None:
            says = f"{one.title}: stands by law; only who owes it may undo what it rests on."
            return _no(says, "role", (one.owner, "manager"))
    return None


def _reverse_step(asked: _Asked) -> Act | Finding:
    steps = history.steps(asked.tx, asked.referral.reference)
    step = last_reversible(steps)
    if step is None:
        return _no("There is no step that can be taken back; withdraw or correct instead.")
    stood = replay(steps, leaving_out={step.seq})
    lost = _erased_since(steps, step)
    if lost:
        return _no(f"Step {step.seq} cannot be taken back: {lost} was erased since.")
    facts = read_facts(asked.lifecycle, stood.facts)
    after = asked.situation.but(state=step.source, facts=facts, tally=stood.tally)
    return _ends_duty(asked, after) or asked.act(
        target=step.source,
        facts=facts,
        tally=stood.tally,
        taken_back=step.seq,
        about={"reverses": step.seq, "reversed_event": step.event},
    )


def _erased_since(steps: tuple[Step, ...], step: Step) -> str | None:
    names = {value.name for value in step.values if value.kind in ("answer", "set")}
    for earlier in steps:
        for value in earlier.values:
            if value.name in names and value.kind in ("answer", "set") and value.salt is None:
                return value.name
    return None


def _adopt_lifecycle(asked: _Asked) -> HouseAct | Finding:
    adopted = plan_adoption(
        asked.office,
        asked.tx,
        asked.machine,
        asked.referral,
        asked.situation,
        _state_wanted(asked.request),
        asked.now,
    )
    if isinstance(adopted, Finding):
        return adopted
    machine, plan = adopted
    changes: dict[str, Value | None] = dict.fromkeys(plan.lost)
    act = asked.act(
        target=plan.state,
        changes=changes,
        about={"adopted_from": asked.referral.digest, "lost": sorted(plan.lost)},
    )
    return HouseAct(act, machine)


def _state_wanted(request: Request) -> str | None:
    wanted = request.answers.get("state")
    return str(wanted) if wanted else None


def plan_adoption(
    office: Office,
    tx: Tx,
    machine: Machine,
    referral: Referral,
    situation: Situation,
    state: str | None,
    now: datetime | None,
) -> tuple[Machine, Adoption] | Finding:
    """Return what moving the referral to its policy's newest lifecycle would mean.

    `now` None: a dry run, nothing is kept. A Finding says why it cannot be done.
    """
    if referral.closed_on is not None:
        return _no("A closed referral keeps the lifecycle it ended under.")

    def keep(digest: str, name: str, text: str) -> None:
        if now is not None:
            lifecycles.keep(tx, digest, name, text, now)

    try:
        newest = office.newest(tx, referral.lifecycle, keep)
    except ApflowError as fault:
        return _no(f"The policy's file cannot be used: {fault}")
    if newest.compiled.lifecycle.digest == referral.digest:
        return _no("The referral already follows the newest lifecycle.")
    plan = adoption(machine.compiled, newest.compiled, situation, referral.facts, state)
    return _no(plan.problem) if plan.problem else (newest, plan)


def _hand_over(asked: _Asked) -> Act | Finding:
    owner = str(asked.request.answers["owner"])
    held = register.actor_roles(asked.tx, owner)
    if not held:
        return _no(f"There is nobody called '{owner}' who may act.")
    if owner == asked.referral.owner:
        return _no(f"{owner} has this referral already.")
    if not _takes_part(asked, held):
        return _no(f"{owner} does not take part in this referral.", "role", ("manager",))
    if not _gives_or_takes(asked, owner):
        says = "Somebody else has this referral; they or a manager may hand it over."
        return _no(says, "role", ("manager",))
    return asked.act(about={"owner_from": asked.referral.owner, "owner_to": owner})


def _takes_part(asked: _Asked, held: Sequence[tuple[str, str | None]]) -> bool:
    if any(role == "manager" for role, _ in held):
        return True
    return bool(roles_in(asked.lifecycle, held, asked.referral.parties))


def may_give(roles: Collection[str], person: str, owner: str | None) -> bool:
    """Whether a referral that `owner` has is a person's to hand to somebody else."""
    return "manager" in roles or owner in (None, person)


def _gives_or_takes(asked: _Asked, taker: str) -> bool:
    """Whether it is the asker's to give, or theirs to take: one that nobody or their team has."""
    request, referral = asked.request, asked.referral
    if may_give((request.role,), request.actor, referral.owner):
        return True
    if taker != request.actor:
        return False
    if asked.lifecycle.states[referral.state].owner == request.role:
        return True
    held = register.actor_roles(asked.tx, str(referral.owner))
    if not held or not _takes_part(asked, held):
        return True
    # A colleague: somebody of the same role in the same organisation.
    return request.role in roles_in(asked.lifecycle, held, referral.parties)


def _erase(asked: _Asked) -> Act | Finding:
    wanted = asked.request.answers.get("facts", "all")
    lifecycle = asked.lifecycle
    everything = wanted == "all"
    names = None if everything else frozenset([wanted] if isinstance(wanted, str) else wanted)  # type: ignore[call-overload]
    if everything and asked.referral.closed_on is None:
        return _no("While the referral is open, name the texts to erase; it needs the rest.")
    for name in sorted(names or ()):
        fact = lifecycle.facts.get(name)
        if fact is None:
            return _no(f"There is no fact '{name}'.")
        if asked.referral.closed_on is None and fact.type not in ("text", "person"):
            return _no(
                f"{name}: while the referral is open only texts and names can be erased; "
                "correct it instead."
            )
    chosen = None if names is None else sorted(names)
    erased = history.erasable(asked.tx, asked.referral.reference, chosen)
    history.erase(asked.tx, asked.referral.reference, chosen)
    requests.erase(asked.tx, asked.referral.reference)
    packs.erase(asked.tx, asked.referral.reference)
    if everything:
        _forget_pupil(asked)
    left = {
        name: value
        for name, value in asked.situation.facts.items()
        if names is not None and name not in names
    }
    return asked.act(facts=left, about=history.about_erasure(erased))


def _forget_pupil(asked: _Asked) -> None:
    """Erase the pupil's name and birthday once nothing else is known of them."""
    others = (
        referrals.get(asked.tx, reference)
        for reference in referrals.of_pupil(asked.tx, asked.referral.pupil)
        if reference != asked.referral.reference
    )
    if not any(other is not None and other.facts for other in others):
        register.change_pupil(asked.tx, register.Pupil(asked.referral.pupil, None))


_HANDLERS: dict[str, Callable[[_Asked], HouseAct | Act | Finding]] = {
    "correct_facts": _correct_facts,
    "reverse_step": _reverse_step,
    "adopt_lifecycle": _adopt_lifecycle,
    "hand_over": _hand_over,
    "erase": _erase,
}


def would_adopt(
    office: Office, reference: str, person: str, now: datetime, state: str | None
) -> dict[str, object]:
    """Return what adopting the newest lifecycle would mean, as JSON-ready values; a dry run."""
    with office.store.reading() as tx:
        referral, machine, actor = seen(office, tx, reference, person, None)
        today = london_day(now)
        situation = situation_of(office, tx, machine, referral, actor, today, today)
        planned = plan_adoption(office, tx, machine, referral, situation, state, None)
    if isinstance(planned, Finding):
        return {"possible": False, "says": planned.says}
    newest, plan = planned
    return {
        "possible": True,
        "from_digest": referral.digest,
        "to_digest": newest.compiled.lifecycle.digest,
        "from_state": referral.state,
        "to_state": plan.state,
        "facts_lost": dict(plan.lost),
        "guards_newly_shut": dict(plan.shut),
    }
