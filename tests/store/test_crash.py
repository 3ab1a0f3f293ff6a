"""Killed at any moment, alone or among others: whole or nothing, and one winner per version."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from apflow.referral import NoticeRow, Referral
from apflow.store import (
    Store,
    deadlines,
    history,
    notices,
    packs,
    pools,
    referrals,
    requests,
)
from apflow.store.statements import Statement
from apflow.store.verify import verify
from tests.store.building import (
    NOW,
    furnish,
    make_deadline,
    make_request,
    opened,
    take_step,
)

_FORK = multiprocessing.get_context("fork")


def advance(store: Store, referral: Referral, last: Callable[[], None] = lambda: None) -> None:
    """Do everything that one advance writes, in one transaction, and `last` before it commits."""
    with store.writing() as tx:
        assert requests.lock(tx, "r1") is not None
        assert referrals.lock(tx, referral.reference) == referral
        moved = take_step(tx, referral, "agreed", {"said": "yes"}, parties={"home": "elm"})
        deadlines.write(tx, [make_deadline(), make_deadline(occurrence=2)])
        seq = moved.seq
        notices.add(tx, [NoticeRow("n1", "TR-1", seq, "tell", "school", "text", NOW)])
        assert pools.change(tx, "trial", "ks3", 1, 0)
        packs.add(tx, "TR-1", seq, {"said": "yes"})
        assert requests.close(tx, "r1", "applied", {"seq": seq}, NOW, answers={})
        last()


def left_behind(store: Store) -> tuple[object, ...]:
    """Return what of the advance is there."""
    with store.reading() as tx:
        referral, request = referrals.get(tx, "TR-1"), requests.get(tx, "r1")
        assert referral is not None
        assert request is not None
        return (
            referral.seq,
            referral.state,
            dict(referral.parties),
            len(history.steps(tx, "TR-1")),
            len(deadlines.rows(tx, "TR-1")),
            len(notices.pending(tx, 9)),
            pools.held(tx, "trial", ["ks3"])["ks3"],
            len(packs.of(tx, "TR-1")),
            request.state,
        )


NOTHING = (1, "state_1", {"home": "oak"}, 1, 0, 0, 0, 0, "waiting")
WHOLE = (2, "agreed", {"home": "elm"}, 2, 2, 1, 1, 1, "applied")


def in_a_process(do: Callable[[], None]) -> int:
    process = _FORK.Process(target=do)
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def kill_at(point: int) -> Callable[[], None]:
    """Kill this process, with no farewell, before that statement; return what counts one more."""
    left = iter(range(point))

    def count(*_: object) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: object) -> object:
            count()
            return method(*given)

        return call

    for name in ("rows", "row", "run", "many"):
        setattr(Statement, name, counted(getattr(Statement, name)))
    return count


def test_killed_before_any_statement_or_the_commit_an_advance_leaves_nothing(
    store: Store,
) -> None:
    referral = opened(furnish(store))
    with store.writing() as tx:
        requests.add(tx, make_request())
    store.close()
    killed = 0
    for point in range(100):

        def child(point: int = point) -> None:
            before_commit = kill_at(point)
            with closing(Store(store.url)) as own:
                advance(own, referral, before_commit)

        ended = in_a_process(child)
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        killed += 1
        assert left_behind(store) == NOTHING
        verify(store)
        store.close()
    assert killed >= 14
    assert left_behind(store) == WHOLE
    assert verify(store).steps == 2


def test_killed_right_after_the_commit_an_advance_is_whole(store: Store) -> None:
    referral = opened(furnish(store))
    with store.writing() as tx:
        requests.add(tx, make_request())
    store.close()

    def child() -> None:
        own = Store(store.url)
        advance(own, referral)
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_process(child) == -signal.SIGKILL
    assert left_behind(store) == WHOLE
    assert verify(store).steps == 2


@pytest.mark.parametrize("processes", [4])
def test_of_processes_that_race_for_each_version_one_wins(store: Store, processes: int) -> None:
    opened(furnish(store))
    store.close()
    tries = 25
    won, lost = _FORK.Value("i", 0), _FORK.Value("i", 0)
    ready = _FORK.Barrier(processes)

    def race() -> None:
        ready.wait()
        with closing(Store(store.url)) as own:
            for _ in range(tries):
                with own.reading() as tx:
                    seen = referrals.get(tx, "TR-1")
                assert seen is not None
                with own.writing() as tx:
                    # Compare-and-set alone decides here: the row is not locked first.
                    moved = replace(seen, version=seen.version + 1)
                    first = referrals.move(tx, moved, seen.version)
                    if first:
                        take_step(tx, moved, "again", {"said": str(os.getpid())})
                with (won if first else lost).get_lock():
                    (won if first else lost).value += 1

    racers = [_FORK.Process(target=race) for _ in range(processes)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert [racer.exitcode for racer in racers] == [0] * processes
    assert won.value + lost.value == tries * processes
    assert won.value >= tries
    assert lost.value > 0
    assert verify(store).steps == 1 + won.value
    with store.reading() as tx:
        found = referrals.get(tx, "TR-1")
    assert found is not None
    assert found.version == 1 + 2 * won.value


def test_a_writer_killed_while_others_wait_lets_them_go_on(store: Store) -> None:
    referral = opened(furnish(store))
    store.close()
    locked, go = _FORK.Event(), _FORK.Event()

    def hold() -> None:
        with Store(store.url).writing() as tx:
            referrals.lock(tx, "TR-1")
            take_step(tx, referral, "lost")
            locked.set()
            go.wait()

    holder = _FORK.Process(target=hold)
    holder.start()
    locked.wait()
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    with store.writing() as tx:
        assert referrals.lock(tx, "TR-1") == referral
        take_step(tx, referral, "kept")
    assert verify(store).steps == 2
