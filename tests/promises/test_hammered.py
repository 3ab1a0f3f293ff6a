"""I2, I3, I11, under fire: many at once on the same few referrals, and one of them killed."""

import subprocess
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from threading import Thread

from apflow.referral import Step
from apflow.store import history
from tests.promises.hammering import Acknowledged, acknowledged, begin
from tests.promises.soundness import faults
from tests.small_office import START, Office

_ACTS = 30


def test_hammered_from_all_sides_every_history_is_one_chain_and_says_what_is(
    office: Office,
) -> None:
    """I2, I10, I11: chains, replay, deadlines, places; and what was acknowledged is there, once."""
    references = [
        office.opened(f"p{number}", agrees=True, excluded=True, excluded_on="2026-01-12")
        for number in (1, 2, 3)
    ]
    told = _hammered(office, references)
    assert [one.state for one in told if not one.request] == []
    applied = [one for one in told if one.state == "applied"]
    assert len(applied) >= _ACTS
    assert len(told) - len(applied) >= _ACTS
    assert faults(office.work) == []
    steps = {step.request: step for step in _steps(office, references)}
    for one in applied:
        assert steps[one.request].seq == one.seq
    counted = Counter(one.request for one in set(told))
    assert max(counted.values()) == 1, "somebody was told something else of the same request"
    later = START + timedelta(weeks=20)
    for one in told:
        again = office.work.apply(one.request, later)
        assert (again.state, (again.result or {}).get("seq", 0)) == (one.state, one.seq)


def _hammered(office: Office, references: list[str]) -> list[Acknowledged]:
    """Let three processes hammer, kill the third half way; return what everybody was told."""
    processes = [begin(office.work, references, seed, _ACTS) for seed in (1, 2, 3)]
    told: list[Acknowledged] = []
    readers = [
        Thread(target=_listen, args=(process, told, _ACTS // 2 if last else None))
        for process, last in zip(processes, (False, False, True), strict=True)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert [process.wait() for process in processes] == [0, 0, -9]
    return told


def _listen(
    process: "subprocess.Popen[str]", told: list[Acknowledged], kills_after: int | None
) -> None:
    assert process.stdout is not None
    for number, line in enumerate(process.stdout, start=1):
        told.append(acknowledged(line))
        if number == kills_after:
            process.kill()
            break
    process.stdout.close()


def _steps(office: Office, references: Iterable[str]) -> Iterable[Step]:
    with office.work.store.reading() as tx:
        for reference in references:
            yield from history.steps(tx, reference)
