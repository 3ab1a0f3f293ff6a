"""Deadline rows when something turns out otherwise: corrections, reversals, new calendars."""

from datetime import date

import pytest

from apflow.policy.calendar import Calendar, Span
from apflow.policy.compiled import compile_lifecycle
from apflow.policy.deadlines import end_of_day
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Ticked
from tests.referral.story import DEADLINES, POLICY, Story, excluded, feb, placed


@pytest.mark.parametrize("missed", [False, True])
def test_a_fact_that_goes_missing_stops_no_clock(story: Story, missed: bool) -> None:
    excluded(story)
    if missed:
        story.miss("sixth_day")
    before = story.rows
    assert story.correct(feb(13), excluded=None).rows == before
    assert story.step("secure_other", feb(14)).states("sixth_day") == ["met"]


def test_a_deadline_without_a_start_any_more_is_cancelled(story: Story) -> None:
    assert excluded(story).correct(feb(13), excluded_on=None).states("sixth_day") == ["cancelled"]


def test_a_corrected_start_moves_an_armed_row(story: Story) -> None:
    row = excluded(story).correct(feb(13), excluded_on=feb(10)).row("sixth_day")
    assert (row.start, row.due_at) == ("2026-02-10", end_of_day(feb(24)))
    assert story.states("sixth_day") == ["armed"]


def test_a_correction_and_its_reversal_leave_one_row_where_it_was(story: Story) -> None:
    before = placed(story).rows
    story.correct(feb(27), placement_start=feb(25))
    assert story.row("limit").start == "2026-02-25"
    story.correct(feb(27), placement_start=feb(26))
    assert story.rows == before


def test_a_row_that_a_correction_moved_is_met_once(story: Story) -> None:
    placed(story).correct(feb(27), placement_start=feb(25)).step("write_plan", feb(27))
    assert story.correct(feb(27), lead="la").states("plan") == ["met"]
    story.correct(feb(27), placement_start=feb(26))
    assert story.states("plan") == ["cancelled", "met"]


def test_a_corrected_start_may_turn_out_to_be_met_already(story: Story) -> None:
    excluded(story).step("secure_other", feb(11)).correct(feb(13), excluded_on=feb(10))
    row = story.row("sixth_day")
    assert (row.state, row.met_on, row.met_by) == ("met", feb(11), 2)


def test_a_missed_row_whose_start_was_wrong_is_cancelled_and_begun_anew(story: Story) -> None:
    excluded(story).miss("sixth_day").correct(feb(27), excluded_on=feb(13))
    assert story.states("sixth_day") == ["cancelled", "armed"]
    assert story.row("sixth_day", 2).due_at == end_of_day(feb(27))


def test_a_met_row_whose_start_was_wrong_is_judged_anew_by_what_met_it(story: Story) -> None:
    excluded(story).step("secure_other", feb(26)).correct(feb(27), excluded_on=feb(11))
    assert story.states("sixth_day") == ["cancelled", "met"]
    row = story.row("sixth_day", 2)
    assert (row.met_on, row.met_by, row.late) == (feb(26), 2, True)


def test_a_met_row_whose_start_turns_out_later_than_its_meeting_stands_unmet_anew(
    story: Story,
) -> None:
    excluded(story).step("secure_other", feb(13)).correct(feb(24), excluded_on=feb(23))
    assert story.states("sixth_day") == ["met", "armed"]
    story.correct(feb(24), excluded_on=feb(12))
    assert story.states("sixth_day") == ["met", "cancelled"]


def test_coming_back_to_the_same_start_makes_the_limit_stand_anew(story: Story) -> None:
    placed(story).step("return_it", date(2026, 3, 10), "consent")
    story.correct(date(2026, 3, 11)).take_back(3, date(2026, 3, 12), "placed")
    assert story.states("limit") == ["cancelled", "armed"]
    story.step("return_it", date(2026, 3, 13), "consent").step("stop", date(2026, 3, 16), "placed")
    assert story.states("limit") == ["cancelled", "met", "armed"]


def test_a_missed_date_that_people_put_off_stands_anew(story: Story) -> None:
    placed(story).correct(feb(27), exit_on=date(2026, 4, 24)).miss("exit_date")
    story.correct(date(2026, 4, 27), lead="la")
    assert story.states("exit_date") == ["breached"]
    story.correct(date(2026, 4, 27), exit_on=date(2026, 4, 20))
    assert story.states("exit_date") == ["breached"]
    story.correct(date(2026, 4, 27), exit_on=date(2026, 5, 8))
    assert story.states("exit_date") == ["cancelled", "armed"]
    assert story.row("exit_date", 2).due_at == end_of_day(date(2026, 5, 8))


