"""Who may take which road, and where a machine offers none."""

from typing import Any

import pytest

from apflow.errors import Unknown
from apflow.policy.calendar import Calendar
from apflow.policy.compiled import compile_lifecycle
from apflow.policy.decision import Decision
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import START, Actor, Tally, Ticked, Value
from tests.policy.deciding_policy import (
    DAY,
    LA,
    LIFECYCLE,
    MACHINE,
    PANEL,
    PRESENT,
    SCHOOL,
    SYSTEM,
    Ask,
    found,
    submit,
    verdicts,
)


@pytest.fixture
def ask(example_calendar: Calendar) -> Ask:
    return Ask(example_calendar)


class TestRole:
    """Who acts, in which role, for which organisation."""

    def test_another_role_is_refused_and_told_whose_turn_it_is(self, ask: Ask) -> None:
        decision = ask.decide("submit", PANEL, {"papers": PRESENT})
        finding = found(decision, "role")
        assert decision.outcome == "refused"
        assert (finding.says, finding.roles) == ("This is for: Referring school.", ("school",))
        assert [finding.guard for finding in decision.stopping] == ["role"]

    def test_another_organisations_people_are_refused(self, ask: Ask) -> None:
        stranger = Actor("p-2", "school", frozenset({"south-school"}))
        finding = found(ask.decide("submit", stranger, {"papers": PRESENT}), "role")
        assert finding.verdict == "unmet"
        assert "Which school" in finding.says
        assert finding.read == {}

    def test_the_organisation_is_read_and_kept(self, ask: Ask) -> None:
        assert found(submit(ask), "role").read == {"school": "north-school"}

    def test_opening_goes_by_the_answers(self, ask: Ask) -> None:
        new: dict[str, Any] = {"state": START, "school": None, "excluded": None}
        assert found(ask.decide("open_it", **new), "role").verdict == "unknown"
        theirs: dict[str, Value] = {"school": "south-school", "excluded": False}
        assert found(ask.decide("open_it", answers=theirs, **new), "role").verdict == "unmet"

    def test_nobody_lets_themselves_in_by_an_answer(self, ask: Ask) -> None:
        stranger = Actor("p-3", "la", frozenset({"south-la"}))
        claimed: dict[str, Value] = {"authority": "south-la"}
        assert found(ask.decide("take", stranger, claimed), "role").verdict == "unmet"
        nobody = ask.decide("take", stranger, claimed, authority=None)
        assert (nobody.outcome, found(nobody, "role").verdict) == ("refused", "unmet")

    def test_the_system_acts_only_where_it_is_named(self, ask: Ask) -> None:
        assert ask.decide("chase", SYSTEM, state="waiting").allowed
        assert not ask.decide("end", SYSTEM, state="waiting").allowed
        assert "apflow itself" in found(ask.decide("chase", PANEL, state="waiting"), "role").says

    def test_a_role_that_no_lifecycle_knows_is_refused(self, ask: Ask) -> None:
        assert ask.decide("submit", Actor("p", "manager"), {"papers": PRESENT}).outcome == "refused"


