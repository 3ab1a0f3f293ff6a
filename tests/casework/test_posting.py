"""Messages go out to the right people, at least once, whatever the mail server does."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from apflow.casework.notices import posting
from apflow.casework.notices.posting import MOST_TRIES, Mailer, Sent
from apflow.casework.notices.unsent import Unreached, Unsent, try_again, unsent
from apflow.referral import NoticeRow
from apflow.store import notices, register
from apflow.store.engine import Store
from tests.mail_server import SENDER, WEB, MailServer, Taken, mail
from tests.prefect_server import LOOPBACK, free_port
from tests.small_office import MARKER, START, Office

__all__ = ["mail"]

SOON = timedelta(minutes=5)
EXCLUDED: dict[str, Any] = {"excluded": True, "excluded_on": "2026-01-12"}
ADDRESSES = {
    "sue": "sue@oak.example",
    "eve": "eve@elm.example",
    "pam": "pam@panel.example",
    "lea": "lea@la.example",
    "max": "max@office.example",
}


@pytest.fixture(autouse=True)
def written_to(office: Office, store: Store) -> None:
    """Give everybody an e-mail address, and the authority a second person."""
    with store.writing() as tx:
        for person, email in ADDRESSES.items():
            register.change_person(tx, register.Person(person, person.title(), email))
        register.add_person(tx, register.Person("lou", "Lou", "lou@la.example"))
        register.add_membership(tx, register.Membership("lou", "la", None))


def send(office: Office, mail: MailServer, now: datetime = START) -> Sent:
    return posting.send_due(office.work.office, mail.mailer(), now)


def excluded(office: Office) -> str:
    """Open a referral of which the authority is told."""
    return office.opened(story=f"{MARKER} fell out", **EXCLUDED)


def test_a_message_says_the_reference_the_policys_words_and_the_way_in_and_nothing_else(
    office: Office, mail: MailServer
) -> None:
    reference = excluded(office)
    assert send(office, mail) == Sent(sent=2)
    one = next(one for one in mail.taken if one.to == ("lea@la.example",))
    message = one.message
    assert one.sender == SENDER[1]
    assert message["Subject"] == f"Referral {reference}"
    assert (message["From"], message["To"]) == (f"{SENDER[0]} <{SENDER[1]}>", "lea@la.example")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == START
    assert message.get_content().splitlines() == [
        "A pupil has been excluded.", "", f"Referral {reference}",
        f"{WEB}/referrals/{reference}", "",
        "Sign in to see more. This was sent by apflow; nobody reads answers to it.",
    ]  # fmt: skip
    assert MARKER.encode() not in one.content
    assert b"lea" not in one.content.replace(b"lea@la.example", b"")


def test_it_goes_to_those_who_hold_the_role_in_the_referrals_organisation(
    office: Office, mail: MailServer, store: Store
) -> None:
    reference = office.placed()
    with store.writing() as tx:
        for person, organisation in (
            ("sam", "oak"),
            ("pip", "pru"),
            ("gus", "oak"),
            ("old", "oak"),
        ):
            email = None if person == "gus" else f"{person}@{organisation}.example"
            register.add_person(tx, register.Person(person, person.title(), email))
            register.add_membership(tx, register.Membership(person, "school", organisation))
        register.disable(tx, "old", START)
    late = START + timedelta(days=8)
    office.work.fire_due(late)
    assert send(office, mail, late) == Sent(sent=4)
    # The policy's own notice and the house's, each to Sue and Sam of Oak school.
    assert mail.to() == sorted(["sam@oak.example", "sue@oak.example"] * 2)
    with store.reading() as tx:
        assert {one.notice for one in notices.of(tx, reference)} == {
            "contact_missed", "deadline_missed",
        }  # fmt: skip


def test_whoever_has_the_referral_is_told_of_a_missed_deadline_if_it_is_there_for_them(
    office: Office, mail: MailServer, store: Store
) -> None:
    mine, _ = office.placed(), excluded(office)
    office.done(mine, "hand_over", "max", START, reason="mine", owner="max")
    send(office, mail)
    with store.writing() as tx:
        register.add_person(tx, register.Person("sam", "Sam", "sam@oak.example"))
        register.add_membership(tx, register.Membership("sam", "school", "oak"))
        # Sue has the other one, and is of its school no more.
        register.remove_membership(tx, register.Membership("sue", "school", "oak"))
    mail.taken.clear()
    late = START + timedelta(days=8)
    office.work.fire_due(late)
    send(office, mail, late)
    missed = [one.to[0] for one in mail.taken if "Missed: " in one.message.get_content()]
    assert sorted(missed) == [
        "lea@la.example", "lou@la.example", "max@office.example", "sam@oak.example",
    ]  # fmt: skip


def test_what_was_sent_is_not_sent_again(office: Office, mail: MailServer, store: Store) -> None:
    reference = excluded(office)
    send(office, mail)
    assert send(office, mail, START + timedelta(days=1)) == Sent()
    assert len(mail.taken) == 2
    with store.reading() as tx:
        assert [one.sent_at for one in notices.of(tx, reference)] == [START]


def test_many_messages_go_over_one_connection_and_no_further_than_the_limit(
    office: Office, mail: MailServer
) -> None:
    for number in (1, 2, 3, 4):
        office.opened(f"p{number}", **EXCLUDED)
    work = office.work.office
    assert posting.send_due(work, mail.mailer(), START, 3) == Sent(sent=6)
    assert mail.connections == 1
    assert posting.send_due(work, mail.mailer(), START) == Sent(sent=2)


def test_a_step_that_was_refused_or_rolled_back_sends_nothing(
    office: Office, mail: MailServer, store: Store
) -> None:
    def fail() -> None:
        with store.writing() as tx:
            notices.add(tx, [NoticeRow("n", reference, 1, "told", "la", "text", START)])
            raise RuntimeError

    reference = office.opened(agrees=False)
    assert office.do(reference, "submit", "sue", sitting="2026-01-14").state == "refused"
    with pytest.raises(RuntimeError):
        fail()
    assert send(office, mail) == Sent()
    assert mail.connections == 0


def test_one_who_is_refused_stands_in_nobodys_way_and_is_tried_again_ever_later(
    office: Office, mail: MailServer
) -> None:
    excluded(office)
    mail.codes["lea@la.example"] = "451"
    assert send(office, mail) == Sent(sent=1, failed=1)
    assert mail.to() == ["lou@la.example"]
    (one,) = unsent(office.work.office).rows
    assert (one.why, one.next_try_at) == ("later", START + SOON)
    assert one.unreached == (Unreached("lea", "Lea", 1, "451"),)
    now, pauses = START, []
    while (one := unsent(office.work.office).rows[0]).next_try_at is not None:
        pauses.append(one.next_try_at - now)
        assert send(office, mail, one.next_try_at - timedelta(seconds=1)) == Sent()
        now = one.next_try_at
        assert send(office, mail, now) == Sent(failed=1)
    assert one.why == "given up"
    assert one.unreached == (Unreached("lea", "Lea", MOST_TRIES, "451"),)
    assert len(pauses) == MOST_TRIES - 1
    assert pauses[:4] == [SOON, 2 * SOON, 4 * SOON, 8 * SOON]
    assert pauses[-1] == timedelta(hours=12)
    assert timedelta(days=3) < now - START < timedelta(days=6)
    assert mail.to() == ["lou@la.example"]


def test_what_was_given_up_is_tried_again_when_somebody_says_so(
    office: Office, mail: MailServer
) -> None:
    excluded(office)
    mail.codes["lea@la.example"] = "550"
    now = START
    while (found := unsent(office.work.office).rows) == () or found[0].next_try_at is not None:
        send(office, mail, now)
        now += timedelta(hours=12)
    mail.codes.clear()
    assert send(office, mail, now + timedelta(days=9)) == Sent()
    assert try_again(office.work.office) == 1
    assert send(office, mail, now) == Sent(sent=1)
    assert mail.to() == ["lea@la.example", "lou@la.example"]
    assert unsent(office.work.office).rows == ()


def test_a_message_for_nobody_is_marked_so_and_not_looked_at_again(
    office: Office, mail: MailServer, store: Store
) -> None:
    excluded(office)
    with store.writing() as tx:
        for person in ("lea", "lou"):
            register.change_person(tx, register.Person(person, person))
    assert send(office, mail) == Sent(nobody=1)
    assert send(office, mail, START + timedelta(days=30)) == Sent()
    assert mail.connections == 0
    (one,) = unsent(office.work.office).rows
    assert (one.why, one.next_try_at, one.unreached) == ("nobody", None, ())
    assert (one.notice.to, one.notice.text) == ("la", "A pupil has been excluded.")
    with store.writing() as tx:
        register.change_person(tx, register.Person("lou", "Lou", "lou@la.example"))
    assert try_again(office.work.office) == 1
    assert send(office, mail) == Sent(sent=1)


@pytest.mark.parametrize(
    "address",
    [
        "lea@la.example\r\nRCPT TO:<spy@evil.example>", "lea@la.example\nBcc: spy@evil.example",
        "lea@la.example, spy@evil.example", "<spy@evil.example> lea@la.example", "lea", "@",
        "a@b@c", "lea@la..example", "léa@la.example", "lea@lä.example", '"a b"@la.example',
        " ", "x" * 300, "lea@[127.0.0.1]", "lea@-la.example", f"{'x' * 65}@la.example",
        "lea@la.example\u2028",
    ],
    ids=ascii,
)  # fmt: skip
def test_an_address_that_is_none_is_never_told_to_a_server(
    address: str, office: Office, mail: MailServer, store: Store
) -> None:
    excluded(office)
    with store.writing() as tx:
        register.change_person(tx, register.Person("lea", "Lea", address))
    assert send(office, mail) == Sent(sent=1, failed=1)
    assert mail.to() == ["lou@la.example"]
    (one,) = unsent(office.work.office).rows
    assert (one.why, one.unreached) == (
        "given up", (Unreached("lea", "Lea", MOST_TRIES, "address"),),
    )  # fmt: skip


def test_while_the_server_is_down_nothing_is_lost_counted_or_given_up(
    office: Office, mail: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    excluded(office)
    nowhere = Mailer(LOOPBACK, free_port(), SENDER, WEB, "none", timeout=2.0)
    for day in range(MOST_TRIES + 1):
        done = posting.send_due(office.work.office, nowhere, START + timedelta(days=day))
        assert done == Sent(failed=1, away=True)
    assert unsent(office.work.office).rows == ()
    assert "cannot be used: ConnectionRefusedError" in caplog.text
    assert send(office, mail) == Sent(sent=2)


def test_a_server_that_takes_nothing_from_us_is_no_fault_of_a_message(
    office: Office, mail: MailServer
) -> None:
    excluded(office)
    mail.codes[SENDER[1]] = "530"
    assert send(office, mail) == Sent(failed=1, away=True)
    assert unsent(office.work.office).rows == ()


def test_a_server_that_hangs_up_at_one_message_is_gone_back_to_for_the_others(
    office: Office, mail: MailServer
) -> None:
    excluded(office)
    mail.then = lambda one: "hang up" if one.to == ("lea@la.example",) else None
    assert send(office, mail) == Sent(sent=1, failed=1)
    assert mail.connections == 2
    (one,) = unsent(office.work.office).rows
    assert one.unreached == (Unreached("lea", "Lea", 1, "hung up"),)
    mail.then = lambda _: "421 closing" if mail.connections < 4 else None
    assert send(office, mail, START + SOON) == Sent(failed=1)
    assert send(office, mail, START + 9 * SOON) == Sent(sent=1)


def test_no_log_line_holds_an_address_or_a_word_of_the_server(
    office: Office, mail: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    excluded(office)
    mail.codes["lea@la.example"] = "550"
    send(office, mail)
    assert "was not taken: 550" in caplog.text
    for word in ("@", "not here", MARKER):
        assert word not in caplog.text


@pytest.fixture
def killing(mail: MailServer) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Give a list: whoever is in it is killed as soon as the server has taken a message."""
    doomed: list[subprocess.Popen[bytes]] = []

    def kill(_: Taken) -> None:
        for one in doomed:
            one.kill()
            one.wait()

    mail.then = kill
    yield doomed
    for one in doomed:
        one.kill()
        one.wait()


