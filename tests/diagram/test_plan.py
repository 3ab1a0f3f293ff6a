"""How transitions are sorted into what a map shows."""

from collections.abc import Callable

import pytest

from apflow.diagram.lanes import Track, ordered, packed
from apflow.diagram.plan import MOST_LINES, Move, plan
from apflow.policy.lifecycle import Lifecycle

Build = Callable[..., Lifecycle]


def ways(moves: tuple[Move | None, ...]) -> list[tuple[tuple[str, ...], str, str]]:
    return [(move.sources, move.ways[0].event, move.target) for move in moves if move]


def test_every_transition_of_both_policies_is_drawn_or_listed(policy: Lifecycle) -> None:
    shape = plan(policy)
    drawn = {
        (source, way.event, move.target)
        for move in (*shape.openings, *shape.steps, *shape.turns, *shape.exits)
        if move
        for source in move.sources
        for way in move.ways
    }
    drawn |= {
        (move.sources[0], way.event, move.target)
        for move in shape.chains.values()
        for way in move.ways
    }
    for slip in shape.slips:
        step = shape.steps[slip.into]
        assert step
        drawn |= {(source, step.ways[0].event, step.target) for source in slip.sources}
    for transition in policy.transitions:
        for source in policy.sources(transition):
            if transition.to is None:
                assert source in shape.stays[transition.event]
            else:
                assert (source, transition.event, transition.to) in drawn


def test_the_plainest_way_between_neighbours_is_the_roads_own(lifecycle: Build) -> None:
    built = lifecycle("a b c", "start open a", "a,b,c rush b", "a go b", "b go c")
    shape = plan(built)
    assert ways(shape.steps) == [(("a",), "go", "b"), (("b",), "go", "c")]
    assert ways(shape.turns) == [(("a", "b", "c"), "rush", "b")]


def test_the_same_step_from_elsewhere_on_the_road_joins_its_arrow(lifecycle: Build) -> None:
    shape = plan(lifecycle("a b c", "start open a", "a go b", "a,b,c hold c"))
    assert ways(shape.steps)[1] == (("b",), "hold", "c")
    assert [(slip.sources, slip.into) for slip in shape.slips] == [(("a", "c"), 2)]
    assert shape.turns == ()


def test_the_same_step_from_beside_the_road_is_an_exit_of_its_own(lifecycle: Build) -> None:
    shape = plan(
        lifecycle("a b", "start open a", "a wait x", "x,a go b", "x leave end_z", aside="x end_z")
    )
    assert ways(shape.steps)[0] == (("a",), "go", "b")
    assert (("x",), "go", "b") in ways(shape.exits)


def test_what_only_one_state_beside_the_road_leads_to_hangs_below_it(lifecycle: Build) -> None:
    shape = plan(
        lifecycle("a", "start open a", "a send x", "x pass end_y", "x lose end_y", aside="x end_y")
    )
    assert [way.event for way in shape.chains["end_y"].ways] == ["pass", "lose"]
    assert ways(shape.exits) == [(("a",), "send", "x")]


def test_states_beside_the_road_that_lead_to_each_other_do_not_hang_in_a_ring(
    lifecycle: Build,
) -> None:
    shape = plan(lifecycle("a", "start open a", "x go y", "y go x", aside="x y"))
    assert list(shape.chains) == ["x"]
    assert ways(shape.exits) == [(("x",), "go", "y")]


def test_too_many_lines_to_one_state_are_drawn_as_one(lifecycle: Build) -> None:
    few = [f"a leave{at} end" for at in range(MOST_LINES)]
    assert len(plan(lifecycle("a", "start open a", *few, aside="end")).exits) == MOST_LINES
    many = [*few, "a leave_last end"]
    (only,) = plan(lifecycle("a", "start open a", *many, aside="end")).exits
    assert len(only.ways) == MOST_LINES + 1


def test_names_that_the_lifecycle_does_not_hold_are_passed_over(lifecycle: Build) -> None:
    built = lifecycle("a b", "start open a", "a go b", "a,ghost leave b", "a go nowhere")
    shape = plan(built.model_copy(update={"road": ("a", "ghost", "b", "a")}))
    assert shape.road == ("a", "b")
    assert {move.target for move in (*shape.turns, *shape.exits)} <= {"a", "b"}
    assert plan(built.model_copy(update={"road": ()})).road == ("a",)


def test_lines_stand_where_they_cross_each_other_least() -> None:
    outer = Track("outer", frozenset({0.0, 100.0}))
    inner = Track("inner", frozenset({40.0, 60.0}))
    assert [track.key for track in ordered([outer, inner])] == ["inner", "outer"]
    right = Track("right", frozenset({10.0}), frozenset({90.0}))
    left = Track("left", frozenset({50.0}), frozenset({95.0}))
    assert [track.key for track in ordered([right, left])] == ["left", "right"]


@pytest.mark.parametrize(("between", "places"), [(10, 2), (20, 1)])
def test_lines_share_a_place_only_when_far_apart(between: float, places: int) -> None:
    upper = Track("upper", frozenset({0.0, 100.0}))
    lower = Track("lower", frozenset({100.0 + between, 200.0}))
    assert len(set(packed([upper, lower]).values())) == places
