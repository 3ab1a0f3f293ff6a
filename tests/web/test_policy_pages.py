"""What anybody who is signed in may read of a policy: all of it, in words."""

import httpx
import pytest
import yaml

from apflow import catalogue
from apflow.policy.clauses import trace
from tests.web.pages_read import read, words
from tests.web_site import Served

POLICIES = ("maidstone-and-malling", "heronsgate")


@pytest.fixture
def reader(shared_site: Served) -> httpx.Client:
    return shared_site.browse("gwen")


def test_nobody_reads_a_policy_without_signing_in(shared_site: Served) -> None:
    for path in ("/policy", "/policy/heronsgate", "/policy/heronsgate/lifecycle.yaml"):
        assert shared_site.browse().get(path).status_code == 303


def test_the_list_names_every_policy_with_its_referrals(
    shared_site: Served, reader: httpx.Client
) -> None:
    rows = read(reader.get("/policy")).table("Policies")
    every = shared_site.invented.referrals.values()
    for name, row in zip(sorted(POLICIES), rows, strict=True):
        assert name.split("-")[0] in row[0].lower()
        assert row[1] == "no dates are set"
        assert row[4:] == [str(sum(one.lifecycle == name for one in every))]


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_calls_itself_a_reading_of_its_source(reader: httpx.Client, name: str) -> None:
    page = read(reader.get(f"/policy/{name}"))
    assert f"A reading of {name}.txt" in page.text
    assert page.title.startswith(page.heading)


@pytest.mark.parametrize("name", POLICIES)
def test_every_guard_stands_in_words_with_what_is_said_otherwise(
    reader: httpx.Client, name: str
) -> None:
    lifecycle = catalogue.read_policy(name).lifecycle
    page = read(reader.get(f"/policy/{name}"))
    for guard, written in lifecycle.guards.items():
        row = words(page.one("tr", id=f"guards-{guard}"))
        assert written.otherwise in row
        assert {"law": "Law", "must": "Must", "should": "Advice"}[written.force] in row
        for clause in written.clause:
            assert clause in row
        for role in written.override:
            assert str(lifecycle.roles[role].title) in row
        assert "_" not in row
        assert "==" not in row


@pytest.mark.parametrize("name", POLICIES)
def test_every_statement_leads_to_what_carries_it_and_back(reader: httpx.Client, name: str) -> None:
    known = catalogue.read_policy(name)
    assert known.clauses is not None
    pages = {
        f"/policy/{name}{part}": read(reader.get(f"/policy/{name}{part}"))
        for part in ("", "/facts")
    }
    anchors = {f"{path}#{one}" for path, page in pages.items() for one in page.ids}
    for path, page in pages.items():
        for link in page.links:
            target = f"{path}{link}" if link.startswith("#") else link
            if "#" in target:
                assert target in anchors, f"{path} leads to {link}, which is not there"
    main = pages[f"/policy/{name}"]
    both_ways = trace(known.clauses, known.lifecycle)
    for statement in both_ways.statements:
        row = words(main.one("tr", id=f"clause-{statement.number}"))
        assert statement.says in row
        assert statement.information is None or statement.information in row
    assert len(main.table("From each part")) == len(both_ways.parts)


@pytest.mark.parametrize("name", POLICIES)
def test_what_the_authority_has_to_confirm_comes_first(reader: httpx.Client, name: str) -> None:
    page = read(reader.get(f"/policy/{name}"))
    settings = catalogue.read_policy(name).lifecycle.settings
    rows = page.table("Settings to be confirmed")
    assert [row[0] for row in rows] == [one.title for one in settings.values() if one.confirm]
    assert "Not set" in {row[1] for row in rows}
    assert words(page.all("h2")[1]) == "Still to be confirmed by the authority"


@pytest.mark.parametrize("name", POLICIES)
def test_the_map_is_drawn_and_said_in_words(reader: httpx.Client, name: str) -> None:
    page = read(reader.get(f"/policy/{name}"))
    lifecycle = catalogue.read_policy(name).lifecycle
    assert len(page.all("svg")) == 2
    assert "/diagram.css" in {one.get("href") for one in page.all("link")}
    steps = page.table("What may happen from each state")
    assert len(steps) == len(lifecycle.transitions)
    for transition in lifecycle.transitions:
        assert page.one("tr", id=f"transitions-{transition.event}") is not None


