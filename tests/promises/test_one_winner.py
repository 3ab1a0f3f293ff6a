"""I2, on PostgreSQL, statement by statement: what was read and has changed is read again.

On SQLite writers come one after the other; on PostgreSQL one may go on where another had to
wait, and a statement may have read what is true no longer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event, Thread, current_thread

import psycopg
import pytest

from apflow.casework import Asked
from apflow.casework.asking import ask_to_open
from apflow.casework.calendars import change_calendar
from apflow.policy.deadlines import end_of_day
from apflow.referral import Referral, Request
from apflow.referral.reference import make_reference
from apflow.store import Store, referrals
from tests.databases import Fresh
from tests.promises.boundaries import told_before_each
from tests.promises.mutants import places_counted_when_they_are_taken
from tests.promises.soundness import faults
from tests.small_office import START, Office
from tests.small_office import office as small_office

_SECONDS = 20


@pytest.fixture
def office(fresh_database: Fresh, tmp_path: Path) -> Iterator[Office]:
    """Give the small office on PostgreSQL, with no connection open."""
    store = Store(fresh_database("postgresql", True))
    yield small_office(store, tmp_path)
    store.close()


@contextmanager
def _held_up_before(words: str) -> Iterator[tuple[Event, Event]]:
    """Hold the thread `second` up before its first statement of these words.

    Gives what is set when it stands there, and what is to be set when it may go on.
    """
    there, may_go_on = Event(), Event()

    def told(statement: str) -> None:
        if current_thread().name == "second" and statement.startswith(words):
            there.set()
            assert may_go_on.wait(_SECONDS)

    with told_before_each(told):
        yield there, may_go_on


def _waits_for_a_lock(store: Store) -> None:
    """Return as soon as somebody waits for a lock in this database."""
    asks = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with psycopg.connect(store.url, autocommit=True) as connection:
        for _ in range(20_000):
            found = connection.execute(asks).fetchone()
            if found is not None and found[0]:
                return
    pytest.fail("nobody waits")


def test_a_referral_that_was_waited_for_is_read_with_the_parties_it_then_has(
    office: Office,
) -> None:
    """I2: whoever waited for a referral acts on it as it is, not as it was before they waited."""
    store, reference = office.work.store, office.opened()
    found: list[Referral | None] = []

    def second() -> None:
        with store.writing() as tx:
            found.append(referrals.lock(tx, reference))

    thread = Thread(target=second, name="second")
    with store.writing() as tx:
        before = referrals.lock(tx, reference)
        assert before is not None
        thread.start()
        _waits_for_a_lock(store)
        after = replace(before, version=before.version + 1, parties={"home": "elm"})
        assert referrals.move(tx, after, before.version)
    thread.join()
    assert found == [after]


def test_a_place_that_was_free_when_it_was_decided_on_is_not_given_twice(office: Office) -> None:
    """I2: of two who both read that one place is free, one has it and the other waits for one."""
    assert decided_together(office) == ["agreed", "waiting"]
    assert faults(office.work) == []


def test_a_place_that_is_given_twice_would_be_found(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I2, planted: without the second look at the places both of them have it."""
    places_counted_when_they_are_taken(monkeypatch.setattr)
    assert decided_together(office) == ["agreed", "agreed"]


def decided_together(office: Office) -> list[str]:
    """Let the panel agree to two pupils at once where one place is free; return where they stand.

    The second is decided on before the first has the place, and recorded afterwards.
    """
    work, both = office.work, [office.opened(pupil, agrees=True) for pupil in ("p1", "p2")]
    for reference in both:
        office.done(reference, "submit", "sue", sitting="2026-01-14")
    asked = Asked("panel_agrees", "pam", answers={"sat": ["panel_member", "la"]})
    first, last = (work.ask(reference, asked, START).id for reference in both)
    work.store.close()
    with _held_up_before("UPDATE referrals") as (there, may_go_on):
        thread = Thread(target=work.apply, args=(last, START), name="second")
        thread.start()
        assert there.wait(_SECONDS)
        work.apply(first, START)
        may_go_on.set()
        thread.join()
    return [office.state(reference) for reference in both]


def test_what_is_opened_while_a_calendar_changes_counts_by_the_new_one(office: Office) -> None:
    """I2: a referral that was counted by the old days is counted again, whoever was first."""
    work = office.work
    given = {"home": "oak", "excluded": True, "excluded_on": "2026-01-12"}
    asked = Asked("open_it", "sue", "school", given)
    request = work.ask_to_open("one-of-each", "p1", asked, START)
    work.store.close()
    with _held_up_before("INSERT INTO referrals") as (there, may_go_on):
        opening = Thread(target=work.apply, args=(request.id, START), name="second")
        opening.start()
        assert there.wait(_SECONDS)
        changing = Thread(target=_snow, args=(office,))
        changing.start()
        changing.join(1)
        may_go_on.set()
        opening.join()
        changing.join()
    assert faults(work) == []
    (row,) = work.look(request.reference, "lea", START).deadlines
    assert row.due_at == end_of_day(date(2026, 1, 21))


def _snow(office: Office) -> None:
    text = (
        "start,end,kind,label\n2026-01-05,2026-07-21,term,Year\n"
        "2026-02-16,2026-02-20,half_term,Half\n2026-01-15,2026-01-16,closure,Snow\n"
    )
    assert change_calendar(office.work.office, "one-of-each", text.encode(), "days.csv", START).done


def test_of_two_who_ask_with_one_id_both_are_given_the_request_that_is_stored(
    office: Office,
) -> None:
    """I11: whoever asked a moment later is not told of what was never stored."""
    work, reference = office.work, office.opened()
    given: list[Request] = []

    def ask(person: str) -> None:
        asked = Asked("log", person, answers={"story": f"{person} rang"})
        given.append(work.ask(reference, asked, START, "one-id"))

    work.store.close()
    with _held_up_before("INSERT INTO requests") as (there, may_go_on):
        thread = Thread(target=ask, args=("lea",), name="second")
        thread.start()
        assert there.wait(_SECONDS)
        ask("sue")
        may_go_on.set()
        thread.join()
    assert [one.actor for one in given] == ["sue", "sue"]
    assert given[0] == given[1]


def test_of_two_who_open_one_reference_the_second_is_refused_in_words(office: Office) -> None:
    """I2: an import begun twice at once opens a row's referral once, and says so."""
    work, reference = office.work, make_reference("OE", 2026, 1)
    asked = Asked("open_it", "sue", "school", {"home": "oak", "excluded": False})
    first, last = (
        ask_to_open(work.office, "one-of-each", "p1", asked, START, name, reference).id
        for name in ("first", "last")
    )
    closed: list[Request] = []
    work.store.close()
    with _held_up_before("INSERT INTO referrals") as (there, may_go_on):
        thread = Thread(target=lambda: closed.append(work.apply(last, START)), name="second")
        thread.start()
        assert there.wait(_SECONDS)
        assert work.apply(first, START).state == "applied"
        may_go_on.set()
        thread.join()
    assert [one.state for one in closed] == ["refused"]
    assert faults(work) == []
