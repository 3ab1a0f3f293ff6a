"""What lists and numbers cost with ten thousand referrals: the data part of a page.

Each is held against its own statements told to the bare driver in the same run, and against the
tenth of a second that its page has at the median, in turns of a fixed amount of Python's work
(`yardstick`). What is measured is the processor's time: that others are busy on the machine is
not this code's doing. The milliseconds are printed (`pytest -s`).
"""

from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from apflow.casework import Casework
from apflow.casework.lists.searching import Search, find
from apflow.casework.lists.working import work
from apflow.casework.numbers import numbers
from apflow.casework.one_step import one_step
from apflow.casework.tracing import steps
from apflow.store import Store
from apflow.store.tracing import Traces
from tests.benchmarks.driving import Bare, overheard
from tests.benchmarks.yardstick import TENTH, fixed_work, in_turns
from tests.invented_cohort import NOW, Invented

TIMES = 15
#: What the data of a page may take, and what of that may be more than twice its statements:
#: in turns of the fixed work.
MOST, MOST_OWN = 0.9 * TENTH, 0.25 * TENTH
SINCE, UNTIL = date(2026, 9, 1), date(2027, 8, 31)
POLICY, OAK = "maidstone-and-malling", "ashmead"

#: Somebody of the office, of an authority, of the unit, of a school.
MANAGER, COUNCIL, UNIT, SCHOOL = "morgan", "imran", "helen", "gwen"
PAGES: dict[str, Callable[[Casework], object]] = {
    "a manager's worklist": lambda own: work(own.office, MANAGER, NOW, mine=False),
    "a council's worklist": lambda own: work(own.office, COUNCIL, NOW, mine=False),
    "a unit's worklist": lambda own: work(own.office, UNIT, NOW, mine=False),
    "a school's worklist": lambda own: work(own.office, SCHOOL, NOW, mine=False),
    "what a council's officer owns": lambda own: work(own.office, COUNCIL, NOW, mine=True),
    "a search by name": lambda own: find(own.office, COUNCIL, NOW, Search(text="a")),
    "a search by reference": lambda own: find(own.office, SCHOOL, NOW, Search(text="MM-2026-")),
    "a search by state": lambda own: find(own.office, MANAGER, NOW, Search(state="placed")),
    "a year's numbers": lambda own: numbers(
        own.office, MANAGER, POLICY, NOW, from_=SINCE, to=UNTIL
    ),
    "all numbers": lambda own: numbers(own.office, MANAGER, POLICY, NOW),
    "a school's numbers": lambda own: numbers(own.office, MANAGER, POLICY, NOW, school=OAK),
    "every step": lambda own: steps(own.office, MANAGER, Traces()),
    "one person's steps": lambda own: steps(own.office, MANAGER, Traces(actor=SCHOOL)),
    "steps that are not there": lambda own: steps(own.office, MANAGER, Traces(policy="none")),
    "a council's steps": lambda own: steps(own.office, COUNCIL, Traces()),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_data_of_a_page_is_there_in_less_than_what_a_tenth_of_a_second_is_worth(
    county: Path, name: str
) -> None:
    with overheard() as ear, closing(Store(f"sqlite:///{county}")) as store:
        own = casework(store, county)
        PAGES[name](own)
        told = ear.take(lambda: PAGES[name](own))
        with closing(Bare(store.url, ear)) as bare:
            ours, alone, fixed = in_turns(
                TIMES, lambda: PAGES[name](own), lambda: bare.tell(told), fixed_work
            )
    print(f"\n  {name}: {ours.work:.1f} ms, its statements alone {alone.work:.1f} ms")  # noqa: T201
    # Next to its statements little is left to the page's own work.
    assert min(ours.worked) < 2 * min(alone.worked) + MOST_OWN * min(fixed.worked)
    assert ours.work < MOST * fixed.work


def test_one_step_of_many_is_shown_as_fast_as_one_of_few(county: Path, cohort: Invented) -> None:
    reference = next(iter(cohort.referrals))
    with closing(Store(f"sqlite:///{county}")) as store:
        own = casework(store, county)

        def show() -> None:
            assert one_step(own.office, reference, 1, MANAGER, NOW).proof.holds

        ours, fixed = in_turns(TIMES, show, fixed_work)
    print(f"\n  one step: {ours.work:.1f} ms")  # noqa: T201
    assert ours.work < MOST / 3 * fixed.work


def casework(store: Store, county: Path) -> Casework:
    return Casework(store, (county.parent / "states",))
