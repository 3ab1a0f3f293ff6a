"""Requests: stored before anything is decided, closed once, purged or emptied in time."""

import threading
from datetime import timedelta

import pytest

from apflow.referral import RequestState
from apflow.store import Store, requests
from tests.store.building import NOW, furnish, make_request


def test_a_request_is_read_as_it_was_written(store: Store) -> None:
    plain = make_request()
    opening = make_request("r2", opens="f" * 64, pupil="p0", seen=None, reason=None)
    closed = make_request(
        "r3",
        state="refused",
        closed_at=NOW,
        result={"findings": [{"guard": "x"}]},
        flow_run="run",
    )
    with store.writing() as tx:
        for request in (plain, opening, closed):
            assert requests.add(tx, request)
    with store.reading() as tx:
        assert [requests.get(tx, one.id) for one in (plain, opening, closed)] == [
            plain,
            opening,
            closed,
        ]
        assert requests.get(tx, "r4") is None
        assert requests.of(tx, "TR-1") == [plain, opening, closed]


def test_the_same_request_written_twice_stays_as_it_was(store: Store) -> None:
    with store.writing() as tx:
        assert requests.add(tx, make_request())
        assert not requests.add(tx, make_request(event="another"))
        assert requests.lock(tx, "r1") == make_request()


def test_a_request_is_closed_once_and_keeps_its_first_result(store: Store) -> None:
    with store.writing() as tx:
        requests.add(tx, make_request())
        assert requests.close(tx, "r1", "applied", {"seq": 4}, NOW, answers={})
        assert not requests.close(tx, "r1", "refused", {"seq": 5}, NOW)
        assert not requests.close(tx, "r2", "refused", {}, NOW)
        found = requests.get(tx, "r1")
    assert found is not None
    assert (found.state, found.result, found.closed_at) == ("applied", {"seq": 4}, NOW)
    assert found.answers == {}


def test_a_refused_request_keeps_its_answers_for_the_form(store: Store) -> None:
    with store.writing() as tx:
        requests.add(tx, make_request())
        requests.close(tx, "r1", "refused", {}, NOW)
        found = requests.get(tx, "r1")
    assert found is not None
    assert found.answers == make_request().answers


def test_of_many_who_close_a_request_at_once_one_does(store: Store) -> None:
    with store.writing() as tx:
        requests.add(tx, make_request())
    ready, closed = threading.Barrier(6), []

    def close(number: int) -> None:
        ready.wait()
        with store.writing() as tx:
            found = requests.lock(tx, "r1")
            assert found is not None
            if found.state == "waiting":
                assert requests.close(tx, "r1", "applied", {"by": number}, NOW)
                closed.append(number)

    threads = [threading.Thread(target=close, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(closed) == 1


def test_waiting_requests_are_those_asked_before_oldest_first(store: Store) -> None:
    with store.writing() as tx:
        for number in (3, 1, 2):
            asked = NOW + timedelta(seconds=number)
            requests.add(tx, make_request(f"r{number}", asked_at=asked))
        requests.close(tx, "r2", "applied", {}, NOW)
        assert requests.waiting(tx, NOW + timedelta(seconds=9)) == ["r1", "r3"]
        assert requests.waiting(tx, NOW + timedelta(seconds=9), 1) == ["r1"]
        assert requests.waiting(tx, NOW + timedelta(seconds=3)) == ["r1"]
        assert requests.waiting(tx, NOW) == []


def test_a_closed_request_is_unrecorded_until_a_run_is_noted_and_one_run_is(store: Store) -> None:
    with store.writing() as tx:
        for number in (1, 2, 3):
            requests.add(tx, make_request(f"r{number}"))
        requests.close(tx, "r2", "applied", {}, NOW + timedelta(seconds=2))
        requests.close(tx, "r1", "refused", {}, NOW + timedelta(seconds=3))
        assert [one.id for one in requests.unrecorded(tx, 9)] == ["r2", "r1"]
        assert requests.note_run(tx, "r2", "run-1")
        assert not requests.note_run(tx, "r2", "run-2")
        assert [one.id for one in requests.unrecorded(tx, 9)] == ["r1"]
        found = requests.get(tx, "r2")
    assert found is not None
    assert found.flow_run == "run-1"


@pytest.mark.parametrize("state", ["refused", "stale", "abandoned"])
def test_what_was_not_applied_is_purged_when_old_and_what_was_is_kept(
    store: Store, state: RequestState
) -> None:
    with store.writing() as tx:
        for number in (1, 2, 3, 4):
            requests.add(tx, make_request(f"r{number}"))
        requests.close(tx, "r1", state, {}, NOW)
        requests.close(tx, "r2", state, {}, NOW + timedelta(days=1))
        requests.close(tx, "r3", "applied", {}, NOW)
        assert requests.purge(tx, NOW + timedelta(hours=1)) == 1
        kept = [number for number in (1, 2, 3, 4) if requests.get(tx, f"r{number}")]
    assert kept == [2, 3, 4]


def test_erasing_empties_what_people_wrote_in_closed_requests_of_one_referral(
    store: Store,
) -> None:
    furnish(store)
    with store.writing() as tx:
        requests.add(tx, make_request("r1"))
        requests.add(tx, make_request("r2"))
        requests.add(tx, make_request("r3", reference="TR-2"))
        requests.close(tx, "r1", "refused", {"says": "words"}, NOW)
        requests.close(tx, "r3", "refused", {"says": "words"}, NOW)
        assert requests.erase(tx, "TR-1") == 1
        emptied, waiting, other = (requests.get(tx, name) for name in ("r1", "r2", "r3"))
    assert emptied is not None
    assert waiting == make_request("r2")
    assert other is not None
    assert (emptied.answers, emptied.overrides, emptied.reason) == ({}, {}, None)
    assert emptied.result == {}
    assert emptied.state == "refused"
    assert other.answers == make_request().answers
