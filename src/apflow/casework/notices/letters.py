"""A message as e-mail: the reference, the policy's own words, and the way in. Nothing else.

The same message to the same person is always the same bytes under the same Message-ID, so that
one which is sent again is seen to be the same.
"""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from hashlib import sha256

from apflow.referral import NoticeRow

#: An address as browsers take it (HTML, "valid e-mail address"): ASCII, without quotes.
_ADDRESS = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*"
)
_LONGEST_ADDRESS = 254


def is_address(text: str) -> bool:
    """Whether a text can stand as an e-mail address, in a header and in what a server is told."""
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def sender_of(text: str) -> tuple[str, str] | None:
    """Return (name, address) of `Name <address>` or of a bare address; None if it is neither."""
    found = getaddresses([text])
    if len(found) != 1 or not text.isprintable():
        return None
    name, address = found[0]
    return (name, address) if is_address(address) else None


def letter(
    notice: NoticeRow, person: str, email: str, sender: tuple[str, str], web_url: str
) -> bytes:
    """Return a message to a person, as it goes over the wire (RFC 5322).

    `sender` is a name and an address, `web_url` where the pages are. `email` has to be one that
    `is_address` takes.
    """
    name, address = sender
    made = EmailMessage(policy=SMTP)
    made["Subject"] = f"Referral {notice.reference}"
    made["From"] = Address(name, addr_spec=address)
    made["To"] = Address(addr_spec=email)
    made["Date"] = _dated(notice.created_at)
    made["Message-ID"] = f"<{_identity(notice, person)}@{address.partition('@')[2]}>"
    # RFC 3834: nobody's absence is answered to a machine.
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    made.set_content(_words(notice, web_url), charset="utf-8", cte="quoted-printable")
    return made.as_bytes()


def _words(notice: NoticeRow, web_url: str) -> str:
    return (
        f"{notice.text.strip()}\n\n"
        f"Referral {notice.reference}\n"
        f"{web_url}/referrals/{notice.reference}\n\n"
        "Sign in to see more. This was sent by apflow; nobody reads answers to it.\n"
    )


def _identity(notice: NoticeRow, person: str) -> str:
    return sha256(f"{notice.id}\0{person}".encode()).hexdigest()[:40]


def _dated(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0))
