"""A manager reads the numbers, follows them to the referrals, and puts records right."""

import re
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.browsing import Window
from tests.browser.conftest import ADMINISTRATOR
from tests.browser.person import PASSWORD, WAYS, Person, enters, signs_in, somebody
from tests.web_site import Served

POLICY = "maidstone-and-malling"
#: Whose record is put right, in each way.
PLACED = {"light": "attending", "no-javascript": "time_out", "narrow": "review_soon"}
REASON = "The caseworker has left the school."


@pytest.mark.parametrize("mode", WAYS)
def test_the_numbers_lead_to_the_referrals_and_into_a_spreadsheet(
    mode: str, window: Window, pages: Served
) -> None:
    morgan = signs_in(window, pages, "morgan", mode)
    assert morgan.heading() == "Dashboard"
    morgan.choose("policy", POLICY)
    morgan.press("Show")
    everywhere = _counted(morgan, "Placed")
    morgan.choose("school", "ashmead")
    morgan.fill("from", "2027-01-01")
    morgan.press("Show")
    morgan.sees("Ashmead Academy", "from 1 January 2027")
    counted = _counted(morgan, "Placed")
    assert 0 < counted < everywhere
    _downloads(morgan, counted)
    _chooses_a_state(morgan, "Placed")
    assert morgan.page.locator("tbody tr").count() == counted
    morgan.sees("Placed", "Ashmead Academy")
    morgan.page.go_back()
    morgan.fill("from", "2027-03-01")
    morgan.fill("to", "2027-01-01")
    morgan.press("Show")
    morgan.is_stopped("Until")
    assert morgan.page.locator("select[name='school']").input_value() == "ashmead"


def _counted(morgan: Person, state: str) -> int:
    """Return how many referrals stand there, as the table says."""
    row = _row(morgan, state)
    return int(row.get_by_role("cell").first.inner_text().rpartition(":")[2])


def _row(morgan: Person, state: str) -> Locator:
    named = morgan.page.get_by_role("rowheader", name=state, exact=True).first
    return morgan.page.get_by_role("row").filter(has=named).first


def _chooses_a_state(morgan: Person, state: str) -> None:
    """Follow a state of the drawing; where none is drawn, of the table."""
    if morgan.mode == "narrow":
        assert not morgan.page.locator(".ap-drawing").first.is_visible()
        morgan.follow(state, within=_row(morgan, state), exact=True)
    else:
        morgan.follow(state, within=morgan.page.locator(".ap-drawing"))


def _downloads(morgan: Person, placed: int) -> None:
    """The spreadsheet says what the page says."""
    given = Path(morgan.downloads("Download these numbers").path()).read_bytes()
    book = openpyxl.load_workbook(BytesIO(given))
    open_ones = morgan.page.locator(".ap-tile", has_text="Open referral").inner_text()
    first, *others = book.worksheets
    totals = {row[0]: row[1] for row in first.iter_rows(values_only=True)}
    assert str(totals["Open"]) == re.findall(r"\d+", open_ones)[0]
    states = {row[0]: row[1] for row in others[0].iter_rows(values_only=True)}
    assert states["Placed"] == placed


@pytest.mark.parametrize("mode", WAYS)
def test_a_reading_of_the_policy_is_found_and_read(
    mode: str, window: Window, pages: Served
) -> None:
    morgan = somebody(window, pages, "morgan", mode)
    morgan.go("/dashboard")
    morgan.turn_to("Policies")
    morgan.follow("Maidstone and Malling")
    morgan.sees("A reading of maidstone-and-malling.txt", "To be confirmed", "Clauses traced")
    morgan.follow_down("Deadlines")
    morgan.follow("What is asked and told")
    morgan.sees("Exit date")


@pytest.mark.parametrize("mode", WAYS)
def test_a_manager_hands_a_referral_over_and_corrects_what_is_known(
    mode: str, window: Window, pages: Served
) -> None:
    reference = pages.invented.told_by(f"maidstone_placing.{PLACED[mode]}").reference
    morgan = somebody(window, pages, "morgan", mode)
    morgan.go(f"/referrals/{reference}")
    morgan.follow("Hand over to somebody else")
    kate_there = morgan.page.get_by_label("Kate Orchard")
    morgan.choose("taker", str(kate_there.get_attribute("value")))
    morgan.press("Hand over")
    morgan.is_stopped("Enter the reason")
    expect(kate_there).to_be_checked()
    morgan.fill("because", REASON)
    morgan.press("Hand over")
    morgan.is_told("handed over", "Placed")
    morgan.sees("Kate Orchard", REASON)
    morgan.follow("Correct what is known")
    row = morgan.page.locator(".govuk-summary-list__row", has_text="Exit date")
    morgan.follow("Correct", within=row)
    morgan.fill("fact-exit_on-day", "31")
    morgan.fill("fact-exit_on-month", "6")
    morgan.fill("because", "The wrong day was typed.")
    morgan.press("Record this")
    morgan.is_stopped("Exit date: there is no such day")
    morgan.fill("fact-exit_on-day", "30")
    morgan.press("Record this")
    morgan.is_told("corrected", "Placed")
    morgan.sees("The wrong day was typed.")
    kate = somebody(window, pages, "kate", mode)
    kate.go("/?show=mine")
    kate.sees(reference)


@pytest.mark.parametrize("mode", WAYS)
def test_somebody_new_comes_in_with_a_one_time_password(
    mode: str, window: Window, pages: Served
) -> None:
    name = f"new-{mode}"
    adam = signs_in(window, pages, ADMINISTRATOR, mode)
    assert adam.heading() == "Administration"
    word = _adds(adam, name)
    nora = Person(window.open(mode, base_url=pages.url), mode)
    nora.go("/")
    enters(nora, name, word)
    _chooses(nora, word)
    assert nora.heading() == "Your worklist"
    nora.press("Sign out", within=nora.page.locator("header"))
    nora.is_told("You are signed out")
    enters(nora, name, word)
    nora.is_stopped("That name and password do not belong together")
    nora.fill("password", PASSWORD)
    nora.press("Sign in")
    assert nora.heading() == "Your worklist"


def _adds(adam: Person, name: str) -> str:
    """Add somebody with a role; return the password that is to be handed over."""
    adam.follow("People")
    adam.follow("Add a person")
    adam.fill("id", name)
    adam.press("Add them")
    adam.is_stopped("Name")
    assert adam.page.locator("#id").input_value() == name
    adam.fill("name", "Nora Wren")
    adam.choose("role", "school")
    adam.choose("organisation", "ashmead")
    adam.press("Add them")
    adam.sees("Nora Wren", "Ashmead Academy", "They have no password")
    adam.press("Give them a one-time password")
    adam.sees("It is not shown again")
    word = adam.page.locator("#secret").inner_text()
    adam.follow("People", within=adam.page.get_by_role("navigation", name="Breadcrumb"))
    row = adam.page.get_by_role("row").filter(has_text="With a one-time password")
    adam.follow("Nora Wren", within=row.last)
    assert adam.page.locator("#secret").count() == 0
    return word


def _chooses(nora: Person, word: str) -> None:
    """Nothing else is shown before a password of one's own is chosen."""
    for _ in range(2):
        assert nora.heading() == "Choose your own password"
        nora.go("/referrals")
    nora.fill("current", word)
    nora.fill("new", "short")
    nora.press("Change it")
    nora.is_stopped("New password")
    nora.fill("current", word)
    nora.fill("new", PASSWORD)
    nora.press("Change it")
