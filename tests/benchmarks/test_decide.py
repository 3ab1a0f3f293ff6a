"""What a decision costs, against asking its conditions bare and against the library's engine.

Times belong to a machine, ratios to the code: only ratios are claimed, measured in turns in one
run. The microseconds are printed (`pytest -s`).
"""

from collections.abc import Callable
from datetime import date
from timeit import timeit
from types import SimpleNamespace
from typing import Any

import pytest

from apflow.policy.calendar import Calendar
from apflow.policy.compiled import View, compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import Actor, Situation, Tally, Ticked, Value

FORUM_DAY = date(2026, 2, 12)
EVENT = "forum_agrees"
PANEL = Actor("p-forum", "forum")
ROUNDS, CALLS = 60, 20


#: The forum's decision of Maidstone and Malling, with its eight guards and its two roads.
FORUM: dict[str, Any] = {
    "lifecycle": "forum-only",
    "title": "The forum decides",
    "road": ["forum", "home_visit"],
    "phases": {"all": "All"},
    "settings": {"attends_at_least": {"value": 50}},
    "roles": {
        "school": {"of": "referring_school"}, "forum": {}, "la": {"of": "authority"},
        "pru": {}, "parent": {"acts": False},
    },
    "facts": {
        "referring_school": {"type": "organisation", "ask": "?"},
        "authority": {"type": "organisation", "ask": "?"},
        "reason": {"type": "choice", "ask": "?", "options": {
            "permanently_excluded": "Excluded", "at_risk": "At risk", "time_out": "Time out"}},
        "year_group": {"type": "number", "ask": "?"},
        "looked_after": {"type": "yes_no", "ask": "?"},
        "has_ehc_plan": {"type": "yes_no", "ask": "?"},
        "named_in_plan": {"type": "yes_no", "ask": "?", "when": "has_ehc_plan"},
        "attendance_percent": {"type": "number", "ask": "?"},
        "attendance_accepted": {"type": "yes_no", "ask": "?"},
        "purpose": {"type": "choice", "ask": "?", "options": {
            "support": "Support", "await_assessment": "Wait", "await_specialist": "Wait"}},
        "agreement": {"type": "agreements", "ask": "?", "entries": {"parent": {}}},
        "papers": {"type": "papers", "ask": "?", "entries": {
            name: {} for name in ("caf", "views", "form", "baseline", "provision", "support")}},
        "people": {"type": "people", "ask": "?", "entries": {"school": {}, "la": {}, "pru": {}}},
        "discussion": {"type": "text", "ask": "?"},
        "suitability": {"type": "text", "ask": "?"},
        "excluded": {"type": "yes_no", "is": "reason == 'permanently_excluded'"},
        "key_stage": {"type": "choice", "options": {"KS2": "2", "KS3": "3", "KS4": "4"},
                      "choose": [{"when": "year_group >= 10", "is": "KS4"},
                                 {"when": "year_group >= 7", "is": "KS3"}, {"is": "KS2"}]},
    },
    "guards": {
        "right_body": {"require": "role == 'forum' or looked_after", "otherwise": "No.",
                       "clause": ["MM-12", "MM-35"]},
        "panel_sat": {"require": "how_many(people) >= 2", "otherwise": "No.", "override": ["la"]},
        "pru_consulted": {"require": "has(people, 'pru')", "otherwise": "No.", "clause": "MM-58"},
        "reasoned": {"require": "known(discussion) and known(suitability)", "otherwise": "No."},
        "parent_agrees": {"when": "not excluded", "require": "has(agreement, 'parent')",
                          "otherwise": "No.", "clause": ["MM-38", "MM-43"]},
        "attends": {"when": "not excluded", "otherwise": "No.", "require":
                    "attendance_accepted or (known(attends_at_least) and"
                    " attendance_percent >= attends_at_least)"},
        "not_holding": {"when": "not excluded", "otherwise": "No.",
                        "require": "purpose not in ('await_assessment', 'await_specialist')"},
        "not_in_plan": {"when": "not excluded and has_ehc_plan", "require": "not named_in_plan",
                        "otherwise": "No.", "override": ["pru"], "clause": "MM-26"},
    },
    "events": {
        "open_referral": {"title": "Open", "asks": ["reason"]},
        "forum_agrees": {"title": "Agree", "asks": ["discussion", "suitability", "people"],
                         "may_ask": ["attendance_accepted"]},
        "forum_refuses": {"title": "Refuse", "asks": ["discussion"]},
        "add_papers": {"title": "Add papers", "may_ask": ["papers", "named_in_plan"]},
        "withdraw_referral": {"title": "Withdraw"},
    },
    "states": {
        "forum": {"title": "Forum", "phase": "all"},
        "home_visit": {"title": "Home visit", "phase": "all"},
        "waiting": {"title": "Waiting", "phase": "all"},
        "withdrawn": {"title": "Withdrawn", "phase": "all", "final": "other"},
    },
    "transitions": [
        {"from": "start", "event": "open_referral", "to": "forum", "by": ["school"]},
        {"from": "forum", "event": "forum_agrees", "to": "home_visit", "by": ["forum", "la"],
         "when": "place_free or excluded", "guards": []},
        {"from": "forum", "event": "forum_agrees", "to": "waiting", "by": ["forum", "la"],
         "when": "not place_free and not excluded", "guards": []},
        {"from": ["forum", "waiting"], "event": "forum_refuses", "to": "withdrawn",
         "by": ["forum"]},
        {"from": "forum", "event": "add_papers", "by": ["forum", "school"]},
        {"from": "any", "event": "withdraw_referral", "to": "withdrawn", "by": ["school"]},
    ],
    "places": {
        name: {"when": f"key_stage == '{stage}'", "capacity": 10, "held_in": ["home_visit"],
               "waiting_in": ["waiting"]}
        for name, stage in (("ks3_places", "KS3"), ("ks4_places", "KS4"))
    },
}  # fmt: skip
for _transition in FORUM["transitions"][1:3]:
    _transition["guards"] = list(FORUM["guards"])


