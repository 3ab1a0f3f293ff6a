"""A message as it goes over the wire, and the wire itself: encrypted, with a password, or not."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apflow.casework.notices.letters import is_address, letter, sender_of
from apflow.casework.notices.posting import Mailer, Sent, send_due
from apflow.referral import NoticeRow
from apflow.settings import BadSettings, Settings
from apflow.store import register
from apflow.store.engine import Store
from tests.mail_server import (
    PASSWORD,
    SENDER,
    USER,
    WEB,
    Certificate,
    MailServer,
    certificate,
    knows,
    running,
)
from tests.small_office import START, Office

__all__ = ["certificate"]

NOTICE = NoticeRow("r/1/told/la/0", "OE-2026-AAAAAA-A", 1, "told", "la", "Words.", START)


@pytest.fixture
def office(office: Office, store: Store) -> Office:
    """Give the small office with one message for one person in its outbox."""
    with store.writing() as tx:
        register.change_person(tx, register.Person("lea", "Lea", "lea@la.example"))
    office.opened(excluded=True, excluded_on="2026-01-12")
    return office


def sent(office: Office, mailer: Mailer) -> Sent:
    return send_due(office.work.office, mailer, START)


@pytest.fixture(params=["starttls", "tls"])
def encrypted(
    request: pytest.FixtureRequest, certificate: Certificate
) -> Iterator[tuple[MailServer, str]]:
    """Give a server that takes messages only encrypted and with a password, and its manner."""
    context = certificate.of_the_server
    way = (
        {"tls_context": context, "require_starttls": True, "auth_required": True}
        if request.param == "starttls"
        # aiosmtpd does not know that whoever speaks TLS from the start is encrypted.
        else {"ssl_context": context, "auth_require_tls": False}
    )
    with running(**way, authenticator=knows) as server:
        yield server, request.param


def test_messages_go_encrypted_and_with_a_password(
    office: Office, encrypted: tuple[MailServer, str], certificate: Certificate
) -> None:
    server, security = encrypted
    known = {"security": security, "user": USER, "password": PASSWORD}
    assert sent(office, server.mailer(**known, context=certificate.trusted)) == Sent(sent=1)
    assert server.to() == ["lea@la.example"]
    assert [one.signed_in for one in server.taken] == [True]


def test_a_certificate_that_nobody_trusts_is_not_spoken_to(
    office: Office, encrypted: tuple[MailServer, str]
) -> None:
    server, security = encrypted
    known = {"security": security, "user": USER, "password": PASSWORD}
    assert sent(office, server.mailer(**known)) == Sent(failed=1, away=True)
    assert server.taken == []


def test_a_wrong_password_is_said_and_is_in_no_log(
    office: Office,
    encrypted: tuple[MailServer, str],
    certificate: Certificate,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server, security = encrypted
    known = {"security": security, "user": USER, "password": "quite another"}
    mailer = server.mailer(**known, context=certificate.trusted, timeout=1.0)
    assert "another" not in repr(mailer)
    assert sent(office, mailer) == Sent(failed=1, away=True)
    assert server.taken == []
    assert "the mail server cannot be used: SMTP" in caplog.text
    assert "another" not in caplog.text


def test_nothing_is_sent_in_the_clear_to_a_server_that_cannot_encrypt(office: Office) -> None:
    with running() as server:
        mailer = server.mailer(security="starttls", context=ssl.create_default_context())
        assert sent(office, mailer) == Sent(failed=1, away=True)
        assert server.taken == []


def test_the_settings_say_where_messages_go_and_as_whom() -> None:
    assert Mailer.of(Settings()) is None
    given = {
        "smtp_host": "mail.kent.example", "smtp_from": "apflow <apflow@kent.example>",
        "smtp_user": USER, "smtp_password": PASSWORD, "web_url": f"{WEB}/",
    }  # fmt: skip
    mailer = Mailer.of(Settings.read(**given))
    assert mailer == Mailer(
        "mail.kent.example", 587, SENDER, WEB, "starttls", user=USER, password=PASSWORD
    )
    for wrong in ("", "apflow", "apflow@x\nBcc: spy@evil.example", "a@b, c@d", "ä@b.example"):
        with pytest.raises(BadSettings, match="APFLOW_SMTP_FROM"):
            Mailer.of(Settings.read(smtp_host="mail.kent.example", smtp_from=wrong))


def test_a_sender_is_an_address_with_or_without_a_name() -> None:
    assert sender_of("apflow@kent.example") == ("", "apflow@kent.example")
    assert sender_of('"Kent, früh" <a@kent.example>') == ("Kent, früh", "a@kent.example")
    content = letter(NOTICE, "lea", "lea@la.example", ("Kent, früh", "a@kent.example"), WEB)
    assert content.isascii()
    read = message_from_bytes(content, policy=default)
    assert read["From"] == '"Kent, früh" <a@kent.example>'


def test_one_message_to_one_person_is_always_the_same_and_differs_from_every_other() -> None:
    def identity(notice: NoticeRow, person: str) -> str:
        content = letter(notice, person, "lea@la.example", SENDER, WEB)
        assert content == letter(notice, person, "lea@la.example", SENDER, WEB)
        return str(message_from_bytes(content, policy=default)["Message-ID"])

    other = NoticeRow("r/1/told/la/1", NOTICE.reference, 1, "told", "la", "Words.", START)
    found = [identity(NOTICE, "lea"), identity(NOTICE, "lou"), identity(other, "lea")]
    assert len(set(found)) == 3
    assert all("lea" not in one for one in found)


@given(text=st.text(max_size=300), web=st.text("abc/:.-", max_size=20))
def test_whatever_a_policy_says_stays_in_the_body(text: str, web: str) -> None:
    summer = datetime(2026, 7, 14, 9, 30, 15, 123, tzinfo=UTC)
    row = NoticeRow("r/1/told/la/0", "OE-2026-AAAAAA-A", 1, "told", "la", text, summer)
    content = letter(row, "lea", "lea@la.example", SENDER, web)
    read = message_from_bytes(content, policy=default)
    assert set(read.keys()) == {
        "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
        "X-Auto-Response-Suppress", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    assert not read.is_multipart()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert read["Date"].datetime == summer.replace(microsecond=0)


@given(st.text(max_size=30))
def test_what_passes_for_an_address_holds_nothing_that_ends_a_line_or_begins_another(
    text: str,
) -> None:
    for one in (text, f"{text}@la.example", f"lea@{text}"):
        if is_address(one):
            assert one.isascii()
            assert one.isprintable()
            assert not set(one) & set(' \r\n,;<>()[]:"\\')
            assert one.count("@") == 1
