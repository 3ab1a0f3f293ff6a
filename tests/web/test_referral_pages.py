"""A referral's page: what can happen next and why not, deadlines, its way so far, its history."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from apflow.casework import Asked
from apflow.casework.cohort import people
from apflow.casework.seeing import see
from apflow.store import reads, register
from apflow.store.register import Pupil
from tests.invented_cohort import NOW, Invented
from tests.web.pages_read import Read, read, words
from tests.web_site import Served, copy_of, served, settings_for

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}</title></svg>"
FORBIDDEN = re.compile(r"[Uu]ndefined|\bNone\b(?! available| stands)|datetime|Markup|\{\{|\bnan\b")


def page_of(site: Served, story: str, person: str) -> Read:
    reference = site.invented.told_by(story).reference
    return read(site.browse(person).get(f"/referrals/{reference}"))


def section(page: Read, name: str) -> str:
    """Return the words of the section whose heading has this id."""
    (found,) = [one for one in page.all("section") if one.get("aria-labelledby") == name]
    return words(found)


def panel(page: Read) -> Element:
    return page.one("section", **{"aria-labelledby": "next"})


def ways(page: Read) -> dict[str, str]:
    """Return the address of each event's form in the panel, by its words."""
    return {
        words(one): one.get("href", "")
        for one in panel(page).iter("a")
        if "/events/" in one.get("href", "")
    }


def card(page: Read, title: str) -> str:
    """Return the words of the part of the panel about one event."""
    (found,) = [
        one
        for one in panel(page).iter("div")
        if "cw-next" in one.get("class", "") and words(one).startswith(title)
    ]
    return words(found)


@pytest.fixture(scope="module")
def every_page(shared_site: Served) -> dict[str, Read]:
    """Give the page of every referral of the cohort, as the manager sees it."""
    browser = shared_site.browse("morgan")
    return {
        reference: read(browser.get(f"/referrals/{reference}"))
        for reference in shared_site.invented.referrals
    }


def test_every_referral_has_a_page_that_is_well_formed(every_page: dict[str, Read]) -> None:
    assert len(every_page) > 100
    for reference, page in every_page.items():
        assert page.heading
        assert page.title.startswith(reference)
        assert not FORBIDDEN.findall(page.text), reference


def test_no_page_names_a_thing_by_its_id(every_page: dict[str, Read], cohort: Invented) -> None:
    places = {*people._PLACES, *people._PROVIDERS}
    ids = {one for one in places if "-" in one}
    with cohort.store.reading() as tx:
        pupils = {one.id for one in register.list_pupils(tx, limit=1000)}
    for reference, page in every_page.items():
        said = page.text
        assert not re.findall(r"\b[a-z]+_[a-z_]+\b", said), reference
        assert not [one for one in (*ids, *pupils) if one in said], reference
        assert not re.findall(r"\d{4}-\d\d-\d\d", said.replace(reference, "")), reference


def test_an_open_event_has_a_button_and_a_blocked_one_every_reason(shared_site: Served) -> None:
    page = page_of(shared_site, "maidstone_placing.visit_to_come", "imran")
    assert "Hold the home visit" in ways(page)
    assert card(page, "Hold the home visit").startswith("Hold the home visit Ready")
    blocked = card(page, "Pupil attends for the first time")
    assert "3 of 4 conditions are not met." in blocked
    assert "Met: Parent agrees" in blocked
    assert "Not met: The home visit has not been held. Clause MM-63" in blocked
    assert "Not known yet: What did the meeting settle?" in blocked
    links = [one.get("href", "") for one in panel(page).iter("a")]
    assert "/policy/maidstone-and-malling#clause-MM-63" in links
    (event,) = [one for one in set(links) if one.endswith("/events/hold_home_visit")]
    assert links.count(event) >= 2, "the way out of the blocked event is its missing step"


def test_what_others_do_is_named_with_who_they_are(shared_site: Served) -> None:
    page = page_of(shared_site, "maidstone_placing.visit_to_come", "rosa")
    assert "Hold the home visit" not in ways(page)
    waiting = card(page, "Waiting for others")
    assert "Hold the home visit · Pupil referral unit (MMAP) Ready" in waiting
    folded = [one for one in panel(page).iter("details") if "other roles" in words(one)]
    assert len(folded) == 1
    assert folded[0].get("open") is None


