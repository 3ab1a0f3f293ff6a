"""`apflow account`: passwords typed without being shown, and a fresh installation's first steps."""

import io
import os
import pty
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from apflow.casework.accounts import Accounts, Refused, Visitor
from apflow.clock import utc_now
from apflow.store import register
from tests.cli.conftest import Type
from tests.small_office import Office

WORD = "amber otter lantern quilt"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def accounts(office: Office) -> Accounts:
    return Accounts(office.work.office)


def visitor(accounts: Accounts, name: str, word: str) -> Visitor:
    secret = accounts.sign_in(name, word, "127.0.0.1", utc_now())
    assert isinstance(secret, str), secret
    found = accounts.visitor(secret, utc_now())
    assert found is not None
    return found


def on_stdin(monkeypatch: pytest.MonkeyPatch, given: str | bytes) -> None:
    raw = given if isinstance(given, bytes) else given.encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))


def test_a_fresh_installation_begins_with_an_administrator(
    accounts: Accounts, terminal: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = terminal("register", "person", "pat", "Pat Hill", "administrator")
    assert said.code == 0, said.err
    on_stdin(monkeypatch, WORD + "\n")
    said = terminal("account", "password", "pat", "--stdin")
    assert (said.code, said.out) == (0, "pat: password set\n"), said.err
    pat = visitor(accounts, "pat", WORD)
    assert pat.administers
    assert not pat.acts
    assert terminal("worklist", "--as", "pat", "--json").json == []


@pytest.mark.parametrize("line", [WORD, WORD + "\r\n", WORD + "\nnot this\n"])
def test_a_password_is_one_line_of_standard_input(
    accounts: Accounts, terminal: Type, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    on_stdin(monkeypatch, line)
    assert terminal("account", "password", "sue", "--stdin", "--json").json == {
        "person": "sue",
        "password_set": True,
    }
    assert visitor(accounts, "sue", WORD).person == "sue"


@pytest.mark.parametrize(
    "given",
    [b"", b"\n", b"short\n", b"x" * 100_000, b"\xff\xfe not UTF-8\n", b"nul\0 is not typed\n"],
)
def test_what_cannot_be_a_password_is_refused_in_words(
    office: Office, terminal: Type, monkeypatch: pytest.MonkeyPatch, given: bytes
) -> None:
    assert office.folder.is_dir()
    on_stdin(monkeypatch, given)
    said = terminal("account", "password", "sue", "--stdin")
    assert said.code == 2
    assert said.err.startswith("password: ")
    assert len(said.err) < 200


def test_where_nothing_can_be_typed_it_says_so(
    office: Office, terminal: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert office.folder.is_dir()
    on_stdin(monkeypatch, WORD + "\n" + WORD + "\n")
    said = terminal("account", "password", "sue")
    assert said.code == 2
    assert "--stdin" in said.err


def test_nobody_has_no_password_and_no_session(
    office: Office, terminal: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert office.folder.is_dir()
    on_stdin(monkeypatch, WORD)
    for words in (("password", "sux", "--stdin"), ("sign-out", "sux")):
        said = terminal("account", *words)
        assert (said.code, said.err) == (2, "There is no person 'sux'\n")
    assert terminal("account", "password", "sux", "--one-time").code == 2
    assert terminal("account", "password", "sue", "--one-time", "--stdin").code == 2


def test_typed_at_a_terminal_it_is_never_shown(accounts: Accounts) -> None:
    keyboard, screen = pty.openpty()
    command = [sys.executable, "-m", "apflow.cli", "account", "password", "sue"]
    child = subprocess.Popen(
        command, stdin=screen, stdout=screen, stderr=screen, start_new_session=True
    )
    os.close(screen)
    shown = b""
    for prompt in (b"Password:", b"confirmation:"):
        while prompt not in shown:
            shown += os.read(keyboard, 1000)
        os.write(keyboard, WORD.encode() + b"\n")
    with suppress(OSError):
        while more := os.read(keyboard, 1000):
            shown += more
    os.close(keyboard)
    assert child.wait() == 0, shown
    assert b"password set" in shown
    assert WORD.encode() not in shown
    assert visitor(accounts, "sue", WORD).person == "sue"


def test_a_one_time_word_is_said_once(accounts: Accounts, terminal: Type) -> None:
    said = terminal("account", "password", "sue", "--one-time", "--json").json
    assert visitor(accounts, "sue", said["one_time_word"]).must_change
    assert said["one_time_word"] not in terminal("account", "list").out


def test_everybody_is_listed_with_how_they_stand(accounts: Accounts, terminal: Type) -> None:
    accounts.set_password("sue", WORD, NOW)
    accounts.set_password_for("command line", "eve", NOW)
    with accounts.office.store.writing() as tx:
        register.disable(tx, "lea", NOW)
    listed = {one["person"]: one for one in terminal("account", "list", "--json").json}
    assert listed["sue"]["roles"] == ["school@oak"]
    standing = {person: one["sign_in"] for person, one in listed.items()}
    assert standing["sue"] == "password"
    assert standing["eve"] == "one-time password"
    assert standing["max"] == "no password"
    assert standing["lea"] == "disabled"
    said = terminal("account", "list")
    assert "one-time password" in said.out
    assert "argon2" not in said.out


def test_an_account_elsewhere_is_linked_to_one_person(accounts: Accounts, terminal: Type) -> None:
    issuer = "https://login.example"
    said = terminal("account", "link", "sue", issuer, "subject-7")
    assert (said.code, said.out) == (0, f"sue may sign in at {issuer}\n"), said.err
    assert accounts.person_by_identity(issuer, "subject-7") == "sue"
    assert terminal("account", "link", "nobody", issuer, "subject-8").code == 2
    assert terminal("account", "link", "sue", issuer, " ").code == 2
    assert accounts.person_by_identity(issuer, "subject-8") is None
    # Linked wrongly, it is linked again: one account there is never two people here.
    assert terminal("account", "link", "max", issuer, "subject-7").code == 0
    assert accounts.person_by_identity(issuer, "subject-7") == "max"


def test_signing_somebody_out_ends_their_sessions(accounts: Accounts, terminal: Type) -> None:
    secrets = [accounts.sign_in_as_known("sue", "sso", utc_now()) for _ in range(2)]
    assert terminal("account", "sign-out", "sue").out == "sue: 2 sessions ended\n"
    assert [accounts.visitor(one, utc_now()) for one in secrets] == [None, None]
    assert terminal("account", "sign-out", "sue", "--json").json["sessions_ended"] == 0


@pytest.mark.parametrize(
    ("role", "says"),
    [
        ("manger", "did you mean 'manager'"),
        ("administrator@oak", "whole house"),
        ("manager@oak", "whole house"),
        ("school@oka", "did you mean 'oak'"),
    ],
)
def test_a_role_that_nobody_can_hold_is_not_registered(
    office: Office, terminal: Type, role: str, says: str
) -> None:
    said = terminal("register", "person", "pat", "Pat Hill", "auditor", role)
    assert said.code == 2
    assert says in said.err
    with office.work.store.reading() as tx:
        assert register.get_person(tx, "pat") is None


def test_disabling_on_the_command_line_ends_sessions_too(
    accounts: Accounts, terminal: Type
) -> None:
    accounts.set_password("sue", WORD, NOW)
    secret = accounts.sign_in("sue", WORD, "127.0.0.1", utc_now())
    assert not isinstance(secret, Refused)
    assert terminal("register", "person", "sue", "Sue", "--disable").code == 0
    assert accounts.visitor(secret, utc_now()) is None
    assert accounts.sessions_of("sue", utc_now()) == ()
