"""The chart is the library's own class, and its traps are closed."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from statemachine import StateChart
from statemachine.exceptions import TransitionNotAllowed

from apflow.policy.calendar import Calendar
from apflow.policy.compiled import Faulty, compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine, NotKnown, reserved_names
from apflow.policy.situation import START, Actor, Situation, Tally

DAY = date(2026, 1, 14)
SCHOOL = Actor("p", "school")
PRU = Actor("q", "pru")
Build = Callable[..., Lifecycle]


@pytest.fixture
def build(small_lifecycle: Build) -> Build:
    """A small lifecycle with an end; sections are added to its own."""

    def built(
        states: dict[str, Any] | None = None,
        events: dict[str, Any] | None = None,
        transitions: tuple[dict[str, Any], ...] = (),
        **sections: Any,
    ) -> Lifecycle:
        return small_lifecycle(
            states={
                "asked": {"title": "Asked", "phase": "all"},
                "placed": {"title": "Placed", "phase": "all"},
                "over": {"title": "Over", "phase": "all", "final": "good"},
                **(states or {}),
            },
            events={
                "open_it": {"title": "Open"},
                "place": {"title": "Place"},
                "hold_review": {"title": "Hold a review"},
                "close": {"title": "Close"},
                **(events or {}),
            },
            transitions=[
                {"from": "start", "event": "open_it", "to": "asked", "by": "school"},
                {"from": "asked", "event": "place", "to": "placed", "by": "pru"},
                {"from": "placed", "event": "hold_review", "by": "pru"},
                {"from": ["asked", "placed"], "event": "close", "to": "over", "by": "pru"},
                *transitions,
            ],
            **sections,
        )

    return built


@pytest.fixture
def situation(example_calendar: Calendar) -> Situation:
    return Situation("asked", {}, Tally(), example_calendar, DAY, DAY)


def faults(lifecycle: Lifecycle) -> dict[str, str]:
    with pytest.raises(Faulty) as refused:
        Machine(compile_lifecycle(lifecycle))
    return {".".join(map(str, fault.path)): fault.says for fault in refused.value.faults}


def test_the_chart_is_a_strict_state_chart_of_our_states_and_start(build: Build) -> None:
    chart = Machine(compile_lifecycle(build())).chart
    assert issubclass(chart, StateChart)
    assert list(chart.states_map) == [START, "asked", "placed", "over"]
    assert [state.id for state in chart.states if state.final] == ["over"]
    assert chart.allow_event_without_transition is False
    assert chart.catch_errors_as_events is False


def test_a_lifecycle_can_be_made_into_a_machine_twice(build: Build) -> None:
    compiled = compile_lifecycle(build())
    first, second = Machine(compiled), Machine(compiled)
    assert first.chart is not second.chart
    assert list(first.chart.states_map) == list(second.chart.states_map)


def test_by_hand_the_chart_moves_its_model_and_says_no(build: Build, situation: Situation) -> None:
    machine = Machine(compile_lifecycle(build()))
    referral = SimpleNamespace(state=None)
    chart = machine.chart(referral)
    assert referral.state == START
    chart.send("open_it", situation=situation.but(state=START), actor=SCHOOL)
    assert referral.state == "asked"
    with pytest.raises(TransitionNotAllowed):
        chart.send("place", situation=situation, actor=SCHOOL)
    with pytest.raises(TransitionNotAllowed):
        chart.send("hold_review", situation=situation, actor=PRU)
    with pytest.raises(TransitionNotAllowed):
        chart.send("no_such_event", situation=situation, actor=PRU)
    assert referral.state == "asked"


def test_by_hand_what_is_not_known_yet_is_raised_with_its_findings(
    build: Build, situation: Situation
) -> None:
    lifecycle = build(
        facts={"ready": {"type": "yes_no", "ask": "Ready?"}},
        guards={"is_ready": {"require": "ready", "otherwise": "Not ready."}},
        transitions=({"from": "asked", "event": "hold_review", "by": "pru", "guards": "is_ready"},),
    )
    machine = Machine(compile_lifecycle(lifecycle))
    referral = SimpleNamespace(state="asked")
    with pytest.raises(NotKnown, match="hold_review: not known yet: Not ready") as raised:
        machine.chart(referral).send("hold_review", situation=situation, actor=PRU)
    assert [finding.missing for finding in raised.value.findings if finding.stops] == [("ready",)]
    assert referral.state == "asked"


def test_by_hand_a_guard_is_asked_in_the_state_the_model_stands_in(
    build: Build, situation: Situation
) -> None:
    lifecycle = build(
        guards={"in_placed": {"require": "state == 'placed'", "otherwise": "Not placed."}},
        transitions=(
            {"from": ["asked", "placed"], "event": "place", "by": "school", "guards": "in_placed"},
        ),
    )
    machine = Machine(compile_lifecycle(lifecycle))
    placed = SimpleNamespace(state="placed")
    machine.chart(placed).send("place", situation=situation, actor=SCHOOL)
    with pytest.raises(TransitionNotAllowed):
        machine.chart(SimpleNamespace(state="asked")).send(
            "place", situation=situation, actor=SCHOOL
        )


def test_a_transition_that_stays_is_internal_in_each_of_its_states(build: Build) -> None:
    stays = {"from": "any", "but_not": "placed", "event": "hold_review", "by": "school"}
    chart = Machine(compile_lifecycle(build(transitions=(stays,)))).chart
    found = {
        name: [(arrow.internal, arrow.target.id) for arrow in state.transitions
               if arrow.match("hold_review")]
        for name, state in chart.states_map.items()
    }  # fmt: skip
    assert found == {
        "start": [], "asked": [(True, "asked")], "placed": [(True, "placed")], "over": [],
    }  # fmt: skip


def test_a_transition_to_its_own_state_enters_it_anew(build: Build) -> None:
    again = {"from": "placed", "event": "place", "to": "placed", "by": "pru"}
    chart = Machine(compile_lifecycle(build(transitions=(again,)))).chart
    (arrow,) = (arrow for arrow in chart.states_map["placed"].transitions if arrow.match("place"))
    assert not arrow.internal


def test_a_final_state_with_late_events_is_not_final_to_the_library(
    build: Build, situation: Situation
) -> None:
    late = {"from": ["over", "placed"], "event": "place", "by": "school"}
    machine = Machine(compile_lifecycle(build(transitions=(late,))))
    assert [state.id for state in machine.chart.states if state.final] == []
    over = situation.but(state="over")
    assert machine.decide(over, "place", {}, SCHOOL).target == "over"
    referral = SimpleNamespace(state="over")
    machine.chart(referral).send("place", situation=over, actor=SCHOOL)
    assert referral.state == "over"


def test_a_final_state_without_late_events_refuses_everything(
    build: Build, situation: Situation
) -> None:
    machine = Machine(compile_lifecycle(build()))
    over = situation.but(state="over")
    assert machine.decide(over, "close", {}, PRU).findings[0].guard == "transition"
    with pytest.raises(TransitionNotAllowed):
        machine.chart(SimpleNamespace(state="over")).send("close", situation=over, actor=PRU)


def test_every_structural_fault_is_told_with_its_state(build: Build) -> None:
    lifecycle = build(
        states={
            "island": {"title": "Island", "phase": "all"},
            "trap": {"title": "Trap", "phase": "all"},
            "round_one": {"title": "Round", "phase": "all"},
            "round_two": {"title": "Round two", "phase": "all"},
        },
        transitions=(
            {"from": "island", "event": "close", "to": "over", "by": "pru"},
            {"from": "asked", "event": "hold_review", "to": "trap", "by": "pru"},
            {"from": "placed", "event": "place", "to": "round_one", "by": "pru"},
            {"from": "round_one", "event": "place", "to": "round_two", "by": "pru"},
            {"from": "round_two", "event": "place", "to": "round_one", "by": "pru"},
        ),
    )
    assert faults(lifecycle) == {
        "states.island": "no transition leads here from the start",
        "states.trap": "no transition leaves it, and it is not final",
        "states.round_one": "no final state can be reached from here",
        "states.round_two": "no final state can be reached from here",
    }


def test_late_events_do_not_hide_a_state_that_never_ends(build: Build) -> None:
    lifecycle = build(
        states={"round": {"title": "Round", "phase": "all"}},
        transitions=(
            {"from": "over", "event": "place", "by": "pru"},
            {"from": "placed", "event": "place", "to": "round", "by": "pru"},
            {"from": "round", "event": "place", "by": "pru"},
        ),
    )
    assert faults(lifecycle) == {"states.round": "no final state can be reached from here"}


def test_a_lifecycle_that_nothing_opens_is_told(build: Build) -> None:
    shut = build().model_copy(update={"transitions": build().transitions[1:]})
    assert faults(shut) == {"transitions": "none is from start: no referral can be opened"}


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"from": "askd", "event": "place"}, "transitions.4.from", "did you mean 'asked'"),
        ({"from": "asked", "event": "plac"}, "transitions.4.event", "did you mean 'place'"),
        ({"from": "asked", "event": "place", "to": "start"}, "transitions.4.to", "no state"),
        ({"from": "asked", "event": "place", "to": "plced"}, "transitions.4.to", "'placed'"),
        ({"from": "asked", "event": "place", "guards": "g"}, "transitions.4.guards", "no guard"),
    ],
)
def test_a_transition_that_leads_nowhere_is_told_and_never_a_traceback(
    build: Build, change: dict[str, str], path: str, says: str
) -> None:
    told = faults(build(transitions=({**change, "by": "pru"},)))
    assert list(told) == [path]
    assert says in told[path]


def test_an_event_that_asks_for_no_fact_is_told(build: Build) -> None:
    events = {"place": {"title": "Place", "may_ask": ["nothing"]}}
    assert list(faults(build(events=events))) == ["events.place.may_ask"]


def test_a_state_and_an_event_of_one_name_are_told(build: Build) -> None:
    lifecycle = build(
        states={"close": {"title": "Close", "phase": "all", "final": "other"}},
        transitions=({"from": "asked", "event": "place", "to": "close", "by": "pru"},),
    )
    assert faults(lifecycle) == {"states.close": "there is an event of this name"}


@pytest.mark.parametrize("name", ["model", "send", "configuration", "mro", "history_values"])
def test_names_of_the_library_are_told(build: Build, name: str) -> None:
    as_state = build(
        states={name: {"title": "X", "phase": "all", "final": "other"}},
        transitions=({"from": "asked", "event": "place", "to": name, "by": "pru"},),
    )
    as_event = build(
        events={name: {"title": "X"}},
        transitions=({"from": "asked", "event": name, "by": "pru"},),
    )
    assert faults(as_state) == {f"states.{name}": "the state machine uses this name itself"}
    assert faults(as_event) == {f"events.{name}": "the state machine uses this name itself"}


@pytest.mark.parametrize("name", ["on_place", "after_close", "before_place", "on_enter_asked"])
def test_an_event_that_the_library_would_call_of_itself_is_told(build: Build, name: str) -> None:
    lifecycle = build(
        events={name: {"title": "X"}},
        transitions=({"from": "asked", "event": name, "by": "pru"},),
    )
    assert faults(lifecycle) == {f"events.{name}": "the state machine uses this name itself"}


def test_reserved_names_hold_words_of_python_of_the_library_and_of_the_format() -> None:
    names = reserved_names()
    assert {"class", "not", "states", "events", "send", "model", "start", "any"} <= names
    assert {"on_transition", "prepare_event", "on_enter_state"} <= names
    assert {"consent", "placed", "open_referral", "withdraw_referral"}.isdisjoint(names)
