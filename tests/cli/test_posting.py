"""The outbox on the command line: sent when somebody says so, and what did not arrive listed."""

from collections.abc import Iterator

import pytest

from apflow.store import register
from tests.cli.conftest import Type
from tests.mail_server import MailServer, as_environment, running
from tests.prefect_server import free_port
from tests.small_office import Office


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """Give a mail server that the settings name."""
    with running() as server:
        for name, value in as_environment(server).items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def waiting(office: Office) -> str:
    """Leave a message for Lea in the outbox; return the reference that it is about."""
    with office.work.store.writing() as tx:
        register.change_person(tx, register.Person("lea", "Lea", "lea@la.example"))
    return office.opened(excluded=True, excluded_on="2026-01-12")


def test_what_is_due_is_sent_and_counted(waiting: str, mail: MailServer, terminal: Type) -> None:
    said = terminal("notices", "send")
    assert (said.code, said.out) == (0, "Sent: 1; failed: 0; with nobody to go to: 0.\n")
    assert mail.taken[0].message["Subject"] == f"Referral {waiting}"
    assert terminal("notices", "send", "--json").json == {
        "sent": 0, "failed": 0, "nobody": 0, "away": False,
    }  # fmt: skip
    assert terminal("notices", "list", "--json").json == []


def test_what_did_not_arrive_is_listed_with_its_reason_and_can_be_sent_again(
    office: Office, waiting: str, mail: MailServer, terminal: Type
) -> None:
    mail.codes["lea@la.example"] = "550"
    assert terminal("notices", "send").code == 0
    (one,) = terminal("notices", "list", "--json").json
    assert (one["reference"], one["to"], one["why"]) == (waiting, "la", "later")
    assert one["unreached"] == [{"person": "lea", "tries": 1, "fault": "550"}]
    assert "Lea (550)" in terminal("notices", "list").out
    with office.work.store.writing() as tx:
        register.change_person(tx, register.Person("lea", "Lea", "no address"))
    office.opened("p2", excluded=True, excluded_on="2026-01-12")
    assert terminal("notices", "send", "--json").json["failed"] == 1
    assert "given up: Lea (address)" in terminal("notices", "list").out
    with office.work.store.writing() as tx:
        register.change_person(tx, register.Person("lea", "Lea"))
    office.opened("p3", excluded=True, excluded_on="2026-01-12")
    assert terminal("notices", "send", "--json").json["nobody"] == 1
    assert "nobody can be written to" in terminal("notices", "list").out
    with office.work.store.writing() as tx:
        register.change_person(tx, register.Person("lea", "Lea", "lea@county.example"))
    assert terminal("notices", "send", "--json").json["sent"] == 0
    assert terminal("notices", "send", "--again", "--json").json["sent"] == 2


@pytest.mark.usefixtures("waiting")
def test_a_server_that_is_down_is_said_and_one_that_is_not_named_is_bad_input(
    mail: MailServer, terminal: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APFLOW_SMTP_PORT", str(free_port()))
    said = terminal("notices", "send")
    assert said.code == 1
    assert "cannot be used; what is left is sent when it can" in said.out
    monkeypatch.setenv("APFLOW_SMTP_FROM", "nobody")
    said = terminal("notices", "send")
    assert said.code == 2
    assert said.err == (
        "APFLOW_SMTP_FROM: 'nobody': has to be an e-mail address, such as apflow@school.example\n"
    )
    monkeypatch.delenv("APFLOW_SMTP_HOST")
    said = terminal("notices", "send")
    assert said.code == 2
    assert "APFLOW_SMTP_HOST: no mail server is named" in said.err
    assert mail.taken == []
