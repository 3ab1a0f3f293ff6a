"""Deadline rows brought in line after each step: armed, met, cancelled, begun anew."""

from datetime import UTC, date, datetime

import pytest

from apflow.policy.calendar import Calendar
from apflow.policy.compiled import Compiled, compile_lifecycle
from apflow.policy.deadlines import due, end_of_day
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Ticked, Value
from apflow.referral import DeadlineRow
from apflow.referral.deadlines import reconcile
from tests.referral.story import POLICY, Story, excluded, feb, placed

LOGGED = "visit_logged"


def test_a_deadline_is_armed_with_everything_the_sweep_and_the_worklist_need(
    story: Story,
) -> None:
    row = excluded(story).row("sixth_day")
    assert row == DeadlineRow(
        reference="R",
        name="sixth_day",
        occurrence=1,
        start="2026-02-12",
        given_by=0,
        due_at=end_of_day(feb(26)),
        warn_at=end_of_day(feb(24)),
        other_at=None,
        owner="la",
        force="law",
    )


def test_only_rows_that_are_new_or_changed_are_given_back(story: Story) -> None:
    excluded(story)
    context = story.context(feb(13))
    assert reconcile(story.rows, due(story.compiled, context.situation), context) == ()
    assert len(reconcile((), due(story.compiled, context.situation), context)) == 1


@pytest.mark.parametrize(
    ("on", "late"), [(feb(24), False), (feb(26), False), (feb(27), True)], ids=str
)
def test_a_step_meets_a_deadline_and_the_day_it_happened_says_whether_late(
    story: Story, on: date, late: bool
) -> None:
    row = excluded(story).step("place", on, "placed").row("sixth_day")
    assert (row.state, row.met_on, row.met_by, row.late) == ("met", on, 2, late)


def test_a_step_before_the_start_meets_nothing(story: Story) -> None:
    assert excluded(story).step("secure_other", feb(11)).states("sixth_day") == ["armed"]


def test_something_done_in_time_and_recorded_late_is_met_in_time_after_the_breach(
    story: Story,
) -> None:
    row = excluded(story).miss("sixth_day").step("secure_other", feb(25)).row("sixth_day")
    assert (row.state, row.late, row.met_on) == ("met", False, feb(25))
    assert row.missed_at == end_of_day(feb(26))


def test_a_missed_deadline_stays_open_until_it_is_met_late(story: Story) -> None:
    excluded(story).miss("sixth_day").correct(feb(27), lead="la")
    assert story.states("sixth_day") == ["breached"]
    row = story.step("place", date(2026, 3, 2), "placed").row("sixth_day")
    assert (row.state, row.late) == ("met", True)


def test_a_deadline_is_cancelled_when_its_when_becomes_no(story: Story) -> None:
    excluded(story).correct(feb(13), excluded=False)
    assert story.states("sixth_day") == ["cancelled"]
    story.correct(feb(13), excluded=True)
    assert story.states("sixth_day") == ["cancelled", "armed"]


def test_a_missed_deadline_is_cancelled_too_when_it_no_longer_applies(story: Story) -> None:
    row = excluded(story).miss("sixth_day").correct(feb(27), excluded=False).row("sixth_day")
    assert (row.state, row.missed_at) == ("cancelled", end_of_day(feb(26)))


def test_closing_cancels_what_closing_does_not_meet(story: Story) -> None:
    placed(excluded(story), feb(20)).step("close", feb(23), "ended")
    assert {row.state for row in story.rows} <= {"met", "cancelled"}
    assert story.states("limit") == ["met"]
    assert story.states("review") == ["cancelled"]


def test_a_review_meets_its_deadline_and_begins_the_next(story: Story) -> None:
    placed(story).step("hold_review", date(2026, 3, 20))
    assert story.states("review") == ["met", "armed"]
    assert story.row("review", 2).start == "2026-03-20"
    assert story.row("review", 2).given_by == 3


def test_a_review_on_the_day_of_the_placement_counts_and_begins_the_next(story: Story) -> None:
    placed(story).step("hold_review", feb(26))
    assert story.states("review") == ["met", "armed"]
    assert [row.start for row in story.rows if row.name == "review"] == ["2026-02-26"] * 2


def test_two_reviews_on_one_day_are_two_reviews(story: Story) -> None:
    placed(story).step("hold_review", date(2026, 3, 20)).step("hold_review", date(2026, 3, 20))
    assert story.states("review") == ["met", "met", "armed"]
    assert [row.met_by for row in story.rows if row.name == "review"] == [3, 4, None]


def test_a_review_missed_and_held_late_begins_the_next_from_when_it_was_held(
    story: Story,
) -> None:
    held = date(2026, 5, 6)
    placed(story).miss("review").step("hold_review", held)
    assert story.states("review") == ["met", "armed"]
    assert story.row("review", 1).late
    assert story.row("review", 2).start == held.isoformat()


def test_a_review_recorded_late_between_two_others_arms_nothing_twice(story: Story) -> None:
    placed(story).step("hold_review", date(2026, 3, 20)).step("hold_review", date(2026, 3, 10))
    assert story.states("review") == ["met", "armed"]
    assert story.row("review", 2).start == "2026-03-20"


