"""Writing down what was worked out: one act and what follows, in the caller's transaction."""

from datetime import date, datetime

from apflow.casework.situations import limits
from apflow.policy.compiled import Compiled
from apflow.policy.situation import START, SYSTEM, Situation
from apflow.referral import DeadlineRow, Referral
from apflow.referral.moving import Act, Moved, missed_act, move
from apflow.store import deadlines, history, notices, packs, pools, referrals
from apflow.store.engine import Tx


class Contended(Exception):
    """Someone else moved the referral, or took the place, between reading and writing."""


def record(
    tx: Tx,
    compiled: Compiled,
    referral: Referral,
    situation: Situation,
    act: Act,
) -> Referral:
    """Write `act` and all that follows; return the referral as it then stands.

    Raises Contended when the referral or a pool of places was changed meanwhile; the caller
    gives up the transaction and begins again.
    """
    rows = deadlines.rows(tx, referral.reference) if referral.state != START else ()
    moved = _write(tx, compiled, referral, rows, situation, act)
    follows = _follow_ups(moved, act.recorded_at)
    for further in follows:
        rows = _merge(rows, moved.deadlines)
        moved = _write(tx, compiled, moved.referral, rows, moved.situation, further)
    return moved.referral


def _write(
    tx: Tx,
    compiled: Compiled,
    referral: Referral,
    rows: tuple[DeadlineRow, ...],
    situation: Situation,
    act: Act,
) -> Moved:
    moved = move(compiled, referral, rows, situation, act, history.seal)
    if referral.state == START:
        referrals.add(tx, moved.referral)
    elif not referrals.move(tx, moved.referral, referral.version, before=referral):
        raise Contended
    history.append(tx, moved.step, compiled.lifecycle.lifecycle, _stay_left(referral, moved, act))
    if moved.deadlines:
        deadlines.write(tx, moved.deadlines)
    if moved.notices:
        notices.add(tx, moved.notices)
    if moved.pools:
        _places(tx, compiled, situation, act, moved)
    if moved.pack is not None:
        packs.add(tx, referral.reference, moved.step.seq, moved.pack)
    return moved


def _stay_left(referral: Referral, moved: Moved, act: Act) -> date | None:
    """Return since when the referral had stood in the state that an act left, if it left one.

    What is taken back or renamed ends no stay.
    """
    if act.entered is None or referral.state in (moved.referral.state, START):
        return None
    return referral.tally.standing_since(referral.state)


def _places(tx: Tx, compiled: Compiled, situation: Situation, act: Act, moved: Moved) -> None:
    name = compiled.lifecycle.lifecycle
    taken = [change for change in moved.pools if change.held]
    held = pools.held(tx, name, tuple(change.pool for change in taken)) if taken else {}
    # What is put right or only noted takes its place whether one is free or not.
    capacities = limits(compiled, situation) if taken and act.counts else {}
    for change in taken:
        pool = change.pool
        limited = change.held > 0 and pool in capacities
        if limited and capacities[pool] - held[pool] != situation.free.get(pool):
            # Somebody took or gave back a place since the decision looked.
            raise Contended
        if not pools.change(tx, name, pool, change.held, held[pool]):
            raise Contended
    for change in moved.pools:
        if change.leave:
            pools.leave(tx, name, change.pool, moved.referral.reference)
        if change.wait is not None:
            pools.wait(tx, name, change.pool, moved.referral.reference, change.wait)


def _merge(
    rows: tuple[DeadlineRow, ...], changed: tuple[DeadlineRow, ...]
) -> tuple[DeadlineRow, ...]:
    merged = {(row.name, row.occurrence): row for row in rows}
    merged.update({(row.name, row.occurrence): row for row in changed})
    return tuple(merged.values())


def _follow_ups(moved: Moved, now: datetime) -> list[Act]:
    """Return what the house records of itself after a step.

    A deadline that turns out to have been missed, or a missed one to have been met (late, or in
    time and recorded late), and guards that lapsed or hold again.
    """
    state, today = moved.referral.state, moved.situation.today
    acts = [missed_act(row, state, today, now) for row in moved.missed]
    acts += [
        house_record(
            moved,
            "deadline_met_late",
            now,
            {
                "deadline": row.name,
                "occurrence": row.occurrence,
                "met_on": row.met_on.isoformat() if row.met_on else None,
                "in_time": not row.late,
            },
        )
        for row in moved.deadlines
        if row in moved.missed
        or (row.state == "met" and row.missed_at is not None and row.met_by == moved.step.seq)
    ]
    if moved.step.event in ("guard_lapsed", "guard_restored"):
        return acts
    if moved.lapsed:
        acts.append(house_record(moved, "guard_lapsed", now, {"guards": list(moved.lapsed)}))
    if moved.restored:
        acts.append(house_record(moved, "guard_restored", now, {"guards": list(moved.restored)}))
    return acts


def house_record(moved: Moved, event: str, now: datetime, about: dict[str, object]) -> Act:
    """Return a step that the house itself records: the state stays, the tally does not count it."""
    return Act(
        event=event,
        target=moved.referral.state,
        actor=SYSTEM,
        role=SYSTEM,
        happened_on=moved.situation.today,
        recorded_at=now,
        about=about,
        counts=False,
    )
