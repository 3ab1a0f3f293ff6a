"""Faults planted on purpose, to see that the tests of the promises find them.

Each puts one wrong thing in the place of a right one, with `put` (such as `setattr`): in this
process by pytest's monkeypatch, or in a child that is going to die.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from apflow.casework import applying, closing, missing, recording
from apflow.casework.office import Office
from apflow.referral import DeadlineRow, Request
from apflow.store import Tx, deadlines, history, notices, tables
from apflow.store.deadlines import Key

#: Puts something in the place of an attribute: (where, its name, what).
Put = Callable[[Any, str, Any], None]


def history_in_a_second_transaction(put: Put) -> None:
    """The state is committed first, and its step a moment later."""
    apply, append, late = applying.apply, history.append, list[tuple[Any, ...]]()

    def apply_and_then_append(office: Office, request_id: str, now: datetime) -> Request:
        closed = apply(office, request_id, now)
        with office.store.writing() as tx:
            while late:
                append(tx, *late.pop(0))
        return closed

    put(history, "append", lambda _, step, *more: late.append((step, *more)))
    put(applying, "apply", apply_and_then_append)


def notices_after_the_commit(put: Put) -> None:
    """What is to be told is written in a transaction of its own."""
    add, miss, late = notices.add, missing.miss, list[Any]()

    def miss_and_then_tell(office: Office, key: Key, now: datetime) -> bool:
        missed = miss(office, key, now)
        with office.store.writing() as tx:
            add(tx, late)
            late.clear()
        return missed

    put(notices, "add", lambda _, rows: late.extend(rows))
    put(missing, "miss", miss_and_then_tell)
    put(applying, "miss", miss_and_then_tell)


def a_claim_that_never_loses(put: Put) -> None:
    """A deadline is claimed by whoever comes, whether somebody has claimed it or not."""
    claim = deadlines.claim

    def claim_all_the_same(tx: Tx, *key: Any) -> bool:
        claim(tx, *key)
        return True

    put(deadlines, "claim", claim_all_the_same)


def a_sweep_that_claims_nothing(put: Put) -> None:
    """A missed deadline is recorded and its row is left as it was."""
    put(deadlines, "claim", lambda *_: True)


def rows_that_are_never_disarmed(put: Put) -> None:
    """What is met or cancelled by a step stays armed in the store."""
    write = deadlines.write

    def armed_only(tx: Tx, rows: Sequence[DeadlineRow]) -> None:
        write(tx, [row for row in rows if row.state == "armed"])

    put(deadlines, "write", armed_only)


def a_refusal_that_leaves_a_trace(put: Put) -> None:
    """A refused Request changes its referral."""
    refused = closing.close_refused

    def and_trace(tx: Tx, *rest: Any) -> Request:
        table = tables.referrals
        tx.execute(table.update().values(version=table.c.version + 1))
        return refused(tx, *rest)

    put(applying, "close_refused", and_trace)


def places_counted_when_they_are_taken(put: Put) -> None:
    """What was free when it was decided is not compared with what is free when it is taken."""
    put(recording, "limits", lambda *_: {})