@pytest.fixture(scope="module")
def machine() -> Machine:
    return Machine(compile_lifecycle(Lifecycle.model_validate(FORUM)))


@pytest.fixture
def situation(machine: Machine, example_calendar: Calendar) -> Situation:
    """A pupil at risk of exclusion whose papers are complete, before the forum."""
    papers = machine.compiled.lifecycle.facts["papers"].entries
    facts: dict[str, Value] = {
        "referring_school": "school-1",
        "authority": "la-1",
        "reason": "at_risk",
        "year_group": 9,
        "looked_after": False,
        "has_ehc_plan": False,
        "attendance_percent": 80,
        "attendance_accepted": True,
        "purpose": "support",
        "agreement": {"parent": Ticked("agreed")},
        "papers": {entry: Ticked("present") for entry in papers},
    }
    tally = Tally().with_step("open_referral", "forum", date(2026, 1, 6), 1)
    return Situation("forum", facts, tally, example_calendar, FORUM_DAY, FORUM_DAY, role=PANEL.role)


@pytest.fixture
def answers(machine: Machine) -> dict[str, Value]:
    people = machine.compiled.lifecycle.facts["people"].entries
    return {
        "discussion": "discussed",
        "suitability": "suits",
        "people": {entry: Ticked("present") for entry in people},
    }


def cheapest(**ways: Callable[[], Any]) -> dict[str, float]:
    """Time the ways in turns; return the cheapest round of each, in microseconds per call."""
    found = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            found[name] = min(found[name], timeit(way, number=CALLS) / CALLS * 1e6)
    print(" ", ", ".join(f"{name} {micros:.1f} µs" for name, micros in found.items()))  # noqa: T201
    return found


def test_a_decision_costs_at_most_five_times_its_conditions_asked_bare(
    machine: Machine, situation: Situation, answers: dict[str, Value]
) -> None:
    decision = machine.decide(situation, EVENT, answers, PANEL)
    assert decision.allowed
    assert decision.transition is not None
    compiled = machine.compiled
    transition = compiled.lifecycle.transitions[decision.transition]
    assert len(transition.guards) == 8
    paths: list[tuple[str | int, ...]] = [("transitions", decision.transition, "when")]
    paths += [("guards", name, part) for name in transition.guards for part in ("when", "require")]
    conditions = [condition for path in paths if (condition := compiled.at(*path)) is not None]
    after = situation.but(facts={**situation.facts, **answers})

    def bare() -> None:
        view = View(compiled, after)
        for condition in conditions:
            condition.ask(view)

    micros = cheapest(bare=bare, decide=lambda: machine.decide(situation, EVENT, answers, PANEL))
    assert micros["decide"] <= 5 * micros["bare"]


def test_a_decision_costs_at_most_a_tenth_of_the_librarys_engine(
    machine: Machine, situation: Situation, answers: dict[str, Value]
) -> None:
    def by_the_engine() -> None:
        referral = SimpleNamespace(state=situation.state)
        machine.chart(referral).send(EVENT, situation=situation, answers=answers, actor=PANEL)
        assert referral.state != situation.state

    micros = cheapest(
        engine=by_the_engine, decide=lambda: machine.decide(situation, EVENT, answers, PANEL)
    )
    assert micros["decide"] <= micros["engine"] / 10


def test_what_can_happen_next_costs_no_more_than_its_events_decided(
    machine: Machine, situation: Situation
) -> None:
    events = [event for event, _ in machine.choices(situation, PANEL)]
    assert len(events) == 4

    def one_by_one() -> None:
        for event in events:
            machine.decide(situation, event, {}, PANEL)

    micros = cheapest(one_by_one=one_by_one, choices=lambda: machine.choices(situation, PANEL))
    assert micros["choices"] <= 2 * micros["one_by_one"]
