"""The dashboard: numbers that are those of the casework, on the page and in the spreadsheet."""

import io
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import openpyxl
import pytest

from apflow.casework import Casework
from apflow.casework.numbers import Numbers, numbers
from apflow.referral import Referral
from apflow.store import Store
from apflow.store.register import Membership, Person, add_membership, add_person
from apflow.web.manager.tables import NOTHING, shown
from tests.web.pages_read import read, words
from tests.web_site import Served, served, settings_for

MAIDSTONE = "maidstone-and-malling"
ADDRESS = f"/dashboard?policy={MAIDSTONE}"


@pytest.fixture
def manager(shared_site: Served) -> httpx.Client:
    return shared_site.browse("morgan")


def _referrals(site: Served, policy: str = MAIDSTONE) -> list[Referral]:
    return [one for one in site.invented.referrals.values() if one.lifecycle == policy]


def _numbers(site: Served, **more: Any) -> Numbers:
    return numbers(site.work.office, "morgan", MAIDSTONE, site.moment(), **more)


@pytest.mark.parametrize("person", ["rosa", "gwen", "imran", "helen", "bridget"])
def test_only_managers_and_auditors_see_the_dashboard(shared_site: Served, person: str) -> None:
    for path in ("/dashboard", "/dashboard.xlsx", ADDRESS):
        answer = shared_site.browse(person).get(path)
        assert answer.status_code == 403
    assert read(shared_site.browse(person).get("/dashboard")).heading == "You cannot see this page"


@pytest.mark.parametrize("person", ["morgan", "audrey"])
def test_managers_and_auditors_see_the_same_numbers(shared_site: Served, person: str) -> None:
    page = read(shared_site.browse(person).get(ADDRESS))
    rows = page.table("Referrals by state")
    counted = Counter(one.state for one in _referrals(shared_site))
    assert sum(int(row[1]) for row in rows) == sum(counted.values())
    assert "69" in page.text


def test_the_dashboard_opens_on_the_first_policy_and_offers_the_others(
    shared_site: Served, manager: httpx.Client
) -> None:
    page = read(manager.get("/dashboard"))
    options = [one.get("value") for one in page.one("select", id="policy").iter("option")]
    assert options == ["heronsgate", MAIDSTONE]
    rows = page.table("Referrals by state")
    assert sum(int(row[1]) for row in rows) == len(_referrals(shared_site, "heronsgate"))
    assert page.title.startswith("Dashboard: Heronsgate School")


def test_every_state_has_its_count_in_the_drawing_and_in_the_table(
    shared_site: Served, manager: httpx.Client
) -> None:
    page = read(manager.get(ADDRESS))
    counted = Counter(one.state for one in _referrals(shared_site))
    with shared_site.work.store.reading() as tx:
        states = dict(shared_site.work.office.known_lifecycles(tx))[MAIDSTONE].states
    rows = {row[0]: row for row in page.table("Referrals by state")}
    for name, state in states.items():
        assert rows[state.title][1] == str(counted[name])
        drawn = words(page.one("g", id=f"state-{name}"))
        assert str(counted[name]) in drawn.split()
        late = rows[state.title][2]
        assert (f"{late} overdue" in drawn) is (late != "0")


def test_each_state_leads_to_its_list(shared_site: Served, manager: httpx.Client) -> None:
    page = read(manager.get(f"{ADDRESS}&school=ashmead"))
    links = [one for one in page.links if one.startswith("/referrals?")]
    asked = [parse_qs(urlsplit(one).query) for one in links]
    assert {one["state"][0] for one in asked} >= {"consent", "placed", "reintegrated"}
    assert all(one["policy"] == [MAIDSTONE] and one["school"] == ["ashmead"] for one in asked)
    placed = next(link for link in links if "state=placed" in link)
    listed = read(manager.get(placed))
    count = next(row[1] for row in page.table("Referrals by state") if row[0] == "Placed")
    assert len(listed.table("Referrals")) == int(count)


def test_tiles_say_what_is_open_late_full_and_well_ended(
    shared_site: Served, manager: httpx.Client
) -> None:
    page = read(manager.get(ADDRESS))
    found = _numbers(shared_site)
    tiles = [words(one) for one in page.all("li") if "ap-tile" in (one.get("class") or "")]
    still_open = sum(one.closed_on is None for one in _referrals(shared_site))
    assert tiles[0] == f"{still_open} Open referrals"
    assert tiles[1] == f"{found.overdue} Overdue"
    assert tiles[2] == "2 Past the sixth school day without education"
    assert tiles[3] == "45 of 54 Places filled"
    assert tiles[4] == "33% To a good end, of 21 referrals ended"


def test_places_are_bars_with_their_numbers_in_words(manager: httpx.Client) -> None:
    page = read(manager.get(ADDRESS))
    bars = [words(one) for one in page.all("li") if "mg-bar" in (one.get("class") or "")]
    assert bars == [
        "Key stage 3 places 38 of 48",
        "Key stage 4 places 7 of 6 (over), 2 waiting",
        "Brook Lane Centre 45 pupils, 2 waiting",
    ]
    widths = [one.get("width") for one in page.all("rect", **{"class": "mg-bar__part"})]
    assert widths == ["79", "100", "100"]
    assert page.table("Places")[1] == ["Key stage 4 places", "7", "6", "-1", "2"]


