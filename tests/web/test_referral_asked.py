"""Taking a referral on, verifying its history, and what a page asks of the database."""

import sqlite3
from contextlib import closing

from apflow.casework import Casework
from apflow.casework.seeing import see
from apflow.store import Store, reads, register
from tests.invented_cohort import NOW, Invented
from tests.promises.boundaries import told_before_each
from tests.web.pages_read import read, words
from tests.web_site import Served


def _free(site: Served) -> str:
    """Return a referral whose turn is the unit's, and that nobody of the unit has."""
    return site.invented.told_by("maidstone_placing.visit_to_come").reference


def test_who_takes_a_referral_on_has_it_and_is_told(site: Served) -> None:
    reference, browser = _free(site), site.browse("imran")
    page = read(browser.get(f"/referrals/{reference}"))
    form = page.one("form", action=f"/referrals/{reference}/claim")
    given = {one.get("name", ""): one.get("value", "") for one in form.iter("input")}
    answer = browser.post(f"/referrals/{reference}/claim", data=given)
    assert answer.status_code == 303
    after = read(browser.get(answer.headers["location"]))
    assert "Done You have taken this referral on." in after.text
    assert "Who has it" in after.text
    assert not after.all("form", action=f"/referrals/{reference}/claim")
    again = browser.post(f"/referrals/{reference}/claim", data=given)
    assert again.headers["location"] == answer.headers["location"], "sent twice, taken once"
    assert "Handed over: to Imran Vale" in after.text


def test_the_worklist_offers_it_and_says_that_it_is_yours(site: Served) -> None:
    browser = site.browse("imran")
    page = read(browser.get("/?policy=maidstone-and-malling"))
    forms = [one for one in page.all("form") if one.get("action", "").endswith("/claim")]
    form = forms[0]
    reference = form.get("action", "").split("/")[2]
    given = {one.get("name", ""): one.get("value", "") for one in form.iter("input")}
    answer = browser.post(f"/referrals/{reference}/claim", data=given)
    assert answer.headers["location"].startswith("/?done=")
    after = read(browser.get(answer.headers["location"]))
    assert f"You have taken on {reference}." in after.text
    mine = read(browser.get("/?show=mine"))
    assert reference in mine.text
    tiles = [words(one) for one in mine.one("ul", class_="ap-tiles").iter("li")]
    assert "1 Yours" in tiles


def test_what_somebody_else_has_is_not_taken_from_them(site: Served) -> None:
    reference = _free(site)
    site.browse("imran").post(f"/referrals/{reference}/claim", data={})
    answer = site.browse("rosa").post(f"/referrals/{reference}/claim", data={})
    assert answer.status_code == 409
    page = read(answer)
    assert page.heading == "You cannot take this referral on"
    assert "They, or a manager, can hand it over to you." in page.text
    assert "imran" not in page.text.lower().replace("imran vale", "")


def test_nobody_takes_on_what_they_cannot_see(site: Served) -> None:
    theirs = site.invented.told_by("heronsgate_placing.attending").reference
    assert site.browse("gwen").post(f"/referrals/{theirs}/claim", data={}).status_code == 404
    assert site.browse("gwen").post(f"/referrals/{theirs}/verify").status_code == 404


def test_a_history_is_verified_anew_when_it_is_asked(site: Served) -> None:
    reference, browser = _free(site), site.browse("imran")
    answer = browser.post(f"/referrals/{reference}/verify")
    assert answer.status_code == 303
    good = read(browser.get(answer.headers["location"]))
    assert "Every step is as it was written: 4 steps" in good.text
    with closing(sqlite3.connect(str(site.work.store.path))) as other:
        for (trigger,) in other.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'steps'"
        ).fetchall():
            other.execute(f'DROP TRIGGER "{trigger}"')
        other.execute(
            "UPDATE steps SET body = replace(body, 'forum', 'forvm')"
            " WHERE reference = ? AND seq = 3",
            (reference,),
        )
        other.commit()
    bad = read(browser.get(answer.headers["location"]))
    assert "Not as it was written" in bad.text
    assert "Step 3 is not as it was written" in bad.text
    step = read(browser.get(f"/referrals/{reference}/history/3"))
    assert "This step is not as it was written" in step.text


def test_a_page_asks_as_much_of_the_database_however_long_the_history(cohort: Invented) -> None:
    short = cohort.told_by("maidstone_placing.visit_to_come")
    long_ = cohort.told_by("maidstone_placing.agreement_withdrawn")
    assert long_.seq > 3 * short.seq
    asked: list[str] = []
    with told_before_each(asked.append):
        store = Store(cohort.store.url)
        work = Casework(store, cohort.work.office.folders)
        counts = []
        for reference in (short.reference, long_.reference, short.reference, long_.reference):
            asked.clear()
            see(work.office, reference, "imran", NOW)
            counts.append(len(asked))
        store.close()
    assert counts[2] == counts[3]
    assert counts[3] <= 26, asked


def test_what_is_looked_at_is_recorded_by_what_it_was(site: Served) -> None:
    reference, browser = _free(site), site.browse("audrey")
    for address in ("", "/history/2", "/print", "/history.json"):
        assert browser.get(f"/referrals/{reference}{address}").status_code == 200
    with site.work.store.reading() as tx:
        looks = [one for one in reads.of(tx, reference) if one.person == "audrey"]
    assert sorted(one.what for one in looks) == ["chronology", "export", "referral", "step"]


def test_a_person_who_was_disabled_stays_named(site: Served) -> None:
    reference = _free(site)
    with site.work.store.writing() as tx:
        register.disable(tx, "helen", NOW)
    assert "by Helen Marsh" in read(site.browse("imran").get(f"/referrals/{reference}")).text
