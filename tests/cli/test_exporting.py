"""Histories as files on the command line: written whole or not at all, for the owner's eyes."""

import csv
import json
import stat
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from apflow import cli
from tests.cli.conftest import Type
from tests.small_office import Office


def test_each_format_is_written_by_the_ending_of_the_file(
    office: Office, terminal: Type, tmp_path: Path
) -> None:
    reference = office.opened(agrees=True)
    for form in ("csv", "json", "xes", "xlsx"):
        file = tmp_path / f"history.{form}"
        said = terminal("export", reference, "--output", str(file), "--as", "ann", "--json")
        assert said.code == 0, said.err
        assert said.json == {
            "exported": str(file), "format": form, "bytes": file.stat().st_size,
        }  # fmt: skip
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with (tmp_path / "history.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert [row["reference"] for row in csv.DictReader(lines)] == [reference]
    assert json.loads((tmp_path / "history.json").read_text())["referrals"][0]["head"]
    assert ET.parse(tmp_path / "history.xes").getroot().find("{*}trace") is not None
    assert openpyxl.load_workbook(tmp_path / "history.xlsx").sheetnames == ["Steps"]


def test_everything_that_one_may_see_is_exported_when_nothing_is_named(
    office: Office, terminal: Type, tmp_path: Path
) -> None:
    references = {office.opened(f"p{number}", agrees=True) for number in (1, 2)}
    file = tmp_path / "all"
    words = ("export", "--format", "json", "--output", str(file))
    assert terminal(*words, "--as", "sue", "--policy", "one-of-each").code == 0
    found = json.loads(file.read_text())["referrals"]
    assert {one["reference"] for one in found} == references
    assert terminal(*words, "--as", "eve").code == 0
    assert json.loads(file.read_text())["referrals"] == []


def test_what_cannot_be_exported_leaves_the_file_as_it_was(
    office: Office, terminal: Type, tmp_path: Path
) -> None:
    reference = office.opened(agrees=True)
    file = tmp_path / "history.csv"
    file.write_text("kept")
    for words in (
        ("--as", "eve", reference),
        ("--as", "nobody", reference),
        ("--as", "ann", "OE-2026-AAAAAA-A"),
        ("--as", "ann", reference, "--policy", "one-of-each"),
    ):
        assert terminal("export", *words, "--output", str(file)).code == 2
    assert file.read_text() == "kept"
    assert sorted(one.name for one in tmp_path.iterdir() if "history" in one.name) == [
        "history.csv"
    ]


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("history", "it is one of csv, json, xes, xlsx"),
        ("history.cvs", "did you mean csv"),
        ("", "is a folder"),
        ("/", "is a folder"),
        ("..", "is a folder"),
        ("no/such/folder/history.csv", "No such file"),
        ("x" * 300 + ".csv", "File name too long"),
    ],
)
def test_a_file_that_cannot_be_is_said_on_one_line(
    output: str, says: str, office: Office, terminal: Type, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    reference = office.opened(agrees=True)
    monkeypatch.chdir(tmp_path)
    said = terminal("export", reference, "--output", output, "--as", "ann")
    assert said.code == 2
    assert says in said.err
    assert len(said.err.splitlines()) == 1


def test_an_export_can_be_piped(office: Office, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    reference = office.opened(agrees=True)
    words = ["export", reference, "--format", "csv", "--output", "-", "--as", "ann"]
    assert cli.run(words) == 0
    assert capfdbinary.readouterr().out.startswith(b'\xef\xbb\xbf"reference"')
    assert cli.run([*words, "--json"]) == 2
