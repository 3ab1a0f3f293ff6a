"""The table of pages: who looks at which address, and what they do there to see the page meant.

An address holds names in braces: `{story}` for the reference of the referral that a story of the
cohort is told of, and what `Examples` knows. A route with a page that nobody here looks at fails.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page
from typing_extensions import override

from apflow.store import register
from tests.web.routes import Route
from tests.web_site import Served

#: What somebody does on a page before the page meant is there.
Doing = Callable[[Page], None]


@dataclass(frozen=True)
class Look:
    """One page as `who` (None: nobody signed in) comes to it."""

    who: str | None
    address: str
    doing: tuple[Doing, ...] = ()
    status: int = 200

    @override
    def __str__(self) -> str:
        return f"{self.who or 'nobody'} {self.address}{' …' if self.doing else ''} {self.status}"


def press(words: str) -> Doing:
    """Press a button, and wait for the page that follows."""

    def do(page: Page) -> None:
        with page.expect_navigation():
            page.get_by_role("button", name=words).first.click()

    return do


def fill(field: str, words: str) -> Doing:
    """Type into the field of that name."""
    return lambda page: page.locator(f"[name='{field}']").first.fill(words)


def check(field: str, value: str = "") -> Doing:
    """Tick the box, or choose the button, of that name (the first, if no value is said)."""
    which = f"[name='{field}'][value='{value}']" if value else f"[name='{field}']"
    return lambda page: page.locator(which).first.check()


def choose(field: str, index: int) -> Doing:
    """Choose an option of a list, by its place."""
    return lambda page: _chosen(page, field, index)


def give(field: str, name: str, content: str) -> Doing:
    """Choose a file of that name and content."""
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    return lambda page: page.locator(f"[name='{field}']").set_input_files(file)  # type: ignore[arg-type]


def _chosen(page: Page, field: str, index: int) -> None:
    page.locator(f"select[name='{field}']").select_option(index=index)


def _looks(who: str | None, *addresses: str) -> tuple[Look, ...]:
    return tuple(Look(who, address) for address in addresses)


MM: Final = "maidstone-and-malling"
FORUM: Final = f"/meetings/{MM}/forum_meeting"
PANEL: Final = "/admin/meetings/heronsgate/panel_meeting"

#: Nobody is signed in.
OUTSIDE = (
    *_looks(
        None, "/sign-in", "/sign-in?out=1", "/sign-in?lost=1", "/help", "/accessibility", "/privacy"
    ),
    Look(None, "/sign-in", (fill("name", "gwen"), fill("password", "no"), press("Sign in")), 422),
    Look(None, "/policy/heronsgate/clauses"),
)
#: Worklist, lists, referrals in different states, steps.
REFERRALS = (
    *_looks(
        "imran",
        "/",
        "/referrals",
        "/referrals/{maidstone_placing.visit_to_come}",
        "/referrals/{maidstone_placing.visit_to_come}?verified=1",
        "/referrals/{maidstone_placing.visit_to_come}/history/4",
        "/referrals/{maidstone_placing.visit_to_come}/print",
        "/referrals/{maidstone_placing.review_overdue}",
    ),
    *_looks(
        "rosa",
        "/?show=mine",
        f"/referrals?policy={MM}&state=placed",
        "/referrals/{maidstone_deciding.just_opened}",
        "/referrals/{maidstone_excluded.sixth_day_missed}",
        "/referrals/{maidstone_placing.agreement_withdrawn}",
    ),
    *_looks(
        "morgan",
        "/referrals/{maidstone_placing.erased_after_closing}",
        "/referrals/{maidstone_deciding.on_the_agenda}",
    ),
    *_looks(
        "hugh",
        "/referrals/{heronsgate_placing.assurance_ran_out}",
        "/referrals/{heronsgate_deciding.being_written}",
    ),
    Look("audrey", "/referrals/{maidstone_line.stays_under_the_older_version}/history/6"),
    Look("rosa", "/referrals?state=draft&policy=heronsgate"),
    Look("rosa", "/referrals?opened_from=soon", status=422),
    Look("rosa", "/referrals", (fill("text", "a"), press("Search"))),
    Look("rosa", "/referrals", (fill("text", "Nobody"), press("Search"))),
    Look("gwen", "/referrals/{heronsgate_placing.goes_on}", status=404),
    Look("gwen", "/nothing/here", status=404),
    Look("gwen", "/audit", status=403),
    Look("gwen", "/sign-out", status=405),
    Look("rolf", "/"),
)
_MET: Final = "/referrals/{maidstone_deciding.on_the_agenda}/events/forum_refuses"
_PAPERS: Final = "/referrals/{maidstone_deciding.papers_coming_in}"
_ASKED: Final = (check("way"), fill("called", "Abel"), press("Continue"))
_NEW: Final = (
    check("pupil", "another"), fill("pupil_name", "Zed Newcomer"), fill("born-day", "1"),
    fill("born-month", "2"), fill("born-year", "2014"), press("Continue"),
)  # fmt: skip
_REFUSING: Final = (
    fill("fact-discussion_note", "Talked at length."),
    check("fact-refusal_reason", "unsuitable"),
    *(check(f"fact-forum_people-{one}", "present") for one in ("chair", "school", "pru", "la")),
    press("Continue"),
)
_UNREADY: Final = (
    choose("fact-forum_sitting", 1), check("fact-purpose", "support"),
    check("fact-other_provision", "none"), press("Record this"),
)  # fmt: skip
#: Forms: every type of fact is asked in one of these.
FORMS = (
    Look("rosa", "/referrals/{maidstone_deciding.just_opened}/events/record_consent"),
    Look("rosa", f"{_PAPERS}/events/change_particulars"),
    Look("rosa", f"{_PAPERS}/events/submit_to_forum"),
    Look("rosa", f"{_PAPERS}/events/submit_to_forum", (press("Record this"),), 422),
    Look("rosa", f"{_PAPERS}/events/submit_to_forum", _UNREADY, 422),
    Look("rosa", f"{_PAPERS}/events/add_papers"),
    Look("rosa", "/referrals/{maidstone_excluded.sixth_day_ahead}/events/withdraw_referral"),
    Look("rosa", "/referrals/{maidstone_excluded.sixth_day_ahead}/events/change_particulars"),
    Look("imran", "/referrals/{maidstone_placing.meeting_to_come}/events/hold_pre_admission"),
    Look("imran", "/referrals/{maidstone_placing.review_soon}/events/hold_review"),
    Look("olive", "/referrals/{heronsgate_placing.attending}/events/raise_concern"),
    Look("audrey", f"{_PAPERS}/events/add_note"),
    Look("helen", _MET, (press("Continue"),), 422),
    Look("helen", _MET, _REFUSING),
    Look("helen", f"{_MET}/check"),
    Look("rosa", "/referrals/new"),
    Look("rosa", "/referrals/new/form"),
    Look("rosa", "/referrals/new", (press("Continue"),), 422),
    Look("rosa", "/referrals/new", _ASKED),
    Look("rosa", "/referrals/new", (*_ASKED, *_NEW)),
    Look("rosa", "/referrals/new", (*_ASKED, *_NEW, press("Record this")), 422),
    *_looks("morgan", *(f"{_PAPERS}/{what}" for what in ("correct", "reverse", "hand-over"))),
    *_looks("morgan", f"{_PAPERS}/correct?fact=forum_papers", f"{_PAPERS}/adopt"),
    Look("morgan", f"{_PAPERS}/correct?fact=forum_papers", (press("Record this"),), 422),
    *_looks("morgan", f"{_PAPERS}/adopt/check", f"{_PAPERS}/erase/check"),
    Look("morgan", f"{_PAPERS}/erase"),
    Look("morgan", f"{_PAPERS}/erase", (press("Continue"),), 422),
    Look(
        "morgan",
        f"{_PAPERS}/erase",
        (check("what"), fill("because", "Asked for."), press("Continue")),
    ),
    Look("morgan", f"{_PAPERS}/reverse", (press("Take this step back"),), 422),
)
#: Meetings, numbers and policies.
OFFICE = (
    *_looks("helen", "/meetings", f"{FORUM}/{{forum}}", f"{FORUM}/{{forum}}/print"),
    *_looks("helen", f"{FORUM}/{{past_forum}}"),
    Look("gwen", f"{FORUM}/{{forum}}"),
    Look("helen", f"{FORUM}/{{past_forum}}", (press("Record"),), 422),
    *_looks("bridget", "/meetings", "/meetings/heronsgate/panel_meeting/{panel}"),
    *_looks("hattie", "/meetings"),
    *_looks("morgan", f"/dashboard?policy={MM}", "/dashboard?policy=heronsgate&from=2026-09-01"),
    Look("morgan", f"/dashboard?policy={MM}&from=2027-03-01&to=2026-01-01", status=422),
    Look("audrey", "/dashboard?policy=heronsgate&school=heronsgate&from=2026-09-01"),
    *_looks("morgan", "/dashboard/notices"),
    *_looks("olive", "/policy", "/policy/heronsgate", "/policy/heronsgate/facts"),
)
_HEADS = give("heads", "heads.csv", "not heads\n")
#: Auditing, administering, and one's own account.
KEEPING = (
    *_looks(
        "audrey",
        "/audit",
        f"/audit?policy={MM}&event=record_consent",
        "/audit?reference=MM-0000",
        "/audit/reads",
        "/audit/acts",
        "/audit/verify",
    ),
    Look("audrey", "/audit?recorded_from=soon", status=422),
    Look("audrey", "/audit/reads?first=soon", status=422),
    Look("audrey", "/audit/acts?first=soon", status=422),
    Look("audrey", "/audit/verify", (_HEADS, press("Compare")), 422),
    *_looks(
        "adam",
        "/",
        "/admin",
        "/admin/people",
        "/admin/people/new",
        "/admin/people/{gwen}?done=given",
        "/admin/organisations",
        "/admin/organisations/harbour-house",
        "/admin/organisations/new",
        "/admin/calendars",
        f"/admin/calendars/{MM}?year=2026",
        "/admin/calendars/ashmead",
        "/admin/meetings",
        PANEL,
        f"{PANEL}/proposal",
        f"{PANEL}/{{panel}}/remove",
        "/admin/places",
    ),
    Look("adam", f"{PANEL}/proposal?every=x&unit=y&weekday=z", status=422),
    Look("adam", "/admin/people/new", (press("Add"),), 422),
    Look("adam", "/admin/organisations/new", (press("Add"),), 422),
    Look("adam", f"/admin/calendars/{MM}", (press("See what would move"),), 422),
    Look(
        "adam",
        f"/admin/calendars/{MM}",
        (fill("start", "2027-03-22"), press("See what would move")),
        422,
    ),
    *_looks("gwen", "/account", "/account/password", "/account/tokens", "/account/feed"),
    Look("gwen", "/account/password", (press("Change it"),), 422),
    Look("gwen", "/account/tokens", (fill("name", "A program"), press("Make a token"))),
    Look("gwen", "/account/feed", (fill("name", "Telephone"), press("Make an address"))),
    Look("newcomer", "/"),
)
LOOKS: Final = (*OUTSIDE, *REFERRALS, *FORMS, *OFFICE, *KEEPING)
#: Routes that give no page: files, programs' answers, and ways that lead elsewhere at once.
NO_PAGES: Final = re.compile(
    r"/api/.*|/feeds/.*|/static|/diagram\.css|/healthz|/readyz|.*\.(csv|xlsx|yaml|\{form\})"
    r"|/policy/\{name\}/versions/.*|/sign-in/sso.*"
)


class Examples(dict[str, str]):
    """What stands for a name in an address: a story's reference, a day, a handle."""

    def __init__(self, site: Served) -> None:
        self._site = site
        today = site.moment().date()
        with site.work.store.reading() as tx:
            handles = {one.id: one.handle for one in register.list_people(tx)}
            forums = register.sittings(tx, MM)["forum_meeting"]
            panels = register.sittings(tx, "heronsgate")["panel_meeting"]
        super().__init__(
            gwen=handles["gwen"],
            forum=min(day for day in forums if day > today).isoformat(),
            past_forum=max(day for day in forums if day <= today).isoformat(),
            panel=min(day for day in panels if day > today).isoformat(),
        )

    def of(self, address: str) -> str:
        """Return an address with everything in braces filled in."""
        return re.sub(r"\{([a-z_.]+)\}", lambda name: self._called(name[1]), address)

    def _called(self, name: str) -> str:
        return self._site.invented.told_by(name).reference if "." in name else self[name]


def unseen(routes: Iterable[Route], addresses: Iterable[str]) -> list[str]:
    """Return the paths of pages that no address among `addresses` is at."""
    paths = [path for method, path in routes if method == "GET" and not NO_PAGES.fullmatch(path)]
    shown = [address.partition("?")[0] for address in addresses]
    return [
        path
        for path in paths
        if not any(re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), one) for one in shown)
    ]
