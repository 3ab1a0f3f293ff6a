"""How a referral moves: one act, and all that follows from it, worked out as values.

Nothing is stored here. `move` is given the referral as it stands and what was done to it, and
answers with everything that one transaction has to write.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from apflow.policy.compiled import Compiled, View
from apflow.policy.deadlines import due
from apflow.policy.decision import Finding
from apflow.policy.facts import write_value
from apflow.policy.pools import PoolStanding, standing
from apflow.policy.situation import SYSTEM, Situation, Tally, Value
from apflow.referral import DeadlineRow, NoticeRow, Recorded, RecordedKind, Referral, Step
from apflow.referral.deadlines import StepContext, reconcile
from apflow.referral.sealing import sealed

#: (kind, name, written value) -> the value with its salt and digest.
Seal = Callable[[RecordedKind, str, object], Recorded]


@dataclass(frozen=True, slots=True)
class Act:
    """What was done to a referral, by whom and when.

    `changes` are the facts written (None takes one away) and `answered` those of them that a
    person gave; `entered` is the state entered anew, if any. `counts` says whether the act
    belongs in the tally (an event does, what the house records does not). A step that takes
    something back gives the whole `facts` and `tally` that then stand.
    """

    event: str
    target: str
    actor: str
    role: str
    happened_on: date
    recorded_at: datetime
    request: str | None = None
    findings: tuple[Finding, ...] = ()
    changes: Mapping[str, Value | None] = field(default_factory=dict)
    answered: frozenset[str] = frozenset()
    entered: str | None = None
    counts: bool = True
    reason: str | None = None
    about: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, Value] | None = None
    tally: Tally | None = None
    taken_back: int | None = None

    def facts_after(self, before: Mapping[str, Value]) -> Mapping[str, Value]:
        """Return what is known after the act, of what was known `before`."""
        if self.facts is not None:
            return self.facts
        written: dict[str, Value | None] = {**before, **self.changes}
        return {name: value for name, value in written.items() if value is not None}


@dataclass(frozen=True, slots=True)
class PoolChange:
    """One pool of places after a step: places taken or given back, and waiting for it."""

    pool: str
    held: int
    wait: str | None
    leave: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """Everything that one transaction writes for one step.

    `missed` are those of its deadlines that turn out to have been met too late, though nobody
    recorded that they were missed.
    """

    referral: Referral
    step: Step
    deadlines: tuple[DeadlineRow, ...]
    notices: tuple[NoticeRow, ...]
    pools: tuple[PoolChange, ...]
    pack: Mapping[str, object] | None
    situation: Situation
    lapsed: tuple[str, ...]
    restored: tuple[str, ...]
    missed: tuple[DeadlineRow, ...] = ()


def move(
    compiled: Compiled,
    referral: Referral,
    rows: tuple[DeadlineRow, ...],
    situation: Situation,
    act: Act,
    seal: Seal,
) -> Moved:
    """Return the referral after `act`, its step, and what follows for deadlines and places.

    `situation` is the one in which the act was decided, before any of it counted.
    """
    after = _situation_after(referral, situation, act)
    view = View(compiled, after)
    values = _seal_values(act, seal)
    rank = _rank(compiled, view)
    step = _step(compiled, referral, act, values, rank)
    context = StepContext(
        compiled, after, referral.reference, step.seq, act.happened_on, act.taken_back
    )
    changed, missed = _missed(reconcile(rows, due(compiled, after), context), act.recorded_at)
    standings = standing(compiled, view)
    lapsed = lapses(compiled, view)
    return Moved(
        referral=_referral_after(
            compiled, referral, step, act, after, _merged(rows, changed), standings, lapsed
        ),
        step=step,
        deadlines=changed,
        notices=_notices(compiled, view, step, act, lapsed - set(referral.lapsed)),
        pools=_pool_changes(referral, standings),
        pack=_pack(compiled, after, act),
        situation=after,
        lapsed=tuple(sorted(lapsed - set(referral.lapsed))),
        restored=tuple(sorted(set(referral.lapsed) - lapsed)),
        missed=missed,
    )


def _missed(
    rows: tuple[DeadlineRow, ...], at: datetime
) -> tuple[tuple[DeadlineRow, ...], tuple[DeadlineRow, ...]]:
    """Return the rows, and those of them that were met late and are known as missed only now."""
    late = {row for row in rows if row.state == "met" and row.late and row.missed_at is None}
    found = tuple(replace(row, missed_at=at) for row in rows if row in late)
    if not found:
        return rows, ()
    return tuple(replace(row, missed_at=at) if row in late else row for row in rows), found


def missed_act(row: DeadlineRow, state: str, today: date, now: datetime) -> Act:
    """Return what the house records of a missed deadline: a breach, unless it was an aim."""
    return Act(
        event="deadline_missed",
        target=state,
        actor=SYSTEM,
        role=SYSTEM,
        happened_on=today,
        recorded_at=now,
        counts=False,
        about={
            "deadline": row.name,
            "occurrence": row.occurrence,
            "due": row.due_at.isoformat() if row.due_at else None,
            "owner": row.owner,
            "force": row.force,
            "breach": row.force != "should",
        },
    )


def lapses(compiled: Compiled, view: View) -> frozenset[str]:
    """Return the guards that the state keeps and that do not hold now (FORMAT §7, `keeps`)."""
    state = compiled.lifecycle.states[view.situation.state]
    return frozenset(name for name in state.keeps if not _holds(compiled, view, name))


def _holds(compiled: Compiled, view: View, guard: str) -> bool:
    when = compiled.at("guards", guard, "when")
    if when is not None and view.ask(when) is False:
        return True
    require = compiled.at("guards", guard, "require")
    return require is not None and view.ask(require) is True


def _situation_after(referral: Referral, situation: Situation, act: Act) -> Situation:
    tally = act.tally or situation.tally
    if act.counts and act.tally is None:
        tally = tally.with_step(act.event, act.entered, act.happened_on, referral.seq + 1)
    return situation.but(
        state=act.target,
        facts=act.facts_after(situation.facts),
        tally=tally,
        happened_on=situation.today,
        role=act.role,
    )


def _seal_values(act: Act, seal: Seal) -> tuple[Recorded, ...]:
    values = [
        seal("answer" if name in act.answered else "set", name, _written(value))
        for name, value in act.changes.items()
    ]
    read: dict[str, Value] = {}
    for finding in act.findings:
        read.update(finding.read)
        if finding.reason:
            values.append(seal("reason", finding.guard, finding.reason))
    values.extend(
        seal("read", name, write_value(value))
        for name, value in read.items()
        if name not in act.changes
    )
    if act.reason is not None:
        values.append(seal("reason", act.event, act.reason))
    return tuple(values)


def _written(value: Value | None) -> object:
    return None if value is None else write_value(value)


def _rank(compiled: Compiled, view: View) -> int | None:
    value = view.value("rank") if "rank" in compiled.lifecycle.facts else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def finding_written(finding: Finding) -> dict[str, object]:
    """Return a finding as the chain keeps it: verdict and clause, and in words if not met."""
    body: dict[str, object] = {"guard": finding.guard, "verdict": finding.verdict}
    if finding.force != "must":
        body["force"] = finding.force
    if finding.clauses:
        body["clause"] = list(finding.clauses)
    if finding.verdict not in ("met", "not_applicable"):
        body["says"] = finding.says
    if finding.read:
        body["read"] = sorted(finding.read)
    if finding.missing:
        body["missing"] = sorted(finding.missing)
    return body


def _step(
    compiled: Compiled,
    referral: Referral,
    act: Act,
    values: tuple[Recorded, ...],
    rank: int | None,
) -> Step:
    return sealed(
        Step(
            reference=referral.reference,
            seq=referral.seq + 1,
            event=act.event,
            source=referral.state,
            target=act.target,
            actor=act.actor,
            role=act.role,
            happened_on=act.happened_on,
            recorded_at=act.recorded_at,
            findings=tuple(finding_written(finding) for finding in act.findings),
            rank=rank,
            digest=compiled.lifecycle.digest,
            request=act.request,
            about=dict(act.about),
            previous=referral.head,
            body=b"",
            hash="",
            values=values,
        )
    )


def _merged(rows: Iterable[DeadlineRow], changed: Iterable[DeadlineRow]) -> tuple[DeadlineRow, ...]:
    merged = {(row.name, row.occurrence): row for row in rows}
    merged.update({(row.name, row.occurrence): row for row in changed})
    return tuple(merged.values())


def next_due(rows: Iterable[DeadlineRow]) -> datetime | None:
    """Return the earliest moment of what is armed or missed and still open."""
    moments = [row.due_at for row in rows if row.state in ("armed", "breached") and row.due_at]
    return min(moments, default=None)


def _referral_after(
    compiled: Compiled,
    referral: Referral,
    step: Step,
    act: Act,
    after: Situation,
    rows: tuple[DeadlineRow, ...],
    standings: tuple[PoolStanding, ...],
    lapsed: frozenset[str],
) -> Referral:
    lifecycle = compiled.lifecycle
    state = lifecycle.states[after.state]
    final = state.final is not None
    return replace(
        referral,
        lifecycle=lifecycle.lifecycle,
        digest=lifecycle.digest,
        state=after.state,
        version=referral.version + 1,
        seq=step.seq,
        head=step.hash,
        facts=_facts_written(referral, act, after),
        tally=after.tally,
        rank=step.rank,
        owner=str(act.about["owner_to"]) if "owner_to" in act.about else referral.owner,
        next_due=next_due(rows),
        closed_on=(referral.closed_on or step.happened_on) if final else None,
        lapsed=tuple(sorted(lapsed)),
        holds=tuple(sorted(one.pool for one in standings if one.holds)),
        waits={one.pool: one.order for one in standings if one.waits},
        ask_again_on=after.today + timedelta(days=1) if state.keeps else None,
        parties={
            name: str(value)
            for name, value in after.facts.items()
            if lifecycle.facts[name].type == "organisation"
        },
    )


def _facts_written(referral: Referral, act: Act, after: Situation) -> dict[str, object]:
    """Return the facts after an act in their written form; only what changed is written anew."""
    if act.facts is not None:
        return {name: write_value(value) for name, value in after.facts.items()}
    return {
        name: write_value(value) if name in act.changes else referral.facts[name]
        for name, value in after.facts.items()
    }


def _notices(
    compiled: Compiled, view: View, step: Step, act: Act, lapsed: Iterable[str]
) -> tuple[NoticeRow, ...]:
    lifecycle = compiled.lifecycle
    happened = {act.event} if act.counts else set()
    if act.entered is not None:
        happened.add(act.entered)
    missed = act.about.get("deadline") if act.event == "deadline_missed" else None
    if isinstance(missed, str):
        happened.add(missed)
    told = [
        (name, role, notice.text)
        for name, notice in lifecycle.notices.items()
        if not happened.isdisjoint(notice.after) and _wanted(compiled, view, name)
        for role in notice.to
    ]
    if isinstance(missed, str):
        owner = str(act.about.get("owner", SYSTEM))
        told.append(("deadline_missed", owner, f"Missed: {lifecycle.deadlines[missed].title}."))
    owner_role = lifecycle.states[view.situation.state].owner
    if owner_role is not None:
        told += [
            ("guard_lapsed", owner_role, f"No longer holds: {lifecycle.guards[name].otherwise}")
            for name in lapsed
        ]
    return tuple(
        NoticeRow(
            id=f"{step.reference}/{step.seq}/{name}/{role}/{number}",
            reference=step.reference,
            seq=step.seq,
            notice=name,
            to=role,
            text=text,
            created_at=act.recorded_at,
        )
        for number, (name, role, text) in enumerate(told)
    )


def _wanted(compiled: Compiled, view: View, notice: str) -> bool:
    when = compiled.at("notices", notice, "when")
    return when is None or view.ask(when) is True


def _pool_changes(
    referral: Referral, standings: tuple[PoolStanding, ...]
) -> tuple[PoolChange, ...]:
    now = {one.pool: one for one in standings}
    changes = []
    for pool in sorted({*now, *referral.holds, *referral.waits}):
        one = now.get(pool)
        held = int(one is not None and one.holds) - int(pool in referral.holds)
        waits = one is not None and one.waits
        order = one.order if one is not None and waits else None
        moved_in_line = order is not None and referral.waits.get(pool) != order
        leave = pool in referral.waits and not waits
        if held or moved_in_line or leave:
            changes.append(PoolChange(pool, held, order if moved_in_line else None, leave))
    return tuple(changes)


def _pack(compiled: Compiled, after: Situation, act: Act) -> Mapping[str, object] | None:
    """Return what goes to another body when a state that hands over is entered."""
    state = compiled.lifecycle.states[act.target]
    if act.entered is None or not state.hands_over:
        return None
    view = View(compiled, after)
    known = {name: view.value(name) for name in state.hands_over}
    return {name: write_value(value) for name, value in known.items() if value is not None}
