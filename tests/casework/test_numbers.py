"""The numbers of a policy: what a slow count of every history gives, by scope and period."""

import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import pytest

from apflow.casework.numbers import Numbers, numbers
from apflow.casework.numbers.spans import Durations
from apflow.errors import BadInput, Unknown
from apflow.referral.replay import replay
from apflow.store import calendars, deadlines, referrals, register
from tests.small_office import START, Office

POLICY = "one-of-each"
#: After everything that is told below.
LATER = START + timedelta(days=60)


def asked(office: Office, person: str = "max", **more: object) -> Numbers:
    return numbers(office.work.office, person, POLICY, LATER, **more)  # type: ignore[arg-type]


def told(office: Office) -> list[str]:
    """Tell a dozen referrals of two schools: some end, some wait, some are taken back."""
    chance = random.Random(4)
    made = []
    for number in range(12):
        pupil, now = f"p{1 + number % 5}", START + timedelta(days=number)
        excluded = {"excluded": True, "excluded_on": now.date().isoformat(), "secret": False}
        reference = office.opened(pupil, now, agrees=True, **(excluded if number % 3 == 0 else {}))
        made.append(reference)
        if number % 4 == 1:
            office.done(reference, "correct_facts", "sue", now, reason="moved", home="elm")
        who = "eve" if number % 4 == 1 else "sue"
        _goes_on(office, reference, who, chance.randint(0, 4 if number % 3 else 2))
    office.work.fire_due(LATER)
    return made


def _goes_on(office: Office, reference: str, who: str, far: int) -> None:
    day = START + timedelta(days=14)
    if far >= 1:
        office.done(reference, "submit", who, day, sitting="2026-01-14")
    if far >= 2:
        later = day + timedelta(days=far)
        closed = office.do(reference, "panel_agrees", "pam", later, sat=["panel_member", "la"])
        assert closed.state == "applied"
    if far >= 3:
        office.done(reference, "stop", who, day + timedelta(days=9))
    if far >= 4:
        office.done(reference, "reverse_step", who, day + timedelta(days=12), reason="not so")


def slowly(office: Office, mine: list[str], from_: date, to: date) -> dict[str, object]:
    """Count the same from the histories themselves."""
    state, left = Counter[str](), defaultdict[str, list[int]](list)
    here = defaultdict[str, list[int]](list)
    missed, ended = Counter[str](), Counter[str]()
    with office.work.store.reading() as tx:
        calendar = office.work.office.every_calendar(tx)[POLICY]
        for reference in mine:
            found = referrals.get(tx, reference)
            assert found is not None
            steps = office.work.history(reference, "ann", LATER)
            stays = _stays(replay(steps).tally.states)

            def between(first: date, last: date) -> int:
                return sum(first < day <= last for day in calendar.school_days)

            if found.closed_on is None:
                state[found.state] += 1
                here[found.state].append(between(stays[-1][1], LATER.date()))
            elif from_ <= found.closed_on <= to:
                ended[found.state] += 1
            for (name, first), (_, last) in pairwise(stays):
                if from_ <= last <= to:
                    left[name].append(between(first, last))
            for row in deadlines.rows(tx, reference):
                due = row.due_at.date() if row.due_at else None
                if row.missed_at is not None and due is not None and from_ <= due <= to:
                    missed[row.name] += 1
    return {"state": state, "here": here, "left": left, "missed": missed, "ended": ended}


def _stays(states: object) -> list[tuple[str, date]]:
    entered = sorted((seq, name, on) for name, times in states.items() for on, seq in times)  # type: ignore[attr-defined]
    merged: list[tuple[str, date]] = []
    for _, name, on in entered:
        if not merged or merged[-1][0] != name:
            merged.append((name, on))
    return merged


PERIODS = (
    (None, None),
    (date(2026, 1, 20), date(2026, 1, 30)),
    (date(2026, 2, 1), None),
    (None, date(2026, 1, 28)),
)


def assert_as_counted(found: Numbers, slow: dict[str, object]) -> None:
    by = {one.state: one for one in found.states}
    state, here, left = slow["state"], slow["here"], slow["left"]
    assert found.open == sum(state.values())  # type: ignore[attr-defined]
    for name, one in by.items():
        expected = slow["ended"] if one.final else state
        assert one.count == expected[name], name  # type: ignore[index]
        spans, gone = here[name], left[name]  # type: ignore[index]
        assert one.median_now == (median(spans) if spans else None), name
        assert one.longest_now == max(spans, default=None), name
        assert (one.left, one.median_left) == (len(gone), median(gone) if gone else None), name
    counted = {one.name: one.missed + one.recorded_late for one in found.breaches}
    assert counted == dict(slow["missed"])  # type: ignore[call-overload]
    outcomes = {one.state: one.count for one in found.outcomes if one.count}
    assert outcomes == {name: many for name, many in slow["ended"].items() if many}  # type: ignore[attr-defined]


