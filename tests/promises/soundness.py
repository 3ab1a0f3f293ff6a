"""What must be true of a store at any moment, whatever was done to it: each fault found, in words.

Nothing here asks the product whether it is sound: histories are replayed, deadlines worked out
anew, places and waits counted again, and held against the rows.
"""

from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa

from apflow.casework import Casework
from apflow.casework.situations import situation_of
from apflow.clock import london_day
from apflow.errors import ApflowError
from apflow.policy.compiled import View
from apflow.policy.deadlines import due
from apflow.policy.machine import Machine
from apflow.policy.pools import standing
from apflow.referral import DeadlineRow, Referral, Step
from apflow.referral.deadlines import StepContext, reconcile
from apflow.referral.replay import replay, taken_back
from apflow.store import Tx, deadlines, history, notices, pools, referrals, requests, tables
from apflow.store.verify import verify_within

_OPEN = ("armed", "breached")


def faults(work: Casework, reference: str | None = None) -> list[str]:
    """Return everything that is wrong with a store, or with one of its referrals."""
    return list(_faults(work, reference))


def _faults(work: Casework, reference: str | None) -> Iterator[str]:
    with work.store.reading() as tx:
        try:
            verify_within(tx, reference)
        except ApflowError as altered:
            yield f"does not verify: {altered}"
        wanted = [reference] if reference is not None else _references(tx)
        found = [one for one in (referrals.get(tx, name) for name in wanted) if one is not None]
        for referral in found:
            machine = work.office.machine(tx, referral.digest)
            for says in _of_one(work, tx, machine, referral):
                yield f"{referral.reference}: {says}"
        if reference is None:
            yield from _places(tx, found)


def _references(tx: Tx) -> list[str]:
    table = tables.referrals
    return [row[0] for row in tx.execute(sa.select(table.c.reference))]


def _of_one(work: Casework, tx: Tx, machine: Machine, referral: Referral) -> Iterator[str]:
    steps = history.steps(tx, referral.reference)
    rows = deadlines.rows(tx, referral.reference)
    yield from _replayed(referral, steps)
    yield from _requested(tx, referral, steps)
    yield from _rows(referral, rows)
    yield from _missed(rows, steps)
    yield from _told(tx, referral, steps)
    yield from _standing(work, tx, machine, referral, steps[-1], rows)


def _replayed(referral: Referral, steps: tuple[Step, ...]) -> Iterator[str]:
    """I5: what the steps add up to is what is stored."""
    if not steps or [step.seq for step in steps] != list(range(1, len(steps) + 1)):
        yield f"its steps are {[step.seq for step in steps]}"
    again = replay(steps)
    for name, stored in (
        ("state", referral.state),
        ("facts", dict(referral.facts)),
        ("tally", referral.tally),
    ):
        if getattr(again, name) != stored:
            yield f"replay gives the {name} {getattr(again, name)}, stored is {stored}"
    if referral.seq != len(steps) or referral.version < referral.seq:
        yield f"it stands at step {referral.seq}, version {referral.version}, of {len(steps)}"


def _requested(tx: Tx, referral: Referral, steps: tuple[Step, ...]) -> Iterator[str]:
    """I6, I11: an applied Request has one step, and every step's Request is applied."""
    made = Counter(step.request for step in steps if step.request is not None)
    asked = {request.id: request for request in requests.of(tx, referral.reference)}
    for request_id, number in made.items():
        request = asked.get(request_id)
        if number != 1 or request is None or request.state != "applied":
            yield f"{number} steps of request {request_id}: {request and request.state}"
    for request in asked.values():
        if request.state == "applied" and request.id not in made:
            yield f"request {request.id} is applied and has no step"
        if request.state == "applied" and request.answers:
            yield f"the applied request {request.id} keeps its answers"


def _rows(referral: Referral, rows: tuple[DeadlineRow, ...]) -> Iterator[str]:
    """Rows are counted from 1; one at most stands for a start; `next_due` is the first of them."""
    occurrences: dict[str, list[int]] = {}
    for row in rows:
        occurrences.setdefault(row.name, []).append(row.occurrence)
    for name, numbers in occurrences.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"the rows of {name} are numbered {sorted(numbers)}"
    standing = Counter((row.name, row.start, row.given_by) for row in rows if row.state in _OPEN)
    for key, number in standing.items():
        if number > 1:
            yield f"{number} rows stand for {key}"
    first = min((row.due_at for row in rows if row.state in _OPEN and row.due_at), default=None)
    if referral.next_due != first:
        yield f"next_due is {referral.next_due}, the rows say {first}"


