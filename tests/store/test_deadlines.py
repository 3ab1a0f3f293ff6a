"""Deadlines: each fires once or is cancelled, whoever sweeps, however often."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apflow.store import Store, deadlines
from tests.store.building import NOW, TODAY, furnish, make_deadline, opened

DUE = NOW + timedelta(days=1)


def test_a_deadline_is_read_as_it_was_written_and_written_over(store: Store) -> None:
    opened(furnish(store))
    plain = make_deadline()
    full = make_deadline(
        name="a_review",
        occurrence=2,
        warn_at=NOW,
        other_at=NOW + timedelta(hours=1),
        beyond=True,
        state="met",
        missed_at=NOW,
        met_on=TODAY,
        met_by=7,
        late=True,
    )
    undated = make_deadline(occurrence=2, due_at=None)
    with store.writing() as tx:
        deadlines.write(tx, [plain, full, undated])
        assert deadlines.rows(tx, "TR-1") == (full, plain, undated)
        changed = replace(plain, state="met", met_on=TODAY, met_by=3, due_at=None)
        deadlines.write(tx, [changed])
        deadlines.write(tx, [])
    with store.reading() as tx:
        assert deadlines.rows(tx, "TR-1") == (full, changed, undated)
        assert deadlines.rows(tx, "TR-2") == ()


def test_what_is_due_comes_longest_due_first_and_only_once_due(store: Store) -> None:
    furnish(store)
    for number in (1, 2):
        opened(store, f"TR-{number}")
    with store.writing() as tx:
        deadlines.write(
            tx,
            [
                make_deadline("TR-1"),
                make_deadline("TR-2", due_at=DUE - timedelta(microseconds=1)),
                make_deadline("TR-2", name="met", state="met"),
                make_deadline("TR-2", name="gone", state="cancelled"),
                make_deadline("TR-2", name="undated", due_at=None),
                make_deadline("TR-2", name="later", due_at=DUE + timedelta(microseconds=1)),
            ],
        )
    with store.reading() as tx:
        assert deadlines.due(tx, DUE - timedelta(microseconds=2), 9) == []
        due = deadlines.due(tx, DUE, 9)
        assert due == [("TR-2", "sixth_day", 1), ("TR-1", "sixth_day", 1)]
        assert deadlines.due(tx, DUE, 1) == due[:1]
        assert deadlines.due(tx, DUE, 9, due[0]) == due[1:]
        assert deadlines.due(tx, DUE, 9, due[1]) == []
        assert deadlines.due(tx, DUE, 9, ("TR-9", "never_was", 1)) == due


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hours=st.lists(st.integers(0, 5), min_size=1, max_size=12), size=st.integers(1, 5))
def test_paging_through_what_is_due_meets_each_once_in_order(
    store: Store, hours: list[int], size: int
) -> None:
    rows = [
        make_deadline("TR-1", occurrence=number, due_at=NOW + timedelta(hours=hour))
        for number, hour in enumerate(hours)
    ]
    _open_once(store)
    with store.writing() as tx:
        tx.exec_driver_sql("DELETE FROM deadlines")
        deadlines.write(tx, rows)
        found: list[deadlines.Key] = []
        after = None
        while page := deadlines.due(tx, NOW + timedelta(hours=3), size, after):
            found += page
            after = page[-1]
    due = sorted((hour, number) for number, hour in enumerate(hours) if hour <= 3)
    assert found == [("TR-1", "sixth_day", number) for _, number in due]


def _open_once(store: Store) -> None:
    with store.reading() as tx:
        there = tx.exec_driver_sql("SELECT count(*) FROM referrals").scalar()
    if not there:
        opened(furnish(store))


def test_a_deadline_is_claimed_when_due_and_only_once(store: Store) -> None:
    opened(furnish(store))
    with store.writing() as tx:
        deadlines.write(tx, [make_deadline()])
        assert not deadlines.claim(tx, "TR-1", "sixth_day", 1, DUE - timedelta(microseconds=1))
        assert not deadlines.claim(tx, "TR-1", "sixth_day", 2, DUE)
        assert deadlines.claim(tx, "TR-1", "sixth_day", 1, DUE)
        assert not deadlines.claim(tx, "TR-1", "sixth_day", 1, DUE + timedelta(days=1))
        (row,) = deadlines.rows(tx, "TR-1")
        assert deadlines.due(tx, DUE, 9) == []
    assert (row.state, row.missed_at) == ("breached", DUE)


def test_a_claim_that_is_rolled_back_leaves_the_deadline_to_the_next_sweep(store: Store) -> None:
    opened(furnish(store))
    with store.writing() as tx:
        deadlines.write(tx, [make_deadline()])

    def fail() -> None:
        with store.writing() as tx:
            assert deadlines.claim(tx, "TR-1", "sixth_day", 1, DUE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.writing() as tx:
        assert deadlines.due(tx, DUE, 9) == [("TR-1", "sixth_day", 1)]
        assert deadlines.claim(tx, "TR-1", "sixth_day", 1, DUE)


def test_many_sweeps_at_once_fire_each_deadline_once(store: Store) -> None:
    furnish(store)
    for number in range(10):
        opened(store, f"TR-{number}")
    with store.writing() as tx:
        deadlines.write(
            tx,
            [
                make_deadline(f"TR-{number}", occurrence=occurrence)
                for number in range(10)
                for occurrence in (1, 2, 3, 4)
            ],
        )
    ready, lock, fired = threading.Barrier(6), threading.Lock(), []

    def sweep() -> None:
        ready.wait()
        with store.reading() as tx:
            due = deadlines.due(tx, DUE, 100)
        for key in due:
            with store.writing() as tx:
                claimed = deadlines.claim(tx, *key, DUE)
            if claimed:
                with lock:
                    fired.append(key)

    threads = [threading.Thread(target=sweep) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fired) == len(set(fired)) == 40


def test_what_stands_for_an_organisation_is_armed_or_missed_and_its_own(store: Store) -> None:
    furnish(store)
    opened(store, "TR-1", parties={"home": "oak", "pru": "pru"})
    opened(store, "TR-2", parties={"home": "elm", "pru": "pru"})
    missed = make_deadline("TR-1", state="breached", missed_at=NOW)
    armed = make_deadline("TR-2", due_at=DUE + timedelta(days=1))
    with store.writing() as tx:
        deadlines.write(tx, [missed, armed, make_deadline("TR-2", name="met", state="met")])
        deadlines.write(tx, [make_deadline("TR-2", name="undated", due_at=None)])
        assert deadlines.open_for(tx, None) == [missed, armed]
        assert deadlines.open_for(tx, ["pru", "oak"]) == [missed, armed]
        assert deadlines.open_for(tx, ["elm"]) == [armed]
        assert deadlines.open_for(tx, ["la"]) == []
        assert deadlines.open_for(tx, []) == []
        assert deadlines.open_for(tx, None, until=DUE) == [missed]
        assert deadlines.open_for(tx, None, limit=1) == [missed]
