"""Which pages are measured, and a browser that asks for them over one kept connection.

An address holds names in braces, which `Examples` fills in: references, days, handles.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlencode

from apflow.referral import Referral
from apflow.store import register
from tests.web_site import Served

MM: Final = "maidstone-and-malling"
#: Of the office, of an authority, of the unit, of a school, of the forum; who audits; who sets up.
MANAGER, COUNCIL, UNIT, SCHOOL, FORUM = "morgan", "rosa", "imran", "gwen", "helen"
AUDITOR, ADMINISTRATOR = "audrey", "morgan"


@dataclass(frozen=True)
class Asking:
    """One page as `who` asks for it; `form` is what is posted, `by_token` how programs ask."""

    who: str
    address: str
    form: Mapping[str, str] | None = None
    by_token: bool = False


_A_YEAR: Final = "from=2026-09-01&to=2027-08-31"
PAGES: Final = {
    "an authority's worklist": Asking(COUNCIL, "/"),
    "a unit's worklist": Asking(UNIT, "/"),
    "a school's worklist": Asking(SCHOOL, "/"),
    "a chair's worklist": Asking(FORUM, "/"),
    "what one owns": Asking(COUNCIL, "/?show=mine"),
    "more of a worklist": Asking(COUNCIL, "/?group=rest"),
    "a worklist of one policy": Asking(COUNCIL, f"/?policy={MM}"),
    "all referrals": Asking(MANAGER, "/referrals"),
    "referrals by state": Asking(MANAGER, f"/referrals?policy={MM}&state=placed"),
    "an authority's closed ones": Asking(COUNCIL, "/referrals?closed=only"),
    "a search by name": Asking(COUNCIL, "/referrals/search", {"text": "an"}),
    "a search by reference": Asking(MANAGER, "/referrals/search", {"text": "MM-2026-"}),
    "a referral": Asking(COUNCIL, "/referrals/{longest}"),
    "a referral of a school": Asking(SCHOOL, "/referrals/{schools}"),
    "an event's form": Asking(COUNCIL, "/referrals/{open}/events/submit_to_forum"),
    "a correction": Asking(MANAGER, "/referrals/{longest}/correct"),
    "one step": Asking(COUNCIL, "/referrals/{longest}/history/4"),
    "a referral in print": Asking(COUNCIL, "/referrals/{longest}/print"),
    "a new referral": Asking(COUNCIL, "/referrals/new"),
    "the dashboard": Asking(MANAGER, f"/dashboard?policy={MM}"),
    "the dashboard of a year": Asking(MANAGER, f"/dashboard?policy={MM}&{_A_YEAR}"),
    "the dashboard of a school": Asking(MANAGER, f"/dashboard?policy={MM}&school=ashmead"),
    "messages that reached nobody": Asking(MANAGER, "/dashboard/notices"),
    "the policies": Asking(SCHOOL, "/policy"),
    "a policy": Asking(SCHOOL, f"/policy/{MM}"),
    "a small policy": Asking(SCHOOL, "/policy/heronsgate"),
    "a policy's facts": Asking(SCHOOL, f"/policy/{MM}/facts"),
    "the meetings": Asking(FORUM, "/meetings"),
    "an agenda": Asking(FORUM, f"/meetings/{MM}/forum_meeting/{{forum}}"),
    "an agenda in print": Asking(FORUM, f"/meetings/{MM}/forum_meeting/{{forum}}/print"),
    "every step": Asking(AUDITOR, "/audit"),
    "steps of one event": Asking(AUDITOR, f"/audit?policy={MM}&event=record_consent"),
    "steps of one person": Asking(AUDITOR, "/audit?who={rosa}"),
    "steps of some days": Asking(
        AUDITOR, "/audit?happened_from=2026-10-01&happened_to=2026-10-31&event=record_consent"
    ),
    "steps of one referral": Asking(AUDITOR, "/audit?reference={longest}"),
    "who looked": Asking(AUDITOR, "/audit/reads"),
    "acts of the office": Asking(AUDITOR, "/audit/acts"),
    "people": Asking(ADMINISTRATOR, "/admin/people"),
    "a person": Asking(ADMINISTRATOR, "/admin/people/{gwen}"),
    "organisations": Asking(ADMINISTRATOR, "/admin/organisations"),
    "an organisation": Asking(ADMINISTRATOR, "/admin/organisations/ashmead"),
    "a calendar": Asking(ADMINISTRATOR, f"/admin/calendars/{MM}?year=2026"),
    "meetings set up": Asking(ADMINISTRATOR, f"/admin/meetings/{MM}/forum_meeting"),
    "places": Asking(ADMINISTRATOR, "/admin/places"),
    "one's account": Asking(SCHOOL, "/account"),
    "a program's worklist": Asking(MANAGER, "/api/v1/worklist", by_token=True),
    "a program's list": Asking(COUNCIL, "/api/v1/referrals", by_token=True),
    "a program's referral": Asking(COUNCIL, "/api/v1/referrals/{longest}", by_token=True),
    "a program's history": Asking(COUNCIL, "/api/v1/referrals/{longest}/history", by_token=True),
    "a program's deadlines": Asking(COUNCIL, "/api/v1/deadlines", by_token=True),
    "a program's numbers": Asking(MANAGER, f"/api/v1/numbers?policy={MM}", by_token=True),
    "a calendar feed": Asking(COUNCIL, "/feeds/{feed}.ics"),
}


class Examples(dict[str, str]):
    """What stands for a name in an address."""

    def __init__(self, site: Served) -> None:
        today = site.moment().date()
        told = site.invented.referrals.values()
        ours = [one for one in told if one.lifecycle == MM]
        with site.work.store.reading() as tx:
            handles = {one.id: one.handle for one in register.list_people(tx)}
            forums = register.sittings(tx, MM)["forum_meeting"]
        super().__init__(
            gwen=handles[SCHOOL],
            rosa=handles[COUNCIL],
            forum=min(day for day in forums if day > today).isoformat(),
            longest=max(ours, key=_length).reference,
            schools=max(filter(_at_ashmead, ours), key=_length).reference,
            open=site.invented.told_by("maidstone_deciding.papers_coming_in").reference,
            feed=site.accounts.issue_token(COUNCIL, "feed", "a clock", None, site.moment()),
        )

    def of(self, address: str) -> str:
        """Return an address with everything in braces filled in."""
        return re.sub(r"\{(\w+)\}", lambda name: self[name[1]], address)


def _length(one: Referral) -> tuple[int, str]:
    return one.version, one.reference


def _at_ashmead(one: Referral) -> bool:
    return "ashmead" in one.parties.values()


@dataclass
class Browser:
    """Everybody's browser at once: one connection that is kept, and each one's own session."""

    site: Served
    _sessions: dict[tuple[str, bool], dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._line = HTTPConnection(self.site.url.removeprefix("http://"), timeout=60)

    def begin(self) -> None:
        """Begin a connection anew: the server ends one on which nothing was asked for a while."""
        self._line.close()

    def ask(self, asking: Asking, address: str) -> bytes:
        """Ask for a page, which has to be there, and return the whole of it."""
        headers = self._session(asking.who, asking.by_token)
        if asking.form is None:
            self._line.request("GET", address, headers=headers)
        else:
            posted = headers | {"Content-Type": "application/x-www-form-urlencoded"}
            self._line.request("POST", address, urlencode(asking.form), posted)
        answer = self._line.getresponse()
        said = answer.read()
        assert answer.status == 200, f"{address}: {answer.status} {said[:300]!r}"
        return said

    def close(self) -> None:
        self._line.close()

    def _session(self, who: str, by_token: bool) -> dict[str, str]:
        if (who, by_token) not in self._sessions:
            self._sessions[who, by_token] = (
                {"Authorization": f"Bearer {self._token(who)}"}
                if by_token
                else {"Cookie": f"apflow={self.site.secret(who)}", "Sec-Fetch-Site": "same-origin"}
            )
        return self._sessions[who, by_token]

    def _token(self, who: str) -> str:
        now = self.site.moment()
        return self.site.accounts.issue_token(who, "api", "a clock", now + timedelta(30), now)