def test_the_value_that_stands_in_the_way_is_said_in_words(shared_site: Served) -> None:
    page = page_of(shared_site, "maidstone_placing.visit_to_come", "rosa")
    (shut,) = [one for one in panel(page).iter("details") if "Not possible now" in words(one)]
    said = words(shut)
    assert "The pupil lives in this district." in said
    assert "District where the pupil lives: Maidstone and Malling" in said
    links = [words(one) for one in shut.iter("a")]
    assert "Record a change for the pupil" in links


def test_the_button_opens_its_form_and_nothing_else_does(shared_site: Served) -> None:
    for story, person in (
        ("maidstone_placing.visit_to_come", "imran"),
        ("maidstone_excluded.sixth_day_ahead", "rosa"),
        ("heronsgate_placing.attending", "nadia"),
    ):
        page, browser = page_of(shared_site, story, person), shared_site.browse(person)
        assert ways(page), story
        for title, address in ways(page).items():
            assert browser.get(address).status_code == 200, title


def test_handing_over_stands_beside_who_has_it_for_whoever_may_and_nobody_else(
    site: Served,
) -> None:
    reference = site.invented.told_by("maidstone_deciding.on_the_agenda").reference
    owner = site.invented.referrals[reference].owner
    with site.work.store.writing() as tx:
        register.add_person(tx, register.Person("twin", "Twin"))
        for role, where in register.held_roles(tx, str(owner)) or ():
            register.add_membership(tx, register.Membership("twin", role, where))
    path = f"/referrals/{reference}/hand-over"

    def offered(person: str) -> bool:
        """Whether the page leads there, which has to be as the form itself has it."""
        browser = site.browse(person)
        page = read(browser.get(f"/referrals/{reference}"))
        assert page.links.count(path) <= 1
        (details,) = [one for one in page.all("section") if one.get("aria-labelledby") == "details"]
        leads = [words(one) for one in details.iter("a") if one.get("href") == path]
        assert leads in ([], ["Hand over to somebody else"])
        assert bool(leads) == ("Who takes it over?" in browser.get(path).text)
        return bool(leads)

    may = {person: offered(person) for person in (str(owner), "twin", "morgan", "audrey", "imran")}
    assert may == {str(owner): True, "twin": False, "morgan": True, "audrey": False, "imran": False}
    # What nobody has is anybody's to give who acts on it.
    with site.work.store.writing() as tx:
        tx.exec_driver_sql("UPDATE referrals SET owner = NULL")
    assert offered("twin")
    assert not offered("audrey")


def test_an_auditor_changes_nothing_and_sees_every_reason(shared_site: Served) -> None:
    page = page_of(shared_site, "maidstone_placing.visit_to_come", "audrey")
    assert ways(page) == {}
    assert "Put the record right" not in page.text
    assert not [one for one in page.all("form") if one.get("action", "").endswith("/claim")]
    assert "The home visit has not been held." in card(page, "Pupil attends for the first time")


def test_the_strip_counts_the_sixth_school_day(shared_site: Served) -> None:
    page = page_of(shared_site, "maidstone_excluded.sixth_day_ahead", "rosa")
    (strip,) = page.all("ol", class_="cw-strip")
    boxes = [words(one) for one in strip.iter("li")]
    assert boxes[0] == "Day 1 Thu 4 Mar"
    assert boxes[2] == "weekend Sat 6 to Sun 7 Mar"
    assert boxes[-2:] == ["Day 5 Wed 10 Mar today", "Day 6 Thu 11 Mar last day"]
    deadlines = section(page, "deadlines")
    assert "By law · Local authority" in deadlines
    assert "The 6th school day from Thu 4 Mar 2027, which is day 1" in deadlines
    assert "next school day" in deadlines


def test_a_missed_deadline_is_said_to_be_missed_everywhere(shared_site: Served) -> None:
    page = page_of(shared_site, "maidstone_excluded.sixth_day_missed", "rosa")
    assert "Missed: 5 school days late" in page.text
    assert "Missed 5 school days late" in section(page, "deadlines")
    history = section(page, "history")
    assert "Deadline missed: Full-time education from the sixth school day" in history
    assert "missed, 5 school days late" in history


def test_no_limit_and_a_second_reading_are_said(shared_site: Served) -> None:
    page = page_of(shared_site, "maidstone_placing.visit_to_come", "imran")
    assert "Transport is arranged No limit is set" in section(page, "deadlines")
    placed = page_of(shared_site, "maidstone_placing.agreement_withdrawn", "imran")
    assert "The text can also be read as" in section(placed, "deadlines")