_SENDING = """\
import sys
from datetime import datetime
from apflow.casework.office import Office
from apflow.casework.notices.posting import Mailer, send_due
from apflow.store import Store
url, folder, port, now = sys.argv[1:]
mailer = Mailer("127.0.0.1", int(port), ("apflow", "apflow@kent.example"),
                "https://apflow.example", "none")
sys.stdin.readline()
send_due(Office(Store(url)), mailer, datetime.fromisoformat(now))
"""


def test_killed_between_the_server_and_the_note_it_is_sent_again_as_the_same_message(
    office: Office, mail: MailServer, killing: list[subprocess.Popen[bytes]], store: Store
) -> None:
    reference = excluded(office)
    words = [sys.executable, "-c", _SENDING, store.url, "-", str(mail.port), START.isoformat()]
    sending = subprocess.Popen(words, stdin=subprocess.PIPE)
    killing.append(sending)
    sending.communicate(b"go\n")
    assert sending.returncode == -9
    assert mail.to() == ["lea@la.example"]
    with store.reading() as tx:
        assert [one.sent_at for one in notices.of(tx, reference)] == [None]
    killing.clear()
    # Not at once: for all that anybody knows the other one is still at it.
    assert send(office, mail, START + timedelta(minutes=14)) == Sent()
    assert send(office, mail, START + timedelta(minutes=16)) == Sent(sent=2)
    assert mail.to() == ["lea@la.example", "lea@la.example", "lou@la.example"]
    first, second = (one for one in mail.taken if one.to == ("lea@la.example",))
    assert first.content == second.content
    names = {one.message["Message-ID"] for one in mail.taken}
    assert len(names) == 2
    assert all(name.endswith("@kent.example>") for name in names)
    assert send(office, mail, START + timedelta(days=1)) == Sent()


def test_two_who_send_at_once_send_each_message_once(office: Office, mail: MailServer) -> None:
    for number in (1, 2, 3):
        office.opened(f"p{number}", **EXCLUDED)
    others: list[Sent] = []
    mail.then = lambda _: others.append(send(office, mail)) if not others else None
    mine = send(office, mail)
    assert mine + others[0] == Sent(sent=6)
    assert len({one.message["Message-ID"] for one in mail.taken}) == len(mail.taken) == 6


def test_without_a_server_everything_stays_in_the_outbox(office: Office, store: Store) -> None:
    excluded(office)
    assert posting.send_due(office.work.office, None, START) == Sent()
    with store.reading() as tx:
        assert len(notices.pending(tx, 9)) == 1
    assert unsent(office.work.office).rows == ()


def test_unsent_messages_name_a_message_a_reason_and_people(
    office: Office, mail: MailServer
) -> None:
    reference = excluded(office)
    mail.codes |= {"lea@la.example": "450", "lou@la.example": "452"}
    send(office, mail)
    (one,) = unsent(office.work.office).rows
    assert isinstance(one, Unsent)
    assert one.notice.reference == reference
    assert [(each.name, each.fault) for each in one.unreached] == [("Lea", "450"), ("Lou", "452")]