def test_a_task_whose_start_was_wrong_keeps_the_day_it_was_done(story: Story) -> None:
    excluded(story).step("place", feb(13), "placed")
    story.step("add_papers", feb(23), facts={"papers": {"caf": Ticked("present")}})
    story.correct(date(2026, 3, 20), excluded_on=feb(11))
    assert story.states("papers_in") == ["cancelled", "met"]
    row = story.row("papers_in", 2)
    assert (row.met_on, row.met_by, row.late) == (feb(23), 3, False)


def test_a_step_taken_back_met_nothing(story: Story) -> None:
    excluded(story).step("secure_other", feb(13)).take_back(2, feb(14), "consent")
    assert story.states("sixth_day") == ["cancelled", "armed"]
    row = story.row("sixth_day")
    assert (row.met_on, row.met_by, row.late) == (None, None, False)


def test_a_step_taken_back_began_nothing(story: Story) -> None:
    placed(story).step("hold_review", date(2026, 3, 20)).take_back(3, date(2026, 3, 23), "placed")
    assert story.states("review") == ["cancelled", "cancelled", "armed"]
    assert story.row("review", 3).start == "2026-02-26"


def test_taking_back_a_placement_meets_no_limit(story: Story) -> None:
    placed(story).take_back(2, feb(27), "consent", placement_start=None)
    assert story.states("limit") == ["cancelled"]
    assert story.states("review") == ["cancelled"]


def test_leaving_by_taking_a_step_back_meets_nothing(story: Story) -> None:
    placed(story).step("reintegrate", date(2026, 3, 10), "reintegrating")
    story.step("stop", date(2026, 3, 12), "placed")
    assert story.states("exit_date") == ["met", "armed"]
    story.take_back(4, date(2026, 3, 13), "reintegrating")
    assert story.states("exit_date") == ["met", "cancelled"]


def test_taking_back_one_visit_leaves_the_other_to_be_logged(story: Story) -> None:
    placed(story).step("log_visit", date(2026, 3, 3)).step("log_visit", date(2026, 3, 5))
    story.take_back(4, date(2026, 3, 6), "placed")
    assert story.states("visit_logged") == ["armed", "cancelled"]


def test_a_calendar_that_changes_moves_what_is_armed_and_nothing_else(
    story: Story, example_calendar: Calendar
) -> None:
    breaks = [Span(date(2026, 2, 16), date(2026, 2, 20), "half_term")]
    inset = Span(date(2026, 2, 24), date(2026, 2, 24), "inset")
    other = Calendar.of("Example", example_calendar.terms, [*breaks, inset], [])
    excluded(story).recalendar(other, feb(13))
    assert story.row("sixth_day").due_at == end_of_day(feb(27))
    before = story.miss("sixth_day").rows
    assert story.recalendar(example_calendar, feb(28)).rows == before


def test_a_longer_calendar_gives_a_date_to_what_lay_beyond(
    story: Story, example_calendar: Calendar
) -> None:
    short = Calendar.of("Short", [Span(date(2026, 1, 5), date(2026, 2, 13))], [], [])
    story.calendar = short
    row = excluded(story).row("sixth_day")
    assert (row.due_at, row.beyond, row.state) == (None, True, "armed")
    row = story.recalendar(example_calendar, feb(13)).row("sixth_day")
    assert (row.due_at, row.beyond) == (end_of_day(feb(26)), False)


def test_an_owner_that_changes_changes_on_missed_rows_too(story: Story) -> None:
    excluded(story).step("place", feb(13), "placed").correct(feb(13), lead="la")
    assert story.row("papers_in").owner == "la"
    assert story.miss("papers_in").correct(feb(27), lead="pru").row("papers_in").owner == "pru"
    assert story.states("papers_in") == ["breached"]


def test_a_deadline_that_a_newer_policy_dropped_is_cancelled(story: Story) -> None:
    excluded(story)
    fewer = {name: DEADLINES[name] for name in DEADLINES if name != "sixth_day"}
    story.compiled = compile_lifecycle(Lifecycle.model_validate({**POLICY, "deadlines": fewer}))
    assert story.correct(feb(13)).states("sixth_day") == ["cancelled"]