def test_a_school_and_a_period_narrow_the_numbers(
    shared_site: Served, manager: httpx.Client
) -> None:
    page = read(manager.get(f"{ADDRESS}&school=ashmead&from=2027-01-01&to=2027-03-10"))
    found = _numbers(shared_site, school="ashmead", from_=date(2027, 1, 1), to=date(2027, 3, 10))
    own = [one for one in _referrals(shared_site) if "ashmead" in one.parties.values()]
    assert sum(one.closed_on is None for one in own) == found.open
    rows = page.table("Referrals by state")
    assert [row[1] for row in rows] == [str(one.count) for one in found.states]
    assert "Ashmead Academy" in page.text
    assert "from 1 January 2027 until 10 March 2027" in page.text
    chosen = [
        one.get("value")
        for one in page.one("select", id="school").iter("option")
        if one.get("selected") is not None
    ]
    assert chosen == ["ashmead"]


@pytest.mark.parametrize(
    "asked", ["", "&school=ashmead", "&from=2027-01-01", "&school=harrowfield&to=2027-02-01"]
)
def test_the_spreadsheet_matches_the_page_cell_by_cell(manager: httpx.Client, asked: str) -> None:
    page = read(manager.get(f"{ADDRESS}{asked}"))
    (download,) = [one for one in page.links if one.startswith("/dashboard.xlsx")]
    given = manager.get(download)
    assert given.headers["content-type"].endswith("spreadsheetml.sheet")
    assert given.headers["content-disposition"] == (
        f'attachment; filename="{MAIDSTONE}-2027-03-10.xlsx"'
    )
    book = openpyxl.load_workbook(io.BytesIO(given.content))
    compared = 0
    for sheet in book.worksheets[1:]:
        headings, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        said = page.table(sheet.title)
        assert len(said) == len(rows) or said == [["None."]]
        for row, cells in zip(rows, said if rows else [], strict=True):
            assert [_as_shown(cell) for cell in row] == cells
            compared += len(cells)
        assert headings[0] is not None
    assert compared > 100
    counted = {row[0]: row[1] for row in book.worksheets[0].iter_rows(values_only=True)}
    tile = next(words(one) for one in page.all("li") if "Open referral" in words(one))
    assert tile.split()[0] == str(counted["Open"])


def _as_shown(cell: Any) -> str:
    """Return a spreadsheet's cell as the page says it."""
    return NOTHING if cell is None else shown(cell)


def test_a_period_that_cannot_be_is_said_and_the_rest_shown(manager: httpx.Client) -> None:
    for asked, field in (("from=soon", "from"), ("to=31/2/2027", "to"),
                         ("from=2027-03-01&to=2027-01-01", "to")):  # fmt: skip
        answer = manager.get(f"{ADDRESS}&{asked}")
        assert answer.status_code == 422
        page = read(answer)
        assert page.title.startswith("Error: ")
        assert f"#{field}" in page.links
        assert page.one("input", id=field).get("aria-describedby") == f"{field}-error"
        assert page.table("Referrals by state")
        assert manager.get(f"/dashboard.xlsx?policy={MAIDSTONE}&{asked}").status_code == 422


@pytest.mark.parametrize(
    "asked",
    ["policy=nowhere", f"policy={MAIDSTONE}&school=nowhere", "policy=%00", "policy=x%27--",
     f"policy={MAIDSTONE}&school=%00"],
)  # fmt: skip
def test_what_is_not_there_is_not_there(manager: httpx.Client, asked: str) -> None:
    assert manager.get(f"/dashboard?{asked}").status_code == 404
    assert manager.get(f"/dashboard.xlsx?{asked}").status_code == 404


def test_the_page_says_when_it_was_made_and_offers_to_refresh(
    site: Served,
) -> None:
    site.moment.later(hours=6, minutes=42)
    page = read(site.browse("morgan").get(f"{ADDRESS}&school=ashmead"))
    assert "As at 3:42pm on 10 March 2027." in page.text
    assert f"{ADDRESS}&school=ashmead" in page.links
    assert page.all("meta", **{"http-equiv": "refresh"}) == []


def test_an_installation_without_referrals_says_so(site: Served, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'empty.db'}")
    store.upgrade()
    with store.writing() as tx:
        add_person(tx, Person("mo", "Mo"))
        add_membership(tx, Membership("mo", "manager", None))
    work = Casework(store, site.work.office.folders)
    with served(work, site.invented, settings_for(work, tmp_path)) as one:
        page = read(one.browse("mo").get("/dashboard"))
        assert "No referral was opened yet." in page.text
        assert read(one.browse("mo").get("/meetings")).heading == "Meetings"
        listed = read(one.browse("mo").get("/policy")).table("Policies")
        assert len(listed) == 2
        first = read(one.browse("mo").get("/policy/heronsgate"))
        assert "no version is kept" in first.text
    store.close()
