"""What a machine decides, and that it says why."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from apflow.errors import BadInputs, Unknown
from apflow.policy.calendar import Calendar
from apflow.policy.compiled import compile_lifecycle
from apflow.policy.decision import Decision, Finding
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import START, Actor, Situation, Tally, Ticked, Value
from tests.policy.deciding_policy import LIFECYCLE

DAY = date(2026, 1, 14)
SCHOOL = Actor("p-school", "school", frozenset({"north-school"}))
PANEL = Actor("p-panel", "panel")
LA = Actor("p-la", "la", frozenset({"north-la"}))
SYSTEM = Actor("apflow", "system")

MACHINE = Machine(compile_lifecycle(Lifecycle.model_validate(LIFECYCLE)))
PRESENT = {"caf": Ticked("present"), "plan": Ticked("present")}
KNOWN: dict[str, Value] = {
    "school": "north-school",
    "authority": "north-la",
    "excluded": False,
    "age": 9,
    "district": "north",
    "signed": {"parent": Ticked("agreed")},
}


@dataclass
class Ask:
    """One machine on one day."""

    calendar: Calendar

    def situation(self, state: str = "draft", **facts: Any) -> Situation:
        known = {**KNOWN, **facts}
        return Situation(
            state,
            {name: value for name, value in known.items() if value is not None},
            Tally(),
            self.calendar,
            DAY,
            DAY,
        )

    def decide(
        self,
        event: str,
        actor: Actor = SCHOOL,
        answers: dict[str, Value] | None = None,
        overrides: dict[str, str] | None = None,
        *,
        state: str = "draft",
        **facts: Any,
    ) -> Decision:
        situation = self.situation(state, **facts)
        return MACHINE.decide(situation, event, answers or {}, actor, overrides or {})


@pytest.fixture
def ask(example_calendar: Calendar) -> Ask:
    return Ask(example_calendar)


def verdicts(decision: Decision) -> dict[str, str]:
    return {finding.guard: finding.verdict for finding in decision.findings}


def found(decision: Decision, guard: str) -> Finding:
    (finding,) = (finding for finding in decision.findings if finding.guard == guard)
    return finding


def submit(ask: Ask, **facts: Any) -> Decision:
    return ask.decide("submit", answers={"papers": PRESENT}, **facts)


def test_what_is_allowed_names_the_target_and_every_guard_in_order(ask: Ask) -> None:
    decision = submit(ask)
    assert (decision.outcome, decision.target, decision.transition) == ("allowed", "panel_sits", 3)
    assert list(verdicts(decision)) == [
        "role", "answers", "in_scope", "agreed", "lives_here", "all_papers", "noted",
    ]  # fmt: skip
    assert decision.stopping == ()
    assert decision.changes == {"papers": PRESENT}


def test_a_refusal_names_every_unmet_guard(ask: Ask) -> None:
    decision = submit(ask, age=5, district="south", signed={"parent": Ticked("refused", "no")})
    assert decision.outcome == "refused"
    assert decision.target is None
    assert decision.changes == {}
    assert [finding.guard for finding in decision.stopping] == ["in_scope", "agreed", "lives_here"]
    assert found(decision, "agreed").says == "The parent has not agreed."
    assert found(decision, "agreed").clauses == ("X-2", "X-3")
    assert found(decision, "lives_here").force == "law"


def test_nothing_unmet_but_something_not_known_is_not_known_yet(ask: Ask) -> None:
    decision = submit(ask, age=None, signed=None)
    assert (decision.outcome, decision.target) == ("unknown", None)
    assert found(decision, "in_scope").missing == ("age",)
    assert found(decision, "in_scope").roles == ("school",)
    assert found(decision, "agreed").missing == ("signed",)


def test_something_unmet_counts_for_more_than_something_not_known(ask: Ask) -> None:
    decision = submit(ask, age=None, district="south")
    assert decision.outcome == "refused"
    assert verdicts(decision)["in_scope"] == "unknown"


def test_a_guard_whose_when_is_no_does_not_apply(ask: Ask) -> None:
    decision = submit(ask, excluded=True, signed=None)
    assert decision.allowed
    assert found(decision, "agreed").verdict == "not_applicable"
    assert found(decision, "agreed").read == {"excluded": True}


def test_a_when_not_known_matters_only_if_the_guard_does_not_hold_anyway(ask: Ask) -> None:
    assert verdicts(submit(ask, excluded=None))["agreed"] == "met"
    decision = submit(ask, excluded=None, signed={"parent": Ticked("withdrawn")})
    assert decision.outcome == "unknown"
    assert found(decision, "agreed").missing == ("excluded",)


def test_a_finding_holds_the_values_it_read_and_no_others(ask: Ask) -> None:
    decision = submit(ask, age=5, signed=None)
    assert found(decision, "in_scope").read == {"age": 5}
    assert found(decision, "agreed").read == {"excluded": False}
    assert found(decision, "lives_here").read == {"district": "north"}


def test_a_finding_keeps_what_it_read_when_it_is_copied_stored_or_compared(ask: Ask) -> None:
    finding = found(submit(ask), "lives_here")
    again = found(submit(ask), "lives_here")
    assert pickle.loads(pickle.dumps(found(submit(ask), "lives_here"))).read == finding.read
    assert copy.deepcopy(again).read == finding.read == {"district": "north"}
    assert replace(again, reason="x") != again == finding
    assert "read={'district': 'north'}" in repr(found(submit(ask), "lives_here"))
    with pytest.raises(AttributeError):
        _ = finding.reading  # type: ignore[attr-defined]


def test_advice_never_refuses_and_is_kept(ask: Ask) -> None:
    decision = submit(ask)
    assert decision.allowed
    assert [finding.guard for finding in decision.advice] == ["noted"]


def test_who_may_go_past_a_guard_is_named(ask: Ask) -> None:
    decision = ask.decide("submit", answers={"papers": {"caf": Ticked("present")}})
    assert found(decision, "all_papers").verdict == "unmet"
    assert found(decision, "all_papers").override == ("panel",)


@pytest.mark.parametrize(
    ("actor", "reason", "verdict"),
    [(LA, "ok", "overridden"), (LA, "  ", "unmet"), (PANEL, "ok", "unmet")],
)
def test_an_override_needs_the_role_and_the_reason(
    ask: Ask, actor: Actor, reason: str, verdict: str
) -> None:
    situation = ask.situation("panel_sits", age=6).but(free={"all_places": 0})
    people: dict[str, Value] = {"people": {"pru": Ticked("present")}}
    decision = MACHINE.decide(situation, "agree", people, actor, {"in_scope": reason})
    finding = found(decision, "in_scope")
    assert finding.verdict == verdict
    assert finding.reason == ("ok" if verdict == "overridden" else None)
    assert decision.allowed == (verdict == "overridden")


def test_what_is_not_known_may_be_overridden_too(ask: Ask) -> None:
    lifecycle = {**LIFECYCLE, "transitions": list(LIFECYCLE["transitions"])}
    lifecycle["guards"] = {**LIFECYCLE["guards"]}
    lifecycle["guards"]["in_scope"] = {**LIFECYCLE["guards"]["in_scope"], "override": ["school"]}
    machine = Machine(compile_lifecycle(Lifecycle.model_validate(lifecycle)))
    decision = machine.decide(
        ask.situation(age=None), "submit", {"papers": PRESENT}, SCHOOL, {"in_scope": "seen"}
    )
    assert decision.allowed
    assert found(decision, "in_scope").verdict == "overridden"
    assert found(decision, "in_scope").missing == ("age",)


def test_the_law_is_never_overridden(ask: Ask) -> None:
    lifecycle = {**LIFECYCLE, "guards": {**LIFECYCLE["guards"]}}
    lifecycle["guards"]["lives_here"] = {
        **LIFECYCLE["guards"]["lives_here"], "override": ["school"],
    }  # fmt: skip
    machine = Machine(compile_lifecycle(Lifecycle.model_validate(lifecycle)))
    decision = machine.decide(
        ask.situation(district="south"), "submit", {"papers": PRESENT}, SCHOOL,
        {"lives_here": "please"},
    )  # fmt: skip
    assert decision.outcome == "refused"
    assert found(decision, "lives_here").verdict == "unmet"
    assert found(decision, "lives_here").override == ()


def test_an_override_of_no_guard_is_named(ask: Ask) -> None:
    with pytest.raises(Unknown, match="no guard 'in_scop'; did you mean 'in_scope'"):
        ask.decide("submit", overrides={"in_scop": "x"})


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

    def test_refused_means_refused_whatever_is_answered(self, ask: Ask) -> None:
        situation = ask.situation("panel_sits", safe=False)
        offered = dict(MACHINE.choices(situation, PANEL))
        assert offered["agree"].outcome == "unknown"
        assert found(offered["agree"], "is_safe").missing == ("safe",)
        people: dict[str, Value] = {"people": {"pru": Ticked("present")}}
        assert MACHINE.decide(situation, "agree", people, PANEL).outcome == "refused"
        assert MACHINE.decide(situation, "agree", {**people, "safe": True}, PANEL).allowed

    def test_a_final_state_offers_nothing(self, ask: Ask) -> None:
        assert MACHINE.choices(ask.situation("elsewhere"), PANEL) == ()


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


def test_conditions_see_the_acting_role_and_the_state_before_the_step(
    small_lifecycle: Callable[..., Lifecycle], ask: Ask
) -> None:
    lifecycle = small_lifecycle(
        states={"asked": {"title": "A", "phase": "all"},
                "placed": {"title": "P", "phase": "all", "final": "good"}},
        guards={"by_pru": {"require": "role == 'pru'", "otherwise": "Not the PRU."},
                "here": {"require": "state == 'asked'", "otherwise": "Not here."},
                "soon": {"require": "happened_on <= today", "otherwise": "Not yet."}},
        transitions=[{"from": "start", "event": "open_it", "to": "asked", "by": "school"},
                     {"from": "asked", "event": "place", "to": "placed", "by": ["pru", "school"],
                      "guards": ["by_pru", "here", "soon"]}],
    )  # fmt: skip
    machine = Machine(compile_lifecycle(lifecycle))
    situation = Situation("asked", {}, Tally(), ask.calendar, DAY, DAY, role="school")
    assert machine.decide(situation, "place", {}, Actor("p", "pru")).allowed
    assert not machine.decide(situation.but(role="pru"), "place", {}, Actor("p", "school")).allowed
