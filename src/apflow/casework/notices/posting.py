"""Sending what waits in the outbox by e-mail; the one door to SMTP.

A message is noted as sent after the server took it, one person at a time: whatever dies in
between, it goes out at least once (I12), and a second time under the same Message-ID. It is in
the outbox only if its step is in the history.
"""

import logging
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from apflow.casework.notices.letters import is_address, letter, sender_of
from apflow.casework.notices.recipients import recipients
from apflow.casework.office import Office
from apflow.errors import ApflowError
from apflow.referral import NoticeRow
from apflow.settings import BadSettings, Settings
from apflow.store import notices, posts
from apflow.store.posts import Post

_log = logging.getLogger(__name__)

#: Messages that are taken at a time, over one connection.
_AT_ONCE = 50
#: How long they are nobody else's: longer than it takes to send them, or to give up.
_OURS = timedelta(minutes=15)
#: The pause after the first try that failed; doubled each time, up to the last.
_FIRST_PAUSE, _LAST_PAUSE = timedelta(minutes=5), timedelta(hours=12)
#: Tries for one person: about four days, as mail servers do.
MOST_TRIES = 14
_TIMEOUT_SECONDS = 20.0
#: What a server answers that closes the connection (RFC 5321, 4.2.3).
_HANGS_UP = 421


class MailAway(ApflowError):
    """The mail server cannot be used: what kind of fault it is, without a word of its own."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """Where messages go out, and as whom.

    `sender` is a name and an address. `security` is starttls, tls or none; with starttls nothing
    is sent to a server that cannot do it. `context` is what certificates are checked against;
    None takes what this machine trusts.
    """

    host: str
    port: int
    sender: tuple[str, str]
    web_url: str
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = _TIMEOUT_SECONDS
    context: ssl.SSLContext | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "Mailer | None":
        """Return what the settings say; None where no server is named. Raises BadSettings."""
        if not settings.smtp_host:
            return None
        sender = sender_of(settings.smtp_from)
        if sender is None:
            says = "has to be an e-mail address, such as apflow@school.example"
            raise BadSettings(f"APFLOW_SMTP_FROM: {settings.smtp_from[:80]!r}: {says}")
        secret = settings.smtp_password
        return cls(
            settings.smtp_host, settings.smtp_port, sender, settings.web_url,
            settings.smtp_security, settings.smtp_user,
            secret.get_secret_value() if secret is not None else "",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of it, in numbers.

    `sent` are messages that the server took, each to one person, `failed` those that it did not;
    `nobody` are messages for which there is nobody who can be written to. `away` says that the
    server could not be used; what is left is due at once.
    """

    sent: int = 0
    failed: int = 0
    nobody: int = 0
    away: bool = False

    def __add__(self, more: "Sent") -> "Sent":
        """Return both together."""
        return Sent(
            self.sent + more.sent, self.failed + more.failed, self.nobody + more.nobody,
            self.away or more.away,
        )  # fmt: skip


def send_due(office: Office, mailer: Mailer | None, now: datetime, limit: int = 500) -> Sent:
    """Send the messages that are due, oldest first, at most `limit`; the next time goes on.

    A person who cannot be sent one stands in nobody's way: it is tried again after a pause that
    grows, and given up in the end. Where nobody can be written to it is noted as such. Without
    a `mailer` everything stays where it is.
    """
    done = Sent()
    if mailer is None:
        return done
    for before in range(0, limit, _AT_ONCE):
        with office.store.writing() as tx:
            taken = notices.claim(tx, now, now + _OURS, min(_AT_ONCE, limit - before))
        if taken:
            done += _Batch(office, mailer, now, taken).send()
        if not taken or done.away:
            break
    return done


