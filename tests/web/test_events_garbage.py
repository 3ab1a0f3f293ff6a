"""Whatever is posted gets an answer in words; what is refused changes nothing but its Request."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.promises.pictures import rows
from tests.small_office import START, Office
from tests.web.filling import Page, opened
from tests.web.small_site import small_site
from tests.web_site import Served

ANSWERS = {200, 303, 404, 409, 422}
#: What a refusal may leave behind: that it was asked, and that a form was looked at.
LEFT = ("requests", "reads", "sessions")
WORDS = (
    "", " ", "yes", "no", "YES", "0", "-1", "1e9", "٣", "31", "2026", "99999", "oak", "pru",
    "atlantis", "present", "absent", "awaited", "today", "12/02/2026", "2026-01-14", "<script>",
    "'; DROP TABLE", "\x00", "\x1f\x7f", "\u202etxt", "\ufffe", "x" * 4001, "a\r\nb", "None",
    "[]", "{}", "😀" * 300,
)  # fmt: skip
STRANGE = (
    "fact-", "fact-nothing", "fact-home-day", "fact--day", "override-", "override-nothing",
    "override-two_sat", "acting_as", "seen", "request_id", "change", "because", "fact", "forget",
    "step", "taker", "what", "state", "version", "way", "called", "pupil", "pupil_name", "newcomer",
    "found", "born-day", "born-month", "born-year", "happened_on", "happened_on-day", "\x00",
)  # fmt: skip
EVENTS = ("record_answer", "submit", "log", "stop", "educate", "panel_agrees", "begin", "open_it")
ACTS = ("correct", "reverse", "hand-over", "erase", "erase/check", "adopt", "adopt/check")
OPENING = ("pupil", "form", "open", "open/check")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Office]]:
    """Give the pages of the small office."""
    with small_site(tmp_path_factory.mktemp("garbage-site")) as made:
        yield made


def garbage(random: Random, names: list[str]) -> dict[str, list[str]]:
    """Return a form that no page would send."""
    picked = random.sample(names, min(len(names), random.randrange(1, 9)))
    picked += random.sample(STRANGE, random.randrange(4))
    return {name: random.choices(WORDS, k=random.choice((1, 1, 1, 2))) for name in picked}


def stands(office: Office) -> object:
    """Return everything in the database that a refusal may not change."""
    kept = rows(office.work.store)
    return {name: found for name, found in kept.items() if name not in LEFT}


@pytest.mark.parametrize("event", EVENTS)
def test_garbage_sent_for_an_event_is_answered(small: tuple[Served, Office], event: str) -> None:
    site, office = small
    random = Random(event)
    reference = office.opened(agrees=random.random() < 0.5)
    names = ["happened_on-day", "happened_on-month", "happened_on-year", "request_id", "seen"]
    for person in ("sue", "lea"):
        names += opened(site.browse(person), f"/referrals/{reference}/events/{event}").ids
    seen = set()
    before = stands(office)
    people = {one: site.browse(one) for one in ("sue", "lea", "pam", "ann", "max")}
    for number in range(30):
        browser = random.choice(list(people.values()))
        path = f"/referrals/{reference}/events/{event}" + random.choice(("", "", "/check"))
        answer = browser.post(path, data=garbage(random, names))
        seen.add(answer.status_code)
        assert answer.status_code in ANSWERS, (number, answer.text[:500])
        if answer.status_code == 303:
            before = stands(office)
        else:
            assert stands(office) == before
            if answer.status_code != 404:
                page = Page(answer)
                leads = {href.removeprefix("#") for href in page.errors.values()}
                assert leads <= set(page.ids)
    assert 422 in seen


@pytest.mark.parametrize("act", ACTS)
def test_garbage_sent_to_put_right_is_answered(small: tuple[Served, Office], act: str) -> None:
    site, office = small
    random = Random(act)
    reference = office.opened(agrees=True, story="Told.")
    facts = [
        f"fact-{name}" for name in ("agrees", "story", "home", "excluded", "sat-la", "sitting")
    ]
    names = [*facts, *STRANGE[10:20]]
    before = stands(office)
    people = {one: site.browse(one) for one in ("sue", "lea", "max", "ann")}
    for number in range(20):
        browser = random.choice(list(people.values()))
        said = garbage(random, names)
        if act == "correct":
            said["fact"] = [random.choice(("agrees", "story", "rank", "secret", "sat", "\x00"))]
        answer = browser.post(f"/referrals/{reference}/{act}", data=said)
        assert answer.status_code in ANSWERS, (number, answer.text[:500])
        if answer.status_code == 303:
            before = stands(office)
        else:
            assert stands(office) == before


@pytest.mark.parametrize("page", OPENING)
def test_garbage_sent_to_open_is_answered(small: tuple[Served, Office], page: str) -> None:
    site, office = small
    random = Random(page)
    facts = [f"fact-{name}" for name in ("home", "excluded", "excluded_on-day", "story", "agrees")]
    before = stands(office)
    people = {one: site.browse(one) for one in ("sue", "lea", "eve")}
    for number in range(20):
        browser = random.choice(list(people.values()))
        answer = browser.post(f"/referrals/new/{page}", data=garbage(random, [*facts, *STRANGE]))
        assert answer.status_code in ANSWERS, (number, answer.text[:500])
        if answer.status_code == 303:
            before = stands(office)
        else:
            assert stands(office) == before


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe\x00", b"=&=&=", b"%", b"fact-story=%ff%fe%00", b"&" * 3000, b"a" * 70_000],
)
def test_a_body_that_is_no_form_is_answered(small: tuple[Served, Office], body: bytes) -> None:
    site, office = small
    reference = office.opened(agrees=True)
    browser = site.browse("sue")
    for kind in ("application/x-www-form-urlencoded", "text/plain", "application/json"):
        headers = {"Content-Type": kind}
        path = f"/referrals/{reference}/events/log"
        answer = browser.post(path, content=body, headers=headers)
        assert answer.status_code in {*ANSWERS, 400}
    assert office.work.look(reference, "sue", START).referral.seq == 1
