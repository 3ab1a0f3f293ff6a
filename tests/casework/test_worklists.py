"""Worklists in four groups: complete, in scope, in order, and noted before they are shown."""

import random
from datetime import date, timedelta

import pytest

from apflow.casework.lists.rows import Row
from apflow.casework.lists.working import Work, work
from apflow.errors import ApflowError, BadInput, Unknown
from apflow.store import calendars, reads, register
from apflow.store.worklists import GROUPS, GroupName
from tests.small_office import MARKER, START, Office

#: The last school day before half-term, and the second one after it.
FRIDAY, TUESDAY = START + timedelta(days=30), START + timedelta(days=41)


def references(work_: Work) -> dict[str, list[str]]:
    return {one.name: [row.reference for row in one.rows] for one in work_.groups}


def look(office: Office, person: str, **more: object) -> Work:
    given: dict[str, object] = {"mine": False, **more}
    return work(office.work.office, person, given.pop("now", START), **given)  # type: ignore[arg-type]


def row(office: Office, person: str, reference: str, **more: object) -> Row:
    every = [one for group in look(office, person, **more).groups for one in group.rows]
    return next(one for one in every if one.reference == reference)


def test_a_referral_stands_in_the_first_group_that_fits(office: Office) -> None:
    overdue = office.opened("p1", excluded=True, excluded_on="2026-01-05", secret=False)
    soon = office.opened("p2", excluded=True, excluded_on="2026-01-13", secret=False)
    later = office.opened("p3", excluded=True, excluded_on="2026-01-14", secret=False)
    yours = office.opened("p4")
    away = office.opened("p5", agrees=True)
    office.done(away, "submit", "sue", sitting="2026-01-14")
    tuesday = START - timedelta(days=1)
    assert references(look(office, "sue", now=tuesday)) == {
        "overdue": [overdue], "soon": [soon], "others": [away], "rest": [later, yours],
    }  # fmt: skip
    assert references(look(office, "pam")) == {
        "overdue": [overdue], "soon": [soon, later], "others": [yours], "rest": [away],
    }  # fmt: skip


def test_a_row_says_what_is_to_be_known_at_a_glance(office: Office) -> None:
    reference = office.opened(excluded=True, excluded_on="2026-01-05", secret=False)
    shown = row(office, "sue", reference)
    assert (shown.pupil, shown.school, shown.state_title) == (f"{MARKER} 1", "Oak", "Draft")
    assert (shown.policy, shown.policy_title) == ("one-of-each", "One of everything")
    assert shown.deadline == "Education from the sixth day"
    assert (shown.due_on, shown.school_days, shown.overdue) == (date(2026, 1, 12), -2, True)
    assert (shown.owner, shown.owner_name) == ("sue", "Sue")
    assert (shown.waits_on, shown.waits_on_title, shown.yours) == ("school", "School", True)
    assert (shown.rank, shown.seq, shown.closed_on) == (2, 1, None)
    assert row(office, "lea", reference).yours is False


def test_school_days_are_counted_and_not_weekdays(office: Office) -> None:
    reference = office.opened(excluded=True, excluded_on="2026-02-13", now=FRIDAY, secret=False)
    shown = row(office, "sue", reference, now=FRIDAY)
    assert (shown.due_on, shown.school_days) == (date(2026, 2, 27), 5)
    assert row(office, "sue", reference, now=TUESDAY).school_days == 3


def test_a_schools_own_days_say_what_is_soon(office: Office) -> None:
    first = office.opened("p1", excluded=True, excluded_on="2026-01-14", secret=False)
    with office.work.store.writing() as tx:
        year = {"start": "2026-01-05", "end": "2026-07-21", "kind": "term", "label": "Year"}
        shut = {"start": "2026-01-15", "end": "2026-01-16", "kind": "closure", "label": "Snow"}
        calendars.put(tx, "elm", [year], [], START, "a test")
        calendars.put(tx, "oak", [year, shut], [], START, "a test")
    assert references(look(office, "sue"))["soon"] == [first]
    assert row(office, "sue", first).school_days == 3
    # Oak has two days off: what is due a weekend later is as soon there as this is elsewhere.
    later = office.opened("p2", excluded=True, excluded_on="2026-01-14", secret=False)
    assert row(office, "sue", later).due_on == date(2026, 1, 23)
    assert set(references(look(office, "sue"))["soon"]) == {first, later}
    office.done(later, "correct_facts", "sue", reason="moved", home="elm")
    assert set(references(look(office, "lea"))["soon"]) == {first, later}
    assert row(office, "lea", later).due_on == date(2026, 1, 21)


def test_mine_is_what_i_own_and_my_teams_is_what_i_take_part_in(office: Office) -> None:
    first, second = office.opened("p1"), office.opened("p2")
    office.done(first, "hand_over", "max", reason="leave", owner="lea")
    assert look(office, "sue", mine=True).total == 1
    assert look(office, "sue").total == 2
    assert references(look(office, "lea", mine=True))["others"] == [first]
    assert second not in str(references(look(office, "lea", mine=True)))
    assert look(office, "max", mine=True).total == 0


