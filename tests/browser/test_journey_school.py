"""A caseworker of a school brings a pupil to the forum; each step is a flow run of Prefect."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from apflow.settings import Settings
from apflow.store import register, requests
from tests.browser.browsing import Window
from tests.browser.person import WAYS, Person, signs_in, somebody
from tests.invented_cohort import Invented
from tests.prefect_server import PrefectServer, until
from tests.web_site import Served, copy_of, served

PUPIL = "Wilhelmina Ottershaw"
OPENING = {
    "referring_school": "ashmead",
    "authority": "wealdshire",
    "provider": "brook-lane",
    "reason": "at_risk",
    "lives_in": "maidstone_and_malling",
    "looked_after": "no",
    "has_ehc_plan": "no",
    "home_school_on_roll": "yes",
    "home_school": "ashmead",
}
PAPERS = (
    "core_support", "core_outcomes", "caf", "pupil_views", "multi_agency", "forum_form",
    "earlier", "pastoral", "academic", "social", "current", "sen_details",
)  # fmt: skip


@pytest.fixture
def with_prefect(cohort: Invented, prefect: PrefectServer, tmp_path: Path) -> Iterator[Served]:
    """Give the pages on a copy of the cohort, with a Prefect server beside them."""
    with copy_of(cohort, tmp_path / "site") as work:
        # What was told of the cohort happened without Prefect, and is not recorded now.
        for told in work.unrecorded(10_000):
            work.note_run(told.id, f"told-{told.id}")
        settings = Settings.read(
            home=tmp_path / "site",
            database_url=work.store.url,
            states=work.office.folders,
            prefect_api_url=prefect.api,
            prefect_timeout_seconds=15,
        )
        with served(work, cohort, settings) as one:
            yield one


@pytest.mark.parametrize("mode", WAYS)
def test_a_new_pupil_comes_to_the_forum(mode: str, window: Window, with_prefect: Served) -> None:
    gwen = signs_in(window, with_prefect, "gwen", mode)
    assert gwen.heading() == "Your worklist"
    reference = _opens(gwen)
    _consents(gwen)
    _brings_papers(gwen)
    sitting = _next_forum(with_prefect)
    _submits(gwen, sitting)
    _sees_the_step_and_its_run(gwen, with_prefect, reference)
    _finds(gwen, reference)
    _stands_on_the_agenda(somebody(window, with_prefect, "rosa", mode), sitting)


def _next_forum(site: Served) -> date:
    with site.work.store.reading() as tx:
        days = register.sittings(tx, "maidstone-and-malling")["forum_meeting"]
    return min(day for day in days if day > site.moment().date())


def _opens(gwen: Person) -> str:
    """Open a referral of a pupil whom nobody knows yet; return its reference."""
    gwen.press("Open a referral")
    gwen.choose("way", "maidstone-and-malling/open_referral")
    gwen.fill("called", PUPIL)
    gwen.press("Continue")
    gwen.dated("born", date(2014, 5, 6))
    gwen.press("Continue")
    assert "Wilhelmina" not in gwen.page.url
    gwen.press("Record this")
    gwen.is_stopped("Enter the year group")
    for name, value in OPENING.items():
        gwen.choose(f"fact-{name}", value)
    gwen.fill("fact-year_group", "8")
    gwen.press("Record this")
    gwen.is_stopped("Name the contact at the referring school")
    gwen.fill("fact-school_contact", "Ms Fenwick")
    gwen.press("Record this")
    gwen.is_told("Open a referral", "Consent")
    assert gwen.heading() == PUPIL
    found = re.search(r"/referrals/(MM-2027-\w{6}-\w)\?done=", gwen.page.url)
    assert found is not None
    return found[1]


def _consents(gwen: Person) -> None:
    """Record the parent's answer: refused at first, with the reason; then put right."""
    gwen.press("Record the parent's answer")
    gwen.choose("fact-parent_agreement-parent", "refused")
    gwen.fill("fact-parent_agreement-parent-detail", "wants to think it over")
    gwen.press("Record this")
    gwen.is_stopped("The parent or carer has not agreed")
    gwen.sees("Why not", "MM-")
    kept = gwen.page.locator("#fact-parent_agreement-parent-detail")
    assert kept.input_value() == "wants to think it over"
    gwen.choose("fact-parent_agreement-parent", "agreed")
    gwen.fill("fact-parent_agreement-parent-detail", "by telephone")
    gwen.press("Record this")
    gwen.is_told("Record the parent's answer", "CAF and papers")


