"""Exports: who gets what, that it is recorded first, and that nothing hostile gets through."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from apflow.casework.exports import FORMATS, export, gathering, histories
from apflow.casework.exports.rows import HEADINGS
from apflow.errors import BadInput, Unknown
from apflow.store import reads, register
from apflow.store.engine import Store
from tests.small_office import MARKER, START, Office

NOW = START + timedelta(days=30)
HOSTILE = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '"; =cmd|\' /C calc\'!A0',
    "<script>alert(1)</script>", "]]><trace>", "&amp;", "a\x00b\x08c\x0bd", "\u202eevil", "\ufffe",
    "</r><f>1</f>", "<r><t>x</t></r>", "_x0041_", "Zoë 🙂 \u2028 x", "a,b;c\"d'e", "x" * 9_000,
)  # fmt: skip


def made(office: Office, form: str, person: str = "ann", *references: str) -> bytes:
    given = references or None
    return b"".join(export(office.work.office, form, person, NOW, given))


def as_rows(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet_rows(content: bytes) -> list[dict[str, Any]]:
    (page,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    headings, *rows = page.iter_rows(values_only=True)
    return [dict(zip(headings, row, strict=True)) for row in rows]


@pytest.fixture
def told(office: Office) -> tuple[Office, str]:
    """Give a referral with a story, a secret, an override and an erased text, and its reference."""
    reference = office.opened(story=f"{MARKER} fell out", secret=True, agrees=True)
    office.done(reference, "submit", "sue", START, sitting="2026-01-14")
    office.done(
        reference, "panel_agrees", "lea", START, sat=["la"], because={"two_sat": "one was ill"}
    )
    return office, reference


def test_a_csv_has_one_row_a_step_with_everything_about_it(told: tuple[Office, str]) -> None:
    office, reference = told
    opened, _, agreed = as_rows(made(office, "csv", "lea", reference))
    assert tuple(opened) == HEADINGS
    assert opened["reference"] == reference
    assert (opened["from"], opened["to"], opened["to_title"]) == ("start", "draft", "Draft")
    assert (opened["actor"], opened["actor_name"], opened["role"]) == ("sue", "Sue", "school")
    assert opened["happened_on"] == "2026-01-14"
    assert opened["recorded_at"] == "2026-01-14T10:00:00+00:00"
    assert f"story: {MARKER} fell out" in opened["answers"].splitlines()
    assert "agrees: yes" in opened["answers"].splitlines()
    assert "secret: yes" in opened["answers"].splitlines()
    assert agreed["reasons"] == "two_sat: one was ill"
    assert "two_sat: overridden [T-2]: Decisions are taken jointly." in agreed["findings"]
    assert agreed["previous"] == as_rows(made(office, "csv", "lea", reference))[1]["hash"]


def test_the_spreadsheet_says_the_same_with_dates_that_are_dates(told: tuple[Office, str]) -> None:
    office, reference = told
    rows = sheet_rows(made(office, "xlsx", "lea", reference))
    plain = as_rows(made(office, "csv", "lea", reference))
    for column in ("reference", "event", "to", "answers", "findings", "hash"):
        assert [row[column] or "" for row in rows] == [row[column] for row in plain]
    assert rows[0]["happened_on"] == datetime(2026, 1, 14)
    assert rows[0]["recorded_at"] == datetime(2026, 1, 14, 10)
    assert rows[0]["step"] == 1
    assert made(office, "xlsx", "lea", reference) == made(office, "xlsx", "lea", reference)


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_a_fact_kept_to_some_is_named_to_others_and_not_shown(
    told: tuple[Office, str], form: str
) -> None:
    office, reference = told
    if form == "json":
        values = json.loads(made(office, form, "sue", reference))["referrals"][0]["history"][0]
        (secret,) = [one for one in values["values"] if one["name"] == "secret"]
        assert secret["is"] == "not shown"
        assert set(secret) == {"kind", "name", "digest", "is"}
    else:
        read = as_rows if form == "csv" else sheet_rows
        for person, shown in (("sue", "(not shown to you)"), ("ann", "(not shown to you)")):
            rows: list[Any] = list(read(made(office, form, person, reference)))
            assert f"secret: {shown}" in rows[0]["answers"]
        rows = list(read(made(office, form, "lea", reference)))
        assert "secret: yes" in rows[0]["answers"]


def test_a_fact_that_its_own_policy_kept_to_some_stays_so_under_a_policy_that_has_it_no_more(
    told: tuple[Office, str],
) -> None:
    office, reference = told
    file = office.folder / "one-of-each" / "lifecycle.yaml"
    text = file.read_text()
    newer = "".join(line for line in text.splitlines(keepends=True) if "  secret:" not in line)
    newer = newer.replace("story, secret,", "story,").replace("excluded and secret", "excluded")
    file.write_text(newer)
    office.done(reference, "adopt_lifecycle", "max", NOW, reason="a newer law")
    rows = as_rows(made(office, "csv", "sue", reference))
    assert "secret: (not shown to you)" in rows[0]["answers"]
    assert "secret: yes" in as_rows(made(office, "csv", "lea", reference))[0]["answers"]
    for person, seen in (("sue", {None}), ("lea", {True})):
        steps = office.work.history(reference, person, NOW)
        assert {one.value for one in steps[0].values if one.name == "secret"} == seen


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_erased_is_in_no_export(told: tuple[Office, str], form: str) -> None:
    office, reference = told
    office.done(reference, "erase", "max", NOW, reason="asked for", facts=["story"])
    content = made(office, form, "lea", reference)
    assert b"fell out" not in content
    if form == "csv":
        assert "story: (erased)" in as_rows(content)[0]["answers"]


@pytest.mark.parametrize("form", FORMATS)
def test_no_export_holds_the_name_of_a_child(office: Office, form: str) -> None:
    reference = office.opened(story="a quiet child", agrees=True)
    assert MARKER.encode() not in made(office, form, "ann", reference)


def test_an_event_log_holds_no_fact(told: tuple[Office, str]) -> None:
    office, reference = told
    text = made(office, "xes", "lea", reference).decode()
    for word in (MARKER, "fell out", "one was ill", "story", "Sue"):
        assert word not in text
    assert 'key="apflow:overridden" value="two_sat"' in text


@pytest.mark.parametrize("form", FORMATS)
def test_nobody_gets_what_is_not_there_for_them_and_nothing_is_recorded(
    told: tuple[Office, str], form: str, store: Store
) -> None:
    office, reference = told
    for person in ("eve", "nobody"):
        with pytest.raises(Unknown):
            made(office, form, person, reference)
    with pytest.raises(Unknown):
        made(office, form, "ann", reference, "OE-2026-AAAAAA-A")
    with store.reading() as tx:
        assert [one for one in reads.of(tx, reference) if one.what == "export"] == []
    assert reference.encode() not in made(office, form, "eve")


def test_who_may_not_see_a_referral_in_its_slot_may_not_export_it(
    office: Office, store: Store
) -> None:
    placed = office.placed()
    with store.writing() as tx:
        # Of the unit, which is a party, but in a role whose slot the unit does not fill.
        register.add_person(tx, register.Person("pip", "Pip"))
        register.add_membership(tx, register.Membership("pip", "school", "pru"))
    with pytest.raises(Unknown):
        made(office, "csv", "pip", placed)
    assert as_rows(made(office, "csv", "pip")) == []


def test_every_history_is_recorded_as_looked_at_before_it_is_given(
    office: Office, store: Store
) -> None:
    references = [office.opened(f"p{number}", agrees=True) for number in (1, 2, 3)]
    seen: list[reads.Read] = []
    for number, _ in enumerate(histories(office.work.office, "max", NOW), start=1):
        with store.reading() as tx:
            seen = [one for one in reads.by(tx, "max") if one.what == "export"]
        assert len(seen) >= number
    assert sorted(one.reference for one in seen) == sorted(references)


def test_many_are_gathered_a_batch_at_a_time_and_in_order(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "_AT_ONCE", 2)
    references = sorted(office.opened(f"p{number}", agrees=True) for number in (1, 2, 3, 4, 5))
    work = office.work.office
    assert [one.referral.reference for one in histories(work, "ann", NOW)] == references
    backwards = references[::-1]
    named = histories(work, "sue", NOW, [*backwards, backwards[0].lower()])
    assert [one.referral.reference for one in named] == backwards
    assert list(histories(work, "ann", NOW, policy="elsewhere")) == []
    assert len(list(histories(work, "pam", NOW, policy="one-of-each"))) == 5
    lazy = histories(work, "ann", NOW)
    assert isinstance(lazy, Iterator)
    next(lazy)


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_of_nothing_is_a_file_all_the_same(office: Office, form: str) -> None:
    content = made(office, form, "eve")
    if form == "csv":
        assert as_rows(content) == []
    elif form == "json":
        assert json.loads(content)["referrals"] == []
    elif form == "xlsx":
        assert sheet_rows(content) == []
    else:
        assert ET.fromstring(content).findall("{*}trace") == []


def test_a_format_that_nobody_knows_is_said_with_the_nearest(office: Office) -> None:
    with pytest.raises(BadInput, match="did you mean json"):
        export(office.work.office, "jsn", "ann", NOW)
    with pytest.raises(BadInput, match="it is one of csv, json, xes, xlsx"):
        export(office.work.office, "parquet", "ann", NOW)


@pytest.fixture(params=HOSTILE, ids=lambda text: ascii(text[:20]))
def hostile(request: pytest.FixtureRequest, office: Office, store: Store) -> tuple[str, str]:
    """Give a referral in which a text is a story, a reason, a name and an id, and the reason."""
    text: str = request.param
    if store.dialect == "postgresql":
        text = text.replace("\x00", "\x01")
    with store.writing() as tx:
        register.add_person(tx, register.Person(text, text))
        register.add_membership(tx, register.Membership(text, "manager", None))
    reference = office.opened(agrees=True)
    # As a story only what may be written as one.
    said = text.strip()[:900] if text.strip().isprintable() else "plain"
    office.done(reference, "log", "sue", START, story=said)
    office.done(reference, "correct_facts", text, START, reason=said, agrees=False)
    return reference, said


def test_nothing_that_people_write_becomes_a_formula_a_column_or_a_tag(
    office: Office, hostile: tuple[str, str]
) -> None:
    reference, said = hostile
    steps = len(office.work.history(reference, "lea", NOW))
    rows = as_rows(made(office, "csv", "lea", reference))
    assert [set(row) for row in rows] == [set(HEADINGS)] * steps
    for row in rows:
        risky = [cell for cell in row.values() if cell.startswith(tuple("=+-@\t\r\n＝"))]
        assert risky == []
        assert not any(one in cell for cell in row.values() for one in "\x00\x08\x0b")
    (page,) = openpyxl.load_workbook(io.BytesIO(made(office, "xlsx", "lea"))).worksheets
    kinds = {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n", "d"}
    log = ET.fromstring(made(office, "xes", "lea", reference))
    assert len(log.findall("{*}trace/{*}event")) == steps
    told = json.loads(made(office, "json", "lea", reference))["referrals"][0]["history"]
    values = [one.get("value") for step in told for one in step["values"]]
    assert said in values


def test_moments_are_in_the_time_of_london_with_their_offset(office: Office) -> None:
    summer = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)
    office.opened("p2", summer, agrees=True)
    (row,) = as_rows(made(office, "csv"))
    assert row["recorded_at"] == "2026-07-14T23:30:00+01:00"
    assert b'value="2026-07-14T23:30:00.000+01:00"' in made(office, "xes")