class _Batch:
    """Messages that are ours for a while: sent over one connection, each noted when it is over."""

    def __init__(
        self, office: Office, mailer: Mailer, now: datetime, taken: Sequence[NoticeRow]
    ) -> None:
        self.store, self.mailer, self.now, self.taken = office.store, mailer, now, taken
        with self.store.reading() as tx:
            self.to = recipients(office, tx, taken)
            self.posts = posts.of(tx, self.to)

    def send(self) -> Sent:
        """Send what can be sent; give back what could not be tried."""
        done, server = Sent(), _Server(self.mailer)
        try:
            for number, notice in enumerate(self.taken):
                try:
                    done += self._one(server, notice)
                except MailAway as away:
                    _log.warning("%s", away)
                    left = self.taken[number:]
                    with self.store.writing() as tx:
                        notices.release(tx, [one.id for one in left])
                    return done + Sent(failed=len(left), away=True)
        finally:
            server.close()
        return done

    def _one(self, server: "_Server", notice: NoticeRow) -> Sent:
        people = self.to[notice.id]
        if not people:
            with self.store.writing() as tx:
                notices.try_at(tx, notice.id, None)
            return Sent(nobody=1)
        before, after, done = self.posts.get(notice.id, {}), [], Sent()
        for person, email in people.items():
            post = before.get(person) or Post(notice.id, person)
            if post.sent_at is None and post.tries < MOST_TRIES:
                post = self._tried(server, notice, post, email)
                done += Sent(failed=1) if post.sent_at is None else Sent(sent=1)
            after.append(post)
        self._over(notice, after)
        return done

    def _tried(self, server: "_Server", notice: NoticeRow, post: Post, email: str) -> Post:
        """Send a message to one person and write down at once what came of it."""
        if is_address(email):
            mailer = self.mailer
            content = letter(notice, post.person, email, mailer.sender, mailer.web_url)
            fault, tries = server.fault(email, content), post.tries + 1
        else:
            fault, tries = "address", MOST_TRIES
        if fault is not None:
            _log.warning("%s was not taken: %s", notice.id, fault)
        tried = replace(post, tries=tries, fault=fault, sent_at=self.now if fault is None else None)
        with self.store.writing() as tx:
            posts.write(tx, [tried])
        return tried

    def _over(self, notice: NoticeRow, after: Sequence[Post]) -> None:
        """Note that a message went to everybody, or when it is tried again."""
        left = [post for post in after if post.sent_at is None]
        tries = min((post.tries for post in left), default=0)
        with self.store.writing() as tx:
            if not left:
                notices.mark_sent(tx, notice.id, self.now)
            elif tries >= MOST_TRIES:
                notices.try_at(tx, notice.id, None)
            else:
                pause = min(_FIRST_PAUSE * 2 ** (tries - 1), _LAST_PAUSE)
                notices.try_at(tx, notice.id, self.now + pause)


class _Server:
    """The mail server, connected to when there is something for it, and again when it hung up."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._smtp: smtplib.SMTP | None = None

    def fault(self, email: str, content: bytes) -> str | None:
        """Hand over a message; return None if it was taken, else a word or the server's code.

        Raises MailAway when there is no server that would take anything from us.
        """
        if self._smtp is None:
            self._smtp = self._connected()
        address = self._mailer.sender[1]
        try:
            self._smtp.sendmail(address, [email], content)
        except smtplib.SMTPSenderRefused as refused:
            raise MailAway(f"the mail server takes nothing from us: {refused.smtp_code}") from None
        except smtplib.SMTPRecipientsRefused as refused:
            return self._code(refused.recipients[email][0])
        except smtplib.SMTPResponseException as refused:
            return self._code(refused.smtp_code)
        except (smtplib.SMTPException, OSError):
            self._smtp.close()
            self._smtp = None
            return "hung up"
        return None

    def close(self) -> None:
        """Say goodbye, if there is anybody to say it to."""
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self._smtp.close()

    def _code(self, code: int) -> str:
        if code == _HANGS_UP:
            self._smtp = None
        return str(code)

    def _connected(self) -> smtplib.SMTP:
        mailer = self._mailer
        context = mailer.context or ssl.create_default_context()
        # Its own name for this machine may take a resolver half a minute to find.
        ours = mailer.sender[1].partition("@")[2]
        smtp: smtplib.SMTP | None = None
        try:
            if mailer.security == "tls":
                smtp = smtplib.SMTP_SSL(
                    mailer.host, mailer.port, ours, timeout=mailer.timeout, context=context
                )
            else:
                smtp = smtplib.SMTP(mailer.host, mailer.port, ours, timeout=mailer.timeout)
                if mailer.security == "starttls":
                    smtp.starttls(context=context)
            if mailer.user:
                smtp.login(mailer.user, mailer.password)
        except (smtplib.SMTPException, OSError, ValueError) as fault:
            if smtp is not None:
                smtp.close()
            code = getattr(fault, "smtp_code", "")
            says = f"the mail server cannot be used: {type(fault).__name__} {code}".rstrip()
            raise MailAway(says) from None
        return smtp