@pytest.mark.parametrize("name", POLICIES)
def test_everything_asked_and_told_is_said(reader: httpx.Client, name: str) -> None:
    page = read(reader.get(f"/policy/{name}/facts"))
    lifecycle = catalogue.read_policy(name).lifecycle
    for section in ("facts", "events", "notices"):
        for part in getattr(lifecycle, section):
            assert page.one("tr", id=f"{section}-{part}") is not None
    hidden = [name for name, fact in lifecycle.facts.items() if fact.seen_by]
    for fact in hidden:
        assert "Seen only by:" in words(page.one("tr", id=f"facts-{fact}"))


def test_versions_say_what_differs_and_are_given_as_they_were_kept(
    shared_site: Served, reader: httpx.Client
) -> None:
    page = read(reader.get("/policy/maidstone-and-malling"))
    newest, first = page.table("Versions that were kept")
    assert "Today’s" in newest[0]
    assert "“Places in key stage 3” is 48, it was not set yet" in newest[3]
    assert first[3] == "the first that was kept"
    digests = {
        one.digest
        for one in shared_site.invented.referrals.values()
        if one.lifecycle == "maidstone-and-malling"
    }
    links = {one.rpartition("/")[2] for one in page.links if "/versions/" in one}
    assert links == digests
    for digest in digests:
        kept = reader.get(f"/policy/maidstone-and-malling/versions/{digest}")
        assert kept.headers["content-type"] == "text/plain; charset=utf-8"
        lifecycle = catalogue.read_lifecycle_text(kept.text, "kept")
        assert lifecycle.digest == digest


def test_the_file_is_given_as_it_is_today(shared_site: Served, reader: httpx.Client) -> None:
    given = reader.get("/policy/heronsgate/lifecycle.yaml")
    folder = shared_site.work.office.policy_folder("heronsgate")
    assert given.text == (folder / "lifecycle.yaml").read_text(encoding="utf-8")
    assert given.headers["content-disposition"].startswith("attachment")
    assert yaml.safe_load(given.text)["lifecycle"] == "heronsgate"


@pytest.mark.parametrize(
    "path",
    ["/policy/nowhere", "/policy/nowhere/facts", "/policy/%00", "/policy/heronsgate/versions/abc",
     "/policy/heronsgate/versions/%00", f"/policy/heronsgate/versions/{'0' * 64}",
     "/policy/nowhere/lifecycle.yaml", "/policy/..%2f..%2fetc"],
)  # fmt: skip
def test_what_is_not_there_is_said_to_be_not_there(reader: httpx.Client, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 404
    assert read(answer).heading == "Page not found"


def test_a_version_of_another_policy_is_not_given_under_this_name(
    shared_site: Served, reader: httpx.Client
) -> None:
    digest = next(
        one.digest
        for one in shared_site.invented.referrals.values()
        if one.lifecycle == "heronsgate"
    )
    assert reader.get(f"/policy/maidstone-and-malling/versions/{digest}").status_code == 404


def test_a_clause_may_be_asked_for_by_an_address_of_its_own(reader: httpx.Client) -> None:
    answer = reader.get("/policy/heronsgate/clauses")
    assert (answer.status_code, answer.headers["location"]) == (307, "/policy/heronsgate")


def test_a_policy_whose_file_is_broken_is_shown_as_it_was_kept(site: Served) -> None:
    path = site.work.office.policy_folder("heronsgate") / "lifecycle.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("road: [", "road: [nowhere, "), encoding="utf-8")
    browser = site.browse("morgan")
    page = read(browser.get("/policy/heronsgate"))
    assert "cannot be used at present" in page.text
    assert "nowhere" in page.text
    assert "Its file cannot be used" in read(browser.get("/policy")).text
    path.write_text(
        before.replace("title: Heronsgate School", "title: Heronsgate’s own school", 1), "utf-8"
    )
    page = read(browser.get("/policy/heronsgate"))
    assert "Heronsgate’s own school" in page.heading
    assert "cannot be used" not in page.text
