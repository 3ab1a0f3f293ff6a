"""Every step, found by who, what and when; taken away as a file; and who looked at whose record."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element, fromstring

import httpx
import openpyxl
import pytest

from apflow.casework import tracing
from apflow.store import history, reads, register
from apflow.store.tracing import Traces
from tests.web.administering import handle
from tests.web.reading import problems, read, rows, text_of
from tests.web_site import Served

STEPS, LOOKS = "Steps, newest first", "Looks, newest first"


def _all(site: Served) -> int:
    with site.work.store.reading() as tx:
        found = history.steps_of(tx, list(site.invented.referrals))
    return sum(map(len, found.values()))


def _pages(browser: httpx.Client, path: str, caption: str) -> Iterator[list[str]]:
    """Give the rows of each page, following what is older."""
    while path:
        found = read(browser.get(path))
        yield rows(found, caption)
        path = next(
            (one.get("href", "") for one in found.iter("a") if one.get("rel") == "next"), ""
        )


def _links(found: Element) -> list[str]:
    return [one.get("href", "") for one in found.iter("a")]


def test_every_step_is_listed_once_newest_first_and_leads_to_itself(shared_site: Served) -> None:
    browser = shared_site.browse("audrey")
    listed = [row for page in _pages(browser, "/audit", STEPS) for row in page]
    assert len(listed) == len(set(listed)) == _all(shared_site)
    first = read(browser.get("/audit"))
    (link,) = [one for one in _links(first) if one.startswith("/referrals/")][:1]
    assert read(browser.get(link))
    reference, seq = link.split("/")[2], int(link.split("/")[4])
    assert listed[0].startswith(f"{reference}, step {seq}")


@pytest.mark.parametrize(
    ("query", "traces"),
    [
        ("event=deadline_missed", Traces(event="deadline_missed")),
        ("policy=heronsgate", Traces(policy="heronsgate")),
        ("who=apflow", Traces(actor="system")),
        ("recorded_from=1/3/2027&recorded_to=5/3/2027",
         Traces(recorded_from=date(2027, 3, 1), recorded_to=date(2027, 3, 5))),
        ("happened_from=2027-02-01&happened_to=1 Feb 2027",
         Traces(happened_from=date(2027, 2, 1), happened_to=date(2027, 2, 1))),
        ("event=deadline_missed&policy=heronsgate&recorded_to=1/3/2027",
         Traces(event="deadline_missed", policy="heronsgate", recorded_to=date(2027, 3, 1))),
        ("run=no-such-run", Traces(flow_run="no-such-run")),
        ("reference=NO-SUCH", Traces(reference="NO-SUCH")),
    ],
)  # fmt: skip
def test_steps_are_found_by_what_is_asked(shared_site: Served, query: str, traces: Traces) -> None:
    expected = tracing.steps(shared_site.work.office, "audrey", traces, None, 10_000).rows
    browser = shared_site.browse("audrey")
    found = [row for page in _pages(browser, f"/audit?{query}", STEPS) for row in page]
    assert [row.split(" step ")[0] for row in found] == [f"{one.reference}," for one in expected]


def test_steps_are_found_by_person_and_nobody_is_named_in_an_address(shared_site: Served) -> None:
    browser = shared_site.browse("audrey")
    found = read(browser.get(f"/audit?who={handle(shared_site, 'gwen')}"))
    assert rows(found, STEPS)
    assert all("Gwen Pascoe" in row for row in rows(found, STEPS))
    for link in _links(found):
        assert "gwen" not in link.lower()
    assert list(problems(read(browser.get("/audit?who=gwen"), 422)).values()) == ["who"]


def test_steps_are_found_by_reference_however_it_is_typed(shared_site: Served) -> None:
    referral = max(shared_site.invented.referrals.values(), key=lambda one: one.seq)
    typed = referral.reference.replace("-", " ").lower()
    found = read(shared_site.browse("audrey").get("/audit", params={"reference": typed}))
    assert len(rows(found, STEPS)) == referral.seq


def test_steps_are_found_by_their_flow_run_and_lead_to_it(site: Served) -> None:
    browser = site.browse("audrey")
    row = next(
        one for one in tracing.steps(site.work.office, "audrey", Traces(), None, 500).rows
        if one.request
    )  # fmt: skip
    assert row.request is not None
    site.work.note_run(row.request, "0f1e2d3c-run")
    found = read(browser.get("/audit?run=0f1e2d3c-run"))
    (listed,) = rows(found, STEPS)
    assert listed.startswith(f"{row.reference}, step {row.seq}")
    assert "0f1e2d3c" in listed


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("event=none_such", "event"),
        ("policy=none-such", "policy"),
        ("recorded_from=soon", "recorded_from"),
        ("happened_to=31/2/2027", "happened_to"),
        ("recorded_from=2/3/2027&recorded_to=1/3/2027", "recorded_to"),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field_and_kept(
    shared_site: Served, query: str, field: str
) -> None:
    browser = shared_site.browse("audrey")
    for path in ("/audit", "/audit/export.csv"):
        found = read(browser.get(f"{path}?{query}"), 422)
        assert list(problems(found).values()) == [field]
        assert rows(found, STEPS) == []
    assert browser.get("/audit?after=x").status_code == 422


def test_no_page_or_file_names_a_child(shared_site: Served) -> None:
    with shared_site.work.store.reading() as tx:
        pupils = register.list_pupils(tx, limit=1000)
    names = {one.name for one in pupils if one.name}
    assert len(names) > 50
    browser = shared_site.browse("audrey")
    for path in ("/audit", "/audit/reads", "/audit/export.csv", "/audit/export.xes"):
        text = browser.get(path).text
        assert [name for name in names if name in text] == []


def _looked(site: Served, person: str, what: str) -> set[str]:
    with site.work.store.reading() as tx:
        return {one.reference for one in reads.by(tx, person) if one.what == what}


def _found(site: Served, traces: Traces) -> set[tuple[str, int]]:
    rows_ = tracing.steps(site.work.office, "audrey", traces, None, 1000).rows
    return {(one.reference, one.seq) for one in rows_}


def test_a_file_of_what_was_found_holds_the_steps_that_were_found_and_says_so(site: Served) -> None:
    browser = site.browse("audrey")
    found = _found(site, Traces(event="deadline_missed", policy="heronsgate"))
    references = {reference for reference, _ in found}
    query = "?event=deadline_missed&policy=heronsgate"
    answer = browser.get(f"/audit/export.csv{query}")
    assert answer.headers["content-disposition"] == 'attachment; filename="steps-found.csv"'
    table = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert {(row["reference"], int(row["step"])) for row in table} == found
    assert _looked(site, "audrey", "export") == references

    told = json.loads(browser.get(f"/audit/export.json{query}").content)
    assert told["format"] == "apflow/steps/1"
    assert "some of its steps" in told["proof"]
    steps = {(one["reference"], each["seq"]) for one in told["referrals"] for each in one["steps"]}
    assert steps == found
    log = fromstring(browser.get(f"/audit/export.xes{query}").content)
    held = {one.get("key"): one.get("value") for one in log}
    assert held["apflow:holds"] == "steps that were found"
    events = [
        one.get("value", "")
        for trace in log
        for event in trace
        if event.tag.endswith("event")
        for one in event
        if one.get("key") == "concept:instance"
    ]
    assert sorted(events) == sorted(f"{reference}/{seq}" for reference, seq in found)
    sheet = browser.get(f"/audit/export.xlsx{query}").content
    book = openpyxl.load_workbook(io.BytesIO(sheet), read_only=True)
    assert book.sheetnames == ["Steps that were found"]
    assert sum(1 for _ in book.worksheets[0].rows) == len(found) + 1
    book.close()


def test_the_page_offers_what_was_found_and_the_whole_histories_apart(shared_site: Served) -> None:
    browser = shared_site.browse("audrey")

    def offered(query: str) -> list[str]:
        page = read(browser.get(f"/audit{query}"))
        links = [one.get("href") or "" for one in page.iter("a")]
        return [one for one in links if one.startswith("/audit/export.csv")]

    query = "?event=deadline_missed&policy=heronsgate"
    assert offered(query) == [f"/audit/export.csv{query}", f"/audit/export.csv{query}&whole=yes"]
    assert offered("") == ["/audit/export.csv"]
    assert offered("?policy=heronsgate") == ["/audit/export.csv?policy=heronsgate"]
    empty = browser.get("/audit/export.json?event=deadline_missed&recorded_to=1/9/2020")
    assert json.loads(empty.content)["format"] == "apflow/steps/1"
    assert json.loads(empty.content)["referrals"] == []


def test_a_file_holds_the_whole_histories_if_asked_and_each_is_noted_as_a_look(
    site: Served,
) -> None:
    browser, office = site.browse("audrey"), site.work.office
    traces = Traces(event="deadline_missed", policy="heronsgate")
    found = {one.reference for one in tracing.steps(office, "audrey", traces, None, 1000).rows}
    query = "?event=deadline_missed&policy=heronsgate&whole=yes"
    assert _looked(site, "audrey", "export") == set()
    answer = browser.get(f"/audit/export.csv{query}")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="histories.csv"'
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["reference"] for row in table} == found
    steps = sum(site.invented.referrals[one].seq for one in found)
    assert len(table) == steps
    assert _looked(site, "audrey", "export") == found

    told = json.loads(browser.get(f"/audit/export.json{query}").content)
    assert {one["reference"] for one in told["referrals"]} == found
    log = fromstring(browser.get(f"/audit/export.xes{query}").content)
    assert log.tag.endswith("log")
    traces_there = [one for one in log if one.tag.endswith("trace")]
    assert len(traces_there) == len(found)
    assert sum(one.tag.endswith("event") for trace in traces_there for one in trace) == steps
    sheet = browser.get(f"/audit/export.xlsx{query}").content
    book = openpyxl.load_workbook(io.BytesIO(sheet), read_only=True)
    assert sum(1 for _ in book.worksheets[0].rows) == steps + 1
    book.close()


def test_without_a_filter_a_file_holds_everything_or_all_of_a_policy(shared_site: Served) -> None:
    browser = shared_site.browse("audrey")
    everything = set(shared_site.invented.referrals)
    for query, expected in (
        ("", everything),
        ("?policy=heronsgate", {one for one in everything if one.startswith("HE-")}),
        ("?event=none&policy=", set()),
    ):
        answer = browser.get(f"/audit/export.csv{query}")
        if query.startswith("?event"):
            assert answer.status_code == 422
            continue
        table = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert {row["reference"] for row in table} == expected


def test_nothing_is_sent_where_the_look_cannot_be_noted(site: Served) -> None:
    with site.work.store.writing() as tx:
        tx.exec_driver_sql("ALTER TABLE reads RENAME TO reads_elsewhere")
    answer = site.browse("audrey").get("/audit/export.csv?event=deadline_missed")
    assert answer.status_code >= 500
    assert not any(one in answer.text for one in site.invented.referrals)


def test_looks_are_found_by_person_referral_and_day(site: Served) -> None:
    reference = next(iter(site.invented.referrals))
    morgan, audrey = site.browse("morgan"), site.browse("audrey")
    assert morgan.get(f"/referrals/{reference}").status_code == 200
    listed = rows(read(audrey.get("/audit/reads")), LOOKS)
    assert any("Morgan Hale" in row and reference in row for row in listed)
    mine = f"/audit/reads?who={handle(site, 'morgan')}"
    assert all("Morgan Hale" in row for row in rows(read(audrey.get(mine)), LOOKS))
    hers = f"/audit/reads?who={handle(site, 'gwen')}&first=10/3/2027"
    assert rows(read(audrey.get(hers)), LOOKS) == []
    one = rows(read(audrey.get(f"/audit/reads?reference={reference.lower()}")), LOOKS)
    assert one
    assert all(reference in row for row in one)
    assert rows(read(audrey.get("/audit/reads?first=11/3/2027")), LOOKS) == []
    assert "The referral" in " ".join(rows(read(audrey.get(mine)), LOOKS))


def test_many_looks_are_paged_without_losing_one(site: Served) -> None:
    reference = next(iter(site.invented.referrals))
    with site.work.store.writing() as tx:
        for number in range(250):
            reads.add(tx, "hari", reference, f"what_{number}", site.moment())
    browser = site.browse("audrey")
    pages = list(_pages(browser, f"/audit/reads?who={handle(site, 'hari')}", LOOKS))
    assert [len(page) for page in pages][:2] == [100, 100]
    whats = [row.rpartition(" What ")[2] for page in pages for row in page if " What " in row]
    assert sorted(map(int, whats)) == list(range(250))


@pytest.mark.parametrize(
    ("query", "field"),
    [("who=hari", "who"), ("first=x", "first"), ("last=x", "last"),
     ("first=2/3/2027&last=1/3/2027", "last")],
)  # fmt: skip
def test_looks_that_cannot_be_asked_for_are_said(
    shared_site: Served, query: str, field: str
) -> None:
    found = read(shared_site.browse("audrey").get(f"/audit/reads?{query}"), 422)
    assert list(problems(found).values()) == [field]


@pytest.mark.parametrize(
    "path", ["", "/reads", "/acts", "/verify", "/export.csv", "/export.json", "/export.xes",
             "/export.xlsx"],
)  # fmt: skip
def test_the_audit_is_for_auditors_and_managers(shared_site: Served, path: str) -> None:
    for person, status in (
        ("audrey", 200), ("morgan", 200), ("gwen", 403), ("rosa", 403), ("helen", 403),
        (None, 303),
    ):  # fmt: skip
        answer = shared_site.browse(person).get(f"/audit{path}")
        assert answer.status_code == status, person
    assert shared_site.browse("audrey").get("/audit/export.exe").status_code == 404


def test_an_auditor_reads_everything_and_changes_nothing(shared_site: Served) -> None:
    said = text_of(read(shared_site.browse("audrey").get("/audit")))
    assert "Take it away" in said
    browser = shared_site.browse("audrey")
    for path in ("/admin", "/admin/people", "/admin/calendars", "/admin/meetings"):
        assert browser.get(path).status_code == 403
        assert browser.post(path).status_code in (403, 405)