def test_the_way_so_far_is_drawn_and_said(shared_site: Served) -> None:
    page = page_of(shared_site, "maidstone_placing.visit_to_come", "imran")
    (drawing,) = [one for one in page.all("svg") if one.get("class") == "apd"]
    said = words(drawing)
    assert "The referral is now at: Home visit. Done: Consent, CAF and papers, Forum." in said
    rows = page.table("Where the referral has been")
    assert rows[0][0] == "Consent"
    assert rows[0][2].startswith("✓ Done: entered 10 February 2027")
    assert ["Placed", "Placement", "Not reached"] in rows
    assert len([one for one in page.all("table") if "Where the referral" in words(one)]) == 2


def test_the_history_is_newest_first_with_its_proof(shared_site: Served) -> None:
    referral = shared_site.invented.told_by("maidstone_placing.recorded_on_the_wrong_pupil")
    page = page_of(shared_site, "maidstone_placing.recorded_on_the_wrong_pupil", "imran")
    history = page.one("section", **{"aria-labelledby": "history"})
    links = [one.get("href") for one in history.iter("a")]
    steps = [f"/referrals/{referral.reference}/history/{seq}" for seq in range(referral.seq, 0, -1)]
    assert links == steps
    said = words(history)
    assert "Hold the home visit (taken back)" in said
    assert "The last step was taken back: step 5: Hold the home visit" in said
    assert "Why: Recorded on the wrong referral." in said
    assert "by Kate Orchard, Pupil referral unit (MMAP)" in said


def test_facts_kept_from_a_person_are_named_and_not_shown(site: Served) -> None:
    reference = site.invented.told_by("maidstone_placing.visit_to_come").reference
    asked = Asked("record_youth_justice", "rosa", "la", {"youth_justice": True})
    assert site.work.apply(site.work.ask(reference, asked, NOW).id, NOW).state == "applied"
    kept = read(site.browse("imran").get(f"/referrals/{reference}"))
    assert "Kept from you, because the policy says who may see it: Is the youth" in kept.text
    table = kept.table("Everything that is known of this referral")
    assert not [row for row in table if "youth offending" in row[0]]
    shown = read(site.browse("rosa").get(f"/referrals/{reference}"))
    (row,) = [one for one in shown.table("Everything that is known") if "youth off" in one[0]]
    assert row[1:] == ["Yes", "Step 5"]
    step = read(site.browse("imran").get(f"/referrals/{reference}/history/5"))
    assert re.search(r"youth offending service involved ?\(kept from you\)", step.text)
    assert step.text.count("youth offending service involved") == 1, "not among the facts either"


def test_an_erased_pupil_has_no_name_left(shared_site: Served) -> None:
    page = page_of(shared_site, "maidstone_placing.erased_after_closing", "morgan")
    assert page.heading == "Erased"
    assert "erased" in section(page, "history")


def test_unknown_and_out_of_scope_look_the_same(shared_site: Served) -> None:
    theirs = shared_site.invented.told_by("heronsgate_placing.attending").reference
    browser = shared_site.browse("gwen")
    answers = [
        browser.get(f"/referrals/{one}") for one in (theirs, "MM-2027-000000-0", "nothing", "new~")
    ]
    assert {one.status_code for one in answers} == {404}
    assert len({one.text for one in answers}) == 1


def test_what_was_done_is_said_to_who_did_it_and_nobody_else(site: Served) -> None:
    reference = site.invented.told_by("maidstone_placing.visit_to_come").reference
    request = _applied(site, reference, "imran", "pru", "hold_home_visit")
    done = read(site.browse("imran").get(f"/referrals/{reference}?done={request}"))
    banner = done.text[done.text.index("Done") :]
    assert banner.startswith(
        "Done Hold the home visit. The referral is now at: Pre-admission meeting."
    )
    for person, address in (
        ("rosa", f"/referrals/{reference}?done={request}"),
        ("imran", f"/referrals/{reference}?done={'0' * 32}"),
        ("imran", f"/referrals/{reference}?done=<script>"),
    ):
        assert (
            "Hold the home visit. The referral" not in read(site.browse(person).get(address)).text
        )


