"""An auditor finds steps, sees on what they rest, proves them unaltered, and changes nothing."""

import csv
import hashlib
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator

from tests.browser.browsing import Window
from tests.browser.person import WAYS, Person, signs_in
from tests.web_site import Served

REFERRAL = "maidstone_placing.visit_to_come"
EVENT = "forum_agrees"
#: The forms that an auditor has: looking, proving and leaving.
THEIRS = ("/audit", "/audit/reads", "/audit/verify", "/audit/verify/heads", "/sign-out")


@pytest.mark.parametrize("mode", WAYS)
def test_an_auditor_traces_proves_and_takes_away(mode: str, window: Window, pages: Served) -> None:
    reference = pages.invented.told_by(REFERRAL).reference
    audrey = signs_in(window, pages, "audrey", mode)
    assert audrey.heading() == "Every step"
    _searches(audrey, reference)
    digest = _opens_the_step(audrey)
    _verifies_the_referral(audrey, reference)
    audrey.turn_to("Audit")
    _takes_away(audrey, reference, digest, pages)
    _sees_who_looked(audrey, reference)
    _verifies_everything(audrey)


def _searches(audrey: Person, reference: str) -> None:
    """Ask for what cannot be, then by person, event and day; one referral's step among them."""
    audrey.fill("recorded_from", "31/2/2027")
    audrey.choose("event", EVENT)
    audrey.press("Search")
    audrey.is_stopped("no such day")
    assert audrey.page.locator("#event").input_value() == EVENT
    audrey.fill("recorded_from", "3/3/2027")
    audrey.fill("recorded_to", "3/3/2027")
    audrey.choose("who", _value(audrey, "who", "Helen Marsh"))
    audrey.press("Search")
    rows = audrey.page.locator("tbody tr")
    assert rows.count() > 0
    for row in rows.all():
        for words in ("Forum agrees a placement", "Helen Marsh", "3 March 2027"):
            assert words in row.inner_text()
    audrey.follow(f"{reference}, step 4")


def _value(audrey: Person, name: str, words: str) -> str:
    """Return the value of the option of these words."""
    option = audrey.page.locator(f"select[name='{name}'] option", has_text=words)
    return str(option.get_attribute("value"))


def _opens_the_step(audrey: Person) -> str:
    """Read one step: who, on what findings, under which clause; return its hash."""
    audrey.sees("Step 4 of 4", "Helen Marsh, Inclusion Forum", "Forum → Home visit")
    audrey.sees("Panel sat", "MM-57", "Chair: present", "This step's hash verifies")
    row = audrey.page.locator(".govuk-summary-list__row", has_text="Hash").first
    digest = row.locator("dd").inner_text().strip()
    assert len(bytes.fromhex(digest)) == 32
    return digest


def _verifies_the_referral(audrey: Person, reference: str) -> None:
    """The referral's page proves it, and has nothing by which to change it."""
    audrey.go(f"/referrals/{reference}")
    audrey.press("Verify this history")
    audrey.is_told("Every step is as it was written: 4 steps")
    forms = audrey.page.locator("form")
    sent_to = [str(one.get_attribute("action")) for one in forms.all()]
    assert sent_to == ["/sign-out", f"/referrals/{reference}/verify"]
    assert audrey.page.locator("main a[href*='/events/']").count() == 0
    assert not audrey.page.get_by_role("heading", name="Put the record right").count()
    audrey.go(f"/referrals/{reference}/events/hold_home_visit")
    audrey.sees("This is not possible")
    assert audrey.page.locator("main form").count() == 0


def _takes_away(audrey: Person, reference: str, digest: str, pages: Served) -> None:
    """Take the step that was found, or the whole history, which proves itself; never a name."""
    audrey.fill("reference", reference)
    audrey.choose("event", EVENT)
    audrey.press("Search")
    assert audrey.page.locator("tbody tr").count() == 1
    name = pages.work.look(reference, "audrey", pages.moment()).pupil
    assert name
    found, whole = audrey.page.locator("section[aria-labelledby='files'] ul").all()
    table = _file(audrey, "CSV", found, name).removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(table))
    assert digest in row.values()
    said = json.loads(_file(audrey, "JSON", whole, name))
    (one,) = said["referrals"]
    assert (one["reference"], one["head"]) == (reference, digest)
    previous = "0" * 64
    for step in one["history"]:
        body = str(step["body"])
        assert json.loads(body)["previous"] == previous
        previous = hashlib.sha256(b"apflow/step/1\0" + body.encode()).hexdigest()
        assert step["hash"] == previous
    log = ElementTree.fromstring(_file(audrey, "XES", whole, name))
    assert len(log.findall(".//{*}event")) == len(one["history"]) == 4


def _file(audrey: Person, words: str, within: Locator, name: str) -> str:
    """Download a file and return what it says."""
    said = Path(audrey.downloads(words, within=within).path()).read_text("utf-8")
    assert name not in said
    return said


def _sees_who_looked(audrey: Person, reference: str) -> None:
    """What the auditor did just now is written down, too."""
    audrey.follow("Who looked")
    audrey.fill("reference", reference)
    audrey.choose("who", _value(audrey, "who", "Audrey Penn"))
    audrey.press("Show")
    newest = audrey.page.locator("tbody tr")
    assert newest.count() >= 4
    for row in newest.all():
        assert "Audrey Penn" in row.inner_text()
        assert reference in row.inner_text()


def _verifies_everything(audrey: Person) -> None:
    """Prove the whole; then hold it against the heads that were kept."""
    audrey.follow("Verify everything")
    audrey.press("Verify everything now")
    while audrey.page.get_by_role("link", name="Look again").count():
        audrey.follow("Look again")
    audrey.sees("Nothing was altered", "stand as they were written")
    heads = audrey.downloads("Take the heads away").path()
    kept = {"name": "heads.csv", "mimeType": "text/csv", "buffer": Path(heads).read_bytes()}
    audrey.page.locator("input[name='heads']").set_input_files(kept)  # type: ignore[arg-type]
    audrey.press("Compare")
    audrey.sees("As kept")
    forms = audrey.page.locator("form")
    assert {str(one.get_attribute("action")) for one in forms.all()} <= set(THEIRS)
