"""The worklist: four groups, tiles, filters, pages of a group, and what an empty one says."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from apflow.store import reads, register
from apflow.store.register import Membership, Person
from tests.web.pages_read import Read, read, words
from tests.web_site import Served

GROUPS = ("overdue", "soon", "others", "rest")


def worklist(site: Served, person: str, address: str = "/") -> Read:
    return read(site.browse(person).get(address))


def rows(page: Read, group: str) -> list[list[str]]:
    """Return the rows of a group; none where it is not shown."""
    for section in page.all("section"):
        if section.get("aria-labelledby") == group:
            return [
                [words(cell) for cell in row if cell.tag in ("th", "td")]
                for body in section.iter("tbody")
                for row in body.iter("tr")
            ]
    return []


def references(page: Read, group: str) -> list[str]:
    return [re.findall(r"[A-Z]{2}-\d{4}-\w{6}-\w", row[0])[0] for row in rows(page, group)]


def tiles(page: Read) -> list[str]:
    return [words(one) for one in page.one("ul", class_="ap-tiles").iter("li")]


def test_a_worklist_has_four_groups_first_due_first(shared_site: Served) -> None:
    page = worklist(shared_site, "imran")
    assert page.heading == "Your worklist"
    headings = [words(one) for one in page.all("h2")]
    titles = ["Overdue", "Due within 5 school days", "Waiting for others", "Everything else"]
    assert [one.rpartition(" (")[0] for one in headings if "(" in one] == titles
    overdue = rows(page, "overdue")
    assert "late" in overdue[0][1]
    assert all("late" in row[1] or "missed today" in row[1] for row in overdue)
    late = [int(re.findall(r"(\d+) school days? late", row[1])[0]) for row in overdue]
    assert late == sorted(late, reverse=True)
    assert all(
        re.search(r"today|next school day|in \d school days", row[1]) for row in rows(page, "soon")
    )
    assert all("Waits for:" in row[3] for row in rows(page, "others"))
    said = [row[3] for group in ("overdue", "soon", "rest") for row in rows(page, group)]
    assert any("Blocked:" in one for one in said)
    forms = [one for one in page.links if "/events/" in one]
    assert forms
    assert shared_site.browse("imran").get(forms[0]).status_code == 200


def test_the_tiles_say_what_the_groups_hold(shared_site: Served) -> None:
    page = worklist(shared_site, "rosa")
    said = tiles(page)
    assert said[0] == f"{len(rows(page, 'overdue'))} Overdue"
    assert said[1].endswith("Due within 5 school days")
    assert said[2].endswith("Yours")
    assert said[3] == "17 Mar Next Inclusion Forum"
    mine = worklist(shared_site, "rosa", "/?show=mine")
    total = sum(len(rows(mine, group)) for group in GROUPS)
    assert f"{total} Yours" in said


def test_mine_and_my_teams_are_told_apart(shared_site: Served) -> None:
    mine = worklist(shared_site, "rosa", "/?show=mine")
    theirs = worklist(shared_site, "rosa")
    assert set(references(mine, "overdue")) <= set(references(theirs, "overdue"))
    for group in GROUPS:
        assert all(row[4].startswith("You") for row in rows(mine, group))
    assert any(row[4].startswith("Tomas Abara") for row in rows(theirs, "overdue"))


def test_a_filter_by_policy_leaves_the_other_out(shared_site: Served) -> None:
    every = worklist(shared_site, "olive")
    assert references(every, "overdue")
    assert all(one.startswith("HE-") for group in GROUPS for one in references(every, group))
    none = worklist(shared_site, "olive", "/?policy=heronsgate")
    assert [references(none, group) for group in GROUPS] == [
        references(every, group) for group in GROUPS
    ]
    unknown = worklist(shared_site, "olive", "/?policy=nowhere")
    assert references(unknown, "overdue") == references(every, "overdue")


def test_more_of_a_group_is_one_link_away_and_nothing_is_lost(shared_site: Served) -> None:
    page = worklist(shared_site, "imran")
    heading = next(words(one) for one in page.all("h2") if "Everything else" in words(one))
    total = int(heading.rpartition("(")[2].rstrip(")"))
    assert total > 20
    found = references(page, "rest")
    while True:
        more = [one for one in page.links if "after=" in one and "group=rest" in one]
        if not more:
            break
        asked = parse_qs(urlsplit(more[0]).query)
        assert set(asked) == {"group", "after"}
        page = worklist(shared_site, "imran", more[0])
        assert [group for group in GROUPS if rows(page, group)] == ["rest"]
        found += references(page, "rest")
    assert len(found) == len(set(found)) == total
    assert "/" in page.links


@pytest.mark.parametrize("address", ["/?group=nothing", "/?group=rest&after=x", "/?after=~~"])
def test_an_address_that_no_page_gave_is_answered_in_words(
    shared_site: Served, address: str
) -> None:
    answer = shared_site.browse("imran").get(address)
    assert answer.status_code in (200, 404, 422)
    read(answer)


def test_an_empty_worklist_says_what_to_do(site: Served) -> None:
    with site.work.store.writing() as tx:
        register.add_person(tx, Person("nora", "Nora Bell"))
        register.add_organisation(tx, register.Organisation("elm", "Elm School"))
        register.add_membership(tx, Membership("nora", "school", "elm"))
    page = worklist(site, "nora")
    assert "Nothing is waiting" in page.text
    assert "/referrals/new" in page.links
    assert "/referrals?closed=closed" in page.links
    assert tiles(page)[:3] == ["0 Overdue", "0 Due within 5 school days", "0 Yours"]
    mine = worklist(site, "rosa", "/?show=mine&policy=heronsgate")
    assert "You have no open referral of your own" in mine.text


def test_who_may_open_referrals_is_led_there(shared_site: Served) -> None:
    assert "/referrals/new" in worklist(shared_site, "gwen").links
    assert "/referrals/new" not in worklist(shared_site, "helen").links
    assert "/account" in worklist(shared_site, "helen").links


@pytest.mark.parametrize(("person", "where"), [("morgan", "/dashboard"), ("audrey", "/audit")])
def test_who_works_on_none_begins_elsewhere(shared_site: Served, person: str, where: str) -> None:
    answer = shared_site.browse(person).get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, where)


def test_a_list_is_a_look_at_every_child_in_it(site: Served) -> None:
    page = worklist(site, "nadia")
    shown = {one for group in GROUPS for one in references(page, group)}
    assert shown
    with site.work.store.reading() as tx:
        looked = {one.reference for one in reads.by(tx, "nadia") if one.what == "list"}
    assert looked == shown


def test_nobody_is_asked_to_claim_what_their_team_has(shared_site: Served) -> None:
    page = worklist(shared_site, "rosa")
    for group in GROUPS:
        for row in rows(page, group):
            if row[4].startswith(("You", "Tomas Abara")):
                assert "Claim" not in row[4]


def test_a_manager_who_acts_too_may_hand_over(site: Served) -> None:
    with site.work.store.writing() as tx:
        register.add_membership(tx, Membership("morgan", "la", "wealdshire"))
    page = worklist(site, "morgan")
    reference = references(page, "overdue")[0]
    assert f"/referrals/{reference}/hand-over" in page.links