def _applied(site: Served, reference: str, person: str, role: str, event: str) -> str:
    answers = {"visit_people": {"pupil": "present", "parent": "present", "pru": "present"}}
    asked = Asked(event, person, role, answers)
    closed = site.work.apply(site.work.ask(reference, asked, NOW).id, NOW)
    assert closed.state == "applied", closed.result
    return closed.id


def test_a_step_leads_to_its_flow_run(cohort: Invented, tmp_path: Path) -> None:
    referral = cohort.told_by("maidstone_placing.visit_to_come")
    with copy_of(cohort, tmp_path / "runs") as work:
        settings = settings_for(work, tmp_path / "runs")
        pages = settings.model_copy(update={"prefect_ui_url": "http://127.0.0.1:4200/"})
        seen = see(work.office, referral.reference, "morgan", NOW)
        request = seen.steps[-1].request
        assert request is not None
        work.note_run(request, "0c7f1a52-1111-4222-8333-444455556666")
        with served(work, cohort, pages) as one:
            page = read(one.browse("imran").get(f"/referrals/{referral.reference}"))
            step = read(
                one.browse("imran").get(f"/referrals/{referral.reference}/history/{referral.seq}")
            )
    run = "http://127.0.0.1:4200/runs/flow-run/0c7f1a52-1111-4222-8333-444455556666"
    assert page.links.count(run) == 1
    assert step.links.count(run) == 1


def test_nothing_is_shown_whose_look_cannot_be_recorded(site: Served) -> None:
    referral = site.invented.told_by("maidstone_placing.visit_to_come")
    with site.work.store.reading() as tx:
        pupil = register.get_pupil(tx, referral.pupil)
    assert pupil is not None
    name = str(pupil.name)
    browser, base = site.browse("imran"), f"/referrals/{referral.reference}"
    assert name in browser.get(base).text
    with _no_reads(site):
        for address in ("", "/history/1", "/print", "/history.csv", "/history.json"):
            answer = browser.get(base + address)
            assert answer.status_code == 503, address
            assert name not in answer.text
            assert name.split(maxsplit=1)[0] not in answer.text


@contextmanager
def _no_reads(site: Served) -> Iterator[None]:
    """Have the database refuse every record of a look."""
    with closing(sqlite3.connect(str(site.work.store.path))) as other:
        other.execute(
            "CREATE TRIGGER no_reads BEFORE INSERT ON reads BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        other.commit()
        try:
            yield
        finally:
            other.execute("DROP TRIGGER no_reads")
            other.commit()


def test_one_look_is_recorded_for_one_page(site: Served) -> None:
    reference = site.invented.told_by("maidstone_placing.visit_to_come").reference
    with site.work.store.reading() as tx:
        before = len(reads.of(tx, reference))
    site.browse("imran").get(f"/referrals/{reference}")
    with site.work.store.reading() as tx:
        after = reads.of(tx, reference)
    assert [(one.person, one.what) for one in after[before:]] == [("imran", "referral")]


def test_hostile_names_and_facts_are_words_and_nothing_else(site: Served) -> None:
    referral = site.invented.told_by("maidstone_placing.visit_to_come")
    with site.work.store.writing() as tx:
        register.change_pupil(tx, Pupil(referral.pupil, HOSTILE))
        register.change_person(tx, register.Person("helen", HOSTILE))
        register.change_organisation(tx, register.Organisation("saxon-park", HOSTILE))
    asked = Asked("add_note", "imran", "pru", {"note": HOSTILE})
    assert site.work.apply(site.work.ask(referral.reference, asked, NOW).id, NOW).state == "applied"
    browser = site.browse("imran")
    base = f"/referrals/{referral.reference}"
    for address in (
        "/",
        "/referrals",
        base,
        f"{base}/history/5",
        f"{base}/history/4",
        f"{base}/print",
    ):
        answer = browser.get(address)
        assert "<script>alert" not in answer.text, address
        page = read(answer)
        assert not [one for one in page.all("script") if not one.get("src")], address
        assert "49" not in page.heading
        assert HOSTILE in page.text or address in (f"{base}/history/4",), address


def test_a_person_of_two_roles_is_told_in_which_they_act(site: Served) -> None:
    with site.work.store.writing() as tx:
        register.add_membership(tx, register.Membership("imran", "la", "wealdshire"))
    page = page_of(site, "maidstone_placing.visit_to_come", "imran")
    assert "As: Pupil referral unit (MMAP)" in card(page, "Hold the home visit")
    assert {"Hold the home visit", "Add papers"} <= set(ways(page)), "both roles' ways are open"
