"""Lists, proofs, backups, policies and pictures on the command line; all speak JSON."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from apflow.cli import COMMANDS, SUMMARIES, house
from apflow.store import register
from tests.cli.conftest import Type
from tests.small_office import START, Office


def test_help_names_every_command_and_imports_neither_prefect_nor_the_store() -> None:
    code = (
        "import sys\nfrom apflow.cli import run\nassert run(['--help']) == 0\n"
        "heavy = {'prefect', 'fastapi', 'sqlalchemy', 'pydantic', 'statemachine'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in COMMANDS)
    assert set(COMMANDS) == set(SUMMARIES)


def test_proving_a_policy_loads_neither_the_store_nor_prefect(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("")
    code = (
        "import sys\nfrom apflow.cli import run\n"
        f"assert run(['policy', 'check', {str(tmp_path / 'empty.yaml')!r}]) == 2\n"
        "heavy = {'prefect', 'fastapi', 'sqlalchemy', 'psycopg', 'icalendar', 'holidays'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _commands(group: click.Group, *before: str) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, *before, name)
        else:
            yield (*before, name)


# `up` runs until it is stopped: it has no answer that could be JSON.
@pytest.mark.parametrize("words", sorted({*_commands(house)} - {("up",)}), ids=" ".join)
def test_every_command_speaks_json(terminal: Type, words: tuple[str, ...]) -> None:
    assert "--json" in terminal(*words, "--help").out


def test_registering_and_upgrading_answer_in_json(office: Office, terminal: Type) -> None:
    assert office.folder.is_dir()
    typed = (
        ("register", "organisation", "elm", "Elm School", "urn=134310"),
        ("register", "person", "una", "Una", "school@elm"),
        ("register", "pupil", "p-77", "Somebody"),
        ("upgrade",),
    )
    said = [terminal(*words, "--json") for words in typed]
    assert [one.code for one in said] == [0] * 4, said
    assert said[0].json == {"id": "elm", "name": "Elm School", "particulars": {"urn": 134310}}
    assert said[1].json["given"] == ["school@elm"]
    assert said[3].json["database"].startswith("sqlite:///")


@pytest.mark.parametrize("home", ["/proc/nowhere", "/dev/null"])
def test_a_home_that_cannot_be_made_is_one_clear_line(
    terminal: Type, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    monkeypatch.setenv("APFLOW_HOME", home)
    monkeypatch.delenv("APFLOW_DATABASE_URL", raising=False)
    said = terminal("verify")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert said.err.startswith(f"APFLOW_HOME: '{home}': the folder cannot be made")


def test_importing_asks_who_acts(office: Office, terminal: Type, tmp_path: Path) -> None:
    assert office.folder.is_dir()
    (tmp_path / "rows.csv").write_text("key,pupil\n")
    said = terminal("import", "one-of-each", str(tmp_path / "rows.csv"))
    assert said.code == 2
    assert "--as PERSON" in said.err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(terminal: Type, name: str) -> None:
    said = terminal(name, "--help")
    assert said.code == 0
    assert "Usage: apflow" in said.out


def test_the_worklist_shows_what_is_due_first_and_names_no_child(
    office: Office, terminal: Type
) -> None:
    quiet = office.opened("p1")
    urgent = office.opened("p2", excluded=True, excluded_on="2026-01-12")
    rows = terminal("worklist", "--as", "lea", "--json").json
    assert [row["reference"] for row in rows] == [urgent, quiet]
    assert rows[0]["due"] == "overdue"
    said = terminal("worklist", "--as", "lea")
    assert urgent in said.out
    assert "Quillfeather" not in said.out
    assert terminal("worklist", "--as", "eve", "--json").json == []
    (after,) = terminal("worklist", "--as", "lea", "--json", "--after", urgent).json
    assert after["reference"] == quiet


def test_choices_show_each_event_and_why_not(office: Office, terminal: Type) -> None:
    reference = office.opened(agrees=False)
    said = terminal("choices", reference, "--as", "sue")
    assert "submit: Submit (shut)" in said.out
    assert "✗ The parent has not agreed. [T-1]" in said.out
    listed = terminal("choices", reference, "--as", "sue", "--json").json
    assert {one["event"] for one in listed} >= {"submit", "log", "stop"}


def test_verify_names_the_first_altered_row(office: Office, terminal: Type) -> None:
    reference = office.opened(story="true")
    assert terminal("verify").out.startswith("Verified: 1 referrals, 1 steps")
    path = office.work.store.path
    assert path is not None
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE answers SET value = '\"false\"' WHERE name = 'story'")
    connection.close()
    said = terminal("verify", "--json")
    assert said.code == 1
    assert (said.json["reference"], said.json["seq"]) == (reference, 1)


def test_a_backup_restores_elsewhere_and_verifies(
    office: Office, terminal: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = office.opened()
    file = tmp_path / "backup.db"
    assert terminal("backup", str(file)).code == 0
    monkeypatch.setenv("APFLOW_HOME", str(tmp_path / "other"))
    restored = terminal("restore", str(file), "--json")
    assert restored.json == {"restored": True, "referrals": 1, "steps": 1}
    assert terminal("show", reference, "--as", "sue").code == 0
    assert terminal("restore", str(file)).code == 2


def test_sweeping_says_what_it_did(office: Office, terminal: Type) -> None:
    office.opened(excluded=True, excluded_on="2026-01-12")
    assert terminal("sweep", "--json").json["missed"] == 1
    assert "Missed deadlines recorded: 0" in terminal("sweep").out


def test_a_calendar_is_imported_and_shown(office: Office, terminal: Type, tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    file.write_text("start,end,kind,label\n2026-01-05,2027-07-21,term,Two years\n", "utf-8")
    said = terminal("calendar", "import", "one-of-each", str(file))
    assert said.code == 2
    assert "longer than a year" in said.err
    file.write_text("start,end,kind,label\n2026-01-05,2026-07-21,term,A year\n", "utf-8")
    assert terminal("calendar", "import", "one-of-each", str(file), "--json").json["done"]
    assert "A year" in terminal("calendar", "show", "one-of-each").out
    assert office.work.store.path is not None


@pytest.mark.usefixtures("office")
def test_the_register_is_kept_from_the_terminal(terminal: Type) -> None:
    assert terminal("register", "organisation", "ash", "Ash School", "urn=134310").code == 0
    assert terminal("register", "person", "tom", "Tom", "school@ash", "auditor").code == 0
    assert terminal("register", "person", "tom", "Tom", "school@nowhere").code == 2
    assert terminal("register", "pupil", "p9", "A Child", "--born", "3 May 2013").code == 0
    assert terminal("register", "pupil", "p9", "A Child").code == 2
    people = terminal("register", "list", "--json").json["people"]
    (tom,) = [one for one in people if one["id"] == "tom"]
    assert sorted(tom["roles"]) == ["auditor", "school@ash"]


def test_the_shipped_policies_are_listed_checked_traced_shown_and_drawn(
    terminal: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("APFLOW_STATES", raising=False)
    listed = terminal("policy", "list", "--json").json
    assert [one["policy"] for one in listed] == ["heronsgate", "maidstone-and-malling"]
    for name, clauses in (("heronsgate", 52), ("maidstone-and-malling", 106)):
        checked = terminal("policy", "check", name, "--json")
        assert (checked.code, checked.json["faults"]) == (0, [])
        traced = terminal("policy", "trace", name, "--json").json["statements"]
        assert len([one for one in traced if not one["number"].startswith("A-")]) == clauses
        assert "a reading of the policy" in terminal("policy", "show", name).out
    drawn = terminal("draw", "heronsgate", "--to", str(tmp_path), "--json").json
    assert {Path(file).suffix for file in drawn} >= {".svg", ".mmd"}


@pytest.mark.parametrize(
    "content",
    [b"", b"lifecycle: x\nlifecycle: y\n", b"\xff\xfe\x00", b"[" * 20_000, b"a: &a [1]\nb: *a\n",
     b"lifecycle: small\nroad: 5\n"],
)  # fmt: skip
def test_a_bad_policy_file_gets_clear_lines_and_exit_code_2(
    terminal: Type, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "lifecycle.yaml"
    file.write_bytes(content)
    said = terminal("policy", "check", str(file))
    assert said.code == 2
    assert "lifecycle.yaml" in said.err
    assert "Traceback" not in said.err


def test_an_agenda_at_the_terminal_is_its_readers_and_nobody_elses(
    office: Office, terminal: Type
) -> None:
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    command = ("forum", "agenda", "one-of-each/panel/2026-01-14", "--as")
    for person in ("ann", "max", "pam", "lea", "sue"):
        (item,) = terminal(*command, person, "--json").json
        assert item["reference"] == reference
    assert terminal(*command, "eve", "--json").json == []
    assert reference not in terminal(*command, "eve").out
    with office.work.store.writing() as tx:
        register.add_person(tx, register.Person("adam", "Adam"))
        register.add_membership(tx, register.Membership("adam", "administrator", None))
    said = terminal(*command, "adam")
    assert said.code == 2
    assert reference not in said.out + said.err


def test_a_forum_is_held_from_the_terminal(office: Office, terminal: Type, tmp_path: Path) -> None:
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", START, sitting="2026-01-14")
    sitting = "one-of-each/panel/2026-01-14"
    agenda = terminal("forum", "agenda", sitting, "--as", "pam", "--json").json
    assert [item["reference"] for item in agenda] == [reference]
    file = tmp_path / "decisions.json"
    file.write_text(
        '{"people": {"panel_member": "present", "la": "present"}, "decisions": '
        f'[{{"reference": "{reference}", "event": "panel_agrees"}}]}}',
        "utf-8",
    )
    said = terminal("forum", "decide", sitting, str(file), "--as", "pam")
    assert said.code == 0
    assert office.state(reference) == "agreed"


def test_a_spreadsheet_is_imported_from_the_terminal(
    office: Office, terminal: Type, tmp_path: Path
) -> None:
    header = terminal("import", "one-of-each", "--template").out.splitlines()[0]
    assert header.startswith("key,pupil,pupil_name")
    file = tmp_path / "all.csv"
    file.write_text("key,pupil,home,excluded\nA,p1,oak,no\nB,p2,oak,maybe\n", "utf-8")
    said = terminal("import", "one-of-each", str(file), "--as", "sue")
    assert said.code == 2
    assert "all.csv:3: excluded" in said.err
    assert "Opened 1; there already 0; not opened 1." in said.out
    assert len(office.work.worklist("max", START)) == 1


def test_policies_of_your_own_are_drawn_in_the_home_and_not_over_the_shipped_ones(
    office: Office, terminal: Type, tmp_path: Path
) -> None:
    assert office.folder.is_dir()
    (first, *_) = terminal("draw", "--json").json
    assert Path(first).parent == tmp_path / "home" / "diagrams"