def _missed(rows: tuple[DeadlineRow, ...], steps: tuple[Step, ...]) -> Iterator[str]:
    """I3: a missed row has one step that says so; what was met late was missed."""
    said = Counter(
        (step.about["deadline"], step.about["occurrence"])
        for step in steps
        if step.event == "deadline_missed"
    )
    missed = {(row.name, row.occurrence) for row in rows if row.missed_at is not None}
    if set(said) != missed or any(number != 1 for number in said.values()):
        yield f"missed are {sorted(missed)}, the steps say {dict(said)}"
    for row in rows:
        if row.state == "breached" and row.missed_at is None:
            yield f"{row.name} {row.occurrence} is breached and nobody knows since when"
        if row.state == "met" and row.late and row.missed_at is None:
            yield f"{row.name} {row.occurrence} was met late and no breach is recorded"
    late = Counter(
        (step.about["deadline"], step.about["occurrence"])
        for step in steps
        if step.event == "deadline_met_late"
    )
    for row in rows:
        key = (row.name, row.occurrence)
        if row.state == "met" and row.missed_at is not None and late[key] != 1:
            yield f"{key} was missed and met, said {late[key]} times"


def _told(tx: Tx, referral: Referral, steps: tuple[Step, ...]) -> Iterator[str]:
    """I12: every notice belongs to a step; every miss was told to somebody."""
    sent = notices.of(tx, referral.reference)
    seqs = {step.seq for step in steps}
    for notice in sent:
        if notice.seq not in seqs:
            yield f"notice {notice.id} belongs to no step"
    told = {notice.seq for notice in sent if notice.notice == "deadline_missed"}
    missed = {step.seq for step in steps if step.event == "deadline_missed"}
    if told != missed:
        yield f"missed at steps {sorted(missed)}, told at {sorted(told)}"


def _standing(
    work: Casework,
    tx: Tx,
    machine: Machine,
    referral: Referral,
    last: Step,
    rows: tuple[DeadlineRow, ...],
) -> Iterator[str]:
    """Deadlines, places and ranks are what policy says of the referral as it now stands."""
    compiled = machine.compiled
    today = london_day(last.recorded_at)
    system = work.office.system()
    situation = situation_of(work.office, tx, machine, referral, system, today, today)
    reverses = last.about.get("reverses")
    context = StepContext(
        compiled, situation, referral.reference, referral.seq, last.happened_on,
        reverses if isinstance(reverses, int) else None,
    )  # fmt: skip
    for row in reconcile(rows, due(compiled, situation), context):
        old = [one for one in rows if (one.name, one.occurrence) == (row.name, row.occurrence)]
        yield f"a deadline should be {row}, not {old}"
    counts = standing(compiled, View(compiled, situation))
    if referral.holds != tuple(sorted(one.pool for one in counts if one.holds)):
        yield f"it holds {referral.holds}"
    if referral.waits != {one.pool: one.order for one in counts if one.waits}:
        yield f"it waits {referral.waits}"


def _places(tx: Tx, found: list[Referral]) -> Iterator[str]:
    """Counters are the places really held; waiting lists are those who really wait."""
    held = Counter((one.lifecycle, pool) for one in found for pool in one.holds)
    rows = tx.execute(sa.select(tables.pools.c.lifecycle, tables.pools.c.name, tables.pools.c.held))
    stored = {(row[0], row[1]): row[2] for row in rows if row[2]}
    if stored != held:
        yield f"places held are {dict(held)}, counted are {stored}"
    for lifecycle, pool in {(one.lifecycle, pool) for one in found for pool in one.waits} | set(
        held
    ):
        waits = {(one.reference, one.waits[pool]) for one in found if pool in one.waits}
        if set(pools.waiting(tx, lifecycle, pool)) != waits:
            yield f"waiting for {pool} are {waits}, listed {pools.waiting(tx, lifecycle, pool)}"


def undone(steps: tuple[Step, ...]) -> set[int]:
    """Return the seqs of the steps that were taken back."""
    return taken_back(steps)