def test_a_list_holds_what_its_reader_may_look_at_and_nothing_else(office: Office) -> None:
    with office.work.store.writing() as tx:
        for person, role, where in (
            ("pat", "school", "pru"),
            ("ida", "la", "elm"),
            ("non", "x", None),
        ):
            register.add_person(tx, register.Person(person, person.title()))
            register.add_membership(tx, register.Membership(person, role, where))
    made = [office.opened(f"p{1 + number % 5}", agrees=True) for number in range(4)]
    made += [office.placed("p1"), office.opened("p2")]
    office.done(made[-1], "correct_facts", "sue", reason="it moved", home="elm")
    for person in ("sue", "eve", "pam", "lea", "max", "ann", "pat", "ida", "non"):
        listed = {name for group in references(look(office, person)).values() for name in group}
        short = {one.reference for one in office.work.worklist(person, START)}
        seen = set()
        for reference in made:
            try:
                office.work.look(reference, person, START)
                seen.add(reference)
            except Unknown:
                continue
        assert listed == seen == short, person


def test_who_is_not_there_gets_no_list(office: Office) -> None:
    office.opened()
    with pytest.raises(Unknown, match="person"):
        look(office, "nobody")
    with pytest.raises(Unknown, match="did you mean 'others'"):
        look(office, "sue", group="other")
    with pytest.raises(BadInput, match="after"):
        look(office, "sue", group="rest", after="?")


@pytest.mark.parametrize("person", ["sue", "lea", "max"])
def test_pages_give_every_referral_once_and_the_totals_stay(office: Office, person: str) -> None:
    chance = random.Random(5)
    for number in range(14):
        day = date(2026, 1, 5) + timedelta(days=chance.randint(0, 9))
        excluded = {"excluded": True, "excluded_on": day.isoformat(), "secret": False}
        now = START + timedelta(minutes=number)
        office.opened(f"p{1 + number % 5}", now, **excluded if number % 3 else {})
    whole = look(office, person, limit=99)
    assert whole.total == 14
    for name in GROUPS:
        assert paged(office, person, name) == [one.reference for one in whole.group(name).rows]
        dues = [one.due_at for one in whole.group(name).rows if one.due_at]
        assert dues == sorted(dues)


def paged(office: Office, person: str, name: GroupName) -> list[str]:
    found: list[str] = []
    after = None
    for _ in range(20):
        page = look(office, person, group=name, after=after, limit=3)
        group = page.group(name)
        assert all(not one.rows and one.next is None for one in page.groups if one.name != name)
        assert page.total == 14
        found += [one.reference for one in group.rows]
        after = group.next
        if after is None:
            break
    return found


def test_what_a_list_showed_is_noted_once_a_day_for_each_child(office: Office) -> None:
    first = office.opened("p1")
    for hours in (0, 1, 5):
        look(office, "sue", now=START + timedelta(hours=hours))
    second = office.opened("p2")
    look(office, "sue", now=START + timedelta(hours=6))
    look(office, "sue", now=START + timedelta(days=1))
    look(office, "eve")
    with office.work.store.reading() as tx:
        noted = [(one.reference, one.at) for one in reads.by(tx, "sue") if one.what == "list"]
        assert reads.by(tx, "eve") == []
    tomorrow = START + timedelta(days=1)
    assert sorted(noted) == sorted(
        [
            (first, START),
            (second, START + timedelta(hours=6)),
            (first, tomorrow),
            (second, tomorrow),
        ]
    )


def test_a_list_that_cannot_be_noted_is_not_shown(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.opened()

    def fails(*_: object) -> None:
        raise BadInput("disk", "full", "cannot be written")

    monkeypatch.setattr(reads, "note", fails)
    with pytest.raises(ApflowError, match="full"):
        look(office, "sue")


def test_a_list_of_one_policy_leaves_the_others_out(office: Office) -> None:
    office.opened()
    assert look(office, "sue", policy="one-of-each").total == 1
    assert look(office, "sue", policy="another").total == 0


def test_a_row_says_what_to_do_next_to_whoever_has_the_turn(office: Office) -> None:
    agreed, silent, refused = (
        office.opened("p1", agrees=True), office.opened("p2"), office.opened("p3", agrees=False)
    )  # fmt: skip
    for reference, blocked in (
        (agreed, None), (silent, None), (refused, "The parent has not agreed.")
    ):  # fmt: skip
        shown = row(office, "sue", reference)
        assert (shown.next_event, shown.next_title) == ("submit", "Submit")
        assert shown.blocked == blocked
        assert row(office, "lea", reference).next_title is None
    office.done(agreed, "submit", "sue", sitting="2026-01-14")
    assert row(office, "sue", agreed).next_title is None
    assert row(office, "pam", agreed).next_title == "Panel agrees"


def test_a_way_on_that_does_not_apply_is_not_what_to_do_next(office: Office) -> None:
    office.placed("p1")
    waiting = office.opened("p2", agrees=True)
    office.done(waiting, "submit", "sue", sitting="2026-01-14")
    office.done(waiting, "panel_agrees", "pam", sat=["panel_member", "la"])
    shown = row(office, "lea", waiting)
    assert (shown.state_title, shown.next_title) == ("Waiting for a place", "Offer the place")
    assert shown.blocked == "No place is free."