def test_a_start_that_an_event_sets_as_a_fact_is_given_by_that_event(story: Story) -> None:
    placed(story).step("have_a_word", feb(27)).step("have_a_word", date(2026, 3, 3))
    assert story.states("weekly_word") == ["met", "armed"]
    assert story.row("weekly_word").met_by == 4


def test_each_visit_needs_its_reference_until_one_is_logged(story: Story) -> None:
    placed(story).step("log_visit", date(2026, 3, 3)).step("log_visit", date(2026, 3, 5))
    assert story.states("visit_logged") == ["armed", "armed"]
    story.miss("visit_logged", 1).step("log_reference", date(2026, 3, 6))
    assert story.states("visit_logged") == ["met", "met"]
    assert [row.late for row in story.rows if row.name == "visit_logged"] == [True, False]


def test_a_visit_recorded_late_is_met_by_what_was_logged_after_it(story: Story) -> None:
    placed(story).step("log_visit", date(2026, 3, 3)).step("log_reference", date(2026, 3, 5))
    story.step("log_visit", date(2026, 3, 4))
    assert [(row.start, row.state, row.met_by) for row in story.rows if row.name == LOGGED] == [
        ("2026-03-03", "met", 4),
        ("2026-03-04", "met", 4),
    ]


def test_what_was_logged_for_the_first_visit_does_not_meet_the_second(story: Story) -> None:
    placed(story).step("log_visit", date(2026, 3, 3)).step("log_reference", date(2026, 3, 3))
    story.step("log_visit", date(2026, 3, 5))
    assert story.states("visit_logged") == ["met", "armed"]


def test_leaving_meets_a_limit_on_the_day_it_happened(story: Story) -> None:
    row = placed(story).step("return_it", date(2026, 6, 11), "consent").row("limit")
    assert (row.state, row.met_on, row.met_by, row.late) == ("met", date(2026, 6, 11), 3, True)
    assert row.other_at == end_of_day(date(2026, 5, 20))


def test_a_second_placement_has_a_limit_of_its_own(story: Story) -> None:
    placed(story).step("return_it", date(2026, 3, 10), "consent")
    story.step("place", date(2026, 3, 10), "placed").step("return_it", date(2026, 3, 10), "consent")
    story.step("place", date(2026, 4, 20), "placed")
    assert story.states("limit") == ["met", "met", "armed"]


def test_moving_between_states_where_it_stands_changes_nothing(story: Story) -> None:
    before = placed(story).row("limit")
    story.step("reintegrate", date(2026, 3, 10), "reintegrating")
    assert story.row("limit") == before
    assert story.states("exit_date") == ["met"]


def test_a_deadline_without_a_date_stands_without_one_until_it_is_known(story: Story) -> None:
    assert placed(story).row("exit_date").due_at is None
    story.correct(feb(27), exit_on=date(2026, 5, 1))
    assert story.row("exit_date").due_at == end_of_day(date(2026, 5, 1))
    story.correct(feb(27), exit_on=date(2026, 4, 24))
    assert story.row("exit_date").due_at == end_of_day(date(2026, 4, 24))
    assert story.states("exit_date") == ["armed"]


def test_a_task_is_met_on_the_day_its_condition_came_to_hold(story: Story) -> None:
    excluded(story).step("place", feb(13), "placed")
    assert story.states("papers_in") == ["armed"]
    papers: dict[str, Value | None] = {"papers": {"caf": Ticked("present")}}
    row = story.step("add_papers", feb(23), facts=papers).row("papers_in")
    assert (row.state, row.met_on, row.met_by, row.late) == ("met", feb(23), 3, False)
    story.correct(feb(24), papers={"caf": Ticked("awaited")})
    assert story.states("papers_in") == ["met"]


def test_a_task_done_before_it_stands_is_met_as_it_begins(story: Story) -> None:
    excluded(story).correct(feb(12), papers={"caf": Ticked("present")})
    story.step("place", feb(13), "placed")
    assert story.states("papers_in") == ["met"]
    assert story.row("papers_in").met_on == feb(13)


def test_a_row_without_a_date_that_is_met_is_never_late(story: Story) -> None:
    row = placed(story).step("return_it", date(2027, 1, 11), "consent").row("exit_date")
    assert (row.state, row.late, row.due_at) == ("met", False, None)


def test_a_limit_in_hours_is_judged_by_its_day(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    told = {
        "title": "Told",
        "start": "told_at",
        "due": {"within": 48, "unit": "hour"},
        "met_by": "secure_other",
        "owner": "la",
    }
    facts = {"told_at": {"type": "moment", "ask": "When?"}}
    opens = {"open_it": {"title": "Open", "asks": ["told_at"]}, "secure_other": {"title": "S"}}
    policy = {**POLICY, "facts": facts, "events": {**opens, "place": {"title": "P"}}}
    policy |= {"deadlines": {"told": told}, "transitions": POLICY["transitions"][:2]}  # type: ignore[index]
    short = compile_lifecycle(Lifecycle.model_validate(policy))
    moment = datetime(2026, 2, 12, 9, 30, tzinfo=UTC)
    story = Story(short, example_calendar)
    story.step("open_it", feb(12), "consent", {"told_at": moment})
    assert story.row("told").start == "2026-02-12T09:30:00+00:00"
    assert not story.step("secure_other", feb(14)).row("told").late