def _brings_papers(gwen: Person) -> None:
    gwen.follow("Add papers")
    for paper in PAPERS[:4]:
        gwen.choose(f"fact-forum_papers-{paper}", "present")
    gwen.press("Record this")
    gwen.is_told("Add papers", "CAF and papers")


def _submits(gwen: Person, sitting: date) -> None:
    """Submit to the forum: stopped by what is missing, then with everything."""
    gwen.press("Submit to the forum")
    first = gwen.page.locator("[name='fact-forum_papers-caf'][value='present']")
    assert first.is_checked(), "what was brought is not asked for again"
    gwen.press("Record this")
    gwen.is_stopped("Which sitting")
    for paper in PAPERS[4:]:
        gwen.choose(f"fact-forum_papers-{paper}", "present")
    gwen.choose("fact-forum_sitting", sitting.isoformat())
    gwen.choose("fact-purpose", "support")
    gwen.choose("fact-other_provision", "none")
    gwen.choose("fact-agencies", "family_support")
    gwen.dated("fact-reintegration_proposed_on", date(2027, 6, 1))
    gwen.press("Record this")
    gwen.is_stopped("Papers are missing")
    gwen.sees("not in yet: Interventions still running")
    gwen.choose("fact-forum_papers-running", "present")
    gwen.press("Record this")
    gwen.is_told("Submit to the forum", "Forum")


def _sees_the_step_and_its_run(gwen: Person, site: Served, reference: str) -> None:
    """Every step has its flow run; the newest one's page says what was looked at."""
    until(lambda: None not in _runs(site, reference), 60, "every step has its run")
    gwen.go(f"/referrals/{reference}")
    runs = gwen.page.get_by_role("link", name="Flow run of step")
    pages = [link.get_attribute("href") for link in runs.all()]
    assert site.settings.prefect_pages is not None
    assert sorted(map(str, pages)) == sorted(
        f"{site.settings.prefect_pages}/runs/flow-run/{run}" for run in _runs(site, reference)
    )
    gwen.follow("What was looked at in step 4")
    gwen.sees("Submit to the forum", "Gwen Pascoe", "Parent agrees")


def _runs(site: Served, reference: str) -> list[str | None]:
    """Return the flow run of each of a referral's applied Requests."""
    with site.work.store.reading() as tx:
        asked = [one for one in requests.of(tx, reference) if one.state == "applied"]
    return [one.flow_run for one in asked]


def _finds(gwen: Person, reference: str) -> None:
    """Find the referral again: by a part of the name in a list, by its reference at once."""
    for words in ("otters", reference.lower()):
        gwen.turn_to("Referrals")
        gwen.fill("text", words)
        gwen.press("Search")
        gwen.sees(PUPIL, reference)
        if words == "otters":
            assert words not in gwen.page.url.lower()
            gwen.follow(PUPIL)
        assert gwen.page.url.endswith(f"/referrals/{reference}")


def _stands_on_the_agenda(rosa: Person, sitting: date) -> None:
    """The council sees the pupil on the agenda of the sitting that the school chose."""
    rosa.go("/")
    rosa.turn_to("Meetings")
    rosa.follow(f"{sitting:%a} {sitting.day} {sitting:%b %Y}")
    rosa.sees(PUPIL, "Ready")
