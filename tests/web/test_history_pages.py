"""One step of a history, the chronology on paper, and the history as files."""

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import pytest

from apflow.store import history
from tests.invented_cohort import Invented
from tests.web.pages_read import Read, read, words
from tests.web_site import Served

STORY = "maidstone_placing.visit_to_come"


def step(site: Served, story: str, seq: int, person: str = "imran") -> Read:
    reference = site.invented.told_by(story).reference
    return read(site.browse(person).get(f"/referrals/{reference}/history/{seq}"))


def summary(page: Read) -> dict[str, str]:
    """Return what the summary lists say, by their keys."""
    return {
        words(row.find("dt")): words(row.find("dd"))  # type: ignore[arg-type]
        for row in page.all("div")
        if row.get("class") == "govuk-summary-list__row"
    }


def test_a_step_says_who_when_and_from_where_to_where(shared_site: Served) -> None:
    page = step(shared_site, STORY, 4)
    said = summary(page)
    assert page.heading == "Forum agrees a placement"
    assert said["By whom"] == "Helen Marsh, Inclusion Forum"
    assert said["Happened on"] == "3 March 2027"
    assert said["Recorded at"] == "3 March 2027, 2:45pm"
    assert said["State"] == "Forum → Home visit"


def test_a_step_says_every_guard_with_its_clause_and_what_was_read(shared_site: Served) -> None:
    page = step(shared_site, STORY, 4)
    (list_,) = [one for one in page.all("ul") if "cw-findings" in one.get("class", "")]
    found = [words(one) for one in list_.iter("li")]
    (lives,) = [one for one in found if one.startswith("Lives here")]
    assert "· Met Clause MM-27" in lives
    assert "District where the pupil lives" in lives
    assert "Maidstone and Malling" in lives
    assert any("Did not apply" in one for one in found)
    assert "/policy/maidstone-and-malling#clause-MM-27" in page.links


def test_a_step_says_what_it_changed(shared_site: Served) -> None:
    page = step(shared_site, STORY, 4)
    changed = {row[0]: row[1:] for row in page.table("Facts that this step changed")}
    assert changed["What was discussed"][0] == "not known"
    assert changed["What was discussed"][1].endswith("changed")
    same = {row[0]: row[1:] for row in page.table("Facts that this step did not change")}
    assert same["Year group"] == ["7", "7"]


def test_a_step_shows_its_place_in_the_chain(shared_site: Served) -> None:
    first, second = step(shared_site, STORY, 1), step(shared_site, STORY, 2)
    assert "This step's hash verifies" in first.text
    assert summary(second)["Hash of the step before"] == summary(first)["Hash"]
    assert summary(first)["Hash of the step before"] == "none: this is the first"
    reference = shared_site.invented.told_by(STORY).reference
    assert f"/referrals/{reference}/history/2" in first.links
    assert f"/referrals/{reference}/history/1" in second.links


def test_a_guard_gone_past_shows_the_reason(shared_site: Served) -> None:
    story = "maidstone_placing.meeting_before_visit"
    pages = [
        step(shared_site, story, seq)
        for seq in range(1, shared_site.invented.told_by(story).seq + 1)
    ]
    assert [one for one in pages if "Gone past, because:" in one.text]


def test_every_kind_of_step_is_well_formed_and_says_no_ids(shared_site: Served) -> None:
    browser = shared_site.browse("morgan")
    for reference, seq in _every_kind(shared_site):
        page = read(browser.get(f"/referrals/{reference}/history/{seq}"))
        assert "This step's hash verifies" in page.text
        assert not re.findall(r"\b[a-z]+_[a-z_]+\b", page.text), (reference, seq)
        said = page.text.replace(reference, "")
        assert not re.findall(r"\d{4}-\d\d-\d\d|\bNone\b(?! available)", said), (reference, seq)


def _every_kind(site: Served) -> list[tuple[str, int]]:
    """Return one step of every event that the cohort's histories hold, as (reference, seq)."""
    kinds: dict[tuple[str, str], tuple[str, int]] = {}
    with site.work.store.reading() as tx:
        for reference in site.invented.referrals:
            for one in history.steps(tx, reference):
                kinds.setdefault((one.digest, one.event), (reference, one.seq))
    assert len(kinds) > 90
    return list(kinds.values())


@pytest.mark.parametrize("seq", ["0", "99", "-1", "x", "99999999999999999999"])
def test_a_step_that_is_not_there_is_not_found(shared_site: Served, seq: str) -> None:
    reference = shared_site.invented.told_by(STORY).reference
    answer = shared_site.browse("imran").get(f"/referrals/{reference}/history/{seq}")
    assert answer.status_code == 404
    read(answer)


def test_the_chronology_holds_every_step_with_its_answers(shared_site: Served) -> None:
    reference = shared_site.invented.told_by(STORY).reference
    page = read(shared_site.browse("imran").get(f"/referrals/{reference}/print"))
    assert page.heading.startswith("Chronology: ")
    (list_,) = [one for one in page.all("ol") if one.get("class") == "cw-chronology"]
    steps = [words(one) for one in list_.iter("li")]
    assert [one.split(".")[0] for one in steps] == ["1", "2", "3", "4"]
    assert "Small groups and a key worker meet the need." in steps[3]
    assert "for Imran Vale" in page.text
    assert not re.findall(r"\b[a-z]+_[a-z_]+\b", page.text)


def test_a_history_is_given_as_files(shared_site: Served, cohort: Invented) -> None:
    referral, browser = cohort.told_by(STORY), shared_site.browse("imran")
    base = f"/referrals/{referral.reference}/history"
    table = browser.get(f"{base}.csv")
    assert table.headers["content-disposition"] == (
        f'attachment; filename="{referral.reference}-history.csv"'
    )
    rows = list(csv.DictReader(io.StringIO(table.text.lstrip("\ufeff"))))
    assert len(rows) == referral.seq
    proof = browser.get(f"{base}.json")
    assert json.loads(proof.content)["referrals"][0]["reference"] == referral.reference
    log = browser.get(f"{base}.xes")
    assert ET.fromstring(log.content).tag.endswith("log")
    assert "no-store" in log.headers["cache-control"]


def test_a_file_of_what_is_not_theirs_is_not_there(shared_site: Served) -> None:
    theirs = shared_site.invented.told_by("heronsgate_placing.attending").reference
    browser = shared_site.browse("gwen")
    for name in (
        "history.csv",
        "history.json",
        "history.xes",
        "history.xlsx",
        "history/1",
        "print",
    ):
        answer = browser.get(f"/referrals/{theirs}/{name}")
        assert answer.status_code == 404, name
    assert browser.get("/referrals/nothing/history.csv").status_code == 404
