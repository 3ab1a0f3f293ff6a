"""What is kept beside referrals: calendars, lifecycles, notices, reads and packs."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from apflow.referral import NoticeRow
from apflow.store import Store, calendars, lifecycles, notices, packs, reads
from apflow.store.calendars import StoredCalendar
from apflow.store.faults import Taken
from apflow.store.reads import Read
from tests.store.building import NOW, furnish, opened

LATER = NOW + timedelta(days=1)
TERM = {"start": "2026-01-05", "end": "2026-03-27", "kind": "term", "label": "Spring"}


def test_every_version_of_a_calendar_is_kept_and_the_newest_counts(store: Store) -> None:
    holidays = [date(2026, 4, 3), date(2026, 4, 6)]
    with store.writing() as tx:
        assert calendars.version(tx, "kent") is None
        assert calendars.get(tx, "kent") is None
        assert calendars.put(tx, "kent", [TERM], holidays, NOW, "the policy", example=True) == 1
        assert calendars.put(tx, "kent", [], [], LATER, "kent.csv") == 2
        assert calendars.put(tx, "oak", [TERM], [], NOW, "oak.ics") == 1
    with store.reading() as tx:
        first, second = calendars.versions(tx, "kent")
        assert calendars.version(tx, "kent") == 2
        assert calendars.get(tx, "kent") == second
        assert calendars.areas(tx) == ["kent", "oak"]
    assert first == StoredCalendar("kent", 1, (TERM,), tuple(holidays), True, "the policy", NOW)
    assert second == StoredCalendar("kent", 2, (), (), False, "kent.csv", LATER)


def test_a_lifecycles_text_is_kept_once_for_each_digest(store: Store) -> None:
    with store.writing() as tx:
        lifecycles.keep(tx, "d1", "trial", "one: é", NOW)
        lifecycles.keep(tx, "d2", "trial", "two", LATER)
        lifecycles.keep(tx, "d3", "other", "three", NOW)
        assert lifecycles.get(tx, "d1") == ("trial", "one: é")
        assert lifecycles.get(tx, "d4") is None
        assert lifecycles.current(tx, "trial") == ("d2", "two")
        assert lifecycles.current(tx, "none") is None
        assert [one.digest for one in lifecycles.listed(tx)] == ["d3", "d1", "d2"]


def test_a_text_kept_before_becomes_current_again_and_stays_as_it_was(store: Store) -> None:
    with store.writing() as tx:
        lifecycles.keep(tx, "d1", "trial", "one", NOW)
        lifecycles.keep(tx, "d2", "trial", "two", LATER)
        lifecycles.keep(tx, "d1", "trial", "changed", LATER + timedelta(days=1))
        assert lifecycles.current(tx, "trial") == ("d1", "one")
        assert len(lifecycles.listed(tx)) == 2


def test_a_notice_is_pending_until_sent_once(store: Store) -> None:
    opened(furnish(store))
    first = NoticeRow("n1", "TR-1", 1, "tell", "school", "A deadline was missed.", NOW)
    second = replace(first, id="n0", created_at=LATER, seq=2)
    with store.writing() as tx:
        notices.add(tx, [second, first])
        notices.add(tx, [])
        assert notices.pending(tx, 9) == [first, second]
        assert notices.pending(tx, 1) == [first]
        assert notices.mark_sent(tx, "n1", LATER)
        assert not notices.mark_sent(tx, "n1", NOW)
        assert notices.pending(tx, 9) == [second]
        assert notices.of(tx, "TR-1") == [replace(first, sent_at=LATER), second]
    with pytest.raises(Taken), store.writing() as tx:
        notices.add(tx, [first])


def test_a_notice_of_a_transaction_that_failed_is_never_pending(store: Store) -> None:
    opened(furnish(store))
    notice = NoticeRow("n1", "TR-1", 1, "tell", "school", "text", NOW)

    def fail() -> None:
        with store.writing() as tx:
            notices.add(tx, [notice])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.reading() as tx:
        assert notices.pending(tx, 9) == []


def test_every_look_is_kept_even_two_of_one_moment(store: Store) -> None:
    with store.writing() as tx:
        reads.add(tx, "ann", "TR-1", "history", LATER)
        reads.add(tx, "ann", "TR-1", "referral", NOW)
        reads.add(tx, "ann", "TR-1", "referral", NOW)
        reads.add(tx, "bob", "TR-2", "referral", NOW)
        look = Read("ann", "TR-1", "referral", NOW)
        assert reads.of(tx, "TR-1") == [look, look, Read("ann", "TR-1", "history", LATER)]
        assert reads.by(tx, "bob") == [Read("bob", "TR-2", "referral", NOW)]
        assert reads.of(tx, "TR-3") == []


def test_a_pack_is_kept_as_it_stood_and_can_be_emptied(store: Store) -> None:
    opened(furnish(store), steps=2)
    with store.writing() as tx:
        packs.add(tx, "TR-1", 1, {"said": "é", "papers": {"caf": {"answer": "present"}}})
        packs.add(tx, "TR-1", 2, {})
        first = packs.get(tx, "TR-1", 1)
        assert first == {"said": "é", "papers": {"caf": {"answer": "present"}}}
        assert packs.get(tx, "TR-1", 3) is None
        assert packs.of(tx, "TR-1") == [(1, first), (2, {})]
        assert packs.erase(tx, "TR-1") == 2
        assert packs.of(tx, "TR-1") == [(1, {}), (2, {})]
