"""The invented cohort: everybody in it is where their story says, by the same doors as all."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from apflow.casework.cohort import (
    example,
    heronsgate_placing,
    maidstone_deciding,
    maidstone_excluded,
    maidstone_line,
    maidstone_placing,
    preparing,
    summary,
)
from apflow.casework.cohort.people import COLLEAGUE, FORUM_CHAIR, MAIDSTONE, MANAGER, pupil_words
from apflow.casework.cohort.story import named
from apflow.casework.meetings import forum
from apflow.referral import HOUSE_RECORDS, DeadlineRow, Request, Step
from apflow.referral.replay import replay
from apflow.store import deadlines, history, notices, pools, register, requests
from apflow.store.verify import verify
from tests.invented_cohort import DAY, NOW, Invented, cohort

__all__ = ["cohort"]


@pytest.fixture
def steps(cohort: Invented) -> dict[str, tuple[Step, ...]]:
    """Give the history of every referral."""
    with cohort.store.reading() as tx:
        return {reference: history.steps(tx, reference) for reference in cohort.referrals}


@pytest.fixture
def asked(cohort: Invented) -> list[Request]:
    """Give every request that was made."""
    with cohort.store.reading() as tx:
        return [one for reference in cohort.referrals for one in requests.of(tx, reference)]


@pytest.fixture
def missed(cohort: Invented) -> list[DeadlineRow]:
    """Give every deadline that was found missed."""
    with cohort.store.reading() as tx:
        rows = [row for reference in cohort.referrals for row in deadlines.rows(tx, reference)]
    return [row for row in rows if row.missed_at is not None]


def test_what_says_that_all_is_invented_is_offered_as_no_school(cohort: Invented) -> None:
    with cohort.store.reading() as tx:
        assert register.get_organisation(tx, preparing.MARK) is not None
        offered = [one.id for one in register.list_organisations(tx)]
    assert "ashmead" in offered
    assert preparing.MARK not in offered


def _events(steps: dict[str, tuple[Step, ...]]) -> Counter[str]:
    return Counter(step.event for taken in steps.values() for step in taken)


def _findings(request: Request) -> list[dict[str, object]]:
    findings = (request.result or {}).get("findings", [])
    return findings if isinstance(findings, list) else []


def test_every_state_of_both_policies_has_somebody_in_it(cohort: Invented) -> None:
    found = summary.summarise(cohort.work, NOW)
    assert set(found.states) == {"maidstone-and-malling", "heronsgate"}
    empty = [
        one.state for standings in found.states.values() for one in standings if not one.referrals
    ]
    assert empty == []
    assert found.referrals == len(cohort.referrals) >= 80


def test_no_history_is_altered_and_replaying_it_gives_what_stands(
    cohort: Invented, steps: dict[str, tuple[Step, ...]]
) -> None:
    proved = verify(cohort.store)
    assert proved.referrals == len(cohort.referrals)
    assert proved.steps == sum(map(len, steps.values()))
    for reference, referral in cohort.referrals.items():
        replayed = replay(steps[reference])
        assert replayed.state == referral.state
        assert replayed.facts == referral.facts
        assert replayed.tally == referral.tally


def test_refusals_by_many_guards_are_kept_and_changed_nothing(
    steps: dict[str, tuple[Step, ...]], asked: list[Request]
) -> None:
    states = Counter(one.state for one in asked)
    assert set(states) == {"applied", "refused", "stale"}
    assert states["refused"] >= 25
    assert states["stale"] >= 2
    guards = {
        finding["guard"]
        for one in asked
        if one.state == "refused"
        for finding in _findings(one)
        if finding["verdict"] in ("unmet", "unknown") and finding["force"] != "should"
    }
    assert len(guards) >= 25
    assert {"role", "closing_rule", "safe_on_site", "a_place_is_free", "first_in_order"} <= guards
    recorded = [
        step.request
        for taken in steps.values()
        for step in taken
        if step.event not in HOUSE_RECORDS
    ]
    assert sorted(map(str, recorded)) == sorted(one.id for one in asked if one.state == "applied")


def test_what_was_missed_is_recorded_by_the_sweep_within_a_day_of_its_moment(
    steps: dict[str, tuple[Step, ...]], missed: list[DeadlineRow]
) -> None:
    assert len(missed) >= 20
    assert {"sixth_day", "ks3_review", "planned_review", "next_panel", "start_soon"} <= {
        row.name for row in missed
    }
    for row in missed:
        assert row.due_at is not None
        assert row.missed_at is not None
        assert timedelta() < row.missed_at - row.due_at < timedelta(days=1)
    told = Counter(
        (reference, step.about["deadline"], step.about["occurrence"], step.actor)
        for reference, taken in steps.items()
        for step in taken
        if step.event == "deadline_missed"
    )
    assert told == Counter((row.reference, row.name, row.occurrence, "system") for row in missed)


def test_some_was_met_late_and_some_in_time_but_recorded_late(missed: list[DeadlineRow]) -> None:
    met = [row for row in missed if row.state == "met"]
    assert {row.late for row in met} == {True, False}
    in_time = {row.name for row in met if not row.late}
    assert {"sixth_day", "ks3_review"} <= in_time


def test_some_is_overdue_and_some_due_soon(cohort: Invented) -> None:
    found = summary.summarise(cohort.work, NOW)
    assert found.overdue >= 8
    assert found.due_soon >= 5
    listed = cohort.work.worklist("rosa", NOW)
    assert listed[0].due == "overdue"
    assert {"overdue", "due soon"} <= {one.due for one in listed}


def test_a_placement_goes_on_beyond_twelve_weeks(cohort: Invented) -> None:
    facts = cohort.told_by(named(maidstone_placing.beyond_twelve_weeks)).facts
    start, exit_on = (
        date.fromisoformat(str(facts[name])) for name in ("placement_start", "exit_on")
    )
    assert exit_on > example.calendar_for(MAIDSTONE, DAY).within(start, 12, "school_week")


def test_an_excluded_pupil_is_placed_before_the_sixth_day(
    cohort: Invented, steps: dict[str, tuple[Step, ...]]
) -> None:
    referral = cohort.told_by(named(maidstone_excluded.placed_before_the_sixth_day))
    assert "place_provisionally" in [step.event for step in steps[referral.reference]]
    with cohort.store.reading() as tx:
        rows = deadlines.rows(tx, referral.reference)
    (sixth,) = [row for row in rows if row.name == "sixth_day"]
    assert (sixth.state, sixth.late, sixth.missed_at) == ("met", False, None)


def test_pupils_wait_for_places_in_the_policys_order(cohort: Invented) -> None:
    ends = {
        story: cohort.told_by(named(story)).state
        for story in (
            maidstone_line.waited_and_got_a_place,
            maidstone_line.waits_behind_another,
            maidstone_line.waits_for_a_free_place,
        )
    }
    assert list(ends.values()) == ["placed", "waiting", "waiting"]
    with cohort.store.reading() as tx:
        line = pools.waiting(tx, MAIDSTONE, "ks4")
        held = pools.held(tx, MAIDSTONE, ("ks3", "ks4"))
    ranks = [cohort.referrals[reference].rank for reference, _ in line]
    assert ranks == [7, 9]
    holding = Counter(pool for one in cohort.referrals.values() for pool in one.holds)
    assert held == dict(holding)
    # Six places are set; an excluded pupil is taken beyond them.
    assert held["ks4"] == 7


def test_every_way_of_putting_right_was_used(
    cohort: Invented, steps: dict[str, tuple[Step, ...]]
) -> None:
    events = _events(steps)
    for event in ("correct_facts", "reverse_step", "adopt_lifecycle", "hand_over", "erase"):
        assert events[event] >= 1, event
    handed = cohort.told_by(named(maidstone_placing.handed_to_a_colleague))
    assert handed.owner == COLLEAGUE
    adopted = cohort.told_by(named(maidstone_line.stays_under_the_older_version))
    pinned = cohort.told_by(named(maidstone_line.long_stay))
    assert adopted.digest != pinned.digest


def test_what_was_erased_is_gone(cohort: Invented, steps: dict[str, tuple[Step, ...]]) -> None:
    erased = cohort.told_by(named(maidstone_placing.erased_after_closing))
    assert erased.closed_on is not None
    assert erased.facts == {}
    assert cohort.work.look(erased.reference, MANAGER, NOW).pupil is None
    before = [step for step in steps[erased.reference] if step.event != "erase"]
    assert {value.value for step in before for value in step.values} == {None}


def test_going_past_a_guard_is_recorded_with_its_reason(
    cohort: Invented, steps: dict[str, tuple[Step, ...]]
) -> None:
    referral = cohort.told_by(named(maidstone_deciding.too_few_on_the_panel))
    (agreed,) = [one for one in steps[referral.reference] if one.event == "forum_agrees"]
    (finding,) = [one for one in agreed.findings if one["guard"] == "panel_sat"]
    assert finding["verdict"] == "overridden"
    reasons = [value.value for value in agreed.values if value.kind == "reason"]
    assert [str(reason)[:11] for reason in reasons] == ["Two members"]


def test_what_a_state_keeps_lapsed_and_was_restored(
    cohort: Invented, steps: dict[str, tuple[Step, ...]]
) -> None:
    lapsed = cohort.told_by(named(heronsgate_placing.assurance_ran_out))
    assert lapsed.lapsed == ("provider_assured",)
    restored = cohort.told_by(named(heronsgate_placing.new_named_person))
    assert restored.lapsed == ()
    events = [step.event for step in steps[restored.reference]]
    assert events.index("guard_lapsed") < events.index("guard_restored")


def test_no_child_is_named_outside_the_register(
    cohort: Invented, steps: dict[str, tuple[Step, ...]], asked: list[Request]
) -> None:
    words = pupil_words()
    with cohort.store.reading() as tx:
        sent = [row for reference in cohort.referrals for row in notices.of(tx, reference)]
    assert len(sent) >= 50
    texts = [step.body.decode() for taken in steps.values() for step in taken]
    texts += [str(value.value) for taken in steps.values() for one in taken for value in one.values]
    texts += [row.text for row in sent]
    texts += [f"{one.answers} {one.result} {one.reason}" for one in asked]
    everything = "\n".join(texts)
    assert [word for word in words if word in everything] == []
    names = Counter(
        cohort.work.look(reference, MANAGER, NOW).pupil for reference in cohort.referrals
    )
    # The only one without a name is the one whose record was erased.
    assert names.pop(None) == 1
    assert set(names.values()) == {1}
    assert all(any(word in str(name) for word in words) for name in names)


def test_an_agenda_names_only_papers_that_are_for_this_meeting(cohort: Invented) -> None:
    office = cohort.work.office
    with cohort.store.reading() as tx:
        lifecycle = office.newest(tx, MAIDSTONE, lambda *_: None).compiled.lifecycle
        sittings = register.sittings(tx, MAIDSTONE)["forum_meeting"]
    following = next(day for day in sittings if day >= DAY)
    sitting = forum.Sitting(MAIDSTONE, "forum_meeting", following)
    items = forum.agenda(office, sitting, FORUM_CHAIR, NOW)
    titles = {entry.title for entry in lifecycle.facts["forum_papers"].entries.values()}
    missing = {paper for item in items for paper in item.papers_missing}
    assert missing
    assert missing <= titles


def test_pictures_hold_the_numbers(cohort: Invented, tmp_path: Path) -> None:
    found = summary.summarise(cohort.work, NOW)
    files = summary.draw(cohort.work, found, tmp_path)
    assert [file.name for file in files] == [
        "heronsgate-overview.svg", "heronsgate-map.svg",
        "maidstone-and-malling-overview.svg", "maidstone-and-malling-map.svg",
    ]  # fmt: skip
    standing = {one.title: one.referrals for one in found.states[MAIDSTONE]}
    text = files[2].read_text(encoding="utf-8")
    assert f"Consent {standing['Consent']}, CAF and papers {standing['CAF and papers']}" in text