class TestRoads:
    """Several transitions for one event: the first that is open is taken."""

    people: dict[str, Value] = {"people": {"pru": Ticked("present")}}  # noqa: RUF012

    def agree(self, ask: Ask, free: int, actor: Actor = PANEL, **facts: Any) -> Decision:
        situation = ask.situation("panel_sits", **facts).but(free={"all_places": free})
        return MACHINE.decide(situation, "agree", self.people, actor)

    def test_a_road_whose_when_is_no_is_not_explained(self, ask: Ask) -> None:
        decision = self.agree(ask, 0, safe=False)
        assert (decision.target, decision.transition) == ("waiting", 6)
        assert "is_safe" not in verdicts(decision)

    def test_where_no_road_is_one_the_refusal_says_so(self, ask: Ask) -> None:
        decision = self.agree(ask, 0, age=5)
        assert verdicts(decision) == {"when": "unmet"}
        assert found(decision, "when").says == "Agree: does not apply to this referral now."
        assert found(decision, "when").read == {"age": 5}

    def test_a_when_not_known_is_not_known_yet(self, ask: Ask) -> None:
        decision = self.agree(ask, 0, age=None)
        assert decision.outcome == "unknown"
        assert found(decision, "when").missing == ("age",)
        assert found(decision, "when").roles == ("school",)

    def test_a_when_that_the_event_itself_will_answer_is_not_known_yet(self, ask: Ask) -> None:
        lifecycle = {**LIFECYCLE, "transitions": [*LIFECYCLE["transitions"]]}
        lifecycle["transitions"][6] = {**lifecycle["transitions"][6], "when": "known(people)"}
        machine = Machine(compile_lifecycle(Lifecycle.model_validate(lifecycle)))
        situation = ask.situation("panel_sits").but(free={"all_places": 0})
        assert machine.decide(situation, "agree", {}, PANEL).outcome == "unknown"
        assert machine.decide(situation, "agree", self.people, PANEL).target == "waiting"

    def test_an_event_may_set_what_its_own_when_denies(self, ask: Ask) -> None:
        decision = ask.decide("exclude", LA, {"first_day": DAY})
        assert (decision.outcome, decision.changes["excluded"]) == ("allowed", True)
        assert found(decision, "when").read == {"excluded": False}

    def test_when_the_first_is_shut_the_second_is_taken_and_it_alone_is_explained(
        self, ask: Ask
    ) -> None:
        decision = ask.decide("begin", SCHOOL, state="panel_sits", age=12, safe=False)
        assert (decision.target, decision.transition) == ("waiting", 9)
        assert verdicts(decision) == {"role": "met", "is_b": "met"}

    def test_a_first_not_known_ends_the_search(self, ask: Ask) -> None:
        tally = Tally().with_step("visit", None, DAY, 1)
        situation = ask.situation("panel_sits", age=12).but(tally=tally)
        lifecycle = {**LIFECYCLE, "transitions": [*LIFECYCLE["transitions"]]}
        for index in (8, 9):
            lifecycle["transitions"][index] = {**lifecycle["transitions"][index], "by": ["panel"]}
        machine = Machine(compile_lifecycle(Lifecycle.model_validate(lifecycle)))
        decision = machine.decide(situation, "begin", {}, PANEL)
        assert (decision.outcome, verdicts(decision)["is_safe"]) == ("unknown", "unknown")
        assert "is_b" not in verdicts(decision)

    def test_a_refusal_on_every_road_names_each_guard_once(self, ask: Ask) -> None:
        decision = ask.decide("begin", SCHOOL, state="panel_sits", safe=False)
        assert verdicts(decision) == {
            "role": "met", "visited": "unmet", "is_safe": "unmet", "is_b": "unmet",
        }  # fmt: skip
        assert found(decision, "visited").roles == ("panel",)

    def test_guards_shared_by_roads_are_found_once(self, ask: Ask) -> None:
        lifecycle = {**LIFECYCLE, "transitions": [*LIFECYCLE["transitions"]]}
        lifecycle["transitions"][6] = {**lifecycle["transitions"][6], "when": "place_free"}
        machine = Machine(compile_lifecycle(Lifecycle.model_validate(lifecycle)))
        nobody: dict[str, Value] = {"people": {"pru": Ticked("absent", "ill")}}
        situation = ask.situation("panel_sits", age=6, safe=False)
        decision = machine.decide(situation, "agree", nobody, PANEL)
        assert [finding.guard for finding in decision.findings] == [
            "role", "answers", "when", "sat", "is_safe", "in_scope",
        ]  # fmt: skip


class TestPlaces:
    """States and events that do not meet."""

    def test_an_event_that_the_state_does_not_know_is_a_finding(self, ask: Ask) -> None:
        decision = ask.decide("end", PANEL)
        assert (decision.outcome, list(verdicts(decision))) == ("refused", ["transition"])
        assert found(decision, "transition").says == (
            "End: not possible in Draft; possible in Placed, in Waiting."
        )

    def test_any_means_every_open_state_but_those_named(self, ask: Ask) -> None:
        for state in ("draft", "panel_sits", "placed"):
            assert ask.decide("exclude", LA, {"first_day": DAY}, state=state).target == state
        for state in ("waiting", "ended", "elsewhere", START):
            assert verdicts(ask.decide("exclude", LA, state=state)) == {"transition": "unmet"}

    def test_a_closed_state_takes_its_late_events_and_stays(self, ask: Ask) -> None:
        decision = ask.decide("log_late", SCHOOL, {"note": "rang"}, state="ended")
        assert (decision.outcome, decision.target) == ("allowed", "ended")

    def test_an_unknown_event_is_named_with_the_nearest(self, ask: Ask) -> None:
        with pytest.raises(Unknown, match="no event 'sumbit'; did you mean 'submit'"):
            ask.decide("sumbit")

    def test_an_unknown_state_is_named_with_the_nearest(self, ask: Ask) -> None:
        with pytest.raises(Unknown, match="no state 'drafts'; did you mean 'draft'"):
            ask.decide("submit", state="drafts")


