"""Referrals as they stand: written and read back, moved by one winner, found again."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from apflow.errors import StoreError
from apflow.policy.situation import Tally
from apflow.store import Store, referrals
from apflow.store.faults import Taken
from tests.store.building import NOW, TODAY, after, furnish, make_referral, make_step, opened


def test_a_referral_is_read_as_it_was_written(store: Store) -> None:
    furnish(store)
    tally = Tally().with_step("open", "draft", TODAY, 1).with_step("log_contact", None, TODAY, 2)
    full = make_referral(
        state="draft",
        version=3,
        seq=2,
        head="f" * 64,
        facts={"said": "“yes”, é\n", "when": "2026-02-12", "choices": ["b", "a"], "n": 3},
        tally=tally,
        rank=-4,
        next_due=NOW + timedelta(microseconds=1),
        closed_on=date(2026, 3, 1),
        lapsed=("provider_assured",),
        holds=("ks3", "ks4"),
        waits={"ks3": "0002 2026-02-12"},
        ask_again_on=date(2026, 2, 13),
        parties={"home": "oak", "pru": "pru", "mainstream": "oak"},
    )
    with store.writing() as tx:
        referrals.add(tx, full)
        assert referrals.lock(tx, "TR-1") == full
        assert referrals.lock(tx, "TR-2") is None
    with store.reading() as tx:
        assert referrals.get(tx, "TR-1") == full
        assert referrals.get(tx, "TR-2") is None


def test_a_referral_with_nothing_but_what_it_must_have_is_read_as_it_was_written(
    store: Store,
) -> None:
    furnish(store)
    bare = make_referral(owner=None, parties={})
    with store.writing() as tx:
        referrals.add(tx, bare)
    with store.reading() as tx:
        assert referrals.get(tx, "TR-1") == bare


def test_two_referrals_of_one_reference_are_refused(store: Store) -> None:
    opened(furnish(store))
    with pytest.raises(Taken), store.writing() as tx:
        referrals.add(tx, make_referral())


@pytest.mark.parametrize(
    "wrong", [{"pupil": "nobody"}, {"digest": "0" * 64}, {"parties": {"home": "nowhere"}}]
)
def test_a_referral_of_a_pupil_law_or_organisation_that_is_not_there_is_refused(
    store: Store, wrong: dict[str, Any]
) -> None:
    furnish(store)
    with pytest.raises(StoreError), store.writing() as tx:
        referrals.add(tx, make_referral(**wrong))
    with store.reading() as tx:
        assert referrals.get(tx, "TR-1") is None


def test_a_referral_moves_only_from_the_version_that_was_expected(store: Store) -> None:
    before = opened(furnish(store))
    step = make_step(before, "agreed")
    moved = after(before, step)
    with store.writing() as tx:
        assert not referrals.move(tx, moved, before.version + 1)
        assert not referrals.move(tx, moved, before.version - 1)
        assert referrals.get(tx, "TR-1") == before
        assert referrals.move(tx, moved, before.version)
        assert not referrals.move(tx, moved, before.version)
        assert referrals.get(tx, "TR-1") == moved


@pytest.mark.parametrize("at_hand", [True, False])
def test_moving_changes_the_parties_with_the_referral(store: Store, at_hand: bool) -> None:
    before = opened(furnish(store), parties={"home": "oak", "pru": "pru"})
    parties = [
        {"home": "oak", "pru": "pru"},
        {"home": "elm", "pru": "pru", "la": "la"},
        {"home": "elm"},
        {},
        {"la": "la"},
    ]
    for number, changed in enumerate(parties):
        moved = replace(
            before,
            version=before.version + 1,
            parties=changed,
            rank=number,
            next_due=NOW + timedelta(days=number),
        )
        with store.writing() as tx:
            assert referrals.move(tx, moved, before.version, before if at_hand else None)
        with store.reading() as tx:
            assert referrals.get(tx, "TR-1") == moved
            listed = [row.reference for row in referrals.worklist(tx, ["elm"])]
            assert listed == (["TR-1"] if "elm" in changed.values() else [])
        before = moved


def test_of_many_who_move_from_one_version_one_wins(store: Store) -> None:
    before = opened(furnish(store))
    ready = threading.Barrier(8)
    won: list[str] = []

    def contend(name: str) -> None:
        ready.wait()
        with store.writing() as tx:
            found = replace(before, version=before.version + 1, owner=name)
            if referrals.move(tx, found, before.version):
                won.append(name)

    threads = [threading.Thread(target=contend, args=(f"person {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    with store.reading() as tx:
        found = referrals.get(tx, "TR-1")
    assert found is not None
    assert (found.owner, found.version) == (won[0], before.version + 1)


def test_a_locked_referral_makes_the_next_one_wait_and_see_what_was_done(store: Store) -> None:
    before = opened(furnish(store))
    locked, seen = threading.Event(), []

    def wait() -> None:
        locked.wait()
        with store.writing() as tx:
            found = referrals.lock(tx, "TR-1")
            assert found is not None
            seen.append(found.owner)

    waiting = threading.Thread(target=wait)
    waiting.start()
    with store.writing() as tx:
        assert referrals.lock(tx, "TR-1") == before
        locked.set()
        moved = replace(before, version=before.version + 1, owner="bob")
        assert referrals.move(tx, moved, before.version)
    waiting.join()
    assert seen == ["bob"]


def test_a_pupils_referrals_are_found_oldest_first(store: Store) -> None:
    furnish(store, pupils=2)
    opened(store, "TR-3", opened_on=TODAY - timedelta(days=9))
    opened(store, "TR-1")
    opened(store, "TR-2", pupil="p1")
    with store.reading() as tx:
        assert referrals.of_pupil(tx, "p0") == ["TR-3", "TR-1"]
        assert referrals.of_pupil(tx, "nobody") == []


def test_open_referrals_are_paged_by_reference(store: Store) -> None:
    furnish(store)
    for number in range(7):
        opened(store, f"TR-{number}", closed_on=TODAY if number == 3 else None)
    with store.reading() as tx:
        first = referrals.open_references(tx, limit=4)
        assert first == ["TR-0", "TR-1", "TR-2", "TR-4"]
        assert referrals.open_references(tx, "trial", first[-1], 4) == ["TR-5", "TR-6"]
        assert referrals.open_references(tx, "another") == []


def test_guards_to_be_asked_again_are_asked_once_a_day(store: Store) -> None:
    furnish(store)
    opened(store, "TR-1", ask_again_on=TODAY)
    opened(store, "TR-2", ask_again_on=TODAY + timedelta(days=1))
    opened(store, "TR-3")
    with store.writing() as tx:
        assert referrals.to_ask_again(tx, TODAY - timedelta(days=1)) == []
        assert referrals.to_ask_again(tx, TODAY) == ["TR-1"]
        assert referrals.to_ask_again(tx, TODAY + timedelta(days=1)) == ["TR-1", "TR-2"]
        assert referrals.to_ask_again(tx, TODAY + timedelta(days=1), 1) == ["TR-1"]
        asked = referrals.get_several(tx, ["TR-1"])
        referrals.asked_again(tx, asked, TODAY + timedelta(days=1))
        assert referrals.to_ask_again(tx, TODAY) == []
        referrals.asked_again(tx, asked, TODAY)
        assert referrals.to_ask_again(tx, TODAY) == []
        found = referrals.get(tx, "TR-1")
    assert found is not None
    assert found.version == 2
