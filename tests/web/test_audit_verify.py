"""Proving from a page that nothing was altered: in the background, one run at a time."""

import re
from datetime import datetime
from threading import Event, Thread, current_thread
from threading import enumerate as enumerate_threads

import pytest
from typing_extensions import override

from apflow.web.auditor.verifying import Verifying
from tests.store.tampering import tamper
from tests.web.reading import follow, problems, read, text_of
from tests.web_site import Served

PATH = "/audit/verify"


def _finished(site: Served) -> str:
    """Wait until the run under way has ended, and return what the page then says."""
    browser = site.browse("audrey")
    for thread in _threads():
        thread.join(60)
    return text_of(read(browser.get(PATH)))


def _threads() -> list[Thread]:
    return [one for one in enumerate_threads() if one.name == "verify"]


def test_everything_is_verified_from_a_page_that_needs_no_script(site: Served) -> None:
    browser = site.browse("audrey")
    before = text_of(read(browser.get(PATH)))
    assert "Nothing was verified since apflow was started" in before
    assert "What it does not prove" in before
    follow(browser, browser.post(PATH))
    said = _finished(site)
    assert "Nothing was altered" in said
    assert f"{len(site.invented.referrals)} referrals" in said
    assert "Begun by Audrey Penn on 10 March 2027, 9am" in said
    assert "http-equiv" not in browser.get(PATH).text


def test_the_first_bad_row_is_named_and_led_to(site: Served) -> None:
    reference = max(site.invented.referrals.values(), key=lambda one: one.seq).reference
    tamper(
        site.work.store,
        ("UPDATE answers SET value = '\"other\"' WHERE reference = %s AND seq = 2", (reference,)),
    )
    browser = site.browse("audrey")
    browser.post(PATH)
    said = _finished(site)
    assert "Something was altered" in said
    assert f"{reference}, step 2" in said
    hrefs = [one.get("href") for one in read(browser.get(PATH)).iter("a")]
    assert f"/referrals/{reference}/history/2" in hrefs


def test_one_run_at_a_time_and_the_page_says_how_far_it_is(site: Served) -> None:
    browser, goes_on = site.browse("audrey"), Event()
    told = site.moment.now

    def now() -> datetime:
        if current_thread().name == "verify":
            assert goes_on.wait(60)
        return told

    verifying = Verifying(site.work.store, now)
    assert verifying.start("Audrey Penn")
    assert not verifying.start("Morgan Hale")
    running = verifying.running
    assert running is not None
    assert (running.by, running.since, running.total > 500) == ("Audrey Penn", told, True)
    assert verifying.last is None
    goes_on.set()
    assert verifying.wait(60)
    last = verifying.last
    assert last is not None
    assert last.found is not None
    assert last.found.steps == running.total
    assert verifying.start("Morgan Hale")
    assert verifying.wait(60)
    assert browser.get(PATH).status_code == 200


def test_it_takes_an_auditor_or_a_manager(site: Served) -> None:
    for person, status in (("audrey", 200), ("morgan", 200), ("gwen", 403), ("imran", 403)):
        browser = site.browse(person)
        assert browser.get(PATH).status_code == status
        assert browser.get(f"{PATH}/heads.csv").status_code == status
        if status == 403:
            assert browser.post(PATH).status_code == 403
            assert browser.post(f"{PATH}/heads").status_code == 403
    assert "Nothing was verified" in _finished(site)


def test_heads_kept_elsewhere_find_a_history_that_was_rewritten_whole(site: Served) -> None:
    browser = site.browse("audrey")
    kept = browser.get(f"{PATH}/heads.csv")
    lines = kept.text.splitlines()
    assert lines[0] == "reference,step,hash"
    assert len(lines) == len(site.invented.referrals) + 1
    assert all(re.fullmatch(r"[A-Z]{2}-\d{4}-\w+-\w,\d+,[0-9a-f]{64}", one) for one in lines[1:])
    files = {"heads": ("heads.csv", kept.content, "text/csv")}
    said = text_of(read(browser.post(f"{PATH}/heads", files=files)))
    assert f"As kept {len(lines) - 1} heads found" in said
    reference, seq, head = lines[5].split(",")
    other = kept.content.replace(head.encode(), b"0" * 64)
    files = {"heads": ("heads.csv", other, "text/csv")}
    said = text_of(read(browser.post(f"{PATH}/heads", files=files)))
    assert f"Not as kept {reference}, step {seq}" in said


@pytest.mark.parametrize(
    "content", [b"", b"reference,step,hash\r\n", b"one,two\r\n", b"a,b,c\r\n", b"\xff\xfe\x00",
                b"a,\xc2\xb2,c\r\n", b"a,99999999999999999999,c\r\n"],
)  # fmt: skip
def test_a_file_without_heads_is_said(shared_site: Served, content: bytes) -> None:
    browser = shared_site.browse("audrey")
    files = {"heads": ("heads.csv", content, "text/csv")}
    found = read(browser.post(f"{PATH}/heads", files=files), 422)
    assert list(problems(found).values()) == ["heads"]


def test_no_file_is_said(shared_site: Served) -> None:
    browser = shared_site.browse("audrey")
    found = read(browser.post(f"{PATH}/heads", data={"heads": ""}), 422)
    assert list(problems(found).values()) == ["heads"]


def test_a_run_says_how_much_it_has_read(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apflow.store.verify._BATCH", 10)
    seen: list[tuple[int, int]] = []

    class Watching(Verifying):
        @override
        def _progress(self, read: int) -> None:
            super()._progress(read)
            assert self.running is not None
            seen.append((self.running.read, self.running.percent))

    verifying = Watching(site.work.store, site.moment)
    verifying.start("Audrey Penn")
    assert verifying.wait(60)
    assert len(seen) > 5
    assert seen == sorted(seen)
    assert 0 < seen[0][1] < seen[-1][1] <= 100


def test_a_proof_that_cannot_be_finished_says_so(site: Served) -> None:
    with site.work.store.writing() as tx:
        tx.exec_driver_sql("DROP TRIGGER steps_refuse_update")
    browser = site.browse("audrey")
    browser.post(PATH)
    said = _finished(site)
    assert "The proof could not be finished" in said
    assert "steps_refuse_update" in said
