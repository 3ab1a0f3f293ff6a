"""Forms as people fill them in, with and without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from apflow.store import register
from tests.browser.browsing import Window
from tests.invented_cohort import Invented, cohort
from tests.web_site import Served, copy_of, served, settings_for

__all__ = ["cohort"]


@pytest.fixture(scope="module")
def site(cohort: Invented, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give pages on a copy of the cohort that these tests use up."""
    folder = tmp_path_factory.mktemp("forms-site")
    with copy_of(cohort, folder) as work, served(work, cohort, settings_for(work, folder)) as one:
        yield one


def looked_at(window: Window, site: Served, mode: str, person: str) -> Page:
    page = window.open(mode, base_url=site.url)
    page.context.add_cookies([{"name": "apflow", "value": site.secret(person), "url": site.url}])
    return page


def send(page: Page, words: str = "Record this") -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=words).click()


def _checked(page: Page, _: str) -> None:
    page.locator("textarea[name=fact-discussion_note]").fill("Talked at length.")
    page.locator("input[name=fact-refusal_reason][value=unsuitable]").check()
    for one in ("chair", "school", "pru"):
        page.locator(f"input[name=fact-forum_people-{one}][value=present]").check()
    page.locator("input[name=fact-forum_people-la][value=absent]").check()
    page.locator("input[name=fact-forum_people-la-detail]").fill("ill")
    send(page, "Continue")
    assert "Check your answers" in page.content()


def _pupil_asked(page: Page, name: str) -> None:
    page.locator("input[name=way]").first.check()
    page.locator("input[name=called]").fill(name)
    send(page, "Continue")


def _opening(page: Page, name: str) -> None:
    _pupil_asked(page, name)
    page.get_by_label("Another pupil").check()
    page.locator("input[name=pupil_name]").fill("Zed Newcomer")
    for part, value in (("day", "1"), ("month", "2"), ("year", "2014")):
        page.locator(f"input[name=born-{part}]").fill(value)
    send(page, "Continue")


def somebody(site: Served) -> str:
    """Return the last name of a pupil whom Rosa may see."""
    pupil = site.invented.told_by("maidstone_deciding.just_opened").pupil
    with site.work.store.reading() as tx:
        known = register.get_pupil(tx, pupil)
    assert known is not None
    assert known.name is not None
    return known.name.split()[-1]


def test_what_does_not_count_is_hidden_and_not_sent(window: Window, site: Served) -> None:
    page = looked_at(window, site, "light", "rosa")
    page.goto("/referrals/new")
    _opening(page, somebody(site))
    first_day = page.get_by_role("group", name="First day of the permanent exclusion")
    assert not first_day.is_visible()
    page.locator("input[name=fact-reason][value=permanently_excluded]").check()
    assert first_day.is_visible()
    page.locator("input[name=fact-exclusion_first_day-day]").fill("9")
    page.locator("input[name=fact-reason][value=at_risk]").check()
    assert not first_day.is_visible()
    with page.expect_request("**/referrals/new/open") as asked:
        send(page)
    assert "fact-exclusion_first_day" not in (asked.value.post_data or "")
    assert "fact-reason=at_risk" in (asked.value.post_data or "")


def test_the_boxes_of_an_entry_come_with_its_answer(window: Window, site: Served) -> None:
    reference = site.invented.told_by("maidstone_deciding.papers_coming_in").reference
    page = looked_at(window, site, "light", "rosa")
    page.goto(f"/referrals/{reference}/events/add_papers")
    until = page.locator("#fact-forum_papers-forum_form-until")
    detail = page.locator("#fact-forum_papers-forum_form-detail")
    assert not detail.is_visible()
    page.locator("input[name=fact-forum_papers-forum_form][value=awaited]").check()
    assert until.is_visible()
    page.locator("input[name=fact-forum_papers-forum_form][value=present]").check()
    assert detail.is_visible()
    assert not until.is_visible()


@pytest.mark.parametrize(("mode", "which"), [("light", 0), ("narrow", 1), ("no-javascript", 2)])
def test_a_click_leads_to_the_new_state(
    mode: str, which: int, window: Window, site: Served
) -> None:
    at_consent = [
        one.reference
        for one in site.invented.cohort.examples
        if one.story.endswith(("just_opened", "parent_thinks_it_over"))
    ]
    reference = at_consent[which]
    page = looked_at(window, site, mode, "rosa")
    page.goto(f"/referrals/{reference}/events/record_consent")
    page.locator("input[name=fact-parent_agreement-parent][value=agreed]").check()
    send(page)
    assert f"/referrals/{reference}?done=" in page.url
    assert "CAF and papers" in page.locator("main").inner_text()


def test_an_error_leads_by_keyboard_to_what_it_is_about(window: Window, site: Served) -> None:
    reference = site.invented.told_by("maidstone_deciding.on_the_agenda").reference
    page = looked_at(window, site, "light", "helen")
    page.goto(f"/referrals/{reference}/events/forum_refuses")
    send(page, "Continue")
    page.get_by_role("link", name="Choose an answer: Why is the referral not accepted?").focus()
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.name")
    assert focused == "fact-refusal_reason"


def test_a_change_leads_back_to_the_question_with_everything_kept(
    window: Window, site: Served
) -> None:
    reference = site.invented.told_by("maidstone_deciding.on_the_agenda").reference
    page = looked_at(window, site, "light", "helen")
    page.goto(f"/referrals/{reference}/events/forum_refuses")
    _checked(page, "")
    send(page, "Change What was discussed?")
    assert page.url.endswith("/events/forum_refuses#fact-discussion_note")
    assert page.locator("textarea[name=fact-discussion_note]").input_value() == "Talked at length."
    assert page.locator("#fact-forum_people-la-detail").input_value() == "ill"
