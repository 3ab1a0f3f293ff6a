"""What a machine makes of answers, of what an event sets, and what it asks."""

from typing import Any

import pytest

from apflow.errors import BadInputs, Unknown
from apflow.policy.calendar import Calendar
from apflow.policy.compiled import compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import START, Ticked, Value
from tests.policy.deciding_policy import (
    DAY,
    LA,
    LIFECYCLE,
    MACHINE,
    PANEL,
    PRESENT,
    SCHOOL,
    Ask,
    found,
    verdicts,
)


@pytest.fixture
def ask(example_calendar: Calendar) -> Ask:
    return Ask(example_calendar)


class TestAnswers:
    """What is asked must be answered anew; what may be asked may be left."""

    def test_what_is_still_to_be_answered_is_named_with_its_question(self, ask: Ask) -> None:
        decision = ask.decide("submit")
        finding = found(decision, "answers")
        assert (decision.outcome, finding.verdict) == ("unknown", "unknown")
        assert finding.missing == ("papers",)
        assert finding.says == "Still to be answered: Papers."
        assert finding.roles == ("school",)

    def test_what_was_known_before_does_not_count_until_answered_anew(self, ask: Ask) -> None:
        refused: dict[str, Any] = {"papers": {"caf": Ticked("awaited")}}
        assert verdicts(ask.decide("submit", **refused))["all_papers"] == "unknown"
        assert verdicts(ask.decide("submit", papers=PRESENT))["all_papers"] == "unknown"

    def test_papers_are_answered_by_nothing_new_and_keep_their_entries(self, ask: Ask) -> None:
        decision = ask.decide("submit", answers={"papers": {}}, papers=PRESENT)
        assert decision.allowed
        assert decision.changes == {"papers": PRESENT}
        late: dict[str, Value] = {"papers": {"plan": Ticked("present")}}
        decision = ask.decide("submit", answers=late, papers={"caf": Ticked("present")})
        assert decision.allowed
        assert decision.changes == {"papers": PRESENT}

    def test_an_empty_sheet_of_people_is_no_answer(self, ask: Ask) -> None:
        decision = ask.decide("agree", PANEL, {"people": {}}, state="panel_sits", safe=True)
        assert found(decision, "answers").missing == ("people",)

    def test_a_fact_whose_when_is_no_is_not_missing_and_not_written(self, ask: Ask) -> None:
        answers: dict[str, Value] = {"school": "north-school", "excluded": False}
        opened = ask.decide("open_it", answers=answers, state=START, school=None, excluded=None)
        assert opened.allowed
        answers["first_day"] = DAY
        opened = ask.decide("open_it", answers=answers, state=START, school=None, excluded=None)
        assert opened.changes == {"school": "north-school", "excluded": False}

    def test_a_fact_whose_when_is_not_known_is_asked(self, ask: Ask) -> None:
        opened = ask.decide("open_it", state=START, school=None, excluded=None)
        assert found(opened, "answers").missing == ("school", "excluded", "first_day")

    def test_a_fact_whose_when_is_yes_must_be_answered(self, ask: Ask) -> None:
        answers: dict[str, Value] = {"school": "north-school", "excluded": True}
        opened = ask.decide("open_it", answers=answers, state=START, school=None, excluded=None)
        assert (opened.outcome, found(opened, "answers").missing) == ("unknown", ("first_day",))

    def test_an_answer_left_empty_keeps_what_was_known(self, ask: Ask) -> None:
        people: dict[str, Value] = {"people": {"pru": Ticked("present")}}
        decision = ask.decide("agree", PANEL, people, state="panel_sits", safe=True)
        assert decision.allowed
        assert decision.changes == people

    def test_an_answer_that_is_not_asked_is_refused_by_name(self, ask: Ask) -> None:
        with pytest.raises(BadInputs, match="age: 9: not asked by submit"):
            ask.decide("submit", answers={"papers": PRESENT, "age": 9})

    def test_what_the_event_will_ask_does_not_refuse_it_beforehand(self, ask: Ask) -> None:
        decision = ask.decide("agree", PANEL, state="panel_sits", safe=True)
        assert decision.outcome == "unknown"
        assert found(decision, "sat").missing == ("people",)


class TestSets:
    """What an event sets is worked out with the answers and before the guards are asked."""

    def test_guards_see_what_is_set(self, ask: Ask) -> None:
        decision = ask.decide("begin", SCHOOL, state="panel_sits", age=12, stage="a")
        assert (decision.outcome, decision.target) == ("allowed", "waiting")
        assert decision.changes == {"stage": "b", "started_on": DAY}
        refused = ask.decide("begin", SCHOOL, state="panel_sits", age=9, stage="b")
        assert found(refused, "is_b").read == {"stage": "a"}

    def test_what_is_set_decides_what_is_asked(self, ask: Ask) -> None:
        decision = ask.decide("exclude", SCHOOL)
        assert found(decision, "answers").missing == ("first_day",)
        decision = ask.decide("exclude", SCHOOL, {"first_day": DAY})
        assert decision.changes == {"excluded": True, "first_day": DAY}

    def test_what_cannot_be_worked_out_takes_the_old_value_away(self, ask: Ask) -> None:
        lifecycle = {**LIFECYCLE, "transitions": list(LIFECYCLE["transitions"])}
        lifecycle["transitions"].append(
            {"from": "draft", "event": "begin", "to": "waiting", "by": ["la"]}
        )
        machine = Machine(compile_lifecycle(Lifecycle.model_validate(lifecycle)))
        before = machine.decide(ask.situation(age=None, stage="a"), "begin", {}, LA)
        assert before.changes == {"stage": None, "started_on": DAY}
        never = machine.decide(ask.situation(age=None), "begin", {}, LA)
        assert never.changes == {"started_on": DAY}


class TestAsks:
    """What a form asks."""

    def test_only_what_may_apply_is_asked(self, ask: Ask) -> None:
        new = ask.situation(START, school=None, excluded=None)
        assert MACHINE.asks(new, "open_it").asks == ("school", "excluded", "first_day")
        so_far: dict[str, Value] = {"excluded": False}
        assert MACHINE.asks(new, "open_it", so_far) == (("school", "excluded"), ("age",))

    def test_what_the_event_sets_counts(self, ask: Ask) -> None:
        assert MACHINE.asks(ask.situation(), "exclude").asks == ("first_day",)

    def test_an_unknown_event_is_named(self, ask: Ask) -> None:
        with pytest.raises(Unknown, match="did you mean 'submit'"):
            MACHINE.asks(ask.situation(), "submitt")
