"""Several referrals at once: read and held together, as one by one."""

import threading
from dataclasses import replace
from datetime import timedelta

from apflow.store import Store, deadlines, referrals, requests
from tests.store.building import (
    NOW,
    TODAY,
    furnish,
    make_deadline,
    make_referral,
    make_request,
    opened,
)


def test_several_referrals_are_held_and_read_as_one_is(store: Store) -> None:
    furnish(store)
    made = {
        reference: opened(store, reference, parties={"home": home, "la": "la"})
        for reference, home in (("TR-3", "oak"), ("TR-1", "elm"), ("TR-2", "oak"))
    }
    with store.writing() as tx:
        held = referrals.lock_several(tx, ["TR-3", "TR-9", "TR-1"])
        assert held == [made["TR-1"], made["TR-3"]]
        assert referrals.lock_several(tx, []) == []


def test_several_are_held_until_the_transaction_ends(store: Store) -> None:
    furnish(store)
    before = [opened(store, f"TR-{number}") for number in (1, 2)]
    locked, seen = threading.Event(), list[str | None]()

    def wait() -> None:
        locked.wait()
        with store.writing() as tx:
            seen.extend(one.owner for one in referrals.lock_several(tx, ["TR-2", "TR-1"]))

    waiting = threading.Thread(target=wait)
    waiting.start()
    with store.writing() as tx:
        referrals.lock_several(tx, ["TR-1", "TR-2"])
        locked.set()
        for one in before:
            moved = replace(one, version=one.version + 1, owner="bob")
            assert referrals.move(tx, moved, one.version, one)
    waiting.join()
    assert seen == ["bob", "bob"]


def test_referrals_are_found_where_they_stand_and_closed_ones_not(store: Store) -> None:
    furnish(store)
    there = [make_referral(f"TR-{number}", state="forum") for number in (1, 2)]
    also = make_referral("TR-3", state="panel")
    elsewhere = [
        make_referral("TR-4", state="draft"),
        make_referral("TR-5", state="forum", lifecycle="another"),
        make_referral("TR-6", state="forum", closed_on=TODAY),
    ]
    with store.writing() as tx:
        for one in (*elsewhere, also, *there):
            referrals.add(tx, one)
        found = referrals.standing_in(tx, "trial", {"forum", "panel"})
        assert sorted(found, key=lambda one: one.reference) == [*there, also]
        assert referrals.standing_in(tx, "trial", set()) == []


def test_open_referrals_of_an_area_are_those_of_a_policy_or_of_a_party(store: Store) -> None:
    furnish(store)
    opened(store, "TR-1", parties={"home": "oak", "mainstream": "oak"})
    opened(store, "TR-2", parties={"home": "elm", "pru": "pru"})
    opened(store, "TR-3", parties={"home": "oak"}, closed_on=TODAY)
    opened(store, "TR-4", parties={"home": "oak"}, lifecycle="another")
    with store.reading() as tx:
        assert referrals.open_of_area(tx, "oak") == ["TR-1", "TR-4"]
        assert referrals.open_of_area(tx, "pru") == ["TR-2"]
        assert referrals.open_of_area(tx, "trial") == ["TR-1", "TR-2"]
        assert referrals.open_of_area(tx, "nowhere") == []


def test_the_deadlines_of_several_are_those_of_each(store: Store) -> None:
    furnish(store)
    for reference in ("TR-1", "TR-2", "TR-3"):
        opened(store, reference)
    later = NOW + timedelta(days=3)
    with store.writing() as tx:
        deadlines.write(tx, [make_deadline("TR-1", occurrence=2), make_deadline("TR-1")])
        deadlines.write(tx, [make_deadline("TR-2", name="review", due_at=later)])
        assert deadlines.rows_of(tx, ["TR-2", "TR-1", "TR-3"]) == {
            "TR-1": deadlines.rows(tx, "TR-1"),
            "TR-2": deadlines.rows(tx, "TR-2"),
        }
        assert deadlines.rows_of(tx, []) == {}


def test_what_waits_for_several_is_what_waits_for_each_in_the_order_asked(store: Store) -> None:
    made = [
        make_request(f"r{number}", reference=reference, asked_at=NOW - timedelta(minutes=number))
        for number, reference in enumerate(("TR-1", "TR-2", "TR-1", "TR-3"))
    ]
    with store.writing() as tx:
        for one in made:
            requests.add(tx, one)
        requests.close(tx, "r3", "refused", {}, NOW)
        found = requests.waiting_for(tx, ["TR-3", "TR-2", "TR-1"])
        assert [one.id for one in found] == ["r2", "r0", "r1"]
        assert requests.waiting_for(tx, []) == []
