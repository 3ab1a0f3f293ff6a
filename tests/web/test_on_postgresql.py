"""The pages stand on PostgreSQL as they stand on SQLite: the same cohort, the same words."""

import re
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

import httpx
import pytest

from apflow.casework import Casework
from apflow.store import Store, requests
from apflow.store.backup import backup, restore
from apflow.store.verify import verify
from tests.browser.table import LOOKS, Examples
from tests.databases import (
    Fresh,
    fresh_database,
    postgres_server,
    postgres_template,
    sqlite_template,
)
from tests.web.filling import opened
from tests.web.personas import put_up
from tests.web.programs import program
from tests.web_site import Served, served, settings_for

__all__ = ["fresh_database", "postgres_server", "postgres_template", "sqlite_template"]

#: What is made at random for each page that is sent.
_OF_ITS_OWN = re.compile(r'name="(request(_id)?|form)" value="[0-9a-f]+"')
_LISTS = (
    "worklist",
    "referrals",
    "meetings",
    "deadlines",
    "numbers?policy=maidstone-and-malling",
    "policies",
)


@pytest.fixture
def elsewhere(site: Served, fresh_database: Fresh, tmp_path: Path) -> Iterator[Served]:
    """Give the pages of `site` on PostgreSQL, as they stand when it is asked for."""
    put_up(site)
    url = fresh_database("postgresql", False)
    backup(site.work.store, tmp_path / "backup.db")
    restore(tmp_path / "backup.db", url)
    store = Store(url)
    work = Casework(store, site.work.office.folders)
    try:
        with served(work, site.invented, settings_for(work, tmp_path / "elsewhere")) as one:
            yield one
    finally:
        store.close()


def test_every_page_says_the_same(site: Served, elsewhere: Served) -> None:
    examples = Examples(site)
    # What was looked at in one moment stands in no order of its own.
    beside = ("newcomer", "/audit/reads")
    looks = [one for one in LOOKS if not one.doing and not {one.who, one.address} & {*beside}]
    people = dict.fromkeys(look.who for look in looks)
    here, there = ({who: one.browse(who) for who in people} for one in (site, elsewhere))
    assert len(looks) > 80
    for look in looks:
        address = examples.of(look.address)
        said = _said(here[look.who].get(address))
        assert said[0] in (look.status, 303, 307), look
        answered = _said(there[look.who].get(address))
        told = "\n".join(unified_diff(said[1], answered[1], n=0))
        assert not told, f"{look}\n{told}"


@pytest.mark.parametrize("who", ["gwen", "rosa", "audrey"])
def test_every_list_for_programs_says_the_same(site: Served, elsewhere: Served, who: str) -> None:
    for path in _LISTS:
        here, there = (program(one, who).get(path) for one in (site, elsewhere))
        # The numbers are for managers and auditors.
        assert here.status_code == (403 if "numbers" in path and who != "audrey" else 200), path
        assert (here.status_code, here.text) == (there.status_code, there.text), path


def test_what_is_done_is_done(elsewhere: Served) -> None:
    """A referral is found and moved, and everything verifies afterwards."""
    rosa = elsewhere.browse("rosa")
    story = "maidstone_deciding.just_opened"
    reference = elsewhere.invented.told_by(story).reference
    found = rosa.post("/referrals/search", data={"text": reference[:-2]})
    assert reference in found.text
    form = opened(rosa, f"/referrals/{reference}/events/record_consent").form()
    form.put({"fact-parent_agreement-parent": "agreed"})
    assert form.send(rosa).status_code == 303
    with elsewhere.work.store.reading() as tx:
        assert "record_consent" in [one.event for one in requests.of(tx, reference)]
    verify(elsewhere.work.store)


def _said(answer: httpx.Response) -> tuple[int, list[str]]:
    return answer.status_code, _OF_ITS_OWN.sub("", answer.text).splitlines()
