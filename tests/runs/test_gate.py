"""The gate: a click waits a little for its place, and in a crowd nobody waits in vain."""

from threading import Thread
from time import monotonic

from apflow.runs.gate import Gate

#: Long enough that a slow machine is no reason for it.
PATIENCE = 1.5


def test_one_who_waited_in_vain_spares_the_others_the_wait() -> None:
    gate = Gate(1, PATIENCE)
    gate.mend()
    assert gate.enter()
    began = monotonic()
    assert not gate.enter()
    alone = monotonic() - began
    others = [Thread(target=gate.enter) for _ in range(5)]
    began = monotonic()
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert alone >= PATIENCE
    assert monotonic() - began < PATIENCE / 2


def test_a_place_that_is_free_is_taken_in_a_crowd_too() -> None:
    gate = Gate(1, 0.0)
    gate.mend()
    assert gate.enter()
    assert not gate.enter()
    gate.leave()
    assert gate.enter()


def test_nobody_waits_while_prefect_is_known_to_be_away() -> None:
    gate = Gate(1, PATIENCE)
    began = monotonic()
    assert not gate.enter()
    assert monotonic() - began < PATIENCE / 2
