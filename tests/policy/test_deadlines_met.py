"""What meets a deadline, which step gave its start, and which duties outlive a closing step."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apflow.policy.calendar import Calendar
from apflow.policy.compiled import Compiled, compile_lifecycle
from apflow.policy.deadlines import Due, due, standing_law
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import START, Situation, Tally, Ticked, Value

DAY = {"within": 1, "unit": "day"}
D10, D11, D12, D13 = (date(2026, 2, day) for day in (10, 11, 12, 13))
POLICY: dict[str, object] = {
    "lifecycle": "small",
    "title": "Small",
    "road": ["consent", "placed", "ended"],
    "phases": {"all": "All"},
    "roles": {"la": {"title": "LA"}, "pru": {"title": "PRU"}},
    "facts": {
        "excluded": {"type": "yes_no", "ask": "Excluded?"},
        "excluded_on": {"type": "date", "ask": "Since when?"},
        "placement_start": {"type": "date", "set": True},
        "review_base": {
            "type": "date",
            "choose": [
                {"when": "count('hold_review') > 0", "is": "last('hold_review')"},
                {"is": "placement_start"},
            ],
        },
        "papers": {"type": "papers", "ask": "Papers?", "entries": {"caf": {"title": "CAF"}}},
    },
    "events": {
        "open_it": {"title": "Open", "asks": ["excluded"], "may_ask": ["excluded_on", "papers"]},
        "place": {"title": "Place", "sets": {"placement_start": "happened_on"}},
        "secure_other": {"title": "Secure other education"},
        "hold_review": {"title": "Review"},
        "log_visit": {"title": "Visit"},
        "log_reference": {"title": "Reference"},
        "withdraw": {"title": "Withdraw"},
        "pass_on": {"title": "Pass on"},
    },
    "states": {
        "consent": {"title": "Consent", "phase": "all", "owner": "la"},
        "placed": {"title": "Placed", "phase": "all", "owner": "pru"},
        "ended": {"title": "Ended", "phase": "all", "final": "good"},
    },
    "transitions": [
        {"from": "start", "event": "open_it", "to": "consent", "by": "la"},
        {"from": "consent", "event": "place", "to": "placed", "by": "la"},
        {"from": "any", "event": "secure_other", "by": "la"},
        {"from": "placed", "event": "hold_review", "by": "pru"},
        {"from": "placed", "event": "log_visit", "by": "pru"},
        {"from": "placed", "event": "log_reference", "by": "pru"},
        {"from": "any", "event": "withdraw", "to": "ended", "by": "la"},
        {"from": "any", "event": "pass_on", "to": "ended", "by": "la"},
    ],
    "deadlines": {
        "sixth_day": {
            "title": "Sixth day",
            "force": "law",
            "when": "excluded",
            "start": "excluded_on",
            "due": {"nth": 6, "unit": "school_day"},
            "met_by": ["placed", "secure_other"],
            "owner": "la",
        },
        "review": {
            "title": "Review",
            "in": "placed",
            "start": "latest(placement_start, last('hold_review'))",
            "due": {"within": 6, "unit": "school_week"},
            "met_by": "hold_review",
            "owner": "pru",
        },
        "review_by_table": {
            "title": "Review",
            "in": "placed",
            "start": "review_base",
            "due": {"within": 6, "unit": "school_week"},
            "met_by": "hold_review",
            "owner": "pru",
        },
        "visit_logged": {
            "title": "Logged",
            "in": "placed",
            "start": "last('log_visit')",
            "due": DAY,
            "met_by": "log_reference",
            "owner": "pru",
        },
        "limit": {
            "title": "Limit",
            "force": "law",
            "in": "placed",
            "start": "entered('placed')",
            "due": {"within": 12, "unit": "week"},
            "met_by": "leaving",
            "owner": "pru",
        },
        "papers_in": {
            "title": "Papers",
            "force": "law",
            "when": "known(papers)",
            "start": "excluded_on",
            "due": DAY,
            "met_when": "complete(papers)",
            "owner": "la",
        },
    },
}


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return compile_lifecycle(Lifecycle.model_validate(POLICY))


def tally(*steps: tuple[str, str | None, date]) -> Tally:
    """Return the tally of steps (event, state entered, day), numbered from 1."""
    folded = Tally()
    for seq, (event, entered, day) in enumerate(steps, start=1):
        folded = folded.with_step(event, entered, day, seq)
    return folded


def situation(
    calendar: Calendar, state: str, facts: Mapping[str, Value], folded: Tally
) -> Situation:
    return Situation(state, facts, folded, calendar, today=D13, happened_on=D13)


def the_due(compiled: Compiled, asked: Situation, name: str) -> Due:
    return next(one for one in due(compiled, asked) if one.name == name)


OPENED = ("open_it", "consent", D10)
PLACED = ("place", "placed", D10)


def test_a_start_from_an_asked_fact_is_given_by_no_step(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    facts: dict[str, Value] = {"excluded": True, "excluded_on": D10}
    asked = situation(example_calendar, "consent", facts, tally(OPENED))
    assert the_due(compiled, asked, "sixth_day").given_by == 0


@pytest.mark.parametrize("name", ["review", "review_by_table"])
def test_a_start_is_given_by_the_latest_step_of_its_day(
    compiled: Compiled, example_calendar: Calendar, name: str
) -> None:
    facts: dict[str, Value] = {"placement_start": D10}
    for steps, given_by in [
        ((OPENED, PLACED), 2),
        ((OPENED, PLACED, ("hold_review", None, D12)), 3),
        ((OPENED, PLACED, ("hold_review", None, D10)), 3),
        ((OPENED, PLACED, ("hold_review", None, D12), ("hold_review", None, D12)), 4),
        ((OPENED, PLACED, ("hold_review", None, D12), ("hold_review", None, D11)), 3),
    ]:
        asked = situation(example_calendar, "placed", facts, tally(*steps))
        found = the_due(compiled, asked, name)
        assert found.given_by == given_by
        assert found.met is None


def test_a_start_that_a_correction_moved_is_given_by_no_step(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    facts: dict[str, Value] = {"placement_start": D11}
    asked = situation(example_calendar, "placed", facts, tally(OPENED, PLACED))
    assert the_due(compiled, asked, "review").given_by == 0


@pytest.mark.parametrize(
    ("steps", "met"),
    [
        ((OPENED,), None),
        ((OPENED, ("place", "placed", D11)), (D11, 2)),
        ((OPENED, ("secure_other", None, D12)), (D12, 2)),
        ((OPENED, ("secure_other", None, D10)), (D10, 2)),
        ((OPENED, ("secure_other", None, date(2026, 2, 9))), None),
        ((OPENED, ("secure_other", None, D12), ("place", "placed", D11)), (D11, 3)),
    ],
    ids=["nothing", "a state", "an event", "the first day", "before it", "the earliest counts"],
)
def test_the_earliest_step_on_or_after_the_start_meets_it(
    compiled: Compiled,
    example_calendar: Calendar,
    steps: tuple[tuple[str, str | None, date], ...],
    met: tuple[date, int] | None,
) -> None:
    facts: dict[str, Value] = {"excluded": True, "excluded_on": D10}
    asked = situation(example_calendar, "consent", facts, tally(*steps))
    assert the_due(compiled, asked, "sixth_day").met == met


def test_what_was_recorded_earlier_for_the_same_day_meets_a_start_of_another_kind(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    steps = tally(OPENED, PLACED, ("log_reference", None, D12), ("log_visit", None, D12))
    found = the_due(compiled, situation(example_calendar, "placed", {}, steps), "visit_logged")
    assert (found.given_by, found.met) == (4, (D12, 3))


def test_a_condition_meets_a_deadline_on_the_day_asked_about(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    complete: dict[str, Value] = {"excluded_on": D10, "papers": {"caf": Ticked("present")}}
    asked = situation(example_calendar, "consent", complete, tally(OPENED))
    assert the_due(compiled, asked.but(happened_on=D11), "papers_in").met == (D11, 0)
    early = asked.but(happened_on=date(2026, 2, 1))
    assert the_due(compiled, early, "papers_in").met == (D10, 0)
    awaited: dict[str, Value] = {"excluded_on": D10, "papers": {"caf": Ticked("awaited")}}
    assert the_due(compiled, asked.but(facts=awaited), "papers_in").met is None


def test_leaving_is_no_step_that_the_tally_shows(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    asked = situation(example_calendar, "placed", {}, tally(OPENED, PLACED))
    found = the_due(compiled, asked, "limit")
    assert (found.start, found.given_by, found.met) == (D10.isoformat(), 2, None)


def closing(
    compiled: Compiled,
    asked: Situation,
    event: str = "withdraw",
    target: str = "ended",
    on: date = D13,
) -> tuple[str, ...]:
    return standing_law(compiled, asked, event, target, on)


def test_a_duty_that_stands_unmet_outlives_a_closing_step(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    facts: dict[str, Value] = {"excluded": True, "excluded_on": D10}
    open_duty = situation(example_calendar, "consent", facts, tally(OPENED))
    assert closing(compiled, open_duty) == ("sixth_day",)
    secured = open_duty.but(tally=tally(OPENED, ("secure_other", None, D11)))
    assert closing(compiled, secured) == ()
    not_excluded = open_duty.but(facts={"excluded": False, "excluded_on": D10})
    assert closing(compiled, not_excluded) == ()


def test_the_closing_step_itself_may_meet_the_duty(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    facts: dict[str, Value] = {"excluded": True, "excluded_on": D10}
    open_duty = situation(example_calendar, "consent", facts, tally(OPENED))
    assert closing(compiled, open_duty, "secure_other") == ()
    assert closing(compiled, open_duty, "secure_other", on=date(2026, 2, 9)) == ("sixth_day",)
    # It is met, and the limit of the placement begins.
    assert closing(compiled, open_duty, "place", "placed") == ("limit",)


def test_leaving_a_state_for_good_meets_what_leaving_meets(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    placed = situation(example_calendar, "placed", {}, tally(OPENED, PLACED))
    assert closing(compiled, placed) == ()
    assert closing(compiled, placed, "hold_review", "placed") == ("limit",)


def test_a_task_of_law_is_met_by_its_condition(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    facts: dict[str, Value] = {"excluded_on": D10, "papers": {"caf": Ticked("awaited")}}
    asked = situation(example_calendar, "consent", facts, tally(OPENED))
    assert closing(compiled, asked) == ("papers_in",)
    complete: dict[str, Value] = {"excluded_on": D10, "papers": {"caf": Ticked("present")}}
    assert closing(compiled, asked.but(facts=complete)) == ()


def test_opening_straight_into_a_final_state_escapes_no_duty(
    compiled: Compiled, example_calendar: Calendar
) -> None:
    facts: dict[str, Value] = {"excluded": True, "excluded_on": D10}
    asked = situation(example_calendar, START, facts, Tally())
    assert closing(compiled, asked, "open_it", "ended") == ("sixth_day",)
    assert closing(compiled, asked.but(facts={"excluded": True}), "open_it", "ended") == ()


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["hold_review", "log_visit", "log_reference", "secure_other"]),
        st.none(),
        st.dates(D10, date(2026, 3, 20)),
    ),
    max_size=8,
)


@given(EVENTS)
def test_no_recurring_deadline_is_met_by_the_step_that_began_it(
    example_calendar: Calendar, steps: list[tuple[str, str | None, date]]
) -> None:
    compiled = compile_lifecycle(Lifecycle.model_validate(POLICY))
    facts: dict[str, Value] = {"placement_start": D10}
    folded = tally(OPENED, PLACED, *steps)
    for one in due(compiled, situation(example_calendar, "placed", facts, folded)):
        assert one.met is None or one.met[1] != one.given_by
        if one.name in ("review", "review_by_table"):
            assert one.met is None
