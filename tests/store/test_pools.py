"""Pools: a counter changed by compare-and-set, and a line in which each knows who is before."""

import threading

import pytest

from apflow.errors import StoreError
from apflow.store import Store, Tx, pools
from tests.store.building import furnish, opened


def is_first(tx: Tx, order: str, reference: str) -> bool:
    return pools.first(pools.front(tx, "trial", "ks3"), order, reference)


def test_a_pool_never_used_holds_nothing_and_counts_from_there(store: Store) -> None:
    with store.writing() as tx:
        assert pools.held(tx, "trial", ["ks3", "ks4"]) == {"ks3": 0, "ks4": 0}
        assert pools.change(tx, "trial", "ks3", 1, 0)
        assert pools.change(tx, "trial", "ks3", 2, 1)
        assert pools.change(tx, "trial", "ks3", -3, 3)
        assert pools.change(tx, "trial", "ks3", 1, 0)
        assert pools.change(tx, "another", "ks3", 5, 0)
    with store.reading() as tx:
        assert pools.held(tx, "trial", ["ks3", "ks4"]) == {"ks3": 1, "ks4": 0}
        assert pools.held(tx, "trial", []) == {}


def test_a_change_against_another_count_than_the_one_seen_is_not_made(store: Store) -> None:
    with store.writing() as tx:
        assert not pools.change(tx, "trial", "ks3", 1, 4)
        assert pools.change(tx, "trial", "ks3", 4, 0)
        assert not pools.change(tx, "trial", "ks3", 1, 0)
        assert not pools.change(tx, "trial", "ks3", -1, 3)
        assert pools.held(tx, "trial", ["ks3"]) == {"ks3": 4}


def test_more_places_than_are_held_cannot_be_given_back(store: Store) -> None:
    with pytest.raises(StoreError, match="2 given back where 1 are held"), store.writing() as tx:
        pools.change(tx, "trial", "ks3", -2, 1)


def test_the_last_place_goes_to_one_of_many(store: Store) -> None:
    capacity = 3
    ready, won, lock = threading.Barrier(8), [], threading.Lock()

    def take(number: int) -> None:
        ready.wait()
        while True:
            with store.writing() as tx:
                held = pools.held(tx, "trial", ["ks3"])["ks3"]
                if held >= capacity:
                    return
                if pools.change(tx, "trial", "ks3", 1, held):
                    break
        with lock:
            won.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == capacity
    with store.reading() as tx:
        assert pools.held(tx, "trial", ["ks3"]) == {"ks3": capacity}


def test_the_line_goes_by_order_and_then_by_reference(store: Store) -> None:
    furnish(store)
    for number in (1, 2, 3):
        opened(store, f"TR-{number}")
    with store.writing() as tx:
        pools.wait(tx, "trial", "ks3", "TR-3", "0002")
        pools.wait(tx, "trial", "ks3", "TR-2", "0001")
        pools.wait(tx, "trial", "ks3", "TR-1", "0002")
        pools.wait(tx, "trial", "ks4", "TR-1", "0000")
        line = [("TR-2", "0001"), ("TR-1", "0002"), ("TR-3", "0002")]
        assert pools.waiting(tx, "trial", "ks3") == line
        assert [is_first(tx, order, who) for who, order in line] == [
            True,
            False,
            False,
        ]
        assert is_first(tx, "0000", "TR-9")
        assert not is_first(tx, "0003", "TR-9")


def test_a_place_in_the_line_can_change_and_be_left(store: Store) -> None:
    furnish(store)
    opened(store, "TR-1")
    opened(store, "TR-2")
    with store.writing() as tx:
        pools.wait(tx, "trial", "ks3", "TR-1", "0001")
        pools.wait(tx, "trial", "ks3", "TR-2", "0002")
        pools.wait(tx, "trial", "ks3", "TR-1", "0003")
        assert pools.waiting(tx, "trial", "ks3") == [("TR-2", "0002"), ("TR-1", "0003")]
        assert is_first(tx, "0001", "TR-1")
        assert pools.leave(tx, "trial", "ks3", "TR-2")
        assert not pools.leave(tx, "trial", "ks3", "TR-2")
        assert pools.waiting(tx, "trial", "ks3") == [("TR-1", "0003")]
