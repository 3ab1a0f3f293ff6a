"""I1, I10, I11: whatever is killed, and wherever, is done whole or not at all, and once.

A child process does one act and is killed (SIGKILL) before its first statement; the next before
its second; and so on until one lives to the end. After every death the database is as it was
before, to the last row; the one that lives leaves what an undisturbed act leaves.
"""

import pytest

from apflow.store import history
from tests.promises.dying import Nursery, act
from tests.promises.pictures import rows
from tests.promises.scenes import (
    Scene,
    a_calendar,
    a_place,
    a_reversal,
    a_sweep,
    an_advance,
    an_opening,
    killed_everywhere,
)
from tests.small_office import Office


@pytest.mark.parametrize(
    ("scene", "events"),
    [
        (an_advance, ["begin"]),
        (a_place, ["panel_agrees"]),
        (an_opening, ["open_it"]),
        (a_reversal, ["reverse_step"]),
        (a_sweep, ["deadline_missed", "lose_patience"]),
        (a_calendar, []),
    ],
)
def test_killed_before_any_statement_an_act_is_done_whole_or_not_at_all(
    office: Office, born: Nursery, scene: Scene, events: list[str]
) -> None:
    """I1, I10, I11: every statement of an act; in the end it is done once, and nothing is amiss."""
    job = scene(office)
    with office.work.store.reading() as tx:
        before = {name: seq for name, seq, _ in history.heads(tx)}
    deaths, wrong = killed_everywhere(born, office.work, job)
    assert wrong == []
    assert len(deaths) > (6 if office.work.store.dialect == "sqlite" else 2)
    with office.work.store.reading() as tx:
        steps = [
            step.event
            for name, _, _ in history.heads(tx)
            for step in history.since(tx, name, before.get(name, 0))
        ]
    assert steps == events
    done = rows(office.work.store)
    act(office.work, job)
    assert scene is a_calendar or rows(office.work.store) == done
