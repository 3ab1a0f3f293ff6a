"""The outbox: what is due is taken by one, comes back when left, and waits when it is to wait."""

import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from apflow.referral import NoticeRow
from apflow.store import Store, notices, posts, register
from apflow.store.notices import Unsent
from apflow.store.posts import Addressed, Post
from tests.store.building import NOW, furnish, opened

UNTIL = NOW + timedelta(minutes=10)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def three(store: Store) -> list[NoticeRow]:
    """Give three messages of one referral, in the order in which they were written."""
    opened(furnish(store))
    rows = [
        NoticeRow(f"n{9 - number}", "TR-1", 1, "tell", "school", "text", NOW - timedelta(number))
        for number in (3, 2, 1)
    ]
    with store.writing() as tx:
        notices.add(tx, rows[::-1])
    return rows


def test_what_one_took_nobody_else_gets_until_its_time_is_over(
    store: Store, three: list[NoticeRow]
) -> None:
    with store.writing() as tx:
        assert notices.claim(tx, NOW, UNTIL, 2) == three[:2]
        assert notices.claim(tx, NOW, UNTIL, 9) == three[2:]
        assert notices.claim(tx, NOW, UNTIL, 9) == []
        assert notices.claim(tx, UNTIL, LATER, 9) == three


def test_what_is_given_back_is_due_at_once_and_what_waits_is_not(
    store: Store, three: list[NoticeRow]
) -> None:
    first, second, third = (one.id for one in three)
    with store.writing() as tx:
        notices.claim(tx, NOW, UNTIL, 9)
        notices.release(tx, [first])
        notices.try_at(tx, second, LATER)
        notices.try_at(tx, third, None)
        assert [one.id for one in notices.claim(tx, NOW, UNTIL, 9)] == [first]
        assert notices.mark_sent(tx, first, NOW)
        assert [one.id for one in notices.claim(tx, LATER, LATER, 9)] == [second]
        wanted = [Unsent(three[2], None), Unsent(three[1], LATER)]
        assert notices.unsent(tx) == (wanted, None)
        some, place = notices.unsent(tx, 1)
        assert some == wanted[:1]
        assert notices.unsent(tx, 1, place) == (wanted[1:], None)


def test_what_was_given_up_can_be_tried_again_as_if_never_tried(
    store: Store, three: list[NoticeRow]
) -> None:
    first, second, _ = three
    with store.writing() as tx:
        register.add_person(tx, register.Person("ann", "Ann"))
        register.add_person(tx, register.Person("bob", "Bob"))
        sent = Post(first.id, "bob", 1, NOW)
        posts.write(tx, [Post(first.id, "ann", 14, None, "550"), sent])
        notices.try_at(tx, first.id, None)
        notices.try_at(tx, second.id, LATER)
        assert notices.try_again(tx) == 1
        assert notices.claim(tx, NOW, UNTIL, 9) == [first, three[2]]
        assert posts.of(tx, [first.id, second.id]) == {
            first.id: {"ann": Post(first.id, "ann", 0, None, "550"), "bob": sent}
        }


def test_many_who_take_at_once_take_each_message_once(own_url: str) -> None:
    with closing(Store(own_url)) as store:
        opened(furnish(store))
        row = NoticeRow("", "TR-1", 1, "tell", "school", "text", NOW)
        with store.writing() as tx:
            notices.add(tx, [replace(row, id=f"n{number:03}") for number in range(60)])
        taken: list[str] = []
        ready = threading.Barrier(6)

        def take() -> None:
            ready.wait()
            while True:
                with store.writing() as tx:
                    some = notices.claim(tx, NOW, UNTIL, 7)
                if not some:
                    return
                taken.extend(one.id for one in some)

        threads = [threading.Thread(target=take) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(taken) == len(set(taken))
        with store.reading() as tx:
            assert len(notices.pending(tx, 99)) == 60


def test_only_those_who_may_act_and_have_an_address_can_be_written_to(store: Store) -> None:
    furnish(store)
    with store.writing() as tx:
        for person, email in (
            ("ann", "ann@oak.example"),
            ("bob", None),
            ("cat", ""),
            ("dan", "d@x"),
        ):
            register.add_person(tx, register.Person(person, person.title(), email))
            register.add_membership(tx, register.Membership(person, "school", "oak"))
        register.add_membership(tx, register.Membership("ann", "panel", None))
        register.add_membership(tx, register.Membership("ann", "school", "elm"))
        register.add_person(tx, register.Person("eve", "Eve", "eve@x"))
        register.disable(tx, "dan", NOW)
        ann = "ann", "ann@oak.example"
        assert posts.holding(tx, ["school"]) == [
            Addressed(*ann, "school", "elm"),
            Addressed(*ann, "school", "oak"),
        ]
        assert posts.holding(tx, ["nothing"]) == posts.holding(tx, []) == []
        assert posts.named(tx, ["eve", "bob", "dan"]) == [Addressed("eve", "eve@x", None, None)]
        assert len(posts.named(tx, ["ann"])) == 3
