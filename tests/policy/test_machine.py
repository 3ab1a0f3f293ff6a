"""What a machine says of guards: met, unmet, not known yet, overridden, advice."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace

import pytest

from apflow.errors import Unknown
from apflow.policy.calendar import Calendar
from apflow.policy.compiled import compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import Actor, Situation, Tally, Ticked, Value
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
    submit,
    verdicts,
)


@pytest.fixture
def ask(example_calendar: Calendar) -> Ask:
    return Ask(example_calendar)


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