def test_the_numbers_are_those_of_a_slow_count_of_every_history(office: Office) -> None:
    made = told(office)
    with office.work.store.reading() as tx:
        every = referrals.get_several(tx, made)
    for from_, to in PERIODS:
        for person, school in (("max", None), ("max", "elm"), ("sue", None), ("lea", "oak")):
            wanted = school or {"sue": "oak"}.get(person)
            mine = [
                one.reference for one in every if wanted is None or wanted in one.parties.values()
            ]
            assert 0 < len(mine) <= 12
            found = asked(office, person, school=school, from_=from_, to=to)
            slow = slowly(office, mine, from_ or date.min, to or date.max)
            assert_as_counted(found, slow)
    # Nothing is proved by counting nothing.
    whole = asked(office)
    assert sum(one.left for one in whole.states) > 10
    assert sum(one.missed for one in whole.breaches) > 2
    assert sum(one.count for one in whole.outcomes) > 1


def test_who_sees_nothing_counts_nothing(office: Office) -> None:
    told(office)
    with office.work.store.writing() as tx:
        register.add_person(tx, register.Person("non", "Non"))
    found = asked(office, "non")
    assert (found.open, found.overdue, found.breaches) == (0, 0, ())
    assert {one.count for one in found.states} == {one.count for one in found.outcomes} == {0}


def test_places_are_told_to_who_sees_the_whole_policy(office: Office) -> None:
    office.placed("p1")
    second = office.opened("p2", agrees=True)
    office.done(second, "submit", "sue", sitting="2026-01-14")
    office.done(second, "panel_agrees", "pam", sat=["panel_member", "la"])
    for person in ("max", "ann", "lea", "pam"):
        found = asked(office, person)
        (seats,) = found.pools
        assert (seats.name, seats.title, seats.capacity) == ("seats", "Seats", 1)
        assert (seats.held, seats.waiting, seats.free) == (1, 1, 0)
        (unit,) = found.providers
        assert (unit.organisation, unit.name, unit.held) == ("pru", "The unit", 1)
    found = asked(office, "sue")
    assert (found.pools, found.providers) == ((), ())
    assert found.open == 2


def test_the_sixth_school_day_says_how_often_the_law_was_kept(office: Office) -> None:
    def excluded(pupil: str, day: str, educated: int | None, recorded: int | None = None) -> None:
        now = START + timedelta(days=1)
        given = {"excluded": True, "excluded_on": day, "secret": False}
        reference = office.opened(pupil, now, **given)
        if educated is not None:
            on = START + timedelta(days=educated)
            then = START + timedelta(days=recorded or educated)
            office.work.fire_due(then)
            office.done(reference, "educate", "lea", then, on=on.date())

    excluded("p1", "2026-01-14", 7)
    excluded("p2", "2026-01-14", 8)
    excluded("p3", "2026-01-14", 7, recorded=20)
    excluded("p4", "2026-01-14", None)
    excluded("p5", "2026-01-15", None)
    before = START + timedelta(days=2)
    early = numbers(office.work.office, "max", POLICY, before)
    assert [one.not_yet for one in early.sixth_days] == [2]
    (found,) = asked(office).sixth_days
    assert (found.in_time, found.late, found.missed, found.not_yet) == (2, 1, 2, 0)
    assert (found.due, found.share) == (5, 0.4)
    (first,) = asked(office, from_=date(2026, 1, 21), to=date(2026, 1, 21)).sixth_days
    assert first.due == 4
    (none,) = asked(office, to=date(2026, 1, 20)).sixth_days
    assert (none.due, none.share) == (0, None)
    (breach,) = asked(office).breaches
    assert (breach.name, breach.force, breach.missed) == ("sixth_day", "law", 3)
    assert (breach.open, breach.late, breach.recorded_late) == (2, 1, 1)


def test_what_is_due_counts_as_missed_before_any_sweep_came_by(office: Office) -> None:
    office.opened(excluded=True, excluded_on="2026-01-14", secret=False)
    found = asked(office)
    assert [(one.name, one.open) for one in found.breaches] == [("sixth_day", 1)]
    assert found.overdue == 1
    office.work.fire_due(LATER)
    assert asked(office).breaches == found.breaches
    assert asked(office).overdue == 1


def test_beyond_the_calendar_no_days_are_made_up(office: Office) -> None:
    office.opened()
    far = START + timedelta(days=400)
    state = numbers(office.work.office, "max", POLICY, far).states[0]
    assert (state.count, state.median_now, state.longest_now) == (1, None, None)
    with office.work.store.writing() as tx:
        long = {"start": "2026-01-05", "end": "2028-07-21", "kind": "term", "label": "Years"}
        calendars.put(tx, POLICY, [long], [], START, "a test")
    assert numbers(office.work.office, "max", POLICY, far).states[0].median_now is not None


def test_a_question_that_makes_no_sense_is_told_why(office: Office) -> None:
    with pytest.raises(BadInput, match="end before it begins"):
        asked(office, from_=date(2026, 2, 1), to=date(2026, 1, 1))
    with pytest.raises(Unknown, match="organisation"):
        asked(office, school="nowhere")
    with pytest.raises(Unknown, match="person"):
        asked(office, "nobody")
    with pytest.raises(Unknown, match="nowhere"):
        numbers(office.work.office, "max", "nowhere", START)


def test_the_median_is_that_of_all_that_were_counted() -> None:
    chance = random.Random(1)
    for size in (1, 2, 3, 10, 31):
        days = [chance.randint(0, 9) for _ in range(size)]
        counted = Durations()
        for one in days:
            counted.add(one, 1)
        counted.add(None, 5)
        counted.add(99, 1)
        counted.add(99, -1)
        assert (counted.median(), counted.longest()) == (median(days), max(days))
    assert (Durations().median(), Durations().longest()) == (None, None)
