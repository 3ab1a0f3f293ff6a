"""Time: deadlines fire once, are met late truthfully, and what a state keeps is asked daily."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

from apflow.casework import Asked, Swept
from apflow.store import notices, register, requests
from apflow.store.verify import verify
from tests.small_office import START, Office

#: The morning after the sixth school day of an exclusion that began on Monday 12 January.
SEVENTH_DAY = datetime(2026, 1, 20, 7, 0, tzinfo=UTC)


def _events(office: Office, reference: str) -> list[str]:
    return [step.event for step in office.work.history(reference, "lea", START)]


def test_nothing_is_missed_before_the_day_is_over(office: Office) -> None:
    office.opened(excluded=True, excluded_on="2026-01-12")
    assert office.work.fire_due(SEVENTH_DAY - timedelta(hours=8)).missed == 0


def test_a_missed_deadline_is_a_breach_step_the_owner_is_told_and_the_state_stays(
    office: Office,
) -> None:
    reference = office.opened(excluded=True, excluded_on="2026-01-12")
    assert office.work.fire_due(SEVENTH_DAY).missed == 1
    step = office.work.history(reference, "lea", START)[-1]
    assert (step.event, step.actor, step.source, step.target) == (
        "deadline_missed", "system", "draft", "draft",
    )  # fmt: skip
    assert step.about["deadline"] == "sixth_day"
    assert step.about["breach"] is True
    with office.work.store.reading() as tx:
        told = [(notice.notice, notice.to) for notice in notices.of(tx, reference)]
    assert ("deadline_missed", "la") in told


def test_sweeping_twice_or_twice_at_once_changes_nothing_more(office: Office) -> None:
    references = [
        office.opened(f"p{number}", excluded=True, excluded_on="2026-01-12")
        for number in range(1, 6)
    ]
    ready, done = Barrier(3), list[Swept]()

    def sweep() -> None:
        ready.wait()
        done.append(office.work.fire_due(SEVENTH_DAY))

    threads = [Thread(target=sweep) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.missed for one in done) == 5
    assert office.work.fire_due(SEVENTH_DAY) == Swept()
    for reference in references:
        assert _events(office, reference) == ["open_it", "deadline_missed"]


def test_what_was_done_in_time_and_recorded_late_is_met_and_the_breach_stays(
    office: Office,
) -> None:
    reference = office.opened(excluded=True, excluded_on="2026-01-12")
    office.work.fire_due(SEVENTH_DAY)
    office.done(reference, "educate", "lea", SEVENTH_DAY, on=date(2026, 1, 16))
    step = office.work.history(reference, "lea", START)[-1]
    assert step.event == "deadline_met_late"
    assert step.about["in_time"] is True
    (row,) = office.work.look(reference, "lea", START).deadlines
    assert (row.state, row.late) == ("met", False)
    assert row.missed_at is not None
    assert "deadline_missed" in _events(office, reference)


def test_what_was_done_late_is_met_late(office: Office) -> None:
    reference = office.opened(excluded=True, excluded_on="2026-01-12")
    office.work.fire_due(SEVENTH_DAY)
    office.done(reference, "educate", "lea", SEVENTH_DAY + timedelta(days=1))
    (row,) = office.work.look(reference, "lea", START).deadlines
    assert (row.state, row.late) == ("met", True)
    assert office.work.history(reference, "lea", START)[-1].about["in_time"] is False


def test_a_missed_aim_is_late_and_not_a_breach(office: Office) -> None:
    reference = office.placed()
    office.work.fire_due(START + timedelta(days=9))
    missed = [
        step for step in office.work.history(reference, "lea", START)
        if step.event == "deadline_missed"
    ]  # fmt: skip
    assert [step.about["deadline"] for step in missed] == ["contact"]
    assert missed[0].about["breach"] is False
    with office.work.store.reading() as tx:
        assert "contact_missed" in {notice.notice for notice in notices.of(tx, reference)}


def test_a_deadline_may_be_followed_by_an_event_that_the_policy_names(office: Office) -> None:
    reference = office.placed()
    office.work.fire_due(START + timedelta(weeks=3))
    assert office.state(reference) == "worried"
    events = _events(office, reference)
    assert events.index("lose_patience") > events.index("deadline_missed")
    with office.work.store.reading() as tx:
        (asked,) = [one for one in requests.of(tx, reference) if one.event == "lose_patience"]
    assert (asked.state, asked.actor) == ("applied", "system")


def test_a_review_meets_its_deadline_and_arms_the_next(office: Office) -> None:
    reference = office.placed()
    office.done(reference, "review", "lea", START + timedelta(days=5), story="well")
    rows = [
        row for row in office.work.look(reference, "lea", START).deadlines
        if row.name == "next_review"
    ]  # fmt: skip
    assert [(row.occurrence, row.state) for row in rows] == [(1, "met"), (2, "armed")]


def test_a_guard_that_a_state_keeps_lapses_once_and_holds_again(office: Office) -> None:
    _assure(office, "2026-01-20")
    reference = office.placed()
    thursday = datetime(2026, 1, 22, 9, tzinfo=UTC)
    office.work.fire_due(thursday)
    office.work.fire_due(thursday)
    assert _events(office, reference).count("guard_lapsed") == 1
    assert office.work.look(reference, "lea", thursday).referral.lapsed == ("assured",)
    assert office.state(reference) == "placed"
    _assure(office, "2027-06-30")
    office.work.fire_due(thursday + timedelta(days=1))
    assert office.work.look(reference, "lea", thursday).referral.lapsed == ()
    assert "guard_restored" in _events(office, reference)


def _assure(office: Office, until: str) -> None:
    with office.work.store.writing() as tx:
        unit = register.Organisation("pru", "The unit", {"assured_until": until})
        register.change_organisation(tx, unit)


def test_no_final_state_is_entered_over_an_unmet_statutory_deadline(office: Office) -> None:
    reference = office.opened(excluded=True, excluded_on="2026-01-12")
    refused = office.do(reference, "stop", "sue")
    assert refused.state == "refused"
    assert "closing_rule" in str(refused.result)
    office.done(reference, "educate", "lea")
    office.done(reference, "stop", "sue")


def test_a_request_that_a_crash_left_is_applied_and_an_old_one_abandoned(office: Office) -> None:
    reference = office.opened(agrees=True)
    left = office.work.ask(reference, Asked("log", "sue", answers={"story": "x"}), START)
    assert office.work.fire_due(START + timedelta(seconds=30)) == Swept()
    assert office.work.fire_due(START + timedelta(minutes=2)).applied_waiting == 1
    assert office.work.request(left.id).state == "applied"
    old = office.work.ask(reference, Asked("log", "sue", answers={"story": "y"}), START)
    assert office.work.fire_due(START + timedelta(minutes=16)).abandoned == 1
    assert office.work.request(old.id).state == "abandoned"
    assert _events(office, reference).count("log") == 1


def test_refused_requests_are_purged_after_their_time(office: Office) -> None:
    reference = office.opened(agrees=False)
    closed = office.do(reference, "submit", "sue", sitting="2026-01-14")
    later = START + timedelta(days=91)
    assert office.work.fire_due(later, keep_refused=timedelta(days=90)).purged == 1
    with office.work.store.reading() as tx:
        assert requests.get(tx, closed.id) is None
    verify(office.work.store)
