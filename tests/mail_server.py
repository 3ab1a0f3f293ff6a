"""A real mail server on the loopback: it keeps what it takes, and refuses what it is told to."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from apflow.casework.notices.posting import Mailer
from apflow.clock import utc_now
from tests.prefect_server import LOOPBACK, free_port

SENDER = "apflow", "apflow@kent.example"
WEB = "https://apflow.example"
USER, PASSWORD = "apflow", "a long password"


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the server took, and who it was told to give it to."""

    sender: str
    to: tuple[str, ...]
    content: bytes
    signed_in: bool

    @property
    def message(self) -> EmailMessage:
        read = message_from_bytes(self.content, policy=default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass
class MailServer:
    """What a server took so far; `codes` are its answers to addresses and to the sender."""

    port: int
    taken: list[Taken] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    connections: int = 0
    #: Called with each message once it is kept, before the client is told; its answer is given.
    then: Callable[[Taken], str | None] = lambda _: None

    def to(self) -> list[str]:
        return sorted(one.to[0] for one in self.taken)

    def mailer(self, **changes: Any) -> Mailer:
        given = {"security": "none", "timeout": 5.0, **changes}
        return Mailer(LOOPBACK, self.port, SENDER, WEB, **given)

    # What aiosmtpd calls, by its own names and with its own arguments.

    async def handle_EHLO(  # noqa: N802
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.codes:
            return f"{self.codes[address]} no"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.codes:
            return f"{self.codes[address]} {address} is not here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        one = Taken(
            envelope.mail_from,
            tuple(envelope.rcpt_tos),
            envelope.original_content,
            bool(session.authenticated),
        )
        self.taken.append(one)
        said = self.then(one)
        if said == "hang up":
            server.transport.close()
        return said or "250 OK"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of the loopback's, for the server and for whoever is to trust it."""

    file: Path

    @property
    def of_the_server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        return context

    @property
    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.file))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Give a certificate that was made just now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, LOOPBACK)])
    now = utc_now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "loopback.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return Certificate(file)


@contextmanager
def running(**more: Any) -> Iterator[MailServer]:
    """Run a server with aiosmtpd's own options, such as `tls_context`."""
    server = MailServer(free_port())
    controller = Controller(server, hostname=LOOPBACK, port=server.port, ready_timeout=30, **more)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """Give a running server that speaks plainly."""
    with running() as server:
        yield server


def knows(server: Any, _session: Any, _envelope: Any, mechanism: str, given: Any) -> AuthResult:
    """Let in who gives the right name and password, as aiosmtpd asks it."""
    assert mechanism in ("LOGIN", "PLAIN")
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=given == known)


def as_environment(server: MailServer) -> Mapping[str, str]:
    """Return the settings by which apflow finds a server that speaks plainly."""
    return {
        "APFLOW_SMTP_HOST": LOOPBACK,
        "APFLOW_SMTP_PORT": str(server.port),
        "APFLOW_SMTP_FROM": f"{SENDER[0]} <{SENDER[1]}>",
        "APFLOW_SMTP_SECURITY": "none",
        "APFLOW_WEB_URL": WEB,
    }
