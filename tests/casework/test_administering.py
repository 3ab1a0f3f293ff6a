"""What administrators keep: sittings, pools of places, whose school days are filled until when."""

from datetime import date

import pytest

from apflow.casework.accounts import MayNot
from apflow.casework.administering import areas, places, sittings
from apflow.casework.calendars import change_calendar
from apflow.casework.meetings import forum
from apflow.casework.meetings.forum import Decided, Sitting
from apflow.errors import BadInput, Unknown
from apflow.store import office_acts, register
from apflow.store.office_acts import OfficeAct
from tests.small_office import START, Office

POLICY, MEETING = "one-of-each", "panel"
FIRST = Sitting(POLICY, MEETING, date(2026, 1, 14))
LATER = date(2026, 1, 28)
YEAR = b"start,end,kind,label\n2026-01-05,2026-07-21,term,Year\n2026-01-15,,closure,Snow\n"


@pytest.fixture(autouse=True)
def _administrator(office: Office) -> None:
    """Let Max administer."""
    with office.work.store.writing() as tx:
        register.add_membership(tx, register.Membership("max", "administrator", None))


def _acts(office: Office) -> list[OfficeAct]:
    with office.work.store.reading() as tx:
        return office_acts.listed(tx)


def _submitted(office: Office, sitting: str = "2026-01-14") -> str:
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting=sitting)
    return reference


def test_sittings_are_listed_once_and_written_down_with_who_did_it(office: Office) -> None:
    add = sittings.add_sittings
    assert add(office.work.office, POLICY, MEETING, [LATER, FIRST.on], "max", START) == (LATER,)
    assert add(office.work.office, POLICY, MEETING, [LATER], "max", START) == ()
    found = sittings.diary(office.work.office, POLICY, MEETING)
    assert found.sittings == (FIRST.on, LATER)
    acts = _acts(office)
    assert [(one.person, one.what, one.about) for one in acts] == [
        ("max", "list_sitting", f"{POLICY}/{MEETING}/2026-01-28")
    ]


def test_a_sitting_is_of_a_meeting_that_is_there_and_within_reach(office: Office) -> None:
    for policy, meeting in (("none", MEETING), (POLICY, "none")):
        with pytest.raises(Unknown):
            sittings.add_sittings(office.work.office, policy, meeting, [LATER], "max", START)
        with pytest.raises(Unknown):
            sittings.diary(office.work.office, policy, meeting)
    with pytest.raises(BadInput, match="choose a day from 2021 to 2029"):
        sittings.add_sittings(
            office.work.office, POLICY, MEETING, [date(2062, 1, 28)], "max", START
        )
    assert _acts(office) == []


def test_a_sitting_goes_with_nothing_decided_and_its_referrals_come_next(office: Office) -> None:
    reference = _submitted(office)
    assert sittings.diary(office.work.office, POLICY, MEETING).put_down == {FIRST.on: 1}
    sittings.add_sittings(office.work.office, POLICY, MEETING, [LATER], "max", START)
    assert sittings.decided(office.work.office, FIRST) == 0
    sittings.remove_sitting(office.work.office, FIRST, "max", START)
    assert sittings.diary(office.work.office, POLICY, MEETING).sittings == (LATER,)
    agenda = forum.agenda(office.work.office, Sitting(POLICY, MEETING, LATER), "pam", START)
    assert [(one.reference, one.carried_over) for one in agenda] == [(reference, True)]
    assert _acts(office)[0].what == "remove_sitting"
    with pytest.raises(Unknown):
        sittings.remove_sitting(office.work.office, FIRST, "max", START)


def test_a_sitting_at_which_something_was_decided_stays(office: Office) -> None:
    decision = Decided(_submitted(office), "panel_agrees")
    sat = {"panel_member": "present", "la": "present"}
    forum.prepare(office.work.office, FIRST, [decision], "pam", START, people=sat)
    forum.hold(office.work.office, FIRST, START)
    assert sittings.decided(office.work.office, FIRST) == 1
    with pytest.raises(BadInput, match="1 of its decisions"):
        sittings.remove_sitting(office.work.office, FIRST, "max", START)
    assert sittings.diary(office.work.office, POLICY, MEETING).sittings == (FIRST.on,)


def test_every_meeting_of_every_policy_has_a_diary(office: Office) -> None:
    found = sittings.diaries(office.work.office)
    assert [(one.policy, one.name, one.sittings) for one in found] == [
        (POLICY, MEETING, (FIRST.on,))
    ]


def test_pools_say_how_many_there_are_where_that_comes_from_and_who_holds_them(
    office: Office,
) -> None:
    (empty,) = places.pools_now(office.work.office)
    assert (empty.policy, empty.capacity, empty.held, empty.waiting) == (POLICY, 1, 0, 0)
    office.placed("p1")
    second = _submitted(office)
    office.done(second, "panel_agrees", "pam", sat=["panel_member", "la"])
    (now,) = places.pools_now(office.work.office)
    assert (now.held, now.waiting, now.free) == (1, 1, 0)


def test_areas_say_until_when_they_are_filled(office: Office) -> None:
    change_calendar(office.work.office, "oak", YEAR, "oak.csv", START, person="max")
    policy, school = areas.areas(office.work.office)
    assert (policy.area, policy.own, school.area, school.title, school.own) == (
        POLICY, False, "oak", "Oak", True,
    )  # fmt: skip
    assert policy.days_left(START.date()) == (date(2026, 7, 21) - START.date()).days
    without = [one.id for one in areas.without_days(office.work.office)]
    assert without == ["elm", "pru"]
    assert areas.find_area(office.work.office, "oak") == school
    elm = areas.find_area(office.work.office, "elm")
    assert elm is not None
    assert (elm.own, elm.stored, elm.days_left(START.date())) == (True, None, 0)
    assert areas.find_area(office.work.office, "nowhere") is None


def test_a_changed_calendar_is_written_down_with_who_changed_it(office: Office) -> None:
    office.opened(excluded=True, excluded_on="2026-01-12")
    change_calendar(office.work.office, POLICY, YEAR, "days.csv", START, dry_run=True)
    assert _acts(office) == []
    change = change_calendar(office.work.office, POLICY, YEAR, "days.csv", START, person="max")
    (act,) = _acts(office)
    assert (act.person, act.what, act.about_kind, act.about) == (
        "max", "change_calendar", "calendar", POLICY,
    )  # fmt: skip
    assert act.details == {
        "version": change.version, "file": "days.csv", "first": "2026-01-05",
        "last": "2026-07-21", "moved": 1, "missed": 0,
    }  # fmt: skip


def test_an_organisation_without_days_of_its_own_counts_as_one(office: Office) -> None:
    with office.work.store.writing() as tx:
        register.add_organisation(tx, register.Organisation("ash", "Ash"))
    assert [one.id for one in areas.without_days(office.work.office)] == [
        "ash",
        "elm",
        "oak",
        "pru",
    ]


def test_nobody_but_an_administrator_changes_when_meetings_sit_or_school_is_held(
    office: Office,
) -> None:
    for person in ("sue", "ann", "pam", "nobody"):
        with pytest.raises(MayNot):
            sittings.add_sittings(office.work.office, POLICY, MEETING, [LATER], person, START)
        with pytest.raises(MayNot):
            sittings.remove_sitting(office.work.office, FIRST, person, START)
        with pytest.raises(MayNot):
            change_calendar(office.work.office, POLICY, YEAR, "days.csv", START, person=person)
    assert _acts(office) == []
    assert sittings.diary(office.work.office, POLICY, MEETING).sittings == (FIRST.on,)
