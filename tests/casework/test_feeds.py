"""A person's calendar feed: theirs and nobody else's, stable names, no word about a child."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest

from apflow.casework import calendars, feeds
from apflow.casework.feeds.entries import FeedEntry
from apflow.casework.feeds.writing import write_feed
from apflow.errors import Unknown
from apflow.store import deadlines, register
from apflow.store.engine import Store
from tests.small_office import MARKER, START, Office

WEB = "https://apflow.example"
EXCLUDED: dict[str, Any] = {"excluded": True, "excluded_on": "2026-01-12"}


@pytest.fixture(autouse=True)
def sam(office: Office, store: Store) -> None:
    """Add Sam of Oak school, who has no referral: those who open one have it."""
    with store.writing() as tx:
        register.add_person(tx, register.Person("sam", "Sam"))
        register.add_membership(tx, register.Membership("sam", "school", "oak"))


def events(content: bytes) -> dict[str, Any]:
    """Return the events of a feed by their UIDs."""
    found: Any = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert all(not event.errors for event in found)
    named = {str(event["UID"]): event for event in found}
    assert len(named) == len(found)
    return named


def fed(office: Office, person: str, now: datetime = START) -> dict[str, Any]:
    return events(feeds.feed(office.work.office, person, now, WEB))


def of_deadlines(office: Office, person: str, now: datetime = START) -> dict[str, Any]:
    return {uid: one for uid, one in fed(office, person, now).items() if "panel" not in uid}


def test_a_deadline_stands_on_its_last_day_with_reference_title_and_address_only(
    office: Office,
) -> None:
    reference = office.opened(story=MARKER, **EXCLUDED)
    content = feeds.feed(office.work.office, "lea", START, WEB)
    event = events(content)[f"{reference}/sixth_day/1@apflow"]
    # The sixth school day of one excluded on Monday the 12th.
    assert event["DTSTART"].dt == date(2026, 1, 19)
    assert event["DTEND"].dt == date(2026, 1, 20)
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert str(event["SUMMARY"]) == f"{reference}: Education from the sixth day"
    assert str(event["URL"]) == f"{WEB}/referrals/{reference}"
    assert str(event["STATUS"]) == "CONFIRMED"
    assert str(event["TRANSP"]) == "TRANSPARENT"
    assert MARKER.encode() not in content


def test_the_feed_is_a_calendar_to_subscribe_to(office: Office) -> None:
    office.opened(**EXCLUDED)
    content = feeds.feed(office.work.office, "lea", START, WEB)
    feed: Any = icalendar.Calendar.from_ical(content)
    assert str(feed["VERSION"]) == "2.0"
    assert str(feed["METHOD"]) == "PUBLISH"
    assert str(feed["X-WR-CALNAME"]) == str(feed["NAME"]) == "apflow deadlines"
    assert feed["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert feed["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line for line in lines)


def test_it_holds_what_falls_to_ones_role_in_the_referral_and_nothing_else(office: Office) -> None:
    placed = office.placed()
    excluded = office.opened("p2", **EXCLUDED)
    mine = {
        person: set(of_deadlines(office, person)) for person in ("lea", "sam", "eve", "pam", "max")
    }
    assert mine["lea"] == {f"{placed}/next_review/1@apflow", f"{excluded}/sixth_day/1@apflow"}
    assert mine["sam"] == {f"{placed}/contact/1@apflow"}
    # Of another school; of no deadline's role; the office, which has no referral itself.
    assert mine["eve"] == mine["pam"] == mine["max"] == set()


def test_whoever_has_a_referral_sees_all_of_its_deadlines(office: Office) -> None:
    placed = office.placed()
    wanted = {f"{placed}/next_review/1@apflow", f"{placed}/contact/1@apflow"}
    assert set(of_deadlines(office, "sue")) == wanted
    for person in ("sam", "max", "pam", "lea"):
        office.done(placed, "hand_over", "max", START, reason="holidays", owner=person)
        assert set(of_deadlines(office, person)) == wanted
    assert set(of_deadlines(office, "sue")) == {f"{placed}/contact/1@apflow"}


def test_a_person_of_an_organisation_in_another_slot_does_not_see_what_falls_to_the_role(
    office: Office, store: Store
) -> None:
    office.placed()
    with store.writing() as tx:
        register.add_person(tx, register.Person("pip", "Pip"))
        register.add_membership(tx, register.Membership("pip", "school", "pru"))
    assert of_deadlines(office, "pip") == {}


def test_one_that_is_met_stands_as_cancelled_until_a_month_after_its_day(office: Office) -> None:
    placed = office.placed()
    uid = f"{placed}/contact/1@apflow"
    before = of_deadlines(office, "sam")[uid]
    office.done(placed, "log", "sue", START + timedelta(days=1), story="rang")
    found = of_deadlines(office, "sam", START + timedelta(days=1))
    states = {uid.split("/")[2][0]: str(one["STATUS"]) for uid, one in found.items()}
    assert states == {"1": "CANCELLED", "2": "CONFIRMED"}
    assert found[uid]["DTSTART"].dt == date(2026, 1, 21)
    assert int(found[uid]["SEQUENCE"]) > int(before["SEQUENCE"])
    assert uid in of_deadlines(office, "sam", datetime(2026, 2, 20, 12, 0, tzinfo=UTC))
    later = of_deadlines(office, "sam", datetime(2026, 2, 22, 0, 0, tzinfo=UTC))
    assert set(later) == {f"{placed}/contact/2@apflow"}


def test_one_that_is_missed_stays_and_is_cancelled_once_it_is_met_late(office: Office) -> None:
    placed = office.placed()
    uid = f"{placed}/contact/1@apflow"
    late = START + timedelta(days=60)
    office.work.fire_due(late)
    missed = of_deadlines(office, "sam", late)[uid]
    assert str(missed["STATUS"]) == "CONFIRMED"
    office.done(placed, "log", "sue", late, story="rang at last")
    met = of_deadlines(office, "sam", late)[uid]
    assert (str(met["STATUS"]), met["DTSTART"].dt) == ("CANCELLED", missed["DTSTART"].dt)
    assert int(met["SEQUENCE"]) > int(missed["SEQUENCE"])
    assert uid in of_deadlines(office, "sam", late + timedelta(days=29))
    assert uid not in of_deadlines(office, "sam", late + timedelta(days=32))


@pytest.mark.parametrize("ending", ["go_back", "stop"])
def test_the_deadlines_of_an_ended_referral_are_cancelled_for_a_month_for_whoever_had_them(
    office: Office, ending: str
) -> None:
    reference = office.placed() if ending == "go_back" else office.opened(**EXCLUDED)
    office.done(reference, "hand_over", "max", START, reason="mine", owner="max")
    people = ("sue", "sam", "lea", "max")
    before = {person: of_deadlines(office, person) for person in people}
    assert before["max"]
    assert before["lea"]
    other = office.opened("p2", **EXCLUDED)
    if ending == "stop":
        office.done(reference, "educate", "lea")
    office.done(reference, ending, "lea")
    for person in people:
        after = of_deadlines(office, person, START + timedelta(days=29))
        mine = {uid: one for uid, one in after.items() if other not in uid}
        assert set(mine) == set(before[person])
        for uid, one in mine.items():
            assert str(one["STATUS"]) == "CANCELLED"
            assert int(one["SEQUENCE"]) > int(before[person][uid]["SEQUENCE"])
            assert one["DTSTART"] == before[person][uid]["DTSTART"]
        later = of_deadlines(office, person, START + timedelta(days=32))
        assert [uid for uid in later if other not in uid] == []
    assert of_deadlines(office, "eve") == of_deadlines(office, "pam") == {}


def test_what_is_over_never_keeps_out_what_stands(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    over, stands = office.opened(**EXCLUDED), office.opened("p2", **EXCLUDED)
    office.done(over, "educate", "lea")
    office.done(over, "stop", "lea")
    uids = [f"{reference}/sixth_day/1@apflow" for reference in (stands, over)]
    assert set(uids) <= set(of_deadlines(office, "lea"))
    for most in (1, 2):
        monkeypatch.setattr(feeds, "MOST", most)
        assert list(of_deadlines(office, "lea")) == uids[:most]


def test_when_the_calendar_changes_its_day_moves_and_its_sequence_grows(office: Office) -> None:
    reference = office.opened(**EXCLUDED)
    uid = f"{reference}/sixth_day/1@apflow"
    before = fed(office, "lea")[uid]
    file = b"start,end,kind\n2026-01-05,2026-07-21,term\n2026-01-16,,closure\n"
    changed = calendars.change_calendar(
        office.work.office, "one-of-each", file, "closed.csv", START, confirmed=True
    )
    assert changed.done
    after = fed(office, "lea")[uid]
    assert after["DTSTART"].dt == date(2026, 1, 20) > before["DTSTART"].dt
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_a_deadline_by_the_hour_stands_at_its_moment(office: Office, store: Store) -> None:
    reference = office.opened(**EXCLUDED)
    moment = datetime(2026, 1, 16, 15, 30, tzinfo=UTC)
    with store.writing() as tx:
        (row,) = deadlines.rows(tx, reference)
        changed = type(row)(
            **{name: getattr(row, name) for name in row.__slots__} | {"due_at": moment}
        )
        deadlines.write(tx, [changed])
    event = fed(office, "lea")[f"{reference}/sixth_day/1@apflow"]
    assert event["DTSTART"].dt == moment
    assert "DTEND" not in event


def test_sittings_are_in_the_calendar_of_those_who_decide_at_them(
    office: Office, store: Store
) -> None:
    with store.writing() as tx:
        for day in (date(2025, 12, 3), date(2025, 12, 17), date(2026, 2, 4)):
            register.add_sitting(tx, "one-of-each", "panel", day)
    office.opened(agrees=True)
    for person in ("pam", "lea"):
        found = fed(office, person)
        wanted = ["2025-12-17", "2026-01-14", "2026-02-04"]
        assert sorted(found) == [f"one-of-each/panel/{day}@apflow" for day in wanted]
        one = found["one-of-each/panel/2026-02-04@apflow"]
        assert (str(one["SUMMARY"]), one["DTSTART"].dt) == ("Panel", date(2026, 2, 4))
        assert str(one["URL"]) == f"{WEB}/meetings/one-of-each/panel/2026-02-04"
    assert fed(office, "sue") == fed(office, "ann") == {}


def put_down(office: Office, pupil: str, sitting: str) -> str:
    """Open a referral of Oak school and put it down for a sitting of the panel."""
    reference = office.opened(pupil, agrees=True)
    office.done(reference, "submit", "sue", sitting=sitting)
    return reference


@pytest.fixture
def panels(store: Store) -> None:
    """List two more sittings of the panel."""
    with store.writing() as tx:
        for day in (date(2026, 1, 28), date(2026, 2, 11)):
            register.add_sitting(tx, "one-of-each", "panel", day)


@pytest.mark.usefixtures("panels")
def test_a_school_has_the_sitting_at_which_its_own_referral_is_on_the_agenda(
    office: Office,
) -> None:
    reference = put_down(office, "p1", "2026-01-28")
    for person in ("sue", "sam"):
        (event,) = fed(office, person).values()
        assert str(event["UID"]) == f"{reference}/meeting/panel@apflow"
        assert event["DTSTART"].dt == date(2026, 1, 28)
        assert str(event["SUMMARY"]) == f"{reference}: Panel"
        assert str(event["URL"]) == f"{WEB}/meetings/one-of-each/panel/2026-01-28"
        assert str(event["STATUS"]) == "CONFIRMED"
    # Another school sees nothing of it; who decides has the sittings themselves.
    assert fed(office, "eve") == fed(office, "max") == {}
    assert not [uid for uid in fed(office, "pam") if reference in uid]


@pytest.mark.usefixtures("panels")
def test_left_undecided_it_moves_to_the_next_sitting_and_its_sequence_grows(
    office: Office,
) -> None:
    put_down(office, "p1", "2026-01-28")
    before, after = (
        next(iter(fed(office, "sue", START + timedelta(days=days)).values())) for days in (14, 15)
    )
    assert (before["DTSTART"].dt, after["DTSTART"].dt) == (date(2026, 1, 28), date(2026, 2, 11))
    assert before["UID"] == after["UID"]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    (none_left,) = fed(office, "sue", START + timedelta(days=40)).values()
    assert str(none_left["STATUS"]) == "CANCELLED"


@pytest.mark.usefixtures("panels")
def test_taken_off_the_agenda_it_is_cancelled_until_the_day_of_the_sitting_has_passed(
    office: Office,
) -> None:
    reference = put_down(office, "p1", "2026-01-28")
    (before,) = fed(office, "sue").values()
    office.done(reference, "stop", "lea")
    (after,) = fed(office, "sue", START + timedelta(days=14)).values()
    assert (after["UID"], after["DTSTART"].dt) == (before["UID"], date(2026, 1, 28))
    assert str(after["STATUS"]) == "CANCELLED"
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert fed(office, "sue", START + timedelta(days=15)) == {}


def test_once_it_is_decided_the_sitting_stays_where_it_was_for_a_month(office: Office) -> None:
    reference = put_down(office, "p1", "2026-01-14")
    office.done(reference, "panel_agrees", "pam", sat=["panel_member", "la"])
    for days in (0, 1, 30):
        (event,) = fed(office, "sue", START + timedelta(days=days)).values()
        assert (str(event["STATUS"]), event["DTSTART"].dt) == ("CONFIRMED", date(2026, 1, 14))
    assert fed(office, "sue", START + timedelta(days=32)) == {}


def test_nobody_and_the_disabled_have_no_feed(office: Office, store: Store) -> None:
    with store.writing() as tx:
        register.disable(tx, "lea", START)
    for person in ("lea", "nobody"):
        with pytest.raises(Unknown):
            feeds.feed(office.work.office, person, START, WEB)


def test_a_feed_asks_the_same_few_questions_however_many_deadlines_there_are(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apflow.store.statements import Statement  # noqa: PLC0415

    asked: list[Statement] = []
    rows = Statement.rows

    def count(self: Statement, *given: Any) -> Any:
        asked.append(self)
        return rows(self, *given)

    monkeypatch.setattr(Statement, "rows", count)
    counts = []
    for number in (1, 2, 3, 4, 5):
        office.opened(f"p{number}", **EXCLUDED)
        asked.clear()
        assert len(of_deadlines(office, "lea")) == number
        counts.append(len(asked))
    assert len(set(counts)) == 1
    assert counts[0] <= 6


def test_no_words_of_an_entry_become_a_line_of_their_own() -> None:
    hostile = "x\r\nATTENDEE:mailto:a@b.example\nEND:VEVENT; , \\ \x00\u2028 " + "é🙂" * 60
    content = write_feed("n\r\nX-EVIL:1", [FeedEntry("a/b/1", START.date(), hostile, WEB)], START)
    (event,) = events(content).values()
    assert set(event) == {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "URL", "SEQUENCE", "STATUS", "TRANSP",
        "CLASS",
    }  # fmt: skip
    assert b"\nX-EVIL" not in content
    assert max(map(len, content.split(b"\r\n"))) <= 75
