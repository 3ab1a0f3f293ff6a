"""The post as a flow: on its schedule where there is a mail server, and telling counts only."""

from collections.abc import Iterator

import pytest

from apflow.referral import NoticeRow
from apflow.runs.served import deployments
from apflow.settings import Settings
from apflow.store import notices, register
from tests.flows.conftest import run_flow
from tests.mail_server import MailServer, as_environment, running
from tests.prefect_server import LOOPBACK, PrefectServer, free_port
from tests.trial_office import MARKER, NOW, Office


@pytest.fixture
def mail(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """Give a mail server that the flows' own settings name."""
    assert settings.prefect_api_url is not None
    with running() as server:
        for name, value in as_environment(server).items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def waiting(office: Office) -> str:
    """Leave two messages in the outbox, one with nobody to go to; return their reference."""
    reference = office.opened()
    with office.work.store.writing() as tx:
        register.change_person(tx, register.Person("ann", "Ann Archer", "ann@school.example"))
        told = f"{MARKER} is told"
        notices.add(
            tx,
            [
                NoticeRow(f"{reference}/1/told/{role}/0", reference, 1, "told", role, told, NOW)
                for role in ("school", "parent")
            ],
        )
    return reference


def test_the_flow_sends_what_is_due_and_tells_prefect_numbers_only(
    waiting: str, settings: Settings, mail: MailServer, prefect: PrefectServer
) -> None:
    state = run_flow(settings, "send_notices")
    assert (state.type.value, state.name) == ("COMPLETED", "Completed")
    assert state.message == "sent 1, failed 0, nobody 1"
    assert mail.to() == ["ann@school.example"]
    assert waiting in mail.taken[0].message["Subject"]
    assert run_flow(settings, "send_notices").message == "sent 0, failed 0, nobody 0"
    stored = prefect.stored()
    for word in (MARKER, "ann@school.example", "Ann Archer"):
        assert word.encode() not in stored


@pytest.mark.usefixtures("waiting")
def test_while_the_mail_server_is_down_the_run_has_failed_and_says_so(
    settings: Settings, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APFLOW_SMTP_PORT", str(free_port()))
    state = run_flow(settings, "send_notices")
    assert (state.type.value, state.name) == ("FAILED", "Failed")
    # They were written at one moment; the one for a parent is the first by its name.
    assert state.message == "the mail server is away: sent 0, failed 1, nobody 1"
    assert mail.taken == []


@pytest.mark.usefixtures("office")
def test_without_a_mail_server_the_flow_does_nothing_and_is_not_on_a_schedule(
    settings: Settings,
) -> None:
    assert run_flow(settings, "send_notices").message == "no mail server is named"
    named = settings.model_copy(update={"smtp_host": LOOPBACK})
    for one, count in ((settings, 0), (named, 1)):
        post = next(each for each in deployments(one) if each.flow_name == "send_notices")
        assert len(post.schedules or ()) == count
        assert post.concurrency_limit == 1
