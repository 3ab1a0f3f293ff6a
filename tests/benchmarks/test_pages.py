"""What a page costs with ten thousand referrals on SQLite: less than a tenth of a second.

The real application answers over HTTP, on one kept connection. A page is held against a fixed
amount of Python's work (`yardstick`), measured turn about with it, and against what it asks the
database, told to the bare driver. The milliseconds are printed (`pytest -s`).
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from apflow.casework import Casework
from apflow.store import Store
from tests.benchmarks.asking import PAGES, Browser, Examples
from tests.benchmarks.driving import Bare, Ear, overheard
from tests.benchmarks.yardstick import TENTH, fixed_work, in_turns
from tests.invented_cohort import Invented
from tests.web_site import Served, served, settings_for

TIMES = 15


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    """Let everything that the pages ask the database be heard."""
    with overheard() as heard:
        yield heard


@pytest.fixture(scope="module")
def crowded_site(county: Path, cohort: Invented, ear: Ear) -> Iterator[Served]:
    """Give the pages of an office with ten thousand referrals."""
    assert not ear.told
    with closing(Store(f"sqlite:///{county}")) as store:
        work = Casework(store, (county.parent / "states",))
        with served(work, cohort, settings_for(work, county.parent)) as site:
            yield site


@pytest.fixture(scope="module")
def examples(crowded_site: Served) -> Examples:
    """Give the references, days and handles of the addresses."""
    return Examples(crowded_site)


@pytest.fixture(scope="module")
def browser(crowded_site: Served) -> Iterator[Browser]:
    """Give a browser on the pages."""
    with closing(Browser(crowded_site)) as one:
        yield one


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_there_in_less_than_what_a_tenth_of_a_second_is_worth(
    crowded_site: Served, browser: Browser, examples: Examples, ear: Ear, name: str
) -> None:
    asking, address = PAGES[name], examples.of(PAGES[name].address)
    browser.begin()
    said = browser.ask(asking, address)
    told = ear.reading(ear.take(lambda: browser.ask(asking, address)))
    assert told
    with closing(Bare(crowded_site.work.store.url, ear)) as bare:
        page, alone, fixed = in_turns(
            TIMES, lambda: browser.ask(asking, address), lambda: bare.tell(told), fixed_work
        )
    print(  # noqa: T201
        f"\n  {name}: {page.wait:.1f} ms ({page.work:.1f} of the processor's), its statements alone"
        f" {alone.wait:.1f}; a tenth of a second is worth {TENTH * fixed.work:.0f};"
        f" {len(said) / 1024:.0f} KiB, {len(told)} statements"
    )
    assert page.work < TENTH * fixed.work
    # Nor does it wait: twice as long, since what takes longer is interrupted more often.
    assert page.quickest < 2 * TENTH * fixed.quickest
