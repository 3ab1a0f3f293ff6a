"""The day of the forum: its chair reads the agenda, takes it along on paper, and decides."""

import re

import pytest

from tests.browser.browsing import Window
from tests.browser.person import WAYS, Person, signs_in, somebody
from tests.web_site import Served

FORUM = "/meetings/maidstone-and-malling/forum_meeting/2027-03-17"
PLACES = "Key stage 3 places"
READY = "maidstone_deciding.on_the_agenda"
HELD = "maidstone_deciding.named_in_the_plan"


@pytest.mark.parametrize("mode", WAYS)
def test_the_forum_decides_its_agenda_in_one_pass(mode: str, window: Window, site: Served) -> None:
    site.moment.later(days=7, hours=6)
    first, second, third = _ready(site)
    held = site.invented.told_by(HELD).reference
    helen = signs_in(window, site, "helen", mode)
    helen.turn_to("Meetings")
    helen.follow("Wed 17 Mar 2027")
    agenda = _in_the_order_of_admission(helen)
    assert {first, second, third, held} <= set(agenda)
    _takes_it_along(helen, agenda)
    left = _left(helen)
    _decides_with_mistakes(helen, first, second, third, held)
    _sees_what_is_kept(helen, first, second, third, held)
    _puts_it_right(helen, first, third, held)
    assert _left(helen) == left - 1
    _sees_what_was_decided(helen, first, second, third)
    _is_the_schools_turn(somebody(window, site, "rosa", mode), first)


def _ready(site: Served) -> list[str]:
    """Return the three referrals that stand ready, in the order of the agenda."""
    told = site.invented.cohort.examples
    return [one.reference for one in told if one.story == READY]


def _in_the_order_of_admission(helen: Person) -> list[str]:
    """Return the references on the agenda, whose numbers and ranks go upwards."""
    items = helen.page.locator("section.mt-item")
    said = items.all_inner_texts()
    numbers = [int(str(re.match(r"\s*(\d+)", one)[1])) for one in said]  # type: ignore[index]
    ranks = [int(rank) for one in said for rank in re.findall(r"Order of admission\s+(\d+)", one)]
    assert numbers == list(range(1, len(said) + 1))
    assert len(ranks) == len(said)
    assert ranks == sorted(ranks)
    return [str(one.get_attribute("id")).removeprefix("item-") for one in items.all()]


def _takes_it_along(helen: Person, agenda: list[str]) -> None:
    """The print pack: every referral on a page of its own, without what is for the screen."""
    helen.follow("Print pack")
    sheets = helen.page.locator("article.mt-sheet")
    for reference, sheet in zip(agenda, sheets.all(), strict=True):
        assert reference in sheet.inner_text()
    helen.page.emulate_media(media="print")
    assert not helen.page.get_by_role("navigation", name="Parts of the site").is_visible()
    assert not helen.page.locator(".mt-screen").is_visible()
    breaks = "one => getComputedStyle(one).breakBefore"
    assert {one.evaluate(breaks) for one in sheets.all()} == {"page"}
    helen.page.emulate_media(media="screen")
    helen.follow("Back to the agenda")


def _left(helen: Person) -> int:
    """Return how many places the page says are left in key stage 3."""
    tile = helen.page.locator(".ap-tile", has_text=PLACES).inner_text()
    return int(re.match(r"\s*(\d+) left", tile)[1])  # type: ignore[index]


def _decides_with_mistakes(helen: Person, first: str, second: str, third: str, held: str) -> None:
    """Agree, send back and refuse; one reason is forgotten, and one pupil may not be agreed."""
    for who in ("chair", "school", "pru", "la"):
        helen.choose(f"fact-forum_people-{who}", "present")
    for agreed in (held, first):
        helen.choose(f"{agreed}-decision", "forum_agrees")
        helen.fill(f"{agreed}-fact-discussion_note", f"Talked over at length: {agreed}.")
        helen.fill(f"{agreed}-fact-suitability_note", "Small groups meet the need.")
    helen.choose(f"{second}-decision", "forum_defers")
    helen.fill(f"{second}-fact-discussion_note", "The pupil's own views are thin.")
    helen.choose(f"{third}-decision", "forum_refuses")
    helen.fill(f"{third}-fact-discussion_note", "Support in school was not used up.")
    helen.press("Record these decisions")


def _sees_what_is_kept(helen: Person, first: str, second: str, third: str, held: str) -> None:
    helen.is_stopped("Why is the referral not accepted?", "Does the forum accept the attendance")
    for reference, event in (
        (first, "forum_agrees"), (second, "forum_defers"), (third, "forum_refuses"),
        (held, "forum_agrees"),
    ):  # fmt: skip
        chosen = f"input[name='{reference}-decision'][value='{event}']"
        assert helen.page.locator(chosen).is_checked()
        note = helen.page.locator(f"textarea[name='{reference}-fact-discussion_note']")
        assert note.input_value().endswith(".")
    assert helen.page.locator("input[name='fact-forum_people-la'][value='present']").is_checked()


def _puts_it_right(helen: Person, first: str, third: str, held: str) -> None:
    """Answer what was forgotten; then leave aside whom the plan stands against."""
    helen.follow_down("Choose an answer: Why is the referral not accepted?")
    helen.choose(f"{third}-fact-refusal_reason", "unsuitable")
    for agreed in (held, first):
        helen.choose(f"{agreed}-fact-attendance_accepted", "yes")
        helen.fill(f"{agreed}-fact-attendance_reason", "It has risen since the autumn.")
    helen.press("Record these decisions")
    helen.is_stopped("“Forum agrees a placement” cannot be recorded", "The plan names this unit")
    helen.choose(f"{held}-decision", "leave")
    helen.press("Record these decisions")


def _sees_what_was_decided(helen: Person, first: str, second: str, third: str) -> None:
    helen.is_told("3 decisions were taken in the order of the agenda")
    helen.sees("5 referrals on the agenda, 3 decided")
    decided = helen.page.get_by_role("table", name="What was decided")
    for reference, words in ((first, "agrees"), (second, "asks for more"), (third, "not accept")):
        row = decided.get_by_role("row").filter(has_text=reference)
        assert words in row.inner_text()


def _is_the_schools_turn(rosa: Person, first: str) -> None:
    """An officer of the authority sees the step, and may look at the agenda without a form."""
    rosa.go(f"/referrals/{first}")
    rosa.sees("Home visit", "Forum agrees a placement", "Helen Marsh, Inclusion Forum")
    rosa.go(FORUM)
    assert rosa.page.locator("main form").count() == 0