class TestClosing:
    """A referral is not closed over an open duty of the law."""

    owed: dict[str, Any] = {"state": "waiting", "excluded": True, "first_day": DAY}  # noqa: RUF012

    def test_a_final_state_is_shut_while_the_law_stands_unmet(self, ask: Ask) -> None:
        decision = ask.decide("end", PANEL, **self.owed)
        finding = found(decision, "closing_rule")
        assert (decision.outcome, finding.verdict, finding.force) == ("refused", "unmet", "law")
        assert (
            finding.says
            == "What the law demands is still to be done: Education from the sixth day."
        )
        assert (finding.clauses, finding.roles) == (("X-9",), ("la",))

    def test_it_is_open_once_the_law_is_met(self, ask: Ask) -> None:
        tally = Tally().with_step("exclude", None, DAY, 1).with_step("secure", None, DAY, 2)
        situation = ask.situation(**self.owed).but(tally=tally)
        decision = MACHINE.decide(situation, "end", {}, PANEL)
        assert (decision.target, verdicts(decision)["closing_rule"]) == ("ended", "met")

    def test_a_body_that_takes_over_takes_the_duty_too(self, ask: Ask) -> None:
        decision = ask.decide("hand_on", PANEL, **self.owed)
        assert decision.target == "elsewhere"
        assert "closing_rule" not in verdicts(decision)

    def test_recording_in_a_closed_state_closes_nothing(self, ask: Ask) -> None:
        decision = ask.decide("log_late", SCHOOL, {"note": "x"}, **{**self.owed, "state": "ended"})
        assert decision.allowed


class TestChoices:
    """What can happen next is what the door would say."""

    def test_every_event_of_the_state_is_there_in_the_order_of_the_file(self, ask: Ask) -> None:
        found = MACHINE.choices(ask.situation(), SCHOOL)
        assert [(event, decision.outcome) for event, decision in found] == [
            ("add", "allowed"), ("sign", "unknown"), ("submit", "unknown"), ("take", "refused"),
            ("exclude", "unknown"),
        ]  # fmt: skip

    def test_an_event_with_no_road_for_this_referral_is_not_offered(self, ask: Ask) -> None:
        events = dict(MACHINE.choices(ask.situation(excluded=True, first_day=DAY), LA))
        assert "secure" in events
        assert "exclude" not in events

    def test_what_the_event_sets_from_an_answer_may_still_change(self, ask: Ask) -> None:
        lifecycle = {**LIFECYCLE, "events": {**LIFECYCLE["events"]}}
        lifecycle["events"]["begin"] = {**LIFECYCLE["events"]["begin"], "may_ask": ["age"]}
        machine = Machine(compile_lifecycle(Lifecycle.model_validate(lifecycle)))
        situation = ask.situation("panel_sits", age=9, safe=False)
        (offered,) = (d for event, d in machine.choices(situation, SCHOOL) if event == "begin")
        assert (offered.outcome, found(offered, "is_b").missing) == ("unknown", ("stage",))
        assert machine.decide(situation, "begin", {}, SCHOOL).outcome == "refused"
        assert machine.decide(situation, "begin", {"age": 11}, SCHOOL).target == "waiting"

    def test_refused_means_that_no_answer_would_help(self, ask: Ask) -> None:
        situation = ask.situation("panel_sits", safe=False)
        offered = dict(MACHINE.choices(situation, PANEL))
        assert offered["agree"].outcome == "unknown"
        assert found(offered["agree"], "is_safe").missing == ("safe",)
        people: dict[str, Value] = {"people": {"pru": Ticked("present")}}
        assert MACHINE.decide(situation, "agree", people, PANEL).outcome == "refused"
        assert MACHINE.decide(situation, "agree", {**people, "safe": True}, PANEL).allowed

    def test_a_final_state_offers_nothing(self, ask: Ask) -> None:
        assert MACHINE.choices(ask.situation("elsewhere"), PANEL) == ()
